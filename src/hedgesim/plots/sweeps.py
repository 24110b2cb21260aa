"""The charts of a sweep or grid: every outcome along every factor that varies, and over two of them as a map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
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

from hedgesim.experiment.points import Factor
from hedgesim.model.named_outcomes import is_yes_or_no
from hedgesim.plots import theme as look
from hedgesim.plots.sweep_pages import LEFT, LONE, RIGHT, WIDE, SweepData, Under, panels_of, plain
from hedgesim.plots.theme import BAND, BLUE, COLORS, GENERAL, LARGE, MUTED, ROUND, SMALL, Frame
from hedgesim.results.summary import summarise_column

GRID_POINTS = 20  # a factor with more values is put into bins
BINS = 12
MARKERS, MOST_POINTS = "os^DvP", 2000  # more single runs are not drawn: they would cover each other
BAR_ROOM, BAR_OFF = 1.2, 1.0  # inches from the right edge of a map to its panels, and to its colour bar
CONTOUR_CELLS, CONTOURS, SHORTEST, POINTS_A_CELL, FEWEST_BINS = 4, 6, 4, 4, 3
POOLED = "A panel pools all values of the factors that it does not show."
BINNED = f"A factor with more than {GRID_POINTS} values is put into bins of equal count."


def draw_sweep(
    runs: pd.DataFrame, factors: Sequence[Factor], *, outcomes: Sequence[str], folder: Path, title: str, caption: str
) -> list[Path]:
    """Draw each outcome along every factor that varies, and as a map where two numeric ones do; the paths written.

    runs: a row per run with a column per factor and outcome, and `failed`. KeyError for a missing column, unless every
    run failed. The map of an outcome is `OUTCOME_map`.
    """
    failed = runs["failed"].where(runs["failed"] != "") if len(runs) else pd.Series(dtype=object)
    missing = [name for name in (*outcomes, *(factor.path for factor in factors)) if name not in runs]
    if missing and not failed.notna().all():
        message = f"the table of runs has no column {', '.join(missing)}"
        raise KeyError(message)
    varied = tuple(factor for factor in factors if factor.path in runs and runs[factor.path].nunique() > 1)
    numbers = {factor.path: runs[factor.path].astype(float) for factor in varied if factor.numeric}
    texts = {f.path: runs[f.path].astype(object).map(str, na_action="ignore") for f in varied if not f.numeric}
    data = SweepData(runs.assign(**numbers, **texts, failed=failed), varied, title, caption)
    pages: dict[str, Callable[[], Figure]] = {}
    for outcome in outcomes:
        pages[outcome] = partial(_outcome_page, data, outcome)
        if len(numbers) == 2 and len(data.rows(outcome)) and _fills_a_map(runs[list(numbers)]):
            pages[f"{outcome}_map"] = partial(_map_page, data, outcome)
    return look.write_pages(pages, folder)


def draw_grid(runs: pd.DataFrame, paths: Sequence[str], *, outcome: str, folder: Path, caption: str) -> list[Path]:
    """Draw an outcome of a grid along every setting of `paths`, as `draw_sweep` does; the paths written."""
    factors = [Factor(path, numeric=True) for path in paths]
    return draw_sweep(
        runs, factors, outcomes=[outcome], folder=folder, title="over a grid of settings", caption=caption
    )


def _outcome_page(data: SweepData, outcome: str) -> Figure:
    """A page of one outcome along each factor that varies, a panel each, or the reason why there is none."""
    rows, split = data.rows(outcome), data.split(len(COLORS))
    if rows.empty or not data.factors:
        figure = data.page(outcome, (LONE, 2.0), note="", frame=look.PLAIN)
        text = "no run succeeded" if rows.empty else "no factor takes more than one value"
        figure.text(0.5, 0.5, text, size=LARGE, color=MUTED, ha="center", va="center")
        return figure
    texts = data.values(split) if split else []
    ticks = [[] if factor.numeric else data.values(factor.path) for factor in data.factors]
    points = "; points: single runs" * (len(rows) <= MOST_POINTS)
    middle = "median", "90 % predictive, 5 to 95 % of runs"
    line, dots = f"Lines: {middle[0]}; bands: {middle[1]}", f"Dots and bars: {middle[0]} and {middle[1]}"
    if is_yes_or_no(outcome):
        line, dots = "Lines: share of runs in which it is so", "Dots: share of runs in which it is so"
    notes = {
        f"{line}{points}.": [] in ticks,
        f"{dots}.": any(ticks),
        BINNED: any(factor.numeric and rows[factor.path].nunique() > GRID_POINTS for factor in data.factors),
        POOLED: len(ticks) > 1,
    }
    under = list(zip(data.labels().values(), ticks, strict=True))
    frame = Frame(LEFT, RIGHT, look.legend_rows(texts, WIDE) + 1 if texts else 0, 0.0)
    figure = panels_of(data, outcome, under=under, notes=notes, side=plain(outcome), frame=frame)
    for axis, factor in zip(figure.axes, data.factors, strict=True):
        draw = _along_numbers if factor.numeric else _along_texts
        if rows[factor.path].notna().any():
            draw(data, axis, path=factor.path, outcome=outcome, split=split)
    figure.axes[0].margins(y=0.08)
    if split:
        handles = [Line2D([], [], ms=4, **_style(rank)) for rank in range(len(texts))]
        style: dict[str, Any] = {"handlelength": 2.8, "columnspacing": 1.6, "title_fontsize": SMALL}
        columns = look.legend_columns(texts, WIDE)
        look.legend(figure, handles, texts, columns=columns, title=data.labels()[split], alignment="left", **style)
    return figure


def _along_numbers(data: SweepData, axis: Axes, *, path: str, outcome: str, split: str | None) -> None:
    """Median, band and single runs along a numeric factor, for each value of the factor that splits the page."""
    rows = data.rows(outcome).dropna(subset=[path])
    rows = rows.assign(at=_positions(rows[path]))
    for rank, value in enumerate(data.values(split) if split else [""]):
        some, faint = rows[rows[split] == value] if split else rows, COLORS[rank] if split else MUTED
        if len(rows) <= MOST_POINTS:
            axis.plot(some[path], some[outcome], "o", ms=2.2, mew=0, alpha=0.25, color=faint, zorder=2)
        if len(some):
            band = _band(some, "at", outcome)
            x, low, middle, high = band[["at", *BAND]].to_numpy(dtype=np.float64).T
            axis.fill_between(x, low, high, color=COLORS[rank], alpha=0.15, lw=0, zorder=1.5)
            axis.plot(x, middle, zorder=3, ms=4, label="median", **_style(rank))


def _band(rows: pd.DataFrame, along: str, outcome: str) -> pd.DataFrame:
    """The ends and the middle of a band at every place; of what is 1 or 0 the share of runs, without a band."""
    band = summarise_column(rows, [along], value=outcome)
    return band.assign(**dict.fromkeys(BAND, band["mean"])) if is_yes_or_no(outcome) else band


def _positions(values: pd.Series[float]) -> pd.Series[float]:
    """Where each run is drawn: at its own value if there are few, else at the median of its bin."""
    if values.nunique() <= GRID_POINTS:
        return values
    bins = pd.qcut(values, BINS, labels=False, duplicates="drop")
    return values.groupby(bins).transform("median")


def _along_texts(data: SweepData, axis: Axes, *, path: str, outcome: str, split: str | None) -> None:
    """Median and bar of runs at each value of a text factor; a value without a run keeps its position."""
    band = _band(data.rows(outcome).dropna(subset=[path]), path, outcome).set_index(path)
    spans = band.reindex(data.values(path))[list(BAND)].to_numpy(dtype=np.float64)
    for rank, (low, middle, high) in enumerate(spans):
        color = COLORS[rank] if path == split else MUTED if split else BLUE
        axis.plot([rank, rank], [low, high], color=color, lw=2.5, alpha=0.5, solid_capstyle="butt", zorder=2)
        axis.plot([rank], [middle], MARKERS[rank if path == split else 0], ms=5, color=color, zorder=3)
    axis.set_xlim(-0.6, len(spans) - 0.4)
    axis.grid(visible=False, axis="x")


def _map_page(data: SweepData, outcome: str) -> Figure:
    """A page of the mean of an outcome over the two numeric factors, a map for each value of a text factor."""
    x, y = (factor.path for factor in data.factors if factor.numeric)
    rows, split = data.rows(outcome).dropna(subset=[x, y]), data.split(len(data.runs))
    points = data.runs[[x, y]].dropna()
    edges = [_edges(points, path) for path in (x, y)]
    values = data.values(split) if split else [""]
    groups = [rows[rows[split] == value] if split else rows for value in values]
    sums = [np.histogram2d(group[y], group[x], edges[::-1], weights=group[outcome])[0] for group in groups]
    counts = np.stack([np.histogram2d(group[y], group[x], edges[::-1])[0] for group in groups])
    means = np.ma.masked_where(counts == 0, sums) / np.maximum(counts, 1)
    notes = {
        "Colour: mean of the runs in a cell.": True,
        "Lines: contours between the centres of cells; short ones are left out.": min(means.shape[1:]) >= CONTOUR_CELLS,
        "Cells hold equal numbers of points.": not _is_grid(points),
        "Hatched: no run.": bool((counts == 0).any()),
        POOLED: len(data.factors) > len((x, y)) + bool(split),
    }
    scale, frame = Normalize(means.min(), means.max()), Frame(LEFT, BAR_ROOM, 0, 0.0)
    under: Under = [(data.labels()[x], [])] * len(values)
    figure = panels_of(data, outcome, under=under, notes=notes, side=data.labels()[y], frame=frame)
    for axis, cells, value in zip(figure.axes, means, values, strict=True):
        _draw_cells(axis, cells, edges=edges, scale=scale)
        axis.set_title(value)
    look.color_bar(figure, ScalarMappable(scale, "viridis"), off=BAR_OFF, label=plain(outcome), format=GENERAL)
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
    """Cells in colour, hatched grey where there is no run, with contours if there are enough cells."""
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
