"""Designs: samples of the unit cube by well-known schemes, and what a sample means for an uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hedgesim.experiment.schema import MORRIS_LEVELS, Experiment, Scalar, Uncertainty

Value = Scalar | tuple[Scalar, ...]
Cube = NDArray[np.float64]


def cube_of(experiment: Experiment) -> Cube:
    """Samples of the unit cube, axes (sample, uncertainty), by a design that samples it.

    latin_hypercube and sobol: scipy.stats.qmc [mckay1979], [sobol1967]; saltelli and morris: SALib [saltelli2010],
    [morris1991]. The seed of the experiment decides about all of them.
    """
    d, n = len(experiment.uncertainties), experiment.samples or 0
    seed = 1 + experiment.seed % (2**31 - 1)  # some libraries take 0 for no seed
    match experiment.design:
        case "latin_hypercube":
            from scipy.stats import qmc

            return qmc.LatinHypercube(d, rng=seed).random(n)
        case "sobol":
            from scipy.stats import qmc

            return qmc.Sobol(d, rng=seed).random(n)
        case "saltelli":
            from SALib.sample import sobol

            return np.asarray(sobol.sample(problem_of(d), n, calc_second_order=experiment.second_order, seed=seed))
        case _:
            from SALib.sample import morris

            return np.asarray(morris.sample(problem_of(d), n, num_levels=MORRIS_LEVELS, seed=seed))


def problem_of(d: int) -> dict[str, Any]:
    """The unit cube in the words of SALib."""
    return {"num_vars": d, "names": [f"x{k}" for k in range(d)], "bounds": [[0.0, 1.0]] * d}


def values_at(uncertainty: Uncertainty, places: Cube) -> list[Value]:
    """The values of an uncertainty at places 0..1 of its distribution function, axes (sample,)."""
    if uncertainty.values is not None:
        n = len(uncertainty.values)
        return [uncertainty.values[min(int(place * n), n - 1)] for place in places]
    return [float(value) for value in np.clip(_quantiles(uncertainty, places), *_ends(uncertainty))]


def levels_of(uncertainty: Uncertainty) -> Sequence[Value]:
    """The values of an uncertainty in a grid: its list, or its range in equal steps (log_uniform: equal factors)."""
    if uncertainty.values is not None:
        return uncertainty.values
    low, high = _ends(uncertainty)
    spaced = np.geomspace if uncertainty.distribution == "log_uniform" else np.linspace
    between = spaced(low, high, uncertainty.levels or 2)[1:-1]
    return [low, *(float(f"{value:.12g}") for value in between), high]


def _ends(uncertainty: Uncertainty) -> tuple[float, float]:
    """Lowest and highest value of a range."""
    assert uncertainty.low is not None
    assert uncertainty.high is not None
    return uncertainty.low, uncertainty.high


def _quantiles(uncertainty: Uncertainty, places: Cube) -> Cube:
    """Inverse of the distribution function."""
    low, high = _ends(uncertainty)
    if uncertainty.distribution == "uniform":
        return low + (high - low) * places
    if uncertainty.distribution == "log_uniform":
        return low * (high / low) ** places
    from scipy import stats

    if uncertainty.distribution == "triangular":
        mode = (low + high) / 2 if uncertainty.mode is None else uncertainty.mode
        return np.asarray(stats.triang.ppf(places, (mode - low) / (high - low), low, high - low))
    mean = (low + high) / 2 if uncertainty.mean is None else uncertainty.mean
    sd = (high - low) / 4 if uncertainty.sd is None else uncertainty.sd
    return np.asarray(stats.truncnorm.ppf(places, (low - mean) / sd, (high - mean) / sd, mean, sd))
