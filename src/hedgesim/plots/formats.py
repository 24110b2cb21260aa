"""The ladder of cooperation formats: the chance of every rung over time, recorded meetings, and meetings a year."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from hedgesim.model.world import RUNGS
from hedgesim.plots.labels import QUARTERS, Names, draw_years, mark_shocks, quarter_numbers
from hedgesim.plots.theme import FAINT, INK, MUTED, SMALL, VERMILION, legend, plain_rows, text_width
from hedgesim.results.reduction import INTERVAL

NONE, MINISTERS, LEADERS = RUNGS
STEPS = (MINISTERS, LEADERS)
COLORS: Mapping[str, str] = {MINISTERS: "#a6cbe6", LEADERS: "#08306b"}
EDGES: Mapping[str, str] = {MINISTERS: "#5b9bc9", LEADERS: "#08306b"}
TEXTS: Mapping[str, str] = {
    MINISTERS: "chance that ministers have met by then",
    LEADERS: "chance that leaders have",
}
MARKS: Mapping[str, dict[str, Any]] = {  # of recorded meetings
    MINISTERS: {"ms": 4.2, "mfc": "white", "mec": VERMILION, "mew": 1.2},
    LEADERS: {"ms": 5.4, "mfc": VERMILION, "mec": "white", "mew": 0.7},
}
RATE_OFF: Mapping[str, float] = {LEADERS: -0.17, MINISTERS: 0.17}  # of a row, from its middle
AREA_HEIGHT = 0.8  # of a row, a chance of 1
NAME_WIDTH = 84  # characters
NARROWER = 0.92  # letters of names are narrower than text at large
ROW_INCHES = 0.22


def chances(formats: pd.DataFrame) -> pd.DataFrame:
    """Share of runs in which ministers and leaders have met by a quarter: index format, period; a column per rung.

    formats: the results table.
    """
    reached = {MINISTERS: formats["rung"] != NONE, LEADERS: formats["rung"] == LEADERS}
    grouped = formats[["format", "period"]].assign(**reached).groupby(["format", "period"], sort=True)
    return grouped[list(STEPS)].mean()


def rows_of(chance: pd.DataFrame, recorded: pd.DataFrame) -> list[str]:
    """Formats with a row: first those that may still rise, by their chances at the end, then those at the top already.

    chance: as of `chances`. Left out is what is at no rung in any run and has no recorded meeting.
    """
    first, last = (chance.groupby("format").agg(side) for side in ("first", "last"))
    order = last.assign(top=first[LEADERS] >= 1.0, mean=chance.groupby("format")[MINISTERS].mean(), code=last.index)
    order = order[(order[MINISTERS] > 0.0) | order.index.isin(recorded["format"])]
    keys = ["top", LEADERS, MINISTERS, "mean", "code"]
    ranked = order.sort_values(keys, ascending=[True, False, False, False, True], kind="stable")
    return [str(code) for code in ranked["code"]]


def recorded_in(meetings: pd.DataFrame, formats: pd.DataFrame) -> pd.DataFrame:
    """Recorded meetings of the formats, and in the quarters, of a results table: format, period, level.

    meetings: columns format, level, period; of meetings that were held.
    """
    inside = meetings["period"].between(formats["period"].min(), formats["period"].max())
    return meetings[inside & meetings["level"].isin(STEPS) & meetings["format"].isin(formats["format"].unique())]


def yearly(formats: pd.DataFrame) -> pd.DataFrame:
    """Meetings a year after the first quarter: index format and meeting; mean over runs, q05 and q95."""
    n_years = max(formats["period"].nunique() - 1, 1) / QUARTERS
    flags = {step: formats["meeting"] == step for step in STEPS}
    counts = formats[["format", "run"]].assign(**flags).groupby(["format", "run"])[list(STEPS)].sum() / n_years
    long = counts.rename_axis(columns="meeting").stack().groupby(level=["format", "meeting"])
    low, high = (long.quantile(part) for part in INTERVAL)
    return pd.DataFrame({"mean": long.mean(), "q05": low, "q95": high})


def ladder(
    formats: pd.DataFrame, figure: Figure, *, recorded: pd.DataFrame, names: Names, shocks: pd.DataFrame
) -> list[Axes]:
    """A row per format: chances of its rungs over time with recorded meetings; right, its meetings a year.

    formats: the results table. recorded: as of `recorded_in`.
    """
    chance = chances(formats)
    codes = rows_of(chance, recorded)
    axis, side = figure.subplots(1, 2, sharey=True, width_ratios=[7, 2])
    figure.subplots_adjust(wspace=0.04)
    _draw_chances(chance, axis, codes=codes)
    for level, mark in MARKS.items():
        dots = recorded[recorded["level"] == level]
        places = [codes.index(code) for code in dots["format"]]
        axis.plot(quarter_numbers(dots["period"]), places, "o", **mark, zorder=4, clip_on=False)
    axis.set_yticks(range(len(codes)), [_row_name(names, code) for code in codes], size=SMALL, color=INK)
    mark_shocks(axis, shocks, periods=formats["period"])
    _draw_rates(yearly(formats), side, codes=codes)
    _part_rows(chance, (axis, side), codes=codes)
    handles: list[Artist] = [Patch(facecolor=COLORS[step]) for step in STEPS]
    handles += [Line2D([], [], ls="", marker="o", **MARKS[step]) for step in STEPS]
    texts = [*TEXTS.values(), *(f"recorded meeting of {step}" for step in STEPS)]
    legend(figure, handles, texts, columns=len(texts), columnspacing=1.6)
    return [axis, side]


def _draw_chances(chance: pd.DataFrame, axis: Axes, *, codes: Sequence[str]) -> None:
    """An area for each rung in the row of each format, its height the chance."""
    periods = chance.index.get_level_values("period").unique()
    draw_years(axis, periods)
    low, high = axis.get_xlim()
    axis.set(xlim=(low - 0.5, high + 0.5), ylim=(len(codes) - 0.45, -0.6))
    x = _edges(quarter_numbers(periods))
    wide = {step: chance[step].unstack("format") for step in STEPS}
    for row, code in enumerate(codes):
        floor = row + AREA_HEIGHT / 2
        axis.axhline(floor, color=FAINT, lw=0.6, zorder=1)
        for step in STEPS:
            heights = np.repeat(wide[step][code].to_numpy(), 2) * AREA_HEIGHT
            axis.fill_between(x, floor, floor - heights, color=COLORS[step], lw=0, zorder=2)
    plain_rows(axis, "left")


def _edges(quarters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Both edges of every quarter, so that an area has a step per quarter."""
    return np.column_stack([quarters - 0.5, quarters + 0.5]).ravel()


