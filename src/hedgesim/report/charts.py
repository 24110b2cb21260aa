"""Which charts a page has: those of the catalogue that its results can be drawn in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hedgesim.analysis.headline import PRESENCE, what_of
from hedgesim.errors import HedgesimError
from hedgesim.model.named_outcomes import name_of
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.numbers import sentence
from hedgesim.plots.catalogue import CHARTS
from hedgesim.plots.chart import Pick
from hedgesim.report.parts import Lines, Part, Pictures, Section
from hedgesim.report.pictures import pictures_of
from hedgesim.report.subject import Subject

OF_COMPARISONS = ("difference", "before_after", "tiles", "presence", "hedging_index", "formats")
OF_RUNS = ("presence", "before_after", "tiles", "hedging_index", "formats", "threat")
OPEN = ("difference", "before_after", "tiles", "along", "phase_map", "tournament")
"""Charts that are seen at once; others are folded, but that of one run's presence."""

Row = Mapping[Any, Any]


def sections(subjects: Sequence[Subject], row: Row, prefix: str = "") -> list[Section]:
    """The section of charts; none where nothing can be drawn.

    row: the difference or change that is the answer, whose outcome charts show. prefix: of the key of the section.
    """
    batches = [subject.chart for subject in subjects]
    parts: list[Part] = []
    drawn: dict[str, list[Pictures]] = {}
    for name, pick in _wanted(subjects, row):
        key = "-".join(filter(None, (prefix, name, pick.outcome if subjects[0].is_sweep else ""))).replace("_", "-")
        try:
            found = pictures_of(CHARTS[name], batches, pick, key)
        except HedgesimError as error:
            parts.append(Lines((f"Not drawn: {CHARTS[name].shows} ({error.fault}).",)))
            continue
        if found is not None:
            folded = name not in (*OPEN, row["outcome"]) and (len(subjects) > 1 or name != "presence")
            drawn.setdefault(name, []).append(replace(found, folded=folded))
    pictures = [part for name, some in drawn.items() for part in _side_by_side(some, CHARTS[name].shows)]
    parts = [*_not_over_time(subjects, row), *pictures, *parts]
    return [Section(f"{prefix}charts", "Charts", tuple(parts))] if parts else []


def _not_over_time(subjects: Sequence[Subject], row: Row) -> Iterator[Part]:
    """That the outcome of the answer is not among those that charts show over time."""
    if not subjects[0].is_sweep and row["outcome"] not in OUTCOMES:
        labels = subjects[0].chart.names
        places = {code: name for code, (name, _) in {**labels.countries, **labels.options}.items()}
        names = {**labels.formats, **places}
        what = what_of(row, names)
        yield Lines((f"{what} is stored only at the end of runs, so no chart shows its change over time.",))


def _side_by_side(drawn: Sequence[Pictures], shows: str) -> Sequence[Pictures]:
    """Charts of one kind, of several outcomes, as one part where they are small; shows: what they show."""
    if len(drawn) == 1 or drawn[0].columns == 1:
        return drawn
    pictures = tuple(picture for one in drawn for picture in one.pictures)
    title, _, _ = shows.partition(" (")
    return [replace(drawn[0], title=sentence(title), pictures=pictures)]


def _wanted(subjects: Sequence[Subject], row: Row) -> Iterator[tuple[str, Pick]]:
    """Charts by name, and what they pick."""
    manifest = subjects[0].results.manifest
    if subjects[0].is_sweep:
        levers = any(one["role"] == "levers" for one in manifest["factors"])
        outcomes = [str(name) for name in manifest["outcomes"]]
        name = name_of((row["outcome"], row["entity"], row["option"]))
        points = subjects[0].results.points()
        varied = [str(one["path"]) for one in manifest["factors"] if points[str(one["path"])].nunique() > 1]
        yield from (("along", Pick(outcome=name)) for _ in varied[:1] if name in outcomes)
        yield from (("tournament", Pick(outcome=str(name))) for name in manifest["goals"] if levers)
        yield from (("phase_map", Pick(outcome=name)) for name in outcomes if len(varied) > 1)
        return
    outcome = str(row["outcome"])
    chosen = Pick(power=str(row["option"]), outcome=PRESENCE) if outcome == PRESENCE else Pick()
    chosen = Pick(outcome=outcome) if outcome in OUTCOMES and outcome != PRESENCE else chosen
    usual = OF_COMPARISONS if len(subjects) > 1 else OF_RUNS
    if outcome in CHARTS and outcome not in OUTCOMES:
        yield outcome, Pick(country=str(row["entity"]))
    for name in usual:
        yield name, chosen if "outcome" in CHARTS[name].picks else Pick()
