"""Priors: a range and a most likely value for every parameter, as declared with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from hedgesim.model.arrays import Array
from hedgesim.model.parameters import all_parameters

DISCREPANCY = "discrepancy."
"""Prefix of what the likelihood adds to the parameters of the model: one scale of error for each domain."""

SCALES = (0.005, 0.25)
"""Range of a discrepancy on the scale of square roots of shares, uniform in its logarithm."""

EDGE = 1e-9
"""Distance kept from 0 and 1 in the unit cube, where quantiles of narrow priors cannot be computed."""


@dataclass(frozen=True)
class Prior:
    """Independent priors of some parameters and discrepancies, by name.

    A parameter of the model has the PERT prior of its declared range with the declared value as the most likely one,
    a Beta distribution known from elicitation; a discrepancy is uniform in its logarithm.
    """

    names: tuple[str, ...]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.names)

    def values(self, places: Array) -> Array:
        """Values at places in the space in which the prior is standard normal; both axes (set, parameter)."""
        unit = np.clip(stats.norm.cdf(places), EDGE, 1.0 - EDGE)
        return np.stack([_distribution(name).ppf(unit[:, n]) for n, name in enumerate(self.names)], axis=-1)

    def places(self, values: Array) -> Array:
        """The places of values; both axes (set, parameter)."""
        unit = np.stack([_distribution(name).cdf(values[:, n]) for n, name in enumerate(self.names)], axis=-1)
        found: Array = stats.norm.ppf(unit)
        return found

    def standard_deviations(self) -> Array:
        """Standard deviations of values, axes (parameter,)."""
        return np.asarray([_distribution(name).std() for name in self.names])

    def split(self, values: Array) -> tuple[dict[str, Array], dict[str, Array]]:
        """Values by path of the model's parameters, and discrepancies by domain; axes (set,) each."""
        model = {name: values[:, n] for n, name in enumerate(self.names) if not name.startswith(DISCREPANCY)}
        errors = {name: values[:, n] for n, name in enumerate(self.names) if name.startswith(DISCREPANCY)}
        return model, {name.removeprefix(DISCREPANCY): value for name, value in errors.items()}


def _distribution(name: str) -> Any:
    if name.startswith(DISCREPANCY):
        return stats.loguniform(*SCALES)
    item = all_parameters()[name]
    width = item.high - item.low
    first = 1.0 + 4.0 * (item.default - item.low) / width
    second = 1.0 + 4.0 * (item.high - item.default) / width
    return stats.beta(first, second, loc=item.low, scale=width)


def describe(name: str) -> Mapping[str, float | str]:
    """Range, most likely value, unit and meaning of a parameter or discrepancy."""
    if name.startswith(DISCREPANCY):
        meaning = "what the model leaves out and errors of measurement, on roots of shares"
        return {"low": SCALES[0], "high": SCALES[1], "mode": SCALES[0], "unit": "root of share", "meaning": meaning}
    item = all_parameters()[name]
    return {"low": item.low, "high": item.high, "mode": item.default, "unit": item.unit, "meaning": item.meaning}
