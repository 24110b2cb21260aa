"""The outcomes of a batch of runs, one number a run, read column by column: a million runs take little memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from hedgesim.model.named_outcomes import named
from hedgesim.results.kept_outcomes import kept_outcome
from hedgesim.results.results import Results
from hedgesim.results.tables import RUNS, SYSTEM_OUTCOMES
from hedgesim.scenario.twins import leaves_of

Key = tuple[str, str, str]
"""Outcome, country or nothing, and option or nothing."""

WHOLE_RUN = ("run", "seed", "failed")
OF_COUNTRIES = "countries"
NOBODY: Any = [("run", "<", 0)]
"""The condition of a table without rows, which tells its columns."""


class RunOutcomes(Mapping[Key, "pd.Series[float]"]):
    """Every outcome of the runs that succeeded, by key: a series indexed by run and, of a sweep, by what varies.

    An outcome of the table of runs stands before the same one of the table of countries, which has kept runs only.
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
        """Outcomes of single places that were asked for, of the runs that are kept."""
        sought = {name: named(name) for name in self._asked if self._period and not self.is_sweep}
        found = {
            key_of(name): kept_outcome(self._results, one, self._period)
            for name, one in sought.items()
            if one is not None
        }
        return {key: values for key, values in found.items() if values is not None}

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


def paired_values(base: pd.Series[float], own: pd.Series[float]) -> tuple[pd.Series[float], pd.Series[float]] | None:
    """The runs that two batches share, in one order; None where they share none."""
    if base.index.equals(own.index):
        return (base, own) if len(base) else None
    if base.index.names != own.index.names:
        return None
    both = base.index.intersection(own.index)
    return (base[both], own[both]) if len(both) else None
