"""How a comparison is printed: what was set differently, then the outcomes that part most, in words and numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from hedgesim.analysis.headline import SHOWN, Row, beyond, how_compared, in_headline, in_words, same
from hedgesim.commands._printing import print_lines, print_rows, several
from hedgesim.numbers import percent, rounded

if TYPE_CHECKING:
    import pandas as pd

    from hedgesim.analysis.comparison import Comparison

NAME_MORE = (
    "To compare an outcome of a single place, such as trust_UZB_KGZ or share_economy_RUS_KAZ, name it: --outcome NAME "
    "(hedgesim outcomes lists all)."
)

Write = Callable[[Sequence[str], Sequence[Any]], None]
"""Writes columns and rows as a table."""


def print_headline(
    found: Comparison, chosen: pd.DataFrame, most: int | None, others_are: str, *, write: Write = print_rows
) -> None:
    """What was set differently, then the outcomes that differ most, in words and in numbers.

    chosen: rows of the differences. most: of how many outcomes, None for all. others_are: where the others are.
    """
    first, *others = found.names
    if len(found.settings):
        rows = [[_shown(value) for value in row] for row in found.settings.itertuples(index=False)]
        write(["setting", *found.names], rows)
    else:
        print_lines("The values of the scenarios, the seed, the runs and the version are the same.")
    for name in others:
        own = chosen[chosen["batch"] == name]
        differing = own[~same(own)]
        listed = differing if most is None else differing[in_headline(differing)].head(most)
        top, aside = listed.to_dict("records"), "" if most is None else beyond(differing, listed)
        when = f" in {found.period}" if found.period else ""
        print_lines("", f"{name} against {first}{when}: {how_compared(own)}; ordered by difference / spread of runs")
        print_lines(*(f"  {in_words(row, found.called)}" for row in top[:SHOWN]))
        if top:
            columns = ["outcome", "of", "option", first, name, "difference", "relative", "90 %", "n"]
            write(columns, list(map(_cells, top)))
        if differing.empty:
            print_lines(f"Nothing differs: {several(len(own), 'outcome')} compared, each the same in every run.")
        elif len(own) > len(differing):
            print_lines(f"The same in every run: {len(own) - len(differing)} of {several(len(own), 'outcome')}.")
        print_lines(*([aside] if aside else []))
        if len(differing) > len(top):
            print_lines(f"{len(differing) - len(top)} more differ: {others_are}.")
    print_lines(*found.left_out)


def _cells(row: Row) -> list[object]:
    relative = percent(row["relative"], 1, "+")
    columns = ("base", "value", "difference", "low", "high")
    (base, value, change, low, high), _ = rounded((row[name] for name in columns), row["error"])
    change = f"{'+' if row['difference'] > 0.0 else ''}{change}"
    return [row["outcome"], row["entity"], row["option"], base, value, change, relative, f"{low} to {high}", row["n"]]


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
