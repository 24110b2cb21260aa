"""Charts of scenario discovery: coverage against density of boxes, and the limits of the boxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure

from hedgesim.numbers import apart
from hedgesim.plots import theme as look
from hedgesim.plots.sweep_pages import short_names
from hedgesim.plots.theme import COLORS, FAINT, INK, MUTED, SMALL, Frame

ROW, RANGE, BESIDE, WORDS = 0.34, 5.2, 1.3, 60  # inches of a limit, of a range, beside it; characters of words in it
LEAST, MOST = "at least", "at most"


@dataclass(frozen=True)
class Found:
    """What the charts need: steps and limits as of `analysis.boxes`, ranges of numeric factors, title and caption."""

    steps: pd.DataFrame
    limits: pd.DataFrame
    ranges: Mapping[str, tuple[float, float]]
    title: str
    caption: str
    everywhere: float
    """Density among all cases."""


def draw_discovery(found: Found, folder: Path) -> list[Path]:
    """Draw the charts `tradeoff` and `limits` as .png and .svg; the paths written."""
    return look.write_pages({"tradeoff": partial(_tradeoff, found), "limits": partial(_limits, found)}, folder)


def _tradeoff(found: Found) -> Figure:
    """Coverage and density of every step, coloured by the number of restricted factors; the chosen ones in a ring."""
    steps = found.steps
    note = (
        "Each dot is a box on the way from all cases (right) to a small box. Coverage: share of the cases of interest"
        " that are in the box; density: share of the cases in the box that are of interest. Ring: the box that is"
        f" reported. Line: density among all cases, {found.everywhere:.3g}."
        + " A later box is sought among the cases outside the earlier ones."
        * (steps["box"].nunique() > 1)
    )
    frame = Frame(left=0.75, right=1.3, below=0.55)
    figure = look.page(7.5, 4.6, title=found.title, notes=(note, found.caption), frame=frame)
    axis = figure.subplots()
    most = max(1, int(steps["restricted"].max()))
    norm, cmap = BoundaryNorm(np.arange(-0.5, most + 1.0), 256), colormaps["viridis_r"]
    for number, rows in steps.groupby("box"):
        axis.plot(rows["coverage"], rows["density"], color=FAINT, lw=1.0, zorder=1)
        axis.scatter(rows["coverage"], rows["density"], c=rows["restricted"], norm=norm, cmap=cmap, s=20, zorder=2)
        for row in rows[rows["chosen"]].to_dict("records"):
            x, y = float(row["coverage"]), float(row["density"])
            axis.plot(x, y, "o", ms=11, mfc="none", mec=INK, mew=1.5, zorder=3)
            axis.annotate(f"box {number}", (x, y), (9, 5), textcoords="offset points", size=SMALL)
    axis.axhline(found.everywhere, color=MUTED, lw=1.0, ls=look.line_style(1), zorder=0.5)
    axis.set(xlim=(-0.02, 1.05), ylim=(0.0, 1.05), xlabel="coverage", ylabel="density")
    ticks = range(0, most + 1, max(1, most // 10))
    look.color_bar(figure, ScalarMappable(norm, cmap), off=0.95, ticks=ticks, label="number of restricted factors")
    return figure


def _limits(found: Found) -> Figure:
    """The range of every restricted factor, and in it the range of each box."""
    labels = short_names(found.limits["factor"].unique())
    rows = [own for _, own in found.limits.groupby(["box", "factor"], sort=False)]
    heads = [(int(own["box"].iloc[0]), str(own["factor"].iloc[0])) for own in rows]
    many = found.limits["box"].nunique() > 1
    names = [f"{labels[factor]}{f', box {box}' if many else ''}" for box, factor in heads]
    left = look.text_width(names) * look.NORMAL / SMALL + 0.25
    note = "Grey, and right: range of the factor in the sweep; colour: range in the box. Other factors are free."
    frame = Frame(left=left, right=BESIDE, below=0.2)
    size = left + RANGE + BESIDE, ROW * len(rows) + 0.75
    figure = look.page(*size, title=found.title, notes=(note, found.caption), frame=frame)
    axis = figure.subplots()
    for y, (own, (box, factor)) in enumerate(zip(rows, heads, strict=True)):
        color = COLORS[(box - 1) % len(COLORS)]
        if factor in found.ranges:
            _draw_range(axis, y, own, found.ranges[factor], color)
        else:
            words = str(own["words"].iloc[0])
            text = words if len(words) <= WORDS else words[: WORDS - 1] + "…"
            axis.text(0.0, y, text, size=SMALL, color=look.text_color(color), va="center")
    axis.set_yticks(range(len(rows)), names)
    axis.set(xlim=(0.0, 1.0), ylim=(len(rows) - 0.4, -0.7), xticks=[])
    look.plain_rows(axis, "left", "bottom")
    return figure


def _draw_range(axis: Axes, y: int, limits: pd.DataFrame, ends: tuple[float, float], color: str) -> None:
    """The range of a factor (ends) as a grey bar, that of a box in colour, and the limits of both as numbers."""
    held = dict(zip(limits["limit"], limits["number"], strict=True))
    low, high = held.get(LEAST, ends[0]), held.get(MOST, ends[1])
    a, b = ((end - ends[0]) / (ends[1] - ends[0]) for end in (low, high))
    axis.plot([0, 1], [y, y], color=FAINT, lw=7, solid_capstyle="butt", zorder=1)
    axis.plot([a, b], [y, y], color=color, lw=7, solid_capstyle="butt", zorder=2)
    style: dict[str, Any] = {"size": SMALL, "va": "bottom", "color": look.text_color(color)}
    first, last, least, most = apart([*ends, low, high])
    axis.text(1.02, y, f"{first} to {last}", size=SMALL, color=MUTED, ha="left", va="center")
    if LEAST in held:
        axis.text(a, y - 0.2, least, ha="left" if a < 0.5 else "right", **style)
    if MOST in held:
        axis.text(b, y - 0.2, most, ha="right" if b > 0.5 else "left", **style)
