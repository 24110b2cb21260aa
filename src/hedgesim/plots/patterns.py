"""Patterns as small panels: what is accepted, what was observed, and the results of the model and its variants."""

from __future__ import annotations

import math
import textwrap
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hedgesim.analysis.patterns.interval import Interval
from hedgesim.plots.theme import (
    BLUE,
    HIGH,
    INK,
    LOW,
    ROUND,
    SMALL,
    VERMILION,
    Frame,
    legend,
    page,
    panels,
    write_pages,
)

BASE, SHARE, CONTROL = "base", "share", "control"
COLUMNS = 4
WIDTH, PANEL, ROOM = 13.0, 1.22, 0.4  # inches of the page, of a row of panels, and of the ends of the page
LETTERS = 46  # of a line of a title
PALE = "#cfe3f2"
OBSERVED: dict[str, Any] = {"color": INK, "lw": 1.4, "ls": (0, (2, 1.5))}
MARKS = {"holds": ("o", BLUE), "fails": ("X", VERMILION), "cannot be said": ("s", "#7f7f7f")}
NAMES = {BASE: "model", "no_shock": "no shock", "pooled": "all alike"}
VERDICTS = {"cannot be said": "undecided"}  # what the legend says, if not the verdict itself
BESIDE = 0.12  # of the width of what is shown, left and right of it
WIDEST = 3.0  # how many times as wide as interval and model the variants may make a panel
NOTE = (
    "Line: 5 to 95 % of runs; where a share of runs is judged, its 95 % confidence interval. Mark: what is judged, the"
    " share, median, mean or 5 % quantile of runs. No mark: the pattern can be judged in no run. Ends of lines may be"
    " cut off. Not tested here: patterns that nobody wrote down, and whether other models reproduce these patterns too."
)


def draw_patterns(parts: pd.DataFrame, folder: Path, *, caption: str) -> list[Path]:
    """Draw the chart `patterns`, a panel for every judged element of a pattern, as .png and .svg; the paths written.

    parts: rows of every variant, as of `score_all`.
    """
    return write_pages({"patterns": partial(_page, parts[parts["interval"] != ""], caption)}, folder)


def _page(judged: pd.DataFrame, caption: str) -> Figure:
    groups = [own.reset_index(drop=True) for _, own in judged.groupby(["pattern", "number"], sort=False)]
    frame = Frame(left=0.85, right=0.2, legend_rows=1, below=0.3)
    height = PANEL * -(-len(groups) // COLUMNS) + ROOM
    title = "Patterns of the record, and what the model does"
    figure = page(WIDTH, height, title=title, notes=(NOTE, caption), frame=frame)
    axes = panels(figure, len(groups), COLUMNS, share=False, hspace=1.05, wspace=0.12)
    for place, (axis, own) in enumerate(zip(axes, groups, strict=True)):
        _draw_panel(axis, own, labels=place % COLUMNS == 0)
    marks = {
        VERDICTS.get(name, name): Line2D([], [], marker=marker, color=color, lw=1.5, ms=5, mew=0)
        for name, (marker, color) in MARKS.items()
    }
    known = {"accepted": Patch(color=PALE), "observed, where it is a number": Line2D([], [], **OBSERVED)}
    legend(figure, [*known.values(), *marks.values()], [*known, *marks], columns=len(known) + len(marks))
    return figure


def _draw_panel(axis: Axes, rows: pd.DataFrame, *, labels: bool) -> None:
    """A line for the model and each variant over the accepted interval and the observation."""
    first = rows.iloc[0]
    interval, observed = Interval.read(first["interval"]), pd.to_numeric(first["observed"], errors="coerce")
    low, high = _limits(rows, interval, observed)
    axis.axvspan(max(low, interval.low), min(high, interval.high), color=PALE, lw=0, zorder=0)
    if math.isfinite(observed):
        axis.axvline(observed, zorder=1, **OBSERVED)
    ends = ["low", "high"] if first["summary"] == SHARE else [LOW, HIGH]
    for y, row in enumerate(rows.to_dict("records")):
        marker, color = MARKS[row["verdict"]]
        wide, size = (2.2, 6) if row["variant"] == BASE else (1.0, 4)
        if math.isfinite(row["simulated"]):
            axis.plot([row[end] for end in ends], [y, y], color=color, lw=wide, solid_capstyle="butt", zorder=2)
            axis.plot([row["simulated"]], [y], marker, color=color, ms=size, mew=0, zorder=3, clip_on=False)
    axis.set(xlim=(low, high), ylim=(len(rows) - 0.4, -0.6))
    axis.set_yticks(range(len(rows)), [NAMES.get(name, name) for name in rows["variant"]] if labels else [])
    axis.tick_params(axis="y", length=0)
    axis.grid(visible=False, axis="y")
    axis.xaxis.set_major_locator(MaxNLocator(4, steps=ROUND))
    if first["summary"] == SHARE:
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
    control = f" ({CONTROL})" if first["kind"] == CONTROL else ""
    name = str(first["pattern"]) if str(first["pattern"]).startswith("P") else "Placebo"
    text = textwrap.wrap(f"{name}: {first['says']}{control}", LETTERS)
    axis.set_title("\n".join(text), fontsize=SMALL, fontweight="normal", linespacing=1.1)


def _limits(rows: pd.DataFrame, interval: Interval, observed: float) -> tuple[float, float]:
    """The range of a panel: 0 to 1 for a share, else interval, observation and model, and some of the variants."""
    if rows.iloc[0]["summary"] == SHARE:
        return -0.03, 1.03
    drawn = ["simulated", LOW, HIGH]
    own = rows.loc[rows["variant"] == BASE, drawn].to_numpy(dtype=np.float64)
    core = _finite([*own.ravel(), *interval.ends, observed])
    low, high = core.min(), core.max()
    every = _finite([low, high, *rows[drawn].to_numpy(dtype=np.float64).ravel()])
    wide = max(high - low, 1e-9)
    low, high = max(every.min(), low - WIDEST * wide), min(every.max(), high + WIDEST * wide)
    room = BESIDE * max(high - low, 1e-9)
    return float(low - room), float(high + room)


def _finite(values: list[float]) -> Any:
    """The finite ones of some numbers."""
    return np.array(values, dtype=np.float64)[np.isfinite(values)]
