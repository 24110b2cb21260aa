"""An outcome of a sweep along every factor that varies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hedgesim.experiment.points import Factor
from hedgesim.numbers import HIGH, LOW, MEDIAN, significant
from hedgesim.plots.chart import SWEEP, Batch, Chart, Key, Limits, Needs, Pick, Size
from hedgesim.plots.phase import TURN, outcome_of
from hedgesim.plots.quantities import sentence
from hedgesim.plots.sweep_pages import plain
from hedgesim.plots.sweeps import along_table, draw_along, line_of, sweep_data
from hedgesim.plots.theme import GENERAL, round_ticks, text_width

ROOM = 0.06  # of the span of values, above and below
MOST_NAMED = 3


def table_along(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """The table of `along_table` of a sweep, with the words of the outcome; empty if nothing varies."""
    (batch,) = batches
    manifest: Mapping[str, Any] = batch.manifest
    outcome, runs = outcome_of(batch, pick), batch.tables["runs"]
    factors = [Factor(str(one["path"]), bool(one["numeric"])) for one in manifest["factors"]]
    return along_table(sweep_data(runs, factors), outcome).assign(words=plain(outcome))


def limits_along(table: pd.DataFrame) -> Limits:
    """Limits that hold every band."""
    low, high = float(table[LOW].min()), float(table[HIGH].max())
    room = ROOM * ((high - low) or 1.0)
    return low - room, high + room


def draw_alone(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """One factor with its ticks."""
    draw_along(table, axis, limits or limits_along(table))
    if (table["text"] != "").any():
        texts = [plain(text) for text in table["text"]]
        axis.set_xticks(table["at"], texts, rotation=TURN, ha="right", rotation_mode="anchor")
    else:
        round_ticks(axis.xaxis, 4)
    axis.yaxis.set_major_formatter(GENERAL)
    return axis


def keys_along(table: pd.DataFrame) -> list[Key]:
    """The lines, where a factor splits the page."""
    lines = table[table["line"] != ""].drop_duplicates("rank")[["rank", "line"]].to_dict("records")
    return [(Line2D([], [], ms=4, **line_of(row["rank"])), row["line"]) for row in lines]


def describe_along(table: pd.DataFrame) -> str:
    """The factors along which the median moves most."""
    spans = table.groupby("panel", sort=False)[MEDIAN].agg(["min", "max"])
    order = (spans["max"] - spans["min"]).sort_values(ascending=False, kind="stable").index[:MOST_NAMED]
    said = [f"{name} {significant(spans['min'][name])} to {significant(spans['max'][name])}" for name in order]
    return f"Median {table['words'].iloc[0]} moves most along {'; '.join(said)}."


def size_along(table: pd.DataFrame) -> Size:
    """Room for the texts of a factor."""
    return Size(3.1, 2.2, 0.7, 0.25, below=max(0.42, 0.2 + 0.55 * text_width(map(plain, table["text"]))))


ALONG = Chart(
    name="along",
    shows="an outcome of a sweep along every factor that varies, a panel each (--outcome)",
    needs=Needs(SWEEP, ("runs",)),
    picks=("outcome",),
    table=table_along,
    draw=draw_alone,
    describe=describe_along,
    limits=limits_along,
    title=lambda table: f"{sentence(str(table['words'].iloc[0]))} along what varies",
    size=size_along,
    reads="Line or dot: median; band or bar: 5 to 95 % of runs. A panel pools all values of the factors that it does"
    " not show.",
    panels="panel",
    keys=keys_along,
)
