"""The charts of a run and of a run with its twin: from tables to files, each chart with its notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hedgesim.plots.formats import ROW_INCHES, active_formats, timeline
from hedgesim.plots.labels import Names, in_order, label_of, label_room, number_rows, rows_inches, shock_key
from hedgesim.plots.ternary import corner_shares, ternary, ternary_note
from hedgesim.plots.theme import BAND_NOTE, HIGH, INK, LOW, MUTED, NORMAL, Frame, legend_rows, page, panels, write_pages
from hedgesim.plots.trajectories import (
    PANEL_COLUMNS,
    country_bands,
    hedging_index,
    option_texts,
    presence,
    presence_bands,
    prior_lines,
    prior_note,
    threat_and_trust,
    threat_bands,
)

Tables = Mapping[str, pd.DataFrame]
PAIRED_CHART = "paired_presence"
PANEL_WIDTH, PANEL_INSIDE, PANEL_HEIGHT, LONE_WIDTH = 3.9, 3.2, 2.75, 7.5  # inches, of `presence`
TICKS_HIGH = 0.27  # inches that tick labels take below an axis
STANDARD_ERRORS = 2


@dataclass(frozen=True)
class Run:
    """What every chart of a run needs: its tables, names, shocks (period, name) and caption."""

    tables: Tables
    names: Names
    shocks: pd.DataFrame
    caption: str

    def has(self, chart: str) -> bool:
        """Whether the tables of a chart have rows, and the ternary chart its corners; trajectories may not be kept."""
        named = chart != "ternary" or bool(self.names.corners)
        return named and all(len(self.tables.get(table, ())) for table in NEEDS[chart])

    def page(self, width: float, height: float, title: str, *notes: str, frame: Frame) -> Figure:
        """An empty page, inches, with the notes of a chart, the key to the shocks, and the caption."""
        key = shock_key(self.shocks, self.tables["summary"]["period"])
        return page(width, height, title=title, notes=(*notes, key, self.caption), frame=frame)

    def kept(self, table: str) -> str:
        """How many runs a table has, if not all of them."""
        kept, runs = self.tables[table]["run"].nunique(), len(self.tables.get("runs", ()))
        return f"the {kept} of {runs} runs whose trajectories are kept." if kept < runs else ""


def draw_run(tables: Tables, names: Names, *, shocks: pd.DataFrame, folder: Path, caption: str = "") -> list[Path]:
    """Draw every chart of a run as .png and .svg and return the paths.

    tables: the results tables by name; a chart whose tables have no rows is left out. shocks: columns period, name.
    caption: scenario, number of runs, seed, and source of the parameters.
    """
    run = Run(tables, names, shocks, caption)
    return write_pages({name: partial(draw, run) for name, draw in CHARTS.items() if run.has(name)}, folder)


def draw_presence(run: Run) -> Figure:
    """Shares by power over time, a panel per country."""
    bands, prior = presence_bands(run.tables["summary"]), prior_lines(run.tables["shares"])
    n_countries = bands["country"].nunique()
    columns, rows = min(PANEL_COLUMNS, n_countries), -(-n_countries // PANEL_COLUMNS)
    note = f"Presence: share of each option, weighted mean over domains. {BAND_NOTE}"
    texts = option_texts(run.names, in_order(run.names.options, bands["option"]))
    width = PANEL_WIDTH * columns + 1.0 if columns > 1 else LONE_WIDTH
    marks = number_rows(run.shocks, bands["period"], width=PANEL_INSIDE)
    height = 0.6 + (PANEL_HEIGHT + rows_inches(marks)) * rows
    frame = Frame(left=0.55, right=0.75, legend_rows=legend_rows(texts, width))
    figure = run.page(width, height, "Presence in each country's foreign policy", note, prior_note(prior), frame=frame)
    presence(bands, figure, names=run.names, shocks=run.shocks, prior=prior)
    return figure


def draw_hedging_index(run: Run) -> Figure:
    """The hedging index of every country over time."""
    note = "H = (diversity x ambiguity x engagement)^(1/3). 0: alignment or isolation; 1: full hedging."
    frame = Frame(left=0.75, right=label_room(run.names.countries))
    figure = run.page(9.5, 4.6, "Hedging index", f"{note} {BAND_NOTE}", frame=frame)
    bands = country_bands(run.tables["summary"], "hedging_index")
    hedging_index(bands, figure.subplots(), names=run.names, shocks=run.shocks)
    return figure


def draw_ternary(run: Run) -> Figure:
    """Each country's path between three camps."""
    import_module("mpltern")  # registers the projection
    countries, corners = run.tables["countries"], run.names.corners
    shares = corner_shares(countries, corners)
    kept = run.kept("countries")
    note = ternary_note(shares, countries, corners=corners) + (f" Shown: {kept}" if kept else "")
    title = "Between three camps: " + ", ".join(corners)
    figure = page(8.2, 7.1, title=title, notes=(note, run.caption), frame=Frame(left=0.9, right=0.9, below=0.75))
    ternary(shares, figure.add_subplot(projection="ternary"), countries=run.names.countries)
    return figure


