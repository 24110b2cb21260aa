"""Years after the training years, forecast from their end and scored against what happened and against baselines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.analysis.calibration.record import Record, record_of
from hedgesim.analysis.hindcast.baselines import (
    BASELINES,
    CLIMATOLOGY,
    PERSISTENCE,
    TREND,
    PastShares,
    count_probabilities,
)
from hedgesim.analysis.hindcast.forecast import (
    LEVELS,
    Draws,
    Forecast,
    add_errors,
    forecast,
    parameters_in,
    prior_draws,
)
from hedgesim.analysis.hindcast.scores import MODEL, brier, crps, pit, rps, skills
from hedgesim.engines import Engine
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.records import outcomes_from, record_outcomes
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array
from hedgesim.scenario import Scenario
from hedgesim.scenario.tables import Tables

UNMOVED, STILL = "unmoved", "still"
"""Names among the forecasters: the model's errors around the last share, as if nothing had moved; and the last share as
a single number, without any error."""

OF_SHARES = (PERSISTENCE, UNMOVED, STILL, TREND, CLIMATOLOGY)
OF_MEETINGS = (PERSISTENCE, TREND, CLIMATOLOGY)
"""Baselines against which skill is computed."""

BASE = "base"
"""The variant with recorded shocks and the posterior."""

VOTES = ("vote_no", "vote_abstain", "vote_yes", "vote_absent")

MOST = 4
"""Number of meetings of a format in a year from which counts are pooled: this many or more."""

MEMBERS = 2048
"""Members of a baseline's forecast of a share."""


