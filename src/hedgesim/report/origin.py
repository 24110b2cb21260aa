"""What a page says of its origin: data and sources, assumptions, and the commands that make the results again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hedgesim.numbers import significant
from hedgesim.report.again import again
from hedgesim.report.parts import Cell, Code, Lines, Part, Row, Section, Table, texts
from hedgesim.report.subject import Subject
from hedgesim.results.folders import SWEEP
from hedgesim.scenario.cells import ASSUMED
from hedgesim.scenario.citations import citations_of, count_of
from hedgesim.scenario.notes import notes_of

MOST_PACKAGES = 20


def sections(subjects: Sequence[Subject], options: Sequence[str]) -> list[Section]:
    """Data and sources, assumptions, and how to reproduce; options: that the page was asked for with."""
    known = [subject for subject in subjects if subject.inputs is not None]
    numbers = {subject.name: _numbers(subject) for subject in known}
    return [
        Section("sources", "Data and sources", _sources(numbers)),
        Section("assumptions", "Assumptions", _assumptions(known, numbers)),
        Section("reproduce", "Reproduce", _reproduced(subjects, options)),
    ]


def _numbers(subject: Subject) -> pd.DataFrame:
    assert subject.scenario is not None
    assert subject.inputs is not None
    return citations_of(subject.scenario, subject.inputs)


def _sources(numbers: Mapping[str, pd.DataFrame]) -> tuple[Part, ...]:
    """How many numbers each table brings, and every source with how many numbers rest on it."""
    if not numbers:
        return (Lines(("The scenarios cannot be read again here, so their sources are not listed.",)),)
    counts = {name: count_of(frame).set_index("part") for name, frame in numbers.items()}
    parts = list(dict.fromkeys(part for count in counts.values() for part in count.index))
    rows: list[Row] = []
    for part in sorted(parts, key=lambda part: part == "all"):
        cells = []
        for count in counts.values():
            total, assumed = count.loc[part].astype(int) if part in count.index else (0, 0)
            cells.append(Cell(f"{total}, {assumed} assumed", float(total)))
        rows.append(Row((Cell(part), *cells)))
    table = Table("Numbers in force, and how many of them are assumption or recall", ("part", *counts), tuple(rows))
    return (table, _cited(pd.concat(numbers.values(), ignore_index=True).drop_duplicates(["part", "what", "source"])))


def _cited(numbers: pd.DataFrame) -> Table:
    """Sources with the numbers that rest on them."""
    pairs = numbers.assign(source=numbers["source"].str.split(";"), citation=numbers["citation"].str.split("; "))
    matched = pairs[pairs["source"].str.len() == pairs["citation"].str.len()]
    found = matched.explode(["source", "citation"]).groupby(["source", "citation"], sort=True).size()
    rest = pairs[pairs["source"].str.len() != pairs["citation"].str.len()].explode("source")
    known = {source: citation for source, citation in found.index}
    total = found.groupby("source").sum().add(rest.groupby("source").size(), fill_value=0).sort_values(ascending=False)
    rows = tuple(
        Row((*texts(str(source), str(known.get(source, ""))), Cell(f"{n:.0f}", float(n))))
        for source, n in total.items()
    )
    return Table(f"{len(rows)} sources", ("key", "source", "numbers"), rows, folded=True)


def _assumptions(subjects: Sequence[Subject], numbers: Mapping[str, pd.DataFrame]) -> tuple[Part, ...]:
    """What a scenario does that its numbers do not show, and every number without a checked source."""
    parts: list[Part] = []
    for subject in subjects:
        assert subject.scenario is not None
        assert subject.inputs is not None
        notes = notes_of(subject.scenario, subject.inputs)
        lines = notes or ("The numbers show everything that is cut off, rescaled or random.",)
        parts += [Lines((f"{subject.name}:",)), Lines(lines, listed="ul")]
    if numbers:
        every = pd.concat([frame.assign(batch=name) for name, frame in numbers.items()], ignore_index=True)
        assumed = every[every["confidence"].isin(ASSUMED)]
        merged = assumed.groupby(["part", "what", "value", "unit"], sort=False, dropna=False)["batch"].agg(list)
        rows = tuple(_assumed(record, len(numbers)) for record in merged.reset_index().to_dict("records"))
        columns = ("part", "what", "value", "unit", "in")
        parts.append(Table(f"{len(rows)} numbers without a checked source", columns, rows, folded=True))
    return tuple(parts) or (Lines(("The scenarios cannot be read again here.",)),)


def _assumed(record: Mapping[Any, Any], batches: int) -> Row:
    """A number without a checked source, and in which batches it is in force."""
    value, names = record["value"], record["batch"]
    written = significant(value, 4) if isinstance(value, float) else str(value)
    where = "all" if len(names) == batches else ", ".join(names)
    return Row(texts(record["part"], record["what"], written, record["unit"], where))


def _reproduced(subjects: Sequence[Subject], options: Sequence[str]) -> tuple[Part, ...]:
    """The commands that make every batch, that which makes the page, and versions and digests."""
    commands, needed = again(subjects)
    folders = [subject.folder for subject in subjects]
    report = shlex.join(["hedgesim", "report", *folders, *options, "-o", "report.html"])
    texts = [Code(text, f"{file}: save this text under this name", folded=True) for file, text in needed.items()]
    made = [Code(_versions(one.results.manifest), f"{one.name}: versions and digests", folded=True) for one in subjects]
    return Code("\n".join([*commands, report])), *texts, *made


def _versions(manifest: Mapping[str, Any]) -> str:
    engine = ", ".join(str(manifest[key]) for key in ("engine", "backend") if manifest.get(key))
    lines = [f"hedgesim {manifest.get('hedgesim', '')}, Python {manifest.get('python', '')}, {engine}"]
    lines += [f"{package} {version}" for package, version in list(manifest.get("packages", {}).items())[:MOST_PACKAGES]]
    if manifest.get("began"):
        lines.append(f"run {manifest['began']} to {manifest.get('ended', '')}")
    lines += [f"identity {manifest['identity']}"] if manifest.get("identity") else []
    return "\n".join([*lines, *(f"{file} {digest}" for file, digest in _digests(manifest))])


def _digests(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """SHA-256 of what the results are: of tables of a run, of the points of a sweep, of own rule files."""
    own = [(f"{name}.py", str(digest)) for name, digest in (manifest.get("rules") or {}).items()]
    if manifest.get("kind") == SWEEP:
        return [("points.parquet", str(manifest["points_sha256"])), *own]
    listed = manifest.get("tables") or {}
    return [*((f"{name}.parquet", str(one["sha256"])) for name, one in listed.items()), *own]
