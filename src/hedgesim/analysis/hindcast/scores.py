"""Proper scores, smaller is better, and skill: what a forecaster saves of a rival's score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scoringrules
from scipy import stats

from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array

LEAST_SAMPLES = 100
"""Members that a sampled forecast must have before its tails can be scored."""

LEAST_CASES = 8
"""Cases that a mean score must have before an interval around it means anything."""

RESAMPLES = 4000
LEVEL = 0.90
PLACE = "hindcast"


def crps(low: Array, high: Array, samples: Array, weights: Array | None = None) -> Array:
    """Continuous ranked probability score of sampled forecasts, axes (case,).

    low, high: what was observed, equal where it is exact; axes (case,). samples: axes (case, member). weights: of
    members, axes (member,), if they are not alike. Between bounds the score counts only what the forecast puts outside
    them: it is the threshold-weighted score whose weight is 0 between the bounds, which stays proper
    [gneiting_ranjan2011].

    Raises:
        HedgesimError: fewer members than `LEAST_SAMPLES`.
    """
    if samples.shape[-1] < LEAST_SAMPLES:
        fault = f"{samples.shape[-1]} runs are too few to score a forecast"
        raise HedgesimError(PLACE, fault, f"Make at least {LEAST_SAMPLES}.")
    width = (high - low)[:, None]
    chained = np.where(samples > high[:, None], samples - width, np.minimum(samples, low[:, None]))
    ens_w = None if weights is None else np.broadcast_to(weights, chained.shape)
    found: Array = np.asarray(scoringrules.crps_ensemble(low, chained, ens_w=ens_w))
    return found


def rps(observed: Array, probabilities: Array) -> Array:
    """Ranked probability score of forecasts of a count, axes (case,).

    observed: counts, axes (case,). probabilities: of 0, 1, 2 ... and of the last or more; axes (case, count).
    """
    last = probabilities.shape[-1] - 1
    category = np.minimum(observed, last).astype(int) + 1
    return np.asarray(scoringrules.rps_score(category, probabilities))


def brier(happened: Array, probability: Array) -> Array:
    """Brier score of forecasts of events, axes (case,)."""
    return np.asarray(scoringrules.brier_score(happened.astype(np.float64), probability))


def pit(observed: Array, samples: Array) -> Array:
    """Probability integral transform: the part of the members at or below what was observed; axes (case,)."""
    below, equal = (samples < observed[:, None]).mean(axis=-1), (samples == observed[:, None]).mean(axis=-1)
    return below + 0.5 * equal


@dataclass(frozen=True)
class Skill:
    """1 less the mean score over the rival's: above 0 is better than the rival; with a bootstrap interval."""

    value: float
    low: float
    high: float
    cases: int
    clusters: int
    """Groups of cases that hang together."""


def skill(own: Array, rival: Array, groups: Array) -> Skill:
    """Skill of a forecaster against a rival with a 90 % interval; all arrays have axes (case,).

    groups: cases of one group hang together (shares of a country sum to 1), so the bootstrap draws cases anew, and
    groups anew, and the interval takes the wider ends. It says how far the figure rests on which cells happened to be
    observed.

    Raises:
        HedgesimError: fewer cases than `LEAST_CASES`, or a rival that made no error at all.
    """
    if len(own) < LEAST_CASES:
        fault = f"{len(own)} observed cases are too few for an interval"
        raise HedgesimError(PLACE, fault, f"It takes at least {LEAST_CASES}.")
    if rival.mean() == 0.0:
        fault = "the rival made no error, so nothing can be saved of it"
        raise HedgesimError(PLACE, fault, "Compare the scores.")
    names, place = np.unique(groups, return_inverse=True)
    sums = np.stack([np.bincount(place, values, len(names)) for values in (own, rival)])
    intervals = [_resampled(own, rival), _resampled(*sums)] if len(names) > 1 else [_resampled(own, rival)]
    low, high = min(i[0] for i in intervals), max(i[1] for i in intervals)
    return Skill(float(1.0 - own.mean() / rival.mean()), low, high, len(own), len(names))


def _resampled(own: Array, rival: Array) -> tuple[float, float]:
    """Percentile interval of the skill when pairs of scores are drawn anew."""

    def of(a: Array, b: Array, axis: int = -1) -> Any:
        return 1.0 - a.mean(axis=axis) / b.mean(axis=axis)

    found = stats.bootstrap(
        (own, rival), of, paired=True, n_resamples=RESAMPLES, confidence_level=LEVEL, method="percentile", rng=0
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)
