"""From a statistic run by run to a verdict: a part against its interval, a pattern by its parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from hedgesim.analysis.patterns.pattern import COVERAGE, FAILS, LEFT_OUT, REPORTED, SHARE, Part, Pattern
from hedgesim.model.arrays import Array
from hedgesim.numbers import HIGH, INTERVAL, LOW, MEDIAN, QUANTILES

HOLDS, UNDECIDED = "holds", "cannot be said"
"""Verdicts beside FAILS, and REPORTED for a part that is not judged."""
LEVELS = {LOW: QUANTILES[LOW], "median": QUANTILES[MEDIAN], HIGH: QUANTILES[HIGH]}
"""Summaries of runs that are quantiles."""

CONFIDENCE = 0.95
MOST_MISSING = 0.5
"""Share of the runs; if more are left out, there is no verdict."""


@dataclass(frozen=True)
class Judgement:
    """What runs say of a part.

    simulated: the summary. low, high: its 95 % limits for so many runs. median, q05, q95, n: of the runs that count.
    missing: runs in which the statistic has no value. sure: whether the verdict is the same at both limits. Of a
    coverage the limits are of so many cells, and stand for the quantiles of runs too.
    """

    simulated: float
    low: float
    high: float
    median: float
    q05: float
    q95: float
    n: int
    missing: int
    verdict: str
    sure: bool


def judge(part: Part, values: Array) -> Judgement:
    """Judge a part by its statistic, axes (run,) or of a coverage (cell, run), NaN where it has no value."""
    absent = np.isnan(values) if values.ndim == 1 else np.isnan(values).any(axis=0)
    if part.missing == LEFT_OUT:
        kept = np.asarray(values[..., ~absent])
    else:
        kept = np.where(absent, 0.0 if part.missing == FAILS else np.inf, values)
    verdict, sure = REPORTED if part.interval is None else UNDECIDED, True
    simulated = low = high = math.nan
    if kept.size:
        simulated, low, high = summary_of(kept, part.summary)
        if part.interval is not None:
            inside = [part.interval.holds(one) for one in (simulated, low, high)]
            few = part.missing == LEFT_OUT and absent.mean() > MOST_MISSING
            verdict, sure = UNDECIDED if few else HOLDS if inside[0] else FAILS, len(set(inside)) == 1
    spread = {name: quantile(kept, at) if kept.size else math.nan for name, at in LEVELS.items()}
    if part.summary == COVERAGE:
        spread = {LOW: low, "median": simulated, HIGH: high}
    n, missing = kept.shape[-1], int(absent.sum())
    return Judgement(simulated, low, high, **spread, n=n, missing=missing, verdict=verdict, sure=sure)


def summary_of(values: Array, summary: str) -> tuple[float, float, float]:
    """A summary of runs and its 95 % limits: by ranks for a quantile, Wilson's for a share, by the normal for a mean.

    values: axes (run,), at least one; of a coverage (cell, run), and its limits are Wilson's of so many cells.
    """
    if summary == COVERAGE:
        first, last = np.quantile(values, INTERVAL, axis=-1)
        values, summary = ((first <= 0.0) & (last >= 0.0)).astype(float), SHARE
    n, tail = len(values), (1.0 - CONFIDENCE) / 2.0
    if summary in LEVELS:
        at = LEVELS[summary]
        below, above = (int(stats.binom.ppf(chance, n, at)) for chance in (tail, 1.0 - tail))
        ordered = np.sort(values)
        return quantile(values, at), float(ordered[max(below - 1, 0)]), float(ordered[min(above, n - 1)])
    mean = float(values.mean())
    if summary == SHARE:
        limits = stats.binomtest(round(mean * n), n).proportion_ci(CONFIDENCE, "wilson")
        return mean, float(limits.low), float(limits.high)
    reach = float(stats.norm.ppf(1.0 - tail)) * float(values.std(ddof=1)) / math.sqrt(n) if n > 1 else math.inf
    return mean, mean - reach, mean + reach


def quantile(values: Array, at: float) -> float:
    """A quantile of runs, between two of them where all are finite, else one of them."""
    if bool(np.isfinite(values).all()):
        return float(np.quantile(values, at))
    return float(np.quantile(values, at, method="inverted_cdf"))


def verdict_of(pattern: Pattern, verdicts: Sequence[str]) -> str:
    """The verdict on a pattern from those on its parts: it fails if one fails, and holds if all hold.

    verdicts: in the order of the parts. Of parts with the same `alternative` the best counts. What the model lacks, or
    what cannot be said of a part, keeps a pattern from holding.
    """
    groups: dict[object, list[str]] = {}
    for number, (part, verdict) in enumerate(zip(pattern.parts, verdicts, strict=True)):
        if verdict != REPORTED:
            groups.setdefault(part.alternative or number, []).append(verdict)
    best = [min(group, key=(HOLDS, UNDECIDED, FAILS).index) for group in groups.values()]
    verdict = min(best, key=(FAILS, UNDECIDED, HOLDS).index, default=UNDECIDED)
    return UNDECIDED if verdict == HOLDS and pattern.lacks else verdict
