"""A page of one chart: a panel for each batch and each value of the column that has panels, all in the same scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hedgesim.plots.chart import NO_SHOCKS, RUN, Batch, Chart, Pick, Size
from hedgesim.plots.labels import number_rows, rows_inches
from hedgesim.plots.theme import ROOM_ABOVE, Frame, legend, legend_columns, legend_rows, page, panels

LEAST_WIDTH = 6.4  # inches of a page
BETWEEN = 0.35  # inches between panels whose rows have the same names
BARE_ABOVE = 0.12  # inches above a panel without a title
WHOLE = "runs"
"""The table that has all runs."""


@dataclass(frozen=True)
class Panel:
    """One axis of a page."""

    title: str
    table: pd.DataFrame
    shocks: pd.DataFrame


def panels_of(chart: Chart, batches: Sequence[Batch], pick: Pick) -> list[Panel]:
    """The panels of a page; where several batches have panels, those of one value stand side by side."""
    groups, rows = chart.needs.groups(batches), []
    for group in groups:
        table, shocks = chart.table(group, pick), group[-1].shocks if chart.dated else NO_SHOCKS
        name = group[-1].name if len(groups) > 1 else ""
        parts = [(str(key), own) for key, own in table.groupby(chart.panels, sort=False)] if chart.panels else []
        rows.append(
            [
                Panel(", ".join(filter(None, (key, name))), own.reset_index(drop=True), shocks)
                for key, own in parts or [("", table)]
            ]
        )
    most = max(map(len, rows))
    return [row[place] for place in range(most) for row in rows if place < len(row)]


def page_of(chart: Chart, batches: Sequence[Batch], pick: Pick) -> tuple[Figure, str]:
    """The page of a chart, whose label is all that is said of it, and what it shows in words."""
    shown, groups = panels_of(chart, batches, pick), chart.needs.groups(batches)
    whole = pd.concat([panel.table for panel in shown], ignore_index=True)
    said = " ".join(chart.describe(chart.table(group, pick)) for group in groups)
    size, limits = _largest([chart.size(panel.table) for panel in shown]), chart.limits(whole)
    columns = len(groups) if 1 < len(groups) < len(shown) else min(chart.columns, len(shown))
    rows = -(-len(shown) // columns)
    flags = max(_flags(panel, size) for panel in shown)
    repeated = flags if len(groups) > columns else 0
    between = BETWEEN if chart.same_rows else size.left + size.right
    across = size.left + size.width * columns + between * (columns - 1) + size.right
    keys, width = list(chart.keys(whole)), max(across, LEAST_WIDTH)
    texts = [text for _, text in keys]
    above = size.above + rows_inches(flags) + (ROOM_ABOVE if any(panel.title for panel in shown) else BARE_ABOVE)
    legends = legend_rows(texts, width) if texts else 0
    frame = Frame(size.left, size.right + width - across, legends, size.below, above)
    space = size.below + size.above + ROOM_ABOVE + rows_inches(repeated)
    height = above + size.below + size.height * rows + space * (rows - 1)
    notes = (chart.reads, *_notes(chart, batches[-1]))
    figure = page(width, height, title=chart.title(shown[0].table), notes=notes, frame=frame)
    spacing = {"wspace": between / size.width, "hspace": space / size.height}
    axes = _axes(chart, figure, len(shown), columns, spacing)
    for place, (axis, panel) in enumerate(zip(axes, shown, strict=True)):
        named = flags if place < columns else repeated
        scale = chart.limits(panel.table) if chart.own_scale else limits
        chart.place(panel.table, axis, limits=scale, shocks=panel.shocks, title=panel.title, flags=named)
        if chart.same_rows:
            axis.tick_params(labelleft=place % columns == 0)
    if texts:
        legend(figure, [handle for handle, _ in keys], texts, columns=legend_columns(texts, width), handlelength=2.8)
    figure.set_label(f"{said} {figure.get_label()}")
    return figure, said


def page_alone(chart: Chart, batches: Sequence[Batch]) -> Figure:
    """The page of a chart of which nothing is picked."""
    return page_of(chart, batches, Pick())[0]


def _axes(chart: Chart, figure: Figure, count: int, columns: int, spacing: dict[str, float]) -> list[Axes]:
    if chart.projection:
        import_module("mpltern")  # registers the projection
        rows = -(-count // columns)
        return [figure.add_subplot(rows, columns, n + 1, projection=chart.projection) for n in range(count)]
    return panels(figure, count, columns, share=False, **spacing)


def _largest(sizes: Sequence[Size]) -> Size:
    """The size that holds all of them."""
    return Size(*(max(size[place] for size in sizes) for place in range(len(Size._fields))))


def _flags(panel: Panel, size: Size) -> int:
    """Rows of names of shocks above a panel."""
    return 0 if panel.shocks.empty else number_rows(panel.shocks, panel.table["period"], width=size.width)


def _notes(chart: Chart, batch: Batch) -> list[str]:
    """The line below a chart: results, how many of their runs are shown, how far to trust it; then the rest."""
    trust = batch.known.trust
    kept = [name for name in chart.needs.tables[:1] if name in batch.tables and "run" in batch.tables[name]]
    shown = batch.tables[kept[0]]["run"].nunique() if kept else 0
    runs = len(batch.tables[WHOLE]) if WHOLE in batch.tables else 0
    some = f"Shown: the {shown} of {runs} runs whose trajectories are kept." if 0 < shown < runs else ""
    if chart.needs.kind != RUN:
        return [batch.caption, *batch.notes]
    whole = trust.line(*chart.parts, about=chart.about)
    return [batch.caption, some, trust.short(*chart.parts), *batch.notes, whole]
