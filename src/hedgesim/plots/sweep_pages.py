"""The pages of the charts of a sweep: what they are about, their panels, and the names under these."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from hedgesim.experiment.points import Factor
from hedgesim.plots import theme as look
from hedgesim.plots.theme import LARGE, NORMAL, POINTS_PER_INCH, SMALL, Frame, text_width

Notes = Mapping[str, bool]  # sentences of the small print, and whether they hold
Under = Sequence[tuple[str, Sequence[str]]]  # the name of a factor under each panel, and its tick labels if texts
COLUMNS, MOST_COLUMNS = ((1, 1), (2, 2), (3, 3), (4, 2), (9, 3)), 4  # up to so many panels, so many columns
LONE, WIDE = 7.5, 11.5  # inches of a page with one panel, and with more
LOW, HIGH, ROWS_HIGH, SHAPE = 1.8, 4.2, 12.0, 0.75  # inches of a panel and of all rows; height by width of a panel
LEFT, RIGHT, BETWEEN = 0.85, 0.3, 0.3  # inches across: around the panels
AIR, TICK_ROOM, LINE = 0.42, 0.17, look.LINE_HEIGHT * NORMAL / POINTS_PER_INCH  # inches of space below a panel
MOST_LINES, TICK_FILL = 3, 0.75  # of a level tick label, and the part of its room that its width may take
ROUND, GENERAL, BOLD = [1, 2, 2.5, 5, 10], StrMethodFormatter("{x:g}"), 0.68  # bold character, of the type size
SHORT = (
    (r"shock_sizes\.(.+)", r"size of \1"),
    (r"rules\.(?:([^.]+)\.all|[^.]+\.([^.]+))\.([^.]+)", r"\3 of \1\2"),
    (r"(?:.*\.)?([^.]+)\.([^.]+)", r"\1: \2"),
)


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
        words = [path if path.startswith("shock_sizes.") else plain(path) for path in paths]
        short = [next((re.sub(*rule, text) for rule in SHORT if re.fullmatch(rule[0], text)), text) for text in words]
        return {p: text if short.count(text) == 1 else p for p, text in zip(paths, short, strict=True)}

    def page(self, outcome: str, size: tuple[float, float], *, note: str, frame: Frame) -> Figure:
        """An empty page of this width and height; a title too long for it goes into the small print."""
        n_failed = int(self.runs["failed"].notna().sum())
        n_empty = len(self.runs) - n_failed - len(self.rows(outcome))
        counts = f"Runs in all: {len(self.runs)}" + f"; failed and left out: {n_failed}" * (n_failed > 0)
        counts += f"; without a value and left out: {n_empty}" * (n_empty > 0)
        heading, notes = f"{plain(outcome)}: {self.title}", [f"{note} {counts}.".strip(), self.caption]
        if len(heading) * LARGE * BOLD / POINTS_PER_INCH > size[0] - 2 * look.EDGE:
            heading, notes = plain(outcome), [self.title, *notes]
        return look.page(*size, title=heading[:1].upper() + heading[1:], notes=notes, frame=frame)


def panels_of(sweep: Sweep, outcome: str, *, under: Under, notes: Notes, side: str, frame: Frame) -> Figure:
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


def plain(name: str) -> str:
    """A name as words."""
    return name.replace("_", " ")
