"""The pages of the charts of a sweep: the runs they show, their panels, and the names below these."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from hedgesim.errors import NO_MEANINGS
from hedgesim.experiment.points import Factor
from hedgesim.model.named_outcomes import named
from hedgesim.numbers import sentence
from hedgesim.plots import theme as look
from hedgesim.plots.chart import SHARE_UNITS, in_shares
from hedgesim.plots.theme import LARGE, NORMAL, POINTS_PER_INCH, SMALL, Frame, text_width
from hedgesim.scenario.twins import leaves_of

Notes = Mapping[str, bool]  # sentences of the notes, and whether they hold
Under = Sequence[tuple[str, Sequence[str]]]  # the name of a factor below each panel, and its tick labels if texts
COLUMNS, MOST_COLUMNS = ((1, 1), (2, 2), (3, 3), (4, 2), (9, 3)), 4  # up to so many panels, so many columns
LONE, WIDE = 7.5, 11.5  # inches of a page with one panel, and with more
LEAST, MOST, ROWS_HIGH, SHAPE = 1.8, 4.2, 12.0, 0.75  # inches of a panel and of all rows; height by width of a panel
LEFT, RIGHT, BETWEEN = 0.85, 0.3, 0.3  # inches across: around the panels
SPACE, TICK_ROOM, LINE = 0.42, 0.17, look.LINE_HEIGHT * NORMAL / POINTS_PER_INCH  # inches below a panel
MOST_LINES, TICK_FILL = 3, 0.75  # of a level tick label, and the share of its room that its width may take
BOLD = 0.68  # width of a bold character, of the type size
SIZES, UNCHANGED = "shock_sizes.", "1 = unchanged"  # begin of the paths of sizes of shocks, and what is said of them
SHORT = (
    (r"shock_sizes\.(.+)", r"size of \1"),
    (r"rules\.(?:([^.]+)\.all|[^.]+\.([^.]+))\.([^.]+)", r"\3 of \1\2"),
    (r"(?:.*\.)?([^.]+)\.([^.]+)", r"\1: \2"),
)


@dataclass(frozen=True)
class SweepData:
    """What every page of a sweep needs: all runs, the factors that vary, title and caption.

    names: of countries and options by code. quarter: in which outcomes are taken; empty if not the same in all runs.
    """

    runs: pd.DataFrame
    factors: tuple[Factor, ...]
    title: str
    caption: str
    names: Mapping[str, str] = field(default_factory=dict)
    quarter: str = ""

    def rows(self, outcome: str) -> pd.DataFrame:
        """The successful runs that have the outcome."""
        successful = self.runs[self.runs["failed"].isna()]
        return successful.dropna(subset=[outcome]) if len(successful) else successful

    def values(self, path: str) -> list[str]:
        """The values of a text factor in order of appearance, those of failed runs included."""
        return list(self.runs[path].dropna().unique())

    def split(self, most: int) -> str | None:
        """The text factor that has a line or a map per value: the only one with at most `most` values, if any."""
        few = [factor.path for factor in self.factors if not factor.numeric and len(self.values(factor.path)) <= most]
        return few[0] if len(few) == 1 and any(factor.numeric for factor in self.factors) else None

    def labels(self) -> dict[str, str]:
        """Path -> name of a factor."""
        return short_names(factor.path for factor in self.factors)

    def page(self, outcome: str, size: tuple[float, float], *, note: str, frame: Frame) -> Figure:
        """An empty page of this width and height, inches; a title too long for it moves to the notes."""
        n_failed = int(self.runs["failed"].notna().sum())
        n_empty = len(self.runs) - n_failed - len(self.rows(outcome))
        counts = f"Runs: {len(self.runs)}" + f"; failed and left out: {n_failed}" * (n_failed > 0)
        counts += f"; without a value and left out: {n_empty}" * (n_empty > 0)
        words = sentence(of_outcome(outcome, self.names)) + (f", {self.quarter}" if self.quarter else "")
        heading, notes = f"{words}: {self.title}", [note, f"{counts}.", self.caption]
        if len(heading) * LARGE * BOLD / POINTS_PER_INCH > size[0] - 2 * look.EDGE:
            heading, notes = words, [self.title, *notes]
        return look.page(*size, title=heading, notes=notes, frame=frame)


def is_share(outcome: str) -> bool:
    """Whether an outcome is a share, which charts write in percent."""
    one = named(outcome)
    return one is not None and one.family.unit in SHARE_UNITS


def on_axis(path: str, label: str) -> str:
    """The name of a factor beside its axis; of a size of shocks with what 1 means."""
    return f"{label} ({UNCHANGED})" if path.startswith(SIZES) else label


def quarter_of(manifest: Mapping[str, Any], runs: pd.DataFrame) -> str:
    """The last quarter of the runs of a sweep; empty where it is not the same in all."""
    texts = manifest.get("scenario_texts", {}).values()
    ends = set(runs["end"]) if "end" in runs else {str(leaves_of(str(text)).get("end", "")) for text in texts}
    return str(ends.pop()) if len(ends) == 1 else ""


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """Path -> name of a factor: short, or the complete path where two would have the same name."""
    words = {path: path if path.startswith(SIZES) else plain(path) for path in paths}
    short = {
        path: next((re.sub(*rule, text) for rule in SHORT if re.fullmatch(rule[0], text)), text)
        for path, text in words.items()
    }
    return {path: text if list(short.values()).count(text) == 1 else path for path, text in short.items()}


def panels_of(
    data: SweepData, outcome: str, *, under: Under, notes: Notes, side: str, frame: Frame, share: bool = False
) -> Figure:
    """A page with a panel for each name of a factor and its tick labels; all share the y axis, named `side`.

    share: whether the y axis is of shares, in percent.
    """
    columns = next((few for most, few in COLUMNS if len(under) <= most), MOST_COLUMNS)
    free = (LONE if columns == 1 else WIDE) - frame.left - frame.right + BETWEEN
    least = max(max(_widest(label) * NORMAL / SMALL, len(texts) * TICK_ROOM) for label, texts in under) + BETWEEN
    columns = max(1, min(columns, int(free / least)))
    inner = max(free / columns, least) - BETWEEN
    height = min(SHAPE * inner, MOST, max(LEAST, ROWS_HIGH * columns / len(under)))
    ticks = [_ticks(texts, inner) for _, texts in under]
    names = [_wrapped(label, inner * SMALL / NORMAL) for label, _ in under]
    rooms = [room + LINE * (name.count("\n") + 1) + SPACE for (_, _, room), name in zip(ticks, names, strict=True)]
    heights = [inches for row in range(0, len(rooms), columns) for inches in (height, max(rooms[row : row + columns]))]
    width = frame.left + frame.right + (inner + BETWEEN) * columns - BETWEEN
    note = " ".join(text for text, holds in notes.items() if holds)
    figure = data.page(outcome, (width, look.ROOM_ABOVE + sum(heights)), note=note, frame=frame)
    cells = figure.add_gridspec(len(heights), columns, height_ratios=heights, hspace=0, wspace=BETWEEN / inner)
    for rank, (texts, turn, _) in enumerate(ticks):
        row, column = divmod(rank, columns)
        axis = figure.add_subplot(cells[2 * row, column], sharey=figure.axes[0] if rank else None, xlabel=names[rank])
        axis.set_ylabel("" if column else _wrapped(side, height * SMALL / NORMAL))
        axis.tick_params(labelleft=column == 0)
        look.round_ticks(axis.xaxis, 4)
        if texts:
            axis.set_xticks(range(len(texts)), texts, rotation=turn)
    if share:
        in_shares(figure.axes[0].yaxis)
    else:
        figure.axes[0].yaxis.set_major_formatter(look.GENERAL)
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
    """A text in lines of small type no wider than this, inches; words and elements of a path are not broken."""
    lines = [""]
    for piece in re.findall(r"[^ ._:]*[ ._:]+|[^ ._:]+", text):
        if lines[-1] and text_width([(lines[-1] + piece).rstrip()]) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.strip() for line in lines)


def _widest(text: str) -> float:
    """Width of the widest piece of a text in small type, inches."""
    return text_width(_wrapped(text, 0.0).split("\n"))


def plain(name: str) -> str:
    """A name as words."""
    return name.replace("_", " ")


def of_outcome(name: str, names: Mapping[str, str] = NO_MEANINGS) -> str:
    """An outcome as words, with its places called by their names, or else by their codes."""
    one = named(name)
    return one.in_words(names) if one is not None and one.family.words else plain(name)
