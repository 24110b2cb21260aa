"""Names, colours and labels of lines, and the time axis with the quarters in which shocks act."""

from __future__ import annotations

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
from hedgesim.plots.theme import (
    LINE_STYLES,
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
