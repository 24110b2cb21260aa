"""The charts of a run, and those of a run and its twin."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hedgesim.plots import trajectories as lines
from hedgesim.plots.attendance import (
    attendance_keys,
    attendance_size,
    attendance_table,
    describe_attendance,
    draw_attendance,
)
from hedgesim.plots.chart import ANY, RUN, Batch, Chart, Needs, Size
from hedgesim.plots.formats import (
    describe_formats,
    draw_formats,
    formats_keys,
    formats_limits,
    formats_size,
    formats_table,
)
from hedgesim.plots.pages import draw_charts
from hedgesim.plots.paired import PAIRED
from hedgesim.plots.quantities import sentence
from hedgesim.plots.ternary import corners_in, describe_ternary, draw_ternary, ternary_table

PRESENCE = Chart(
    name="presence",
    shows="the share of every power in each country's foreign policy over time, with its spread at the end",
    needs=Needs(RUN, ("summary", "shares")),
    picks=("country",),
    table=lines.presence_table,
    draw=lines.draw_presence,
    describe=lines.describe_presence,
    limits=lines.presence_limits,
    title=lambda _: "Presence in each country's foreign policy",
    size=lambda _: lines.PANEL,
    reads="Share of each option, weighted mean over domains. Lines: median over runs; bars: 5 to 95 % of runs at the"
    " end. ° and white dot: most of the starting value is prior-dominated, where the prior outweighs"
    " the data.",
    panels="panel",
    keys=lines.presence_keys,
    dated=True,
    years=1.0 / (1.0 + lines.END_PART),
    parts=("shares",),
    about=lines.SHARES,
)
HEDGING = Chart(
    name="hedging_index",
    shows="the hedging index of each country over time with its band, and what arithmetic alone makes of it",
    needs=Needs(RUN, ("summary",)),
    picks=("country",),
    table=lines.hedging_table,
    draw=lines.draw_outcome,
    describe=lines.describe_outcome,
    limits=lines.outcome_limits,
    title=lambda _: "Hedging index, 0 to 1",
    size=lambda _: lines.PANEL,
    reads="How far the security portfolio is divided between rival powers; 0: an isolate, or a loyal ally of one side."
    " Countries whose bands overlap cannot be ranked. Dotted: the index if the security share of the aggressor had"
    " merely changed as simulated and the shares of the others had kept their proportions.",
    panels="panel",
    keys=lines.outcome_keys,
    dated=True,
    parts=("security shares", "rivalry"),
    about=("hedging_index",),
)
OUTCOME = Chart(
    name="outcome",
    shows="any outcome over time with its band, a panel per country if countries have it (--outcome)",
    needs=Needs(RUN, ("summary",)),
    picks=ANY,
    table=lines.outcome_table,
    draw=lines.draw_outcome,
    describe=lines.describe_outcome,
    limits=lines.outcome_limits,
    title=lambda table: sentence(str(table["words"].iloc[0])),
    size=lambda _: lines.PANEL,
    panels="panel",
    keys=lines.outcome_keys,
    dated=True,
)
TERNARY = Chart(
    name="ternary",
    shows="each country's path between three camps of powers",
    needs=Needs(RUN, ("countries",)),
    picks=("country",),
    table=ternary_table,
    draw=draw_ternary,
    describe=describe_ternary,
    limits=lambda _: (0.0, 1.0),
    title=lambda table: f"Between three camps: {', '.join(corners_in(table))}",
    size=lambda _: Size(6.4, 5.6, 0.9, 0.9, above=0.25, below=0.75),
    reads="Presence of three camps as shares of their sum. Circle: start; square: end; line: mean over runs; dots: ends"
    " of single runs. The triangle is cut to where the paths are: read the percentages on its sides.",
    projection="ternary",
    parts=("shares",),
    about=lines.SHARES,
)
FORMATS = Chart(
    name="formats",
    shows="the ladder of cooperation formats: chances that ministers and leaders have met, and meetings a year",
    needs=Needs(RUN, ("formats",)),
    table=formats_table,
    draw=draw_formats,
    describe=describe_formats,
    limits=formats_limits,
    title=lambda _: "Cooperation formats: the ladder",
    size=formats_size,
    reads="Height of a colour: share of runs in which they have met by then. Right: meetings a year of leaders (dark)"
    " and ministers (pale), mean and 5 to 95 % of runs. Below the line: at leaders' level from the start on. Left out:"
    " what never meets.",
    keys=formats_keys,
    dated=True,
    parts=("formats", "memberships", "trust"),
    about=("meetings", "has_met", "ladder", "holders", "absorbed", "exits"),
)
ATTENDANCE = Chart(
    name="attendance",
    shows="in which share of runs each head came to the meetings of the region itself, year by year",
    needs=Needs(RUN, ("memberships", "formats")),
    picks=("country",),
    table=attendance_table,
    draw=draw_attendance,
    describe=describe_attendance,
    limits=lambda _: (0.0, 1.0),
    title=lambda _: "Who comes to the meetings of the region itself",
    size=attendance_size,
    reads="Of the runs in which leaders met in the year, the share in which the head came (or else sent somebody).",
    keys=attendance_keys,
    parts=("memberships", "trust"),
    about=("meetings", "support"),
)
THREAT = Chart(
    name="threat",
    shows="the rise of perceived threat from every power over time, mean over countries",
    needs=Needs(RUN, ("relations",)),
    table=lines.threat_table,
    draw=lines.draw_lines,
    describe=lines.describe_lines,
    limits=lines.open_limits,
    title=lambda _: "Rise of perceived threat, mean over countries",
    size=lines.lines_size,
    reads="Line: median over runs; band: 5 to 95 % of runs. There is no upper limit.",
    dated=True,
    parts=("proximity",),
    about=("threat", "closeness", "affinity"),
)
TRUST = Chart(
    name="trust",
    shows="the trust of each country in the others over time",
    needs=Needs(RUN, ("summary",)),
    picks=("country",),
    table=lines.trust_table,
    draw=lines.draw_lines,
    describe=lines.describe_lines,
    limits=lines.unit_limits,
    title=lambda _: "Trust in the other countries, 0 to 1",
    size=lines.lines_size,
    reads="Line: median over runs; band: 5 to 95 % of runs.",
    dated=True,
    parts=("trust",),
    about=("trust",),
)
CHARTS = (PRESENCE, HEDGING, TERNARY, FORMATS, ATTENDANCE, THREAT, TRUST)
"""Charts that are drawn with every run."""


def draw_run(batch: Batch, folder: Path) -> list[Path]:
    """Draw the charts of a run as .png and .svg and return the paths; a chart that has no rows is left out."""
    return draw_charts([chart for chart in CHARTS if not lacking(chart, batch)], [batch], folder)


def draw_pairs(first: Batch, second: Batch, folder: Path) -> list[Path]:
    """Draw how the second batch differs from the first; nothing if no run succeeded in both."""
    return draw_charts([PAIRED], [first, second], folder)


def lacking(chart: Chart, batch: Batch) -> str:
    """What a batch lacks of what a chart needs, in words; nothing if it has all."""
    about: Mapping[str, object] = {TERNARY.name: batch.names.corners, ATTENDANCE.name: batch.names.own}
    if not about.get(chart.name, True):
        return f"the region has nothing that {chart.name} shows"
    empty = [name for name in chart.needs.tables if name not in batch.tables or not len(batch.tables[name])]
    return f"it has no {' and '.join(empty)}" if empty else ""


def files_of_charts() -> list[str]:
    """Names of the files that charts of a run or a twin may have, in the folder of its results."""
    names = [chart.name for chart in (*CHARTS, PAIRED)]
    return [f"charts/{name}.{kind}" for name in names for kind in ("png", "svg")]
