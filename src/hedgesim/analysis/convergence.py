"""Are there enough runs: the mean over the first runs with its error, and how many runs an error would take."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import stats

from hedgesim.numbers import INTERVAL, significant
from hedgesim.results.summary import error_of

STEPS = 60
"""Numbers of runs at which a running mean is computed, at most."""

HALF_WIDTH = float(stats.norm.ppf(INTERVAL[1]))
"""Standard errors in half of a 90 % interval of a mean."""

ENOUGH = 0.05
"""Standard error over the mean below which runs are enough."""


def running_mean(values: pd.Series[float]) -> pd.DataFrame:
    """Mean over the first n runs and the ends of its 90 % interval: n, mean, low, high; nothing for one run.

    values: one a run, in the order of runs.
    """
    numbers = values.to_numpy(dtype=np.float64)
    if len(numbers) < 2:
        return pd.DataFrame(columns=["n", "mean", "low", "high"], dtype=float)
    shift = float(numbers.mean())
    steps = np.unique(np.geomspace(2, len(numbers), STEPS).round().astype(int))
    sums, squares = (np.cumsum((numbers - shift) ** power)[steps - 1] for power in (1, 2))
    mean = sums / steps
    variance = np.maximum(squares - steps * mean**2, 0.0) / (steps - 1)
    reach = HALF_WIDTH * np.sqrt(variance / steps)
    return pd.DataFrame({"n": steps, "mean": shift + mean, "low": shift + mean - reach, "high": shift + mean + reach})


def excludes_zero(mean: float, error: float) -> bool:
    """Whether the 90 % interval of a mean excludes 0."""
    return abs(mean) > HALF_WIDTH * error


def enough_of(values: pd.Series[float]) -> str:
    """Whether there are enough runs for the mean of a number that each of them has."""
    numbers = np.asarray(values, dtype=np.float64)
    return enough_in_words(float(numbers.mean()) if len(numbers) else math.nan, error_of(numbers), len(numbers))


def enough_in_words(mean: float, error: float, n: int) -> str:
    """Whether n runs are enough for a mean with this standard error, and how many would be."""
    if n < 2 or math.isnan(error):
        return "One run has no error: run more."
    if error == 0.0:
        return f"Yes: it is the same number in all {n} runs."
    share = error / abs(mean) if mean else math.inf
    if share <= ENOUGH:
        return f"Yes: the standard error is {significant(100 * share, 2)} % of the mean after {n} runs."
    many = f"about {_round_up(n * (share / ENOUGH) ** 2)} runs" if math.isfinite(share) else ""
    wanted = f"{many} would bring its error to {100 * ENOUGH:.0f} %"
    if excludes_zero(mean, error):
        return f"Enough for the sign, not for the size: the error is {significant(100 * share, 2)} % of it; {wanted}."
    more = f"; {wanted}" if many else ""
    return f"No: after {n} runs the 90 % interval of the mean contains 0{more}."


def _round_up(runs: float) -> int:
    """A number of runs rounded up to two digits."""
    step = 10 ** max(0, math.floor(math.log10(runs)) - 1)
    return math.ceil(runs / step) * step
