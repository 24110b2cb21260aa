"""How shares and the hedging index move over time, with the spread over runs and the shocks marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FormatStrFormatter, MaxNLocator, PercentFormatter

from hedgesim.analysis.summary import presence_options, summarise_column
from hedgesim.plots.labels import Label, label_ends, pixels_per_inch
from hedgesim.plots.names import Names, in_order, label_of
from hedgesim.plots.quarters import (
    draw_years,
    mark_shocks,
    number_rows,
    quarter_numbers,
    rows_inches,
    title_above,
)
from hedgesim.plots.theme import LINE_STYLES, legend_columns, legend_corner, line_style
from hedgesim.results.tables import PRESENCE

HOLLOW_MARK = "°"
BAND_ALPHA = 0.13
HATCH = "////"
PANEL_COLUMNS = 3
BETWEEN_PANELS = 0.55  # inches for tick labels and a title
HOLLOW_HALF = 0.5
LEAST_SPAN = 0.2  # of the axis of an index between 0 and 1
NO_HOLLOW = pd.DataFrame({"country": [], "option": [], "hollow": [], "n_hollow": [], "n_cells": []})


def presence_bands(table: pd.DataFrame) -> pd.DataFrame:
    """Presence per country, option and quarter with quantiles over runs, from `summary` or `countries`."""
    if "outcome" in table.columns:
        rows = table[table["outcome"].str.startswith(PRESENCE)]
        option = rows["outcome"].str.removeprefix(PRESENCE)
        return rows.assign(country=rows["entity"], option=option)
    keys = ["run", "period", "country"]
    wide = table[[*keys, *(PRESENCE + option for option in presence_options(table))]]
    long = wide.rename(columns=lambda name: str(name).removeprefix(PRESENCE)).melt(keys, var_name="option")
    return summarise_column(long, ["period", "country", "option"], value="value")


def domain_bands(shares: pd.DataFrame, domain: str) -> pd.DataFrame:
    """The share of each option in one domain per country and quarter, with quantiles over runs."""
    rows = shares[shares["domain"] == domain]
    return summarise_column(rows, ["period", "country", "option"], value="share")


def hollow_lines(shares: pd.DataFrame) -> pd.DataFrame:
    """Which lines rest on hollow cells: country, option, hollow (bool), n_hollow, n_cells.

    A line is hollow if more than half of its start value over the domains given lies in hollow cells; pass
    the rows of one domain for the lines of `domain_bands`.
    """
    start = shares[(shares["period"] == shares["period"].min()) & (shares["run"] == shares["run"].min())]
    rows = start.assign(part=start["share"] * start["hollow"])
    sums = rows.groupby(["country", "option"], sort=True).agg(
        share=("share", "sum"), part=("part", "sum"), n_hollow=("hollow", "sum"), n_cells=("hollow", "size")
    )
    sums["hollow"] = sums["part"] > HOLLOW_HALF * sums["share"]
    return pd.DataFrame(sums.reset_index()[["country", "option", "hollow", "n_hollow", "n_cells"]])


def hollow_note(hollow: pd.DataFrame) -> str:
    """The small print on hollow cells with their count; empty if there are none."""
    count, cells = int(hollow["n_hollow"].sum()), int(hollow["n_cells"].sum())
    if not count:
        return ""
    return (
        f"{HOLLOW_MARK} and hatching: the line rests mostly on hollow cells, whose start value is more prior"
        " than data; they are drawn anew in each run and never scored."
        f" {count} of {cells} starting shares are hollow."
    )


def presence(
    bands: pd.DataFrame,
    figure: Figure,
    *,
    names: Names,
    shocks: pd.DataFrame,
    hollow: pd.DataFrame = NO_HOLLOW,
) -> list[Axes]:
    """One panel per country: the share of every option over time, median and 5 to 95 % of runs.

    bands: as of `presence_bands` or `domain_bands`. hollow: as of `hollow_lines`.
    """
    countries = in_order(names.countries, bands["country"])
    columns = min(PANEL_COLUMNS, len(countries))
    rows = -(-len(countries) // columns)
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    _make_room(figure, panels[0], marks=(shocks, bands["period"]), rows=rows)
    for panel in panels[len(countries) :]:
        panel.set_visible(False)
    axes: list[Axes] = list(panels[: len(countries)])
    top = float(bands["q95"].max()) * 1.04
    for axis, country in zip(axes, countries, strict=True):
        axis.set_ylim(0, top)
        flagged = hollow[(hollow["country"] == country) & hollow["hollow"].astype(bool)]
        options(
            bands[bands["country"] == country],
            axis,
            names=names,
            shocks=shocks,
            hollow=set(flagged["option"]),
        )
        rows_used = mark_shocks(axis, shocks, periods=sorted(bands["period"].unique()))
        title_above(axis, label_of(names.countries, country)[0], rows=rows_used)
        axis.tick_params(labelbottom=True)
    _legend(figure, names, shown=in_order(names.options, bands["option"]))
    return axes


def _make_room(figure: Figure, axis: Axes, *, marks: tuple[pd.DataFrame, pd.Series[str]], rows: int) -> None:
    """Set the panels apart far enough for tick labels, titles and the rows of shock numbers above each."""
    figure.subplots_adjust(wspace=0.28)
    width = axis.get_window_extent().width / pixels_per_inch(axis)
    numbers = rows_inches(number_rows(*marks, width=width))
    full, at = float(figure.get_figheight()), figure.subplotpars
    top = at.top - numbers / full
    between = numbers + BETWEEN_PANELS
    panel = ((top - at.bottom) * full - between * (rows - 1)) / rows
    figure.subplots_adjust(top=top, hspace=between / panel)


def options(bands: pd.DataFrame, axis: Axes, *, names: Names, shocks: pd.DataFrame, hollow: Collection[str]) -> Axes:
    """The share of every option in one country over time, labelled at the right with the option's code."""
    draw_years(axis, bands["period"])
    axis.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ends = []
    for option in in_order(names.options, bands["option"]):
        color = label_of(names.options, option)[1]
        rows = bands[bands["option"] == option].sort_values("period")
        flagged = option in hollow
        end = draw_band(rows, axis, color=color, style=_style(names, option), hatched=flagged)
        ends.append(Label(option + HOLLOW_MARK * flagged, color, *end))
    label_ends(axis, ends)
    return axis


