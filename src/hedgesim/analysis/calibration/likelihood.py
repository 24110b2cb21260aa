"""How likely what happened is under some parameters, from a few replications of each.

Shares are compared as changes from one year to the next of their square roots, on whose scale errors of small and
large shares are alike (the chord distance of compositions): the observed root less that of the year before less what
the runs changed meanwhile is Student's t with `FREEDOM` degrees. Its scale has three parts: the spread of the runs, a
discrepancy per domain (what the model leaves out and errors of measurement; fitted), and, where the year before is
known between bounds only, their spread. What is known between bounds counts by the probability between them.
Meetings and changes of status are counts; what a few runs leave open of their rates is integrated out with Jeffreys
priors, which gives the negative binomial and a proportion. Members fall together where a body ends, which is therefore
one event of the body; a pair's own change is what came of it while the body had members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from hedgesim.analysis.calibration.record import Record, ShareCells, steps_of
from hedgesim.engines.records import Observation
from hedgesim.model.arrays import Array
from hedgesim.model.setting import Axes
from hedgesim.model.world import MEETINGS

FREEDOM = 4.0
"""Degrees of freedom of errors of shares: heavy tails, as single years break away (transit trade, a closed pipe)."""

JEFFREYS = 0.5
"""What a rate or a proportion is taken to have been seen before the first run."""

CERTAIN = 1e-12
"""Smallest probability of an observation, so that no single one rules a parameter set out for rounding."""


@dataclass(frozen=True)
class Terms:
    """Log likelihoods of parameter sets, by observation; axes (set, observation), in the order of the record."""

    shares: Array
    meetings: Array
    statuses: Array

    def total(self) -> Array:
        """Of everything together, axes (set,)."""
        return self.shares.sum(axis=-1) + self.meetings.sum(axis=-1) + self.statuses.sum(axis=-1)


def log_likelihoods(
    record: Record, seen: Observation, axes: Axes, *, replications: int, discrepancy: Mapping[str, Array]
) -> Terms:
    """Log likelihoods of the record under parameter sets.

    seen: runs of all sets, those of a set side by side, `replications` of each; axes (step, run, ...).
    discrepancy: by domain, on the scale of square roots of shares; axes (set,).
    """
    changes = share_changes(record.shares, seen, axes)
    return Terms(
        shares=_of_shares(record.shares, _by_set(changes, replications), discrepancy),
        meetings=_of_counts(record.meetings.table["count"].to_numpy(), meetings_of(record, seen, axes), replications),
        statuses=_of_statuses(record, seen, replications),
    )


def _by_set(values: Array, replications: int) -> Array:
    """(run, ...) as (set, replication, ...)."""
    return values.reshape(-1, replications, *values.shape[1:])


def rooted_years(cells: ShareCells, seen: Observation, axes: Axes, year: int) -> Array:
    """Square roots of the mean shares of a year in the runs, axes (run, cell)."""
    i, d, o = cells.place.T
    return np.sqrt(seen.share[steps_of(axes, year)][:, :, i, d, o].mean(axis=0))


def share_changes(cells: ShareCells, seen: Observation, axes: Axes) -> Array:
    """Change of the root of every cell's share from the year before to its year, axes (run, cell)."""
    years = cells.table["year"].to_numpy()
    changes = np.empty((seen.share.shape[1], len(cells)))
    for year in np.unique(years):
        chosen = years == year
        own = ShareCells(cells.table[chosen], cells.place[chosen])
        later, before = (rooted_years(own, seen, axes, int(y)) for y in (year, year - 1))
        changes[:, chosen] = later - before
    return changes


def spread_before(cells: ShareCells) -> Array:
    """Standard deviation of the root of the share of the year before, known between bounds; axes (cell,)."""
    return (cells.rooted("before_high") - cells.rooted("before_low")) / np.sqrt(12.0)


