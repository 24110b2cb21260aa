"""How a comparison is printed: what was set differently, then the outcomes that part most, in words and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hedgesim.commands._printing import print_lines, print_rows, several
from hedgesim.numbers import rounded

if TYPE_CHECKING:
    import pandas as pd

    from hedgesim.analysis.comparison import Comparison

SHOWN = 10
"""Outcomes of the headline."""

PRESENCE = "presence"
HEADLINE = (PRESENCE, "hedging_index", "cohesion", "leader_meetings", "leader_meetings_outside", "first_time_formats",
            "realignments")  # fmt: skip
"""Outcomes of the headline; --all has the others, some of which hardly vary and so would always come first."""

Row = Mapping[Any, Any]

Write = Callable[[Sequence[str], Sequence[Any]], None]
"""Writes columns and rows as a table."""


def print_headline(
    found: Comparison, chosen: pd.DataFrame, most: int | None, others_are: str, *, write: Write = print_rows
) -> None:
    """What was set differently, then the outcomes that differ most, in words and in numbers.

    chosen: rows of the differences. most: of how many outcomes, None for all. others_are: where the others are.
    """
    from hedgesim.scenario.tables import names_by_code

    first, *others = found.names
    if len(found.settings):
        rows = [[_shown(value) for value in row] for row in found.settings.itertuples(index=False)]
        write(["setting", *found.names], rows)
    else:
        print_lines("No value of the scenarios differs, nor seed, runs or version.")
    names = names_by_code()
    for name in others:
        own = chosen[chosen["batch"] == name]
        differing = own[~_same(own)]
        listed = differing if most is None else differing[differing["outcome"].isin(HEADLINE)].head(most)
        top = listed.to_dict("records")
        print_lines("", f"{name} against {first}{f' in {found.period}' if found.period else ''}: {_how(own)}")
        print_lines(*(f"  {_in_words(row, names)}" for row in top[:SHOWN]))
        if top:
            columns = ["outcome", "of", "option", first, name, "difference", "relative", "90 %", "n"]
            write(columns, list(map(_cells, top)))
        if differing.empty:
            print_lines(f"Nothing differs: {several(len(own), 'outcome')} compared, each the same in every run.")
        elif len(own) > len(differing):
            print_lines(f"The same in every run: {len(own) - len(differing)} of {several(len(own), 'outcome')}.")
        if len(differing) > len(top):
            print_lines(f"{len(differing) - len(top)} more differ: {others_are}.")
    print_lines(*found.left_out)


def _same(own: pd.DataFrame) -> pd.Series[bool]:
    """Which outcomes are the same in every run."""
    return own["paired"] & (own["difference"] == 0.0) & ~(own["error"] > 0.0)


def _how(own: pd.DataFrame) -> str:
    """How the two were compared."""
    if own["paired"].all():
        n = sorted(set(own["n"]))
        kept = f" ({n[0]} for outcomes that only kept runs have)" if n[0] < n[-1] else ""
        return f"paired by random numbers, {n[-1]} runs{kept}"
    return "not paired, because seeds, runs or what varies differ; intervals are those of the difference of means"


def _cells(row: Row) -> list[object]:
    relative = "" if row["relative"] != row["relative"] else f"{100 * row['relative']:+.1f} %"
    columns = ("base", "value", "difference", "low", "high")
    (base, value, change, low, high), _ = rounded((row[name] for name in columns), row["error"])
    change = f"{'+' * (row['difference'] > 0.0)}{change}"
    return [row["outcome"], row["entity"], row["option"], base, value, change, relative, f"{low} to {high}", row["n"]]


def _in_words(row: Row, names: Mapping[str, str]) -> str:
    """A difference as a sentence."""
    of_presence, what = row["outcome"] == PRESENCE, str(row["outcome"]).replace("_", " ").capitalize()
    scale = 100.0 if of_presence else 1.0
    (size,), _ = rounded([scale * abs(row["difference"])], scale * row["error"])
    whose, option = (names.get(row[name], row[name]) for name in ("entity", "option"))
    if of_presence:
        size, what = f"{size} percentage points", f"Presence of {option}"
        place = f" in {whose}" if whose else ", mean over countries"
    else:
        place = f" of {whose}" * bool(whose) + f" ({option})" * bool(option)
    if row["difference"] == 0.0:
        return f"{what}{place}: the same on average, but not in every run."
    return f"{what}{place}: {size} {'higher' if row['difference'] > 0 else 'lower'}{_sure(row)}."


def _sure(row: Row) -> str:
    """In how many runs, or whether the interval holds 0."""
    if row["paired"]:
        share = row["same_sign"]
        return ", in all runs" if share == 1.0 else f", in {100 * share:.0f} % of runs"
    return "" if row["low"] > 0.0 or row["high"] < 0.0 else ", which may be chance"


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
