"""Many runs as a few numbers: mean, spread and quantiles per key, and differences between two scenarios."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hedgesim.engines.records import SYSTEM
from hedgesim.results.reduction import QUANTILES
from hedgesim.results.tables import PRESENCE, STATISTICS, SUMMARY_KEYS

INTERVAL = (0.05, 0.95)


def summarise(frame: pd.DataFrame, keys: Sequence[str] = SUMMARY_KEYS) -> pd.DataFrame:
    """One row per key over all runs: mean, sd (of a sample; empty for one run), quantiles, n.

    frame: long, columns `keys` and `value`, one row per run. Empty values are left out and not counted in n;
    rows come sorted by key.
    """
    groups = frame.groupby(list(keys), sort=True, observed=True)["value"]
    rows = groups.agg(mean="mean", sd="std", n="count")
    quantiles = groups.quantile(np.array(list(QUANTILES.values()))).unstack()
    for name, part in QUANTILES.items():
        rows[name] = quantiles[part]
    return rows.reset_index()[[*keys, *STATISTICS]]


def summarise_column(frame: pd.DataFrame, keys: Sequence[str], *, value: str) -> pd.DataFrame:
    """The rows of `summarise` for one column of a table, such as `threat` of `relations`."""
    return summarise(frame[[*keys, value]].rename(columns={value: "value"}), keys)


def lengthen(countries: pd.DataFrame, system: pd.DataFrame) -> pd.DataFrame:
    """The tables `countries` and `system` as long rows (run, period, entity, outcome, value).

    The entity of a country's outcome is its code, that of an outcome of all together is `system`.
    """
    keys = ["run", "period", "entity"]
    parts = (countries.rename(columns={"country": "entity"}), system.assign(entity=SYSTEM))
    long = [part.melt(id_vars=keys, var_name="outcome", value_name="value") for part in parts]
    return pd.concat(long, ignore_index=True)


def presence_options(countries: pd.DataFrame) -> list[str]:
    """The options whose presence a `countries` table holds, in its order."""
    return [name.removeprefix(PRESENCE) for name in countries.columns if name.startswith(PRESENCE)]


def paired_difference(a: pd.DataFrame, b: pd.DataFrame, *, keys: Sequence[str], value: str) -> pd.DataFrame:
    """Per key, how much larger `value` is in `a` than in `b`, run by run.

    a, b: columns `run`, `keys` and `value`; run k of both has the same seed, so differences are taken within
    runs. Gives keys, mean, error (standard error of the mean; empty for one run), q05, q95, n. Runs and keys
    that only one side has are left out. Raises ValueError if nothing is left or a key occurs twice in a run.
    """
    on = ["run", *keys]
    both = a[[*on, value]].merge(b[[*on, value]], on=on, how="inner", suffixes=("_a", "_b"), validate="one_to_one")
    if both.empty:
        message = f"the two tables share no run and {', '.join(keys)}; compare runs of the same seed"
        raise ValueError(message)
    both["difference"] = both[f"{value}_a"] - both[f"{value}_b"]
    groups = both.groupby(list(keys), sort=True, observed=True)["difference"]
    rows = groups.agg(mean="mean", error="sem", n="count")
    rows["q05"], rows["q95"] = (groups.quantile(part) for part in INTERVAL)
    return rows.reset_index()[[*keys, "mean", "error", "q05", "q95", "n"]]
