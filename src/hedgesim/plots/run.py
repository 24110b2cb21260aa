"""The charts of a run: from tables to files, each chart with its notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from hedgesim.plots import attendance as came
from hedgesim.plots.formats import ROW_INCHES, chances, ladder, name_room, recorded_in, rows_of
from hedgesim.plots.labels import Names, in_order, label_of, label_room, number_rows, rows_inches, shock_key
from hedgesim.plots.paired import PAIRED_CHART, SHARES
from hedgesim.plots.ternary import corner_shares, ternary, ternary_note
from hedgesim.plots.theme import BAND_NOTE, PREDICTIVE, Frame, legend_rows, page, write_pages
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
from hedgesim.plots.trust import Trust

Tables = Mapping[str, pd.DataFrame]
PANEL_WIDTH, PANEL_INSIDE, PANEL_HEIGHT, LONE_WIDTH = 3.9, 3.2, 2.75, 7.5  # inches, of `presence`
RECORD_COLUMNS = ("format", "level", "period", "participants")


@dataclass(frozen=True)
class Known:
    """What is known beside the results: how far they can be trusted, and the meetings of the record that were held."""

    trust: Trust = field(default_factory=Trust)
    meetings: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(RECORD_COLUMNS), dtype=str))
    """Columns `RECORD_COLUMNS`; participants: codes with notes in brackets, separated by semicolons."""


@dataclass(frozen=True)
class Run:
    """What every chart of a run needs: its tables, names, shocks (period, name), caption, and what is known beside."""

    tables: Tables
    names: Names
    shocks: pd.DataFrame
    caption: str
    known: Known

    def has(self, chart: str) -> bool:
        """Whether the tables of a chart have rows, and the names what it is about; trajectories may not be kept."""
        about = {"ternary": self.names.corners, "attendance": self.names.own}
        return bool(about.get(chart, True)) and all(len(self.tables.get(table, ())) for table in NEEDS[chart])

    def page(self, chart: str, size: tuple[float, float], title: str, *notes: str, frame: Frame) -> Figure:
        """An empty page, inches, with the notes of a chart, the key to the shocks, caption and trust line."""
        key = "" if chart in UNDATED else shock_key(self.shocks, self.tables["summary"]["period"])
        written = (*notes, key, self.caption, self.known.trust.line(*PARTS[chart], about=ABOUT[chart]))
        return page(*size, title=title, notes=written, frame=frame)

    def kept(self, table: str) -> str:
        """How many runs a table has, if not all of them."""
        kept, runs = self.tables[table]["run"].nunique(), len(self.tables.get("runs", ()))
        return f"the {kept} of {runs} runs whose trajectories are kept." if kept < runs else ""


def draw_run(
    tables: Tables, names: Names, *, shocks: pd.DataFrame, folder: Path, caption: str = "", known: Known | None = None
) -> list[Path]:
    """Draw every chart of a run as .png and .svg and return the paths.

    tables: the results tables by name; a chart whose tables have no rows is left out. shocks: columns period, name.
    caption: scenario, number of runs, seed, and source of the parameters.
    """
    run = Run(tables, names, shocks, caption, known or Known())
    return write_pages({name: partial(draw, run) for name, draw in CHARTS.items() if run.has(name)}, folder)


def draw_presence(run: Run) -> Figure:
    """Shares by power over time, a panel per country."""
    bands, prior = presence_bands(run.tables["summary"]), prior_lines(run.tables["shares"])
    n_countries = bands["country"].nunique()
    columns, rows = min(PANEL_COLUMNS, n_countries), -(-n_countries // PANEL_COLUMNS)
    last = bands["period"].max()
    note = (
        "Presence: share of each option, weighted mean over domains. Lines: median over runs; bars at the right: in"
        f" {last}, {PREDICTIVE}; dot: median."
    )
    texts = option_texts(run.names, in_order(run.names.options, bands["option"]))
    width = PANEL_WIDTH * columns + 1.0 if columns > 1 else LONE_WIDTH
    marks = number_rows(run.shocks, bands["period"], width=PANEL_INSIDE)
    height = 0.6 + (PANEL_HEIGHT + rows_inches(marks)) * rows
    frame = Frame(left=0.55, right=0.2, legend_rows=legend_rows(texts, width))
    title = "Presence in each country's foreign policy"
    figure = run.page("presence", (width, height), title, note, prior_note(prior), frame=frame)
    presence(bands, figure, names=run.names, shocks=run.shocks, prior=prior)
    return figure


def draw_hedging_index(run: Run) -> Figure:
    """The hedging index of every country over time, a panel each."""
    summary = run.tables["summary"]
    bands, alone = (country_bands(summary, name) for name in ("hedging_index", "hedging_by_arithmetic"))
    n_countries = bands["country"].nunique()
    columns, rows = min(PANEL_COLUMNS, n_countries), -(-n_countries // PANEL_COLUMNS)
    aggressor = label_of(run.names.options, run.names.aggressor)[0] if run.names.aggressor else "the aggressor"
    notes = (
        "Hedging index: how far the security portfolio is divided between powers that are rivals of one another"
        " (Rao's quadratic entropy with rivalry as distance). 0: an isolate, or a loyal ally of one side."
        " Countries whose bands overlap cannot be ranked.",
        f"Dotted: the index if the security share of {aggressor} had merely changed as simulated and the shares of the"
        " others had kept their proportions, with nobody choosing. Rivalry is that of the quarter in both lines.",
        f"Line: median over runs; band: {PREDICTIVE}.",
    )
    width = PANEL_WIDTH * columns + 0.4 if columns > 1 else LONE_WIDTH
    marks = number_rows(run.shocks, bands["period"], width=PANEL_INSIDE)
    height = 0.6 + (PANEL_HEIGHT * 0.85 + rows_inches(marks)) * rows
    frame = Frame(left=0.6, right=0.2, legend_rows=1)
    figure = run.page("hedging_index", (width, height), "Hedging index, 0 to 1", *notes, frame=frame)
    hedging_index(bands, figure, arithmetic=alone, names=run.names, shocks=run.shocks)
    return figure


def draw_ternary(run: Run) -> Figure:
    """Each country's path between three camps."""
    import_module("mpltern")  # registers the projection
    countries, corners = run.tables["countries"], run.names.corners
    shares = corner_shares(countries, corners)
    kept = run.kept("countries")
    note = ternary_note(shares, countries, corners=corners) + (f" Shown: {kept}" if kept else "")
    title = "Between three camps: " + ", ".join(corners)
    frame = Frame(left=0.9, right=0.9, below=0.75)
    figure = run.page("ternary", (8.2, 7.1), title, note, frame=frame)
    ternary(shares, figure.add_subplot(projection="ternary"), countries=run.names.countries)
    return figure


