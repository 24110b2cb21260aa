"""The time axis: its years, and the quarters in which shocks act with the names of these above it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hedgesim.model.period import QUARTERS, Period
from hedgesim.plots.theme import CHARACTER_WIDTH, MUTED, NEAR, POINTS_PER_INCH, SMALL

YEAR_WIDTH = 34.0  # points that the label of a year takes, with space
FLAG = SMALL - 1  # type size of the name of a shock, points
ROW_HEIGHT = 9.5  # points between rows of names of shocks
MOST_ROWS, LONGEST_FLAG = 6, 56  # rows of names of shocks above an axis, and characters of a name
FEWEST = 20  # characters of a name where an axis is narrow
FLAG_OFF = 2.0  # points between a dotted line and the name of its shock, and between two names
SMALL_WORDS = re.compile(r"(?:\s+(?:a|an|the|of|in|on|at|to|by|for|and|with|after|before|from|between))+$")
FLAG_HEIGHT = 0.7  # of a row: how far a mark goes up beside its name
OVER = 0.4  # inches right of an axis that names may take
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


def short_flag(names: str, most: int = LONGEST_FLAG) -> str:
    """What is written of shocks at their mark: their names, or the beginning of the first and how many more there are.

    most: characters of the names.
    """
    if len(names) <= most:
        return names
    first, *more = names.split("; ")
    text = textwrap.shorten(first, most, placeholder="")
    text = text or first[:most]
    if text != first:
        text = SMALL_WORDS.sub("", text) + "…"
    return text + f" and {len(more)} more" * bool(more)


@dataclass(frozen=True)
class Flag:
    """The name of a shock above an axis: points from its left end to the mark and to the text, and its row."""

    text: str
    mark: float
    start: float
    row: int


def flags_of(shocks: pd.DataFrame, periods: Iterable[str], *, width: float, beyond: float = 0.0) -> list[Flag]:
    """The names of shocks, with the quarters from which they act, above an axis on which these are so wide, inches.

    A name starts at its mark, or ends `OVER` inches right of the axis, which goes on `beyond` the quarters, inches. In
    a row names do not touch, and no mark crosses the name of a later one. A name without a place in the rows is empty:
    its mark alone is drawn.
    """
    quarters = quarter_numbers(texts := list(periods))
    dated = dated_shocks(shocks, texts)
    whole, span = width * POINTS_PER_INCH, max(float(quarters.max() - quarters.min()), 1.0)
    end = whole + (beyond + OVER) * POINTS_PER_INCH
    marks = (quarter_numbers(period for period, _ in dated) - quarters.min()) * whole / span
    placed: list[tuple[float, float, int]] = []
    found = []
    character = FLAG * CHARACTER_WIDTH
    for mark, (period, names) in reversed(list(zip(marks, dated, strict=True))):
        when = f"{'acts from ' if period == dated[0][0] else ''}{period}: "
        text = when + short_flag(names, max(FEWEST, min(LONGEST_FLAG, int(end / character) - len(when))))
        size = len(text) * character + 2 * FLAG_OFF
        start = min(float(mark), max(0.0, end - size))
        row = 1 + max((other for left, _, other in placed if left < start + size), default=-1)
        if row < MOST_ROWS:
            placed.append((start, start + size, row))
        found.append(
            Flag(text if row < MOST_ROWS else "", float(mark), start + FLAG_OFF, row if row < MOST_ROWS else 0)
        )
    return found[::-1]


def number_rows(shocks: pd.DataFrame, periods: Iterable[str], *, width: float, beyond: float = 0.0) -> int:
    """Rows of names of shocks above an axis, as of `flags_of`."""
    return max((flag.row for flag in flags_of(shocks, periods, width=width, beyond=beyond)), default=-1) + 1


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
    ends = [float(end(quarter_numbers(quarters))) for end in (np.min, np.max)]
    low, high = axis.transData.transform([(end, 0.0) for end in ends])[:, 0] / axis.figure.dpi
    beyond = axis.get_window_extent().x1 / axis.figure.dpi - high
    flags = flags_of(shocks, quarters, width=high - low, beyond=beyond)
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
    style["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 0.4}  # marks of others pass behind a name
    axis.annotate(flag.text, (number, 1.0), (flag.start - flag.mark, lift), xycoords=at_top, **style)


def title_above(axis: Axes, text: str, *, rows: int) -> None:
    """Write the title of a panel above the rows of names of shocks."""
    axis.set_title(text, pad=4 + rows * ROW_HEIGHT)
