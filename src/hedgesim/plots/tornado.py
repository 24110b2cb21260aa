"""The tornado of an attribution: what each switch adds to a difference, the largest part first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hedgesim.numbers import apart
from hedgesim.plots.chart import Limits, Size
from hedgesim.plots.theme import (
    BLUE,
    INK,
    LINE_HEIGHT,
    MUTED,
    NORMAL,
    POINTS_PER_INCH,
    SMALL,
    VERMILION,
    Frame,
    page,
    plain_rows,
    round_ticks,
    text_width,
)

BAR = 0.62  # of a row
ROW = 0.34  # inches, of a label of one line
BETWEEN = 0.12  # inches between labels of several lines
LABEL, LABEL_LINES = 44, 3  # characters of a line of a label, and lines at most
ROOM = 0.22  # of the span of values, for the numbers at both sides
MOST_NAMED = 4
ABOVE = 0.12  # inches above the first bar


def tornado_limits(table: pd.DataFrame) -> Limits:
    """Limits that hold zero, every bar and interval, with room for numbers."""
    ends = table[["value", "low", "high"]]
    low, high = min(0.0, float(ends.min().min())), max(0.0, float(ends.max().max()))
    room = ROOM * ((high - low) or 1.0)
    return low - room * (low < 0.0), high + room * (high > 0.0)


def draw_tornado(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """A bar per switch from zero, the largest at the top, with its interval and its number.

    table: columns switch, value, low, high; parts of a difference, in its unit. What a column `what` says is beside
    the name.
    """
    rows = _ranked(table)
    y, low, high = np.arange(len(rows)), *(limits or tornado_limits(table))
    colors = [BLUE if value >= 0.0 else VERMILION for value in rows["value"]]
    axis.barh(y, rows["value"], BAR, color=colors, zorder=2)
    axis.hlines(y, rows["low"], rows["high"], color=INK, lw=1.0, zorder=3)
    axis.axvline(0.0, color=INK, lw=0.9, zorder=2.5)
    for place, (row, text) in enumerate(zip(rows.to_dict("records"), _texts(rows["value"]), strict=True)):
        right = row["value"] >= 0.0
        end = max(row["value"], row["high"]) if right else min(row["value"], row["low"])
        style: dict[str, Any] = {"ha": "left" if right else "right", "va": "center", "size": SMALL, "color": MUTED}
        axis.annotate(text, (end, place), (4 if right else -4, 0), textcoords="offset points", **style)
    axis.set_yticks(y, _labels(rows), size=NORMAL, color=INK)
    axis.set(xlim=(low, high), ylim=(len(rows) - 0.4, -0.6))
    plain_rows(axis, "left")
    axis.grid(visible=True, axis="x")
    round_ticks(axis.xaxis, 5)
    return axis


def _lines(labels: Iterable[str]) -> int:
    """Lines of the label that has most."""
    return max((label.count("\n") + 1 for label in labels), default=1)


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """The largest part first, whatever its sign."""
    order = table["value"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _labels(table: pd.DataFrame) -> list[str]:
    """Each switch by its name and in words, on lines of their own."""
    if "what" not in table:
        return list(table["switch"])
    said = (f"{name}: {what}" if what else name for name, what in zip(table["switch"], table["what"], strict=True))
    return ["\n".join(textwrap.wrap(text, LABEL, max_lines=LABEL_LINES, placeholder=" …") or [text]) for text in said]


def _texts(values: Iterable[float]) -> list[str]:
    """Values with their signs; zero has none."""
    return ["0" if text == "+0" else text for text in apart(values, sign="+")]


def tornado_page(table: pd.DataFrame, *, title: str, notes: Sequence[str]) -> Figure:
    """A page with the tornado alone, described in words; notes: how it is read, and what it rests on."""
    size = tornado_size(table)
    frame = Frame(size.left, size.right, 0, size.below, ABOVE)
    across = size.left + size.width + size.right
    figure = page(across, ABOVE + size.height + size.below, title=title, notes=notes, frame=frame)
    draw_tornado(table, figure.add_subplot())
    figure.set_label(describe_tornado(table))
    return figure


def describe_tornado(table: pd.DataFrame) -> str:
    """The largest parts, and the sum of all."""
    rows = _ranked(table)
    texts = _texts([*rows["value"], float(rows["value"].sum())])
    said = [f"{name} {text}" for name, text in zip(rows["switch"], texts, strict=False)][:MOST_NAMED]
    return f"Parts with the sum {texts[-1]}, the largest: {'; '.join(said)}."


def tornado_size(table: pd.DataFrame) -> Size:
    """A row per switch, and room for its label."""
    labels = _labels(table)
    lines = [line for label in labels for line in label.split("\n")]
    row = max(ROW, _lines(labels) * LINE_HEIGHT * NORMAL / POINTS_PER_INCH + BETWEEN)
    return Size(5.6, row * len(table) + 0.2, text_width(lines) * NORMAL / SMALL + 0.3)
