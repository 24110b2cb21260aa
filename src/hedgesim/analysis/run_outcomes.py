"""The outcomes of a batch of runs, one number a run, read column by column: a million runs take little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from hedgesim.analysis.headline import what_of
from hedgesim.model.named_outcomes import NamedOutcome, named
from hedgesim.model.world import RUNGS, STATUSES
from hedgesim.results.results import Results
from hedgesim.results.tables import RUNS, SYSTEM_OUTCOMES, TOTALS
from hedgesim.scenario.twins import leaves_of

Key = tuple[str, str, str]
"""Outcome, country or nothing, and option or nothing."""

WHOLE_RUN = ("run", "seed", "failed")
OF_COUNTRIES = "countries"
NOBODY: Any = [("run", "<", 0)]
"""The condition of a table without rows, which tells its columns."""


class RunOutcomes(Mapping[Key, "pd.Series[float]"]):
    """Every outcome of the runs that succeeded, by key: a series indexed by run and, of a sweep, by what varies.

    What the table of runs has is of all runs. Only of an earlier quarter than the last, of single places that were
    not recorded, and of results of earlier versions an outcome is of the runs that are kept.
    """

    def __init__(self, results: Results, period: str, outcomes: Sequence[str] = ()) -> None:
        """Take results, and the quarter of the outcomes of countries; of runs with another end counts are left out.

        outcomes: of single countries, options or formats that are wanted too; those that were not recorded are those of
        the runs that are kept in full.
        """
        self._results, self._period, self._asked = results, period, outcomes
        self.is_sweep = "factors" in results.manifest

    @cached_property
    def _whole(self) -> Mapping[Key, str]:
        """Columns of the table of runs by key."""
        known = [str(name) for name in self._results.table(RUNS, where=NOBODY)]
        if self.is_sweep:
            asked = [str(name) for name in self._results.manifest["outcomes"]]
            return {key_of(name): name for name in asked if name in known}
        if end_of(self._results) != self._period:
            return {}
        return {key_of(name): name for name in known if name not in WHOLE_RUN}

    @cached_property
    def _kept(self) -> Mapping[Key, tuple[str, str]]:
        """Country and column of the table of countries by key."""
        if self.is_sweep or self._countries.empty:
            return {}
        outcomes = [str(name) for name in self._countries if name not in {"run", "period", "country"}]
        codes = [str(code) for code in dict.fromkeys(self._countries["country"])]
        return {key_of(name, code): (code, name) for name in outcomes for code in codes}

    @cached_property
    def _countries(self) -> pd.DataFrame:
        """Outcomes of countries in the quarter, of the runs that are kept."""
        if OF_COUNTRIES not in self._results.tables:
            return pd.DataFrame()
        return self._results.table(OF_COUNTRIES, where=[("period", "=", self._period)])

    @cached_property
    def _named(self) -> Mapping[Key, pd.Series[float]]:
        """Outcomes that were asked for and are not in the table of runs: means of all runs, single places of kept."""
        sought = {name: named(name) for name in self._asked if self._period and not self.is_sweep}
        found = {
            key_of(name): self._mean(one.key[0]) if not one.codes else kept_outcome(self._results, one, self._period)
            for name, one in sought.items()
            if one is not None and key_of(name) not in self._whole
        }
        return {key: values for key, values in found.items() if values is not None}

    def _mean(self, outcome: str) -> pd.Series[float] | None:
        """Mean over countries of an outcome that every country has; None where they have none."""
        own = [self[key] for key in (self._whole or self._kept) if key[0] == outcome and key[1] and not key[2]]
        return pd.concat(own, axis=1).mean(axis=1) if own else None

    @cached_property
    def _good(self) -> tuple[Any, pd.Index[Any]]:
        """Which rows of the table of runs succeeded, and their index."""
        paths = [str(one["path"]) for one in self._results.manifest["factors"]] if self.is_sweep else []
        runs = self._results.table(RUNS, columns=[*paths, "run", "failed"])
        good = runs["failed"].isna().to_numpy()
        return good, runs.loc[good].set_index([*paths, "run"]).index

    @property
    def failed(self) -> tuple[int, int]:
        """How many runs failed, of how many."""
        good, _ = self._good
        return int((~good).sum()), len(good)

    def runs_with(self, other: RunOutcomes, *, paired: bool) -> int:
        """How many runs succeeded in this batch and another: pairs of them, else those of the smaller batch."""
        one, two = (batch._good[1] for batch in (self, other))
        return len(one.intersection(two)) if paired and one.names == two.names else min(len(one), len(two))

    def __getitem__(self, key: Key) -> pd.Series[float]:
        if key in self._whole:
            name, (good, index) = self._whole[key], self._good
            values = self._results.table(RUNS, columns=[name])[name].to_numpy()[good]
            return pd.Series(values, index=index, name=name, dtype=float)
        if key not in self._kept:
            return self._named[key]
        country, name = self._kept[key]
        rows = self._countries[self._countries["country"] == country]
        return rows.set_index("run")[name].astype(float)

    def __iter__(self) -> Iterator[Key]:
        return iter(dict.fromkeys([*self._named, *self._kept, *self._whole]))

    def __len__(self) -> int:
        return len(self._named.keys() | self._kept.keys() | self._whole.keys())


def end_of(results: Results) -> str:
    """The last quarter of a run; empty for a sweep, whose points may differ."""
    return str(leaves_of(str(results.manifest.get("scenario_text", ""))).get("end", ""))


def key_of(column: str, country: str = "") -> Key:
    """Outcome, country and option of a column such as `presence_ABC` or `hedging_index_XYZ`."""
    one = named(column) if column not in SYSTEM_OUTCOMES else None
    outcome, entity, option = (column, "", "") if one is None else one.key
    return outcome, country or entity, option


def outcome_in_words(name: str, names: Mapping[str, str]) -> str:
    """An outcome by its name in words; names: of countries, options and formats, by code."""
    return what_of(dict(zip(("outcome", "entity", "option"), key_of(name), strict=True)), names)


def paired_values(base: pd.Series[float], own: pd.Series[float]) -> tuple[pd.Series[float], pd.Series[float]] | None:
    """The runs that two batches share, in one order; None where they share none."""
    if base.index.equals(own.index):
        return (base, own) if len(base) else None
    if base.index.names != own.index.names:
        return None
    both = base.index.intersection(own.index)
    return (base[both], own[both]) if len(both) else None


Column = tuple[str, str, Callable[["pd.Series[Any]"], "pd.Series[Any]"]]


def _as_it_is(column: pd.Series[Any]) -> pd.Series[Any]:
    return column


COLUMNS: Mapping[str, Column] = {
    "trust": ("ties", "trust", _as_it_is),
    "share": ("shares", "share", _as_it_is),
    "threat of powers": ("relations", "threat", _as_it_is),
    "attention": ("powers", "attention", _as_it_is),
    "rung": ("formats", "rung", lambda words: words.map(RUNGS.index)),
    "summits": ("formats", "meeting", lambda words: words == RUNGS[-1]),
    "status": ("memberships", "status", lambda words: words.map(STATUSES.index)),
    "member": ("memberships", "status", lambda words: words == STATUSES[-1]),
    "came": ("memberships", "came", _as_it_is),
}
"""Where the numbers of a quantity are: table, column, and what makes numbers of the column."""


def kept_outcome(results: Results, one: NamedOutcome, period: str) -> pd.Series[float] | None:
    """An outcome of the runs that are kept, by run, as it is in a quarter or up to it; None where no table has it."""
    family = one.family
    table, column, numbers = COLUMNS.get(family.quantity, ("countries", family.quantity, _as_it_is))
    if table not in results.tables or family.quantity == "mean trust":
        return None
    if family.quantity == "presence":
        option, *places = one.codes
        column, where = f"presence_{option}", [("country", "=", code) for code in places]
    else:
        where = [(place, "=", code) for place, code in zip(family.places, one.codes, strict=True)]
    until = ("period", "<=" if family.total else "=", period)
    rows = results.table(table, columns=["run", "period", column], where=[*where, until])
    if family.total:
        rows = rows[rows["period"] > rows["period"].min()]
    of_run = numbers(rows[column]).astype(float).groupby(rows["run"])
    found: pd.Series[float] = of_run.sum() if family.total else of_run.mean()
    return found if len(found) else None


def kept_of_system(results: Results, name: str, period: str) -> pd.Series[float]:
    """As `kept_outcome`, an outcome of all countries together."""
    rows = results.table("system", columns=["run", "period", name], where=[("period", "<=", period)])
    counted = name in TOTALS
    chosen = rows["period"] > rows["period"].min() if counted else rows["period"] == period
    of_run = rows.loc[chosen, name].astype(float).groupby(rows.loc[chosen, "run"])
    found: pd.Series[float] = of_run.sum() if counted else of_run.mean()
    return found
