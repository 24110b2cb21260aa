"""How likely the record is under some parameters, from a few replications of each set.

Shares are compared as changes from one year to the next of their square roots, on whose scale errors of small and
large shares are alike (the chord distance of compositions): the observed root less that of the year before less what
the runs changed meanwhile is Student's t with `FREEDOM` degrees. Its scale has three components: the spread of the
runs, a discrepancy per domain (what the model leaves out and errors of measurement; fitted), and, where the year before
is known between bounds only, their spread. What is known between bounds counts by the probability between them.
Meetings and changes of status are counts; what a few runs leave open of their rates is integrated out with Jeffreys
priors, which gives the negative binomial and a proportion. Members fall together where a body ends, which is therefore
one event of the body; the change of a member is its change while the body had members.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from hedgesim.analysis.calibration.prior import Prior
from hedgesim.analysis.calibration.record import CELL, Record, positions, rooted, steps_of
from hedgesim.engines import Engine
from hedgesim.engines.case import Case
from hedgesim.engines.records import Observation, record_observation
from hedgesim.engines.variation import VariedNumber, with_varied_numbers
from hedgesim.model.arrays import RUN, Array
from hedgesim.model.setting import Axes
from hedgesim.model.world import MEETINGS

FREEDOM = 4.0
"""Degrees of freedom of errors of shares: heavy tails, for single years deviate much (transit trade, a closed pipe)."""

JEFFREYS = 0.5
"""What a rate or a proportion is assumed to have counted before the first run."""

CERTAIN = 1e-12
"""Smallest probability of an observation, so that the rounding of one cannot exclude a parameter set."""

THREADS = 3
"""Blocks of runs at once; compiled programs leave Python free meanwhile."""

KINDS = ("shares", "meetings", "statuses")
"""Kinds of observations in the record."""


@dataclass(frozen=True)
class Terms:
    """Log likelihoods of parameter sets, by observation; axes (set, observation), in the order of the record.

    statuses: first of every row whether it rose, then of every row whether it fell, then of every body whether it
    ended.
    """

    shares: Array
    meetings: Array
    statuses: Array

    def total(self) -> Array:
        """Of everything together, axes (set,)."""
        return self.shares.sum(axis=-1) + self.meetings.sum(axis=-1) + self.statuses.sum(axis=-1)


@dataclass(frozen=True)
class Likelihood:
    """The likelihood of a record under parameter sets, each of which is simulated.

    Every set is run with the same random numbers, so that the likelihood is a function of the parameters.
    """

    case: Case
    record: Record
    prior: Prior
    engine: Engine
    replications: int
    fixed: Mapping[str, float] = field(default_factory=dict)
    """Discrepancies that are not parameters of the prior, by domain."""
    on_runs: Callable[[int], None] = lambda _: None
    """Called with the number of runs just completed."""

    def terms(self, values: Array) -> Terms:
        """Log likelihoods of parameter sets by observation; values: axes (set, parameter)."""
        at_once = max(1, self.engine.together // self.replications)
        blocks = [values[first : first + at_once] for first in range(0, len(values), at_once)]
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(self._of_block, blocks))
        return Terms(*(np.concatenate([getattr(terms, kind) for terms in found]) for kind in KINDS))

    def _of_block(self, values: Array) -> Terms:
        model, discrepancy = self.prior.split(values)
        discrepancy |= {domain: np.full(len(values), scale) for domain, scale in self.fixed.items()}
        own = {path: np.repeat(numbers, self.replications) for path, numbers in model.items()}
        runs = list(range(self.replications)) * len(values)
        observation = run_with(self.case, own, self.engine, runs)
        self.on_runs(len(runs))
        return log_likelihoods(self.record, observation, replications=self.replications, discrepancy=discrepancy)


def run_with(case: Case, values: Mapping[str, Array], engine: Engine, runs: Sequence[int]) -> Observation:
    """Runs of a case, each with its own shared parameters; values: by path, axes (run,)."""
    varied = with_varied_numbers(case, {path: [VariedNumber(parameter=path)] for path in values}, values)
    observation: Observation = engine.record(varied, runs, record_observation)
    return observation


def log_likelihoods(
    record: Record, observation: Observation, *, replications: int, discrepancy: Mapping[str, Array]
) -> Terms:
    """Log likelihoods of the record under parameter sets.

    observation: runs of all sets, those of a set side by side, `replications` of each.
    discrepancy: by domain, on the scale of square roots of shares; axes (set,).
    """
    changes = share_changes(record, observation)
    return Terms(
        shares=_of_shares(record.shares, _by_set(changes, replications), discrepancy),
        meetings=_of_meetings(record, observation, replications),
        statuses=_of_statuses(record, observation, replications),
    )


def _by_set(values: Array, replications: int) -> Array:
    """(run, ...) as (set, replication, ...)."""
    return values.reshape(-1, replications, *values.shape[1:])


def rooted_year(observation: Observation, axes: Axes, shares: pd.DataFrame, year: int) -> Array:
    """Square roots of the mean shares of a year in the runs, axes (run, row); shares: their cells."""
    i, d, o = positions(axes, shares, *CELL)
    return np.sqrt(observation.share[steps_of(axes, year)][:, i, d, o].mean(axis=0)).T


def share_changes(record: Record, observation: Observation) -> Array:
    """Change of the root of every share of the record from the year before to its year, axes (run, row)."""
    years = record.shares["year"].to_numpy()
    changes = np.empty((observation.share.shape[RUN], len(years)))
    for year in np.unique(years):
        own = record.shares[years == year]
        later, before = (rooted_year(observation, record.axes, own, int(y)) for y in (year, year - 1))
        changes[:, years == year] = later - before
    return changes


def spread_before(shares: pd.DataFrame) -> Array:
    """Standard deviation of the root of the share of the year before, known between bounds; axes (row,)."""
    return (rooted(shares, "before_high") - rooted(shares, "before_low")) / np.sqrt(12.0)


def middle_before(shares: pd.DataFrame) -> Array:
    """Middle of the root of the share of the year before; axes (row,)."""
    return 0.5 * (rooted(shares, "before_high") + rooted(shares, "before_low"))


def _of_shares(shares: pd.DataFrame, changes: Array, discrepancy: Mapping[str, Array]) -> Array:
    """changes: axes (set, replication, row)."""
    n = changes.shape[1]
    own = np.stack([np.asarray(discrepancy[domain]) for domain in shares["domain"]], axis=-1)
    spread = changes.var(axis=1, ddof=1) * (1.0 + 1.0 / n) if n > 1 else 0.0
    scale = np.sqrt(spread + own**2 + spread_before(shares) ** 2)
    middle = middle_before(shares) + changes.mean(axis=1)
    low, high = rooted(shares, "low"), rooted(shares, "high")
    exact = low == high
    error: Any = stats.t(FREEDOM)
    found = np.empty_like(middle)
    found[:, exact] = error.logpdf((low - middle)[:, exact] / scale[:, exact]) - np.log(scale[:, exact])
    between = error.cdf((high - middle) / scale) - error.cdf((low - middle) / scale)
    found[:, ~exact] = np.log(np.maximum(between, CERTAIN))[:, ~exact]
    return found


def meeting_counts(record: Record, observation: Observation) -> Array:
    """How often each format of the record met at its rung in its year, axes (run, row)."""
    (place,) = positions(record.axes, record.meetings, "format")
    rung = record.meetings["rung"].map(MEETINGS.index).to_numpy(dtype=np.float64)
    counts = np.empty((observation.meeting.shape[RUN], len(place)))
    for year in record.years:
        chosen = (record.meetings["year"] == year).to_numpy()
        held = observation.meeting[steps_of(record.axes, year)][:, place[chosen]] == rung[chosen][:, None]
        counts[:, chosen] = held.sum(axis=0).T
    return counts


def _of_meetings(record: Record, observation: Observation, replications: int) -> Array:
    """Negative binomial: Poisson, with the rate's Jeffreys posterior after the runs of a set."""
    shape = _by_set(meeting_counts(record, observation), replications).sum(axis=1) + JEFFREYS
    observed = record.meetings["count"].to_numpy()
    found: Array = stats.nbinom.logpmf(observed, shape, replications / (replications + 1.0))
    return found


