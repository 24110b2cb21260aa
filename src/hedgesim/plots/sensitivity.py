"""Charts of sensitivity: indices as bars with their confidence intervals, elementary effects as points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox

from hedgesim.numbers import sentence
from hedgesim.plots import theme as look
from hedgesim.plots.labels import Label, label_points
from hedgesim.plots.sweep_pages import of_outcome, short_names
from hedgesim.plots.theme import AMBER, BLUE, FAINT, INK, MUTED, SMALL, Frame

SCENARIO = "scenario"
MEAN, SPREAD = "mu_star", "sigma"
NAMES: Mapping[str, str] = {
    "ST": "total (ST)",
    "S1": "first order (S1)",
    "PAWN": "PAWN",
    MEAN: "mean absolute effect (mu*)",
    SPREAD: "standard deviation of effects (sigma)",
}
MOST_PANELS, COLUMNS = 12, 4  # panels of a page, and side by side
NARROWEST, WIDEST = 1.9, 4.6  # inches of a panel
ROW, BAR, BETWEEN = 0.3, 0.36, 0.3  # inches of a factor; bar by row; inches between panels
ABOVE, LINE = 0.6, 0.15  # inches above a row of panels, and more for each line of their titles
SIDE, SHAPE, SQUARES = 3.6, 0.85, 3  # inches of a panel of effects; its height by its width; panels side by side
MOST_LABELS, FEWEST_ROWS = 10, 3  # factors named in a panel of effects; rows of a low panel of bars
COLORS = (BLUE, AMBER)  # of the first and the second measure
EDGE = 0.06  # share of an axis left free at its ends


@dataclass(frozen=True)
class Panel:
    """One group of an outcome: its title, indices (factor by kind and measure), and the row of its basis."""

    title: str
    indices: pd.DataFrame
    basis: pd.Series[Any]

    def column(self, measure: str, kind: str = "value") -> pd.Series[float]:
        """A measure by factor; kind: `value`, or `low` and `high`, the ends of its interval."""
        column: pd.Series[float] = self.indices[kind][measure].astype(float)
        return column

    def colors(self, measure: str, color: str) -> list[str]:
        """The colour by factor: grey where the interval spans all that is possible."""
        return [FAINT if vague else color for vague in self.indices["vague"][measure].eq(True)]


@dataclass(frozen=True)
class Sensitivities:
    """What a page needs: indices and their basis, columns of groups, the measures drawn (one or two), note and caption.

    indices, basis: as of `analysis.sensitivity`.
    """

    indices: pd.DataFrame
    basis: pd.DataFrame
    groups: tuple[str, ...]
    measures: tuple[str, ...]
    note: str
    caption: str

    def panels(self, outcome: str) -> list[Panel]:
        """A panel for every group in which the outcome varies."""
        basis = self.basis[(self.basis["outcome"] == outcome) & self.basis["varies"]]
        rows = self.indices[(self.indices["outcome"] == outcome) & (self.indices["other"] == "")]
        many = [name for name in self.groups if self.basis[name].nunique() > 1]
        found = []
        for _, base in basis.iterrows():
            own = rows[(rows[list(self.groups)] == base[list(self.groups)]).all(axis=1)]
            wide = own.pivot(index="factor", columns="measure", values=["value", "low", "high", "vague"])
            found.append(Panel("\n".join(_group_name(name, base[name]) for name in many), wide, base))
        return found

    def notes(self, panels: Sequence[Panel]) -> tuple[str, ...]:
        """The note, what the chart leaves out, and the caption."""
        dropped = int(sum(panel.basis["dropped"] for panel in panels))
        noises = [float(panel.basis["noise"]) for panel in panels if pd.notna(panel.basis["noise"])]
        most = " at most" if len(noises) > 1 else ""
        noise = f"{100 * max(noises):.2g} % of the variance{most}" if noises else "unknown with one run per sample"
        undefined = " or are undefined" * any(panel.basis["undefined"] > 0 for panel in panels)
        failed = f" Left out because runs failed{undefined}: {dropped}." if dropped else ""
        vague = any(FAINT in panel.colors(measure, BLUE) for panel in panels for measure in self.measures)
        grey = " Grey: the interval covers all possible values, so the number contains no information." if vague else ""
        more = f" The first {MOST_PANELS} of {len(panels)} are drawn." if len(panels) > MOST_PANELS else ""
        return (self.note, f"{grey}{failed}{more} Monte Carlo error: {noise}.".strip(), self.caption)

    def page(self, outcome: str, panels: Sequence[Panel], *, size: tuple[float, float], frame: Frame) -> Figure:
        """An empty page for an outcome; size: width and height, inches."""
        words = of_outcome(outcome)
        what = "elementary effects" if MEAN in self.measures else "sensitivity"
        title = f"{sentence(words)}: {what}"
        return look.page(*size, title=title, notes=self.notes(panels), frame=frame)


def draw_sensitivity(found: Sensitivities, outcomes: Sequence[str], folder: Path) -> list[Path]:
    """Draw a page for every outcome that varies, as .png and .svg; the paths written."""
    draw = _effects_page if SPREAD in found.measures else _bars_page
    panels = {outcome: found.panels(outcome) for outcome in outcomes}
    return look.write_pages({name: partial(draw, found, name, own) for name, own in panels.items() if own}, folder)


def _group_name(group: str, value: object) -> str:
    """A scenario by its name, a lever by the end of its path and its value."""
    return str(value) if group == SCENARIO else f"{group.rpartition('.')[2]} {value}"


def _lines(panels: Sequence[Panel]) -> int:
    """Lines of the titles of panels."""
    return max(panel.title.count("\n") + 1 for panel in panels)


def _bars_page(found: Sensitivities, outcome: str, panels: Sequence[Panel]) -> Figure:
    """Bars of one or two measures, factors from the largest to the smallest."""
    shown, labels = panels[:MOST_PANELS], short_names(found.indices["factor"].unique())
    first = pd.concat([panel.column(found.measures[0]) for panel in shown], axis=1).mean(axis=1)
    order = list(first.sort_values(ascending=False, kind="stable").index)
    columns = min(COLUMNS, len(shown))
    left = look.text_width(labels[path] for path in order) * look.NORMAL / SMALL + 0.25
    width = WIDEST if columns == 1 else max(NARROWEST, WIDEST / columns + 0.9)
    height, above = ROW * max(len(order), FEWEST_ROWS), ABOVE + LINE * _lines(shown)
    size = left + columns * (width + BETWEEN), -(-len(shown) // columns) * (height + above)
    frame = Frame(left=left, right=BETWEEN, legend_rows=_lines(shown), below=0.45)
    figure = found.page(outcome, panels, size=size, frame=frame)
    axes = look.panels(figure, len(shown), columns, share=True, wspace=BETWEEN / width, hspace=above / height)
    for axis, panel in zip(axes, shown, strict=True):
        _draw_bars(axis, panel, order, found.measures)
        axis.set_title(panel.title, size=SMALL)
        axis.tick_params(labelbottom=True)
    axes[0].set_yticks(range(len(order)), [labels[path] for path in order])
    axes[0].set_ylim(len(order) - 0.4, -0.6)
    handles = [Patch(color=color) for color in COLORS[: len(found.measures)]]
    look.legend(figure, handles, [NAMES[name] for name in found.measures], columns=2)
    return figure


def _draw_bars(axis: Axes, panel: Panel, order: list[str], measures: Sequence[str]) -> None:
    """Bars of the measures of each factor with their intervals, and the index that one without effect may reach."""
    y = np.arange(len(order), dtype=np.float64)
    panel = replace(panel, indices=panel.indices.reindex(order))
    for place, measure in enumerate(measures):
        color, at = COLORS[place], y + (place - (len(measures) - 1) / 2) * BAR
        axis.barh(at, panel.column(measure), BAR, color=panel.colors(measure, color), zorder=2)
        axis.hlines(at, panel.column(measure, "low"), panel.column(measure, "high"), color=INK, lw=0.9, zorder=3)
    axis.axvline(0.0, color=INK, lw=0.8, zorder=2.5)
    if pd.notna(panel.basis["by_chance"]):
        axis.axvline(float(panel.basis["by_chance"]), color=MUTED, lw=1.0, ls=look.line_style(1), zorder=1.5)
    axis.grid(visible=False, axis="y")
    look.round_ticks(axis.xaxis, 5)


def _effects_page(found: Sensitivities, outcome: str, panels: Sequence[Panel]) -> Figure:
    """Mean and spread of the elementary effects of every factor as a point, the largest with their names."""
    shown, labels = panels[:MOST_PANELS], short_names(found.indices["factor"].unique())
    columns = min(SQUARES, len(shown))
    side, above = SIDE * (1.5 if len(shown) == 1 else 1.0), ABOVE + 0.3 + LINE * _lines(shown)
    size = 0.9 + columns * (side + 0.4), -(-len(shown) // columns) * (side * SHAPE + above)
    frame = Frame(left=0.9, right=0.4, legend_rows=_lines(shown) - 1, below=0.6)
    figure = found.page(outcome, panels, size=size, frame=frame)
    axes = look.panels(figure, len(shown), columns, share=True, wspace=0.25, hspace=above / (side * SHAPE))
    for axis, panel in zip(axes, shown, strict=True):
        x, y, colors = panel.column(MEAN), panel.column(SPREAD), panel.colors(MEAN, BLUE)
        axis.hlines(y, panel.column(MEAN, "low"), panel.column(MEAN, "high"), colors=colors, lw=0.9, zorder=3)
        axis.scatter(x, y, s=25, c=colors, zorder=3)
        for line in (axis.xaxis, axis.yaxis):
            look.round_ticks(line, 5)
        axis.set_title(panel.title, size=SMALL)
        axis.set(xlabel=NAMES[MEAN], ylabel=NAMES[SPREAD])
        axis.margins(EDGE)
        axis.axline((0.0, 0.0), slope=1.0, color=FAINT, lw=1.0, zorder=1)  # where mean and spread are equal
    axes[0].autoscale_view()
    for axis, panel in zip(axes, shown, strict=True):
        _name_largest(axis, panel, labels)
    return figure


def _name_largest(axis: Axes, panel: Panel, labels: Mapping[str, str]) -> None:
    """Name the factors with the largest effects, off the intervals of all factors and within the panel."""
    x, y = panel.column(MEAN), panel.column(SPREAD)
    ends = [axis.transData.transform(np.column_stack([panel.column(MEAN, end), y])) for end in ("low", "high")]
    lines = [Bbox([[a[0], a[1] - 2.0], [b[0], b[1] + 2.0]]) for a, b in zip(*ends, strict=True)]
    largest = x.sort_values(ascending=False, kind="stable").index[:MOST_LABELS]
    names = [Label(labels[str(path)], INK, float(x[path]), float(y[path])) for path in largest]
    box = axis.get_window_extent()
    width, height = box.width, box.height
    around = [box.translated(dx, dy) for dx, dy in ((-width, 0), (width, 0), (0, -height), (0, height))]
    label_points(axis, names, avoid=[*lines, *around])
