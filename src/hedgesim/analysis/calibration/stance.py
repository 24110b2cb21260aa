"""Stance on bodies, fitted to decisions to join, renew, attend or leave them.

A country decides yes if u + e > 0, u = a + w(trust - .6) + s_W weight - formality(c_p personalisation + c_n neutrality)
- r left. e is logistic, one for each line of bodies and ruler; it drifts as a stationary process, half of which is
forgotten in half_life years: e = F^-1(Phi(z)), F logistic, z an Ornstein-Uhlenbeck process of variance 1. The chance of
the decisions of one ruler on one line is that of z on the given sides of moving thresholds. It is integrated by drawing
z step by step on its side (Geweke, Hajivassiliou and Keane) with the same points for every parameter set, so that it is
smooth; for one decision it is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import special
from scipy.stats import qmc

from hedgesim.analysis.calibration.events import LAST_YEAR, EventPrior, by_group
from hedgesim.model.arrays import Array
from hedgesim.model.period import Period
from hedgesim.scenario.tables import Tables

NEUTRAL_TRUST = 0.6
"""Trust that counts neither way."""

PRIORS = (
    EventPrior("a", 0.0, 3.0, "leaning towards any body", unit="logit"),
    EventPrior("w", 0.0, 3.0, "trust in the other parties", unit="logit"),
    EventPrior("s_W", 0.0, 3.0, "own weight in the region", unit="logit"),
    EventPrior("c_p", 0.0, 3.0, "cost of formality to personal rule", unit="logit"),
    EventPrior("c_n", 0.0, 3.0, "cost of formality to a neutral", unit="logit"),
    EventPrior("r", 0.0, 1.0, "cost of each body that the ruler has left", unit="logit"),
    EventPrior("half_life", float(np.log(3.0)), 1.0, "half-life of e", unit="years", logarithmic=True),
)

POINTS = 5
"""Binary logarithm of the number of points of the integration; 32 give a log likelihood within .1 of 4096."""

SOONEST = 0.25
"""Least time between two decisions, years: of decisions within one quarter e is nearly the same."""

LARGEST = 30.0
"""Size of u beyond which a decision is certain."""

SMALLEST = 1e-300
"""Probability below which no logarithm is taken."""


@dataclass(frozen=True)
class Stance:
    """The record of decisions, sorted so that those of one ruler on one line follow each other."""

    rows: pd.DataFrame
    points: int = POINTS
    """Binary logarithm of the number of points of the integration."""

    @classmethod
    def of(cls, tables: Tables, until: int = LAST_YEAR) -> Stance:
        """The record up to a year."""
        table = tables.table("decisions")
        table = table[table["date"].str[:4].astype(int) <= until]
        years = table["date"].map(lambda date: Period.of_date(date).index / 4.0)
        table = table.assign(years=years).sort_values(["country", "line", "years"], kind="stable")
        return cls(table.reset_index(drop=True))

    @property
    def priors(self) -> tuple[EventPrior, ...]:
        """Weak ones around no effect; half-life of three years, between one and nine."""
        return PRIORS

    @property
    def groups(self) -> tuple[str, ...]:
        """Countries."""
        return tuple(dict.fromkeys(self.rows["country"]))

    def log_likelihood(self, values: Array) -> Array:
        """By country, axes (set, country); values: axes (set, parameter)."""
        side = 2.0 * self._column("outcome") - 1.0
        threshold = side * special.ndtri(special.expit(np.clip(self.leaning(values), -LARGEST, LARGEST)))
        half_life = np.exp(values[:, -1, None, None])
        z = np.zeros((len(values), len(self._chains), self._draws.shape[1]))
        log_chance = np.zeros_like(z)
        for k, (rows, gaps) in enumerate(self._steps):
            now = np.s_[:, : len(rows)]
            memory = 0.5 ** (gaps[None, :, None] / half_life)
            spread = np.sqrt(1.0 - memory**2)
            own = side[rows][None, :, None]
            limit = (threshold[:, rows, None] + own * memory * z[now]) / spread
            chance = np.maximum(special.ndtr(limit), SMALLEST)
            log_chance[now] += np.log(chance)
            drawn = special.ndtri(np.maximum(self._draws[k] * chance, SMALLEST))
            z[now] = memory * z[now] - own * spread * drawn
        terms = special.logsumexp(log_chance, axis=-1) - np.log(z.shape[-1])
        return by_group(self.groups, [str(self.rows["country"][chain[0]]) for chain in self._chains], terms)

    def leaning(self, values: Array) -> Array:
        """The leaning u of every decision, axes (set, decision)."""
        a, w, own, personal, neutral, left = (values[:, n, None] for n in range(len(PRIORS) - 1))
        cost = personal * self._column("personalisation") + neutral * self._column("neutrality")
        trust = w * (self._column("trust") - NEUTRAL_TRUST)
        return a + trust + own * self._column("weight") - self._column("formality") * cost - left * self._column("left")

    @cached_property
    def _chains(self) -> list[Array]:
        """Places of the decisions of each ruler on each line, in order; the longest first."""
        groups = self.rows.groupby(["country", "line", "ruler"], sort=False).indices
        return sorted((np.sort(np.asarray(places)) for places in groups.values()), key=len, reverse=True)

    @cached_property
    def _steps(self) -> list[tuple[Array, Array]]:
        """For the first decisions of chains, the second ones and so on: places, and years since the one before.

        Axes (chain,) each; before the first decision e may have been anything.
        """
        years = self.rows["years"].to_numpy()
        steps = []
        for k in range(len(self._chains[0])):
            longer = [chain for chain in self._chains if len(chain) > k]
            rows = np.asarray([chain[k] for chain in longer])
            gaps = [max(years[chain[k]] - years[chain[k - 1]], SOONEST) if k > 0 else np.inf for chain in longer]
            steps.append((rows, np.asarray(gaps)))
        return steps

    @cached_property
    def _draws(self) -> Array:
        """Even points in the unit cube, axes (decision of a chain, point)."""
        return qmc.Sobol(len(self._steps), rng=0).random_base2(self.points).T

    def _column(self, name: str) -> Array:
        return self.rows[name].to_numpy(dtype=np.float64)
