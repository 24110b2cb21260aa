"""What runs show and forecast of what is recorded: changes of yearly shares, and how often formats met.

Runs that forecast start from the recorded shares of a year, for those of the tables may rest on another statistical
basis, and how far a share moves depends on where it is. Where a share is known between bounds only, its run starts in
the middle and is moved by the angle arcsin(root of the share), on which drift moves every share alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import qmc

from hedgesim.analysis.calibration.drift import angle
from hedgesim.analysis.hindcast.record import CELL, Record, positions, shares_on, steps_of
from hedgesim.analysis.hindcast.scores import PLACE
from hedgesim.engines import Engine
from hedgesim.engines.case import Case
from hedgesim.engines.records import Observation, join_runs, record_observation
from hedgesim.engines.variation import VariedNumber, with_varied_numbers
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import RUN, TARGET, Array
from hedgesim.model.period import QUARTERS
from hedgesim.model.shares import LOWEST_SHARE
from hedgesim.model.world import RUNGS
from hedgesim.scenario.tables import Tables

Draws = Mapping[str, Sequence[float]]
"""Equally likely values of shared parameters, by path."""


def observe(case: Case, engine: Engine, runs: int, draws: Draws | None = None) -> Observation:
    """What can be observed of some runs; with draws run k takes draw k modulo their number."""
    draws = draws or {}
    blocks = []
    for first in range(0, runs, engine.together):
        numbers = range(first, min(runs, first + engine.together))
        own = {path: np.asarray(held)[np.asarray(numbers) % len(held)] for path, held in draws.items()}
        varied = with_varied_numbers(case, {path: [VariedNumber(parameter=path)] for path in own}, own)
        blocks.append(engine.record(varied, numbers, record_observation))
    return join_runs(blocks)


def from_record(case: Case, tables: Tables, year: int) -> Case:
    """The case with its shares starting from those that are recorded of a year.

    tables: uncut. What is not recorded of a country and domain shares the rest as it did.
    """
    axes = case.setting.axes
    table = shares_on(tables, axes)
    table = table[table["year"] == year]
    place = positions(axes, table, *CELL)
    share, given = case.setting.share.copy(), np.zeros_like(case.setting.share)
    given[place] = 1.0
    middle = np.zeros_like(share)
    middle[place] = 0.5 * (table["low"] + table["high"]).to_numpy()[:, None]
    rest = np.maximum(1.0 - middle.sum(axis=TARGET, keepdims=True), 0.0)
    others = np.maximum(share, LOWEST_SHARE) * (1.0 - given)
    filled = middle + rest * others / np.maximum(others.sum(axis=TARGET, keepdims=True), LOWEST_SHARE)
    filled = filled / filled.sum(axis=TARGET, keepdims=True)
    touched = given.sum(axis=TARGET, keepdims=True) > 0.0
    setting = replace(
        case.setting,
        share=np.where(touched, filled, share),
        prior_dominated=case.setting.prior_dominated * (1.0 - given),
    )
    return replace(case, setting=setting)


def yearly_angles(observation: Observation, case: Case, cells: pd.DataFrame, year: int) -> Array:
    """Angles of the mean shares of a year in runs, axes (row, run); cells: country, domain, option.

    Where the runs do not cover the complete year, it is the year of the starting shares.

    Raises:
        KeyError: the runs cover no quarter of the year.
    """
    axes, steps = case.setting.axes, steps_of(case.setting.axes, year)
    i, d, o = positions(axes, cells, *CELL)
    if steps.stop - steps.start == QUARTERS:
        return angle(observation.share[steps][:, i, d, o].mean(axis=0))
    start = np.maximum(case.setting.share[..., 0], LOWEST_SHARE)
    start = start / start.sum(axis=-1, keepdims=True)
    return np.repeat(angle(start[i, d, o])[:, None], observation.share.shape[RUN], axis=-1)


def moved(before: Array, change: Array) -> Array:
    """Shares from the angle before and its change, any axes."""
    found: Array = np.sin(np.clip(before + change, 0.0, 0.5 * np.pi)) ** 2
    return found


def meeting_counts(record: Record, observation: Observation) -> Array:
    """How often each format of the record met at its rung in its year, axes (run, row)."""
    (place,) = positions(record.axes, record.meetings, "format")
    rung = record.meetings["rung"].map(RUNGS.index).to_numpy(dtype=np.float64)
    counts = np.empty((observation.meeting.shape[RUN], len(place)))
    for year in record.years:
        chosen = (record.meetings["year"] == year).to_numpy()
        held = observation.meeting[steps_of(record.axes, year)][:, place[chosen]] == rung[chosen][:, None]
        counts[:, chosen] = held.sum(axis=0).T
    return counts


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
