"""Shapley values: what each of some on/off switches contributes to a total, whatever their order."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def shapley(values: Values) -> Values:
    """Contribution of each switch, axes (switch, run); over all switches it sums to the last value less the first.

    values: what comes out of every combination, axes (combination, run); bit k of the number of a combination says
    whether switch k is on. The contribution is what the switch adds, averaged over all orders in which the switches can
    be turned on [shapley1953].

    Raises:
        ValueError: the number of combinations is not a power of two of at least 2.
    """
    n = _switches(values)
    before = np.arange(len(values))
    others = np.bitwise_count(before)
    weights = np.asarray([1.0 / (n * comb(n - 1, k)) for k in range(n)])
    found = []
    for place in range(n):
        without = before[(before >> place) % 2 == 0]
        added = values[without | (1 << place)] - values[without]
        found.append(weights[others[without]] @ added)
    return np.stack(found)


def alone(values: Values) -> Values:
    """What each switch adds where no other is on, axes (switch, run)."""
    return np.stack([values[1 << place] - values[0] for place in range(_switches(values))])


def last(values: Values) -> Values:
    """What each switch adds where all others are on, axes (switch, run)."""
    whole = len(values) - 1
    return np.stack([values[whole] - values[whole ^ (1 << place)] for place in range(_switches(values))])


def _switches(values: Values) -> int:
    n = len(values).bit_length() - 1
    if n < 1 or len(values) != 1 << n:
        message = f"{len(values)} values are not those of all combinations of some switches"
        raise ValueError(message)
    return n
