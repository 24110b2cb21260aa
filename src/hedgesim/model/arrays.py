"""The array type, and the few small formulas that several parts of the model share."""

from __future__ import annotations

from types import ModuleType
from typing import Any, TypeAlias

from array_api_compat import array_namespace

Array: TypeAlias = Any
"""An array of any namespace of the Array API standard; axes (run, country, domain, target), never dropped."""


def namespace(array: Array) -> ModuleType:
    """The Array API namespace that `array` belongs to."""
    space: ModuleType = array_namespace(array)
    return space


def logistic(xp: ModuleType, x: Array) -> Array:
    """Probability with log-odds `x`."""
    return 1.0 / (1.0 + xp.exp(-x))


def softmax(xp: ModuleType, x: Array) -> Array:
    """Shares proportional to exp(x) along the last axis."""
    grown = xp.exp(x - xp.max(x, axis=-1, keepdims=True))
    return grown / xp.sum(grown, axis=-1, keepdims=True)


def positive(xp: ModuleType, x: Array) -> Array:
    """`x` where positive, else 0."""
    return xp.where(x > 0.0, x, 0.0)


def bound(xp: ModuleType, x: Array, low: float, high: float) -> Array:
    """`x` kept within [low, high]."""
    return xp.where(x < low, low, xp.where(x > high, high, x))
