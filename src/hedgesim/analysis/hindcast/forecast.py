"""What the calibrated model forecasts from the end of the training years, and what it says of the years before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats import qmc

from hedgesim.analysis.calibration.likelihood import (
    FREEDOM,
    meeting_counts,
    middle_before,
    rooted_year,
    run_with,
    share_changes,
    spread_before,
)
from hedgesim.analysis.calibration.prior import DISCREPANCY, Prior
from hedgesim.analysis.calibration.record import CELL, Record, observed_shares, positions, record_of
from hedgesim.analysis.hindcast.scores import PLACE
from hedgesim.engines import Engine
from hedgesim.engines.case import Case
from hedgesim.engines.records import Observation, join_runs
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array
from hedgesim.model.period import Period
from hedgesim.scenario.tables import Tables

Draws = Mapping[str, Sequence[float]]
"""Equally likely values of shared parameters and discrepancies, by name."""

LEVELS = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Forecast:
    """What runs forecast; a member is one run with one draw of the parameters."""

    shares: Array
    """(row, member): shares by row of the record, errors that the model leaves out included."""
    unmoved: Array
    """(row, member): the same if no share had moved in any run: the model's errors without its mechanisms."""
    counts: Array
    """(member, row): meetings by row of the record."""
    rose: Array
    """(row,): share of the members in which the status rose."""
    fell: Array
    """(row,): share of the members in which it fell."""
    joined: Array
    """(country,): share of the members in which the country joined sanctions."""


def parameters_in(draws: Draws) -> dict[str, Sequence[float]]:
    """Of the columns of a posterior those that are parameters or discrepancies."""
    return {name: values for name, values in draws.items() if "." in name}


def prior_draws(draws: Draws, seed: int) -> dict[str, Sequence[float]]:
    """As many draws of the prior of the same parameters; discrepancies stay, because only the record gives them."""
    prior = Prior(tuple(name for name in draws if not name.startswith(DISCREPANCY)))
    n = len(next(iter(draws.values())))
    values = prior.values(stats.norm.ppf(qmc.LatinHypercube(len(prior), rng=seed).random(n)))
    own = {name: values[:, k].tolist() for k, name in enumerate(prior.names)}
    return {**own, **{name: of for name, of in draws.items() if name.startswith(DISCREPANCY)}}


def run_draws(case: Case, draws: Draws, engine: Engine, runs: int) -> tuple[Observation, Array]:
    """Runs with draws from the posterior, and the draw of each; no two have the same random numbers."""
    model = {path: np.asarray(values) for path, values in draws.items() if not path.startswith(DISCREPANCY)}
    draw = np.repeat(np.arange(len(next(iter(model.values())))), runs)
    blocks = []
    for first in range(0, len(draw), engine.together):
        numbers = range(first, min(len(draw), first + engine.together))
        own = {path: values[draw[numbers.start : numbers.stop]] for path, values in model.items()}
        blocks.append(run_with(case, own, engine, numbers))
    return join_runs(blocks), draw


def forecast(case: Case, record: Record, draws: Draws, engine: Engine, *, runs: int, seed: int) -> Forecast:
    """The forecast of the years of a record from the scenario's start, with every draw of the parameters.

    runs: of every draw. seed: of the errors that are added.

    Raises:
        HedgesimError: a run failed; its shares are not numbers.
    """
    observation, draw = run_draws(case, draws, engine, runs)
    failed = int((~np.isfinite(observation.share)).any(axis=(0, 1, 2, 3)).sum())
    if failed:
        fault = f"{failed} of {len(draw)} runs failed: their shares are not numbers"
        raise HedgesimError(PLACE, fault, "Narrow the parameters or take another calibration.")
    scale = np.stack([np.asarray(draws[DISCREPANCY + domain])[draw] for domain in record.shares["domain"]], axis=0)
    before = middle_before(record.shares)[:, None]
    moved = share_changes(record, observation).T
    i, f = positions(record.axes, record.statuses, "country", "format")
    change = observation.status[-1][i, f] - observation.status[0][i, f]
    return Forecast(
        shares=add_errors(record.shares, before + moved, scale, seed=seed),
        unmoved=add_errors(record.shares, before + 0.0 * moved, scale, seed=seed),
        counts=meeting_counts(record, observation),
        rose=(change > 0.0).mean(axis=-1),
        fell=(change < 0.0).mean(axis=-1),
        joined=(observation.joined[-1] > observation.joined[0]).mean(axis=-1),
    )


def add_errors(shares: pd.DataFrame, middle: Array, scale: Array, *, seed: int) -> Array:
    """Shares from roots by adding errors, axes (row, member).

    shares: rows of a record. middle: roots, axes (row, member). scale: of Student's t errors, axes (row, member) or
    (row, 1). Where the year before is known between bounds only, its root is drawn evenly between them.
    """
    rows, members = middle.shape
    unit = qmc.LatinHypercube(2 * rows, rng=seed).random(members).T
    error: Any = stats.t(FREEDOM)
    before = (unit[rows:] - 0.5) * np.sqrt(12.0) * spread_before(shares)[:, None]
    roots = middle + before + scale * error.ppf(unit[:rows])
    return np.clip(roots, 0.0, 1.0) ** 2


def history(case: Case, tables: Tables, draws: Draws, engine: Engine, *, runs: int) -> dict[str, pd.DataFrame]:
    """Shares and meetings of a scenario year by year beside what was observed, without prior-dominated shares.

    tables: uncut. draws: of the parameters. runs: of every draw.

    Returns:
        Tables `history_shares` (country, domain, option, year, low, high, q05, q50, q95) and `history_meetings`
        (format, rung, year, count, mean, q05, q95). The bands hold runs alone, not the errors of the record. The band
        of a share starts at the middle of what was observed in its first year, as the starting share rests on another
        statistical basis, and goes on by the change of its root in the runs.
    """
    axes = case.setting.axes
    observation, _ = run_draws(case, draws, engine, runs)
    last = Period.from_index(axes.start.index + axes.n_steps).year
    years = range(axes.start.year, min(last, int(tables.mapping["record"]["until"])) + 1)
    shares = observed_shares(tables, case.setting)
    shares = shares[shares["year"].isin(years)].sort_values("year")
    bands = [_band(own, observation, case) for _, own in shares.groupby(CELL)]
    record = record_of(tables, case.setting, years)
    counts = meeting_counts(record, observation)
    low, _, high = np.quantile(counts, LEVELS, axis=0)
    meetings = record.meetings.assign(mean=counts.mean(axis=0), q05=low, q95=high)
    return {"history_shares": pd.concat(bands, ignore_index=True), "history_meetings": meetings}


def _band(own: pd.DataFrame, observation: Observation, case: Case) -> pd.DataFrame:
    """The band of one share; own: its rows of the table `record`, by year."""
    axes, first = case.setting.axes, own.iloc[0]
    anchor = 0.5 * (np.sqrt(first["low"]) + np.sqrt(first["high"]))
    roots = np.stack([rooted_year(observation, axes, own[:1], year)[:, 0] for year in own["year"]])
    simulated = np.clip(anchor + roots - roots[0], 0.0, 1.0) ** 2
    low, middle, high = np.quantile(simulated, LEVELS, axis=-1)
    return own[[*CELL, "year", "low", "high"]].assign(q05=low, q50=middle, q95=high)
