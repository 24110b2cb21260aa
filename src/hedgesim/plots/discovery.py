"""Charts of scenario discovery: coverage against density of boxes, and the limits of the boxes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.lines import Line2D

from hedgesim.analysis.boxes import AT_LEAST, AT_MOST
from hedgesim.numbers import apart
from hedgesim.plots import theme as look
from hedgesim.plots.chart import DISCOVERY, Batch, Chart, Key, Limits, Needs, Pick, Size
from hedgesim.plots.pages import draw_charts
from hedgesim.plots.sweep_pages import short_names
from hedgesim.plots.theme import COLORS, FAINT, INK, MUTED, SMALL

ROW, RANGE, BESIDE, WORDS = 0.34, 5.2, 1.3, 60  # inches of a limit, of a range, beside it; characters of words in it
SHADES = colormaps["viridis_r"]


def boxes_table(batches: Sequence[Batch], _: Pick) -> pd.DataFrame:
    """The range of every restricted factor, and in it that of each box: a row per box and factor.

    Columns box, factor, label, color, low and high (of the box; empty where it has no limit), lowest and highest (of
    the factor in the sweep; empty for texts), words (the values of a text factor), when (the condition).
    """
    (batch,) = batches
    limits = batch.tables["limits"]
    ranges = {str(row["factor"]): row for row in batch.tables["ranges"].to_dict("records")}
    labels, many = short_names(limits["factor"].unique()), limits["box"].nunique() > 1
    rows = []
    for (box, factor), own in limits.groupby(["box", "factor"], sort=False):
        held = dict(zip(own["limit"], own["number"], strict=True))
        ends = ranges.get(str(factor), {"lowest": np.nan, "highest": np.nan})
        rows.append(
            {
                **{"box": int(str(box)), "factor": factor, "color": COLORS[(int(str(box)) - 1) % len(COLORS)]},
                **{"label": f"{labels[str(factor)]}{f', box {box}' if many else ''}"},
                **{"low": held.get(AT_LEAST, np.nan), "high": held.get(AT_MOST, np.nan)},
                **{"lowest": ends["lowest"], "highest": ends["highest"], "words": str(own["words"].iloc[0])},
            }
        )
    return pd.DataFrame(rows).assign(when=str(batch.manifest["when"]))


def draw_boxes(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """A row per box and factor: grey, the range of the factor; in colour, that of the box; text factors in words."""
    for y, row in enumerate(table.to_dict("records")):
        if np.isfinite(row["lowest"]):
            _draw_range(axis, y, row)
        else:
            words = row["words"]
            text = words if len(words) <= WORDS else words[: WORDS - 1] + "…"
            axis.text(0.0, y, text, size=SMALL, color=look.text_color(row["color"]), va="center")
    axis.set_yticks(range(len(table)), list(table["label"]), color=INK)
    axis.set(xlim=limits or (0.0, 1.0), ylim=(len(table) - 0.4, -0.7), xticks=[])
    look.plain_rows(axis, "left", "bottom")
    return axis


def _draw_range(axis: Axes, y: int, row: dict[Any, Any]) -> None:
    """The range of a factor as a grey bar, that of a box in colour, and the limits of both as numbers."""
    ends, color = (row["lowest"], row["highest"]), row["color"]
    low, high = (end if np.isnan(row[name]) else row[name] for name, end in zip(("low", "high"), ends, strict=True))
    a, b = ((end - ends[0]) / (ends[1] - ends[0]) for end in (low, high))
    axis.plot([0, 1], [y, y], color=FAINT, lw=7, solid_capstyle="butt", zorder=1)
    axis.plot([a, b], [y, y], color=color, lw=7, solid_capstyle="butt", zorder=2)
    style: dict[str, Any] = {"size": SMALL, "va": "bottom", "color": look.text_color(color)}
    first, last, least, most = apart([*ends, low, high])
    axis.text(1.02, y, f"{first} to {last}", size=SMALL, color=MUTED, ha="left", va="center")
    if not np.isnan(row["low"]):
        axis.text(a, y - 0.2, least, ha="left" if a < 0.5 else "right", **style)
    if not np.isnan(row["high"]):
        axis.text(b, y - 0.2, most, ha="right" if b > 0.5 else "left", **style)


def describe_boxes(table: pd.DataFrame) -> str:
    """The limits of every box."""
    parts = []
    for row in table.to_dict("records"):
        numbers = [(AT_LEAST, row["low"]), (AT_MOST, row["high"])]
        said = " and ".join(f"{name} {number:.3g}" for name, number in numbers if not np.isnan(number))
        parts.append(f"{row['label']} {said or row['words']}")
    return f"{_question(table)} Where {'; '.join(parts)}."


def _question(table: pd.DataFrame) -> str:
    return f"When is {str(table['when'].iloc[0]).replace('_', ' ')}?"


def boxes_size(table: pd.DataFrame) -> Size:
    """A row per limit, with room for names and ranges."""
    left = look.text_width(table["label"]) * look.NORMAL / SMALL + 0.25
    return Size(RANGE, ROW * len(table) + 0.2, left, BESIDE, below=0.15)


def tradeoff_table(batches: Sequence[Batch], _: Pick) -> pd.DataFrame:
    """Steps of the search: box, coverage, density, restricted (factors), chosen; when, and density among all cases."""
    (batch,) = batches
    facts: Any = batch.manifest
    return batch.tables["steps"].assign(when=str(facts["when"]), everywhere=facts["hits"] / facts["cases"])


def draw_tradeoff(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """Coverage and density of every step, coloured by the number of restricted factors; the chosen ones in a ring."""
    norm = BoundaryNorm(np.arange(-0.5, _most(table) + 1.0), 256)
    for number, rows in table.groupby("box"):
        axis.plot(rows["coverage"], rows["density"], color=FAINT, lw=1.0, zorder=1)
        axis.scatter(rows["coverage"], rows["density"], c=rows["restricted"], norm=norm, cmap=SHADES, s=20, zorder=2)
        for row in rows[rows["chosen"]].to_dict("records"):
            x, y = float(row["coverage"]), float(row["density"])
            axis.plot(x, y, "o", ms=11, mfc="none", mec=INK, mew=1.5, zorder=3)
            axis.annotate(f"box {number}", (x, y), (9, 5), textcoords="offset points", size=SMALL)
    everywhere = float(table["everywhere"].iloc[0])
    axis.axhline(everywhere, color=MUTED, lw=1.0, ls=look.line_style(1), zorder=0.5)
    style: dict[str, Any] = {"size": SMALL, "color": MUTED, "ha": "left", "va": "bottom"}
    axis.annotate(f"all cases {everywhere:.3g}", (0.0, everywhere), (2, 2), textcoords="offset points", **style)
    axis.set(xlim=(-0.02, 1.05), ylim=limits or (0.0, 1.05), xlabel="coverage", ylabel="density")
    return axis


def _most(table: pd.DataFrame) -> int:
    return max(1, int(table["restricted"].max()))


def tradeoff_keys(table: pd.DataFrame) -> list[Key]:
    """Colours by the number of restricted factors."""
    norm = BoundaryNorm(np.arange(-0.5, _most(table) + 1.0), 256)
    return [
        (Line2D([], [], ls="", marker="o", ms=5, color=SHADES(norm(n))), f"{n} factor{'s' * (n != 1)} restricted")
        for n in sorted(map(int, table["restricted"].unique()))
    ]


def describe_tradeoff(table: pd.DataFrame) -> str:
    """Coverage and density of the boxes that are reported."""
    chosen = table[table["chosen"]].to_dict("records")
    parts = [f"box {row['box']} coverage {row['coverage']:.0%}, density {row['density']:.0%}" for row in chosen]
    return f"{_question(table)} {'; '.join(parts)}; density among all cases {table['everywhere'].iloc[0]:.0%}."


BOXES = Chart(
    name="boxes",
    shows="where in the space of factors a condition often holds: the boxes that PRIM found, with their limits",
    needs=Needs(DISCOVERY, ("limits", "ranges")),
    table=boxes_table,
    draw=draw_boxes,
    describe=describe_boxes,
    limits=lambda _: (0.0, 1.0),
    title=_question,
    size=boxes_size,
    reads="Grey bar, and numbers at the right: range of the factor in the sweep. Colour: range in the box. Other "
    "factors are not restricted.",
)
TRADEOFF = Chart(
    name="tradeoff",
    shows="coverage and density of every box that PRIM tried; the reported boxes are marked",
    needs=Needs(DISCOVERY, ("steps",)),
    table=tradeoff_table,
    draw=draw_tradeoff,
    describe=describe_tradeoff,
    limits=lambda _: (0.0, 1.05),
    title=_question,
    size=lambda _: Size(5.6, 4.0, 0.75, 0.5, below=0.55),
    reads="Coverage: share of the cases of interest that are in the box. Density: their share of the cases in the "
    "box. Ring: reported box. A later box uses only the cases outside the earlier boxes.",
    keys=tradeoff_keys,
)
CHARTS = (TRADEOFF, BOXES)


def draw_discovery(found: Batch, folder: Path) -> list[Path]:
    """Draw the charts of boxes as .png and .svg; the paths written."""
    return draw_charts(CHARTS, [found], folder)
