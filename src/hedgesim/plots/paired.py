"""The chart of a run and its twin: paired effects, kept apart from predictive bands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hedgesim.plots.labels import Names, in_order, label_of
from hedgesim.plots.theme import HIGH, INK, LOW, MUTED, NORMAL, Frame, page, panels, write_pages
from hedgesim.plots.trajectories import PANEL_COLUMNS
from hedgesim.plots.trust import Trust

PAIRED_CHART = "paired_presence"
TICKS_HIGH = 0.27  # inches that tick labels take below an axis
STANDARD_ERRORS = 2
SHARES = ("share", "presence", "largest_presence", "diversity", "beyond_record", "volume")
"""Quantities of patterns that charts of shares show."""


def draw_pairs(
    paired: pd.DataFrame, names: Names, *, folder: Path, title: str, caption: str, trust: Trust | None = None
) -> list[Path]:
    """Draw the difference of presence between a run and its twin as .png and .svg; nothing if there is none.

    paired: the table `paired` (entity, option, outcome, mean, error, q05, q95, n), differences run by run.
    title: which scenario less which. caption: quarter, number of runs, seed, and source of the parameters.
    """
    rows = paired[paired["outcome"] == "presence"].rename(columns={"entity": "country"})
    notes = (
        "Paired effect, not a forecast of levels: both sides have the same random numbers, and the difference is taken"
        f" run by run. Thin line: 5 to 95 % of runs; thick line: mean ± {STANDARD_ERRORS} standard errors.",
        caption,
        (trust or Trust()).line("shares", about=SHARES),
    )

    def draw() -> Figure:
        figure = page(
            11.0,
            7.0,
            title=f"Paired effect on presence: {title}",
            notes=notes,
            frame=Frame(left=2.4, right=0.3, below=0.9),
        )
        paired_chart(rows, figure, names=names)
        return figure

    return write_pages({} if rows.empty else {PAIRED_CHART: draw}, folder)


def paired_chart(differences: pd.DataFrame, figure: Figure, *, names: Names) -> list[Axes]:
    """One panel per country: the difference of the presence of each option between two runs, about zero.

    differences: country, option, mean, error, q05, q95; as of `paired_difference` with these keys.
    """
    countries = in_order(names.countries, differences["country"])
    shown = in_order(names.options, differences["option"])
    axes = panels(figure, len(countries), min(PANEL_COLUMNS, len(countries)), share=True, wspace=0.08, hspace=0.28)
    for axis, country in zip(axes, countries, strict=True):
        rows = differences[differences["country"] == country].set_index("option").reindex(shown)
        _intervals(rows, axis, names=names)
        axis.set_title(label_of(names.countries, country)[0])
        axis.tick_params(labelbottom=True)
        axis.xaxis.set_major_locator(MaxNLocator(4))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100.0 * share:g}"))
    at = figure.subplotpars
    x, y = (at.left + at.right) / 2, at.bottom - TICKS_HIGH / float(figure.get_figheight())
    figure.text(x, y, "difference of presence, percentage points", size=NORMAL, color=MUTED, ha="center", va="top")
    return axes


def _intervals(rows: pd.DataFrame, axis: Axes, *, names: Names) -> None:
    """Mean, two standard errors and 5 to 95 % of each option (the index of rows) about a zero line."""
    y = np.arange(len(rows))
    called, colors = zip(*(label_of(names.options, str(option)) for option in rows.index), strict=True)
    axis.axvline(0, color=INK, lw=0.9, zorder=1.5)
    axis.hlines(y, rows[LOW], rows[HIGH], color=colors, lw=1.2, zorder=2)
    wide = STANDARD_ERRORS * rows["error"].fillna(0.0)
    axis.hlines(y, rows["mean"] - wide, rows["mean"] + wide, color=colors, lw=4, zorder=3)
    axis.scatter(rows["mean"], y, s=16, c=colors, edgecolors="white", linewidths=0.5, zorder=4)
    axis.set_yticks(y, called)
    axis.set_ylim(len(rows) - 0.4, -0.6)
