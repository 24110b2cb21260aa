"""The time axis: quarters as numbers, years as ticks, and shocks as numbered dotted lines with a key."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hedgesim.model.period import Period
from hedgesim.plots.theme import CHARACTER_WIDTH, MUTED, NEAR, POINTS_PER_INCH, SMALL

QUARTERS = 4
YEAR_WIDTH = 34.0  # points that the label of a year takes, with space
ROW_HEIGHT = 9.5  # points between rows of shock numbers
NUMBER_SPACE, DIGIT_WIDTH = 0.8, 1.15  # space beside a shock number and width of a digit, in characters
MARK_LIFT = 1.5  # points between the axis and the first row


def quarter_numbers(periods: Iterable[str]) -> NDArray[np.float64]:
    """Quarters since year 0 of texts such as `2022Q1`; ValueError for a text that is not a quarter."""
    texts = pd.Series(list(periods), dtype=object)
    known = {text: float(Period.parse(text).index) for text in texts.unique()}
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


def shock_key(shocks: pd.DataFrame, periods: Iterable[str]) -> str:
    """The note that explains the numbers of the dotted lines; empty if there are no shocks."""
    dated = dated_shocks(shocks, periods)
    parts = [
        f"({rank})\N{NO-BREAK SPACE}{period}\N{NO-BREAK SPACE}{names}"
        for rank, (period, names) in enumerate(dated, start=1)
    ]
    return "Shocks (dotted lines):  " + "   ".join(parts) if parts else ""


def number_rows(shocks: pd.DataFrame, periods: Iterable[str], *, width: float) -> int:
    """Rows of shock numbers above an axis of this width (inches) over these quarters."""
    numbers = quarter_numbers(texts := list(periods))
    at = quarter_numbers(period for period, _ in dated_shocks(shocks, texts))
    span = max(float(numbers.max() - numbers.min()), 1.0)
    return max(_rows(at * width * POINTS_PER_INCH / span), default=-1) + 1


def rows_inches(rows: int) -> float:
    """Height of rows of shock numbers, inches."""
    return rows * ROW_HEIGHT / POINTS_PER_INCH


def _rows(places: NDArray[np.float64]) -> list[int]:
    """The row of each shock number so that none touch; places: positions along the axis, points."""
    ends: list[float] = []
    rows = []
    for rank, place in enumerate(places, start=1):
        width = (len(str(rank)) + NUMBER_SPACE) * SMALL * CHARACTER_WIDTH * DIGIT_WIDTH
        free = [row for row, end in enumerate(ends) if end <= place - width / 2]
        rows.append(free[0] if free else len(ends))
        ends[rows[-1] : rows[-1] + 1] = [place + width / 2]
    return rows


def mark_shocks(axis: Axes, shocks: pd.DataFrame, *, periods: Iterable[str]) -> int:
    """Draw a numbered dotted line at every quarter with shocks; the number of rows that the numbers take.

    Call it after `draw_years`: a number moves to a higher row where it would touch another.
    """
    dated = dated_shocks(shocks, periods)
    if not dated:
        return 0
    at = quarter_numbers(period for period, _ in dated)
    scale = POINTS_PER_INCH / axis.figure.dpi
    places = axis.transData.transform(np.column_stack([at, np.zeros(len(at))]))[:, 0] * scale
    rows = _rows(places)
    for rank, (number, row) in enumerate(zip(at, rows, strict=True), start=1):
        axis.axvline(number, color=MUTED, lw=0.8, ls=":", zorder=1.5)
        at_top, lift = axis.get_xaxis_transform(), MARK_LIFT + row * ROW_HEIGHT
        style = {"ha": "center", "va": "bottom", "size": SMALL, "color": MUTED, **NEAR}
        axis.annotate(str(rank), (number, 1.0), (0, lift), xycoords=at_top, **style)
    return max(rows) + 1


def title_above(axis: Axes, text: str, *, rows: int) -> None:
    """Write the title of a panel above the rows of shock numbers."""
    axis.set_title(text, pad=4 + rows * ROW_HEIGHT)
