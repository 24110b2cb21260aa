"""A page of one chart: a panel for each batch and each value of the column that has panels, all in the same scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hedgesim.analysis.headline import runs_in_words
from hedgesim.errors import HedgesimError
from hedgesim.plots.chart import NO_SHOCKS, RUN, Batch, Chart, Pick, Size
from hedgesim.plots.theme import ROOM_ABOVE, Frame, legend, legend_columns, legend_rows, page, panels, write_pages
from hedgesim.plots.timeline import number_rows, rows_inches

LONE = Size(5.4, 3.2)
"""Least size of the only panel of a chart that may have several."""

LEAST_WIDTH = 6.4  # inches of a page
BETWEEN = 0.35  # inches between panels whose rows have the same names
BARE_ABOVE = 0.12  # inches above a panel without a title
Drawn = tuple[tuple[Batch, ...], pd.DataFrame]
"""The batches of one drawing, and their table."""


@dataclass(frozen=True)
class Panel:
    """One axis of a page."""

    title: str
    table: pd.DataFrame
    shocks: pd.DataFrame


def panels_of(chart: Chart, batches: Sequence[Batch], pick: Pick) -> list[Panel]:
    """The panels of a page; where several batches have panels, those of one value stand side by side."""
    return _panels(chart, drawn_of(chart, batches, pick))


def _panels(chart: Chart, drawn: Sequence[Drawn]) -> list[Panel]:
    rows = []
    for group, table in drawn:
        shocks, name = _shocks_of(group) if chart.dated else NO_SHOCKS, group[-1].name if len(drawn) > 1 else ""
        parts = table.groupby(chart.panels, sort=False) if chart.panels else [("", table)]
        rows.append(
            [Panel(", ".join(filter(None, (str(key), name))), own.reset_index(drop=True), shocks) for key, own in parts]
        )
    return [row[place] for place in range(max(map(len, rows))) for row in rows if place < len(row)]


def _shocks_of(group: Sequence[Batch]) -> pd.DataFrame:
    """The shocks that a drawing marks: of two batches those that only one has, which make the difference, if any."""
    every = pd.concat([batch.shocks for batch in group], ignore_index=True)
    counts = every.groupby(["period", "name"])["name"].transform("size")
    own = every[counts < len(group)]
    chosen = (own if len(own) else every).drop_duplicates(["period", "name"])
    return chosen.sort_values("period", kind="stable", ignore_index=True)


@dataclass(frozen=True)
class Layout:
    """Where the panels of a page are: inches of each, panels side by side, rows, and rows of names of shocks.

    repeated: rows of names of shocks above the panels of later rows. titled: whether panels have titles. rows_once:
    whether the names of rows stand in the first column only.
    """

    size: Size
    columns: int
    rows: int
    flags: int
    repeated: int
    titled: bool
    rows_once: bool

    @classmethod
    def of(cls, chart: Chart, shown: Sequence[Panel], groups: int) -> Layout:
        """The layout of some panels of so many groups of batches."""
        sizes = [chart.size(panel.table) for panel in shown]
        size = Size(*(max(one[place] for one in sizes) for place in range(len(Size._fields))))
        if chart.panels and len(shown) == 1:
            size = size._replace(width=max(size.width, LONE.width), height=max(size.height, LONE.height))
        columns = groups if 1 < groups < len(shown) else min(chart.columns, len(shown))
        flags = max(_flags(panel, size.width, chart.years) for panel in shown)
        titled, rows = any(panel.title for panel in shown), -(-len(shown) // columns)
        return cls(size, columns, rows, flags, flags if groups > columns else 0, titled, chart.same_rows)

    @property
    def between(self) -> float:
        """Inches between panels side by side."""
        return BETWEEN if self.rows_once else self.size.left + self.size.right

    @property
    def space(self) -> float:
        """Inches between panels one above the other."""
        return self.size.below + self.size.above + ROOM_ABOVE + rows_inches(self.repeated)

    @property
    def above(self) -> float:
        """Inches above the first row of panels."""
        return self.size.above + rows_inches(self.flags) + (ROOM_ABOVE if self.titled else BARE_ABOVE)

    def page(self, keys: Sequence[str], title: str, notes: Sequence[str]) -> Figure:
        """An empty page; keys: texts of its legend."""
        size = self.size
        across = size.left + size.width * self.columns + self.between * (self.columns - 1) + size.right
        width = max(across, LEAST_WIDTH)
        legends = legend_rows(keys, width) if keys else 0
        frame = Frame(size.left, size.right + width - across, legends, size.below, self.above)
        height = self.above + size.below + size.height * self.rows + self.space * (self.rows - 1)
        return page(width, height, title=title, notes=notes, frame=frame)

    def axes(self, figure: Figure, count: int, projection: str) -> list[Axes]:
        """So many axes on a page."""
        if projection:
            import_module("mpltern")  # registers the projection
            return [figure.add_subplot(self.rows, self.columns, n + 1, projection=projection) for n in range(count)]
        spacing = {"wspace": self.between / self.size.width, "hspace": self.space / self.size.height}
        return panels(figure, count, self.columns, share=False, **spacing)


def page_of(chart: Chart, batches: Sequence[Batch], pick: Pick) -> tuple[Figure, str]:
    """The page of a chart, whose label is all that is said of it, and what it shows in words.

    Raises:
        HedgesimError: what is picked is not there, or there is nothing to draw.
    """
    drawn = drawn_of(chart, batches, pick)
    for group, table in drawn:
        if table.empty:
            raise HedgesimError(group[-1].name, f"there is nothing that {chart.name} could show", "Draw another chart.")
    return compose(chart, drawn), _described(chart, drawn)


def drawn_of(chart: Chart, batches: Sequence[Batch], pick: Pick) -> list[Drawn]:
    """The tables of a page, with the batches that each is of."""
    return [(group, chart.table(group, pick)) for group in chart.needs.groups(batches)]


def _described(chart: Chart, drawn: Sequence[Drawn]) -> str:
    """What a page shows in words."""
    return " ".join(chart.describe(table) for _, table in drawn)


def compose(chart: Chart, drawn: Sequence[Drawn]) -> Figure:
    """The page of some tables with rows, as of `page_of`."""
    shown = _panels(chart, drawn)
    whole = pd.concat([table for _, table in drawn], ignore_index=True)
    layout, keys, limits = Layout.of(chart, shown, len(drawn)), list(chart.keys(whole)), chart.limits(whole)
    texts = [text for _, text in keys]
    figure = layout.page(texts, chart.title(drawn[0][1]), (chart.reading(whole), *_notes(chart, drawn[-1][0][-1])))
    axes = layout.axes(figure, len(shown), chart.projection)
    for place, (axis, panel) in enumerate(zip(axes, shown, strict=True)):
        flags = layout.flags if place < layout.columns else layout.repeated
        scale = chart.limits(panel.table) if chart.own_scale else limits
        chart.place(panel.table, axis, limits=scale, shocks=panel.shocks, title=panel.title, flags=flags)
        if chart.same_rows:
            axis.tick_params(labelleft=place % layout.columns == 0, left=False)
    if keys:
        columns = legend_columns(texts, float(figure.get_figwidth()))
        legend(figure, [handle for handle, _ in keys], texts, columns=columns, handlelength=2.8)
    figure.set_label(f"{_described(chart, drawn)} {figure.get_label()}")
    return figure


def _flags(panel: Panel, width: float, years: float) -> int:
    """Rows of names of shocks above a panel of this width, inches, of which years take a part."""
    if panel.shocks.empty:
        return 0
    periods = panel.table["period"]
    return number_rows(panel.shocks, periods, width=years * width, beyond=(1.0 - years) * width)


def kept_note(chart: Chart, batch: Batch) -> str:
    """That a chart shows kept runs only, where its first table is of these and there are more."""
    kept = [name for name in chart.needs.tables[:1] if name in batch.tables and "run" in batch.tables[name]]
    shown = batch.tables[kept[0]]["run"].nunique() if kept and chart.needs.kind == RUN else 0
    runs = int(str(batch.manifest.get("runs", 0)))
    return f"Shown: {runs_in_words(shown, runs)}." if 0 < shown < runs else ""


def _notes(chart: Chart, batch: Batch) -> list[str]:
    """The line below a chart: results, how many of their runs are shown, how far to trust it; then the rest."""
    trust = batch.known.trust
    if chart.needs.kind != RUN:
        return [batch.caption, *batch.notes]
    whole = trust.line(*chart.parts, about=chart.about)
    return [batch.caption, kept_note(chart, batch), trust.short(*chart.parts), *batch.notes, whole]


def draw_charts(charts: Iterable[Chart], batches: Sequence[Batch], folder: Path) -> list[Path]:
    """Draw charts of which nothing is picked as .png and .svg, and give the paths; one that has no rows is left out."""
    found = {chart: drawn_of(chart, batches, Pick()) for chart in charts}
    whole = {chart: drawn for chart, drawn in found.items() if all(len(table) for _, table in drawn)}
    return write_pages({chart.name: partial(compose, chart, drawn) for chart, drawn in whole.items()}, folder)