def draw_formats(run: Run) -> Figure:
    """The ladder of every format: chances of its rungs, recorded meetings, meetings a year."""
    table, meetings = run.tables["formats"], run.known.meetings
    recorded = recorded_in(meetings, table)
    codes = rows_of(chances(table), recorded)
    left = max(2.0, name_room(run.names, codes))
    kept = run.kept("formats")
    until = f" The record is not complete and ends in {meetings['period'].max()}." if len(recorded) else ""
    notes = (
        "Height of a colour: share of runs in which ministers, or leaders, have met by the quarter"
        f" (meetings before the start count; a treaty: it is signed).{until} Below the line: formats at leaders' level"
        " from the start on. Left out: what never meets.",
        "Right: meetings a year of leaders (dark) and ministers (pale); circle: mean; bar: 90 % predictive,"
        f" 5 to 95 % of runs.{f' Shown: {kept}' if kept else ''}",
    )
    frame = Frame(left=left, right=0.25, legend_rows=1)
    size = (left + 9.5, 0.9 + ROW_INCHES * max(4, len(codes)))
    figure = run.page("formats", size, "Cooperation formats: the ladder", *notes, frame=frame)
    ladder(table, figure, recorded=recorded, names=run.names, shocks=run.shocks)
    return figure


def draw_attendance(run: Run) -> Figure:
    """In which share of runs each head came to the own meetings, by year."""
    own, meetings = run.names.own, run.known.meetings
    table = came.attendance(run.tables["memberships"], run.tables["formats"], own)
    heads = came.recorded_heads(meetings, own, list(table.columns))
    kept, called = run.kept("memberships"), "; ".join(run.names.formats.get(code, code) for code in own)
    note = (
        f"{called}. Cell: of the runs in which leaders met in the year, the share in which the head of state came"
        f" (otherwise somebody else was sent).{f' Shown: {kept}' if kept else ''}"
    )
    frame = Frame(left=1.9, right=0.2, legend_rows=1)
    size = (2.3 + came.COLUMN_INCHES * max(len(table.columns), 6), 0.9 + came.ROW_INCHES * len(table))
    title = "Who comes to the meetings of the region itself"
    figure = run.page("attendance", size, title, note, frame=frame)
    came.who_came(table, figure, heads=heads, countries=run.names.countries)
    return figure


def draw_threat_trust(run: Run) -> Figure:
    """Perceived threat per power beside trust among the countries."""
    relations = run.tables["relations"]
    trust = country_bands(run.tables["summary"], "trust")
    kept = run.kept("relations")
    frame = Frame(left=0.55, right=label_room(run.names.countries))
    note = BAND_NOTE + (f" Threat: {kept}" if kept else "")
    figure = run.page("threat_trust", (13.0, 4.4), "Perceived threat and trust", note, frame=frame)
    threat_and_trust(threat_bands(relations), figure, trust=trust, names=run.names, shocks=run.shocks)
    return figure


CHARTS: Mapping[str, Callable[[Run], Figure]] = {
    "presence": draw_presence,
    "hedging_index": draw_hedging_index,
    "ternary": draw_ternary,
    "formats": draw_formats,
    "attendance": draw_attendance,
    "threat_trust": draw_threat_trust,
}
NEEDS: Mapping[str, tuple[str, ...]] = {
    "presence": ("summary", "shares"),
    "hedging_index": ("summary",),
    "ternary": ("countries",),
    "formats": ("formats",),
    "attendance": ("memberships", "formats"),
    "threat_trust": ("relations", "summary"),
}
"""Tables that a chart is drawn from."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "presence": ("shares",),
    "hedging_index": ("security shares", "rivalry"),
    "ternary": ("shares",),
    "formats": ("formats", "memberships", "trust"),
    "attendance": ("memberships", "trust"),
    "threat_trust": ("proximity", "trust"),
}
"""Parts of the start that a chart rests on."""

ABOUT: Mapping[str, tuple[str, ...]] = {
    "presence": SHARES,
    "hedging_index": ("hedging_index",),
    "ternary": SHARES,
    "formats": ("meetings", "has_met", "ladder", "holders", "absorbed", "exits"),
    "attendance": ("meetings", "support"),
    "threat_trust": ("threat", "trust", "closeness", "affinity"),
}
"""Quantities of patterns that a chart shows."""

UNDATED = ("ternary", "attendance")
"""Charts without the lines of shocks."""


def files_of_charts() -> list[str]:
    """Names of the files that charts of a run or a twin may have, in the folder of its results."""
    return [f"charts/{name}.{kind}" for name in (*CHARTS, PAIRED_CHART) for kind in ("png", "svg")]
