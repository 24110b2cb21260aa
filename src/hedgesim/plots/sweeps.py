"""The charts of a sweep or grid: every outcome along every factor that varies, and over two of them as a map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
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

from hedgesim.errors import NO_MEANINGS
from hedgesim.experiment.points import Factor
from hedgesim.model.named_outcomes import is_yes_or_no
from hedgesim.numbers import BAND
from hedgesim.plots import theme as look
from hedgesim.plots.chart import PERCENT, Limits
from hedgesim.plots.sweep_pages import (
    LEFT,
    LONE,
    RIGHT,
    WIDE,
    SweepData,
    Under,
    is_share,
    of_outcome,
    on_axis,
    panels_of,
)
from hedgesim.plots.theme import BLUE, COLORS, GENERAL, LARGE, MUTED, ROUND, SMALL, Frame
from hedgesim.results.summary import summarise_column

GRID_POINTS = 20  # a factor with more values is put into bins
BINS = 12
MARKERS, MOST_POINTS = "os^DvP", 2000  # more single runs are not drawn: they would cover each other
BAR_ROOM, BAR_OFF = 1.2, 1.0  # inches from the right edge of a map to its panels, and to its colour bar
CONTOUR_CELLS, CONTOURS, SHORTEST, POINTS_A_CELL, FEWEST_BINS = 4, 6, 4, 4, 3
POOLED = "A panel pools all values of the factors that it does not show."
BINNED = f"A factor with more than {GRID_POINTS} values is put into bins of equal count."


def draw_sweep(
    runs: pd.DataFrame,
    factors: Sequence[Factor],
    *,
    outcomes: Sequence[str],
    folder: Path,
    title: str,
    caption: str,
    names: Mapping[str, str] = NO_MEANINGS,
    quarter: str = "",
) -> list[Path]:
    """Draw each outcome along every factor that varies, and as a map where two numeric ones do; the paths written.

    runs: a row per run with a column per factor and outcome, and `failed`. KeyError for a missing column, unless every
    run failed. names, quarter: as of `SweepData`. The map of an outcome is `OUTCOME_map`.
    """
    failed = runs["failed"].where(runs["failed"] != "") if len(runs) else pd.Series(dtype=object)
    missing = [name for name in (*outcomes, *(factor.path for factor in factors)) if name not in runs]
    if missing and not failed.notna().all():
        message = f"the table of runs has no column {', '.join(missing)}"
        raise KeyError(message)
    data = replace(sweep_data(runs.assign(failed=failed), factors, title, caption), names=names, quarter=quarter)
    numbers = [factor.path for factor in data.factors if factor.numeric]
    pages: dict[str, Callable[[], Figure]] = {}
    for outcome in outcomes:
        pages[outcome] = partial(_outcome_page, data, outcome)
        if len(numbers) == 2 and len(data.rows(outcome)) and _fills_a_map(data.runs[numbers]):
            pages[f"{outcome}_map"] = partial(_map_page, data, outcome)
    return look.write_pages(pages, folder)


def sweep_data(runs: pd.DataFrame, factors: Sequence[Factor], title: str = "", caption: str = "") -> SweepData:
    """The runs of a sweep as pages need them: factors that vary, numbers as numbers and texts as texts."""
    varied = tuple(factor for factor in factors if factor.path in runs and runs[factor.path].nunique() > 1)
    numbers = {factor.path: runs[factor.path].astype(float) for factor in varied if factor.numeric}
    texts = {f.path: runs[f.path].astype(object).map(str, na_action="ignore") for f in varied if not f.numeric}
    return SweepData(runs.assign(**numbers, **texts), varied, title, caption)


def draw_grid(
    runs: pd.DataFrame,
    paths: Sequence[str],
    *,
    outcome: str,
    folder: Path,
    caption: str,
    names: Mapping[str, str] = NO_MEANINGS,
    quarter: str = "",
) -> list[Path]:
    """Draw an outcome of a grid along every setting of `paths`, as `draw_sweep` does; the paths written."""
    factors = [Factor(path, numeric=True) for path in paths]
    title = "over a grid of settings"
    return draw_sweep(
        runs, factors, outcomes=[outcome], folder=folder, title=title, caption=caption, names=names, quarter=quarter
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
        line, dots = "Lines: share of runs in which this holds", "Dots: share of runs in which this holds"
    notes = {
        f"{line}{points}.": [] in ticks,
        f"{dots}.": any(ticks),
        BINNED: any(factor.numeric and rows[factor.path].nunique() > GRID_POINTS for factor in data.factors),
        POOLED: len(ticks) > 1,
    }
    under = [(on_axis(*label), texts) for label, texts in zip(data.labels().items(), ticks, strict=True)]
    frame = Frame(LEFT, RIGHT, look.legend_rows(texts, WIDE) + 1 if texts else 0, 0.0)
    side, share = of_outcome(outcome, data.names), is_share(outcome)
    figure = panels_of(data, outcome, under=under, notes=notes, side=side, frame=frame, share=share)
    table = along_table(data, outcome)
    for axis, factor in zip(figure.axes, data.factors, strict=True):
        if factor.numeric and len(rows) <= MOST_POINTS:
            _draw_points(data, axis, factor.path, outcome)
        draw_along(table[table["path"] == factor.path], axis)
    figure.axes[0].margins(y=0.08)
    if split:
        handles = [Line2D([], [], ms=4, **line_of(rank)) for rank in range(len(texts))]
        style: dict[str, Any] = {"handlelength": 2.8, "columnspacing": 1.6, "title_fontsize": SMALL}
        columns = look.legend_columns(texts, WIDE)
        look.legend(figure, handles, texts, columns=columns, title=data.labels()[split], alignment="left", **style)
    return figure


def along_table(data: SweepData, outcome: str) -> pd.DataFrame:
    """Median and band of an outcome along each factor that varies: a row per factor, value and line.

    Columns path and panel (of the factor), at (number, or rank of a text), text (empty for numbers), rank and color (of
    the line), line (its value of the factor that splits the page), q05, q50, q95, n.
    """
    rows, split, labels = data.rows(outcome), data.split(len(COLORS)), data.labels()
    lines, parts = data.values(split) if split else [""], []
    for factor in data.factors:
        path, own = factor.path, rows.dropna(subset=[factor.path])
        about: dict[str, Any] = {"path": path, "panel": labels[path]}
        if factor.numeric and len(own):
            own = own.assign(at=_positions(own[path]))
            for rank, line in enumerate(lines):
                some = own[own[split] == line] if split else own
                band = _band(some, "at", outcome)
                parts.append(band.assign(**about, text="", rank=rank, color=COLORS[rank], line=line))
        elif len(own):
            values = data.values(path)
            band = _band(own, path, outcome).set_index(path).reindex(values).reset_index(drop=True)
            ranks = list(range(len(values))) if path == split else [0] * len(values)
            colors = [COLORS[rank] if path == split else MUTED if split else BLUE for rank in ranks]
            parts.append(band.assign(**about, at=range(len(values)), text=values, rank=ranks, color=colors, line=""))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["path"])


def draw_along(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """Along one factor: a median with its band for each line of a number, a dot and a bar for each text."""
    if limits:
        axis.set_ylim(*limits)
    is_text = bool((table["text"] != "").any()) if len(table) else False
    for _, own in () if is_text else table.groupby("rank"):
        rank, (x, low, middle, high) = int(own["rank"].iloc[0]), own[["at", *BAND]].to_numpy(dtype=np.float64).T
        axis.fill_between(x, low, high, color=COLORS[rank], alpha=0.15, lw=0, zorder=1.5)
        axis.plot(x, middle, zorder=3, ms=4, label="median", **line_of(rank))
    for row in table.to_dict("records") if is_text else ():
        x, color = row["at"], row["color"]
        axis.plot([x, x], [row[BAND[0]], row[BAND[2]]], color=color, lw=2.5, alpha=0.5, solid_capstyle="butt", zorder=2)
        axis.plot([x], [row[BAND[1]]], MARKERS[row["rank"]], ms=5, color=color, zorder=3)
    if is_text:
        axis.set_xlim(-0.6, len(table) - 0.4)
        axis.grid(visible=False, axis="x")
    return axis


def _draw_points(data: SweepData, axis: Axes, path: str, outcome: str) -> None:
    """Single runs along a numeric factor, in the colours of the lines."""
    rows, split = data.rows(outcome).dropna(subset=[path]), data.split(len(COLORS))
    for rank, value in enumerate(data.values(split) if split else [""]):
        some, faint = rows[rows[split] == value] if split else rows, COLORS[rank] if split else MUTED
        axis.plot(some[path], some[outcome], "o", ms=2.2, mew=0, alpha=0.25, color=faint, zorder=2)


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


def _map_page(data: SweepData, outcome: str) -> Figure:
    """A page of the mean of an outcome over the two numeric factors, a map for each value of a text factor."""
    x, y = (factor.path for factor in data.factors if factor.numeric)
    rows, split = data.rows(outcome).dropna(subset=[x, y]), data.split(len(data.runs))
    points = data.runs[[x, y]].dropna()
    edges = [cell_edges(points, path) for path in (x, y)]
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
    names = {path: on_axis(path, data.labels()[path]) for path in (x, y)}
    under: Under = [(names[x], [])] * len(values)
    figure = panels_of(data, outcome, under=under, notes=notes, side=names[y], frame=frame)
    for axis, cells, value in zip(figure.axes, means, values, strict=True):
        draw_cells(axis, cells, edges=edges, scale=scale)
        axis.set_title(value)
    form, words = PERCENT if is_share(outcome) else GENERAL, of_outcome(outcome, data.names)
    look.color_bar(figure, ScalarMappable(scale, "viridis"), off=BAR_OFF, label=words, format=form)
    return figure


def _is_grid(points: pd.DataFrame) -> bool:
    """Whether two numeric factors take few values, and most pairs of these."""
    x, y = (points[path].nunique() for path in points.columns)
    return max(x, y) <= GRID_POINTS and x * y <= 2 * len(points.drop_duplicates())


def _fills_a_map(points: pd.DataFrame) -> bool:
    """Whether there are enough points for a map: those of a grid, else a few in each of the fewest cells."""
    return _is_grid(points) or len(points.drop_duplicates()) >= POINTS_A_CELL * FEWEST_BINS**2


def cell_edges(points: pd.DataFrame, path: str) -> NDArray[np.float64]:
    """Where the cells of a numeric factor end: half-way between the values of a grid, else bins of equal count."""
    own = np.sort(points[path].unique())
    if not _is_grid(points):
        n_bins = int(np.clip(np.sqrt(len(points.drop_duplicates()) / POINTS_A_CELL), FEWEST_BINS, BINS))
        return np.unique(np.quantile(points[path], np.linspace(0, 1, n_bins + 1)))
    middle = (own[1:] + own[:-1]) / 2
    return np.array([2 * own[0] - middle[0], *middle, 2 * own[-1] - middle[-1]])


def draw_cells(
    axis: Axes, cells: NDArray[Any], *, edges: Sequence[NDArray[Any]], scale: Normalize, contours: bool = True
) -> None:
    """Cells in colour, hatched grey where there is no run, with contours if there are enough cells."""
    axis.grid(visible=False)
    axis.patch.set(facecolor="#f2f2f2", edgecolor="#bdbdbd", hatch="////", linewidth=0)
    axis.pcolormesh(*edges, cells, cmap="viridis", norm=scale, edgecolors="face", lw=0.3)
    levels = MaxNLocator(CONTOURS, steps=ROUND).tick_values(float(scale.vmin or 0), float(scale.vmax or 0))
    levels = [level for level in levels if np.ma.min(cells) < level < np.ma.max(cells)]
    if contours and min(cells.shape) >= CONTOUR_CELLS and levels:
        x, y = ((ends[1:] + ends[:-1]) / 2 for ends in edges)
        lines = axis.contour(x, y, cells, levels, colors="white", linewidths=0.9)
        pieces = [path.to_polygons(closed_only=False) for path in lines.get_paths()]
        lines.set_paths(
            [Line.make_compound_path(*(Line(p) for p in some if len(np.asarray(p)) >= SHORTEST)) for some in pieces]
        )
        for line in (lines, *lines.clabel(fontsize=SMALL, fmt=GENERAL)):
            line.set_path_effects([withStroke(linewidth=2, foreground=look.INK)])


def line_of(rank: int) -> dict[str, Any]:
    """Colour, marker and dashes of a line."""
    return {"color": COLORS[rank], "marker": MARKERS[rank], "ls": look.line_style(rank)}