def _of_statuses(record: Record, observation: Observation, replications: int) -> Array:
    """Proportions of runs in which a status rose, in which it fell, and in which a body ended.

    Axes (set, 2 rows + bodies). Of a body that ended in the record only that it ended counts.
    """
    statuses, end = record.statuses, record.ended()
    change, ended = _status_changes(record, observation)
    happened = np.concatenate([change > 0.0, change < 0.0, ended], axis=-1).astype(np.float64)
    share = (_by_set(happened, replications).sum(axis=1) + JEFFREYS) / (replications + 2.0 * JEFFREYS)
    observed = np.concatenate([statuses["rose"], statuses["fell"], end])
    ignored = np.concatenate([*2 * [statuses["format"].map(end)], np.zeros(len(end), dtype=bool)]).astype(bool)
    return np.where(ignored, 0.0, np.log(np.where(observed > 0, share, 1.0 - share)))


def _status_changes(record: Record, observation: Observation) -> tuple[Array, Array]:
    """The change of every status in the runs, axes (run, row), and whether every body ended, axes (run, body).

    The change is up to the last quarter in which the body had a member.
    """
    i, f = positions(record.axes, record.statuses, "country", "format")
    bodies = list(dict.fromkeys(f))
    status = observation.status[:, :, bodies]
    inside: Array = np.any(status > 0.0, axis=1)
    last = (inside * np.arange(len(inside))[:, None, None]).max(axis=0)
    kept = np.take_along_axis(status, last[None, None], axis=0)[0]
    change = (kept - status[0])[i, [bodies.index(body) for body in f]]
    return change.T, (inside[0] & ~inside[-1]).T
