"""The difference of the presence of every option between two batches at their end, country by country."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hedgesim.analysis.run_outcomes import key_of
from hedgesim.errors import HedgesimError
from hedgesim.numbers import HIGH, LOW, written
from hedgesim.plots.changes import check_pairs
from hedgesim.plots.chart import RUN, Batch, Chart, Limits, Needs, Pick, Size, kept_country, named
from hedgesim.plots.theme import INK, text_width
from hedgesim.plots.trajectories import SHARES, by_country
from hedgesim.results.ownership import PAIRED as DIFFERENCES
from hedgesim.results.summary import paired_difference
from hedgesim.results.tables import PRESENCE, RUNS

STANDARD_ERRORS = 2
ROW = 0.21  # inches of an option


def paired_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """The second batch less the first at the end: a row per country and option.

    Of all runs, from the table `paired` where they were run as twins. Columns country, panel, option, label, color,
    mean, error, q05, q95, n, first, second, period.
    """
    first, second = batches
    check_pairs(first, second)
    whole = second.tables[DIFFERENCES] if DIFFERENCES in second.tables else _of_runs(first, second)
    rows = whole[whole["outcome"] == PRESENCE.rstrip("_")].rename(columns={"entity": "country"})
    rows = named(kept_country(rows, second, pick), "option", second.names.options)
    period = str(second.tables["summary"]["period"].max())
    return by_country(rows, second).assign(first=first.name, second=second.name, period=period)


def _of_runs(first: Batch, second: Batch) -> pd.DataFrame:
    """The differences of all runs that succeeded in both batches, in the form of the table `paired`."""
    sides = []
    for batch in (second, first):
        runs = batch.tables[RUNS]
        columns = [str(name) for name in runs if str(name).startswith(PRESENCE) and key_of(str(name))[1]]
        sides.append(runs[runs["failed"].isna()].melt("run", columns, var_name="name"))
    try:
        found = paired_difference(*sides, keys=["name"], value="value")
    except ValueError as error:
        fault = f"it has no run and country in common with {first.name}"
        raise HedgesimError(second.name, fault, "Compare runs of the same countries and version.") from error
    outcomes, countries, options = zip(*map(key_of, found["name"]), strict=True)
    return found.assign(outcome=outcomes, entity=countries, option=options)


def paired_limits(table: pd.DataFrame) -> Limits:
    """Limits that hold zero and every interval."""
    low, high = min(0.0, float(table[LOW].min())), max(0.0, float(table[HIGH].max()))
    room = 0.06 * ((high - low) or 1e-3)
    return low - room, high + room


def draw_paired(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """Mean, two standard errors and 5 to 95 % of runs of each option of one country, about a zero line."""
    y, colors = np.arange(len(table)), list(table["color"])
    axis.axvline(0, color=INK, lw=0.9, zorder=1.5)
    axis.hlines(y, table[LOW], table[HIGH], color=colors, lw=1.2, zorder=2)
    wide = STANDARD_ERRORS * table["error"].fillna(0.0)
    axis.hlines(y, table["mean"] - wide, table["mean"] + wide, color=colors, lw=4, zorder=3)
    axis.scatter(table["mean"], y, s=16, c=colors, edgecolors="white", linewidths=0.5, zorder=4)
    axis.set_yticks(y, list(table["label"]))
    axis.set(ylim=(len(table) - 0.4, -0.6), xlim=limits or paired_limits(table))
    axis.xaxis.set_major_locator(MaxNLocator(4))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100.0 * share:+g}" if share else "0"))
    return axis


def describe_paired(table: pd.DataFrame) -> str:
    """The largest difference of every country."""
    parts = []
    for country, own in table.groupby("panel", sort=False):
        row = own.iloc[int(own["mean"].abs().to_numpy().argmax())]
        parts.append(f"{country} {row['label']} {written(float(row['mean']), is_share=True, sign='+')}")
    one = table.iloc[0]
    head = f"Largest difference of presence in {one['period']}, {one['second']} less {one['first']}"
    return f"{head}, mean of {one['n']} pairs of runs: {'; '.join(parts)}."


PAIRED = Chart(
    name="paired_presence",
    shows="how much higher the presence of every power is in the second run than in the first, at the end",
    needs=Needs(RUN, ("summary", RUNS), fewest=2, most=2),
    picks=("country",),
    table=paired_table,
    draw=draw_paired,
    describe=describe_paired,
    limits=paired_limits,
    title=lambda table: "Presence in {period}: {second} less {first}, points ({n} pairs of runs)".format(
        **table.iloc[0]
    ),
    size=lambda table: Size(2.6, ROW * (len(table) + 1), text_width(table["label"]) + 0.3),
    reads="Thin line: 5 to 95 % of pairs of runs with the same random numbers; thick line: mean ± 2 standard errors.",
    panels="panel",
    same_rows=True,
    parts=("shares",),
    about=SHARES,
)
