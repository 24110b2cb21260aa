"""Simple forecasters that a model has to beat: persistence, trend and climatology.

Shares: each looks at the roots of the shares of a cell in the years before, says one number for the year after, and
adds Student's t errors with the scale at which its own forecasts of the training years are likeliest, by domain.
Counts: negative binomial with the Jeffreys posterior of a Poisson rate, of the last year or of all; or Poisson at the
end of a straight line.
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
from hedgesim.model.arrays import Array

PERSISTENCE, TREND, CLIMATOLOGY = "persistence", "trend", "climatology"
LEAST_RATE = 0.05
"""Smallest rate of a trend of counts: a line may not forbid a meeting."""


def _last(roots: Array) -> float:
    return float(roots[-1])


def _onward(roots: Array) -> float:
    return float(roots[-1] + np.diff(roots).mean()) if len(roots) > 1 else float(roots[-1])


FORECASTS: Mapping[str, Callable[[Array], float]] = {
    PERSISTENCE: _last,
    TREND: _onward,
    CLIMATOLOGY: lambda roots: float(roots.mean()),
}
"""What each forecaster says of the root of a share after those of the years before."""


@dataclass(frozen=True)
class Histories:
    """Roots of the shares of cells in successive years; what is known between bounds by its middle."""

    roots: Mapping[tuple[str, str, str], pd.Series[float]]
    """By country, domain and option: a series by year."""

    @classmethod
    def of(cls, record: pd.DataFrame, last: int) -> Histories:
        """Of the table `record` up to a year."""
        table = record[record["year"] <= last].astype({"year": int})
        middle = 0.5 * (np.sqrt(table["low"]) + np.sqrt(table["high"]))
        table = table.assign(root=middle).sort_values("year")
        groups = table.groupby(["country", "domain", "option"])
        return cls({cast(tuple[str, str, str], key): group.set_index("year")["root"] for key, group in groups})

    def forecast(self, name: str, cells: pd.DataFrame) -> Array:
        """What a forecaster says of the root of the share of every cell, axes (cell,)."""
        keys = zip(cells["country"], cells["domain"], cells["option"], strict=True)
        return np.asarray([FORECASTS[name](self.roots[key].to_numpy()) for key in keys])

    def scale(self, name: str, domain: str) -> float:
        """The scale of errors at which a forecaster's forecasts of the years so far are likeliest."""
        errors = [
            roots.iloc[n] - FORECASTS[name](roots.iloc[:n].to_numpy())
            for key, roots in self.roots.items()
            if key[1] == domain
            for n in range(1, len(roots))
        ]
        scales = np.geomspace(*SCALES, 200)
        error: Any = stats.t(FREEDOM)
        density = error.logpdf(np.asarray(errors)[:, None] / scales) - np.log(scales)
        return float(scales[density.sum(axis=0).argmax()])


def count_probabilities(name: str, counts: Array, most: int) -> Array:
    """Probabilities of 0 .. most - 1 meetings, and of `most` or more, in the year after; axes (most + 1,).

    counts: of the years before, oldest first.
    """
    k = np.arange(most)
    if name == TREND:
        line = np.polynomial.Polynomial.fit(np.arange(len(counts)), counts, min(1, len(counts) - 1))
        law: Any = stats.poisson(max(LEAST_RATE, float(line(len(counts)))))
    else:
        seen = counts[-1:] if name == PERSISTENCE else counts
        law = stats.nbinom(seen.sum() + JEFFREYS, len(seen) / (len(seen) + 1.0))
    found = law.pmf(k)
    return np.append(found, max(0.0, 1.0 - found.sum()))