def middle_before(cells: ShareCells) -> Array:
    """Middle of the root of the share of the year before; axes (cell,)."""
    return 0.5 * (cells.rooted("before_high") + cells.rooted("before_low"))


def _of_shares(cells: ShareCells, changes: Array, discrepancy: Mapping[str, Array]) -> Array:
    """changes: axes (set, replication, cell)."""
    n = changes.shape[1]
    own = np.stack([np.asarray(discrepancy[domain]) for domain in cells.table["domain"]], axis=-1)
    spread = changes.var(axis=1, ddof=1) * (1.0 + 1.0 / n) if n > 1 else 0.0
    scale = np.sqrt(spread + own**2 + spread_before(cells) ** 2)
    middle = middle_before(cells) + changes.mean(axis=1)
    low, high = cells.rooted("low"), cells.rooted("high")
    exact = low == high
    error: Any = stats.t(FREEDOM)
    found = np.empty_like(middle)
    found[:, exact] = error.logpdf((low - middle)[:, exact] / scale[:, exact]) - np.log(scale[:, exact])
    between = error.cdf((high - middle) / scale) - error.cdf((low - middle) / scale)
    found[:, ~exact] = np.log(np.maximum(between, CERTAIN))[:, ~exact]
    return found


def meetings_of(record: Record, seen: Observation, axes: Axes) -> Array:
    """How often each format of the record met at its rung in its year, axes (run, row)."""
    table, place = record.meetings.table, record.meetings.place
    rung = np.asarray([MEETINGS.index(name) for name in table["rung"]], dtype=np.float64)
    counts = np.empty((seen.meeting.shape[1], len(table)))
    for year in record.years:
        chosen = (table["year"] == year).to_numpy()
        held = seen.meeting[steps_of(axes, year)][:, :, place[chosen]] == rung[chosen]
        counts[:, chosen] = held.sum(axis=0)
    return counts


def _of_counts(observed: Array, counts: Array, replications: int) -> Array:
    """Negative binomial: Poisson, with the rate's Jeffreys posterior after the runs of a set."""
    shape = _by_set(counts, replications).sum(axis=1) + JEFFREYS
    found: Array = stats.nbinom.logpmf(observed, shape, replications / (replications + 1.0))
    return found


def _of_statuses(record: Record, seen: Observation, replications: int) -> Array:
    """Proportions of runs in which a status rose, in which it fell, and in which a body ended.

    Axes (set, 2 pairs + bodies). Of a body that ended in the record no more is asked than that it ended.
    """
    statuses = record.statuses
    change, ended = status_changes(record, seen)
    happened = np.concatenate([change > 0.0, change < 0.0, ended], axis=-1).astype(np.float64)
    share = (_by_set(happened, replications).sum(axis=1) + JEFFREYS) / (replications + 2.0 * JEFFREYS)
    end = statuses.ended()
    observed = np.concatenate([statuses.table["rose"].to_numpy(), statuses.table["fell"].to_numpy(), end.to_numpy()])
    unasked = np.concatenate([*2 * [statuses.table["format"].map(end).to_numpy()], np.zeros(len(end), dtype=bool)])
    return np.where(unasked, 0.0, np.log(np.where(observed > 0, share, 1.0 - share)))


def status_changes(record: Record, seen: Observation) -> tuple[Array, Array]:
    """What became of statuses in the runs: the change of every pair and whether every body of the record ended.

    Axes (run, pair) and (run, body). The change is up to the last quarter in which the body had anybody inside.
    """
    i, f = record.statuses.place.T
    bodies = list(dict.fromkeys(f))
    status = seen.status[..., bodies]
    inside = (status > 0.0).any(axis=2)
    last = (inside * np.arange(len(inside))[:, None, None]).max(axis=0)
    kept = np.take_along_axis(status, last[None, :, None, :], axis=0)[0]
    change = (kept - status[0])[:, i, [bodies.index(body) for body in f]]
    return change, inside[0] & ~inside[-1]
