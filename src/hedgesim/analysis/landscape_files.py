"""A landscape from two tables on file: actors with sizes, and the propensities of every pair."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hedgesim.analysis.landscape import Landscape, LandscapeError, Values
from hedgesim.errors import HedgesimError, choose_from, shown
from hedgesim.scenario.csv_table import LARGEST_TABLE
from hedgesim.scenario.files import read_text

ACTOR, SIZE = "actor", "size"
"""Columns of the table of actors; others are not read."""


@dataclass(frozen=True)
class _Line:
    """A line of a table: its number, from 1, and its cells without blanks around them."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class _Table:
    """A table on file: its header and the lines below."""

    path: Path
    header: _Line
    lines: tuple[_Line, ...]

    def at(self, line: _Line) -> str:
        """The place of a line."""
        return f"{self.path}:{line.number}"


def read_landscape(actors: Path, propensity: Path) -> Landscape:
    """Read a landscape.

    actors: CSV with the columns `actor` and `size`. propensity: CSV with the same names as header and as first column,
    in any order; nothing is read from its diagonal.

    Raises:
        ScenarioError: no such file, or one that cannot be read.
        HedgesimError: with file and line, an empty table, a missing column, a line of another length, a name that
            stands twice or in one table only, a number that is none, a size that is not above 0, propensities that
            differ by direction, fewer than two actors.
    """
    of_actors, of_pairs = _read(actors), _read(propensity)
    names, sizes = _actors(of_actors)
    pairs = _pairs(of_pairs, names, of_actors)
    lines = {line.cells[0]: line for line in of_pairs.lines}
    try:
        return Landscape(names, sizes, pairs)
    except LandscapeError as error:
        place = str(actors)
        if len(error.about) == 1:
            place = of_actors.at(of_actors.lines[error.about[0]])
        elif error.about:
            place = of_pairs.at(lines[names[error.about[0]]])
        raise HedgesimError(place, error.fault, error.remedy) from None


def _read(path: Path) -> _Table:
    """A table with a header; lines without any cell filled are passed over."""
    text = read_text(path, LARGEST_TABLE, "table (CSV)")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    try:
        rows = [_Line(reader.line_num, tuple(map(str.strip, row))) for row in reader]
    except csv.Error as error:
        place, remedy = f"{path}:{reader.line_num}", "Check its quotes and commas."
        raise HedgesimError(place, f"this is no table ({error})", remedy) from None
    lines = [row for row in rows if any(row.cells)]
    if not lines:
        raise HedgesimError(str(path), "the file is empty", "Write a header, and a line for every actor.")
    table = _Table(path, lines[0], tuple(lines[1:]))
    width = len(table.header.cells)
    for line in table.lines:
        if len(line.cells) != width:
            fault = f"{len(line.cells)} cells under {width} columns"
            raise HedgesimError(table.at(line), fault, "Write one cell for each column; quote cells that hold a comma.")
    return table


def _actors(table: _Table) -> tuple[tuple[str, ...], Values]:
    """Names and sizes of the actors."""
    header = table.header.cells
    for column in (ACTOR, SIZE):
        if header.count(column) != 1:
            fault = f"the column {column} is missing" if column not in header else f"the column {column} stands twice"
            raise HedgesimError(table.at(table.header), fault, f"Write the header {ACTOR},{SIZE}.")
    name, size = header.index(ACTOR), header.index(SIZE)
    if not table.lines:
        raise HedgesimError(str(table.path), "there are no actors", "Write a line with name and size for each.")
    for line in table.lines:
        if not line.cells[name]:
            raise HedgesimError(table.at(line), "the actor has no name", f"Write it in the column {ACTOR}.")
    sizes = [_number(table, line, size, f"the size of {shown(line.cells[name])}") for line in table.lines]
    return tuple(line.cells[name] for line in table.lines), np.asarray(sizes, dtype=np.float64)


def _pairs(table: _Table, names: Sequence[str], of_actors: _Table) -> Values:
    """Propensities in the order of the actors, axes (actor, actor); 0 on the diagonal."""
    columns, rows = table.header.cells[1:], [line.cells[0] for line in table.lines]
    _check_square(table, columns, rows)
    for name in columns:
        if name not in names:
            fault = f"{shown(name)} is no actor of {of_actors.path}"
            raise HedgesimError(table.at(table.header), fault, choose_from(name, names))
    for name, line in zip(names, of_actors.lines, strict=True):
        if name not in columns:
            fault = f"{shown(name)} has no row and column in {table.path}"
            raise HedgesimError(of_actors.at(line), fault, "Add them there, or leave the actor out.")
    found = {
        (row, column): _number(table, line, k + 1, f"the propensity of {shown(row)} and {shown(column)}")
        for row, line in zip(rows, table.lines, strict=True)
        for k, column in enumerate(columns)
        if row != column
    }
    return np.asarray([[found.get((a, b), 0.0) for b in names] for a in names], dtype=np.float64)


def _check_square(table: _Table, columns: Sequence[str], rows: Sequence[str]) -> None:
    """Refuse rows and columns that are not of the same names, each once."""
    again = _again(columns)
    if again is not None:
        fault = f"the column {shown(columns[again])} stands twice"
        raise HedgesimError(table.at(table.header), fault, "Keep one of them.")
    again = _again(rows)
    if again is not None:
        fault = f"the row {shown(rows[again])} stands twice"
        raise HedgesimError(table.at(table.lines[again]), fault, "Keep one of them.")
    for row, line in zip(rows, table.lines, strict=True):
        if row not in columns:
            fault = f"the row {shown(row)} has no column: the table must be square"
            raise HedgesimError(table.at(line), fault, choose_from(row, columns))
    for column in columns:
        if column not in rows:
            fault = f"the column {shown(column)} has no row: the table must be square"
            raise HedgesimError(table.at(table.header), fault, choose_from(column, rows))


def _again(names: Sequence[str]) -> int | None:
    """Where a name stands for the second time, from 0."""
    return next((k for k, name in enumerate(names) if name in names[:k]), None)


def _number(table: _Table, line: _Line, place: int, what: str) -> float:
    """A cell as a finite number."""
    cell = line.cells[place]
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        fault = f"{what} is not given" if not cell else f"{what} is {shown(cell)}, which is no number"
        raise HedgesimError(table.at(line), fault, "Write it like 0.5.")
    return value
