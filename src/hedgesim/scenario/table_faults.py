"""What is wrong with the cells of the tables of a folder: each fault is said once, with all lines that have it."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice, pairwise
from pathlib import PurePath
from typing import Any

from hedgesim.errors import HedgesimError, Place, choose_from, closest, shown
from hedgesim.scenario.cells import (
    ASSUMPTION,
    CHECKED,
    MAY_BE_EMPTY,
    MUST_HAVE_DATES,
    NAMED,
    OTHER_OPTIONS,
    OTHERS,
    SYMMETRIC,
    Said,
    allowed,
    bounds_of,
    shock_faults,
    wanted,
    word_fault,
)
from hedgesim.scenario.files import CsvTable, number_in, number_like

Forms = Mapping[str, Mapping[str, Any]]
"""What tables mean, by name."""

MOST_RANGES = 8
"""Ranges of lines that are named."""

MOST_ALIKE = 4096
"""Different cells of a column about which a check remembers what it found."""

MOST_CELLS = 50_000
"""Cells of a table that are reported, most of them together."""


def cell_faults(
    home: str, own: str, read: Mapping[str, CsvTable], forms: Forms, sources: Collection[str]
) -> Iterator[HedgesimError]:
    """What is wrong with the cells of tables; those with one fault together, unknown sources in one for all tables."""
    names = _names(read)
    unknown: dict[str, list[tuple[str, CellFault]]] = {}
    for name, table in read.items():
        cells: list[CellFault] = []
        for one in islice(CellChecks(name, table, forms[name], sources, names).faults(), MOST_CELLS):
            if one.is_source:
                unknown.setdefault(one.value, []).append((str(table.path), one))
            else:
                cells.append(one)
        yield from _in_lines(str(table.path), cells)
        if name == "axes":
            yield from _wrong_options(table, names)
    for key, found in unknown.items():
        yield _of_source(key, found, home, own, sources)


def _in_lines(file: str, found: Iterable[CellFault]) -> Iterator[HedgesimError]:
    """Faults of a table, those that are alike as one with all its lines, in the order of their first lines."""
    alike: dict[tuple[str, str, str], list[int]] = {}
    for one in found:
        alike.setdefault((one.what, one.fault, one.remedy), []).append(one.line)
    for (what, fault, remedy), lines in alike.items():
        if len(set(lines)) == 1:
            yield HedgesimError(Place(file, lines[0]), f"{what} {fault}", remedy)
        else:
            yield HedgesimError(file, f"{what} ({line_numbers(lines)}) {fault}", remedy)


def _of_source(
    key: str, found: Sequence[tuple[str, CellFault]], home: str, own: str, known: Collection[str]
) -> HedgesimError:
    """A source that is not known, once for all tables; found: file and fault; own: the file in which to add it."""
    near = closest(key, known)
    guess = f'Did you mean "{near}"? ' if near else ""
    remedy = f"{guess}Write assumption, or add {key} to {own}."
    files = list(dict.fromkeys(file for file, _ in found))
    faults = [fault for _, fault in found]
    if len(files) == 1:
        return next(_in_lines(files[0], [CellFault(f.line, "is no source", remedy, f.column, f.value) for f in faults]))
    places = [f"{PurePath(file).name} {line_numbers([f.line for of, f in found if of == file])}" for file in files]
    return HedgesimError(home, f"{faults[0].what} ({', '.join(places)}) is no source", remedy)


def line_numbers(lines: Iterable[int]) -> str:
    """Numbers of lines, those that follow each other as a range: line 2; lines 2-16, 20."""
    ordered = sorted(set(lines))
    if len(ordered) == 1:
        return f"line {ordered[0]}"
    starts = [ordered[0], *(b for a, b in pairwise(ordered) if b > a + 1)]
    ends = [*(a for a, b in pairwise(ordered) if b > a + 1), ordered[-1]]
    ranges = [f"{a}" if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True)]
    more = f" and {len(ranges) - MOST_RANGES} more" if len(ranges) > MOST_RANGES else ""
    return f"lines {', '.join(ranges[:MOST_RANGES])}{more}"


def _wrong_options(axes: CsvTable, names: Mapping[str, set[str]]) -> Iterator[HedgesimError]:
    """Options that are not the powers, the region and other."""
    wanted, there = {*names.get("power", ()), *OTHER_OPTIONS}, names.get("option", set())
    lacks, more = sorted(wanted - there), sorted(there - wanted)
    if "power" in names and (lacks or more):
        said = [f"{word} {', '.join(codes)}" for word, codes in (("lack", lacks), ("have too many", more)) if codes]
        fault = f"the options (rows of the axis option) {' and '.join(said)}"
        remedy = f"The options are the powers, {OTHER_OPTIONS[0]} and {OTHER_OPTIONS[1]}."
        yield HedgesimError(axes.place(axes.header), fault, remedy)


def _names(read: Mapping[str, CsvTable]) -> dict[str, set[str]]:
    """Codes by axis, and formats, of the tables that could be read."""
    found: dict[str, set[str]] = {}
    if "axes" in read:
        for axis, code in zip(read["axes"].column("axis"), read["axes"].column("code"), strict=True):
            found.setdefault(axis, set()).add(code)
    if "formats" in read:
        found["format"] = set(read["formats"].column("format"))
    return found


@dataclass(frozen=True)
class CellFault:
    """One fault: its line, what is wrong (column and value, or nothing) and how, and what to do."""

    line: int
    fault: str
    remedy: str
    column: str = ""
    value: str = ""

    @property
    def what(self) -> str:
        """The cell in words."""
        if not self.column:
            return ""
        return f"{shown(self.value)} in the column {self.column}" if self.value else f"the column {self.column}"

    @property
    def is_source(self) -> bool:
        """Whether it is a source that is not known."""
        return self.column == "source" and bool(self.value)


@dataclass(frozen=True)
class CellChecks:
    """Checks of the cells of one table; names: by axis and of formats, sources: keys of citations.

    A check yields what is wrong with the cells of a line in some columns; lines that are alike there are checked once.
    """

    name: str
    table: CsvTable
    form: Mapping[str, Any]
    sources: Collection[str]
    names: Mapping[str, Collection[str]]

    def faults(self) -> Iterator[CellFault]:
        """Everything wrong with the cells, in the order of lines."""
        top, lines, used = self.table.header.number, self.table.lines, self.name in CHECKED
        for axis in ("country", "power", "domain") if self.name == "axes" and lines else ():
            if axis not in self.names:
                yield CellFault(top, f"there is no {axis} in it", "Add rows of this axis.")
        if used and self.form.get("required") and not lines:
            yield CellFault(top, "there are no rows below the header", "Add them.")
        checks = (*self._values(), *(self._used() if used else ()))
        yield from heapq.merge(*checks, key=lambda one: one.line)
        if self.name in SYMMETRIC:
            yield from self._by_direction(*SYMMETRIC[self.name])

    def _cells(self, column: str) -> Sequence[str]:
        """The cells of a column; empty ones of a column that is not there."""
        return self.table.column(column) if column in self.table.header.cells else [""] * len(self.table.lines)

    def _each(self, check: Callable[..., Iterable[Said]], *columns: str) -> Iterator[CellFault]:
        """What a check finds in the cells of some columns, by lines."""
        found = lru_cache(MOST_ALIKE)(lambda *cells: tuple(check(*cells)))
        for line, *cells in zip(self.table.lines, *map(self._cells, columns), strict=True):
            for column, value, fault, remedy in found(*cells):
                yield CellFault(line.number, fault, remedy, column, value)

    def _values(self) -> Iterator[Iterator[CellFault]]:
        """What no table may hold."""
        for column in self.table.header.cells:
            check = _no_number if column in self.form.get("numbers", ()) else _no_word
            yield self._each(partial(check, self.name, column), column)

    def _used(self) -> Iterator[Iterator[CellFault]]:
        """What a table that a run uses may not hold besides."""
        header, key = self.table.header.cells, self.form["key"]
        what = "attribute" if "attribute" in header else "measure"
        for column in self.form.get("numbers", ()):
            yield self._each(partial(_out_of_range, self.name, column), column, what, "unit")
        for column in header:
            if column in NAMED or column in key:
                yield self._each(partial(self._no_name, column, self._known(column)), column)
        yield self._each(self._no_source, "source")
        if self.name in MUST_HAVE_DATES:
            yield self._each(_no_date, "date")
        if "domain" in self.names and (attributes := allowed(self.name, self.names["domain"])):
            yield self._each(partial(_no_attribute, key[-2], attributes), "attribute")
        if self.name == "shocks":
            yield self._each(lambda *cells: shock_faults(dict(zip(header, cells, strict=True))), *header)
        yield self._twice([*key, *(["date"] if "latest" in self.form else [])])

    def _twice(self, columns: Sequence[str]) -> Iterator[CellFault]:
        """Rows with the same key; where the latest date counts, the date is part of it."""
        first: dict[tuple[str, ...], int] = {}
        for line, *key in zip(self.table.lines, *map(self._cells, columns), strict=True):
            if (before := first.setdefault(tuple(key), line.number)) != line.number:
                fault = f"{', '.join(filter(None, key))} is there twice (first in line {before})"
                yield CellFault(line.number, fault, "Keep one of the two.")

    def _no_source(self, cell: str) -> Iterator[Said]:
        for key in map(str.strip, cell.split(";")):
            if key not in {ASSUMPTION, *self.sources}:
                yield "source", key, "is no source" if key else "is empty", "Write assumption, or the key of a source."

    def _no_name(self, column: str, known: Collection[str] | None, cell: str) -> Iterator[Said]:
        if not cell and column in self.form["key"] and column not in MAY_BE_EMPTY:
            yield column, "", "is empty", "Write what the row is about."
        file = "formats.csv" if NAMED.get(column) == "format" else "axes.csv"
        for part in cell.split(";"):
            name = (part.partition(":")[0] if column == "after" else part).strip()
            if name and known is not None and name not in known:
                yield column, name, f"is not in {file}", choose_from(name, known)

    def _known(self, column: str) -> Collection[str] | None:
        """Names that a column may hold; None: any."""
        axis, others = NAMED.get(column, ""), OTHERS.get((self.name, column), ())
        if axis not in self.names or others is None or (self.name, column) == ("formats", "format"):
            return None
        powers = self.names.get("power", ()) if (self.name, column) == ("memberships", "country") else ()
        return {*self.names[axis], *powers, *others}

    def _by_direction(self, one: str, other: str) -> Iterator[CellFault]:
        """Pairs with another number in each direction."""
        cells = [*zip(*map(self._cells, ("start", one, other, "value")), self.table.lines, strict=True)]
        known = {(start, a, b): (value, line.number) for start, a, b, value, line in cells}
        for start, a, b, value, line in cells:
            back, before = known.get((start, b, a), ("", line.number))
            if before < line.number and number_in(back) != number_in(value):
                fault = f"{a}-{b} has {value}, and {b}-{a} in line {before} has {back}"
                yield CellFault(line.number, fault, "Write the same number in both, for a pair of powers has one.")


def _no_date(cell: str) -> Iterator[Said]:
    if not cell:
        yield "date", "", "is empty", "Write the date of the event."


def _no_attribute(axis: str, known: Sequence[str], cell: str) -> Iterator[Said]:
    if cell not in known:
        yield "attribute", cell, f"is no attribute of a {axis}", choose_from(cell, known)


def _no_number(_: str, column: str, cell: str) -> Iterator[Said]:
    if cell and math.isnan(number_in(cell)):
        yield column, cell, "is not a number", number_like(cell)


def _no_word(table: str, column: str, cell: str) -> Iterator[Said]:
    if (said := word_fault(table, column, cell)) is not None:
        yield column, cell, *said


def _out_of_range(table: str, column: str, cell: str, attribute: str, unit: str) -> Iterator[Said]:
    low, high = bounds_of(table, column, attribute=attribute, unit=unit)
    if not cell and column not in MAY_BE_EMPTY:
        yield column, "", "is empty", f"Write {wanted(low, high)}."
    elif not math.isnan(value := number_in(cell)) and not low <= value <= high:
        yield column, cell, "is out of range", f"Write {wanted(low, high)}."
