"""Charts of a page: every panel a picture of its own, so that they stand side by side or below one another."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from importlib import import_module

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hedgesim.plots.chart import Batch, Chart, Key, Limits, Pick, Size
from hedgesim.plots.pages import Panel, kept_note, panels_of
from hedgesim.plots.running import describe_running, draw_running
from hedgesim.plots.theme import (
    DPI,
    LEGEND_HANDLE,
    LINE_HEIGHT,
    NORMAL,
    POINTS_PER_INCH,
    ROOM_ABOVE,
    SMALL,
    legend_columns,
    legend_rows,
    text_width,
    theme,
)
from hedgesim.plots.timeline import number_rows, rows_inches
from hedgesim.plots.tornado import describe_tornado, draw_tornado, tornado_size
from hedgesim.report.parts import Picture, Pictures
from hedgesim.report.svg import inline

COLUMNS = ((4.0, 3), (5.5, 2))
"""Inches of an axis up to which so many stand side by side; a wider one stands alone."""

MOST_COLUMNS = 3
BARE_ABOVE = 0.12
"""Inches above an axis without a title."""

KEY_WIDTH = 9.0
"""Inches of a legend, at most."""

LINE, MOST_LINES = 40, 2
"""Characters of a line of a title, and lines of it."""

RUNNING = Size(3.1, 1.9, left=0.75, below=0.5)


def pictures_of(chart: Chart, batches: Sequence[Batch], pick: Pick, name: str) -> Pictures | None:
    """The panels of a chart for some batches, in one scale; nothing where a batch lacks the tables for it.

    name: one that no other chart of the page has.

    Raises:
        HedgesimError: the results are not such that the chart can be drawn.
    """
    if any(chart.lacking(batch) for batch in batches):
        return None
    panels, groups = panels_of(chart, batches, pick), chart.needs.groups(batches)
    whole = pd.concat([panel.table for panel in panels], ignore_index=True)
    limits, keys = None if chart.own_scale else chart.limits(whole), list(chart.keys(whole))
    width = chart.size(panels[0].table).width
    columns = next((many for inches, many in COLUMNS if width <= inches), 1)
    if chart.panels and 1 < len(groups) <= MOST_COLUMNS:
        columns = len(groups)
    flags = max(_flags(chart, panel) for panel in panels)
    named = len(groups) if chart.panels else len(panels)
    with theme():
        found = [
            _picture(chart, panel, limits, f"{name}{n}", flags if n < max(named, columns) else 0)
            for n, panel in enumerate(panels)
        ]
        found = [_legend(keys, f"{name}-key"), *found] if keys else found
    titles = dict.fromkeys(chart.title(panel.table) for panel in panels)
    note = " ".join(filter(None, (chart.reading(whole), kept_note(chart, batches[-1]))))
    return Pictures("; ".join(titles), tuple(found), note, columns)


def _flags(chart: Chart, panel: Panel) -> int:
    """Rows that the names of shocks take above a panel."""
    if not chart.dated or panel.shocks.empty:
        return 0
    return number_rows(panel.shocks, panel.table["period"], width=chart.size(panel.table).width)


def _picture(chart: Chart, panel: Panel, limits: Limits | None, name: str, flags: int) -> Picture:
    """A panel; flags: rows that the names of shocks take in the panels of its row, 0 where only lines mark them."""
    size = chart.size(panel.table)
    above = size.above + rows_inches(flags) + (ROOM_ABOVE if panel.title else BARE_ABOVE)
    figure = _figure(size._replace(above=above), chart.projection)
    chart.place(panel.table, figure.axes[0], limits=limits, shocks=panel.shocks, title=panel.title, flags=flags)
    title = ": ".join(filter(None, (panel.title, chart.title(panel.table))))
    svg = inline(figure, name, title=title, words=chart.describe(panel.table))
    return Picture(svg, country=_only(panel.table, "country"))


def _figure(size: Size, projection: str = "") -> Figure:
    """A figure with one axis of this size, and the room around it."""
    if projection:
        import_module("mpltern")  # registers the projection
    width, height = size.left + size.width + size.right, size.above + size.height + size.below
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    place = (size.left / width, size.below / height, size.width / width, size.height / height)
    figure.add_axes(place, projection=projection or None)
    return figure


def _legend(keys: Sequence[Key], name: str) -> Picture:
    """The legend of all panels, as a picture above them."""
    texts = [text for _, text in keys]
    columns, rows = legend_columns(texts, KEY_WIDTH), legend_rows(texts, KEY_WIDTH)
    width = columns * (text_width(texts) + LEGEND_HANDLE) + 0.2
    height = rows * LINE_HEIGHT * SMALL / POINTS_PER_INCH * 1.3 + 0.1
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    figure.legend([one for one, _ in keys], texts, ncols=columns, loc="center left", borderaxespad=0, handlelength=2.8)
    return Picture(inline(figure, name, title="Legend", words=", ".join(texts)), whole_row=True)


def _only(table: pd.DataFrame, column: str) -> str:
    """The one code in a column; nothing where there are several."""
    codes = set(table[column]) if column in table else set()
    return str(codes.pop()) if len(codes) == 1 else ""


def running_pictures(running: Sequence[tuple[str, pd.DataFrame]], name: str) -> Pictures:
    """Running means, a picture each: title, and table as of `running_mean`."""
    found: list[Picture] = []
    with theme():
        for n, (title, table) in enumerate(running):
            lines = textwrap.wrap(title, LINE)[:MOST_LINES]
            figure = _figure(
                RUNNING._replace(above=ROOM_ABOVE + (MOST_LINES - 1) * LINE_HEIGHT * NORMAL / POINTS_PER_INCH)
            )
            draw_running(table, figure.axes[0])
            figure.axes[0].set_title("\n".join(lines))
            found.append(Picture(inline(figure, f"{name}{n}", title=title, words=describe_running(table))))
    return Pictures("Mean over the first runs, with its 90 % interval", tuple(found))


def tornado(table: pd.DataFrame, name: str, title: str) -> Pictures:
    """What contributes to a difference, as bars; table: columns switch, value, low, high."""
    with theme():
        figure = _figure(tornado_size(table)._replace(above=BARE_ABOVE))
        draw_tornado(table, figure.axes[0])
        picture = Picture(inline(figure, name, title=title, words=describe_tornado(table)))
    return Pictures(title, (picture,), columns=1)
