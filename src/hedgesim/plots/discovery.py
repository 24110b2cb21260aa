"""Charts of scenario discovery: what coverage costs in density, and the limits of the boxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure

from hedgesim.experiment.points import Factor
from hedgesim.plots import theme as look
from hedgesim.plots.sweep_pages import Sweep
from hedgesim.plots.theme import (
    COLORS,
    FAINT,
    INK,
    MUTED,
    SMALL,
    Frame,
)

CHARTS = ("tradeoff", "limits")
ROW, RANGE, BESIDE, WORDS = 0.34, 5.2, 1.3, 60  # inches of a limit, of a range, beside it; characters of words in it
LOW, HIGH, AMONG = "at least", "at most", "among"


@dataclass(frozen=True)
class Found:
    """What the charts need: steps and limits as of `analysis.boxes`, ranges of factors that are numbers, words."""

    steps: pd.DataFrame
    limits: pd.DataFrame
    ranges: Mapping[str, tuple[float, float]]
    title: str
    caption: str
    everywhere: float
    """Density among all cases."""


def draw_discovery(found: Found, folder: Path) -> list[Path]:
    """Draw both charts into a folder, as PNG and SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    with look.theme():
        return [
            *look.save(_tradeoff(found), folder, name="tradeoff"),
            *look.save(_limits(found), folder, name="limits"),
        ]


def _tradeoff(found: Found) -> Figure:
    """Coverage and density of every step, coloured by how many factors it restricts; the chosen ones ringed."""
    steps = found.steps
    many = steps["box"].nunique() > 1
    note = (
        "Each dot is a box on the way from all cases (right) to a small one. Coverage: part of the cases of interest"
        " that are in it; density: part of its cases that are of interest. Ring: the box that is told."
        f" Line: density among all cases, {found.everywhere:.3g}."
        + (" A later box is sought among the cases that earlier ones leave." if many else "")
    )
    figure = look.page(
        7.5, 4.6, title=found.title, notes=(note, found.caption), frame=Frame(left=0.75, right=1.3, below=0.55)
    )
    axis = figure.subplots()
    most = max(1, int(steps["restricted"].max()))
    norm, cmap = BoundaryNorm(np.arange(-0.5, most + 1.0), 256), colormaps["viridis_r"]
    for number, rows in steps.groupby("box"):
        axis.plot(rows["coverage"], rows["density"], color=FAINT, lw=1.0, zorder=1)
        points = axis.scatter(rows["coverage"], rows["density"], c=rows["restricted"], norm=norm, cmap=cmap, s=20)
        points.set_zorder(2)
        for row in rows[rows["chosen"]].to_dict("records"):
            x, y = float(row["coverage"]), float(row["density"])
            axis.plot(x, y, "o", ms=11, mfc="none", mec=INK, mew=1.5, zorder=3)
            axis.annotate(f"box {number}", (x, y), (9, 5), textcoords="offset points", size=SMALL)
    axis.axhline(found.everywhere, color=MUTED, lw=1.0, ls=look.line_style(1), zorder=0.5)
    axis.set(xlim=(-0.02, 1.05), ylim=(0.0, 1.05), xlabel="coverage", ylabel="density")
    box, inch = axis.get_position(), 1 / float(figure.get_figwidth())
    bar = figure.add_axes((1 - 0.95 * inch, box.y0, 0.16 * inch, box.height))
    stride = max(1, most // 10)
    figure.colorbar(
        ScalarMappable(norm, cmap), cax=bar, ticks=range(0, most + 1, stride), label="factors that are restricted"
    )
    return figure


def _limits(found: Found) -> Figure:
    """The range of every restricted factor, and in it what each box leaves."""
    groups = found.limits.groupby(["box", "factor"], sort=False)
    rows = [(int(part["box"].iloc[0]), str(part["factor"].iloc[0]), part) for _, part in groups]
    labels = _labels(found)
    many = found.limits["box"].nunique() > 1
    names = [f"{labels[factor]}{f', box {box}' if many else ''}" for box, factor, _ in rows]
    left = look.text_width(names) * look.NORMAL / SMALL + 0.25
    note = "Grey, and right: range of the factor in the sweep; colour: what the box leaves. Factors not named are free."
    figure = look.page(
        left + RANGE + BESIDE,
        ROW * len(rows) + 0.75,
        title=found.title,
        notes=(note, found.caption),
        frame=Frame(left=left, right=BESIDE, below=0.2),
    )
    axis = figure.subplots()
    for place, (box, factor, part) in enumerate(rows):
        color = COLORS[(box - 1) % len(COLORS)]
        if factor in found.ranges:
            axis.plot([0, 1], [place, place], color=FAINT, lw=7, solid_capstyle="butt", zorder=1)
            _range(axis, place, part, found.ranges[factor], color)
        else:
            words = str(part["words"].iloc[0])
            text = words if len(words) <= WORDS else words[: WORDS - 1] + "…"
            axis.text(0.0, place, text, size=SMALL, color=look.text_color(color), va="center")
    axis.set_yticks(range(len(rows)), names)
    axis.set(xlim=(0.0, 1.0), ylim=(len(rows) - 0.4, -0.7), xticks=[])
    axis.grid(visible=False)
    for side in ("left", "bottom"):
        axis.spines[side].set_visible(False)
    axis.tick_params(length=0)
    return figure


def _range(axis: Axes, place: int, part: pd.DataFrame, ends: tuple[float, float], color: str) -> None:
    """What a box leaves of the range of a factor, with its limits in figures."""
    held = {str(row["limit"]): float(row["number"]) for _, row in part.iterrows()}
    low, high = held.get(LOW, ends[0]), held.get(HIGH, ends[1])
    wide = ends[1] - ends[0]
    a, b = (low - ends[0]) / wide, (high - ends[0]) / wide
    axis.plot([a, b], [place, place], color=color, lw=7, solid_capstyle="butt", zorder=2)
    style: dict[str, Any] = {"size": SMALL, "va": "bottom", "color": look.text_color(color)}
    axis.text(1.02, place, f"{ends[0]:.3g} to {ends[1]:.3g}", size=SMALL, color=MUTED, ha="left", va="center")
    if LOW in held:
        axis.text(a, place - 0.2, f"{low:.3g}", ha="left" if a < 0.5 else "right", **style)
    if HIGH in held:
        axis.text(b, place - 0.2, f"{high:.3g}", ha="right" if b > 0.5 else "left", **style)


def _labels(found: Found) -> dict[str, str]:
    """Path -> what a factor is called."""
    factors = tuple(Factor(str(path), numeric=True) for path in found.limits["factor"].unique())
    return Sweep(pd.DataFrame(), factors, "", "").labels()
