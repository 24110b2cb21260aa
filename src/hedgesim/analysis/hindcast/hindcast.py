"""Years after the training years, told from their end, scored against what happened and against rivals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hedgesim.analysis.calibration.prior import DISCREPANCY
from hedgesim.analysis.calibration.record import Record, ShareCells, record_of
from hedgesim.analysis.hindcast.forecasts import Draws, Forecast, forecast, spread_out
from hedgesim.analysis.hindcast.rivals import CLIMATOLOGY, FORECASTS, PERSISTENCE, Histories, count_probabilities
from hedgesim.analysis.hindcast.scores import Skill, brier, crps, pit, rps, skill
from hedgesim.engines.case import Case
from hedgesim.engines.choice import Engine
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array
from hedgesim.scenario.tables import Tables

MODEL, UNMOVED, STILL = "model", "unmoved", "still"
"""Names among the forecasters: the model; the model's errors around the last share, as if nothing had moved; and the
last share as a single number, without any error."""

RECORD = "table record"

MOST = 4
"""Meetings of a format in a year that count as `so many or more`."""

MEMBERS = 2048
"""Members of a rival's forecast of a share."""


@dataclass(frozen=True)
class Hindcast:
    """Forecasts and scores; every table has a row for each case and forecaster."""

    shares: pd.DataFrame
    """country, domain, option, year, low, high, before, forecaster, q05, q50, q95, crps, pit, rises."""
    meetings: pd.DataFrame
    """format, rung, year, count, forecaster, p0 .. p4 (of so many or more), rps."""
    statuses: pd.DataFrame
    """country, format (or sanctions), change (rose, fell, joined), happened, forecaster, probability, brier."""
    members: Forecast
    origin: int
    """The last year that was known."""


def hindcast(
    case: Case, tables: Tables, draws: Draws, engine: Engine, *, years: Sequence[int], runs: int, seed: int
) -> Hindcast:
    """Forecast the years after the first of some successive years, and score them.

    Shares are scored in the next year alone: they are told from the last one observed. Meetings and statuses are scored
    in all years.

    case: starts in the last quarter of the first year. tables: uncut. draws: of parameters and discrepancies, equally
    likely. runs: of every draw. seed: of the errors that are added to shares.

    Raises:
        HedgesimError: too few members to score, or a year of which nothing is recorded.
    """
    record = _record(tables, case, years)
    told = forecast(case, record, draws, engine, runs=runs, seed=seed)
    history = record_of(tables, case.setting, range(_first_year(tables), years[0] + 1))
    return Hindcast(
        shares=pd.concat(_shares(record, told, tables, origin=years[0], seed=seed), ignore_index=True),
        meetings=pd.concat(_meetings(record, told, history), ignore_index=True),
        statuses=pd.concat(_statuses(record, told, history, tables, case.setting.axes.countries), ignore_index=True),
        members=told,
        origin=years[0],
    )


def _record(tables: Tables, case: Case, years: Sequence[int]) -> Record:
    """What happened after the first year, shares of the next year alone; HedgesimError where no share is recorded."""
    record = record_of(tables, case.setting, years, since=f"{years[0]}-12-31")
    next_year = (record.shares.table["year"] == years[0] + 1).to_numpy()
    if not next_year.any():
        fault = f"no share is recorded for {years[0] + 1} and the year before"
        raise HedgesimError(RECORD, fault, "Choose years of which the record holds two in a row.")
    later = (record.meetings.table["year"] > years[0]).to_numpy()
    meetings = replace(
        record.meetings,
        table=record.meetings.table[later].reset_index(drop=True),
        place=record.meetings.place[later],
    )
    shares = ShareCells(record.shares.table[next_year].reset_index(drop=True), record.shares.place[next_year])
    return replace(record, shares=shares, meetings=meetings)


def _first_year(tables: Tables) -> int:
    """The first year of which meetings are recorded in full."""
    return int(tables.mapping["record"]["since"])


def _shares(record: Record, told: Forecast, tables: Tables, *, origin: int, seed: int) -> Iterator[pd.DataFrame]:
    cells = record.shares
    yield _scored_shares(record, MODEL, told.shares)
    yield _scored_shares(record, UNMOVED, told.unmoved)
    history = Histories.of(tables.table("record"), origin)
    for name in FORECASTS:
        middle = np.repeat(history.forecast(name, cells.table)[:, None], MEMBERS, axis=-1)
        scale = np.asarray([history.scale(name, domain) for domain in cells.table["domain"]])[:, None]
        yield _scored_shares(record, name, spread_out(cells, middle, scale, seed=seed))
    still = np.repeat(history.forecast(PERSISTENCE, cells.table)[:, None] ** 2, MEMBERS, axis=-1)
    yield _scored_shares(record, STILL, still)


def _scored_shares(record: Record, name: str, samples: Array) -> pd.DataFrame:
    """samples: axes (cell, member)."""
    table = record.shares.table
    low, high = table["low"].to_numpy(), table["high"].to_numpy()
    before = 0.5 * (table["before_low"] + table["before_high"])
    q05, q50, q95 = np.quantile(samples, [0.05, 0.5, 0.95], axis=-1)
    observed = 0.5 * (low + high)
    return table.drop(columns=["before_low", "before_high"]).assign(
        before=before,
        forecaster=name,
        q05=q05,
        q50=q50,
        q95=q95,
        crps=crps(low, high, samples),
        pit=pit(observed, samples),
        rises=(samples > before.to_numpy()[:, None]).mean(axis=-1),
    )