def draw_band(
    rows: pd.DataFrame, axis: Axes, *, color: str, style: Any = "-", hatched: bool = False
) -> tuple[float, float]:
    """Draw the median of sorted rows (period, q05, q50, q95) with its band; the last point is returned."""
    x = quarter_numbers(rows["period"])
    low, middle, high = (rows[name].to_numpy(dtype=np.float64) for name in ("q05", "q50", "q95"))
    axis.fill_between(x, low, high, color=color, alpha=BAND_ALPHA, lw=0, zorder=2)
    if hatched:
        axis.fill_between(x, low, high, facecolor="none", edgecolor=color, alpha=0.35, hatch=HATCH, lw=0, zorder=2)
    axis.plot(x, middle, color=color, ls=style, zorder=3)
    face = "white" if hatched else color
    axis.plot(x[-1:], middle[-1:], "o", ms=3.5, mfc=face, mec=color, mew=1.0, zorder=4, clip_on=False)
    return float(x[-1]), float(middle[-1])


def hedging_index(bands: pd.DataFrame, axis: Axes, *, names: Names, shocks: pd.DataFrame) -> Axes:
    """The hedging index of every country over time, median and 5 to 95 % of runs, labelled at the right.

    bands: country, period, q05, q50, q95; as of `index_bands`.
    """
    draw_years(axis, bands["period"])
    axis.set_ylim(*unit_limits(bands))
    ends = []
    for country in in_order(names.countries, bands["country"]):
        name, color = label_of(names.countries, country)
        rows = bands[bands["country"] == country].sort_values("period")
        rank = list(names.countries).index(country) if country in names.countries else 0
        end = draw_band(rows, axis, color=color, style=line_style(rank))
        ends.append(Label(name, color, *end))
    mark_shocks(axis, shocks, periods=sorted(bands["period"].unique()))
    axis.yaxis.set_major_formatter(FormatStrFormatter("%.2f"))
    axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axis.set_ylabel("hedging index H (0 to 1)")
    label_ends(axis, ends)
    return axis


def index_bands(table: pd.DataFrame) -> pd.DataFrame:
    """The hedging index per country and quarter with quantiles over runs, from `summary` or `countries`."""
    if "outcome" in table.columns:
        rows = table[table["outcome"] == "hedging_index"]
        return rows.assign(country=rows["entity"])
    return summarise_column(table, ["period", "country"], value="hedging_index")


def unit_limits(bands: pd.DataFrame) -> tuple[float, float]:
    """Limits inside 0..1 that hold every band, wide enough not to make much of small changes."""
    low, high = float(bands["q05"].min()), float(bands["q95"].max())
    span = max(LEAST_SPAN, 1.1 * (high - low))
    start = min(max(0.0, (low + high - span) / 2), max(0.0, 1.0 - span))
    return start, min(1.0, start + span)


def _style(names: Names, option: str) -> Any:
    """The dash pattern of an option: by its place in the drawing order."""
    order = list(names.options)
    return line_style(order.index(option) if option in order else len(LINE_STYLES) - 1)


def option_texts(names: Names, shown: Sequence[str]) -> list[str]:
    """What a legend says of each option: its code and name."""
    called = ((option, label_of(names.options, option)[0]) for option in shown)
    return [option if name == option else f"{option}  {name}" for option, name in called]


def _legend(figure: Figure, names: Names, *, shown: list[str]) -> None:
    """Code and name of every option with its line, under the title of the page."""
    texts, handles = option_texts(names, shown), []
    for option in shown:
        color = label_of(names.options, option)[1]
        handles.append(Line2D([], [], color=color, ls=_style(names, option)))
    figure.legend(
        handles,
        texts,
        loc="upper left",
        bbox_to_anchor=legend_corner(figure),
        ncols=legend_columns(texts, float(figure.get_figwidth())),
        handlelength=2.8,
        columnspacing=1.6,
        borderaxespad=0,
    )
