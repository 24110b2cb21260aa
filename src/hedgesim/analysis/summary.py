"""Many runs as a few numbers: mean, spread and quantiles per key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

QUANTILES: Mapping[str, float] = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
STATISTICS = ("mean", "sd", *QUANTILES, "n")
SUMMARY_KEYS = ("period", "entity", "outcome")
SYSTEM = "system"
PRESENCE = "presence_"


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
