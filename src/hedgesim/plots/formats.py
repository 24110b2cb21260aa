"""Cooperation formats over time: which are at work, at which level, and when they met."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hedgesim.plots.names import Names
from hedgesim.plots.quarters import draw_years, mark_shocks, quarter_numbers
from hedgesim.plots.theme import FAINT, INK, MUTED, SMALL, legend_corner

LEVELS = ("dormant", "working", "ministerial", "leaders", "institution")
LEVEL_COLORS: Mapping[str, str] = {
    "dormant": "#f1f1f1",
    "working": "#c6dbef",
    "ministerial": "#6baed6",
    "leaders": "#2171b5",
    "institution": "#08306b",
}
MEETINGS: Mapping[str, tuple[str, float, str]] = {  # level of the meeting -> glyph, size, what the legend says
    "working": ("|", 5.0, "working meeting"),
    "ministers": ("o", 4.0, "ministers meet"),
    "leaders": ("*", 8.5, "leaders meet"),
}
LEADERS = "leaders"
BAR_HEIGHT = 0.62
DORMANT_HEIGHT = 0.16
NAME_WIDTH = 50  # characters
ROW_INCHES = 0.21
FIRST_GLYPH_COLORS = ("#ffffff", "#111111")  # glyph on dark bars, glyph on light ones


def active_formats(formats: pd.DataFrame) -> list[str]:
    """Formats above dormant, or meeting, in any run; those at work first come first."""
    busy = formats[(formats["level"] != "dormant") | (formats["meeting"] != "none")]
    shown_run = formats["run"].min()
    here = busy[busy["run"] == shown_run].groupby("format")["period"].min()
    anywhere = busy.groupby("format")["period"].min()
    order = pd.DataFrame({"anywhere": anywhere, "here": here.reindex(anywhere.index)}).reset_index()
    ranked = order.sort_values(["here", "anywhere", "format"], na_position="last", kind="stable")
    return [str(code) for code in ranked["format"]]


def reached_leaders(formats: pd.DataFrame) -> pd.Series[float]:
    """Share of runs in which a format stood at leaders level or above in some quarter, by format."""
    high = formats["level"].isin(LEVELS[LEVELS.index(LEADERS) :]).groupby([formats["format"], formats["run"]]).any()
    return high.groupby("format").mean().astype(float)


def timeline(formats: pd.DataFrame, figure: Figure, *, names: Names, shocks: pd.DataFrame) -> list[Axes]:
    """Levels of one run (the first) as bars with its meetings; right, how many runs reached leaders level.

    formats: the results table. Only formats at work or meeting in some run have a row.
    """
    codes = active_formats(formats)
    axis, side = figure.subplots(1, 2, sharey=True, width_ratios=[10, 1])
    figure.subplots_adjust(wspace=0.03)
    levels(formats[formats["run"] == formats["run"].min()], axis, codes=codes)
    axis.set_yticks(range(len(codes)), [_row_name(names, code) for code in codes], size=SMALL, color=INK)
    mark_shocks(axis, shocks, periods=sorted(formats["period"].unique()))
    n_runs = formats["run"].nunique()
    side.set_visible(n_runs > 1)
    _draw_reached(side, reached_leaders(formats).reindex(codes), n_runs=n_runs)
    _legend(figure)
    return [axis, side]


def levels(run: pd.DataFrame, axis: Axes, *, codes: Sequence[str]) -> Axes:
    """Rows of bars for one run, a format each, coloured by level, with glyphs for meetings."""
    rows = run[run["format"].isin(list(codes))].sort_values(["format", "period"])
    place = {code: rank for rank, code in enumerate(codes)}
    draw_years(axis, run["period"])
    low, high = axis.get_xlim()
    axis.set_xlim(low - 0.5, high + 0.5)
    axis.set_ylim(len(codes) - 0.4, -0.6)
    x, y = quarter_numbers(rows["period"]), rows["format"].map(place).to_numpy(dtype=np.float64)
    for level in LEVELS:
        here = (rows["level"] == level).to_numpy()
        height = DORMANT_HEIGHT if level == "dormant" else BAR_HEIGHT
        axis.barh(y[here], np.ones(here.sum()), height, x[here] - 0.5, color=LEVEL_COLORS[level], lw=0, zorder=2)
    for meeting, (glyph, size, _) in MEETINGS.items():
        for dark, color in zip((True, False), FIRST_GLYPH_COLORS, strict=True):
            on = rows["level"].isin(LEVELS[-2:]) == dark
            here = ((rows["meeting"] == meeting) & on).to_numpy()
            axis.plot(x[here], y[here], glyph, ms=size, mfc=color, mec=color, mew=0.8, zorder=4)
    axis.grid(False)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    return axis


def _row_name(names: Names, code: str) -> str:
    """Name and code of a format, short enough for the margin."""
    name = names.formats.get(code, code)
    if name == code:
        return code
    room = NAME_WIDTH - len(code) - 2
    return f"{textwrap.shorten(name, room, placeholder='…')}  {code}"


def _draw_reached(axis: Axes, reached: pd.Series[float], *, n_runs: int) -> None:
    """Thin bars with percents: the share of runs that reached leaders level."""
    places = np.arange(len(reached))
    axis.barh(places, reached, BAR_HEIGHT, color=LEVEL_COLORS[LEADERS], zorder=2)
    for place, part in enumerate(reached):
        axis.text(1.08, place, f"{part:.0%}", size=SMALL, va="center", color=INK if part else MUTED)
    axis.set_xlim(0, 1)
    axis.set_xticks([])
    axis.grid(False)
    axis.tick_params(axis="y", length=0, labelleft=False)
    axis.spines[["left", "bottom"]].set_visible(False)
    axis.set_title(f"share of {n_runs} runs\nreaching leaders", size=SMALL, weight="normal", color=MUTED, pad=4)


def _legend(figure: Figure) -> None:
    """Colours of the levels and glyphs of the meetings, under the title of the page."""
    bars = [Patch(facecolor=LEVEL_COLORS[level], edgecolor=FAINT, lw=0.5, label=level) for level in LEVELS]
    glyphs = [
        Line2D([], [], ls="", marker=glyph, ms=size, color=FIRST_GLYPH_COLORS[1], label=text)
        for glyph, size, text in MEETINGS.values()
    ]
    figure.legend(
        handles=[*bars, *glyphs],
        loc="upper left",
        bbox_to_anchor=legend_corner(figure),
        ncols=len(bars) + len(glyphs),
        columnspacing=1.4,
        borderaxespad=0,
    )