def _meetings(record: Record, told: Forecast, history: Record) -> Iterator[pd.DataFrame]:
    table = record.meetings.table
    sampled = np.minimum(told.counts, MOST)
    own = np.stack([(sampled == k).mean(axis=0) for k in range(MOST + 1)], axis=-1)
    yield _scored_meetings(table, MODEL, own)
    known = history.meetings.table.sort_values("year").groupby(["format", "rung"])["count"]
    counts = {key: group.to_numpy() for key, group in known}
    keys = list(zip(table["format"], table["rung"], strict=True))
    for name in FORECASTS:
        yield _scored_meetings(table, name, np.stack([count_probabilities(name, counts[key], MOST) for key in keys]))


def _scored_meetings(table: pd.DataFrame, name: str, probabilities: Array) -> pd.DataFrame:
    """probabilities: axes (row, count)."""
    columns = {f"p{k}": probabilities[:, k] for k in range(MOST + 1)}
    return table.assign(forecaster=name, **columns, rps=rps(table["count"].to_numpy(), probabilities))


def _statuses(
    record: Record, told: Forecast, history: Record, tables: Tables, countries: Sequence[str]
) -> Iterator[pd.DataFrame]:
    """Persistence says that nothing changes; climatology the rate of the training years, for all pairs alike."""
    span = (record.years[-1] - record.years[0]) / len(history.years)
    own, past = record.statuses.table, history.statuses.table
    joined = set(tables.mapping["record"]["sanctioning"])
    events = [
        (
            own[["country", "format"]].assign(change=change, happened=own[change]),
            chances,
            int(past[change].sum()),
            len(past),
        )
        for change, chances in (("rose", told.rose), ("fell", told.fell))
    ]
    sanctions = pd.DataFrame({"country": countries, "format": "sanctions", "change": "joined"})
    sanctions["happened"] = [int(country in joined) for country in countries]
    events.append((sanctions, told.joined, 0, len(countries)))
    for table, chances, seen, n in events:
        rate = min(1.0, (seen + 0.5) / (n + 1.0) * span)
        for name, probability in ((MODEL, chances), (PERSISTENCE, 0.0), (CLIMATOLOGY, rate)):
            given = np.broadcast_to(np.asarray(probability, dtype=np.float64), (len(table),))
            scored = brier(table["happened"].to_numpy(), given)
            yield table.assign(forecaster=name, probability=given, brier=scored)


def skills(table: pd.DataFrame, score: str, rivals: Sequence[str], *, group: str, own: str = MODEL) -> pd.DataFrame:
    """Skill of a forecaster against rivals with its 90 % interval, one row a rival.

    table: of a hindcast. score: its column. group: column whose equal values hang together.
    """
    first = table[table["forecaster"] == own]
    rows = []
    for rival in rivals:
        other = table[table["forecaster"] == rival]
        found: Skill = skill(first[score].to_numpy(), other[score].to_numpy(), first[group].to_numpy())
        mean = {"own": first[score].mean(), "of_rival": other[score].mean()}
        rows.append({"score": score, "rival": rival, **mean, **vars(found)})
    return pd.DataFrame(rows)


def left_out_draws(draws: Mapping[str, Sequence[float]], country: str) -> tuple[Array, float]:
    """Weights of the draws as if nothing of a country had been seen, and how many equal draws they are worth.

    Importance sampling: each draw weighs the inverse of its likelihood of what was observed of the country, cut off
    at the square root of their number times their mean [ionides2008].
    """
    logs = -np.asarray(draws[f"log_likelihood_{country}"])
    weights = np.exp(logs - logs.max())
    weights = np.minimum(weights, np.sqrt(len(weights)) * weights.mean())
    weights = weights / weights.sum()
    return weights, float(1.0 / (weights**2).sum())


def leave_out(found: Hindcast, draws: Mapping[str, Sequence[float]], *, runs: int) -> pd.DataFrame:
    """Scores of every country's shares when the parameters had not seen it, beside those when they had."""
    model = found.shares[found.shares["forecaster"] == MODEL].reset_index(drop=True)
    rival = found.shares[found.shares["forecaster"] == PERSISTENCE].reset_index(drop=True)
    rows = []
    for country in dict.fromkeys(model["country"]):
        own = (model["country"] == country).to_numpy()
        weights, worth = left_out_draws(draws, str(country))
        of_members = np.repeat(weights, runs) / runs
        cells = model[own]
        blind = crps(cells["low"].to_numpy(), cells["high"].to_numpy(), found.members.shares[own], of_members)
        rows.append(
            {
                "country": country,
                "cells": int(own.sum()),
                "crps_seen": cells["crps"].mean(),
                "crps_left_out": blind.mean(),
                "crps_persistence": rival.loc[own, "crps"].mean(),
                "draws_worth": worth,
            }
        )
    return pd.DataFrame(rows)


def parameters_in(draws: Mapping[str, Sequence[float]]) -> dict[str, Sequence[float]]:
    """Of the columns of a posterior those that are parameters or discrepancies."""
    return {name: values for name, values in draws.items() if "." in name or name.startswith(DISCREPANCY)}
