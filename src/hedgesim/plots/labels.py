"""Direct labels that do not cover each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from hedgesim.plots.names import Labels
from hedgesim.plots.theme import POINTS_PER_INCH, SMALL, text_color, text_width

GAP = 1.22  # line distance of labels, of the type size
TIE_ROOM = 0.25  # inches between an axis and its labels, and beyond them
LABEL_OFF = 9.0  # points between the axis and its labels
RADII = (7.0, 12.0, 18.0, 26.0, 36.0, 50.0, 68.0, 90.0)  # tried distances of a label from its point, points
DIRECTIONS = 16
TIE: Mapping[str, Any] = {"arrowstyle": "-", "lw": 0.5}  # the line between a label and its point


@dataclass(frozen=True)
class Label:
    """A text, its colour and the point it names, in data units."""

    text: str
    color: str
    x: float
    y: float


def spread(wanted: NDArray[np.float64], gap: float, *, low: float, high: float) -> NDArray[np.float64]:
    """Places at least `gap` apart, in the order of the wanted ones and as near to them as can be.

    They lie in low..high if that is long enough, else they start at low. The least-squares answer: isotonic
    regression (pool adjacent violators) of the wanted places less the room that the earlier ones take.
    """
    order = np.argsort(wanted, kind="stable")
    taken = np.arange(len(wanted)) * gap
    room = max(low, high - gap * (len(wanted) - 1))
    placed = np.empty(len(wanted))
    placed[order] = np.clip(_isotonic(wanted[order] - taken), low, room) + taken
    return placed


def _isotonic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest series that never falls."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        mean, size = float(value), 1
        while blocks and blocks[-1][0] > mean:
            before, length = blocks.pop()
            mean = (mean * size + before * length) / (size + length)
            size += length
        blocks.append((mean, size))
    return np.repeat([mean for mean, _ in blocks], [size for _, size in blocks])


def label_room(labels: Labels) -> float:
    """Inches that the names in a mapping code -> (name, colour) take right of an axis."""
    return text_width(name for name, _ in labels.values()) + TIE_ROOM


def pixels_per_inch(axis: Axes) -> float:
    """The resolution of the page an axis is on."""
    return float(axis.figure.dpi)


def label_ends(axis: Axes, labels: Sequence[Label]) -> list[Annotation]:
    """Write each label right of the axis at the height of its point, moved apart and tied by a thin line.

    Call it last: it reads the axis limits and the place of the axis on the page.
    """
    if not labels:
        return []
    box = axis.get_window_extent()
    gap = SMALL * GAP * pixels_per_inch(axis) / POINTS_PER_INCH
    heights = axis.transData.transform([(label.x, label.y) for label in labels])[:, 1]
    placed = spread(heights, gap, low=box.y0 + gap / 4, high=box.y1 - gap / 4)
    start = 1.0 + LABEL_OFF * pixels_per_inch(axis) / POINTS_PER_INCH / box.width
    written = []
    for label, height in zip(labels, placed, strict=True):
        written.append(
            axis.annotate(
                label.text,
                (label.x, label.y),
                (start, (height - box.y0) / box.height),
                textcoords="axes fraction",
                size=SMALL,
                color=text_color(label.color),
                va="center",
                annotation_clip=False,
                arrowprops={**TIE, "color": label.color, "relpos": (0.0, 0.5), "shrinkA": 1, "shrinkB": 0},
            )
        )
    return written


def label_points(axis: Axes, labels: Sequence[Label], *, avoid: Sequence[Bbox] = ()) -> list[Annotation]:
    """Write each label near its point where it covers no other label and nothing to `avoid` (pixels).

    Directions are tried around the point, then farther out; call it last, as `label_ends`.
    """
    figure: Any = axis.figure
    renderer = figure.canvas.get_renderer()
    scale = pixels_per_inch(axis) / POINTS_PER_INCH
    at = np.array([(label.x, label.y) for label in labels]).reshape(-1, 2)
    points = axis.transData.transform(at)
    marks = [Bbox.from_bounds(x - 4 * scale, y - 4 * scale, 8 * scale, 8 * scale) for x, y in points]
    taken = [*avoid, *marks]
    written = []
    for label in labels:
        note = axis.annotate(
            label.text,
            (label.x, label.y),
            (0.0, 0.0),
            textcoords="offset points",
            size=SMALL,
            color=text_color(label.color),
            weight="bold",
            ha="center",
            va="center",
            annotation_clip=False,
            arrowprops={**TIE, "color": label.color, "shrinkA": 0, "shrinkB": 4},
        )
        _settle(note, taken, renderer=renderer, scale=scale)
        taken.append(_text_box(note, renderer))
        written.append(note)
    return written


def _settle(note: Annotation, taken: Sequence[Bbox], *, renderer: Any, scale: float) -> None:
    """Move a note to the first tried place that is free, else to the last one."""
    size = _text_box(note, renderer)
    half = np.array([size.width, size.height]) / 2 / scale
    for radius in RADII:
        for turn in range(DIRECTIONS):
            angle = 2 * np.pi * turn / DIRECTIONS
            direction = np.array([np.cos(angle), np.sin(angle)])
            offset = direction * (radius + half)
            note.set_position((float(offset[0]), float(offset[1])))
            if not _covers(_text_box(note, renderer), taken):
                return


def _text_box(note: Annotation, renderer: Any) -> Bbox:
    """The pixels of a note's text, without its line."""
    note.update_positions(renderer)
    box: Bbox = super(Annotation, note).get_window_extent(renderer)
    return box


def _covers(box: Bbox, others: Sequence[Bbox]) -> bool:
    """Whether a box shares pixels with any other."""
    return any(box.overlaps(other) for other in others)
