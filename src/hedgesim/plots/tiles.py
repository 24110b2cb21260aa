"""The tile chart: a tile per country with its leading power, that power's presence, and the country's hedging index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from hedgesim.engines.records import SYSTEM
from hedgesim.plots.chart import RUN, Batch, Chart, Limits, Needs, Pick, Size, kept_country, named
from hedgesim.plots.labels import in_order, label_of
from hedgesim.plots.theme import LARGE, NORMAL, SMALL, ink_on
from hedgesim.results.tables import INDEX, PRESENCE

GAP = 0.06  # of a tile, between tiles
GAUGE_LOW, GAUGE_HIGH, GAUGE_SIDE = 0.12, 0.19, 0.08  # of a tile: the bar of the hedging index
TILE = 1.75  # inches


def tiles_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """Leading power and hedging index of every country in the last quarter, means over runs, a row per country.

    Columns country, label, color (of the leading power), power, power_label, presence (0 to 1), lead (presence less
    that of the next power), hedging (0 to 1), period.
    """
    (batch,) = batches
    summary, powers = batch.tables["summary"], batch.names.powers
    last = summary[(summary["period"] == summary["period"].max()) & (summary["entity"] != SYSTEM)]
    last = kept_country(last.rename(columns={"entity": "country"}), batch, pick)
    means = last.pivot(index="country", columns="outcome", values="mean")
    codes = in_order(batch.names.countries, means.index)
    held = [str(column) for column in means if str(column).startswith(PRESENCE)]
    rival = [column for column in held if column.removeprefix(PRESENCE) in powers] or held
    rows = []
    for code in codes:
        of_country = {name: float(number) for name, number in means.loc[[code]].iloc[0].items()}
        first, *others = sorted(rival, key=lambda column: -of_country[column])
        name, color = label_of(batch.names.options, first.removeprefix(PRESENCE))
        lead = of_country[first] - (of_country[others[0]] if others else 0.0)
        rows.append((code, first.removeprefix(PRESENCE), name, color, of_country[first], lead, of_country[INDEX]))
    columns = ["country", "power", "power_label", "power_color", "presence", "lead", "hedging"]
    table = named(pd.DataFrame(rows, columns=columns), "country", batch.names.countries)
    return table.assign(color=table["power_color"], period=str(last["period"].iloc[0])).drop(columns="power_color")


def tiles_limits(_: pd.DataFrame) -> Limits:
    """The hedging index is between 0 and 1."""
    return 0.0, 1.0


def columns_of(count: int) -> int:
    """Tiles side by side: as many as make the page a little wider than high."""
    return max(1, int(np.ceil(np.sqrt(1.5 * count))))


def draw_tiles(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """Tiles in the order of the rows: colour and words of the leading power, and below them the gauge of hedging."""
    low, high = limits or tiles_limits(table)
    columns = columns_of(len(table))
    for place, row in enumerate(table.to_dict("records")):
        y, x = divmod(place, columns)
        _draw_tile(axis, row, (float(x), float(y)), (row["hedging"] - low) / (high - low))
    axis.set(xlim=(-GAP, columns), ylim=(-(-len(table) // columns), -GAP), xticks=[], yticks=[], aspect="equal")
    axis.grid(visible=False)
    axis.spines[:].set_visible(False)
    return axis


def _draw_tile(axis: Axes, row: dict[Any, Any], at: tuple[float, float], filled: float) -> None:
    (x, y), side = at, 1.0 - GAP
    ink = ink_on(row["color"])
    axis.add_patch(Rectangle(at, side, side, facecolor=row["color"], edgecolor="white"))
    words: dict[str, Any] = {"color": ink, "ha": "left", "va": "top"}
    left = x + GAUGE_SIDE
    axis.text(left, y + 0.07, row["label"], size=LARGE - 1, weight="bold", **words)
    axis.text(left, y + 0.27, row["power_label"], size=NORMAL, **words)
    axis.text(left, y + 0.40, f"{row['presence']:.0%}", size=2 * NORMAL, weight="bold", **words)
    top, width = y + side - GAUGE_HIGH, side - 2 * GAUGE_SIDE
    axis.text(left, top - 0.03, f"hedging {row['hedging']:.2f}", size=SMALL, color=ink, ha="left", va="bottom")
    axis.add_patch(Rectangle((left, top), width, GAUGE_HIGH - GAUGE_LOW, facecolor="none", edgecolor=ink, lw=0.8))
    axis.add_patch(Rectangle((left, top), width * filled, GAUGE_HIGH - GAUGE_LOW, facecolor=ink, lw=0))


def describe_tiles(table: pd.DataFrame) -> str:
    """Leading power and hedging index of every country."""
    parts = [
        f"{row['label']} {row['power_label']} {row['presence']:.0%}, hedging {row['hedging']:.2f}"
        for row in table.to_dict("records")
    ]
    return f"Leading power and its presence, and hedging index, in {table['period'].iloc[0]}: {'; '.join(parts)}."


def tiles_title(table: pd.DataFrame) -> str:
    """What and when."""
    return f"Leading power and hedging index of each country in {table['period'].iloc[0]}"


def tiles_size(table: pd.DataFrame) -> Size:
    """Square tiles."""
    columns = columns_of(len(table))
    return Size(TILE * columns, TILE * -(-len(table) // columns), left=0.2)


TILES = Chart(
    name="tiles",
    shows="a tile per country: the power with the largest presence, this presence, and the hedging index",
    needs=Needs(RUN, ("summary",)),
    picks=("country",),
    table=tiles_table,
    draw=draw_tiles,
    describe=describe_tiles,
    limits=tiles_limits,
    title=tiles_title,
    size=tiles_size,
)
