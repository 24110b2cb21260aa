"""A number with unit, range and source, declared as a dataclass field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Parameter:
    """What is known of one number of the model besides its value."""

    name: str
    default: float
    unit: str
    low: float
    high: float
    meaning: str
    source: str


def parameter(default: float, unit: str, within: tuple[float, float], meaning: str, source: str) -> Any:
    """Declare a dataclass field that is a parameter.

    unit: `1` for pure numbers. within: lowest and highest sensible value. source: key of the sources table,
    or `assumption`, which is counted.
    """
    low, high = within
    return field(
        default=default,
        metadata={
            "default": default,
            "unit": unit,
            "low": low,
            "high": high,
            "meaning": meaning,
            "source": source,
        },
    )


def parameters_of(owner: Any) -> Iterator[Parameter]:
    """Every parameter declared on a dataclass or an instance of one, in order of declaration."""
    for item in fields(owner):
        known = item.metadata
        if "unit" in known:
            yield Parameter(
                name=item.name,
                default=known["default"],
                unit=known["unit"],
                low=known["low"],
                high=known["high"],
                meaning=known["meaning"],
                source=known["source"],
            )
