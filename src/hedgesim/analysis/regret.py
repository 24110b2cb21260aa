"""Regret and robustness: how much worse each combination of levers does than the best one in the same future."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hedgesim.results.results import Results
from hedgesim.results.tables import RUNS

FUTURE = ("scenario", "sample")
"""What identifies a future: a scenario, and a sample of the uncertainties."""

SIGNS: Mapping[str, float] = {"high": 1.0, "low": -1.0}


def regrets_of(results: Results) -> dict[tuple[str, str], pd.DataFrame]:
    """The regret of every combination of levers, by outcome and goal, for every goal of a swept experiment."""
    goals: Mapping[str, str] = results.manifest["goals"]
    levers = [str(one["path"]) for one in results.manifest["factors"] if one["role"] == "levers"]
    columns = [*FUTURE, "run", *levers, *goals]
    runs = results.table(RUNS, columns=columns) if goals else pd.DataFrame()
    return {(name, goal): regret(runs, levers, outcome=name, goal=goal) for name, goal in goals.items()}


def regret(runs: pd.DataFrame, levers: Sequence[str], *, outcome: str, goal: str) -> pd.DataFrame:
    """Regret of every combination of levers, the most robust one first (least worst regret).

    runs: a row per run with scenario, sample, run, a column per lever, and the outcome; runs of one number share random
    numbers in every combination. goal: `high` or `low`, what is good. The regret in a future is the best mean over
    runs among all combinations less that of the combination, in the outcome's unit; a run that failed in any
    combination counts in none.

    Returns: a row per combination with its levers; mean and worst regret over futures, the scenario of the worst, and
    the share of futures in which nothing else is better.
    """
    _, lost = losses(runs, levers, outcome=outcome, goal=goal)
    worst = [int(lost[column].to_numpy().argmax()) for column in lost.columns] if len(lost) else []
    found = pd.DataFrame(
        {
            "mean": lost.mean().to_numpy(),
            "worst": lost.max().to_numpy(),
            "worst_in": [str(lost.index[row][0]) for row in worst] or np.nan,
            "best_in": (lost <= 0.0).mean().to_numpy(),
        }
    )
    named = pd.DataFrame(list(map(_as_tuple, lost.columns)), columns=list(levers))
    return pd.concat([named, found], axis=1).sort_values("worst", kind="stable", ignore_index=True)


def losses(runs: pd.DataFrame, levers: Sequence[str], *, outcome: str, goal: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mean outcome, and regret, of every combination of levers (columns) in every future (rows: scenario, sample).

    Arguments as of `regret`.
    """
    place = [*FUTURE, "run"]
    table = runs.pivot_table(index=place, columns=list(levers), values=outcome, aggfunc="first", sort=False)
    means = table.dropna().groupby(list(FUTURE), sort=False).mean()
    good = means * SIGNS[goal]
    return means, good.rsub(good.max(axis=1), axis=0)


def _as_tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)
