"""Runs set against each other: an outcome along a swept parameter, and two scenarios run by run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hedgesim.analysis.summary import summarise_column
from hedgesim.plots.names import Names, in_order, label_of
from hedgesim.plots.theme import (
    BLUE,
    INK,
    MUTED,
    NORMAL,
)
from hedgesim.plots.trajectories import PANEL_COLUMNS

GRID_POINTS = 20  # up to this many values a parameter counts as a grid, above it values are binned
BINS = 12
SWEEP_COLOR = BLUE
TICKS_HIGH = 0.27  # inches that tick labels take below an axis
STANDARD_ERRORS = 2


def sweep_chart(frame: pd.DataFrame, axis: Axes, *, parameter: str, outcome: str) -> Axes:
    """An outcome of single runs (points) along a swept parameter, with median and 5 to 95 % of runs.

    frame: one row per run with both columns, such as the table `runs`. A parameter with many values is
    put into bins of equal count, drawn at their median.
    """
    rows = frame[[parameter, outcome]].dropna()
    axis.plot(rows[parameter], rows[outcome], "o", ms=3, mew=0, alpha=0.35, color=MUTED, zorder=2, label="one run")
    draw_spread(rows, axis, parameter=parameter, outcome=outcome)
    axis.set_xlabel(parameter)
    axis.set_ylabel(outcome.replace("_", " "))
    axis.margins(y=0.08)
    axis.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0.2)
    return axis


def draw_spread(rows: pd.DataFrame, axis: Axes, *, parameter: str, outcome: str, **line: Any) -> None:
    """Median and 5 to 95 % of runs of an outcome along a parameter; rows without empty values.

    line: styles of the median that differ from a blue line with round marks.
    """
    style = {"color": SWEEP_COLOR, "ls": "-", "marker": "o", "ms": 4, **line}
    band = summarise_column(rows.assign(at=places(rows[parameter])), ["at"], value=outcome)
    x = band["at"].to_numpy(dtype=np.float64)
    low, middle, high = (band[name].to_numpy(dtype=np.float64) for name in ("q05", "q50", "q95"))
    axis.fill_between(x, low, high, color=style["color"], alpha=0.15, lw=0, zorder=1.5, label="5 to 95 % of runs")
    axis.plot(x, middle, zorder=3, label="median", **style)


def places(values: pd.Series[float]) -> pd.Series[float]:
    """Where each run is drawn: its own value on a grid, else the median of its bin."""
    if values.nunique() <= GRID_POINTS:
        return values
    bins = pd.qcut(values, BINS, labels=False, duplicates="drop")
    return values.groupby(bins).transform("median")


def paired_chart(differences: pd.DataFrame, figure: Figure, *, names: Names, quantity: str) -> list[Axes]:
    """One panel per country: the difference of each option between two scenarios, run by run, about zero.

    differences: country, option, mean, error, q05, q95; as of `paired_difference` with these keys. Thin line:
    5 to 95 % of runs; thick line: mean and two standard errors. quantity: what the axis is called.
    """
    countries = in_order(names.countries, differences["country"])
    columns = min(PANEL_COLUMNS, len(countries))
    panels = figure.subplots(-(-len(countries) // columns), columns, sharex=True, sharey=True, squeeze=False).ravel()
    figure.subplots_adjust(wspace=0.08, hspace=0.28)
    shown = in_order(names.options, differences["option"])
    for panel in panels[len(countries) :]:
        panel.set_visible(False)
    axes: list[Axes] = list(panels[: len(countries)])
    for axis, country in zip(axes, countries, strict=True):
        rows = differences[differences["country"] == country].set_index("option").reindex(shown)
        intervals(rows, axis, names=names)
        axis.set_title(label_of(names.countries, country)[0])
        axis.tick_params(labelbottom=True)
        axis.xaxis.set_major_locator(MaxNLocator(4))
    below = figure.subplotpars.bottom - TICKS_HIGH / float(figure.get_figheight())
    middle = (figure.subplotpars.left + figure.subplotpars.right) / 2
    figure.text(middle, below, quantity, size=NORMAL, color=MUTED, ha="center", va="top")
    return axes


def intervals(rows: pd.DataFrame, axis: Axes, *, names: Names) -> Axes:
    """Mean, two standard errors and 5 to 95 % of each option (the index of rows) about a zero line."""
    places = np.arange(len(rows))
    colors = [label_of(names.options, str(option))[1] for option in rows.index]
    axis.axvline(0, color=INK, lw=0.9, zorder=1.5)
    axis.hlines(places, rows["q05"], rows["q95"], color=colors, lw=1.2, zorder=2)
    wide = STANDARD_ERRORS * rows["error"].fillna(0.0)
    axis.hlines(places, rows["mean"] - wide, rows["mean"] + wide, color=colors, lw=4, zorder=3)
    axis.scatter(rows["mean"], places, s=16, c=colors, edgecolors="white", linewidths=0.5, zorder=4)
    axis.set_yticks(places, [label_of(names.options, str(option))[0] for option in rows.index])
    axis.set_ylim(len(rows) - 0.4, -0.6)
    return axis
