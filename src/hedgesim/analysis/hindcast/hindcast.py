"""Years after those that anything was fitted to, forecast from their end and scored against simple forecasts.

Levels of shares are close to a random walk, so skill for them is expected near zero. Meetings, statuses and votes are
scored apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.analysis.hindcast.baselines import (
    CLIMATOLOGY,
    PERSISTENCE,
    RANDOM_WALK,
    count_probabilities,
    drift_of,
    random_walk,
)
from hedgesim.analysis.hindcast.record import Record, record_of
from hedgesim.analysis.hindcast.scores import MODEL, brier, crps, pit, rps, skills
from hedgesim.analysis.hindcast.simulated import Draws, Forecast, forecast, from_record, parameters_in
from hedgesim.analysis.hindcast.votes import forecast_votes, score_votes
from hedgesim.engines import Engine
from hedgesim.engines.case import Case, case_of
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array
from hedgesim.numbers import BAND, ENDS_AND_MIDDLE
from hedgesim.scenario import Scenario
from hedgesim.scenario.tables import Tables

OF_SHARES = (PERSISTENCE, RANDOM_WALK)
OF_MEETINGS = (PERSISTENCE, CLIMATOLOGY)
OF_VOTES = (PERSISTENCE, CLIMATOLOGY)
"""Baselines against which skill is computed."""

EXPECTED = (
    "Levels of shares are close to a random walk, so their expected skill is near zero. "
    "The effect of a shock is a paired difference, not a level."
)
"""What is said first of any hindcast."""

BASE = "base"
"""The variant with recorded shocks and the posterior."""

VOTES = "votes"
"""The part of skill that is of votes."""

MOST = 4
"""Number of meetings of a format in a year from which counts are pooled: this many or more."""

MEMBERS = 2000
"""Members of a baseline's forecast of a share."""


@dataclass(frozen=True)
class Hindcast:
    """Forecasts and scores; every table has a row for each case and forecaster."""

    shares: pd.DataFrame
    """country, domain, option, year, origin, low, high, before, forecaster, q05, q50, q95, crps, pit, rises."""
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
    """Forecast the years after the first of some successive years, and score what is recorded of them.

    case: starts in the last quarter of the first year. tables: uncut. draws: of parameters, equally likely; none for
    those of the case. runs: of every draw. seed: of the random walk.

    Raises:
        HedgesimError: too few members to score, or a year of which nothing is recorded.
    """
    record = _record(tables, case, years)
    members = forecast(from_record(case, tables, years[0]), record, draws, engine, runs=runs, seed=seed)
    known = record_of(tables, case.setting, range(int(tables.mapping["record"]["since"]), years[0] + 1))
    sanctioning = set(tables.mapping["record"]["sanctioning"])
    return Hindcast(
        shares=pd.concat(_shares(record, members, case, seed=seed), ignore_index=True),
        meetings=pd.concat(_meetings(record, members, known), ignore_index=True),
        statuses=pd.concat(_statuses(record, members, known, sanctioning), ignore_index=True),
        members=members,
        origin=years[0],
    )


def _record(tables: Tables, case: Case, years: Sequence[int]) -> Record:
    """What happened after the first year; HedgesimError where no share is recorded."""
    record = record_of(tables, case.setting, years, since=f"{years[0]}-12-31")
    shares, meetings = record.shares, record.meetings
    if shares.empty:
        fault = f"no share is recorded for {years[0] + 1} and the year before"
        raise HedgesimError("table record", fault, "Choose years of which the record holds two in a row.")
    shares = shares.assign(before=0.5 * (shares["before_low"] + shares["before_high"]), origin=years[0])
    return replace(record, shares=shares, meetings=meetings[meetings["year"] > years[0]].reset_index(drop=True))


