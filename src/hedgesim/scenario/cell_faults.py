"""What is wrong with the cells of tables, said once for all the lines in which it is so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

from hedgesim.errors import HedgesimError, Place, closest, shown

MOST_RANGES = 8
"""Ranges of lines that are named."""


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


def in_lines(file: str, found: Iterable[CellFault]) -> Iterator[HedgesimError]:
    """Faults of a table, those that are alike as one with all its lines, in the order of their first lines."""
    alike: dict[tuple[str, str, str], list[int]] = {}
    for one in found:
        alike.setdefault((one.what, one.fault, one.remedy), []).append(one.line)
    for (what, fault, remedy), lines in alike.items():
        if len(set(lines)) == 1:
            yield HedgesimError(Place(file, lines[0]), f"{what} {fault}", remedy)
        else:
            yield HedgesimError(file, f"{what} ({numbers(lines)}) {fault}", remedy)


def of_source(
    key: str, found: Sequence[tuple[str, CellFault]], home: str, own: str, known: Collection[str]
) -> HedgesimError:
    """A source that is not known, once for all tables; found: file and fault; own: the file in which to add it."""
    near = closest(key, known)
    guess = f'Did you mean "{near}"? ' if near else ""
    remedy = f"{guess}Write assumption, or add {key} to {own}."
    files = list(dict.fromkeys(file for file, _ in found))
    faults = [fault for _, fault in found]
    if len(files) == 1:
        return next(in_lines(files[0], [CellFault(f.line, "is no source", remedy, f.column, f.value) for f in faults]))
    places = [f"{PurePath(file).name} {numbers([f.line for of, f in found if of == file])}" for file in files]
    return HedgesimError(home, f"{faults[0].what} ({', '.join(places)}) is no source", remedy)


def numbers(lines: Iterable[int]) -> str:
    """Numbers of lines, those that follow each other as a range: line 2; lines 2-16, 20."""
    ordered = sorted(set(lines))
    if len(ordered) == 1:
        return f"line {ordered[0]}"
    starts = [ordered[0], *(b for a, b in pairwise(ordered) if b > a + 1)]
    ends = [*(a for a, b in pairwise(ordered) if b > a + 1), ordered[-1]]
    ranges = [f"{a}" if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True)]
    more = f" and {len(ranges) - MOST_RANGES} more" if len(ranges) > MOST_RANGES else ""
    return f"lines {', '.join(ranges[:MOST_RANGES])}{more}"
