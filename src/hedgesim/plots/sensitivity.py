"""Charts of sensitivity: indices as bars with their confidence, elementary effects as points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from hedgesim.experiment.points import Factor
from hedgesim.plots import theme as look
from hedgesim.plots.labels import Label, label_points
from hedgesim.plots.sweep_pages import GENERAL, ROUND, Sweep, plain
from hedgesim.plots.theme import (
    AMBER,
    BLUE,
    FAINT,
    INK,
    MUTED,
    SMALL,
    Frame,
)

SCENARIO = "scenario"
NAMES: Mapping[str, str] = {
    "ST": "total (ST)",
    "S1": "first order (S1)",
    "PAWN": "PAWN",
    "mu_star": "mean size of effects (mu*)",
    "sigma": "spread of effects (sigma)",
}
MOST_PANELS, COLUMNS = 12, 4  # panels of a page, and side by side
NARROWEST, WIDEST = 1.9, 4.6  # inches of a panel
ROW, BAR, BETWEEN = 0.3, 0.36, 0.3  # inches of a factor; bar by row; inches between panels
ABOVE, LINE = 0.6, 0.15  # inches above a row of panels, and more for each line of their titles
SIDE, MOST_LABELS, FEWEST_ROWS = 3.6, 10, 3  # inches of a square panel; factors named in it; rows of a low one
EDGE = 0.04  # part of an axis left free at its ends


@dataclass(frozen=True)
class Sensitivities:
    """What a page needs: indices and what they rest on, columns of groups, the measures drawn, words for the page.

    indices, basis: as of `analysis.sensitivity`.
    """

    indices: pd.DataFrame
    basis: pd.DataFrame
    groups: tuple[str, ...]
    measures: tuple[str, str]
    note: str
    caption: str

    def labels(self) -> dict[str, str]:
        """Path -> what a factor is called."""
        factors = tuple(Factor(str(path), numeric=True) for path in self.indices["factor"].unique())
        return Sweep(pd.DataFrame(), factors, "", "").labels()

    def panels(self, outcome: str) -> list[tuple[str, pd.DataFrame, pd.Series[Any]]]:
        """Title, indices by factor and measure, and basis of every group whose outcome varies."""
        basis = self.basis[(self.basis["outcome"] == outcome) & self.basis["varies"]]
        rows = self.indices[(self.indices["outcome"] == outcome) & (self.indices["other"] == "")]
        many = [name for name in self.groups if self.basis[name].nunique() > 1]
        found = []
        for _, base in basis.iterrows():
            own = rows[(rows[list(self.groups)] == base[list(self.groups)]).all(axis=1)]
            wide = own.pivot(index="factor", columns="measure", values=["value", "confidence"])
            found.append(("\n".join(_told(name, base[name]) for name in many), wide, base))
        return found


def draw_sensitivity(found: Sensitivities, outcomes: Sequence[str], folder: Path) -> list[Path]:
    """Draw a page for every outcome that varies, as PNG and SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    draw = _effects_page if "mu_star" in found.measures else _bars_page
    with look.theme():
        for outcome in outcomes:
            panels = found.panels(outcome)
            if panels:
                paths += look.save(draw(found, outcome, panels), folder, name=outcome)
    return paths


def _told(group: str, value: object) -> str:
    """A scenario by its name, a lever by the end of its path and its value."""
    return str(value) if group == SCENARIO else f"{group.rpartition('.')[2]} {value}"


Panels = Sequence[tuple[str, pd.DataFrame, "pd.Series[Any]"]]


def _notes(found: Sensitivities, panels: Panels) -> tuple[str, ...]:
    more = f" The first {MOST_PANELS} of {len(panels)} are drawn." if len(panels) > MOST_PANELS else ""
    dropped = int(sum(base["dropped"] for _, _, base in panels))
    failed = f" Left out because runs failed: {dropped}." if dropped else ""
    noises = [float(base["noise"]) for _, _, base in panels if base["noise"] == base["noise"]]
    noise = (
        f" Chance of runs: {100 * max(noises):.2g} % of the variance{' at most' if len(noises) > 1 else ''}."
        if noises
        else " One run a sample: what is chance cannot be told."
    )
    return (f"{found.note}{noise}{failed}{more}", found.caption)


