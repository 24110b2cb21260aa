"""Anybody's forecasts on file: probabilities of shares, meetings, statuses and votes, read and checked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hedgesim.analysis.calibration.votes import VOTES
from hedgesim.analysis.forecasts import COLUMNS, EVENT
from hedgesim.errors import HedgesimError, choose_from, shown
from hedgesim.model.arrays import Array
from hedgesim.model.votes import KINDS
from hedgesim.model.world import RUNGS, STATUSES
from hedgesim.scenario.files import CsvTable, Line, number_in, number_like, read_csv
from hedgesim.scenario.tables import Tables, names_by_code

MET, STATUS, VOTE, MEETINGS, SHARE = "leaders_met", "status", "vote", "meetings", "share"
"""What can be forecast."""

OUTCOMES: Mapping[str, Sequence[str]] = {
    MET: ("no", EVENT),
    STATUS: STATUSES,
    VOTE: VOTES,
    MEETINGS: ("0", "1", "2", "3", "4"),
}
"""Outcomes of each quantity but shares; of meetings the last means four or more."""

PARTLY_GIVEN = (MET, STATUS)
"""Quantities whose probabilities need not sum to 1: what is left belongs to what was so in the last known year."""

AT_MOST = "<="
"""Before the number of an outcome of a share: the probability is that the share is at most so large."""

SLACK = 0.01
"""By how much probabilities may miss a sum of 1, because they are rounded."""


@dataclass(frozen=True)
class Cell:
    """One thing that is forecast, such as the status of a country in a format at the end of a year.

    probabilities: of `outcomes`, axes (outcome,), which sum to 1 with `rest`; of a share those of being at most each of
    them. rest: probability that is left to what was so in the last known year.
    """

    quantity: str
    country: str
    object: str
    year: int
    outcomes: tuple[str, ...]
    probabilities: Array
    rest: float = 0.0

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What is forecast."""
        return self.quantity, self.country, self.object, self.year

    @property
    def limits(self) -> Array:
        """Of a share: the numbers that it is at most, axes (outcome,)."""
        return np.array([float(one.removeprefix(AT_MOST)) for one in self.outcomes])


def read_forecasts(path: Path, tables: Tables) -> list[Cell]:
    """Read a file of forecasts: columns quantity, country, object, outcome, year and probability, in any order.

    tables: whose countries, formats, domains and options may be named.

    Raises:
        HedgesimError: with file and line, as of `read_csv`; a missing column; an unknown name or outcome; a probability
            outside 0 to 1, given twice, or that does not sum to 1 with the others; a share's that fall.
    """
    return cells_in(read_csv(path), tables)


def cells_in(table: CsvTable, tables: Tables) -> list[Cell]:
    """The forecasts of a table; see `read_forecasts`."""
    table.check(COLUMNS)
    names = _Names.of(tables)
    cells: dict[tuple[str, str, str, int], dict[str, tuple[float, Line]]] = {}
    places = [table.header.cells.index(name) for name in COLUMNS]
    for line in table.lines:
        quantity, country, thing, outcome, year, _ = (line.cells[k] for k in places)
        names.check(table, line, quantity, country, thing)
        own = cells.setdefault((quantity, country, thing, _year(table, line, year)), {})
        label = _outcome(table, line, quantity, outcome)
        if label in own:
            raise _error(table, line, f"the outcome {shown(outcome)} is there twice", "Keep one of the two lines.")
        own[label] = (_probability(table, line, places[-1]), line)
    return [_cell(table, key, given) for key, given in cells.items()]


def _error(table: CsvTable, line: Line, fault: str, remedy: str) -> HedgesimError:
    return HedgesimError(table.place(line), fault, remedy)


def _year(table: CsvTable, line: Line, cell: str) -> int:
    if not (cell.isascii() and cell.isdigit() and len(cell) == 4):
        raise _error(table, line, f"the year is {shown(cell)}", "Write it like 2023.")
    return int(cell)


def _probability(table: CsvTable, line: Line, place: int) -> float:
    cell = line.cells[place]
    value = number_in(cell)
    if math.isnan(value):
        raise _error(table, line, f"the probability is {shown(cell)}, which is not a number", number_like(cell))
    if not 0.0 <= value <= 1.0:
        raise _error(table, line, f"the probability {cell} is not between 0 and 1", "Write 0.25 for 25 percent.")
    return value


