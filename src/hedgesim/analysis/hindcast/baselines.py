"""Simple forecasts that a model has to beat.

Shares: persistence, which is the last recorded share as a single number, and the random walk, which is the model's
drift alone from there, without mechanisms and without runs. Counts: negative binomial with the Jeffreys posterior of a
Poisson rate, of the last year (persistence) or of all (climatology).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from hedgesim.analysis.calibration.bands import yearly_members
from hedgesim.analysis.calibration.drift import NU, Drift
from hedgesim.analysis.hindcast.record import CELL
from hedgesim.engines.case import Case
from hedgesim.model.arrays import Array

PERSISTENCE, RANDOM_WALK, CLIMATOLOGY = "persistence", "random walk", "climatology"

JEFFREYS = 0.5
"""What a rate is assumed to have counted before the first year."""

SMALLEST = 1e-4
"""Least share from which a walk starts, for log odds must be finite."""

ENERGY = "energy"


def drift_of(case: Case) -> Drift:
    """The drift of a case before its scenario changed any parameter, by domain."""
    own = case.usual.drift
    domains = case.setting.axes.domains
    sigma = {domain: float(own.sigma_energy if domain == ENERGY else own.sigma) for domain in domains}
    return Drift(sigma, NU, float(own.persistence))


def random_walk(shares: pd.DataFrame, drift: Drift, *, draws: int, seed: int) -> Array:
    """Drift alone from the last recorded share, axes (row, draw).

    shares: rows of a record with the column `before`, the share of the year `origin`.
    """
    starts = shares[[*CELL]].assign(year=shares["origin"], share=shares["before"].clip(SMALLEST, 1.0 - SMALLEST))
    ahead = (shares["year"] - shares["origin"]).to_numpy()
    found = np.empty((len(shares), draws))
    for years, members in enumerate(yearly_members(starts, drift, years=int(ahead.max()), draws=draws, seed=seed), 1):
        found[ahead == years] = members[ahead == years]
    return found


def count_probabilities(baseline: str, counts: Array, most: int) -> Array:
    """Probabilities of 0 .. most - 1 meetings, and of `most` or more, in a later year; axes (most + 1,).

    counts: of the years before, oldest first.
    """
    known = counts[-1:] if baseline == PERSISTENCE else counts
    found = stats.nbinom(known.sum() + JEFFREYS, len(known) / (len(known) + 1.0)).pmf(np.arange(most))
    return np.append(found, max(0.0, 1.0 - found.sum()))
