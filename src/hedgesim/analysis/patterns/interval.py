"""Intervals of numbers and spans of quarters, as a file of patterns writes them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from hedgesim.errors import shown
from hedgesim.model.period import Period
from hedgesim.scenario.checked import PATH, misfit

QUARTERS = "quarters such as 2022, 2015-2021 or 2021Q3-2022Q2"
_YEAR = re.compile(r"[12]\d{3}")
_NUMBER = r"[-+]?(?:inf|[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"
_INTERVAL = re.compile(rf"\s*([\[(])\s*({_NUMBER})\s*,\s*({_NUMBER})\s*([\])])\s*")


@dataclass(frozen=True)
class Interval:
    """From low to high, in the unit of what is judged; each end belongs to it or not."""

    low: float
    high: float
    with_low: bool = True
    with_high: bool = True

    @classmethod
    def read(cls, value: object) -> Interval:
        """Read `(0, 0.5]`, or a list such as [0, 0.5] whose ends belong to it; ValueError for anything else."""
        if isinstance(value, list | tuple) and len(value) == 2:
            value = f"[{value[0]}, {value[1]}]"
        match = _INTERVAL.fullmatch(value) if isinstance(value, str) else None
        remedy = "Write it like [0, 0.5] or (0, inf)."
        if match is None:
            raise misfit(f"{PATH} must be an interval such as [0, 1] or (0, inf), not {shown(value)}", remedy)
        low, high = float(match[2]), float(match[3])
        if not low <= high:
            raise misfit(f"{PATH} must rise from low to high, unlike {shown(value)}", remedy)
        return cls(low, high, match[1] == "[", match[4] == "]")

    def holds(self, value: float) -> bool:
        """Whether a number is in the interval; NaN never is."""
        above = value > self.low or (self.with_low and value == self.low)
        below = value < self.high or (self.with_high and value == self.high)
        return above and below

    def __str__(self) -> str:
        """The interval as it is written in a file."""
        left, right = "[" if self.with_low else "(", "]" if self.with_high else ")"
        return f"{left}{self.low:g}, {self.high:g}{right}"

    @property
    def ends(self) -> tuple[float, ...]:
        """The finite ends."""
        return tuple(end for end in (self.low, self.high) if math.isfinite(end))


@dataclass(frozen=True)
class Span:
    """Quarters from the first to the last, both included."""

    first: Period
    last: Period

    @property
    def years(self) -> range:
        """The years that it touches."""
        return range(self.first.year, self.last.year + 1)


def year(number: int) -> Span:
    """The quarters of a year."""
    return Span(Period(number, 1), Period(number, 4))


def read_span(value: object) -> Span:
    """Read `2022`, `2015-2021`, `2022Q3` or `2021Q3-2022Q2`; ValueError for anything else."""
    first, _, last = str(value).partition("-")
    try:
        span = Span(_quarter(first, of_year=1), _quarter(last or first, of_year=4))
    except ValueError:
        raise misfit(f"{PATH} must be quarters, not {shown(value)}", f"Write {QUARTERS}.") from None
    if span.last < span.first:
        raise misfit(f"{PATH} must not end before it starts, unlike {shown(value)}", "Write the first one first.")
    return span


def _quarter(text: str, *, of_year: int) -> Period:
    return Period(int(text), of_year) if _YEAR.fullmatch(text) else Period.parse(text)
