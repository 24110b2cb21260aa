"""Many runs as a few numbers: mean, spread and quantiles per key, and the closing table of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

QUANTILES: Mapping[str, float] = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
STATISTICS = ("mean", "sd", *QUANTILES, "n")
SUMMARY_KEYS = ("period", "entity", "outcome")
SYSTEM = "system"
ALL = "all"
PRESENCE = "presence_"
COUNTED = ("leader_meetings", "first_time_formats")
STANDING = ("realignments",)
CLOSING = ("quantity", "entity", "before", "after", "change", "error", "n")


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


def closing_table(
    countries: pd.DataFrame, system: pd.DataFrame, *, before: str | None = None, after: str | None = None
) -> pd.DataFrame:
    """What a reader wants first: quantity, entity, before, after, change, error, n.

    Levels (presence by option, hedging index) are means over runs in the quarters `before` and `after` (first
    and last by default), over all countries and for the index also per country; `error` is the Monte Carlo
    standard error of the change. Things counted per quarter (leader-level meetings, first-time formats) are
    totals per run after `before` up to `after`, realignments the countries that stand realigned in `after`;
    their `before` and `change` are empty and `error` is that of the value.
    """
    first = before or str(countries["period"].min())
    last = after or str(countries["period"].max())
    presence = [PRESENCE + option for option in presence_options(countries)]
    mean = countries.groupby(["run", "period"], sort=True)[[*presence, "hedging_index"]].mean().reset_index()
    index = countries[["run", "period", "country", "hedging_index"]]
    rows = [
        _levels(mean.assign(country=ALL), [*presence, "hedging_index"], between=(first, last)),
        _levels(index, ["hedging_index"], between=(first, last)),
        _totals(system, between=(first, last)),
    ]
    return pd.concat(rows, ignore_index=True)


def _levels(frame: pd.DataFrame, quantities: Sequence[str], *, between: tuple[str, str]) -> pd.DataFrame:
    """Rows of the closing table for quantities that have a value in every quarter."""
    keyed = frame.set_index(["run", "country"])
    first, last = (keyed.loc[keyed["period"] == period, list(quantities)] for period in between)
    change = last - first
    parts = {"before": first, "after": last, "change": change}
    means = {name: part.groupby("country").mean().stack() for name, part in parts.items()}
    rows = pd.DataFrame(means)
    rows["error"] = change.groupby("country").sem().stack()
    rows["n"] = change.groupby("country").count().stack()
    rows.index.names = ["entity", "quantity"]
    order = pd.MultiIndex.from_product([rows.index.unique("entity"), quantities], names=rows.index.names)
    return rows.reindex(order).reset_index()[["quantity", "entity", *rows.columns]]


def _totals(system: pd.DataFrame, *, between: tuple[str, str]) -> pd.DataFrame:
    """Rows of the closing table for counts: what happened in the quarters between, or stands at their end."""
    inside = system[(system["period"] > between[0]) & (system["period"] <= between[1])]
    counted = inside.groupby("run")[list(COUNTED)].sum()
    standing = system[system["period"] == between[1]].set_index("run")[list(STANDING)]
    per_run = counted.reindex(standing.index, fill_value=0).join(standing)
    rows = pd.DataFrame({"after": per_run.mean(), "error": per_run.sem(), "n": per_run.count()})
    rows = rows.rename_axis("quantity").reset_index().assign(entity=SYSTEM, before=np.nan, change=np.nan)
    return rows[list(CLOSING)]
