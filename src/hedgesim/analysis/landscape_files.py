"""A landscape from two tables on file: actors with sizes, and the propensities of every pair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hedgesim.analysis.landscape import Landscape, Values, faults
from hedgesim.errors import HedgesimError, Place, choose_from, shown
from hedgesim.scenario.files import CsvTable, Line, number_in, number_like, read_csv

ACTOR, SIZE = "actor", "size"
"""Columns of the table of actors; others are not read."""


def read_landscape(actors: Path, propensity: Path) -> Landscape:
    """Read a landscape.

    actors: CSV with the columns `actor` and `size`. propensity: CSV with the same names as header and as first column,
    in any order; nothing is read from its diagonal.

    Raises:
        HedgesimError: with file and line, no such file or one that cannot be read, an empty table, a missing column, a
            line of another length, a name that occurs twice or in one table only, a cell that is not a number, a size
            that is not above 0, propensities that differ by direction, fewer than two actors.
    """
    of_actors, of_pairs = read_csv(actors), read_csv(propensity)
    for table in (of_actors, of_pairs):
        table.check_lengths()
    names, sizes = _actors(of_actors)
    pairs = _pairs(of_pairs, names, of_actors)
    for error, at_fault in faults(names, sizes, pairs):
        place = Place(str(of_actors.path))
        if len(at_fault) == 1:
            place = of_actors.place(of_actors.lines[at_fault[0]])
        elif at_fault:
            row = next(line for line in of_pairs.lines if line.cells[0] == names[at_fault[0]])
            place = of_pairs.place(row)
        raise HedgesimError(place, error.fault, error.remedy)
    return Landscape(names, sizes, pairs)


def _number(table: CsvTable, line: Line, column: int, what: str) -> float:
    """A cell as a finite number; HedgesimError for any other, which says what it is."""
    cell = line.cells[column]
    value = number_in(cell)
    if math.isnan(value):
        fault = f"{what} is {shown(cell)}, which is not a number" if cell else f"{what} is not given"
        raise HedgesimError(table.place(line), fault, number_like(cell))
    return value


def _actors(table: CsvTable) -> tuple[tuple[str, ...], Values]:
    """Names and sizes of the actors, axes (actor,)."""
    header = table.header.cells
    for column in (ACTOR, SIZE):
        if header.count(column) != 1:
            fault = f"the column {column} is missing" if column not in header else f"the column {column} occurs twice"
            raise HedgesimError(table.place(table.header), fault, f"Write the header {ACTOR},{SIZE}.")
    if not table.lines:
        raise HedgesimError(table.path, "there are no actors", "Write a line with name and size for each.")
    names = tuple(table.column(ACTOR))
    if "" in names:
        place = table.place(table.lines[names.index("")])
        raise HedgesimError(place, "the actor has no name", f"Write it in the column {ACTOR}.")
    of_size = header.index(SIZE)
    sizes = [
        _number(table, line, of_size, f"the size of {shown(name)}")
        for name, line in zip(names, table.lines, strict=True)
    ]
    return names, np.asarray(sizes, dtype=np.float64)


def _pairs(table: CsvTable, names: Sequence[str], of_actors: CsvTable) -> Values:
    """Propensities in the order of the actors, axes (actor, actor); 0 on the diagonal."""
    columns = table.header.cells[1:]
    _check_square(table)
    for name in columns:
        if name not in names:
            fault = f"{shown(name)} is not an actor of {of_actors.path}"
            raise HedgesimError(table.place(table.header), fault, choose_from(name, names))
    for name, line in zip(names, of_actors.lines, strict=True):
        if name not in columns:
            fault = f"{shown(name)} has no row and column in {table.path}"
            raise HedgesimError(of_actors.place(line), fault, "Add them there, or leave the actor out.")
    found = {
        (line.cells[0], column): _number(
            table, line, j, f"the propensity of {shown(line.cells[0])} and {shown(column)}"
        )
        for line in table.lines
        for j, column in enumerate(columns, 1)
        if line.cells[0] != column
    }
    return np.asarray([[found.get((a, b), 0.0) for b in names] for a in names], dtype=np.float64)


def _check_square(table: CsvTable) -> None:
    """Refuse rows and columns that do not have the same names, each once."""
    rows = [(line.cells[0], line) for line in table.lines]
    columns = [(name, table.header) for name in table.header.cells[1:]]
    both = (("row", rows, "column", columns), ("column", columns, "row", rows))
    for kind, own, _, _ in both:
        for k, (name, line) in enumerate(own):
            if name in (before for before, _ in own[:k]):
                raise HedgesimError(table.place(line), f"the {kind} {shown(name)} occurs twice", "Keep one of them.")
    for kind, own, other, others in both:
        known = [name for name, _ in others]
        for name, line in own:
            if name not in known:
                fault = f"the {kind} {shown(name)} has no {other}: the table must be square"
                raise HedgesimError(table.place(line), fault, choose_from(name, known))
