"""Fits to recorded events without simulation: priors, posterior by ensemble MCMC, and what of it is kept.

A likelihood on events (dialogues, calendar, stance) is a function of a few numbers in closed form or nearly so.
Walkers move where the prior is standard normal in every direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import emcee
import numpy as np
import pandas as pd
from numpy.random import RandomState
from scipy import stats
from scipy.stats import qmc

from hedgesim.model.arrays import Array
from hedgesim.numbers import ENDS_AND_MIDDLE

IDENTIFIED = 0.5**0.5
"""Largest ratio of posterior to prior sd of what counts as identified: the events removed half of the variance."""

NEAR = 0.3
"""Spread of the walkers' first places, where the prior is standard normal."""


@dataclass(frozen=True)
class EventPrior:
    """A normal prior of one number, or of its logarithm."""

    name: str
    mean: float
    sd: float
    meaning: str
    unit: str = "log rate"
    logarithmic: bool = False
    """Whether mean and sd are those of the logarithm; the number itself is then reported."""

    def natural(self, values: Array) -> Array:
        """Values as reported of values as sampled, any axes."""
        return np.exp(values) if self.logarithmic else values

    def moments(self) -> tuple[float, float]:
        """Mean and sd of the number as reported."""
        if not self.logarithmic:
            return self.mean, self.sd
        middle = stats.lognorm(s=self.sd, scale=np.exp(self.mean))
        return float(middle.mean()), float(middle.std())


class EventLikelihood(Protocol):
    """How likely recorded events are, by groups (powers, countries or series) that are independent of each other."""

    @property
    def priors(self) -> tuple[EventPrior, ...]:
        """The numbers, in the order of values."""

    @property
    def groups(self) -> tuple[str, ...]:
        """What can be left out."""

    def log_likelihood(self, values: Array) -> Array:
        """By group, axes (set, group); values: as sampled, axes (set, parameter)."""


@dataclass(frozen=True)
class EventPlan:
    """How large a fit is. walkers: at least twice the numbers. steps, warm_up: of every walker."""

    walkers: int = 32
    steps: int = 1000
    warm_up: int = 500
    seed: int = 2021


@dataclass(frozen=True)
class EventFit:
    """What events say of some numbers."""

    parameters: pd.DataFrame
    """parameter, meaning, unit, prior_mean, prior_sd, posterior_mean, posterior_sd, q05, q50, q95, width_ratio (of
    standard deviations as sampled), identified: whether the events removed half of the prior variance, and estimate:
    the median, moved along the posterior to where what is not identified has the middle of its prior, as in runs."""
    draws: pd.DataFrame
    """A row for each place of a walker, a column for each number as reported."""
    accepted: float
    """Share of moves accepted, 0..1."""
    correlation_time: float
    """Steps after which the slowest number is forgotten; not a number if no walker moved."""


def log_posterior(of: EventLikelihood, values: Array, *, without: str = "") -> Array:
    """Of values as sampled, axes (set, parameter), up to a constant; without: a group that is left out. Axes (set,)."""
    place = (values - _means(of)) / _deviations(of)
    kept = [name != without for name in of.groups]
    total = of.log_likelihood(values)[:, kept].sum(axis=-1) - 0.5 * (place**2).sum(axis=-1)
    found: Array = np.where(np.isfinite(total), total, -np.inf)
    return found


def fit(of: EventLikelihood, plan: EventPlan | None = None, *, without: str = "") -> EventFit:
    """The posterior of the numbers, from all groups or from all but one."""
    plan = plan or EventPlan()
    names = [prior.name for prior in of.priors]
    unit = qmc.LatinHypercube(len(names), rng=plan.seed).random(plan.walkers)

    def target(places: Array) -> Array:
        return log_posterior(of, _means(of) + _deviations(of) * places, without=without)

    moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
    sampler = emcee.EnsembleSampler(plan.walkers, len(names), target, moves=moves, vectorize=True)
    start = emcee.State(NEAR * stats.norm.ppf(unit), random_state=RandomState(plan.seed).get_state())
    sampler.run_mcmc(start, plan.warm_up + plan.steps)
    kept = sampler.get_chain(discard=plan.warm_up)
    with np.errstate(invalid="ignore"):
        correlation = np.max(emcee.autocorr.integrated_time(kept, quiet=True, tol=0))
    values = _means(of) + _deviations(of) * kept.reshape(-1, len(names))
    return EventFit(
        _parameters(of.priors, values),
        pd.DataFrame({prior.name: prior.natural(values[:, n]) for n, prior in enumerate(of.priors)}),
        accepted=float(np.mean(sampler.acceptance_fraction)),
        correlation_time=float(correlation),
    )


def leave_one_out(of: EventLikelihood, plan: EventPlan | None = None) -> pd.DataFrame:
    """What is left of the fit without each group, one at a time: without, parameter, posterior_mean, posterior_sd."""
    parts = []
    for group in of.groups:
        table = fit(of, plan, without=group).parameters
        parts.append(table[["parameter", "posterior_mean", "posterior_sd"]].assign(without=group))
    return pd.concat(parts, ignore_index=True)[["without", "parameter", "posterior_mean", "posterior_sd"]]


def by_group(groups: Sequence[str], of_rows: Sequence[str], terms: Array) -> Array:
    """Sums of terms by the group of their row; terms: axes (set, row). Axes (set, group)."""
    sums = np.zeros((len(groups), len(terms)))
    np.add.at(sums, pd.Index(groups).get_indexer(pd.Index(of_rows)), terms.T)
    return sums.T


def log_happened(exposure: Array, happened: Array) -> Array:
    """Log chance that something did or did not happen while its rate added up to an exposure; any axes."""
    with np.errstate(divide="ignore"):
        found: Array = np.where(happened, np.log(-np.expm1(-exposure)), -exposure)
    return found


def _means(of: EventLikelihood) -> Array:
    return np.asarray([prior.mean for prior in of.priors])


def _deviations(of: EventLikelihood) -> Array:
    return np.asarray([prior.sd for prior in of.priors])


def _parameters(priors: Sequence[EventPrior], values: Array) -> pd.DataFrame:
    """values: as sampled, axes (draw, parameter)."""
    ratios = values.std(axis=0) / np.asarray([prior.sd for prior in priors])
    estimates = _given_the_rest(values, np.asarray([prior.mean for prior in priors]), ratios > IDENTIFIED)
    rows = []
    for n, prior in enumerate(priors):
        own = prior.natural(values[:, n])
        mean, sd = prior.moments()
        low, middle, high = (float(q) for q in np.quantile(own, ENDS_AND_MIDDLE))
        ratio = float(ratios[n])
        rows.append(
            {
                "parameter": prior.name, "meaning": prior.meaning, "unit": prior.unit, "prior_mean": mean,
                "prior_sd": sd, "posterior_mean": float(own.mean()), "posterior_sd": float(own.std()),
                "q05": low, "q50": middle, "q95": high, "width_ratio": ratio, "identified": ratio <= IDENTIFIED,
                "estimate": float(prior.natural(estimates[n])),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _given_the_rest(values: Array, middles: Array, unknown: Array) -> Array:
    """Medians of draws as sampled, moved by regression on the unknown ones to their middles, axes (parameter,)."""
    medians = np.median(values, axis=0)
    if not unknown.any() or unknown.all():
        return np.where(unknown, middles, medians)
    spread = np.cov(values, rowvar=False)
    slopes = np.linalg.solve(spread[np.ix_(unknown, unknown)], spread[unknown])
    moved: Array = np.where(unknown, middles, medians + (middles - medians)[unknown] @ slopes)
    return moved
