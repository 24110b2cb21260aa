"""The charts of a sweep: every outcome along every factor that varies, and over two of them as a map."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from matplotlib.ticker import MaxNLocator, StrMethodFormatter
from numpy.typing import NDArray

from hedgesim.analysis.summary import summarise_column
from hedgesim.plots import theme as look
from hedgesim.plots.comparisons import BINS, GRID_POINTS, SWEEP_COLOR, draw_spread, places
from hedgesim.plots.theme import LARGE, NORMAL, POINTS_PER_INCH, SMALL, Frame, text_width

Notes = Mapping[str, bool]  # sentences of the small print, and whether they hold
Under = Sequence[tuple[str, Sequence[str]]]  # the name of a factor under each panel, and its tick labels if texts
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # those of the countries
MARKERS, MOST_POINTS = "os^DvP", 2000  # more single runs are a smear
COLUMNS, MOST_COLUMNS = ((1, 1), (2, 2), (3, 3), (4, 2), (9, 3)), 4  # up to so many panels, so many columns
LONE, WIDE = 7.5, 11.5  # inches of a page with one panel, and with more
LOW, HIGH, ROWS_HIGH, SHAPE = 1.8, 4.2, 12.0, 0.75  # inches of a panel and of all rows; height by width of a panel
LEFT, RIGHT, BETWEEN, BAR_ROOM, BAR, BAR_GAP = 0.85, 0.3, 0.3, 1.2, 0.16, 0.2  # inches: across, around the panels
AIR, TICK_ROOM, LINE = 0.42, 0.17, look.LINE_HEIGHT * NORMAL / POINTS_PER_INCH  # inches of space below a panel
MOST_LINES, TICK_FILL = 3, 0.75  # of a level tick label, and the part of its room that its width may take
CONTOUR_CELLS, CONTOURS, SHORTEST, POINTS_A_CELL, FEWEST_BINS = 4, 6, 4, 4, 3
ROUND, GENERAL, BOLD = [1, 2, 2.5, 5, 10], StrMethodFormatter("{x:g}"), 0.68  # bold character, of the type size
SHORT = (
    (r"shock_sizes\.(.+)", r"size of \1"),
    (r"rules\.(?:([^.]+)\.all|[^.]+\.([^.]+))\.([^.]+)", r"\3 of \1\2"),
    (r"(?:.*\.)?([^.]+)\.([^.]+)", r"\1: \2"),
)
POOLED = "A panel takes together all values of the factors it does not show."
BINNED = f"A factor with more than {GRID_POINTS} values is put into bins of equal count."


@dataclass(frozen=True)
class Factor:
    """What a sweep varies: its dotted path, a column of the table of runs, and whether its values are numbers."""

    path: str
    numeric: bool


@dataclass(frozen=True)
class Sweep:
    """What every page needs: all runs, the factors that vary, title and caption."""

    runs: pd.DataFrame
    factors: tuple[Factor, ...]
    title: str
    caption: str

    def rows(self, outcome: str) -> pd.DataFrame:
        """The runs that came through and have the outcome."""
        through = self.runs[self.runs["failed"].isna()]
        return through.dropna(subset=[outcome]) if len(through) else through

    def values(self, path: str) -> list[str]:
        """What a text factor takes in order of appearance, in runs that failed too."""
        return list(self.runs[path].dropna().unique())

    def split(self, most: int) -> str | None:
        """The text factor that tells lines or maps apart: the one with at most so many values, if there is one."""
        few = [factor.path for factor in self.factors if not factor.numeric and len(self.values(factor.path)) <= most]
        return few[0] if len(few) == 1 and any(factor.numeric for factor in self.factors) else None

    def labels(self) -> dict[str, str]:
        """Path -> what a factor is called: short, or its whole path where two would be called alike."""
        paths = [factor.path for factor in self.factors]
        plain = [path if path.startswith("shock_sizes.") else _plain(path) for path in paths]
        short = [next((re.sub(*rule, text) for rule in SHORT if re.fullmatch(rule[0], text)), text) for text in plain]
        return {p: text if short.count(text) == 1 else p for p, text in zip(paths, short, strict=True)}

    def page(self, outcome: str, size: tuple[float, float], *, note: str, frame: Frame) -> Figure:
        """An empty page of this width and height; a title too long for it goes into the small print."""
        n_failed = int(self.runs["failed"].notna().sum())
        n_empty = len(self.runs) - n_failed - len(self.rows(outcome))
        counts = f"Runs in all: {len(self.runs)}" + f"; failed and left out: {n_failed}" * (n_failed > 0)
        counts += f"; without a value and left out: {n_empty}" * (n_empty > 0)
        heading, notes = f"{_plain(outcome)}: {self.title}", [f"{note} {counts}.".strip(), self.caption]
        if len(heading) * LARGE * BOLD / POINTS_PER_INCH > size[0] - 2 * look.EDGE:
            heading, notes = _plain(outcome), [self.title, *notes]
        return look.page(*size, title=heading[:1].upper() + heading[1:], notes=notes, frame=frame)


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
            if len(numbers) == 2 and len(sweep.rows(outcome)):
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
    figure = _panels(sweep, outcome, under=under, notes=notes, side=_plain(outcome), frame=frame)
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
        BINNED: max(sweep.runs[path].nunique() for path in (x, y)) > GRID_POINTS,
        "Hatched: no run.": bool((counts == 0).any()),
        POOLED: len(sweep.factors) > len((x, y)) + bool(split),
    }
    scale, frame = Normalize(means.min(), means.max()), Frame(LEFT, BAR_ROOM, 0, 0.0)
    under: Under = [(sweep.labels()[x], [])] * len(values)
    figure = _panels(sweep, outcome, under=under, notes=notes, side=sweep.labels()[y], frame=frame)
    for axis, cells, value in zip(figure.axes, means, values, strict=True):
        _draw_cells(axis, cells, edges=edges, scale=scale)
        axis.set_title(value)
    box, inch = figure.axes[0].get_position(), 1 / float(figure.get_figwidth())
    bar = figure.add_axes((1 - (BAR_ROOM - BAR_GAP) * inch, box.y0, BAR * inch, box.height))
    figure.colorbar(ScalarMappable(scale, "viridis"), cax=bar, label=_plain(outcome), format=GENERAL)
    return figure


def _edges(points: pd.DataFrame, path: str) -> NDArray[np.float64]:
    """Where the cells of a numeric factor end: half-way between the values of a grid, else bins of equal count."""
    own = np.sort(points[path].unique())
    if len(own) > GRID_POINTS:
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


def _panels(sweep: Sweep, outcome: str, *, under: Under, notes: Notes, side: str, frame: Frame) -> Figure:
    """A page with a panel for each name of a factor and its tick labels, all sharing the y axis, called `side`."""
    columns = next((few for most, few in COLUMNS if len(under) <= most), MOST_COLUMNS)
    free = (LONE if columns == 1 else WIDE) - frame.left - frame.right + BETWEEN
    least = max(max(_widest(label) * NORMAL / SMALL, len(texts) * TICK_ROOM) for label, texts in under) + BETWEEN
    columns = max(1, min(columns, int(free / least)))
    inner = max(free / columns, least) - BETWEEN
    height = min(SHAPE * inner, HIGH, max(LOW, ROWS_HIGH * columns / len(under)))
    ticks = [_ticks(texts, inner) for _, texts in under]
    names = [_wrapped(label, inner * SMALL / NORMAL) for label, _ in under]
    rooms = [room + LINE * (name.count("\n") + 1) + AIR for (_, _, room), name in zip(ticks, names, strict=True)]
    heights = [part for row in range(0, len(rooms), columns) for part in (height, max(rooms[row : row + columns]))]
    width = frame.left + frame.right + (inner + BETWEEN) * columns - BETWEEN
    note = " ".join(text for text, holds in notes.items() if holds)
    figure = sweep.page(outcome, (width, look.ROOM_ABOVE + sum(heights)), note=note, frame=frame)
    cells = figure.add_gridspec(len(heights), columns, height_ratios=heights, hspace=0, wspace=BETWEEN / inner)
    for rank, (texts, turn, _) in enumerate(ticks):
        row, column = divmod(rank, columns)
        axis = figure.add_subplot(cells[2 * row, column], sharey=figure.axes[0] if rank else None, xlabel=names[rank])
        axis.set_ylabel("" if column else _wrapped(side, height * SMALL / NORMAL))
        axis.tick_params(labelleft=column == 0)
        axis.xaxis.set(major_locator=MaxNLocator(4, steps=ROUND), major_formatter=GENERAL)
        if texts:
            axis.set_xticks(range(len(texts)), texts, rotation=turn)
    figure.axes[0].yaxis.set_major_formatter(GENERAL)
    return figure


def _ticks(values: Sequence[str], width: float) -> tuple[list[str], int, float]:
    """Tick labels of a text factor on an axis of this width, how they are turned, and the inches they take."""
    room = TICK_FILL * width / max(len(values), 1)
    texts = [_wrapped(value, room) for value in values]
    lines = max((text.count("\n") + 1 for text in texts), default=1)
    if lines > MOST_LINES or any(_widest(value) > room for value in values):
        return list(values), 90, text_width(values)
    return texts, 0, LINE * lines


def _wrapped(text: str, width: float) -> str:
    """A text in lines of small type no wider than this, inches; a word or part of a path stays whole."""
    lines = [""]
    for piece in re.findall(r"[^ ._:]*[ ._:]+|[^ ._:]+", text):
        if lines[-1] and text_width([(lines[-1] + piece).rstrip()]) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.strip() for line in lines)


def _widest(text: str) -> float:
    """Inches of small type that the widest piece of a text takes."""
    return text_width(_wrapped(text, 0.0).split("\n"))


def _style(rank: int) -> dict[str, Any]:
    return {"color": COLORS[rank], "marker": MARKERS[rank], "ls": look.line_style(rank)}


def _plain(name: str) -> str:
    return name.replace("_", " ")
