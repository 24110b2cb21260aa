"""What runs forecast from the end of the years that anything was fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import qmc

from hedgesim.analysis.calibration.drift import angle
from hedgesim.analysis.hindcast.record import Record, positions
from hedgesim.analysis.hindcast.scores import PLACE
from hedgesim.analysis.hindcast.simulated import Draws, meeting_counts, moved, observe, yearly_angles
from hedgesim.engines import Engine
from hedgesim.engines.case import Case
from hedgesim.engines.records import Observation
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array


@dataclass(frozen=True)
class Forecast:
    """What runs forecast; a member is one run with one draw of the parameters."""

    shares: Array
    """(row, member): shares by row of the record; drift is in the run, so they spread as the record does."""
    counts: Array
    """(member, row): meetings by row of the record."""
    rose: Array
    """(row,): share of the members in which the status rose."""
    fell: Array
    """(row,): share of the members in which it fell."""
    joined: Array
    """(country,): share of the members in which the country joined sanctions."""


def parameters_in(draws: Draws) -> dict[str, Sequence[float]]:
    """Of the columns of a posterior those that are parameters."""
    return {name: values for name, values in draws.items() if "." in name}


def forecast(case: Case, record: Record, draws: Draws, engine: Engine, *, runs: int, seed: int) -> Forecast:
    """The forecast of the years of a record from the scenario's start, with every draw of the parameters.

    runs: of every draw; without draws, of the case as it is. seed: of the places between bounds of what is not known
    exactly of the first year.

    Raises:
        HedgesimError: a run failed; its shares are not numbers.
    """
    n = runs * max(1, len(next(iter(draws.values()), ())))
    observation = observe(case, engine, n, draws)
    failed = int((~np.isfinite(observation.share)).any(axis=(0, 1, 2, 3)).sum())
    if failed:
        fault = f"{failed} of {n} runs failed: their shares are not numbers"
        raise HedgesimError(PLACE, fault, "Narrow the parameters or take another calibration.")
    i, f = positions(record.axes, record.statuses, "country", "format")
    change = observation.status[-1][i, f] - observation.status[0][i, f]
    return Forecast(
        shares=_shares(case, record, observation, seed=seed),
        counts=meeting_counts(record, observation),
        rose=(change > 0.0).mean(axis=-1),
        fell=(change < 0.0).mean(axis=-1),
        joined=(observation.joined[-1] > observation.joined[0]).mean(axis=-1),
    )


def _shares(case: Case, record: Record, observation: Observation, *, seed: int) -> Array:
    """Shares of the record's rows in runs that start from the recorded share of the first year."""
    rows, origin = record.shares, record.years[0]
    change = np.empty((len(rows), observation.share.shape[-1]))
    for year in np.unique(rows["year"]):
        own = (rows["year"] == year).to_numpy()
        later, before = (yearly_angles(observation, case, rows[own], int(y)) for y in (year, origin))
        change[own] = later - before
    return moved(angles_between(rows, change.shape[-1], seed=seed), change)


def angles_between(shares: pd.DataFrame, members: int, *, seed: int) -> Array:
    """Angles of the shares of the first year, drawn evenly between their bounds, axes (row, member)."""
    low, high = (angle(shares[name].to_numpy())[:, None] for name in ("before_low", "before_high"))
    unit: Array = qmc.LatinHypercube(len(shares), rng=seed).random(members).T
    return low + (high - low) * unit