@dataclass(frozen=True)
class Hindcast:
    """Forecasts and scores; every table has a row for each case and forecaster."""

    shares: pd.DataFrame
    """country, domain, option, year, low, high, before, forecaster, q05, q50, q95, crps, pit, rises."""
    meetings: pd.DataFrame
    """format, rung, year, count, forecaster, p0 .. p4 (the last: of so many or more), rps."""
    statuses: pd.DataFrame
    """country, format (or sanctions), change (rose, fell, joined), happened, forecaster, probability, brier."""
    members: Forecast
    origin: int
    """The last year that was known."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {"shares": self.shares, "meetings": self.meetings, "statuses": self.statuses}


def hindcast(
    case: Case, tables: Tables, draws: Draws, engine: Engine, *, years: Sequence[int], runs: int, seed: int
) -> Hindcast:
    """Forecast the years after the first of some successive years, and score them.

    Shares are scored in the next year alone: they are forecast from the last one observed. Meetings and statuses are
    scored in all years.

    case: starts in the last quarter of the first year. tables: uncut. draws: of parameters and discrepancies, equally
    likely. runs: of every draw. seed: of the errors that are added to shares.

    Raises:
        HedgesimError: too few members to score, or a year of which nothing is recorded.
    """
    record = _record(tables, case, years)
    members = forecast(case, record, draws, engine, runs=runs, seed=seed)
    known = record_of(tables, case.setting, range(int(tables.mapping["record"]["since"]), years[0] + 1))
    past = PastShares.until(years[0], tables.table("record"))
    sanctioning = set(tables.mapping["record"]["sanctioning"])
    return Hindcast(
        shares=pd.concat(_shares(record, members, past, seed=seed), ignore_index=True),
        meetings=pd.concat(_meetings(record, members, known), ignore_index=True),
        statuses=pd.concat(_statuses(record, members, known, sanctioning), ignore_index=True),
        members=members,
        origin=years[0],
    )


def _record(tables: Tables, case: Case, years: Sequence[int]) -> Record:
    """What happened after the first year, shares of the next year alone; HedgesimError where no share is recorded."""
    record = record_of(tables, case.setting, years, since=f"{years[0]}-12-31")
    shares, meetings = record.shares, record.meetings
    shares = shares[shares["year"] == years[0] + 1].reset_index(drop=True)
    if shares.empty:
        fault = f"no share is recorded for {years[0] + 1} and the year before"
        raise HedgesimError("table record", fault, "Choose years of which the record holds two in a row.")
    return replace(record, shares=shares, meetings=meetings[meetings["year"] > years[0]].reset_index(drop=True))


def _shares(record: Record, members: Forecast, past: PastShares, *, seed: int) -> Iterator[pd.DataFrame]:
    shares = record.shares
    yield _scored_shares(shares, MODEL, members.shares)
    yield _scored_shares(shares, UNMOVED, members.unmoved)
    for name in BASELINES:
        middle = np.repeat(past.forecast(name, shares)[:, None], MEMBERS, axis=-1)
        scale = np.asarray([past.scale(name, domain) for domain in shares["domain"]])[:, None]
        yield _scored_shares(shares, name, add_errors(shares, middle, scale, seed=seed))
    still = np.repeat(past.forecast(PERSISTENCE, shares)[:, None] ** 2, MEMBERS, axis=-1)
    yield _scored_shares(shares, STILL, still)


def _scored_shares(shares: pd.DataFrame, name: str, samples: Array) -> pd.DataFrame:
    """samples: axes (row, member)."""
    low, high = shares["low"].to_numpy(), shares["high"].to_numpy()
    before = 0.5 * (shares["before_low"] + shares["before_high"])
    table = shares.drop(columns=["before_low", "before_high"]).assign(before=before, forecaster=name)
    table[["q05", "q50", "q95"]] = np.quantile(samples, LEVELS, axis=-1).T
    rises = (samples > before.to_numpy()[:, None]).mean(axis=-1)
    return table.assign(crps=crps(low, high, samples), pit=pit(0.5 * (low + high), samples), rises=rises)


def _meetings(record: Record, members: Forecast, known: Record) -> Iterator[pd.DataFrame]:
    table = record.meetings
    sampled = np.minimum(members.counts, MOST)
    yield _scored_meetings(table, MODEL, np.stack([(sampled == k).mean(axis=0) for k in range(MOST + 1)], axis=-1))
    groups = known.meetings.sort_values("year").groupby(["format", "rung"])["count"]
    counts = {key: group.to_numpy() for key, group in groups}
    keys = list(zip(table["format"], table["rung"], strict=True))
    for name in BASELINES:
        yield _scored_meetings(table, name, np.stack([count_probabilities(name, counts[key], MOST) for key in keys]))


def _scored_meetings(table: pd.DataFrame, name: str, probabilities: Array) -> pd.DataFrame:
    """probabilities: axes (row, count)."""
    columns = {f"p{k}": probabilities[:, k] for k in range(MOST + 1)}
    return table.assign(forecaster=name, **columns, rps=rps(table["count"].to_numpy(), probabilities))


def _statuses(record: Record, members: Forecast, known: Record, sanctioning: set[str]) -> Iterator[pd.DataFrame]:
    """Persistence says that nothing changes; climatology the rate of the training years, for all pairs alike."""
    span = (record.years[-1] - record.years[0]) / len(known.years)
    countries, own = record.axes.countries, record.statuses
    joined = [int(country in sanctioning) for country in countries]
    sanctions = pd.DataFrame({"country": countries, "format": "sanctions", "change": "joined", "happened": joined})
    events = [
        (own[["country", "format"]].assign(change=change, happened=own[change]), chances, known.statuses[change].sum())
        for change, chances in (("rose", members.rose), ("fell", members.fell))
    ]
    for table, chances, before in (*events, (sanctions, members.joined, 0)):
        rate = min(1.0, (before + 0.5) / (len(table) + 1.0) * span)
        for name, probability in ((MODEL, chances), (PERSISTENCE, 0.0), (CLIMATOLOGY, rate)):
            given = np.broadcast_to(np.asarray(probability, dtype=np.float64), (len(table),))
            scored = brier(table["happened"].to_numpy(), given)
            yield table.assign(forecaster=name, probability=given, brier=scored)


def skills_of(found: Hindcast, variant: str) -> pd.DataFrame:
    """Skills of shares, all and by domain, and of meetings."""
    parts = {"all shares": found.shares}
    parts |= {f"{domain} shares": own for domain, own in found.shares.groupby("domain")}
    tables = [skills(own, "crps", OF_SHARES, group="country").assign(part=name) for name, own in parts.items()]
    tables.append(skills(found.meetings, "rps", OF_MEETINGS, group="format").assign(part="meetings"))
    return pd.concat(tables, ignore_index=True).assign(variant=variant)


def left_out_weights(posterior: Draws, country: str) -> tuple[Array, float]:
    """Weights of the draws as if nothing of a country had been observed, and how many equal draws they are worth.

    Importance sampling: each draw weighs the inverse of its likelihood of what was observed of the country, cut off
    at the square root of their number times their mean [ionides2008].
    """
    logs = -np.asarray(posterior[f"log_likelihood_{country}"])
    weights = np.exp(logs - logs.max())
    weights = np.minimum(weights, np.sqrt(len(weights)) * weights.mean())
    weights = weights / weights.sum()
    return weights, float(1.0 / (weights**2).sum())


def leave_out(found: Hindcast, posterior: Draws, *, runs: int) -> pd.DataFrame:
    """Scores of every country's shares with parameters fitted without it, beside those with parameters as fitted."""
    model, baseline = (
        found.shares[found.shares["forecaster"] == name].reset_index(drop=True) for name in (MODEL, PERSISTENCE)
    )
    rows = []
    for country in dict.fromkeys(model["country"]):
        own = (model["country"] == country).to_numpy()
        weights, worth = left_out_weights(posterior, str(country))
        low, high = (model.loc[own, name].to_numpy() for name in ("low", "high"))
        left_out = crps(low, high, found.members.shares[own], np.repeat(weights, runs) / runs)
        scores = (model.loc[own, "crps"].mean(), left_out.mean(), baseline.loc[own, "crps"].mean())
        rows.append((country, int(own.sum()), *scores, worth))
    columns = ["country", "cells", "crps_fitted", "crps_left_out", "crps_persistence", "draws_worth"]
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True)
class Study:
    """A hindcast and what was computed around it; tables have a row for each case."""

    base: Hindcast
    skills: pd.DataFrame
    """variant, part (all, or a domain; meetings), baseline and the columns of `skills`."""
    left_out: pd.DataFrame
    votes: pd.DataFrame
    """country, the chances of each vote on a resolution hostile to the aggressor; forecast, not scored."""
    facts: Mapping[str, Any]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything by name, for a folder."""
        return {**self.base.tables(), "skills": self.skills, "left_out": self.left_out, "votes": self.votes}


def study(
    scenario: Scenario,
    variants: Mapping[str, Scenario],
    tables: Tables,
    posterior: Draws,
    engine: Engine,
    *,
    runs: int,
    on_runs: Callable[[int], None] = lambda _: None,
) -> Study:
    """Forecast and score the years that a scenario covers after its first.

    variants: scenarios beside it by name, such as with larger shocks. tables: uncut. posterior: equally likely draws
    with their log likelihoods. runs: of every draw. on_runs: called with the number of runs just completed; there are
    those of the scenario, of its variants, and of the prior.
    """
    draws = parameters_in(posterior)
    years = range(scenario.start.year, scenario.end.year + 1)

    def scored(case: Case, own: Draws) -> Hindcast:
        found = hindcast(case, tables, own, engine, years=years, runs=runs, seed=scenario.seed)
        on_runs(len(found.members.counts))
        return found

    case = case_of(scenario)
    base = scored(case, draws)
    found = [skills_of(base, BASE)]
    found += [skills_of(scored(case_of(other), draws), name) for name, other in variants.items()]
    found.append(skills_of(scored(case, prior_draws(draws, scenario.seed)), "prior"))
    return Study(
        base=base,
        skills=pd.concat(found, ignore_index=True),
        left_out=leave_out(base, posterior, runs=runs),
        votes=_votes(case, engine),
        facts={"scenario": scenario.name, "draws": len(next(iter(draws.values()))), "runs_of_a_draw": runs},
    )


def _votes(case: Case, engine: Engine) -> pd.DataFrame:
    """Chances of each vote in the first quarter after the start, mean over a block of runs with shipped parameters."""
    outcomes = outcomes_from(case, engine.record(case, range(engine.together), record_outcomes))
    table = {name: outcomes.of_country(name)[:, 1].mean(axis=-1) for name in VOTES}
    return pd.DataFrame({"country": case.setting.axes.countries, **table})
