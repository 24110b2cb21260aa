"""From a file of patterns to checked patterns."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from hedgesim.analysis.patterns.binding import Binder
from hedgesim.analysis.patterns.pattern import PATTERNS, PLACEBOS, Base, Part, Pattern, Patterns
from hedgesim.analysis.patterns.schema import PartEntry, PatternEntry, PatternFile
from hedgesim.errors import ScenarioError
from hedgesim.scenario.files import shown_path
from hedgesim.scenario.positions import KeyPath, read_tree

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
    entries = PatternFile.of_tree(tree, path)
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
