"""Simple forecasts that a model has to beat: persistence, trend and climatology.

Shares: each looks at the roots of a country's share in the years before, gives one number for the year after, and adds
Student's t errors with the scale at which its own forecasts of the training years are likeliest, by domain. Counts:
negative binomial with the Jeffreys posterior of a Poisson rate, of the last year or of all; or Poisson at the end of a
straight line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from scipy import stats

from hedgesim.analysis.calibration.likelihood import FREEDOM, JEFFREYS
from hedgesim.analysis.calibration.prior import SCALES
from hedgesim.analysis.calibration.record import CELL
from hedgesim.model.arrays import Array

PERSISTENCE, TREND, CLIMATOLOGY = "persistence", "trend", "climatology"

LEAST_RATE = 0.05
"""Smallest rate of a trend of counts: a line may not forbid a meeting."""

BASELINES: Mapping[str, Callable[[Array], float]] = {
    PERSISTENCE: lambda roots: float(roots[-1]),
    TREND: lambda roots: float(roots[-1] + (np.diff(roots).mean() if len(roots) > 1 else 0.0)),
    CLIMATOLOGY: lambda roots: float(roots.mean()),
}
"""What each baseline forecasts of the root of a share, from those of the years before, axes (year,)."""


@dataclass(frozen=True)
class PastShares:
    """Roots of shares in successive years; what is known between bounds by its middle."""

    roots: Mapping[tuple[str, str, str], pd.Series[float]]
    """By country, domain and option: a series by year."""

    @classmethod
    def until(cls, last: int, record: pd.DataFrame) -> PastShares:
        """Those of the table `record` up to a year."""
        table = record[record["year"] <= last].astype({"year": int})
        middle = 0.5 * (np.sqrt(table["low"]) + np.sqrt(table["high"]))
        groups = table.assign(root=middle).sort_values("year").groupby(CELL)
        return cls({cast(tuple[str, str, str], key): group.set_index("year")["root"] for key, group in groups})

    def forecast(self, baseline: str, shares: pd.DataFrame) -> Array:
        """What a baseline forecasts of the root of every share, axes (row,)."""
        keys = zip(*(shares[name] for name in CELL), strict=True)
        return np.asarray([BASELINES[baseline](self.roots[key].to_numpy()) for key in keys])

    def scale(self, baseline: str, domain: str) -> float:
        """The scale of errors at which a baseline's forecasts of the years so far are likeliest."""
        errors = [
            roots.iloc[n] - BASELINES[baseline](roots.iloc[:n].to_numpy())
            for key, roots in self.roots.items()
            if key[1] == domain
            for n in range(1, len(roots))
        ]
        scales = np.geomspace(*SCALES, 200)
        error: Any = stats.t(FREEDOM)
        density = error.logpdf(np.asarray(errors)[:, None] / scales) - np.log(scales)
        return float(scales[density.sum(axis=0).argmax()])


def count_probabilities(baseline: str, counts: Array, most: int) -> Array:
    """Probabilities of 0 .. most - 1 meetings, and of `most` or more, in the year after; axes (most + 1,).

    counts: of the years before, oldest first.
    """
    if baseline == TREND:
        line = np.polynomial.Polynomial.fit(np.arange(len(counts)), counts, min(1, len(counts) - 1))
        law: Any = stats.poisson(max(LEAST_RATE, float(line(len(counts)))))
    else:
        known = counts[-1:] if baseline == PERSISTENCE else counts
        law = stats.nbinom(known.sum() + JEFFREYS, len(known) / (len(known) + 1.0))
    found = law.pmf(np.arange(most))
    return np.append(found, max(0.0, 1.0 - found.sum()))
