"""Quarters: the time axis of every run."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

QUARTERS = 4
"""Quarters of a year."""

_PATTERN = re.compile(r"([12]\d{3})Q([1-4])")
_DATE = re.compile(r"([12]\d{3})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, order=True)
class Period:
    """One quarter of a year, written `2022Q1`."""

    year: int
    quarter: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `2022Q1`; ValueError for anything else."""
        match = _PATTERN.fullmatch(text)
        if match is None:
            message = f"{text!r} is not a quarter such as 2022Q1"
            raise ValueError(message)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def from_index(cls, index: int) -> Period:
        """The quarter with this index (quarters since year 0)."""
        return cls(index // 4, index % 4 + 1)

    @classmethod
    def of_date(cls, date: str) -> Period:
        """The quarter that holds an ISO date; `YYYY` is 1 January, `YYYY-MM` the first of the month."""
        year, month, _ = _parts(date)
        return cls(year, (month - 1) // 3 + 1)

    @classmethod
    def acting(cls, date: str) -> Period:
        """The first quarter in which an event of this date acts.

        An event in the second half of a quarter (from the 15th of its middle month) acts from the next. An event
        of which only the month is known is taken at the middle of the month, only the year at 1 January.
        """
        year, month, day = _parts(date, day=15 if len(date) == 7 else 1)
        here = cls(year, (month - 1) // 3 + 1)
        late = ((month - 1) % 3, day) >= (1, 15)
        return cls.from_index(here.index + int(late))

    @property
    def index(self) -> int:
        """Quarters since year 0."""
        return self.year * 4 + self.quarter - 1

    def __str__(self) -> str:
        return f"{self.year}Q{self.quarter}"


def _parts(date: str, day: int = 1) -> tuple[int, int, int]:
    match = _DATE.fullmatch(date)
    if match is None or not 1 <= int(match[2] or 1) <= 12 or not 1 <= int(match[3] or 1) <= 31:
        message = f"{date!r} is not a date such as 2022, 2022-02 or 2022-02-24"
        raise ValueError(message)
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or day)
    if day > monthrange(year, month)[1]:
        message = f"{date!r} is not a day of the calendar"
        raise ValueError(message)
    return year, month, day
