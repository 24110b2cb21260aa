"""How the countries vote on a resolution hostile to a power: from earlier ones, fitted without a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hedgesim.model.arrays import Array
from hedgesim.scenario.tables import Tables

VOTES = ("yes", "no", "abstain", "absent")
RIGHTS = {"human_rights": "rights", "sovereignty_human_rights": "rights"}
"""Kinds of rollcalls.csv that are one: a resolution on human rights, whoever's territory it is about."""

LAST_FITTED = 2019
KAPPAS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
RHOS = (0.0, 0.1, 0.25, 0.5, 1.0)
HALF_LIVES = (1.0, 2.0, 3.0, 5.0, 8.0, np.inf)
"""Years."""

STAYS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
"""Chances that persistence may give a country's last vote."""

DAYS = 365.25


@dataclass(frozen=True)
class VoteRule:
    """What the chances of a vote are computed with."""

    kappa: float
    """Votes that the rates of all countries count for."""
    rho: float
    """Weight of a resolution of another kind, 0..1."""
    half_life: float
    """Years after which a vote counts half."""


@dataclass(frozen=True)
class History:
    """Resolutions in order of date."""

    dates: NDArray[np.datetime64]
    """Days, axes (resolution,)."""
    kinds: NDArray[np.str_]
    """Kind of every resolution, axes (resolution,)."""
    votes: Array
    """1 for the vote that was cast, axes (country, resolution, vote)."""

    def before(self, year: int) -> History:
        """What is known when a year begins."""
        known = self.dates < np.datetime64(f"{year}-01-01")
        return History(self.dates[known], self.kinds[known], self.votes[:, known])


def vote_chances(votes: Array, weights: Array, rates: Array, kappa: float) -> Array:
    """Chance of every vote, axes (country, vote): weighed shares of earlier votes, drawn to the rates of all.

    votes: axes (country, resolution, vote). weights: of resolutions, axes (resolution,). rates: axes (vote,), sum to 1.
    kappa: votes that the rates count for.
    """
    cast = (weights[None, :, None] * votes).sum(axis=1)
    return np.asarray((cast + kappa * rates) / (weights.sum() + kappa))


def vote_weights(ages: Array, same_kind: Array, rule: VoteRule) -> Array:
    """Weight of earlier resolutions, axes (resolution,) all.

    ages: years before the vote. same_kind: whether it is of the kind of that vote.
    """
    return np.where(same_kind, 1.0, rule.rho) * 0.5 ** (ages / rule.half_life)


def rates_of(history: History) -> Array:
    """Rates of the four votes over all countries and resolutions, with one of each added so that none is 0."""
    counts = history.votes.sum(axis=(0, 1)) + 1.0
    return np.asarray(counts / counts.sum())


def history_against(tables: Tables, power: str) -> History:
    """Resolutions hostile to a power and how every country of the axes voted on them."""
    table = tables.table("rollcalls")
    table = table[table["hostile_to"].str.split(";").map(lambda powers: power in powers)]
    axes = tables.table("axes")
    countries = axes.loc[axes["axis"] == "country", "code"]
    cast = table.pivot(index=["date", "resolution", "kind"], columns="country", values="vote").sort_index()
    cells = cast[list(countries)].to_numpy().T
    kinds = cast.index.get_level_values("kind")
    return History(
        dates=cast.index.get_level_values("date").to_numpy().astype("datetime64[D]"),
        kinds=np.array([RIGHTS.get(kind, kind) for kind in kinds]),
        votes=np.stack([cells == vote for vote in VOTES], axis=-1).astype(np.float64),
    )


def recorded_history(tables: Tables) -> History:
    """The same of the power from whose resolutions votes are learnt, as the record names it."""
    return history_against(tables, str(tables.mapping["record"]["votes_against"]))


Forecast = Callable[[History, np.datetime64, str], Array]
"""Chances of the votes on a day and for a kind of resolution, axes (country, vote), from what is known."""


