"""Where a number must lie: an interval whose ends belong to it or not."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from hedgesim.errors import shown

_NUMBER = r"[-+]?(?:inf|[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"
_FORM = re.compile(rf"\s*([\[(])\s*({_NUMBER})\s*,\s*({_NUMBER})\s*([\])])\s*")
_PAIR = 2


@dataclass(frozen=True)
class Interval:
    """From low to high, in the unit of what is judged; an end belongs to it where its flag says so."""

    low: float
    high: float
    with_low: bool = True
    with_high: bool = True

    @classmethod
    def read(cls, value: object) -> Interval:
        """Read `(0, 0.5]` or the list [0, 0.5], whose ends belong to it; ValueError for anything else."""
        if isinstance(value, list | tuple) and len(value) == _PAIR:
            value = f"[{value[0]}, {value[1]}]"
        match = _FORM.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            message = f"must be an interval such as [0, 1] or (0, inf), not {shown(value)}"
            raise ValueError(message)
        low, high = float(match[2]), float(match[3])
        if not low <= high:
            message = f"must rise from low to high, unlike {shown(value)}"
            raise ValueError(message)
        return cls(low, high, match[1] == "[", match[4] == "]")

    def holds(self, value: float) -> bool:
        """Whether a number lies in it; NaN never does."""
        above = value > self.low or (self.with_low and value == self.low)
        below = value < self.high or (self.with_high and value == self.high)
        return above and below

    def __str__(self) -> str:
        """The interval as it is written in a file."""
        left, right = "[" if self.with_low else "(", "]" if self.with_high else ")"
        return f"{left}{self.low:g}, {self.high:g}{right}"

    @property
    def ends(self) -> tuple[float, ...]:
        """The ends that are no infinity."""
        return tuple(end for end in (self.low, self.high) if math.isfinite(end))
