"""Cooperation formats over time: which are active, at which level, and when they met."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hedgesim.model.world import RUNGS as LEVELS
from hedgesim.plots.labels import Names, draw_years, mark_shocks, quarter_numbers
from hedgesim.plots.theme import FAINT, INK, MUTED, SMALL, legend, plain_rows

LEVEL_COLORS: Mapping[str, str] = dict(
    zip(LEVELS, ("#f1f1f1", "#9ecae1", "#08306b"), strict=True)
)
DORMANT, _, LEADERS = LEVELS
MEETINGS: Mapping[str, tuple[str, float, str]] = {  # meeting -> glyph, size, text of the legend
    "ministers": ("o", 4.0, "ministers' meeting"),
    "leaders": ("*", 8.5, "leaders' meeting"),
}
BAR_HEIGHT, DORMANT_HEIGHT = 0.62, 0.16  # of a row
NAME_WIDTH = 50  # characters
ROW_INCHES = 0.21
GLYPH_COLORS = {True: "#ffffff", False: "#111111"}  # by whether the bar is dark


def active_formats(formats: pd.DataFrame) -> list[str]:
    """Formats that are above dormant or meet in any run, in the order in which they become active in the first run."""
    busy = formats[(formats["rung"] != DORMANT) | (formats["meeting"] != "none")]
    anywhere = busy.groupby("format")["period"].min()
    here = busy[busy["run"] == formats["run"].min()].groupby("format")["period"].min()
    order = pd.DataFrame({"anywhere": anywhere, "here": here.reindex(anywhere.index)}).reset_index()
    ranked = order.sort_values(["here", "anywhere", "format"], na_position="last", kind="stable")
    return [str(code) for code in ranked["format"]]


def reached_leaders(formats: pd.DataFrame) -> pd.Series[float]:
    """Share of runs in which a format is at leaders' level or above in some quarter, by format."""
    high = formats["rung"].isin((LEADERS,)).groupby([formats["format"], formats["run"]]).any()
    return high.groupby("format").mean().astype(float)


def timeline(formats: pd.DataFrame, figure: Figure, *, names: Names, shocks: pd.DataFrame) -> list[Axes]:
    """Levels of the first run as bars with its meetings; right, the share of runs that reach leaders' level.

    formats: the results table. Only formats that are active in some run have a row.
    """
    codes = active_formats(formats)
    axis, side = figure.subplots(1, 2, sharey=True, width_ratios=[10, 1])
    figure.subplots_adjust(wspace=0.03)
    _draw_levels(formats[formats["run"] == formats["run"].min()], axis, codes=codes)
    axis.set_yticks(range(len(codes)), [_row_name(names, code) for code in codes], size=SMALL, color=INK)
    mark_shocks(axis, shocks, periods=formats["period"])
    n_runs = formats["run"].nunique()
    side.set_visible(n_runs > 1)
    _draw_reached(side, reached_leaders(formats).reindex(codes), n_runs=n_runs)
    bars = [Patch(facecolor=color, edgecolor=FAINT, lw=0.5) for color in LEVEL_COLORS.values()]
    glyphs = [
        Line2D([], [], ls="", marker=glyph, ms=size, color=GLYPH_COLORS[False]) for glyph, size, _ in MEETINGS.values()
    ]
    texts = [*LEVELS, *(text for _, _, text in MEETINGS.values())]
    legend(figure, [*bars, *glyphs], texts, columns=len(texts), columnspacing=1.4)
    return [axis, side]


def _draw_levels(run: pd.DataFrame, axis: Axes, *, codes: Sequence[str]) -> None:
    """Rows of bars for one run, one format each, coloured by level, with glyphs for meetings."""
    rows = run[run["format"].isin(list(codes))].sort_values(["format", "period"])
    draw_years(axis, run["period"])
    low, high = axis.get_xlim()
    axis.set(xlim=(low - 0.5, high + 0.5), ylim=(len(codes) - 0.4, -0.6))
    ranks = {code: rank for rank, code in enumerate(codes)}
    x, y = quarter_numbers(rows["period"]), rows["format"].map(ranks).to_numpy(dtype=np.float64)
    for level, color in LEVEL_COLORS.items():
        here = (rows["rung"] == level).to_numpy()
        height = DORMANT_HEIGHT if level == DORMANT else BAR_HEIGHT
        axis.barh(y[here], np.ones(here.sum()), height, x[here] - 0.5, color=color, lw=0, zorder=2)
    on_dark = rows["rung"].isin((LEADERS,))
    for meeting, (glyph, size, _) in MEETINGS.items():
        for dark, color in GLYPH_COLORS.items():
            here = ((rows["meeting"] == meeting) & (on_dark == dark)).to_numpy()
            axis.plot(x[here], y[here], glyph, ms=size, mfc=color, mec=color, mew=0.8, zorder=4)
    plain_rows(axis, "left")


def _row_name(names: Names, code: str) -> str:
    """Name and code of a format, short enough for the margin."""
    name = names.formats.get(code, code)
    room = NAME_WIDTH - len(code) - 2
    return code if name == code else f"{textwrap.shorten(name, room, placeholder='…')}  {code}"


def _draw_reached(axis: Axes, reached: pd.Series[float], *, n_runs: int) -> None:
    """Thin bars with percentages: the share of runs that reach leaders' level."""
    rows = np.arange(len(reached))
    axis.barh(rows, reached, BAR_HEIGHT, color=LEVEL_COLORS[LEADERS], zorder=2)
    for row, share in enumerate(reached):
        axis.text(1.08, row, f"{share:.0%}", size=SMALL, va="center", color=INK if share else MUTED)
    axis.set(xlim=(0, 1), xticks=[])
    plain_rows(axis, "left", "bottom")
    axis.tick_params(labelleft=False)
    axis.set_title(f"share of {n_runs} runs\nreaching leaders", size=SMALL, weight="normal", color=MUTED, pad=4)
