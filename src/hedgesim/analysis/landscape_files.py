"""A landscape from two tables on file: actors with sizes, and the propensities of every pair."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hedgesim.analysis.landscape import Landscape, Values, faults
from hedgesim.errors import HedgesimError, choose_from, shown
from hedgesim.scenario.csv_table import LARGEST_TABLE
from hedgesim.scenario.files import read_text

ACTOR, SIZE = "actor", "size"
"""Columns of the table of actors; others are not read."""


@dataclass(frozen=True)
class _Table:
    """A table on file: its header, row 0, and the rows below, as cells without blanks around them."""

    path: Path
    lines: tuple[int, ...]
    """The line of each row, from 1."""
    rows: tuple[tuple[str, ...], ...]

    def place(self, row: int) -> str:
        """The file and line of a row."""
        return f"{self.path}:{self.lines[row]}"

    def number(self, row: int, column: int, what: str) -> float:
        """A cell as a finite number; HedgesimError for any other, which says what it is."""
        cell = self.rows[row][column]
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            fault = f"{what} is {shown(cell)}, which is not a number" if cell else f"{what} is not given"
            raise HedgesimError(self.place(row), fault, "Write it like 0.5.")
        return value


def read_landscape(actors: Path, propensity: Path) -> Landscape:
    """Read a landscape.

    actors: CSV with the columns `actor` and `size`. propensity: CSV with the same names as header and as first column,
    in any order; nothing is read from its diagonal.

    Raises:
        ScenarioError: no such file, or one that cannot be read.
        HedgesimError: with file and line, an empty table, a missing column, a line of another length, a name that
            occurs twice or in one table only, a cell that is not a number, a size not above 0, propensities that
            differ by direction, fewer than two actors.
    """
    of_actors, of_pairs = _read(actors), _read(propensity)
    names, sizes = _actors(of_actors)
    pairs = _pairs(of_pairs, names, of_actors)
    for error, at_fault in faults(names, sizes, pairs):
        place = str(actors)
        if len(at_fault) == 1:
            place = of_actors.place(1 + at_fault[0])
        elif at_fault:
            place = of_pairs.place([row[0] for row in of_pairs.rows].index(names[at_fault[0]], 1))
        raise HedgesimError(place, error.fault, error.remedy)
    return Landscape(names, sizes, pairs)


def _read(path: Path) -> _Table:
    """A table with a header; lines without any cell filled are ignored."""
    text = read_text(path, LARGEST_TABLE, "table (CSV)")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    try:
        read = [(reader.line_num, tuple(map(str.strip, row))) for row in reader]
    except csv.Error as error:
        place, fault = f"{path}:{reader.line_num}", f"this is not a table ({error})"
        raise HedgesimError(place, fault, "Check its quotes and commas.") from None
    filled = [(line, row) for line, row in read if any(row)]
    if not filled:
        raise HedgesimError(path, "the file is empty", "Write a header, and a line for every actor.")
    lines, rows = zip(*filled, strict=True)
    table = _Table(path, lines, rows)
    for k, row in enumerate(rows):
        if len(row) != len(rows[0]):
            fault = f"{len(row)} cells under {len(rows[0])} columns"
            raise HedgesimError(table.place(k), fault, "Write one cell for each column; quote cells that hold a comma.")
    return table


def _actors(table: _Table) -> tuple[tuple[str, ...], Values]:
    """Names and sizes of the actors, axes (actor,)."""
    header, *rows = table.rows
    for column in (ACTOR, SIZE):
        if header.count(column) != 1:
            fault = f"the column {column} is missing" if column not in header else f"the column {column} occurs twice"
            raise HedgesimError(table.place(0), fault, f"Write the header {ACTOR},{SIZE}.")
    if not rows:
        raise HedgesimError(table.path, "there are no actors", "Write a line with name and size for each.")
    names = tuple(row[header.index(ACTOR)] for row in rows)
    if "" in names:
        place = table.place(1 + names.index(""))
        raise HedgesimError(place, "the actor has no name", f"Write it in the column {ACTOR}.")
    place_of_size = header.index(SIZE)
    sizes = [table.number(1 + k, place_of_size, f"the size of {shown(name)}") for k, name in enumerate(names)]
    return names, np.asarray(sizes, dtype=np.float64)


def _pairs(table: _Table, names: Sequence[str], of_actors: _Table) -> Values:
    """Propensities in the order of the actors, axes (actor, actor); 0 on the diagonal."""
    columns, rows = table.rows[0][1:], tuple(row[0] for row in table.rows[1:])
    _check_square(table, columns, rows)
    for name in columns:
        if name not in names:
            fault = f"{shown(name)} is not an actor of {of_actors.path}"
            raise HedgesimError(table.place(0), fault, choose_from(name, names))
    for k, name in enumerate(names):
        if name not in columns:
            fault = f"{shown(name)} has no row and column in {table.path}"
            raise HedgesimError(of_actors.place(1 + k), fault, "Add them there, or leave the actor out.")
    found = {
        (row, column): table.number(1 + i, 1 + j, f"the propensity of {shown(row)} and {shown(column)}")
        for i, row in enumerate(rows)
        for j, column in enumerate(columns)
        if row != column
    }
    return np.asarray([[found.get((a, b), 0.0) for b in names] for a in names], dtype=np.float64)


def _check_square(table: _Table, columns: Sequence[str], rows: Sequence[str]) -> None:
    """Refuse rows and columns that do not have the same names, each once."""
    of_columns, of_rows = [table.place(0)] * len(columns), [table.place(1 + k) for k in range(len(rows))]
    both = (("row", rows, of_rows, "column", columns), ("column", columns, of_columns, "row", rows))
    for kind, names, places, _, _ in both:
        for k, name in enumerate(names):
            if name in names[:k]:
                raise HedgesimError(places[k], f"the {kind} {shown(name)} occurs twice", "Keep one of them.")
    for kind, names, places, other, others in both:
        for k, name in enumerate(names):
            if name not in others:
                fault = f"the {kind} {shown(name)} has no {other}: the table must be square"
                raise HedgesimError(places[k], fault, choose_from(name, others))
