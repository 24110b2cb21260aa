"""Counterfactual twins: two scenarios under the same random numbers, compared run by run."""

from __future__ import annotations

import pandas as pd

from hedgesim.analysis.comparison import paired_difference
from hedgesim.analysis.simulation import Results
from hedgesim.analysis.summary import PRESENCE, presence_options

COLUMNS = ("outcome", "entity", "option", "mean", "error", "q05", "q95", "n", "gain")
"""What is compared, of whom and, for presence, of which option; how much more of it there is in the first scenario
than in its twin (mean over runs with standard error, and 5 to 95 % of runs); and by what factor pairing cut the
variance of the difference against independent seeds."""

_KEYS = ["outcome", "entity", "option"]
_MEETINGS = ("leader_meetings", "first_time_formats", "realignments", "cohesion")


def compare(first: Results, twin: Results) -> pd.DataFrame:
    """The paired differences of two results of the same seed, columns `COLUMNS`.

    Presence and the hedging index per country in the last quarter, counts over all quarters, and leaders' meetings
    per format in the runs kept.

    Raises:
        ValueError: the seeds differ, so that run k of one is no twin of run k of the other.
    """
    if first.case.seed != twin.case.seed:
        message = f"seeds {first.case.seed} and {twin.case.seed} differ: twins need one seed. Give both the same."
        raise ValueError(message)
    a, b = _values(first), _values(twin)
    rows = paired_difference(a, b, keys=_KEYS, value="value").merge(_gain(a, b), on=_KEYS)
    order = {name: n for n, name in enumerate(a["outcome"].unique())}
    return rows.sort_values("outcome", key=lambda names: names.map(order), kind="stable", ignore_index=True)[[*COLUMNS]]


def _values(results: Results) -> pd.DataFrame:
    """Everything compared, one row per run: run, outcome, entity, option, value."""
    ends = results.ends["countries"]
    last = ends[ends["period"] == results.case.setting.axes.periods[-1]]
    presence = last.melt(
        ["run", "entity"], [PRESENCE + o for o in presence_options(last)], var_name="option", value_name="value"
    )
    presence = presence.assign(outcome="presence", option=presence["option"].str.removeprefix(PRESENCE))
    index = last[["run", "entity"]].assign(outcome="hedging_index", option="", value=last["hedging_index"])
    runs = results.tables["runs"]
    counts = runs[runs["failed"].isna()].melt(["run"], list(_MEETINGS), var_name="outcome", value_name="value")
    parts = [presence, index, counts.assign(entity="system", option="")]
    if "formats" in results.tables:
        parts.append(_meetings(results.tables["formats"]))
    return pd.concat(parts, ignore_index=True)


def _meetings(formats: pd.DataFrame) -> pd.DataFrame:
    """Leaders' meetings of every format in every run kept."""
    met = formats.assign(value=(formats["meeting"] == "leaders").astype(float))
    count = met.groupby(["run", "format"], sort=True)["value"].sum().reset_index()
    return count.rename(columns={"format": "entity"}).assign(outcome="leader_meetings", option="")


def _gain(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Variance of a difference of independent runs over that of paired runs; empty where paired runs never differ."""
    both = a.merge(b, on=["run", *_KEYS], suffixes=("_a", "_b"))
    both["difference"] = both["value_a"] - both["value_b"]
    spread = both.groupby(_KEYS, sort=True)[["value_a", "value_b", "difference"]].var()
    gain = (spread["value_a"] + spread["value_b"]) / spread["difference"].where(spread["difference"] > 0.0)
    return gain.rename("gain").reset_index()
