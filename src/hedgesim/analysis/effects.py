"""What moves the outcomes of a sweep: for every factor, where the mean of an outcome is lowest and where highest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgesim.numbers import INTERVAL, significant
from hedgesim.results.results import Results
from hedgesim.results.summary import error_of
from hedgesim.results.tables import RUNS

MOST_LEVELS = 6
"""Values of a numeric factor that are shown one by one; with more of them the points are cut into thirds."""

THIRDS = ("lowest third", "middle third", "highest third")
COLUMNS = (
    "outcome", "factor", "lowest_at", "highest_at", "lowest", "highest", "difference", "error", "low", "high", "n",
    "effect",
)  # fmt: skip


def effects_of(results: Results) -> pd.DataFrame:
    """A row for each outcome and factor that varies, columns `COLUMNS`, the largest effects first.

    lowest, highest: means over all runs at the value of the factor where the mean is lowest, and highest; difference:
    of the two, the mean over run numbers, as runs of one number share random numbers; error: its standard error; low,
    high: 5 and 95 % of run numbers; n: run numbers; effect: the difference over the standard deviation of all runs.

    Raises:
        StoreError: a table is missing or damaged.
    """
    factors, outcomes = results.manifest["factors"], [str(name) for name in results.manifest["outcomes"]]
    paths = [str(one["path"]) for one in factors]
    known = set(map(str, results.table(RUNS, where=[("run", "<", 0)])))
    runs = results.table(RUNS, columns=[*paths, "run", *(name for name in outcomes if name in known), "failed"])
    good = runs[runs["failed"].isna()]
    rows = []
    for factor in factors:
        path = str(factor["path"])
        if good[path].nunique() > 1:
            levels = levels_of(good[path], numeric=bool(factor["numeric"]))
            rows += [_effect(good, levels, outcome, path) for outcome in outcomes if outcome in good]
    found = pd.DataFrame([row for row in rows if row], columns=list(COLUMNS))
    return found.sort_values("effect", ascending=False, kind="stable", ignore_index=True)


def levels_of(values: pd.Series[Any], *, numeric: bool) -> pd.Series[Any]:
    """The values of a factor as texts: each of a few, else the third of the points that it is in."""
    if not numeric:
        return values.astype(str)
    few = np.sort(values.unique())
    if len(few) <= MOST_LEVELS:
        return values.map({one: significant(float(one)) for one in few})
    cuts = np.quantile(few, (0.0, 1 / 3, 2 / 3, 1.0))
    ends = [significant(float(cut)) for cut in cuts]
    names = [f"{name} ({low} to {high})" for name, low, high in zip(THIRDS, ends, ends[1:], strict=False)]
    return pd.Series(np.asarray(names)[np.searchsorted(cuts[1:-1], values, side="left")], index=values.index)


def _effect(good: pd.DataFrame, levels: pd.Series[Any], outcome: str, path: str) -> tuple[Any, ...]:
    """One row of the effects; nothing where the outcome has no value at two levels."""
    rows = good[[outcome, "run"]].assign(level=levels).dropna()
    means = rows.groupby("level", sort=False)[outcome].mean()
    if len(means) < 2:
        return ()
    lowest, highest = str(means.idxmin()), str(means.idxmax())
    changes = level_changes(rows, outcome, lowest, highest)
    spread, difference = float(rows[outcome].std(ddof=0)), float(changes.mean())
    error = error_of(np.asarray(changes, dtype=np.float64))
    low, high = (float(q) for q in np.quantile(changes, INTERVAL)) if len(changes) else (np.nan, np.nan)
    ends = float(means[lowest]), float(means[highest])
    effect = abs(difference) / spread if spread > 0.0 else 0.0
    return outcome, path, lowest, highest, *ends, difference, error, low, high, len(changes), effect


def level_changes(rows: pd.DataFrame, outcome: str, lowest: str, highest: str) -> pd.Series[float]:
    """By run number, how much higher the mean of an outcome is at one level than at another.

    rows: columns run, level and the outcome.
    """
    by_run = rows[rows["level"].isin([lowest, highest])].groupby(["run", "level"])[outcome].mean().unstack("level")
    if lowest == highest or by_run.shape[1] < 2:
        return pd.Series(dtype=float)
    return (by_run[highest] - by_run[lowest]).dropna()
