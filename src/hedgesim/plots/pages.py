"""A page of one chart: a panel for each batch and each value of the column that has panels, all in the same scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from hedgesim.plots.chart import LABEL, NO_SHOCKS, Batch, Chart, Pick
from hedgesim.plots.labels import number_rows, rows_inches
from hedgesim.plots.theme import ROOM_ABOVE, Frame, page, panels, text_width

MOST_COLUMNS = 3
BETWEEN, TICKS = 0.65, 0.5  # inches beside a panel, and below it for its ticks
RIGHT = 0.7  # inches for a number at the end of a line


@dataclass(frozen=True)
class Panel:
    """One axis of a page."""

    title: str
    table: pd.DataFrame
    shocks: pd.DataFrame


def panels_of(chart: Chart, batches: Sequence[Batch], pick: Pick) -> list[Panel]:
    """The panels of a page, those of one batch after those of another."""
    found, groups = [], chart.needs.groups(batches)
    for group in groups:
        table, shocks = chart.table(group, pick), group[-1].shocks if chart.dated else NO_SHOCKS
        name = group[-1].name if len(groups) > 1 else ""
        parts = [(str(key), own) for key, own in table.groupby(chart.panels, sort=False)] if chart.panels else []
        for key, own in parts or [("", table)]:
            found.append(Panel(", ".join(filter(None, (key, name))), own.reset_index(drop=True), shocks))
    return found


def page_of(chart: Chart, batches: Sequence[Batch], pick: Pick) -> tuple[Figure, str]:
    """The page of a chart, and what it shows in words."""
    shown = panels_of(chart, batches, pick)
    whole = pd.concat([panel.table for panel in shown], ignore_index=True)
    limits = chart.limits(whole)
    sizes = [chart.size(panel.table) for panel in shown]
    width, height = max(size[0] for size in sizes), max(size[1] for size in sizes)
    columns = min(MOST_COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    above = ROOM_ABOVE + max(_marks(panel, width) for panel in shown)
    left = text_width(whole[LABEL]) + 0.3 if LABEL in whole and not chart.panels else BETWEEN
    across = (width + BETWEEN) * columns - BETWEEN + left + RIGHT
    down = (height + TICKS + above) * rows
    titles = list(dict.fromkeys(chart.title(panel.table) for panel in shown))
    frame = Frame(left=left, right=RIGHT, below=TICKS)
    figure = page(across, down, title=titles[0], notes=(batches[-1].caption,), frame=frame)
    axes = panels(figure, len(shown), columns, share=False, wspace=BETWEEN / width, hspace=(TICKS + above) / height)
    for axis, panel in zip(axes, shown, strict=True):
        chart.place(panel.table, axis, limits=limits, shocks=panel.shocks, title=panel.title)
    return figure, " ".join(chart.describe(table) for table in _whole_tables(chart, batches, pick))


def _whole_tables(chart: Chart, batches: Sequence[Batch], pick: Pick) -> list[pd.DataFrame]:
    return [chart.table(group, pick) for group in chart.needs.groups(batches)]


def _marks(panel: Panel, width: float) -> float:
    """Inches of the names of shocks above a panel."""
    if panel.shocks.empty:
        return 0.0
    return rows_inches(number_rows(panel.shocks, panel.table["period"], width=width))
