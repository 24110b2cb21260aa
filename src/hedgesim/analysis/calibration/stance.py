"""Stance on bodies, fitted to decisions to join, renew, attend or leave them.

A country decides yes if u + e > 0, u = a + w(trust - .6) + s_W weight - formality(c_p personalisation + c_n neutrality)
- r left. e is logistic, one for each line of bodies and ruler, and is renewed as in runs: it stays, or is drawn again,
so that after half_life years it is still the same with a chance of one half. The chance of the decisions of one ruler
on one line is a sum over the places at which it was drawn again: decisions with the same e have the chance of the
interval of e that allows them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
import pandas as pd
from scipy import special

from hedgesim.analysis.calibration import LAST_YEAR
from hedgesim.analysis.calibration.events import EventPrior, by_group
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

SOONEST = 0.25
"""Least time between two decisions, years: of decisions within one quarter e is nearly the same."""


@dataclass(frozen=True)
class Stance:
    """The record of decisions, sorted so that those of one ruler on one line follow each other."""

    rows: pd.DataFrame

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
        least, half_life = special.expit(-self.leaning(values)), np.exp(values[:, -1, None])
        countries = self.rows["country"].to_numpy()
        total = np.zeros((len(values), len(self.groups)))
        for chains in self._chains:
            with np.errstate(divide="ignore"):
                terms = np.log(self._chance(chains, least, half_life))
            total += by_group(self.groups, list(countries[chains[:, 0]]), terms)
        return total

    def _chance(self, chains: Array, least: Array, half_life: Array) -> Array:
        """Chance of the decisions of one ruler on one line each, axes (set, chain).

        chains: places of decisions, axes (chain, decision). least: what F(e) is at most where the answer was no, and at
        least where it was yes, axes (set, decision).
        """
        years, yes = self.rows["years"].to_numpy()[chains], self._column("outcome")[chains] > 0.0
        kept = 0.5 ** (np.maximum(np.diff(years), SOONEST)[None] / half_life[:, :, None])
        bounds = np.where(yes, least[:, chains], 0.0), np.where(yes, 1.0, least[:, chains])
        up_to: list[Array] = [np.ones(kept.shape[:2])]
        for last in range(chains.shape[1]):
            low, high, same = (np.full_like(up_to[0], start) for start in (0.0, 1.0, 1.0))
            total = np.zeros_like(same)
            for first in range(last, -1, -1):
                low, high = np.maximum(low, bounds[0][..., first]), np.minimum(high, bounds[1][..., first])
                stays = kept[..., first - 1] if first > 0 else np.zeros_like(same)
                total = total + up_to[first] * (1.0 - stays) * same * np.maximum(high - low, 0.0)
                same = same * stays
            up_to.append(total)
        return up_to[-1]

    def leaning(self, values: Array) -> Array:
        """The leaning u of every decision, axes (set, decision)."""
        a, w, own, personal, neutral, left = (values[:, n, None] for n in range(len(PRIORS) - 1))
        cost = personal * self._column("personalisation") + neutral * self._column("neutrality")
        trust = w * (self._column("trust") - NEUTRAL_TRUST)
        return a + trust + own * self._column("weight") - self._column("formality") * cost - left * self._column("left")

    @cached_property
    def _chains(self) -> list[Array]:
        """Places of the decisions of each ruler on each line, in order, those of one length together."""
        groups = self.rows.groupby(["country", "line", "ruler"], sort=False).indices
        chains = sorted((np.sort(np.asarray(places)) for places in groups.values()), key=len)
        return [np.stack(list(alike)) for _, alike in groupby(chains, key=len)]

    def _column(self, name: str) -> Array:
        return self.rows[name].to_numpy(dtype=np.float64)