def _bars_page(found: Sensitivities, outcome: str, panels: Panels) -> Figure:
    """Bars of two measures, factors from the largest to the smallest."""
    shown, labels = panels[:MOST_PANELS], found.labels()
    first = pd.concat([wide["value"][found.measures[0]] for _, wide, _ in shown], axis=1).mean(axis=1)
    order = list(first.sort_values(ascending=False, kind="stable").index)
    columns = min(COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    left = look.text_width(labels[path] for path in order) * look.NORMAL / SMALL + 0.25
    width = WIDEST if columns == 1 else max(NARROWEST, WIDEST / columns + 0.9)
    texts = [NAMES[name] for name in found.measures]
    height, above = ROW * max(len(order), FEWEST_ROWS), ABOVE + LINE * _lines(shown)
    figure = look.page(
        left + columns * (width + BETWEEN),
        rows * (height + above),
        title=_title(outcome, found),
        notes=_notes(found, panels),
        frame=Frame(left=left, right=BETWEEN, legend_rows=_lines(shown), below=0.45),
    )
    grid = {"wspace": BETWEEN / width, "hspace": above / height}
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False, gridspec_kw=grid).ravel()
    for axis in axes[len(shown) :]:
        axis.set_visible(False)
    for axis, (title, wide, base) in zip(axes, shown, strict=False):
        _bars(axis, wide.reindex(order), found.measures, float(base["by_chance"]))
        _entitle(axis, title)
        axis.tick_params(labelbottom=True)
    axes[0].set_yticks(range(len(order)), [labels[path] for path in order])
    axes[0].set_ylim(len(order) - 0.4, -0.6)
    handles = [Patch(color=color) for color in (BLUE, AMBER)]
    figure.legend(handles, texts, loc="upper left", bbox_to_anchor=look.legend_corner(figure), ncols=2)
    return figure


def _lines(panels: Panels) -> int:
    """Lines of the titles of panels."""
    return max(title.count("\n") + 1 for title, _, _ in panels)


def _entitle(axis: Axes, title: str) -> None:
    axis.set_title(title, size=SMALL)


def _bars(axis: Axes, wide: pd.DataFrame, measures: Sequence[str], by_chance: float) -> None:
    """Two bars a factor with their confidence, and what a factor without effect gets."""
    y = np.arange(len(wide), dtype=np.float64)
    for measure, color, shift in zip(measures, (BLUE, AMBER), (-0.5, 0.5), strict=True):
        values, plus = (wide[kind][measure].to_numpy(dtype=np.float64) for kind in ("value", "confidence"))
        axis.barh(y + shift * BAR, values, BAR, color=color, zorder=2)
        axis.errorbar(values, y + shift * BAR, xerr=plus, fmt="none", ecolor=INK, elinewidth=0.9, zorder=3)
    axis.axvline(0.0, color=INK, lw=0.8, zorder=2.5)
    if by_chance == by_chance:
        axis.axvline(by_chance, color=MUTED, lw=1.0, ls=look.line_style(1), zorder=1.5)
    axis.grid(visible=False, axis="y")
    axis.xaxis.set(major_locator=MaxNLocator(5, steps=ROUND), major_formatter=GENERAL)


