"""Regret and robustness: how much worse each combination of levers does than the best one in the same future."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

FUTURE = ("scenario", "sample")
"""What makes a future: a scenario, and a sample of the uncertainties."""

SIGNS: Mapping[str, float] = {"high": 1.0, "low": -1.0}

REGRETS = ("mean", "worst", "worst_in", "best_in")


def regret(runs: pd.DataFrame, levers: Sequence[str], *, outcome: str, goal: str) -> pd.DataFrame:
    """Regret of every combination of levers, the most robust one first (least worst regret).

    runs: a row per run with scenario, sample, run, a column per lever, and the outcome; runs of one number share random
    numbers in every combination. goal: `high` or `low`, what is good. The regret in a future is the best mean over
    runs among all combinations less the own one, in the outcome's unit; a run that failed in any combination counts
    in none.

    Returns: a row per combination with its levers; mean and worst regret over futures, the scenario of the worst, and
    the part of futures in which nothing else is better.
    """
    place = [*FUTURE, "run"]
    table = runs.pivot_table(index=place, columns=list(levers), values=outcome, aggfunc="first", sort=False)
    paired = table.dropna() * SIGNS[goal]
    means = paired.groupby(list(FUTURE), sort=False).mean()
    lost = means.rsub(means.max(axis=1), axis=0)
    worst = [int(lost[column].to_numpy().argmax()) for column in lost.columns] if len(lost) else []
    told = pd.DataFrame(
        {
            "mean": lost.mean().to_numpy(),
            "worst": lost.max().to_numpy(),
            "worst_in": [str(lost.index[row][0]) for row in worst] or np.nan,
            "best_in": (lost <= 0.0).mean().to_numpy(),
        }
    )
    named = pd.DataFrame(list(map(_as_tuple, lost.columns)), columns=list(levers))
    return pd.concat([named, told], axis=1).sort_values("worst", kind="stable", ignore_index=True)


def _as_tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)
