"""What commands print: lines, tables and JSON, all of it literally and without a character that steers a terminal."""

from __future__ import annotations

import json
import string
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from typer import Exit

from hedgesim.errors import printable
from hedgesim.numbers import EXACT, apart, significant

if TYPE_CHECKING:
    import pandas as pd


MOST_REASONS = 3
"""Reasons for failed runs that are printed."""

WIDTH_OF_FILES = 240
"""Characters of a table's line where it is not printed on a terminal."""


def print_lines(*lines: object) -> None:
    """Each on a line of its own of standard output."""
    for line in lines:
        print(printable(str(line)))


def print_aside(line: object) -> None:
    """A line on standard error."""
    print(printable(str(line)), file=sys.stderr)


def print_rows(
    columns: Iterable[str], rows: Iterable[Iterable[object]], *, digits: int = EXACT, as_json: bool = False
) -> None:
    """Rows as a table, or as JSON records of texts.

    digits: significant digits of cells that are floats; one that is not defined is left empty.
    """
    names, cells = list(columns), [[_text(cell, digits) for cell in row] for row in rows]
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in cells])
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(names):
        numeric = all(_is_number(row[place]) for row in cells)
        table.add_column(printable(name), overflow="fold", justify="right" if numeric else "left")
    for row in cells:
        table.add_row(*map(printable, row))
    width = None if sys.stdout.isatty() else WIDTH_OF_FILES
    Console(width=width, markup=False, highlight=False, emoji=False).print(table)


def print_table(table: pd.DataFrame, columns: Mapping[str, str], *, as_json: bool = False) -> None:
    """The rows of a data frame: a column for each heading, with the form of its cells, such as `{q05} to {q95}`.

    Numbers without a format have three significant digits, or as many more as tell those of a cell apart.
    """
    rows = [[_filled(form, row) for form in columns.values()] for row in records_of(table)]
    print_rows(columns, rows, as_json=as_json)


def unchanged(names: Iterable[str]) -> dict[str, str]:
    """Columns of `print_table` that are printed as they are, under their own names."""
    return {name: f"{{{name}}}" for name in names}


def print_json(data: object) -> None:
    """Data as JSON, piece by piece, because there may be half a million rows."""
    json.dump(data, sys.stdout, indent=2, default=str)
    print_lines("")


def records_of(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """The rows of a data frame, with None where a number is not defined."""
    return table.astype(object).where(table.notna(), None).to_dict("records")


def print_failed(runs: pd.DataFrame, whose: str = "") -> None:
    """Why runs of a table failed, the most frequent reasons first."""
    reasons = runs["failed"].value_counts()
    for reason, n in reasons.head(MOST_REASONS).items():
        print_lines(f"{whose}{several(n, 'run')} failed: {reason}.")
    if len(reasons) > MOST_REASONS:
        print_lines(f"{several(len(reasons) - MOST_REASONS, 'more reason')} in the column failed of the table runs.")


def end_where_all_failed(runs: pd.DataFrame) -> None:
    """End with exit code 1 where no run of a table succeeded."""
    if runs["failed"].notna().all():
        raise Exit(1)


def several(n: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 run, 2 runs."""
    return f"{n} {one if n == 1 else many or f'{one}s'}"


def _filled(form: str, row: Mapping[Any, Any]) -> str:
    """A cell: what its form names, in a format of its own or, with none or `+`, in digits that tell numbers apart.

    It is empty if nothing that the form names is defined.
    """
    parts = list(string.Formatter().parse(form))
    if all(row[name] is None for _, name, _, _ in parts if name is not None):
        return ""
    free = {name: row[name] for _, name, spec, _ in parts if spec in {"", "+"} and isinstance(row.get(name), float)}
    texts = {sign: dict(zip(free, apart(free.values(), sign=sign), strict=True)) for sign in ("", "+")}
    cell = ""
    for text, name, spec, _ in parts:
        cell += text
        if name in free:
            cell += texts[spec or ""][name]
        elif name is not None and row[name] is not None:
            cell += format(row[name], spec or "")
    return cell


def _text(cell: object, digits: int) -> str:
    if isinstance(cell, float):
        return str(cell) if digits == EXACT and cell == cell else significant(cell, digits)
    return str(cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell.rstrip("%") or "0")
    except ValueError:
        return False
    return True