def draw_formats(run: Run) -> Figure:
    """Formats as a timeline of levels with meetings marked."""
    table = run.tables["formats"]
    rows = max(4, len(active_formats(table)))
    note = (
        f"Bars and meetings: run {table['run'].min()} only. Right: share of the runs whose trajectories are kept in"
        " which the format is at leaders' level or above in some quarter."
        " Formats that are active in no run are left out."
    )
    frame = Frame(left=3.4, right=0.55, legend_rows=1)
    figure = run.page(12.0, 0.9 + ROW_INCHES * rows, "Cooperation formats: levels and meetings", note, frame=frame)
    timeline(table, figure, names=run.names, shocks=run.shocks)
    return figure


def draw_threat_trust(run: Run) -> Figure:
    """Perceived threat per power beside trust among the countries."""
    relations = run.tables["relations"]
    trust = country_bands(run.tables["summary"], "trust")
    kept = run.kept("relations")
    frame = Frame(left=0.55, right=label_room(run.names.countries))
    note = BAND_NOTE + (f" Threat: {kept}" if kept else "")
    figure = run.page(13.0, 4.4, "Perceived threat and trust", note, frame=frame)
    threat_and_trust(threat_bands(relations), figure, trust=trust, names=run.names, shocks=run.shocks)
    return figure


CHARTS: Mapping[str, Callable[[Run], Figure]] = {
    "presence": draw_presence,
    "hedging_index": draw_hedging_index,
    "ternary": draw_ternary,
    "formats": draw_formats,
    "threat_trust": draw_threat_trust,
}
NEEDS: Mapping[str, tuple[str, ...]] = {
    "presence": ("summary", "shares"),
    "hedging_index": ("summary",),
    "ternary": ("countries",),
    "formats": ("formats",),
    "threat_trust": ("relations", "summary"),
}
"""Tables that a chart is drawn from."""


def files_of_charts() -> list[str]:
    """Names of the files that charts of a run or a twin may have, in the folder of its results."""
    return [f"charts/{name}.{kind}" for name in (*CHARTS, PAIRED_CHART) for kind in ("png", "svg")]


def draw_pairs(paired: pd.DataFrame, names: Names, *, folder: Path, title: str, caption: str) -> list[Path]:
    """Draw the difference of presence between a run and its twin as .png and .svg; nothing if there is none.

    paired: the table `paired` (entity, option, outcome, mean, error, q05, q95, n), differences run by run.
    title: which scenario less which. caption: quarter, number of runs, seed, and source of the parameters.
    """
    rows = paired[paired["outcome"] == "presence"].rename(columns={"entity": "country"})
    notes = (f"{caption} Thin line: 5 to 95 % of runs; thick line: mean ± {STANDARD_ERRORS} standard errors.",)

    def draw() -> Figure:
        figure = page(11.0, 7.0, title=title, notes=notes, frame=Frame(left=2.4, right=0.3, below=0.9))
        paired_chart(rows, figure, names=names)
        return figure

    return write_pages({} if rows.empty else {PAIRED_CHART: draw}, folder)


def paired_chart(differences: pd.DataFrame, figure: Figure, *, names: Names) -> list[Axes]:
    """One panel per country: the difference of the presence of each option between two runs, about zero.

    differences: country, option, mean, error, q05, q95; as of `paired_difference` with these keys.
    """
    countries = in_order(names.countries, differences["country"])
    shown = in_order(names.options, differences["option"])
    axes = panels(figure, len(countries), min(PANEL_COLUMNS, len(countries)), share=True, wspace=0.08, hspace=0.28)
    for axis, country in zip(axes, countries, strict=True):
        rows = differences[differences["country"] == country].set_index("option").reindex(shown)
        _intervals(rows, axis, names=names)
        axis.set_title(label_of(names.countries, country)[0])
        axis.tick_params(labelbottom=True)
        axis.xaxis.set_major_locator(MaxNLocator(4))
    at = figure.subplotpars
    x, y = (at.left + at.right) / 2, at.bottom - TICKS_HIGH / float(figure.get_figheight())
    figure.text(x, y, "difference of presence, share", size=NORMAL, color=MUTED, ha="center", va="top")
    return axes


def _intervals(rows: pd.DataFrame, axis: Axes, *, names: Names) -> None:
    """Mean, two standard errors and 5 to 95 % of each option (the index of rows) about a zero line."""
    y = np.arange(len(rows))
    called, colors = zip(*(label_of(names.options, str(option)) for option in rows.index), strict=True)
    axis.axvline(0, color=INK, lw=0.9, zorder=1.5)
    axis.hlines(y, rows[LOW], rows[HIGH], color=colors, lw=1.2, zorder=2)
    wide = STANDARD_ERRORS * rows["error"].fillna(0.0)
    axis.hlines(y, rows["mean"] - wide, rows["mean"] + wide, color=colors, lw=4, zorder=3)
    axis.scatter(rows["mean"], y, s=16, c=colors, edgecolors="white", linewidths=0.5, zorder=4)
    axis.set_yticks(y, called)
    axis.set_ylim(len(rows) - 0.4, -0.6)
