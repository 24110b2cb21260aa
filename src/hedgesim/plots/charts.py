"""The charts of a results folder: from its tables to files, each with its small print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from hedgesim.plots.alignment import (
    corner_shares,
    reliability_bands,
    ternary,
    ternary_note,
    threat_and_trust,
    threat_bands,
)
from hedgesim.plots.formats import ROW_INCHES, active_formats, timeline
from hedgesim.plots.labels import label_room
from hedgesim.plots.names import Names, in_order
from hedgesim.plots.quarters import number_rows, rows_inches, shock_key
from hedgesim.plots.theme import Frame, legend_rows, page, save, theme
from hedgesim.plots.trajectories import (
    PANEL_COLUMNS,
    hedging_index,
    hollow_lines,
    hollow_note,
    index_bands,
    option_texts,
    presence,
    presence_bands,
)

Tables = Mapping[str, pd.DataFrame]
TRUST = "trust"
PANEL_WIDTH, PANEL_INSIDE, PANEL_HEIGHT, LONE_WIDTH = 3.9, 3.2, 2.75, 7.5  # inches, of `presence`
BANDS = "Lines: median over runs; bands: 5 to 95 % of runs."


@dataclass(frozen=True)
class Story:
    """What every chart of one results folder needs: its tables, names, shocks (period, name) and caption."""

    tables: Tables
    names: Names
    shocks: pd.DataFrame
    caption: str

    def notes(self, *first: str) -> tuple[str, ...]:
        """The small print: what is particular to a chart, the key to the shocks, the caption."""
        return (*first, shock_key(self.shocks, self.tables["summary"]["period"]), self.caption)


def draw_all(tables: Tables, names: Names, *, shocks: pd.DataFrame, folder: Path, caption: str = "") -> list[Path]:
    """Draw every chart of a results folder as .png and .svg and return the paths.

    tables: as written by `write_results`; a chart whose tables have no rows is left out.
    shocks: columns period, name. caption: scenario, number of runs, seed, and where the parameters come from.
    """
    story = Story(tables, names, shocks, caption)
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    with theme():
        for name, draw in CHARTS.items():
            if _has_data(story, name):
                paths.extend(save(draw(story), folder, name=name))
    return paths


def _has_data(story: Story, chart: str) -> bool:
    """Whether the tables a chart needs have rows (no run may have been kept), and the ternary its corners."""
    named = chart != "ternary" or bool(story.names.corners)
    return named and all(len(story.tables.get(table, ())) for table in NEEDS[chart])


def draw_presence(story: Story) -> Figure:
    """Shares by power over time, a panel per country."""
    bands = presence_bands(story.tables["summary"])
    hollow = hollow_lines(story.tables["shares"])
    n_countries = bands["country"].nunique()
    columns, rows = min(PANEL_COLUMNS, n_countries), -(-n_countries // PANEL_COLUMNS)
    notes = story.notes(f"Presence: share of each option in all domains, weighted. {BANDS}", hollow_note(hollow))
    texts = option_texts(story.names, in_order(story.names.options, bands["option"]))
    width = PANEL_WIDTH * columns + 1.0 if columns > 1 else LONE_WIDTH
    marks = number_rows(story.shocks, bands["period"], width=PANEL_INSIDE)
    figure = page(
        width,
        0.6 + (PANEL_HEIGHT + rows_inches(marks)) * rows,
        title="Who is present in each country's foreign policy",
        notes=notes,
        frame=Frame(left=0.55, right=0.75, legend_rows=legend_rows(texts, width)),
    )
    presence(bands, figure, names=story.names, shocks=story.shocks, hollow=hollow)
    return figure


def draw_hedging_index(story: Story) -> Figure:
    """The hedging index of every country over time."""
    note = "H = (diversity x ambiguity x engagement)^(1/3); 0 is alignment or isolation, 1 the fullest hedging."
    notes = story.notes(f"{note} {BANDS}")
    figure = page(
        9.5,
        4.6,
        title="Hedging index",
        notes=notes,
        frame=Frame(left=0.75, right=label_room(story.names.countries)),
    )
    bands = index_bands(story.tables["summary"])
    hedging_index(bands, figure.subplots(), names=story.names, shocks=story.shocks)
    return figure


def draw_ternary(story: Story) -> Figure:
    """Each country's path between three camps."""
    import_module("mpltern")  # registers the projection
    countries, corners = story.tables["countries"], story.names.corners
    shares = corner_shares(countries, corners)
    notes = (f"{ternary_note(shares, countries, corners=corners)}{_of_kept(story, 'countries')}", story.caption)
    title = "Between three camps: " + ", ".join(corners)
    figure = page(8.2, 7.1, title=title, notes=notes, frame=Frame(left=0.9, right=0.9, below=0.75))
    ternary(shares, figure.add_subplot(projection="ternary"), countries=story.names.countries)
    return figure


def draw_formats(story: Story) -> Figure:
    """Formats as a timeline of levels with meetings marked."""
    table = story.tables["formats"]
    rows = max(4, len(active_formats(table)))
    note = (
        f"Bars and meetings: run {table['run'].min()} alone. Right: share of all runs kept in which the"
        " format stood at leaders level or above in some quarter."
        " Formats never at work in any run are left out."
    )
    figure = page(
        12.0,
        0.9 + ROW_INCHES * rows,
        title="Cooperation formats: level and meetings",
        notes=story.notes(note),
        frame=Frame(left=3.4, right=0.55, legend_rows=1),
    )
    timeline(table, figure, names=story.names, shocks=story.shocks)
    return figure


def draw_threat_trust(story: Story) -> Figure:
    """Threat per power beside trust among the countries (or, without it, reliability per power)."""
    threat = threat_bands(story.tables["relations"])
    trust = _trust_rows(story.tables)
    labels = story.names.countries if "country" in trust.columns else story.names.options
    frame = Frame(left=0.55, right=label_room(labels))
    notes = story.notes(f"{BANDS}{_of_kept(story, 'relations', what='Threat: ')}")
    figure = page(13.0, 4.4, title="Threat and trust", notes=notes, frame=frame)
    threat_and_trust(threat, figure, trust=trust, names=story.names, shocks=story.shocks)
    return figure


def _of_kept(story: Story, table: str, *, what: str = "") -> str:
    """What to add to a note on a chart of a table of which only the first runs are kept."""
    kept, runs = story.tables[table]["run"].nunique(), len(story.tables.get("runs", ()))
    return f" {what}{'t' if what else 'T'}he {kept} runs kept whole, of {runs}." if kept < runs else ""


def _trust_rows(tables: Tables) -> pd.DataFrame:
    """Trust per country if `summary` has it, else reliability per power."""
    summary = tables["summary"]
    countries = tables["relations"]["country"].unique()
    rows = summary[(summary["outcome"] == TRUST) & summary["entity"].isin(countries)]
    return rows.assign(country=rows["entity"]) if len(rows) else reliability_bands(tables["relations"])


NEEDS: Mapping[str, tuple[str, ...]] = {
    "presence": ("summary", "shares"),
    "hedging_index": ("summary",),
    "ternary": ("countries",),
    "formats": ("formats",),
    "threat_trust": ("relations",),
}
CHARTS: Mapping[str, Callable[[Story], Figure]] = {
    "presence": draw_presence,
    "hedging_index": draw_hedging_index,
    "ternary": draw_ternary,
    "formats": draw_formats,
    "threat_trust": draw_threat_trust,
}
