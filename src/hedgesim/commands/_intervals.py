"""A chart of intervals about zero in characters that every terminal has."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hedgesim.numbers import alike, significant

WIDTH, LONGEST_NAME = 33, 20
"""Characters of the axis, and of the longest name, so that a line fits a terminal of 80."""

MEAN, BETWEEN, ZERO = "o", "-", "|"


class Interval(NamedTuple):
    """A row: what it is about, in two columns, the mean, and the ends of the interval about it."""

    group: str
    name: str
    mean: float
    low: float
    high: float


def interval_lines(rows: Sequence[Interval]) -> Iterator[str]:
    """A line with the ends of the axis, then one for each row; a group is named in its first row only.

    o is a mean, --- its interval, and | zero. The mean is written at the end of the line, with the decimals that give
    the largest three digits.
    """
    rows = [row._replace(name=textwrap.shorten(row.name, LONGEST_NAME, placeholder=" ..")) for row in rows]
    low, high = min(0.0, *(row.low for row in rows)), max(0.0, *(row.high for row in rows))
    length = (high - low) or 1.0

    def place(number: float) -> int:
        return min(WIDTH - 1, max(0, round((number - low) / length * (WIDTH - 1))))

    groups, names = max(len(row.group) for row in rows), max(len(row.name) for row in rows)
    yield f"{'':{groups}}  {'':{names}}  {_axis(low, high, place(0.0))}"
    before = ""
    for row, mean in zip(rows, alike((row.mean for row in rows), sign="+"), strict=True):
        first, last = place(row.low), place(row.high)
        cells = list(f"{' ' * first}{BETWEEN * (last - first + 1)}".ljust(WIDTH))
        cells[place(0.0)] = ZERO
        cells[place(row.mean)] = MEAN
        group, before = "" if row.group == before else row.group, row.group
        yield f"{group:{groups}}  {row.name:{names}}  {''.join(cells)}  {mean}"


def _axis(low: float, high: float, zero: int) -> str:
    """The ends of the axis, and zero where there is room between them."""
    left, right = (significant(number, 2, "+") if number else "0" for number in (low, high))
    axis = left.ljust(WIDTH - len(right)) + right
    free = len(left) < zero < WIDTH - len(right) - 1
    return f"{axis[:zero]}0{axis[zero + 1 :]}" if free else axis