def _outcome(table: CsvTable, line: Line, quantity: str, cell: str) -> str:
    """An outcome of a quantity; of a share, the number in one form, so that 0.2 and 0.20 are the same."""
    if quantity != SHARE:
        if cell not in OUTCOMES[quantity]:
            fault = f"{shown(cell)} is no outcome of {quantity}"
            raise _error(table, line, fault, choose_from(cell, OUTCOMES[quantity]))
        return cell
    limit = number_in(cell.removeprefix(AT_MOST).strip())
    if not cell.startswith(AT_MOST) or not 0.0 <= limit <= 1.0:
        remedy = "Write <=0.2 with the probability that the share is at most 0.2."
        raise _error(table, line, f"{shown(cell)} is no outcome of a share", remedy)
    return f"{AT_MOST}{limit!r}"


def _cell(table: CsvTable, key: tuple[str, str, str, int], given: Mapping[str, tuple[float, Line]]) -> Cell:
    """A cell from its lines; HedgesimError where its probabilities do not fit together."""
    quantity, last = key[0], list(given.values())[-1][1]
    if quantity == SHARE:
        ordered = sorted(given, key=lambda label: float(label.removeprefix(AT_MOST)))
        chances = np.array([given[label][0] for label in ordered])
        falls = np.flatnonzero(np.diff(chances) < 0.0)
        if len(falls):
            fault = f"the probability falls from {chances[falls[0]]:g} to {chances[falls[0] + 1]:g} as the share grows"
            remedy = "The probability of at most 0.3 includes that of at most 0.2."
            raise _error(table, given[ordered[falls[0] + 1]][1], fault, remedy)
        return Cell(*key, tuple(ordered), chances)
    held = {label: given.get(label, (0.0, last))[0] for label in OUTCOMES[quantity]}
    total = sum(held.values())
    rest = max(0.0, 1.0 - total) if quantity in PARTLY_GIVEN else 0.0
    total += rest
    if abs(total - 1.0) > SLACK:
        fault = f"the probabilities of {' '.join(map(str, filter(None, key)))} sum to {total:g}"
        remedy = f"Give each of {', '.join(OUTCOMES[quantity])}, and let them sum to 1."
        raise _error(table, last, fault, remedy)
    return Cell(*key, tuple(held), np.array(list(held.values())) / total, rest / total)


@dataclass(frozen=True)
class _Names:
    """Codes that a file may hold, by the column of the axes."""

    codes: Mapping[str, Sequence[str]]

    @staticmethod
    def of(tables: Tables) -> _Names:
        axes = tables.table("axes")
        codes = {axis: list(axes.loc[axes["axis"] == axis, "code"]) for axis in ("country", "domain", "option")}
        return _Names({**codes, "format": list(tables.table("formats")["format"]), "kind": KINDS, "rung": RUNGS[1:]})

    def check(self, table: CsvTable, line: Line, quantity: str, country: str, thing: str) -> None:
        """Refuse a quantity, country or object that is not known."""
        known = (*OUTCOMES, SHARE)
        if quantity not in known:
            raise _error(table, line, f"there is no quantity {shown(quantity)}", choose_from(quantity, known))
        if quantity in (MET, MEETINGS):
            if country:
                fault = f"the quantity {quantity} is not of one country, but {shown(country)} is named"
                raise _error(table, line, fault, "Leave the cell of the country empty.")
        else:
            self._known(table, line, "country", country)
        for axis, name in self._parts(table, line, quantity, thing):
            self._known(table, line, axis, name)

    def _parts(self, table: CsvTable, line: Line, quantity: str, thing: str) -> Iterator[tuple[str, str]]:
        """The parts of an object: domain and option of a share, format and rung of meetings, else one."""
        axes = {SHARE: ("domain", "option"), MEETINGS: ("format", "rung"), VOTE: ("kind",)}.get(quantity, ("format",))
        parts = thing.split(":")
        if len(parts) != len(axes):
            fault = f"the object of {quantity} is {shown(thing)}"
            raise _error(table, line, fault, f"Write {' and '.join(axes)}, such as {':'.join(axes)}.")
        return zip(axes, parts, strict=True)

    def _known(self, table: CsvTable, line: Line, axis: str, name: str) -> None:
        if name not in self.codes[axis]:
            raise _error(
                table, line, f"there is no {axis} {shown(name)}", choose_from(name, self.codes[axis], names_by_code())
            )
