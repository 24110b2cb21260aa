"""From a file of patterns to checked patterns."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from hedgesim.analysis.patterns.binding import Binder
from hedgesim.analysis.patterns.pattern import PATTERNS, PLACEBOS, Base, Part, Pattern, Patterns
from hedgesim.analysis.patterns.schema import PartEntry, PatternEntry, PatternFile, validated
from hedgesim.errors import ScenarioError, choose_from, shown
from hedgesim.scenario.faults import Fault, KeyPath, raise_first
from hedgesim.scenario.known_names import known_names
from hedgesim.scenario.positions import read_tree
from hedgesim.scenario.source_file import shown_path

SHARE, FAILS, LEFT_OUT = "share", "fails", "left_out"


def read_patterns(source: str | Path | None = None) -> Patterns:
    """Read and check a file of patterns, by default the packaged one.

    Raises:
        ScenarioError: anything wrong with the file, such as a statistic that does not exist: file, line and column,
            fault and remedy.
    """
    packaged = Path(str(files("hedgesim") / "data" / "patterns.yaml"))
    path = Path(shown_path(packaged)) if source is None else Path(source)
    tree = read_tree(path, needs="scenarios and patterns")
    entries = validated(tree)
    raise_first(tree, _faults(entries), [tree.place.file])
    binder = Binder(tree, entries.groups)
    bases = {
        name: Base(one.scenario, one.end, one.shock_sizes, one.own_rules, ("scenarios", name))
        for name, one in entries.scenarios.items()
    }
    patterns = tuple(
        _pattern(name, entry, side, binder)
        for side, held in ((PATTERNS, entries.patterns), (PLACEBOS, entries.placebos))
        for name, entry in held.items()
    )
    return Patterns(patterns, bases, path, entries.digest, tree)


def _faults(entries: PatternFile) -> Iterator[Fault]:
    """What the schema cannot say: names of scenarios and sources, what belongs together."""
    sources = known_names(None).sources or ()
    for name in entries.placebos.keys() & entries.patterns.keys():
        yield Fault((PLACEBOS, name), f"{shown(name)} is also a pattern", "Choose another name.", at_key=True)
    for side, held in ((PATTERNS, entries.patterns), (PLACEBOS, entries.placebos)):
        for name, entry in held.items():
            for n, key in enumerate(entry.sources):
                if key not in sources:
                    yield Fault((side, name, "sources", n), f"unknown source {shown(key)}", choose_from(key, sources))
            for n, part in enumerate(entry.parts):
                yield from _faults_of_part(part, (side, name, "parts", n), entries)


def _faults_of_part(part: PartEntry, path: KeyPath, entries: PatternFile) -> Iterator[Fault]:
    for key in ("on", "less"):
        name = getattr(part, key)
        if name is not None and name not in entries.scenarios:
            remedy = choose_from(name, entries.scenarios)
            yield Fault((*path, key), f"there is no scenario {shown(name)} in this file", remedy)
    tables = known_names(None).tables or {}
    if part.table is not None and part.table not in tables:
        yield Fault((*path, "table"), f"unknown table {shown(part.table)}", choose_from(part.table, tables))
    if part.interval is not None:
        for key, what in (("reason", "why this interval"), ("observed", "what was observed")):
            if getattr(part, key) is None:
                yield Fault(path, f"a part with an interval lacks {key}", f"Add {key}: {what}.")
    if part.missing == FAILS and part.summary != SHARE:
        remedy = "Write left_out or never, or take the share of runs."
        yield Fault((*path, "missing"), f"a run cannot fail under summary {part.summary}", remedy)
    if part.missing == "never" and part.summary in {SHARE, "mean"}:
        remedy = "Write left_out, or take a quantile."
        yield Fault((*path, "missing"), f"a run cannot count as infinite under summary {part.summary}", remedy)


def _pattern(name: str, entry: PatternEntry, side: str, binder: Binder) -> Pattern:
    parts, errors = [], []
    for n, part in enumerate(entry.parts):
        try:
            parts.append(_part(name, n, part, (side, name, "parts", n), binder))
        except ScenarioError as error:
            errors.append(error)
    if errors:
        raise ScenarioError(errors[0].place, errors[0].fault, errors[0].remedy, others=errors[1:])
    return Pattern(name, entry.statement, entry.period, entry.sources, entry.lacks, tuple(parts), side == PLACEBOS)


def _part(pattern: str, number: int, entry: PartEntry, path: KeyPath, binder: Binder) -> Part:
    return Part(
        pattern=pattern,
        number=number,
        says=entry.says,
        on=entry.on,
        less=entry.less,
        statistic=binder.statistic(entry.statistic, (*path, "statistic")),
        observed=entry.observed,
        table=entry.table,
        summary=entry.summary,
        interval=entry.interval,
        reason=entry.reason or "",
        missing=entry.missing or (FAILS if entry.summary == SHARE else LEFT_OUT),
        control=entry.control,
        alternative=entry.alternative,
        path=path,
    )
