"""Probabilities that later facts can score: first meetings of leaders, memberships and votes, year by year.

Levels of shares are not among them, for no forecast of them beats a random walk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.analysis.hindcast.hindcast import MOST, Hindcast
from hedgesim.analysis.hindcast.record import steps_of
from hedgesim.analysis.hindcast.scores import MODEL
from hedgesim.analysis.hindcast.simulated import Draws, observe
from hedgesim.engines import Engine
from hedgesim.engines.case import Case
from hedgesim.engines.records import Observation
from hedgesim.model.arrays import RUN
from hedgesim.model.parameters import Parameters
from hedgesim.model.votes import CHOICES, KINDS, VoteParameters, vote_probabilities
from hedgesim.model.world import GUEST, LEADERS, MEMBER

COLUMNS = ["quantity", "country", "object", "outcome", "year", "probability"]
"""Of a file of forecasts. quantity: leaders_met (by the end of the year, since the start), status (of the country in
the format at the end of the year), vote (on a resolution hostile to the aggressor in the year), meetings (how often a
format met at a rung in the year) or share. object: a format, a kind of resolution, a format and a rung, or a domain and
an option. country: empty where the quantity is not of one."""

LEVELS = (0.01, *(0.05 * n for n in range(1, 20)), 0.99)
"""Probabilities for which the quantile of a share is given."""

EVENT = "yes"
STATUSES = {"member": MEMBER, "guest": GUEST}


def probabilities(case: Case, engine: Engine, *, runs: int, draws: Draws | None = None) -> pd.DataFrame:
    """The forecast of a case for every year that its runs cover to the end, columns `COLUMNS`.

    A probability is the share of runs. draws: of parameters; run k takes draw k modulo their number. What is the same
    in all runs and years as at the start is left out.
    """
    draws = draws or {}
    observation = observe(case, engine, runs, draws)
    last = case.setting.axes.start.index + case.setting.axes.n_steps
    years = [year for year in range(case.setting.axes.start.year, last // 4 + 1) if year * 4 + 3 <= last]
    rows = [*_meetings(case, observation, years), *_statuses(case, observation, years), *_votes(case, draws, years)]
    return pd.DataFrame(rows, columns=COLUMNS)


def forecasts_of(found: Hindcast) -> pd.DataFrame:
    """What a hindcast forecast of shares and of counts of meetings, columns `COLUMNS`."""
    shares = found.shares[found.shares["forecaster"] == MODEL]
    quantiles = np.quantile(found.members.shares, LEVELS, axis=-1).T
    rows: list[tuple[object, ...]] = []
    for of, own in zip(shares.itertuples(), quantiles, strict=True):
        cell = ("share", of.country, f"{of.domain}:{of.option}")
        rows += [(*cell, f"<={limit:.6f}", of.year, level) for limit, level in zip(own, LEVELS, strict=True)]
    meetings = found.meetings[found.meetings["forecaster"] == MODEL]
    for of in meetings.itertuples():
        chances = enumerate(getattr(of, f"p{k}") for k in range(MOST + 1))
        rows += [("meetings", "", f"{of.format}:{of.rung}", str(k), of.year, chance) for k, chance in chances]
    return pd.DataFrame(rows, columns=COLUMNS).drop_duplicates(COLUMNS[:-1], keep="last")


def _meetings(case: Case, observation: Observation, years: list[int]) -> Iterator[tuple[object, ...]]:
    """First meetings of leaders, of talks that can reach them: those that end at ministers are no forecast."""
    axes, features = case.setting.axes, case.setting.formats
    reaches = (features.dialogue > 0.0) & (features.ceiling >= LEADERS)
    for place, code in enumerate(axes.formats):
        if reaches[0, 0, place, 0]:
            met = observation.meeting[1:, place] >= LEADERS
            for year in years:
                stop = steps_of(axes, year).stop - 1
                yield "leaders_met", "", code, EVENT, year, float(met[:stop].any(axis=0).mean())


def _statuses(case: Case, observation: Observation, years: list[int]) -> Iterator[tuple[object, ...]]:
    axes = case.setting.axes
    for i, country in enumerate(axes.countries):
        for f, code in enumerate(axes.formats):
            own = observation.status[:, i, f]
            if (own == own[:1]).all():
                continue
            for year in years:
                now = own[steps_of(axes, year).stop - 1]
                for name, status in STATUSES.items():
                    yield "status", country, code, name, year, float((now == status).mean())


def _votes(case: Case, draws: Draws, years: list[int]) -> Iterator[tuple[object, ...]]:
    """Chances in the last quarter of the year, the mean over draws."""
    setting, axes = case.setting, case.setting.axes
    rule = _vote_rule(case.parameters, draws)
    counts = {"sovereignty": setting.votes_sovereignty, "rights": setting.votes_rights}
    for kind in KINDS:
        other = next(counts[name] for name in KINDS if name != kind)
        for year in years:
            step = np.asarray(float(steps_of(axes, year).stop - 1))
            chances = vote_probabilities(counts[kind], other, setting.vote_age, step, rule).mean(axis=RUN)[:, 0]
            for i, country in enumerate(axes.countries):
                for choice, chance in zip(CHOICES, chances[i], strict=True):
                    yield "vote", country, kind, choice, year, float(chance)


def _vote_rule(parameters: Parameters, draws: Draws) -> VoteParameters:
    """The rule of votes with the numbers of every draw, axes (1, 1, 1, draw)."""
    held: dict[str, Any] = {}
    for item in fields(VoteParameters):
        values = draws.get(f"votes.{item.name}", [getattr(parameters.votes, item.name)])
        held[item.name] = np.asarray(values, dtype=float)[None, None, None, :]
    return VoteParameters(**held)