def _draw_rates(rates: pd.DataFrame, axis: Axes, *, codes: Sequence[str]) -> None:
    """Mean and 5 to 95 % of runs of the meetings a year, leaders above ministers; what never meets is left out."""
    for step, off in RATE_OFF.items():
        rows = rates.xs(step, level="meeting").reindex(list(codes))
        y, met = np.arange(len(codes)) + off, (rows["q95"] + rows["mean"] > 0.0).to_numpy()
        axis.hlines(y[met], rows["q05"][met], rows["q95"][met], color=COLORS[step], lw=3.2, zorder=2)
        axis.plot(rows["mean"][met], y[met], "o", ms=3.6, mfc="white", mec=EDGES[step], mew=1.1, zorder=3)
    plain_rows(axis, "left")
    axis.grid(visible=True, axis="x")
    axis.tick_params(labelleft=False)
    axis.set_xlim(left=0.0)
    axis.set_title("meetings a year", size=SMALL, weight="normal", color=MUTED, pad=4)


def _part_rows(chance: pd.DataFrame, axes: Sequence[Axes], *, codes: Sequence[str]) -> None:
    """A line above the formats that are at leaders' level from the start on."""
    first = chance.groupby("format")[LEADERS].first()
    rising = sum(float(first[code]) < 1.0 for code in codes)
    if 0 < rising < len(codes):
        for axis in axes:
            axis.axhline(rising - 0.5, color=MUTED, lw=0.9, zorder=3)


def name_room(names: Names, codes: Sequence[str]) -> float:
    """Width of the names left of the rows, inches."""
    return NARROWER * text_width(_row_name(names, code) for code in codes) + 0.25


def _row_name(names: Names, code: str) -> str:
    """Name and code of a format, short enough for the margin."""
    name = names.formats.get(code, code)
    room = NAME_WIDTH - len(code) - 2
    return code if name == code else f"{textwrap.shorten(name, room, placeholder='…')}  {code}"
