"""Simulated bands against the record: shares by country, and meetings by format, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hedgesim.numbers import HIGH, LOW, MEDIAN
from hedgesim.plots.chart import HINDCAST, Batch, Chart, Key, Limits, Needs, Pick, Size, kept_country, named, picked
from hedgesim.plots.pages import page_of
from hedgesim.plots.theme import BLUE, FAINT, INK, MUTED, write_pages

SHARES, MEETINGS = "history_shares", "history_meetings"
BAND_ALPHA = 0.25
TEXTS = ("runs", "record", "record, bounds")


def record_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """Shares of a country, simulated and recorded: a row per domain, option and year.

    Of the country picked, or the first; only of the power picked, if any. Columns country, label, color, panel, year,
    q05, q50, q95, low and high (the record, or its bounds), is_share, trained (last year of fitting).
    """
    (batch,) = batches
    rows = batch.tables[SHARES]
    countries, options = sorted(rows["country"].unique()), sorted(rows["option"].unique())
    rows = kept_country(rows, batch, Pick(pick.country or countries[0]))
    if pick.power:
        rows = rows[rows["option"] == picked("power", pick.power, options, {})]
    rows = rows.assign(panel=rows["domain"] + " " + rows["option"], is_share=True)
    return named(rows, "country", batch.names.countries).assign(trained=_trained(batch))


def meetings_table(batches: Sequence[Batch], _: Pick) -> pd.DataFrame:
    """Meetings a year, simulated and recorded: a row per format, level and year, as of `record_table`."""
    (batch,) = batches
    rows = batch.tables[MEETINGS].rename(columns={"mean": MEDIAN})
    panel = rows["format"] + " " + rows["rung"]
    return rows.assign(panel=panel, low=rows["count"], high=rows["count"], is_share=False, trained=_trained(batch))


def _trained(batch: Batch) -> int:
    return int(str(batch.manifest["trained"]))


def draw_record(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """The band and the median of one share or count over the years, and the record as dots or bounds.

    limits: by default from 0 to what the panel needs, for shares differ too much for one scale.
    """
    rows = table.sort_values("year")
    year, low, high = (rows[name].to_numpy(dtype=np.float64) for name in ("year", "low", "high"))
    axis.fill_between(year, rows[LOW], rows[HIGH], color=BLUE, alpha=BAND_ALPHA, lw=0)
    axis.plot(year, rows[MEDIAN], color=BLUE, lw=1.2)
    exact = low == high
    axis.plot(year[exact], low[exact], "o", color=INK, ms=3.5)
    axis.vlines(year[~exact], low[~exact], high[~exact], color=MUTED, lw=2, label=TEXTS[2])
    trained, first, last = int(rows["trained"].iloc[0]), int(year.min()), int(year.max())
    axis.axvline(trained + 0.5, color=FAINT, lw=1.5, zorder=0)
    axis.set_xlim(first - 0.4, last + 0.4)
    axis.set_xticks(
        sorted({first, *([trained] if first < trained < last else []), *([last] if last - trained > 1 else [])})
    )
    axis.set_ylim(*(limits or record_limits(rows)))
    axis.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=not rows["is_share"].iloc[0]))
    if rows["is_share"].iloc[0]:
        axis.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100.0 * share:g}%"))
    return axis


def record_limits(table: pd.DataFrame) -> Limits:
    """From 0 to the largest number, with a margin for dots."""
    top = float(table[[HIGH, MEDIAN, "high"]].to_numpy(dtype=np.float64).max())
    return -0.04 * top, 1.12 * top if top > 0.0 else 1.0


def record_keys(table: pd.DataFrame) -> list[Key]:
    """Band, record, bounds."""
    handles = [
        Patch(color=BLUE, alpha=BAND_ALPHA),
        Line2D([], [], ls="", marker="o", color=INK, ms=3.5),
        Line2D([], [], color=MUTED, lw=2),
    ]
    shown = 3 if (table["low"] != table["high"]).any() else 2
    return list(zip(handles, TEXTS, strict=True))[:shown]


def describe_record(table: pd.DataFrame) -> str:
    """How many recorded numbers are in the band, of the years fitted and after."""
    inside = (table["high"] >= table[LOW]) & (table["low"] <= table[HIGH])
    fitted = table["year"] <= table["trained"]
    parts = [
        f"{int(inside[own].sum())} of {int(own.sum())} {name}"
        for name, own in (("in years fitted", fitted), ("in later years", ~fitted))
        if own.any()
    ]
    return f"Recorded numbers inside the band of 5 to 95 % of runs: {', '.join(parts)}."


RECORD = Chart(
    name="record",
    shows="simulated bands against recorded shares, year by year (--country, --power)",
    needs=Needs(HINDCAST, (SHARES,)),
    picks=("country", "power"),
    table=record_table,
    draw=draw_record,
    describe=describe_record,
    limits=record_limits,
    title=lambda table: f"{table['label'].iloc[0]}: simulated and recorded shares",
    size=lambda _: Size(1.9, 1.1, 0.45, 0.15, below=0.3),
    reads="Band: 5 to 95 % of runs; line: median. The band does not include errors of the record. Right of the "
    "vertical line: years not used in fitting.",
    panels="panel",
    keys=record_keys,
    own_scale=True,
    columns=4,
)
RECORDED_MEETINGS = Chart(
    name="recorded_meetings",
    shows="simulated bands against recorded meetings a year, by format",
    needs=Needs(HINDCAST, (MEETINGS,)),
    table=meetings_table,
    draw=draw_record,
    describe=describe_record,
    limits=record_limits,
    title=lambda _: "Simulated and recorded meetings per year",
    size=lambda _: Size(1.9, 1.1, 0.45, 0.15, below=0.3),
    reads="Band: 5 to 95 % of runs; line: mean. Right of the vertical line: years not used in fitting.",
    panels="panel",
    keys=record_keys,
    own_scale=True,
    columns=4,
)


CHARTS = (RECORD, RECORDED_MEETINGS)


def draw_history(batch: Batch, folder: Path) -> list[Path]:
    """Draw the simulated and the recorded years, a chart per country and one of meetings; the paths written."""
    countries = sorted(batch.tables[SHARES]["country"].unique())
    pages = {f"history_{code}": partial(_page, RECORD, batch, Pick(code)) for code in countries}
    return write_pages({**pages, MEETINGS: partial(_page, RECORDED_MEETINGS, batch, Pick())}, folder)


def _page(chart: Chart, batch: Batch, pick: Pick) -> Figure:
    return page_of(chart, [batch], pick)[0]
