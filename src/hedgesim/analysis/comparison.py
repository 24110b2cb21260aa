"""Two scenarios under the same random numbers: what differs, and how surely."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

INTERVAL = (0.05, 0.95)


def paired_difference(a: pd.DataFrame, b: pd.DataFrame, *, keys: Sequence[str], value: str) -> pd.DataFrame:
    """Per key, how much larger `value` is in `a` than in `b`, run by run.

    a, b: columns `run`, `keys` and `value`; run k of both has the same seed, so differences are taken within
    runs. Gives keys, mean, error (standard error of the mean; empty for one run), q05, q95, n. Runs and keys
    that only one side has are left out. Raises ValueError if nothing is left or a key stands twice in a run.
    """
    on = ["run", *keys]
    both = a[[*on, value]].merge(b[[*on, value]], on=on, how="inner", suffixes=("_a", "_b"), validate="one_to_one")
    if both.empty:
        message = f"the two tables share no run and {', '.join(keys)}; compare runs made with the same seed"
        raise ValueError(message)
    both["difference"] = both[f"{value}_a"] - both[f"{value}_b"]
    groups = both.groupby(list(keys), sort=True, observed=True)["difference"]
    rows = groups.agg(mean="mean", error="sem", n="count")
    rows["q05"], rows["q95"] = (groups.quantile(part) for part in INTERVAL)
    return rows.reset_index()[[*keys, "mean", "error", "q05", "q95", "n"]]