def _effects_page(found: Sensitivities, outcome: str, panels: Panels) -> Figure:
    """Mean size and spread of elementary effects of every factor as a point, the largest named."""
    shown, labels = panels[:MOST_PANELS], found.labels()
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    side, above = SIDE * (1.5 if len(shown) == 1 else 1.0), ABOVE + 0.3 + LINE * _lines(shown)
    figure = look.page(
        0.9 + columns * (side + 0.4),
        rows * (side * 0.85 + above),
        title=_title(outcome, found),
        notes=_notes(found, panels),
        frame=Frame(left=0.9, right=0.4, legend_rows=_lines(shown) - 1, below=0.6),
    )
    grid = {"wspace": 0.25, "hspace": above / (side * 0.85)}
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False, gridspec_kw=grid).ravel()
    for axis in axes[len(shown) :]:
        axis.set_visible(False)
    for axis, (title, wide, _) in zip(axes, shown, strict=False):
        _effects(axis, wide)
        _entitle(axis, title)
        axis.set(xlabel=NAMES["mu_star"], ylabel=NAMES["sigma"])
    _room(axes[0], shown)
    for axis, (_, wide, _) in zip(axes, shown, strict=False):
        _equal_line(axis)
        _name_largest(axis, wide, labels)
    return figure


def _effects(axis: Axes, wide: pd.DataFrame) -> None:
    x, y = (wide["value"][name].to_numpy(dtype=np.float64) for name in ("mu_star", "sigma"))
    plus = wide["confidence"]["mu_star"].to_numpy(dtype=np.float64)
    axis.errorbar(x, y, xerr=plus, fmt="o", ms=5, color=BLUE, ecolor=BLUE, elinewidth=0.9, alpha=0.9, zorder=3)
    for line in (axis.xaxis, axis.yaxis):
        line.set(major_locator=MaxNLocator(5, steps=ROUND), major_formatter=GENERAL)


def _set_ends(limit: Callable[[float, float], object], low: float, high: float) -> None:
    """Set the ends of an axis with room about what is on it."""
    wide = high - low or 1.0
    limit(low - EDGE * wide, high + 2 * EDGE * wide)


def _room(axis: Axes, panels: Panels) -> None:
    """Room for the points of all panels, which share their axes."""
    x, plus, y = (
        np.concatenate([wide[kind][name].to_numpy(dtype=np.float64) for _, wide, _ in panels])
        for kind, name in (("value", "mu_star"), ("confidence", "mu_star"), ("value", "sigma"))
    )
    _set_ends(axis.set_xlim, min(0.0, float((x - plus).min())), float((x + plus).max()))
    _set_ends(axis.set_ylim, 0.0, float(y.max()))


def _equal_line(axis: Axes) -> None:
    """Where the spread of effects is as large as their mean size."""
    ends = [0.0, max(axis.get_xlim()[1], axis.get_ylim()[1])]
    limits = axis.get_xlim(), axis.get_ylim()
    axis.plot(ends, ends, color=FAINT, lw=1.0, zorder=1)
    axis.set(xlim=limits[0], ylim=limits[1])


def _name_largest(axis: Axes, wide: pd.DataFrame, labels: Mapping[str, str]) -> None:
    values = wide["value"]
    x, y = (values[name].to_numpy(dtype=np.float64) for name in ("mu_star", "sigma"))
    plus = wide["confidence"]["mu_star"].to_numpy(dtype=np.float64)
    ends = [axis.transData.transform(np.column_stack([x + sign * plus, y])) for sign in (-1.0, 1.0)]
    lines = [Bbox([[a[0], a[1] - 2.0], [b[0], b[1] + 2.0]]) for a, b in zip(*ends, strict=True)]
    largest = np.argsort(-x, kind="stable")[:MOST_LABELS]
    names = [Label(labels[str(values.index[k])], INK, float(x[k]), float(y[k])) for k in largest]
    box = axis.get_window_extent()
    beside = [Bbox([[x - box.width, box.y0], [x, box.y1]]) for x in (box.x0, box.x1 + box.width)]
    label_points(axis, names, avoid=[*lines, *beside])


def _title(outcome: str, found: Sensitivities) -> str:
    words = plain(outcome)
    what = "elementary effects" if "mu_star" in found.measures else "sensitivity"
    return f"{words[:1].upper()}{words[1:]}: {what}"
