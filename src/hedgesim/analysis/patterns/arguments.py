"""What the arguments of statistics and quantities may be, how they are read, and a statistic with its arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from hedgesim.analysis.patterns.interval import Interval
from hedgesim.analysis.patterns.seen import Seen, Span, year
from hedgesim.errors import shown
from hedgesim.model.arrays import Array
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.period import Period
from hedgesim.model.world import MEETINGS, STATUSES
from hedgesim.scenario.positions import KeyPath

_YEARS = re.compile(r"([12]\d{3})-([12]\d{3})")


@dataclass(frozen=True)
class Kind:
    """What an argument may be.

    words: in the user's words. read: from a value of the file; ValueError if it is none. axis: whose names it takes.
    several: whether it takes a list of them, or the name of a group. known: all values, where they are few words.
    bound: what is to be named with arguments of its own: a quantity, a quantity of each name, or statistics.
    """

    words: str
    read: Callable[[object], Any] = str
    axis: str = ""
    several: bool = False
    known: tuple[str, ...] = ()
    bound: str = ""


@dataclass(frozen=True)
class Bound:
    """A quantity or a statistic with its arguments; called with runs it gives axes (step, run) or (run,).

    kinds: of its arguments. open: an argument that has no value yet and takes one name after the other. path: where
    it is written.
    """

    function: Callable[..., Array]
    arguments: Mapping[str, Any]
    kinds: Mapping[str, Kind]
    path: KeyPath
    open: str = ""

    @property
    def name(self) -> str:
        """Its name in the file."""
        return self.function.__name__

    def __call__(self, seen: Seen) -> Array:
        """What it is in some runs."""
        return self.function(seen, **self.arguments)

    def with_name(self, name: str) -> Bound:
        """The same with a name in the place of the open argument."""
        given = (name,) if self.kinds[self.open].several else name
        return replace(self, arguments={**self.arguments, self.open: given}, open="")

    def values(self) -> Iterator[tuple[Kind, Any, KeyPath]]:
        """Every plain argument, also of what it is made of, with its kind and its place."""
        for name, value in self.arguments.items():
            kind = self.kinds[name]
            if kind.bound:
                for one in value if kind.several else (value,):
                    yield from one.values()
            elif kind.axis == EACH:
                of = self.arguments["of"]
                yield of.kinds[of.open], value, (*self.path, name)
            else:
                yield kind, value, (*self.path, name)


EACH = "each"
"""In place of an axis: names for the open argument of a quantity."""


def _word(known: Sequence[str]) -> Callable[[object], float]:
    """Make a reader of words that stand for their place in a list."""
    return lambda value: float(known.index(str(value)))


def read_span(value: object) -> Span:
    """Read `2022`, `2015-2021`, `2022Q3` or `2021Q3-2022Q2`; ValueError for anything else."""
    text = str(value)
    if match := _YEARS.fullmatch(text):
        span = Span(year(int(match[1])).first, year(int(match[2])).last)
    elif re.fullmatch(r"[12]\d{3}", text):
        span = year(int(text))
    else:
        first, _, last = text.partition("-")
        span = Span(Period.parse(first), Period.parse(last or first))
    if span.last < span.first:
        message = f"must not end before it starts, unlike {shown(value)}"
        raise ValueError(message)
    return span


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"must be a number, not {shown(value)}"
        raise ValueError(message)
    return float(value)


_RUNGS, _STANDINGS = MEETINGS[1:], STATUSES[1:]

Country = Annotated[str, Kind("a country", axis="countries")]
Countries = Annotated[tuple[str, ...], Kind("countries", axis="countries", several=True)]
Power = Annotated[str, Kind("a power", axis="powers")]
Powers = Annotated[tuple[str, ...], Kind("powers", axis="powers", several=True)]
Domain = Annotated[str, Kind("a domain", axis="domains")]
Option = Annotated[str, Kind("an option", axis="options")]
Format = Annotated[str, Kind("a format", axis="formats")]
Formats = Annotated[tuple[str, ...], Kind("formats", axis="formats", several=True)]
Names = Annotated[tuple[str, ...], Kind("names for what `of` leaves open", axis=EACH, several=True)]
Rung = Annotated[float, Kind(" or ".join(_RUNGS), _word(MEETINGS), known=_RUNGS)]
Status = Annotated[float, Kind(" or ".join(_STANDINGS), _word(STATUSES), known=_STANDINGS)]
OutcomeName = Annotated[str, Kind("an outcome", known=tuple(OUTCOMES))]
Number = Annotated[float, Kind("a number", _number)]
Count = Annotated[float, Kind("a number of gaps", _number)]
Quarter = Annotated[Period, Kind("a quarter such as 2022Q1", lambda value: Period.parse(str(value)))]
Quarters = Annotated[Span, Kind("quarters such as 2022, 2015-2021 or 2021Q3-2022Q2", read_span)]
Within = Annotated[Interval, Kind("an interval such as [0, 1] or (0, inf)", Interval.read)]
Quantity = Annotated[Bound, Kind("a quantity", bound="quantity")]
OneOfEach = Annotated[Bound, Kind("a quantity without its country or partner", bound="open")]
Statistic = Annotated[Bound, Kind("a statistic", bound="statistic")]
Statistics = Annotated[tuple[Bound, ...], Kind("statistics", several=True, bound="statistic")]
