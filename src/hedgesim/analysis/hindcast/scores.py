"""Proper scores, for which smaller is better, and skill: by how much a forecast's score is below a baseline's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scoringrules
from scipy import stats

from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array
from hedgesim.numbers import INTERVAL

LEAST_SAMPLES = 100
"""Members that a sampled forecast must have before its tails can be scored."""

LEAST_CASES = 8
"""Cases that a mean score must have before an interval around it means anything."""

RESAMPLES = 4000
SURE = 1.0 - 2.0 * INTERVAL[0]
"""Level of the interval around a skill."""

MODEL = "model"
"""Name of the model among the forecasters of a table."""

PLACE = "hindcast"
"""What errors call the place."""


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
        raise HedgesimError(PLACE, fault, f"Give at least {LEAST_SAMPLES}.")
    width = (high - low)[:, None]
    chained = np.where(samples > high[:, None], samples - width, np.minimum(samples, low[:, None]))
    ens_w = None if weights is None else np.broadcast_to(weights, chained.shape)
    return np.asarray(scoringrules.crps_ensemble(low, chained, ens_w=ens_w))


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
    """Probability integral transform: the share of the members at or below what was observed; axes (case,)."""
    below, equal = (samples < observed[:, None]).mean(axis=-1), (samples == observed[:, None]).mean(axis=-1)
    return below + 0.5 * equal


@dataclass(frozen=True)
class Skill:
    """1 less the mean score over the baseline's, with a bootstrap interval: above 0 is better than the baseline."""

    value: float
    low: float
    high: float
    cases: int
    clusters: int
    """Groups of dependent cases."""


def skill(own: Array, baseline: Array, groups: Array) -> Skill:
    """Skill of a forecast against a baseline with a 90 % interval; all arrays have axes (case,).

    groups: cases of one group depend on each other (shares of a country sum to 1), so the bootstrap resamples cases,
    and also groups, and the interval takes the wider ends. It says how far the figure depends on which cases happened
    to be observed.

    Raises:
        HedgesimError: fewer cases than `LEAST_CASES`, or a baseline without any error.
    """
    if len(own) < LEAST_CASES:
        fault = f"{len(own)} observed cases are too few for an interval"
        raise HedgesimError(PLACE, fault, f"It takes at least {LEAST_CASES}.")
    if baseline.mean() == 0.0:
        fault = "the baseline made no error, so there is no skill against it"
        raise HedgesimError(PLACE, fault, "Compare the scores.")
    names, place = np.unique(groups, return_inverse=True)
    sums = np.stack([np.bincount(place, values, len(names)) for values in (own, baseline)])
    intervals = [_interval(own, baseline), *([_interval(*sums)] if len(names) > 1 else [])]
    low, high = min(i[0] for i in intervals), max(i[1] for i in intervals)
    return Skill(float(1.0 - own.mean() / baseline.mean()), low, high, len(own), len(names))


def _interval(own: Array, baseline: Array) -> tuple[float, float]:
    """Percentile interval of the skill over resampled pairs of scores."""

    def statistic(a: Array, b: Array, axis: int = -1) -> Any:
        return 1.0 - a.mean(axis=axis) / b.mean(axis=axis)

    options: dict[str, Any] = {
        "n_resamples": RESAMPLES,
        "confidence_level": SURE,
        "method": "percentile",
        "rng": 0,
    }
    found = stats.bootstrap((own, baseline), statistic, paired=True, **options)
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def skills(table: pd.DataFrame, score: str, baselines: Sequence[str], *, group: str) -> pd.DataFrame:
    """Skill of the model against baselines with its 90 % interval, one row a baseline.

    table: of a hindcast. score: its column. group: column whose equal values belong together.
    """
    model = table[table["forecaster"] == MODEL]
    rows = []
    for name in baselines:
        other = table[table["forecaster"] == name]
        found = skill(model[score].to_numpy(), other[score].to_numpy(), model[group].to_numpy())
        mean = {"own": model[score].mean(), "of_baseline": other[score].mean()}
        rows.append({"score": score, "baseline": name, **mean, **vars(found)})
    return pd.DataFrame(rows)


def flat_band(cases: int, bins: int) -> tuple[float, float]:
    """5 and 95 % of the count of a bin of a PIT histogram if every place were as likely."""
    low, high = stats.binom(cases, 1.0 / bins).ppf(INTERVAL)
    return float(low), float(high)


def reliability(found: Mapping[str, pd.DataFrame], bins: int = 10) -> pd.DataFrame:
    """How often what was given a chance happened: shares that rise, meetings that are held, statuses that change.

    found: tables of a hindcast. Columns: chance (mean of the bin), happened (share of its cases), cases.
    """
    shares, meetings, statuses = (
        found[name][found[name]["forecaster"] == MODEL] for name in ("shares", "meetings", "statuses")
    )
    exact = shares[shares["low"] == shares["high"]]
    chance = np.concatenate([exact["rises"], 1.0 - meetings["p0"], statuses["probability"]])
    happened = np.concatenate([exact["low"] > exact["before"], meetings["count"] > 0, statuses["happened"] > 0])
    table = pd.DataFrame({"chance": chance, "happened": happened.astype(float)})
    place = np.minimum((chance * bins).astype(int), bins - 1)
    grouped = table.groupby(place)
    return grouped.mean().assign(cases=grouped.size()).reset_index(drop=True)
