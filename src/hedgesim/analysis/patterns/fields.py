"""What the arguments of quantities and statistics may be in a file of patterns, each checked as it is read."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, Field, PlainValidator, ValidationInfo

from hedgesim.analysis.patterns.runs import Span
from hedgesim.errors import choose_from, shown
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.period import Period
from hedgesim.model.world import MEETINGS, STATUSES
from hedgesim.scenario.checked import FROZEN, PATH, misfit
from hedgesim.scenario.known_names import KnownNames, known_names
from hedgesim.scenario.values import Quarter as PlainQuarter
from hedgesim.scenario.values import known

EACH = "each"
"""Written in place of a country or partner, for one name after the other; also the axis of these names."""

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


def read_span(value: object) -> Span:
    """Read `2022`, `2015-2021`, `2022Q3` or `2021Q3-2022Q2`; ValueError for anything else."""
    first, _, last = str(value).partition("-")
    try:
        span = Span(_quarter(first, of_year=1), _quarter(last or first, of_year=4))
    except ValueError:
        raise misfit(f"{PATH} must be quarters, not {shown(value)}", f"Write {_QUARTERS}.") from None
    if span.last < span.first:
        raise misfit(f"{PATH} must not end before it starts, unlike {shown(value)}", "Write the first one first.")
    return span


def _quarter(text: str, *, of_year: int) -> Period:
    return Period(int(text), of_year) if _YEAR.fullmatch(text) else Period.parse(text)


def _names(value: object, info: ValidationInfo) -> tuple[str, ...]:
    """Read several names: a list of them, the name of a group, or `each`."""
    groups = info.context.groups if isinstance(info.context, PatternNames) else {}
    if value == EACH:
        return (EACH,)
    if isinstance(value, str) and value not in groups:
        remedy = f"{choose_from(value, groups)} Or write a list of names."
        raise misfit(f"{PATH} names no group {shown(value)}", remedy)
    names = groups[value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not names or not all(isinstance(one, str) for one in names):
        fault = f"{PATH} must be a list of one or more names or a group, not {shown(value)}"
        raise misfit(fault, "A list is written [a, b].")
    return tuple(names)


@dataclass(frozen=True)
class PatternNames(KnownNames):
    """Names that a file of patterns may use: those of the tables, its own, and words of the model."""

    groups: Mapping[str, object] = field(default_factory=dict)
    scenarios: Collection[str] = ()
    rungs: Collection[str] = MEETINGS[1:]
    statuses: Collection[str] = STATUSES[1:]
    outcomes: Collection[str] = tuple(OUTCOMES)

    @classmethod
    def of_file(cls, content: Any) -> PatternNames:
        """The names for a file with such keys; faulty mappings do not count."""
        tables = known_names()
        groups, scenarios = (
            held if isinstance(held := content.get(key), dict) else {} for key in ("groups", "scenarios")
        )
        return cls(sources=tables.sources, tables=tables.tables, groups=groups, scenarios=scenarios)


class Entry(BaseModel):
    """A mapping of a file of patterns; no other keys than its fields are allowed."""

    model_config = FROZEN


@dataclass(frozen=True)
class OnAxis:
    """Marks an argument whose names must be on an axis of the scenario; EACH: the axis of what `of` calls `each`."""

    axis: str


_RUNGS, _STATUSES = " or ".join(MEETINGS[1:]), " or ".join(STATUSES[1:])
_QUARTERS = "quarters such as 2022, 2015-2021 or 2021Q3-2022Q2"

Country = Annotated[str, OnAxis("countries"), Field(description="a country")]
Power = Annotated[str, OnAxis("powers"), Field(description="a power")]
Domain = Annotated[str, OnAxis("domains"), Field(description="a domain")]
Option = Annotated[str, OnAxis("options"), Field(description="an option")]
Format = Annotated[str, OnAxis("formats"), Field(description="a format")]
_Several = Annotated[tuple[str, ...], PlainValidator(_names)]
Countries = Annotated[_Several, OnAxis("countries"), Field(description="countries")]
Powers = Annotated[_Several, OnAxis("powers"), Field(description="powers")]
Formats = Annotated[_Several, OnAxis("formats"), Field(description="formats")]
EachNames = Annotated[_Several, OnAxis(EACH), Field(description="names that take the place of `each`")]
Rung = Annotated[str, known("rungs", "rung"), Field(description=_RUNGS)]
Status = Annotated[str, known("statuses", "status"), Field(description=_STATUSES)]
OutcomeName = Annotated[str, known("outcomes", "outcome"), Field(description="an outcome")]
Number = Annotated[float, Field(description="a number")]
Count = Annotated[float, Field(description="a number of gaps")]
Quarter = Annotated[PlainQuarter, Field(description="a quarter such as 2022Q1")]
Quarters = Annotated[Span, PlainValidator(read_span), Field(description=_QUARTERS)]
Within = Annotated[Interval, PlainValidator(Interval.read), Field(description="an interval such as [0, 1] or (0, inf)")]
