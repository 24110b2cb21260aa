"""Names, colours and labels of lines, and the time axis with the quarters in which shocks act."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from hedgesim.errors import printable
from hedgesim.model.period import Period
from hedgesim.plots.theme import (
    CHARACTER_WIDTH,
    LINE_STYLES,
    MUTED,
    NEAR,
    POINTS_PER_INCH,
    SMALL,
    line_style,
    text_color,
    text_width,
)

NEUTRAL = "#555555"
GAP = 1.22  # distance of the lines of labels, of the type size
TIE_ROOM = 0.25  # inches between an axis and its labels, and beyond them
LABEL_OFF = 9.0  # points between the axis and its labels
RADII = (7.0, 12.0, 18.0, 26.0, 36.0, 50.0, 68.0, 90.0)  # distances of a label from its point that are tried, points
DIRECTIONS = 16
Labels = Mapping[str, tuple[str, str]]
"""Code -> (name, colour), in drawing order."""


@dataclass(frozen=True)
class Names:
    """Names and colours of one region, all from its tables.

    countries, options: code -> (name, colour) in drawing order; options are the powers, then region, other.
    formats: id -> name. corners: name of a corner of the ternary chart -> the powers it holds; three of them. own: ids
    of the meetings of the region itself. powers: the options that are powers. hosts: format -> the power that leads it
    or is invited to it. aggressor: code of the power that hostile resolutions are about.
    """

    countries: Labels
    options: Labels
    formats: Mapping[str, str] = field(default_factory=dict)
    corners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    powers: tuple[str, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    aggressor: str = ""

    @classmethod
    def from_axes(
        cls, axes: pd.DataFrame, *, formats: Mapping[str, str], corners: Mapping[str, tuple[str, ...]]
    ) -> Names:
        """Names from the table `axes` (axis, code, name, color)."""
        rows = {str(axis): part.to_dict("records") for axis, part in axes.groupby("axis")}
        countries, powers, options = (
            {str(row["code"]): (printable(str(row["name"])), str(row["color"])) for row in rows.get(axis, ())}
            for axis in ("country", "power", "option")
        )
        titles = {code: printable(title) for code, title in formats.items()}
        camps = {printable(name): held for name, held in corners.items()}
        return cls(countries, {**powers, **options}, titles, camps, powers=tuple(powers))


def label_of(labels: Labels, code: str) -> tuple[str, str]:
    """Name and colour of a code; a code without a row is its own name, in grey."""
    return labels.get(code, (code, NEUTRAL))


def style_of(labels: Labels, code: str) -> Any:
    """The dash pattern of a code: by its rank in the drawing order, the last pattern for a code without a row."""
    return line_style(list(labels).index(code) if code in labels else len(LINE_STYLES) - 1)


def in_order(labels: Labels, present: Iterable[str]) -> list[str]:
    """The codes that occur: those with a name in drawing order, then the others sorted."""
    found = set(present)
    return [code for code in labels if code in found] + sorted(found - labels.keys())


@dataclass(frozen=True)
class Label:
    """A text, its colour and the point it names, in data units."""

    text: str
    color: str
    x: float
    y: float


def spread(wanted: NDArray[np.float64], gap: float, *, low: float, high: float) -> NDArray[np.float64]:
    """Positions at least `gap` apart, in the order of the wanted ones and as near to them as possible.

    The positions are within low..high if that is long enough, else they start at low. This is the least-squares
    solution: isotonic regression of the wanted positions less the room that the earlier ones take.
    """
    order = np.argsort(wanted, kind="stable")
    taken = np.arange(len(wanted)) * gap
    room = max(low, high - gap * (len(wanted) - 1))
    placed = np.empty(len(wanted))
    placed[order] = np.clip(isotonic_regression(wanted[order] - taken).x, low, room) + taken
    return placed


def label_room(labels: Labels) -> float:
    """Width of the names right of an axis, inches."""
    return text_width(name for name, _ in labels.values()) + TIE_ROOM


def pixels_per_point(axis: Axes) -> float:
    """Pixels of the page of an axis in one point."""
    return float(axis.figure.dpi) / POINTS_PER_INCH


def label_ends(axis: Axes, labels: Sequence[Label]) -> list[Annotation]:
    """Write each label right of the axis at the height of its point, moved apart and connected by a thin line.

    Call it last: it reads the limits of the axis and its position on the page.
    """
    if not labels:
        return []
    box, scale = axis.get_window_extent(), pixels_per_point(axis)
    gap = SMALL * GAP * scale
    heights = axis.transData.transform([(label.x, label.y) for label in labels])[:, 1]
    placed = spread(heights, gap, low=box.y0 + gap / 4, high=box.y1 - gap / 4)
    start = 1.0 + LABEL_OFF * scale / box.width
    notes = []
    for label, height in zip(labels, placed, strict=True):
        at, tie = (start, (height - box.y0) / box.height), {"relpos": (0.0, 0.5), "shrinkA": 1, "shrinkB": 0}
        notes.append(_tied(axis, label, at, tie, va="center", textcoords="axes fraction"))
    return notes


def _tied(axis: Axes, label: Label, at: tuple[float, float], tie: Mapping[str, Any], **style: Any) -> Annotation:
    """Write a label at a position, connected with its point by a thin line."""
    line: dict[str, Any] = {"arrowstyle": "-", "lw": 0.5, "color": label.color, **tie}
    style = {**NEAR, "size": SMALL, "color": text_color(label.color), "arrowprops": line, **style}
    return axis.annotate(label.text, (label.x, label.y), at, **style)


def label_points(axis: Axes, labels: Sequence[Label], *, avoid: Sequence[Bbox] = ()) -> list[Annotation]:
    """Write each label near its point where it covers no other label and nothing in `avoid` (boxes in pixels).

    Directions around the point are tried, then larger distances. Call it last, as `label_ends`.
    """
    figure: Any = axis.figure
    renderer, scale = figure.canvas.get_renderer(), pixels_per_point(axis)
    points = axis.transData.transform(np.array([(label.x, label.y) for label in labels]).reshape(-1, 2))
    taken = [*avoid, *(Bbox.from_bounds(x - 4 * scale, y - 4 * scale, 8 * scale, 8 * scale) for x, y in points)]
    written = []
    for label in labels:
        tie = {"shrinkA": 0, "shrinkB": 4}
        note = _tied(axis, label, (0.0, 0.0), tie, weight="bold", ha="center", va="center")
        taken.append(_move_to_free_place(note, taken, renderer=renderer, scale=scale))
        written.append(note)
    return written


def _move_to_free_place(note: Annotation, taken: Sequence[Bbox], *, renderer: Any, scale: float) -> Bbox:
    """Move a note to the first position that is free, else to the last one tried; the box of its text, pixels."""
    size = _text_box(note, renderer)
    half = np.array([size.width, size.height]) / 2 / scale
    for radius in RADII:
        for turn in np.linspace(0.0, 2 * np.pi, DIRECTIONS, endpoint=False):
            x, y = np.array([np.cos(turn), np.sin(turn)]) * (radius + half)
            note.set_position((float(x), float(y)))
            box = _text_box(note, renderer)
            if not any(box.overlaps(other) for other in taken):
                return box
    return box


def _text_box(note: Annotation, renderer: Any) -> Bbox:
    """The pixels of the text of a note, without its line."""
    note.update_positions(renderer)
    box: Bbox = super(Annotation, note).get_window_extent(renderer)
    return box


QUARTERS = 4
YEAR_WIDTH = 34.0  # points that the label of a year takes, with space
FLAG = SMALL - 1  # type size of the name of a shock, points
ROW_HEIGHT = 9.5  # points between rows of names of shocks
MOST_ROWS, LONGEST_FLAG = 6, 28  # rows of names of shocks above an axis, and characters of a name
FLAG_OFF = 2.0  # points between a dotted line and the name of its shock, and between two names
SMALL_WORDS = re.compile(r"\s+(?:a|an|the|of|in|on|at|to|by|for|and|with|after|before|from|between)$")
FLAG_HEIGHT = 0.7  # of a row: how far a mark goes up beside its name
MARK_LIFT = 1.5  # points between the axis and the first row


def quarter_numbers(periods: Iterable[str]) -> NDArray[np.float64]:
    """Quarters since year 0 of texts such as `2022Q1`; ValueError for a text that is not a quarter."""
    texts = pd.Series(list(periods), dtype=object)
    known = {}
    for text in texts.unique():
        period = Period.parse(text)
        known[text] = float(period.index)
    return texts.map(known).to_numpy(dtype=np.float64)


def draw_years(axis: Axes, periods: Iterable[str]) -> None:
    """Set the limits of the axis to these quarters and mark as many years as have room."""
    numbers = quarter_numbers(periods)
    low, high = float(numbers.min()), float(numbers.max())
    axis.set_xlim(low, high) if high > low else axis.set_xlim(low - 1, high + 1)
    years = np.arange(np.ceil(low / QUARTERS), np.floor(high / QUARTERS) + 1)
    width = axis.get_window_extent().width * POINTS_PER_INCH / axis.figure.dpi
    step = max(1, int(np.ceil(len(years) * YEAR_WIDTH / max(width, 1.0))))
    shown = years[::step] if len(years) else np.array([np.floor(low / QUARTERS)])
    axis.set_xticks(shown * QUARTERS, [f"{year:.0f}" for year in shown])
    axis.set_xticks(years * QUARTERS, minor=True)


def dated_shocks(shocks: pd.DataFrame, periods: Iterable[str]) -> list[tuple[str, str]]:
    """(quarter, names) of the shocks in the span of these quarters, in order of time, one entry per quarter.

    shocks: columns period, name.
    """
    span = sorted(set(periods))
    if shocks.empty:
        return []
    inside = shocks[(shocks["period"] >= span[0]) & (shocks["period"] <= span[-1])].drop_duplicates()
    grouped = inside.sort_values("period", kind="stable").groupby("period", sort=True)["name"]
    return [(str(period), "; ".join(names)) for period, names in grouped]


def short_flag(names: str) -> str:
    """What is written at the mark of a shock: the beginning of the first name, and how many more there are."""
    first, *more = names.split("; ")
    text = textwrap.shorten(first, LONGEST_FLAG, placeholder="")
    text = text or first[:LONGEST_FLAG]
    if text != first:
        text = SMALL_WORDS.sub("", text) + "…"
    return text + f" +{len(more)}" * bool(more)


@dataclass(frozen=True)
class Flag:
    """The name of a shock above an axis: points from its left end to the mark and to the text, and its row."""

    text: str
    mark: float
    start: float
    row: int


def flags_of(shocks: pd.DataFrame, periods: Iterable[str], *, width: float) -> list[Flag]:
    """The names of shocks above an axis of this width (inches) over these quarters.

    A name starts at its mark, or ends with the axis; a row holds names that do not touch, and no mark crosses the name
    of another. A name without a place in the rows is empty: its mark alone is drawn.
    """
    quarters = quarter_numbers(texts := list(periods))
    dated = dated_shocks(shocks, texts)
    whole, span = width * POINTS_PER_INCH, max(float(quarters.max() - quarters.min()), 1.0)
    marks = (quarter_numbers(period for period, _ in dated) - quarters.min()) * whole / span
    placed: list[tuple[float, float, int]] = []
    found = []
    for mark, (_, names) in reversed(list(zip(marks, dated, strict=True))):
        text = short_flag(names)
        size = len(text) * FLAG * CHARACTER_WIDTH + 2 * FLAG_OFF
        start = min(float(mark), max(0.0, whole - size))
        row = 1 + max((other for left, _, other in placed if left < start + size), default=-1)
        if row < MOST_ROWS:
            placed.append((start, start + size, row))
        found.append(
            Flag(text if row < MOST_ROWS else "", float(mark), start + FLAG_OFF, row if row < MOST_ROWS else 0)
        )
    return found[::-1]


def number_rows(shocks: pd.DataFrame, periods: Iterable[str], *, width: float) -> int:
    """Rows of names of shocks above an axis of this width (inches) over these quarters."""
    return max((flag.row for flag in flags_of(shocks, periods, width=width)), default=-1) + 1


def rows_inches(rows: int) -> float:
    """Height of rows of names of shocks, inches."""
    return rows * ROW_HEIGHT / POINTS_PER_INCH


def mark_shocks(axis: Axes, shocks: pd.DataFrame, *, periods: Iterable[str], named: bool = True) -> int:
    """Draw a dotted line at every quarter with shocks, up to their names; the number of rows that the names take.

    Call it after `draw_years`. named: whether names are written, which panels below others need not repeat.
    """
    quarters = list(periods)
    at = quarter_numbers(period for period, _ in dated_shocks(shocks, quarters))
    if not len(at):
        return 0
    for number in at:
        axis.axvline(number, color=MUTED, lw=0.8, ls=":", zorder=1.5)
    if not named:
        return 0
    low, high = axis.get_xlim()
    first, last = (float(end(quarter_numbers(quarters))) for end in (np.min, np.max))
    box = axis.get_window_extent()
    width = box.width / axis.figure.dpi * (last - first or 1.0) / (high - low)
    flags = flags_of(shocks, quarters, width=width)
    for number, flag in zip(at, flags, strict=True):
        _write_flag(axis, number, flag)
    return max(flag.row for flag in flags) + 1


def _write_flag(axis: Axes, number: float, flag: Flag) -> None:
    """The mark of a shock up to the row of its name, and the name."""
    if not flag.text:
        return
    at_top, lift = axis.get_xaxis_transform(), MARK_LIFT + flag.row * ROW_HEIGHT
    tip = lift + ROW_HEIGHT * FLAG_HEIGHT if flag.start >= flag.mark else lift
    line: dict[str, Any] = {"arrowstyle": "-", "lw": 0.8, "ls": ":", "color": MUTED, "shrinkA": 0, "shrinkB": 0}
    axis.annotate("", (number, 1.0), (0, tip), xycoords=at_top, arrowprops=line, zorder=1.5, **NEAR)
    style: dict[str, Any] = {"ha": "left", "va": "bottom", "size": FLAG, "color": MUTED, **NEAR}
    axis.annotate(flag.text, (number, 1.0), (flag.start - flag.mark, lift), xycoords=at_top, **style)


def title_above(axis: Axes, text: str, *, rows: int) -> None:
    """Write the title of a panel above the rows of names of shocks."""
    axis.set_title(text, pad=4 + rows * ROW_HEIGHT)
