"""Patterns as small panels: what is accepted, what was observed, and what the model and its variants show."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hedgesim.analysis.patterns.interval import Interval
from hedgesim.plots.theme import (
    BLUE,
    INK,
    SMALL,
    VERMILION,
    Frame,
    legend_corner,
    page,
    save,
    theme,
)

COLUMNS = 4
WIDTH, PANEL, ROOM = 13.0, 1.22, 0.4  # inches of the page, of a row of panels, and of the ends of the page
LETTERS = 46  # of a line of a title
PALE = "#cfe3f2"
MARKS = {"holds": ("o", BLUE), "fails": ("X", VERMILION), "cannot be said": ("s", "#7f7f7f")}
NAMES = {"base": "model", "no_shock": "no shock", "pooled": "all alike"}
BESIDE = 0.12  # of the width of what is shown, left and right of it
WIDEST = 3.0  # how many times as wide as interval and model the variants may make a panel


def draw_patterns(parts: pd.DataFrame, folder: Path, *, caption: str) -> list[Path]:
    """Draw a panel for every part that is judged, as PNG and SVG, and return the paths.

    parts: rows of every variant, as `score_all` gives them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    judged = parts[parts["interval"] != ""]
    panels = list(judged.groupby(["pattern", "number"], sort=False))
    rows = -(-len(panels) // COLUMNS)
    with theme():
        figure = page(
            WIDTH,
            PANEL * rows + ROOM,
            title="What the record shows, and what the model does",
            notes=(_NOTE, caption),
            frame=Frame(left=0.85, right=0.2, legend_rows=1, below=0.3),
        )
        axes = figure.subplots(rows, COLUMNS, squeeze=False, gridspec_kw={"hspace": 1.05, "wspace": 0.12})
        for axis, (_, own) in zip(axes.flat, panels, strict=False):
            _panel(axis, own.reset_index(drop=True), labels=axis in set(axes[:, 0]))
        for axis in axes.flat[len(panels) :]:
            axis.set_visible(False)
        figure.legend(handles=_legend(), loc="upper left", bbox_to_anchor=legend_corner(figure), ncols=5)
        return save(figure, folder, name="patterns")


_NOTE = (
    "Line: 5 to 95 % of runs; where a share of runs is judged, its 95 % limits. Mark: what is judged, the share,"
    " median, mean or 5 % quantile of runs. No mark: no run gets so far. Ends of lines may be cut off. Not tested here:"
    " patterns that nobody wrote down, and whether other models show these too."
)


def _panel(axis: Axes, rows: pd.DataFrame, *, labels: bool) -> None:
    """One part: a line for the model and each variant over the interval and the observation."""
    first = rows.iloc[0]
    interval, seen = Interval.read(first["interval"]), _as_number(first["observed"])
    low, high = _limits(rows, interval, seen)
    axis.axvspan(max(low, interval.low), min(high, interval.high), color=PALE, lw=0, zorder=0)
    if seen is not None:
        axis.axvline(seen, color=INK, lw=1.4, ls=(0, (2, 1.5)), zorder=1)
    for place, row in enumerate(rows.to_dict("records")):
        _line(axis, row, place)
    axis.set_xlim(low, high)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.set_yticks(range(len(rows)), [NAMES.get(name, name) for name in rows["variant"]] if labels else [])
    axis.tick_params(axis="y", length=0)
    axis.grid(visible=False, axis="y")
    axis.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    if first["summary"] == "share":
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
    control = " (control)" if first["kind"] == "control" else ""
    name = str(first["pattern"]) if str(first["pattern"]).startswith("P") else "Placebo"
    text = textwrap.wrap(f"{name}: {first['says']}{control}", LETTERS)
    axis.set_title("\n".join(text), fontsize=SMALL, fontweight="normal", linespacing=1.1)


def _line(axis: Axes, row: dict[Any, Any], place: int) -> None:
    ends = ("low", "high") if row["summary"] == "share" else ("q05", "q95")
    marker, color = MARKS[row["verdict"]]
    model = row["variant"] == "base"
    low, high = (row[end] for end in ends)
    if math.isfinite(row["simulated"]):
        axis.plot([low, high], [place, place], color=color, lw=2.2 if model else 1.0, solid_capstyle="butt", zorder=2)
        axis.plot(
            [row["simulated"]], [place], marker, color=color, ms=6 if model else 4, mew=0, zorder=3, clip_on=False
        )


def _limits(rows: pd.DataFrame, interval: Interval, seen: float | None) -> tuple[float, float]:
    """From where to where a panel reaches: 0 to 1 for a share, else what matters and some of what the variants do."""
    if rows.iloc[0]["summary"] == "share":
        return -0.03, 1.03
    own = rows[rows["variant"] == "base"][["simulated", "q05", "q95"]].to_numpy(dtype=np.float64).ravel().tolist()
    core = _finite([*own, *interval.ends, *([] if seen is None else [seen])])
    low, high = min(core), max(core)
    wide = max(high - low, 1e-9)
    every = [low, high, *_finite(rows[["simulated", "q05", "q95"]].to_numpy(dtype=np.float64).ravel().tolist())]
    low, high = max(min(every), low - WIDEST * wide), min(max(every), high + WIDEST * wide)
    room = BESIDE * max(high - low, 1e-9)
    return low - room, high + room


def _finite(values: Sequence[float]) -> list[float]:
    return [float(value) for value in values if math.isfinite(value)]


def _as_number(text: str) -> float | None:
    """What was observed, where it is a number."""
    try:
        return float(text)
    except ValueError:
        return None


def _legend() -> list[Any]:
    marks = [
        Line2D([], [], marker=marker, color=color, lw=1.5, ms=5, mew=0, label=name)
        for name, (marker, color) in MARKS.items()
    ]
    seen = Line2D([], [], color=INK, lw=1.4, ls=(0, (2, 1.5)), label="observed, where it is a number")
    return [Patch(color=PALE, label="accepted"), seen, *marks]
