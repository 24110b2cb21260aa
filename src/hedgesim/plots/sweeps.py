"""The charts of a sweep: every outcome along every factor that varies, and over two of them as a map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.path import Path as Line
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from hedgesim.analysis.summary import summarise_column
from hedgesim.experiment.points import Factor
from hedgesim.plots import theme as look
from hedgesim.plots.comparisons import BINS, GRID_POINTS, SWEEP_COLOR, draw_spread, places
from hedgesim.plots.sweep_pages import (
    GENERAL,
    LEFT,
    LONE,
    RIGHT,
    ROUND,
    WIDE,
    Sweep,
    Under,
    panels_of,
    plain,
)
from hedgesim.plots.theme import (
    COLORS,
    LARGE,
    SMALL,
    Frame,
)

MARKERS, MOST_POINTS = "os^DvP", 2000  # more single runs are a smear
BAR_ROOM, BAR, BAR_GAP = 1.2, 0.16, 0.2  # inches beside the panels for the bar of colours
CONTOUR_CELLS, CONTOURS, SHORTEST, POINTS_A_CELL, FEWEST_BINS = 4, 6, 4, 4, 3
POOLED = "A panel takes together all values of the factors it does not show."
BINNED = f"A factor with more than {GRID_POINTS} values is put into bins of equal count."


def draw_sweep(
    runs: pd.DataFrame, factors: Sequence[Factor], *, outcomes: Sequence[str], folder: Path, title: str, caption: str
) -> list[Path]:
    """Draw each outcome along every factor that varies, and as a map where two numeric ones do; the paths written.

    runs: a row per run. A column of it that is missing is a KeyError, unless no run came through.
    """
    failed = runs["failed"].where(runs["failed"] != "") if len(runs) else pd.Series(dtype=object)
    missing = [name for name in (*outcomes, *(factor.path for factor in factors)) if name not in runs]
    if missing and not failed.notna().all():
        message = f"the table of runs has no column {', '.join(missing)}"
        raise KeyError(message)
    varied = tuple(factor for factor in factors if factor.path in runs and runs[factor.path].nunique() > 1)
    numbers = {factor.path: runs[factor.path].astype(float) for factor in varied if factor.numeric}
    texts = {f.path: runs[f.path].astype(object).map(str, na_action="ignore") for f in varied if not f.numeric}
    sweep = Sweep(runs.assign(**numbers, **texts, failed=failed), varied, title, caption)
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    with look.theme():
        for outcome in outcomes:
            paths += look.save(draw_outcome(sweep, outcome), folder, name=outcome)
            if len(numbers) == 2 and len(sweep.rows(outcome)) and _fills_a_map(runs[list(numbers)]):
                paths += look.save(draw_map(sweep, outcome), folder, name=f"{outcome}_map")
    return paths


def draw_outcome(sweep: Sweep, outcome: str) -> Figure:
    """A page of one outcome along each factor that varies, a panel each, or of why there is none."""
    rows, split = sweep.rows(outcome), sweep.split(len(COLORS))
    if rows.empty or not sweep.factors:
        figure = sweep.page(outcome, (LONE, 2.0), note="", frame=look.PLAIN)
        text = "no run came through" if rows.empty else "no factor takes more than one value"
        figure.text(0.5, 0.5, text, size=LARGE, color=look.MUTED, ha="center", va="center")
        return figure
    texts = sweep.values(split) if split else []
    ticks = [[] if factor.numeric else sweep.values(factor.path) for factor in sweep.factors]
    notes = {
        f"Lines: median; bands: 5 to 95 % of runs{'; points: single runs' * (len(rows) <= MOST_POINTS)}.": [] in ticks,
        "Dots and bars: median and 5 to 95 % of runs.": any(ticks),
        BINNED: any(factor.numeric and rows[factor.path].nunique() > GRID_POINTS for factor in sweep.factors),
        POOLED: len(ticks) > 1,
    }
    under = list(zip(sweep.labels().values(), ticks, strict=True))
    frame = Frame(LEFT, RIGHT, look.legend_rows(texts, WIDE) + 1 if texts else 0, 0.0)
    figure = panels_of(sweep, outcome, under=under, notes=notes, side=plain(outcome), frame=frame)
    for axis, factor in zip(figure.axes, sweep.factors, strict=True):
        draw = _along_numbers if factor.numeric else _along_texts
        if rows[factor.path].notna().any():
            draw(sweep, axis, path=factor.path, outcome=outcome, split=split)
    figure.axes[0].margins(y=0.08)
    if split:
        _legend(figure, sweep.labels()[split], texts)
    return figure


def _along_numbers(sweep: Sweep, axis: Axes, *, path: str, outcome: str, split: str | None) -> None:
    """Median, band and single runs along a numeric factor, for each value of what splits the page."""
    rows = sweep.rows(outcome).dropna(subset=[path]).assign(place=lambda rows: places(rows[path]))
    for rank, value in enumerate(sweep.values(split) if split else [""]):
        some, faint = rows[rows[split] == value] if split else rows, COLORS[rank] if split else look.MUTED
        if len(rows) <= MOST_POINTS:
            axis.plot(some[path], some[outcome], "o", ms=2.2, mew=0, alpha=0.25, color=faint, zorder=2)
        if len(some):
            draw_spread(some, axis, parameter="place", outcome=outcome, **_style(rank))


def _along_texts(sweep: Sweep, axis: Axes, *, path: str, outcome: str, split: str | None) -> None:
    """Median and bar of runs at each value of a text factor; a value without a run keeps its place."""
    band = summarise_column(sweep.rows(outcome).dropna(subset=[path]), [path], value=outcome).set_index(path)
    spans = band.reindex(sweep.values(path))[["q05", "q50", "q95"]].to_numpy(dtype=np.float64)
    for rank, (low, middle, high) in enumerate(spans):
        color = COLORS[rank] if path == split else look.MUTED if split else SWEEP_COLOR
        axis.plot([rank, rank], [low, high], color=color, lw=2.5, alpha=0.5, solid_capstyle="butt", zorder=2)
        axis.plot([rank], [middle], MARKERS[rank if path == split else 0], ms=5, color=color, zorder=3)
    axis.set_xlim(-0.6, len(spans) - 0.4)
    axis.grid(visible=False, axis="x")


def _legend(figure: Figure, title: str, texts: Sequence[str]) -> None:
    """The lines of the values of a text factor under its name, below the title of the page."""
    handles = [Line2D([], [], ms=4, **_style(rank)) for rank in range(len(texts))]
    place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": look.legend_corner(figure), "borderaxespad": 0}
    style: dict[str, Any] = {"handlelength": 2.8, "columnspacing": 1.6, "title_fontsize": SMALL, "alignment": "left"}
    figure.legend(handles, texts, title=title, ncols=look.legend_columns(texts, WIDE), **place, **style)


def draw_map(sweep: Sweep, outcome: str) -> Figure:
    """A page of the mean of an outcome over the two numeric factors, a map for each value of a text factor."""
    x, y = (factor.path for factor in sweep.factors if factor.numeric)
    rows, split = sweep.rows(outcome).dropna(subset=[x, y]), sweep.split(len(sweep.runs))
    edges = [_edges(sweep.runs[[x, y]].dropna(), path) for path in (x, y)]
    values = sweep.values(split) if split else [""]
    parts = [rows[rows[split] == value] if split else rows for value in values]
    sums = [np.histogram2d(part[y], part[x], edges[::-1], weights=part[outcome])[0] for part in parts]
    counts = np.stack([np.histogram2d(part[y], part[x], edges[::-1])[0] for part in parts])
    means = np.ma.masked_where(counts == 0, sums) / np.maximum(counts, 1)
    notes = {
        "Colour: mean of the runs in a cell.": True,
        "Lines: contours between the middles of cells, short ones left out.": min(means.shape[1:]) >= CONTOUR_CELLS,
        "Cells hold equal numbers of points.": not _is_grid(sweep.runs[[x, y]].dropna()),
        "Hatched: no run.": bool((counts == 0).any()),
        POOLED: len(sweep.factors) > len((x, y)) + bool(split),
    }
    scale, frame = Normalize(means.min(), means.max()), Frame(LEFT, BAR_ROOM, 0, 0.0)
    under: Under = [(sweep.labels()[x], [])] * len(values)
    figure = panels_of(sweep, outcome, under=under, notes=notes, side=sweep.labels()[y], frame=frame)
    for axis, cells, value in zip(figure.axes, means, values, strict=True):
        _draw_cells(axis, cells, edges=edges, scale=scale)
        axis.set_title(value)
    box, inch = figure.axes[0].get_position(), 1 / float(figure.get_figwidth())
    bar = figure.add_axes((1 - (BAR_ROOM - BAR_GAP) * inch, box.y0, BAR * inch, box.height))
    figure.colorbar(ScalarMappable(scale, "viridis"), cax=bar, label=plain(outcome), format=GENERAL)
    return figure


def _is_grid(points: pd.DataFrame) -> bool:
    """Whether two numeric factors take few values, and most pairs of these."""
    x, y = (points[path].nunique() for path in points.columns)
    return max(x, y) <= GRID_POINTS and x * y <= 2 * len(points.drop_duplicates())


def _fills_a_map(points: pd.DataFrame) -> bool:
    """Whether there are enough points for a map: those of a grid, else a few in each of the fewest cells."""
    return _is_grid(points) or len(points.drop_duplicates()) >= POINTS_A_CELL * FEWEST_BINS**2


def _edges(points: pd.DataFrame, path: str) -> NDArray[np.float64]:
    """Where the cells of a numeric factor end: half-way between the values of a grid, else bins of equal count."""
    own = np.sort(points[path].unique())
    if not _is_grid(points):
        n_bins = int(np.clip(np.sqrt(len(points.drop_duplicates()) / POINTS_A_CELL), FEWEST_BINS, BINS))
        return np.unique(np.quantile(points[path], np.linspace(0, 1, n_bins + 1)))
    middle = (own[1:] + own[:-1]) / 2
    return np.array([2 * own[0] - middle[0], *middle, 2 * own[-1] - middle[-1]])


def _draw_cells(axis: Axes, cells: NDArray[Any], *, edges: Sequence[NDArray[Any]], scale: Normalize) -> None:
    """Cells in colour, hatched grey where there is no run, with contours if the cells are many enough."""
    axis.grid(visible=False)
    axis.patch.set(facecolor="#f2f2f2", edgecolor="#bdbdbd", hatch="////", linewidth=0)
    axis.pcolormesh(*edges, cells, cmap="viridis", norm=scale, edgecolors="face", lw=0.3)
    levels = MaxNLocator(CONTOURS, steps=ROUND).tick_values(float(scale.vmin or 0), float(scale.vmax or 0))
    levels = [level for level in levels if np.ma.min(cells) < level < np.ma.max(cells)]
    if min(cells.shape) >= CONTOUR_CELLS and levels:
        x, y = ((ends[1:] + ends[:-1]) / 2 for ends in edges)
        lines = axis.contour(x, y, cells, levels, colors="white", linewidths=0.9)
        pieces = [path.to_polygons(closed_only=False) for path in lines.get_paths()]
        lines.set_paths(
            [Line.make_compound_path(*(Line(p) for p in some if len(np.asarray(p)) >= SHORTEST)) for some in pieces]
        )
        for line in (lines, *lines.clabel(fontsize=SMALL, fmt=GENERAL)):
            line.set_path_effects([withStroke(linewidth=2, foreground=look.INK)])


def _style(rank: int) -> dict[str, Any]:
    return {"color": COLORS[rank], "marker": MARKERS[rank], "ls": look.line_style(rank)}