def chances_on(history: History, date: np.datetime64, kind: str, rule: VoteRule) -> Array:
    """Chances on a day and for a kind of resolution, from a history that ends before; axes (country, vote)."""
    ages = (date - history.dates) / np.timedelta64(1, "D") / DAYS
    return vote_chances(history.votes, vote_weights(ages, history.kinds == kind, rule), rates_of(history), rule.kappa)


def rolling(history: History, years: Sequence[int], rule: VoteRule) -> Array:
    """Log score of every vote of some years, forecast from the years before; axes (resolution, country)."""
    return _scores(history, years, lambda known, date, kind: chances_on(known, date, kind, rule))


def rolling_rates(history: History, years: Sequence[int]) -> Array:
    """The same for the rates of all countries, equal for each."""
    return _scores(history, years, lambda known, _, __: np.tile(rates_of(known), (len(known.votes), 1)))


def rolling_persistence(history: History, years: Sequence[int], stay: float) -> Array:
    """The same for a country's last vote, on a resolution of the kind if there is one, with the chance `stay`."""

    def last(known: History, _: np.datetime64, kind: str) -> Array:
        same = np.flatnonzero(known.kinds == kind)
        place = same[-1] if len(same) else -1
        return (1.0 - stay) / (len(VOTES) - 1) + (stay - (1.0 - stay) / (len(VOTES) - 1)) * known.votes[:, place]

    return _scores(history, years, last)


def _scores(history: History, years: Sequence[int], forecast: Forecast) -> Array:
    """Log of the chance that was given to every vote cast, axes (resolution, country), where there is a past."""
    rows = []
    for place, date in enumerate(history.dates):
        year = int(date.astype("datetime64[Y]").astype(int)) + 1970
        known = history.before(year)
        if year in years and len(known.dates):
            chances = forecast(known, date, str(history.kinds[place]))
            rows.append(np.log((chances * history.votes[:, place]).sum(axis=-1)))
    return np.stack(rows)


@dataclass(frozen=True)
class VoteFit:
    """A fit of votes."""

    rule: VoteRule
    grid: pd.DataFrame
    """kappa, rho, half_life, score: mean log score a vote of every rule tried, best first."""
    scores: pd.DataFrame
    """forecaster, fitted, tested: mean log scores a vote in the years fitted and in those after."""
    votes: dict[str, int]
    """Number of votes `fitted` and `tested`."""


def fit_votes(history: History, *, last: int = LAST_FITTED, until: int) -> VoteFit:
    """Choose the rule with the best mean log score one year ahead to the year `last`; later years only test it.

    until: last year of the test.
    """
    first = int(history.dates[0].astype("datetime64[Y]").astype(int)) + 1971
    fitted, tested = range(first, last + 1), range(last + 1, until + 1)
    rules = [VoteRule(*values) for values in product(KAPPAS, RHOS, HALF_LIVES)]
    rows = [{**vars(rule), "score": float(rolling(history, fitted, rule).mean())} for rule in rules]
    grid = pd.DataFrame(rows).sort_values("score", ascending=False, kind="stable", ignore_index=True)
    best = VoteRule(*(float(grid[name][0]) for name in ("kappa", "rho", "half_life")))
    stay = max(STAYS, key=lambda chance: rolling_persistence(history, fitted, chance).mean())
    found = {
        "history": [rolling(history, years, best) for years in (fitted, tested)],
        "persistence": [rolling_persistence(history, years, stay) for years in (fitted, tested)],
        "rates": [rolling_rates(history, years) for years in (fitted, tested)],
    }
    scores = [(name, *(float(part.mean()) for part in parts)) for name, parts in found.items()]
    counts = {name: part.size for name, part in zip(("fitted", "tested"), found["history"], strict=True)}
    return VoteFit(best, grid, pd.DataFrame(scores, columns=["forecaster", "fitted", "tested"]), counts)
