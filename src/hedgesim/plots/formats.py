"""The ladder of cooperation formats: the chance of every rung over time, recorded meetings, and meetings a year."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from hedgesim.model.period import QUARTERS
from hedgesim.model.world import RUNGS
from hedgesim.numbers import HIGH, INTERVAL, LOW
from hedgesim.plots.chart import RUN, Batch, Chart, Key, Limits, Needs, Pick, Size
from hedgesim.plots.labels import Names
from hedgesim.plots.theme import FAINT, INK, MUTED, SMALL, VERMILION, plain_rows, text_width
from hedgesim.plots.timeline import draw_years, quarter_numbers

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
ROW_INCHES, WIDTH = 0.22, 6.0  # inches of a row and of the quarters
SIDE_OFF, SIDE_WIDTH = 0.04, 0.3  # of the width: where the meetings a year begin, and how wide they are
MOST_NAMED = 5  # formats in the description


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
    return pd.DataFrame({"mean": long.mean(), LOW: low, HIGH: high})


def formats_table(batches: Sequence[Batch], _: Pick) -> pd.DataFrame:
    """The ladder: a row per format with a row in the chart (in its order) and quarter.

    Columns format, label, period, ministers and leaders (share of runs that have met so), recorded_ministers and
    recorded_leaders (whether such a meeting is in the record), top (at leaders' level from the start on), and of all
    rows of a format alike rate_RUNG, low_RUNG, high_RUNG: meetings a year, mean and 5 to 95 % of runs.
    """
    (batch,) = batches
    formats = batch.tables["formats"]
    chance, recorded = chances(formats), recorded_in(batch.known.meetings, formats)
    codes = rows_of(chance, recorded)
    rows = chance.reset_index()
    rows = rows[rows["format"].isin(codes)]
    rows = rows.sort_values("format", key=lambda own: own.map(codes.index), kind="stable", ignore_index=True)
    held, rates = set(zip(recorded["format"], recorded["period"], recorded["level"], strict=True)), yearly(formats)
    for step in STEPS:
        keys = zip(rows["format"], rows["period"], strict=True)
        rows[f"recorded_{step}"] = [(code, period, step) in held for code, period in keys]
        own = rates.xs(step, level="meeting").reindex(rows["format"]).reset_index(drop=True)
        rows[[f"rate_{step}", f"low_{step}", f"high_{step}"]] = own[["mean", LOW, HIGH]]
    first = chance.groupby("format")[LEADERS].first()
    return rows.assign(
        top=rows["format"].map(first) >= 1.0, label=[_row_name(batch.names, code) for code in rows["format"]]
    )


def draw_formats(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """A row per format: chances of its rungs over time with recorded meetings; right, its meetings a year.

    limits: of the meetings a year.
    """
    codes = list(dict.fromkeys(table["format"]))
    _draw_chances(table, axis, codes=codes)
    for level, mark in MARKS.items():
        dots = table[table[f"recorded_{level}"]]
        places = [codes.index(code) for code in dots["format"]]
        axis.plot(quarter_numbers(dots["period"]), places, "o", **mark, zorder=4, clip_on=False)
    first = table.drop_duplicates("format")
    axis.set_yticks(range(len(codes)), list(first["label"]), size=SMALL, color=INK)
    side = axis.inset_axes((1.0 + SIDE_OFF, 0.0, SIDE_WIDTH, 1.0))
    _draw_rates(first, side, limits or formats_limits(table))
    side.set_ylim(axis.get_ylim())
    rising = int((~first["top"]).sum())
    for one in (axis, side) if 0 < rising < len(codes) else ():
        one.axhline(rising - 0.5, color=MUTED, lw=0.9, zorder=3)
    return axis


def formats_limits(table: pd.DataFrame) -> Limits:
    """Meetings a year."""
    return 0.0, 1.05 * max(float(table[[f"high_{step}", f"rate_{step}"]].max().max()) for step in STEPS) or 1.0


def formats_keys(table: pd.DataFrame) -> list[Key]:
    """Chances, and recorded meetings where there are some."""
    recorded = [step for step in STEPS if table[f"recorded_{step}"].any()]
    handles: list[Artist] = [Patch(facecolor=COLORS[step]) for step in STEPS]
    handles += [Line2D([], [], ls="", marker="o", **MARKS[step]) for step in recorded]
    return list(zip(handles, [*TEXTS.values(), *(f"recorded meeting of {step}" for step in recorded)], strict=True))


def formats_size(table: pd.DataFrame) -> Size:
    """Room for the names, and right for the meetings a year."""
    left = max(2.0, NARROWER * text_width(table["label"]) + 0.25)
    return Size(WIDTH, ROW_INCHES * max(4, table["format"].nunique()), left, WIDTH * (SIDE_OFF + SIDE_WIDTH) + 0.2)


def describe_formats(table: pd.DataFrame) -> str:
    """The formats whose leaders may meet for the first time, by their chances."""
    last = table[(table["period"] == table["period"].max()) & ~table["top"]]
    ranked = last.sort_values(LEADERS, ascending=False, kind="stable").head(MOST_NAMED).to_dict("records")
    parts = [f"{row['label']} {row[LEADERS]:.0%}" for row in ranked]
    said = "; ".join(parts) or "none"
    return (
        f"Share of runs in which leaders have met for the first time by {table['period'].max()}, the largest: {said}."
    )


def _draw_chances(table: pd.DataFrame, axis: Axes, *, codes: Sequence[str]) -> None:
    """An area for each rung in the row of each format, its height the chance."""
    draw_years(axis, table["period"])
    low, high = axis.get_xlim()
    axis.set(xlim=(low - 0.5, high + 0.5), ylim=(len(codes) - 0.45, -0.6))
    for row, (_, own) in enumerate(table.groupby("format", sort=False)):
        chance, floor = own.sort_values("period"), row + AREA_HEIGHT / 2
        axis.axhline(floor, color=FAINT, lw=0.6, zorder=1)
        for step in STEPS:
            heights = np.repeat(chance[step].to_numpy(), 2) * AREA_HEIGHT
            x = _edges(quarter_numbers(chance["period"]))
            axis.fill_between(x, floor, floor - heights, color=COLORS[step], lw=0, zorder=2)
    plain_rows(axis, "left")


def _edges(quarters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Both edges of every quarter, so that an area has a step per quarter."""
    return np.column_stack([quarters - 0.5, quarters + 0.5]).ravel()


def _draw_rates(rows: pd.DataFrame, axis: Axes, limits: Limits) -> None:
    """Mean and 5 to 95 % of runs of the meetings a year, leaders above ministers; what never meets is left out."""
    for step, off in RATE_OFF.items():
        rate, low, high = (rows[f"{name}_{step}"].to_numpy() for name in ("rate", "low", "high"))
        y, met = np.arange(len(rows)) + off, high + rate > 0.0
        axis.hlines(y[met], low[met], high[met], color=COLORS[step], lw=3.2, zorder=2)
        axis.plot(rate[met], y[met], "o", ms=3.6, mfc="white", mec=EDGES[step], mew=1.1, zorder=3)
    plain_rows(axis, "left")
    axis.grid(visible=True, axis="x")
    axis.tick_params(labelleft=False)
    axis.set_xlim(*limits)
    axis.set_title("meetings a year", size=SMALL, weight="normal", color=MUTED, pad=4)


def _row_name(names: Names, code: str) -> str:
    """Name and code of a format, short enough for the margin."""
    name = names.formats.get(code, code)
    room = NAME_WIDTH - len(code) - 2
    return code if name == code else f"{textwrap.shorten(name, room, placeholder='…')}  {code}"


FORMATS = Chart(
    name="formats",
    shows="the ladder of cooperation formats: chances that ministers and leaders have met, and meetings a year",
    needs=Needs(RUN, ("formats",)),
    table=formats_table,
    draw=draw_formats,
    describe=describe_formats,
    limits=formats_limits,
    title=lambda _: "Cooperation formats: the ladder",
    size=formats_size,
    reads="Height of a colour: share of runs in which they have met by then. Right: meetings per year of leaders "
    "(dark) and ministers (pale), mean and 5 to 95 % of runs. Below the line: formats at leaders' level from "
    "the start. Left out: formats that never meet.",
    keys=formats_keys,
    dated=True,
    parts=("formats", "memberships", "trust"),
    about=("meetings", "has_met", "ladder", "holders", "absorbed", "exits"),
)