def _shares(record: Record, members: Forecast, case: Case, *, seed: int) -> Iterator[pd.DataFrame]:
    shares = record.shares
    yield _scored_shares(shares, MODEL, members.shares)
    yield _scored_shares(shares, PERSISTENCE, np.repeat(shares["before"].to_numpy()[:, None], MEMBERS, axis=-1))
    yield _scored_shares(shares, RANDOM_WALK, random_walk(shares, drift_of(case), draws=MEMBERS, seed=seed))


def _scored_shares(shares: pd.DataFrame, name: str, samples: Array) -> pd.DataFrame:
    """samples: axes (row, member)."""
    low, high = shares["low"].to_numpy(), shares["high"].to_numpy()
    table = shares.drop(columns=["before_low", "before_high"]).assign(forecaster=name)
    table[[*BAND]] = np.quantile(samples, ENDS_AND_MIDDLE, axis=-1).T
    rises = (samples > shares["before"].to_numpy()[:, None]).mean(axis=-1)
    return table.assign(crps=crps(low, high, samples), pit=pit(0.5 * (low + high), samples), rises=rises)


def _meetings(record: Record, members: Forecast, known: Record) -> Iterator[pd.DataFrame]:
    table = record.meetings
    sampled = np.minimum(members.counts, MOST)
    yield _scored_meetings(table, MODEL, np.stack([(sampled == k).mean(axis=0) for k in range(MOST + 1)], axis=-1))
    groups = known.meetings.sort_values("year").groupby(["format", "rung"])["count"]
    counts = {key: group.to_numpy() for key, group in groups}
    keys = list(zip(table["format"], table["rung"], strict=True))
    for name in OF_MEETINGS:
        yield _scored_meetings(table, name, np.stack([count_probabilities(name, counts[key], MOST) for key in keys]))


def _scored_meetings(table: pd.DataFrame, name: str, probabilities: Array) -> pd.DataFrame:
    """probabilities: axes (row, count)."""
    columns = {f"p{k}": probabilities[:, k] for k in range(MOST + 1)}
    return table.assign(forecaster=name, **columns, rps=rps(table["count"].to_numpy(), probabilities))


def _statuses(record: Record, members: Forecast, known: Record, sanctioning: set[str]) -> Iterator[pd.DataFrame]:
    """Persistence says that nothing changes; climatology the rate of the years before, for all pairs alike."""
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


@dataclass(frozen=True)
class Study:
    """A hindcast and what was computed around it; tables have a row for each case."""

    base: Hindcast
    skills: pd.DataFrame
    """variant, part (all shares, shares of a domain, meetings, votes), baseline and the columns of `skills`."""
    vote_scores: pd.DataFrame
    """Of `score_votes`: the last years of which votes are recorded, to which no vote rule was fitted."""
    votes: pd.DataFrame
    """Of `forecast_votes`: forecast, not scored."""
    facts: Mapping[str, Any]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything by name, for a folder."""
        own = {"skills": self.skills, "vote_scores": self.vote_scores, "votes": self.votes}
        return {**self.base.tables(), **own}


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

    variants: scenarios beside it by name, such as with larger shocks. tables: uncut. posterior: equally likely draws.
    runs: of every draw. on_runs: called with the number of runs just completed, of the scenario and of each variant.
    """
    draws = parameters_in(posterior)
    years = range(scenario.start.year, scenario.end.year + 1)

    def scored(case: Case) -> Hindcast:
        found = hindcast(case, tables, draws, engine, years=years, runs=runs, seed=scenario.seed)
        on_runs(len(found.members.counts))
        return found

    case = case_of(scenario)
    base, of_votes = scored(case), score_votes(case, tables, years[0])
    found = [skills_of(base, BASE)]
    found.append(skills(of_votes, "log_score", OF_VOTES, group="country").assign(part=VOTES, variant=BASE))
    found += [skills_of(scored(case_of(other)), name) for name, other in variants.items()]
    return Study(
        base=base,
        skills=pd.concat(found, ignore_index=True),
        vote_scores=of_votes,
        votes=forecast_votes(case, engine),
        facts={"scenario": scenario.name, "draws": len(next(iter(draws.values()), ())), "runs_of_a_draw": runs},
    )
