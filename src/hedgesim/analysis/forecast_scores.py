"""Anybody's forecasts scored against what is recorded, on the same cells as simple forecasts; smaller is better.

Shares have the continuous ranked probability score, counts, statuses and first meetings the ranked probability score
(the Brier score, where there are two outcomes), votes the Brier score of all four. The logarithmic score is minus the
logarithm of the chance that was given to what happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hedgesim.analysis.calibration.votes import (
    STAYS,
    VOTES,
    History,
    rates_of,
    recorded_history,
    rolling_persistence,
)
from hedgesim.analysis.forecast_file import MEETINGS, MET, OUTCOMES, SHARE, STATUS, VOTE, Cell
from hedgesim.analysis.hindcast.baselines import (
    CLIMATOLOGY,
    JEFFREYS,
    PERSISTENCE,
    RANDOM_WALK,
    count_probabilities,
    drift_of,
    random_walk,
)
from hedgesim.analysis.hindcast.record import CELL, shares_on, status_on
from hedgesim.analysis.hindcast.scores import LEAST_CASES, crps, rps, skill
from hedgesim.engines.case import Case
from hedgesim.model.arrays import Array
from hedgesim.model.world import RUNGS
from hedgesim.scenario.tables import Tables

GIVEN, OTHER = "given", "other"
"""Names of the forecasts that are scored, and of those that they are set beside."""

GRID = 2001
"""Numbers of shares from 0 to 1 on which the score of a share is summed."""

DRAWS, SEED = 2000, 2022
"""Of the random walk."""


def crps_of_limits(low: float, high: float, limits: Array, chances: Array) -> float:
    """Continuous ranked probability score of a share with chances of being at most some limits, linear between.

    low, high: what was observed; between them nothing counts, as in `scores.crps`. limits, chances: axes (limit,).
    """
    x = np.linspace(0.0, 1.0, GRID)
    below = np.interp(x, *_closed(limits, chances))
    gap = np.where(x < low, below, np.where(x > high, below - 1.0, 0.0))
    return float(np.trapezoid(gap * gap, x))


def _closed(limits: Array, chances: Array) -> tuple[Array, Array]:
    """The same with 0 and 1 as outermost limits."""
    first, last = limits[0] > 0.0, limits[-1] < 1.0
    return (
        np.concatenate(([0.0] if first else [], limits, [1.0] if last else [])),
        np.concatenate(([0.0] if first else [], chances, [1.0] if last else [])),
    )


@dataclass(frozen=True)
class Facts:
    """What is recorded, and what simple forecasts would have said at the end of a year.

    tables: uncut. case: whose axes and drift are used. until: the last year that the forecaster knew.
    """

    tables: Tables
    case: Case
    until: int

    @cached_property
    def last(self) -> int:
        """The last year whose record is complete."""
        return int(self.tables.mapping["record"]["until"])

    def observed(self, cell: Cell) -> Array | None:
        """How often each outcome happened, axes (outcome,), sum 1; of a share its bounds; None if not recorded."""
        seen = {MET: self._met, STATUS: self._status, VOTE: self._votes, MEETINGS: self._meetings, SHARE: self._share}
        return seen[cell.quantity](cell)

    def chances(self, cell: Cell) -> Array:
        """The probabilities of a cell that is no share, with the rest given to what was so in the last known year."""
        if not cell.rest:
            return cell.probabilities
        usual = self._status_at(cell, self.until) if cell.quantity == STATUS else OUTCOMES[MET][0]
        return cell.probabilities + cell.rest * _one_of(cell.outcomes, usual)

    def simple(self, cell: Cell) -> dict[str, Array]:
        """What simple forecasts give the outcomes of a cell that is no share, axes (outcome,)."""
        if cell.quantity == STATUS:
            return {PERSISTENCE: _one_of(cell.outcomes, self._status_at(cell, self.until))}
        if cell.quantity == VOTE:
            return {PERSISTENCE: self._last_vote(cell), CLIMATOLOGY: rates_of(self._known_votes)}
        counts = self._counts(*_format_and_rung(cell))
        before = np.array([count for year, count in counts.items() if year <= self.until])
        if not len(before):
            return {}
        if cell.quantity == MEETINGS:
            most = len(cell.outcomes) - 1
            return {name: count_probabilities(name, before, most) for name in (PERSISTENCE, CLIMATOLOGY)}
        ahead = cell.year - self.until
        return {PERSISTENCE: _ever(before[-1:], ahead), CLIMATOLOGY: _ever(before, ahead)}

    def walk(self, cells: Sequence[Cell]) -> Iterator[tuple[Cell, Array, Array]]:
        """Shares recorded of the last known year: each cell, that share, and its random walk, axes (draw,)."""
        rows = pd.DataFrame([(*_share_of(cell), cell.year) for cell in cells], columns=[*CELL, "year"])
        last = self.shares.mean(axis=1).rename("before").reset_index()
        last = last[last["year"] == self.until].drop(columns="year")
        rows = rows.reset_index(names="cell").merge(last, on=CELL).assign(origin=self.until)
        if rows.empty:
            return
        walks = random_walk(rows, drift_of(self.case), draws=DRAWS, seed=SEED)
        for n, before, own in zip(rows["cell"], rows["before"], walks, strict=True):
            yield cells[n], np.array([before]), own

    def _counts(self, name: str, rung: str) -> dict[int, int]:
        """Meetings of a format at a rung by year, as far as they are recorded in full; empty where they are not."""
        record = self.tables.mapping["record"]
        if name not in record["meetings"].get(rung, ()):
            return {}
        held = self.tables.table("meetings")
        held = held[(held["held"] > 0) & (held["format"] == name) & (held["level"] == rung)]
        years = held["date"].str[:4].astype(int)
        return {year: int((years == year).sum()) for year in range(int(record["since"]), self.last + 1)}

    def _met(self, cell: Cell) -> Array | None:
        counts = self._counts(cell.object, "leaders")
        if cell.year not in counts:
            return None
        met = any(counts[year] for year in range(self.until + 1, cell.year + 1))
        return _one_of(cell.outcomes, OUTCOMES[MET][int(met)])

    def _meetings(self, cell: Cell) -> Array | None:
        counts = self._counts(*_format_and_rung(cell))
        if cell.year not in counts:
            return None
        return _one_of(cell.outcomes, str(min(counts[cell.year], len(cell.outcomes) - 1)))

    def _status(self, cell: Cell) -> Array | None:
        record = self.tables.mapping["record"]
        if cell.object not in record["statuses"] or cell.year > self.last:
            return None
        return _one_of(cell.outcomes, self._status_at(cell, cell.year))

    def _status_at(self, cell: Cell, year: int) -> str:
        table = self.tables.table("memberships")
        own = table[(table["country"] == cell.country) & (table["format"] == cell.object)]
        return OUTCOMES[STATUS][status_on(own, f"{year}-12-31")]

    @cached_property
    def _votes_recorded(self) -> History:
        return recorded_history(self.tables)

    @cached_property
    def _known_votes(self) -> History:
        return self._votes_recorded.before(self.until + 1)

    def _votes(self, cell: Cell) -> Array | None:
        history = self._votes_recorded
        chosen = (_years(history) == cell.year) & (history.kinds == cell.object)
        return np.asarray(history.votes[self._country(cell), chosen].mean(axis=0)) if chosen.any() else None

    def _last_vote(self, cell: Cell) -> Array:
        """The last vote of the country on the kind with the chance that scored best before, the others alike."""
        known = self._known_votes
        same = np.flatnonzero(known.kinds == cell.object)
        cast = known.votes[self._country(cell), same[-1] if len(same) else -1]
        other = (1.0 - self._stay) / (len(VOTES) - 1)
        return np.asarray(other + (self._stay - other) * cast)

    @cached_property
    def _stay(self) -> float:
        years = range(int(_years(self._known_votes)[0]) + 1, self.until + 1)
        return max(STAYS, key=lambda chance: rolling_persistence(self._known_votes, years, chance).mean())

    def _country(self, cell: Cell) -> int:
        axes = self.tables.table("axes")
        return list(axes.loc[axes["axis"] == "country", "code"]).index(cell.country)

    @cached_property
    def shares(self) -> pd.DataFrame:
        """Recorded shares by country, domain, option and year: low and high."""
        return shares_on(self.tables, self.case.setting.axes).set_index([*CELL, "year"])[["low", "high"]].sort_index()

    def _share(self, cell: Cell) -> Array | None:
        key = pd.MultiIndex.from_tuples([(*_share_of(cell), cell.year)])
        place = int(self.shares.index.get_indexer(key)[0])
        return self.shares.to_numpy()[place] if place >= 0 else None


def _format_and_rung(cell: Cell) -> tuple[str, str]:
    name, _, rung = cell.object.partition(":")
    return name, rung or RUNGS[-1]


def _share_of(cell: Cell) -> tuple[str, str, str]:
    domain, _, option = cell.object.partition(":")
    return cell.country, domain, option


def _years(history: History) -> Array:
    return np.asarray(history.dates.astype("datetime64[Y]").astype(int) + 1970)


def _one_of(outcomes: Sequence[str], happened: str) -> Array:
    return np.array([float(one == happened) for one in outcomes])


def _ever(counts: Array, years: int) -> Array:
    """Chances of no and of some meeting in some years, from yearly counts, as in `count_probabilities`."""
    none = (len(counts) / (len(counts) + years)) ** (counts.sum() + JEFFREYS)
    return np.array([none, 1.0 - none])


def scores(cells: Sequence[Cell], facts: Facts) -> pd.DataFrame:
    """Scores of forecasts and of simple ones, a row for each cell that is recorded and forecaster.

    Columns: quantity, country, object, year, ahead (years after the last known), forecaster, score and log_score, which
    is not a number for shares and for all but the given forecasts.
    """
    rows = [row for cell in cells if (seen := facts.observed(cell)) is not None for row in _rows(cell, seen, facts)]
    shares = [cell for cell in cells if cell.quantity == SHARE and facts.observed(cell) is not None]
    rows += [row for one in facts.walk(shares) for row in _rows_of_walk(*one, facts)]
    return pd.DataFrame(
        rows, columns=["quantity", "country", "object", "year", "ahead", "forecaster", "score", "log_score"]
    )


def _rows(cell: Cell, seen: Array, facts: Facts) -> Iterator[tuple[object, ...]]:
    key = (*cell.key, cell.year - facts.until)
    if cell.quantity == SHARE:
        yield (*key, GIVEN, crps_of_limits(seen[0], seen[1], cell.limits, cell.probabilities), np.nan)
        return
    chances = facts.chances(cell)
    with np.errstate(divide="ignore"):
        logs = -np.log(chances)
    yield (*key, GIVEN, _score(cell, chances, seen), float(logs[seen > 0.0] @ seen[seen > 0.0]))
    for name, simple in facts.simple(cell).items():
        yield (*key, name, _score(cell, simple, seen), np.nan)


def _rows_of_walk(cell: Cell, before: Array, walk: Array, facts: Facts) -> Iterator[tuple[object, ...]]:
    bounds = facts.observed(cell)
    assert bounds is not None
    low, high = bounds[:1], bounds[1:]
    for name, members in ((PERSISTENCE, np.repeat(before, DRAWS)), (RANDOM_WALK, walk)):
        score = float(crps(low, high, members[None, :])[0])
        yield (*cell.key, cell.year - facts.until, name, score, np.nan)


def _score(cell: Cell, chances: Array, seen: Array) -> float:
    """Mean score over what happened, by how often: Brier of votes, whose order means nothing, else ranked."""
    if cell.quantity == VOTE:
        each = ((chances[None, :] - np.eye(len(chances))) ** 2).sum(axis=1)
    else:
        each = rps(np.arange(len(chances)), np.tile(chances, (len(chances), 1)))
    return float(each @ seen)


def skills_of(table: pd.DataFrame) -> pd.DataFrame:
    """Skill of the given forecasts against every other forecaster, on the cells that both have, with 90 % intervals.

    Columns: quantity, against, cells, own, other (mean scores), skill, low, high; not numbers where the other made an
    error in fewer than `LEAST_CASES` of the cells that are common.
    """
    rows, key = [], ["quantity", "country", "object", "year"]
    given = table[table["forecaster"] == GIVEN]
    for (quantity, name), rest in table[table["forecaster"] != GIVEN].groupby(["quantity", "forecaster"], sort=False):
        both = given.merge(rest, on=key, suffixes=("", "_other"))
        if both.empty:
            continue
        own, other = both["score"].to_numpy(), both["score_other"].to_numpy()
        found: tuple[float, float, float] = (np.nan,) * 3
        if np.count_nonzero(other) >= LEAST_CASES:
            groups = both["country"].where(both["country"] != "", both["object"])
            one = skill(own, other, groups.to_numpy())
            found = (one.value, one.low, one.high)
        rows.append((quantity, name, len(both), own.mean(), other.mean(), *found))
    return pd.DataFrame(rows, columns=["quantity", "against", "cells", "own", "other", "skill", "low", "high"])


def beside(own: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """The scores of forecasts with those of others added, under the name `OTHER`."""
    theirs = other[other["forecaster"] == GIVEN].assign(forecaster=OTHER)
    return pd.concat([own, theirs], ignore_index=True)
