"""How a comparison is printed: what was set differently, then the outcomes that part most, in words and numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from hedgesim.analysis.headline import SAME_IN_ALL, SHOWN, Row, beyond, how_compared, in_headline, in_words, same
from hedgesim.commands._printing import print_lines, print_rows, several
from hedgesim.numbers import percent, rounded

if TYPE_CHECKING:
    import pandas as pd

    from hedgesim.analysis.comparison import Comparison
    from hedgesim.results.results import Results

NAME_MORE = (
    "To compare an outcome of a single place, such as trust_UZB_KGZ or share_economy_RUS_KAZ, name it: --outcome NAME "
    "(hedgesim outcomes lists all)."
)

Write = Callable[[Sequence[str], Sequence[Any]], None]
"""Writes columns and rows as a table."""


def print_headline(
    found: Comparison,
    chosen: pd.DataFrame,
    most: int | None,
    others_are: str,
    *,
    batches: Sequence[Results],
    write: Write = print_rows,
) -> None:
    """What was set differently, then the outcomes that differ most, in words and in numbers.

    chosen: rows of the differences. most: of how many outcomes, None for all. others_are: where the others are.
    batches: that are compared.
    """
    first, *others = found.names
    if len(found.settings):
        rows = [[_shown(value) for value in row] for row in found.settings.itertuples(index=False)]
        write(["setting", *found.names], rows)
    else:
        print_lines("The values of the scenarios, the seed, the runs and the version are the same.")
    for name, batch in zip(others, batches[1:], strict=True):
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
            _print_beside((batches[0], batch), found, name, top[:SHOWN], write)
        if differing.empty:
            print_lines(f"Nothing differs: {several(len(own), 'outcome')} compared, each the same in every run.")
        elif len(own) > len(differing):
            print_lines(f"The same in every run: {len(own) - len(differing)} of {several(len(own), 'outcome')}.")
        print_lines(*([aside] if aside else []))
        if len(differing) > len(top):
            print_lines(f"{len(differing) - len(top)} more differ: {others_are}.")
    if not any("factors" in one.manifest for one in batches):
        print_lines(SAME_IN_ALL)
    print_lines(*found.left_out)


def _print_beside(pair: Sequence[Results], found: Comparison, name: str, rows: Sequence[Row], write: Write) -> None:
    """Differences of presence by domain, and what of those of the hedging index is rivalry."""
    from hedgesim.analysis.beside import by_domain, rivalry_in_words

    if domains := by_domain(pair, found, rows):
        print_lines("", f"By domain, percentage points, mean of {several(domains.n, 'kept run')}:")
        write(["", *domains.domains], [[what, *cells] for what, cells in domains.rows])
    print_lines(*filter(None, [rivalry_in_words(pair, found, name, rows)]))


def _cells(row: Row) -> list[object]:
    relative = percent(row["relative"], 1, "+")
    columns = ("base", "value", "difference", "low", "high")
    (base, value, change, low, high), _ = rounded((row[name] for name in columns), row["error"])
    change = f"{'+' if row['difference'] > 0.0 else ''}{change}"
    return [row["outcome"], row["entity"], row["option"], base, value, change, relative, f"{low} to {high}", row["n"]]


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
