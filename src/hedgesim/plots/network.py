"""Who meets whom: countries and powers on a circle, joined where leaders meet, the thicker the more often."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from hedgesim.model.period import QUARTERS
from hedgesim.plots.chart import RUN, Batch, Chart, Key, Limits, Needs, Pick, Size, kept_country
from hedgesim.plots.formats import LEADERS
from hedgesim.plots.labels import in_order, label_of
from hedgesim.plots.theme import MUTED, NORMAL, text_color, text_width

TAKE_PART = ("member", "guest")
RARE = 0.02  # meetings a year; what is rarer is not drawn
THINNEST, THICKEST = 0.3, 6.5  # points, of the line of no meeting, and what that of the most has more
LABEL_AT = 1.09  # of the radius
BEND = 0.35  # of the radius: how far lines keep from the centre
GAP = 0.6  # of the angle between neighbours: what countries and powers are apart beyond it
RADIUS = 2.1  # inches
MOST_NAMED = 3
LEGEND = (0.25, 0.5, 1.0)  # of the most meetings: thicknesses in the legend


def network_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """Meetings of leaders a year, mean over runs: a row per pair of two countries, or of a country and a power.

    Two countries meet where both take part in a leaders' meeting, a country and a power where the country takes part
    in one of a format that the power leads or is invited to. A country takes part in a meeting of the region itself if
    its head comes, in others as member or guest. Columns one, other (codes), one_label, other_label, one_color,
    other_color, power (whether the other is a power), meetings.
    """
    (batch,) = batches
    formats, rows = batch.tables["formats"], batch.tables["memberships"]
    countries = in_order(batch.names.countries, rows["country"].unique())
    held = formats.loc[formats["meeting"] == LEADERS, ["run", "period", "format"]]
    part = rows["came"].where(rows["format"].isin(list(batch.names.own)), rows["status"].isin(TAKE_PART))
    there = rows[part.astype(bool)].merge(held, on=["run", "period", "format"]).assign(here=1.0)
    wide = there.pivot_table(index=["run", "period", "format"], columns="country", values="here", fill_value=0.0)
    wide = wide.reindex(columns=countries, fill_value=0.0)
    here, years = wide.to_numpy(dtype=np.float64), rows["run"].nunique() * _years(rows)
    together = here.T @ here / years
    found = [(a, b, False, float(together[i, j])) for (i, a), (j, b) in combinations(list(enumerate(countries)), 2)]
    codes, hosts = wide.index.get_level_values("format"), batch.names.hosts
    for power in batch.names.powers:
        of_power = np.asarray([hosts.get(str(code)) == power for code in codes], dtype=np.float64)
        means = of_power @ here / years
        found += [(country, power, True, float(mean)) for country, mean in zip(countries, means, strict=True)]
    table = pd.DataFrame(found, columns=["one", "other", "power", "meetings"])
    table = _of_country(table, batch, pick)
    for side in ("one", "other"):
        both = {**batch.names.options, **batch.names.countries}
        table[f"{side}_label"] = [label_of(both, code)[0] for code in table[side]]
        table[f"{side}_color"] = [label_of(both, code)[1] for code in table[side]]
    return table


def _years(rows: pd.DataFrame) -> float:
    """Years after the first quarter."""
    return max(int(rows["period"].nunique()) - 1, 1) / QUARTERS


def _of_country(table: pd.DataFrame, batch: Batch, pick: Pick) -> pd.DataFrame:
    if not pick.country:
        return table
    kept_country(batch.tables["memberships"], batch, pick)
    return table[(table["one"] == pick.country) | (table["other"] == pick.country)].reset_index(drop=True)


def network_limits(table: pd.DataFrame) -> Limits:
    """Meetings a year of the thinnest and the thickest line."""
    return 0.0, max(float(table["meetings"].max()), RARE)


def draw_network(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """Countries on the left half of a circle, powers on the right half, and a line for each pair that meets."""
    _, most = limits or network_limits(table)
    places = _places(table)
    for row in table.sort_values("meetings", kind="stable").to_dict("records"):
        if row["meetings"] >= RARE:
            color = row["other_color"] if row["power"] else MUTED
            path = Path(
                [places[row["one"]], _bend(places, row), places[row["other"]]], [Path.MOVETO, Path.CURVE3, Path.CURVE3]
            )
            width = THINNEST + THICKEST * row["meetings"] / most
            axis.add_patch(PathPatch(path, facecolor="none", edgecolor=color, lw=width, alpha=0.75, capstyle="round"))
    for code, label, color in _nodes(table):
        x, y = places[code]
        axis.plot([x], [y], "o", ms=9, color=color, mec="white", mew=1.0, zorder=4)
        style: dict[str, Any] = {"ha": "left" if x >= 0 else "right", "va": "center", "size": NORMAL}
        axis.text(LABEL_AT * x, LABEL_AT * y, label, color=text_color(color), weight="bold", **style)
    axis.set(xlim=(-1.05, 1.05), ylim=(-1.05, 1.05), xticks=[], yticks=[], aspect="equal")
    axis.grid(visible=False)
    axis.spines[:].set_visible(False)
    return axis


def _nodes(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Code, name and colour of countries, then powers, in the order of the table."""
    sides = [table[[side, f"{side}_label", f"{side}_color", "power"]] for side in ("one", "other")]
    countries = pd.concat([sides[0].set_axis(range(4), axis=1), sides[1][~table["power"]].set_axis(range(4), axis=1)])
    powers = sides[1][table["power"]].set_axis(range(4), axis=1)
    nodes = pd.concat([countries, powers]).drop_duplicates(0)
    return [(str(code), str(label), str(color)) for code, label, color, _ in nodes.itertuples(index=False)]


def _places(table: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Places on the circle: countries from the top down at the left, powers at the right."""
    powers = list(dict.fromkeys(table.loc[table["power"], "other"]))
    countries = [code for code, _, _ in _nodes(table) if code not in powers]
    found: dict[str, NDArray[np.float64]] = {}
    for codes, side in ((countries, -1.0), (powers, 1.0)):
        angles = np.pi * (np.arange(len(codes)) + GAP) / (len(codes) - 1 + 2 * GAP)
        found |= {code: np.array([side * np.sin(turn), np.cos(turn)]) for code, turn in zip(codes, angles, strict=True)}
    return found


def _bend(places: dict[str, NDArray[np.float64]], row: dict[Any, Any]) -> NDArray[np.float64]:
    """The point to which a line bends: towards the centre from the middle of its ends."""
    return np.asarray(BEND * (places[row["one"]] + places[row["other"]]) / 2)


def network_keys(table: pd.DataFrame) -> list[Key]:
    """Thicknesses, and what colours mean."""
    most = network_limits(table)[1]
    thick = [
        (Line2D([], [], color=MUTED, lw=THINNEST + THICKEST * part), f"{part * most:.2g} meetings a year")
        for part in LEGEND
    ]
    return [*thick, (Line2D([], [], color=MUTED, lw=2), "grey: two countries; colour: with that power")]


def describe_network(table: pd.DataFrame) -> str:
    """The pairs that meet most, of countries and with powers."""
    said = []
    for power, name in ((False, "countries"), (True, "a country and a power")):
        own = table[table["power"] == power].sort_values("meetings", ascending=False, kind="stable").head(MOST_NAMED)
        pairs = [f"{row['one_label']} and {row['other_label']} {row['meetings']:.1f}" for row in own.to_dict("records")]
        said.append(f"of {name} {', '.join(pairs)}")
    return f"Leaders' meetings a year, mean over runs, the most: {'; '.join(said)}."


def network_size(table: pd.DataFrame) -> Size:
    """A circle with names at both sides."""
    left, right = (text_width(table[side]) * 1.3 + 0.2 for side in ("one_label", "other_label"))
    return Size(2 * RADIUS, 2 * RADIUS, left, right, below=0.1)


NETWORK = Chart(
    name="network",
    shows="who meets whom: leaders' meetings a year between the countries, and with each power",
    needs=Needs(RUN, ("memberships", "formats")),
    picks=("country",),
    table=network_table,
    draw=draw_network,
    describe=describe_network,
    limits=network_limits,
    title=lambda _: "Who meets whom: meetings of leaders",
    size=network_size,
    reads="A thicker line means more meetings in which both take part. With a power: meetings of formats that it "
    "leads or that invite it.",
    keys=network_keys,
    parts=("memberships", "trust"),
    about=("meetings", "support"),
)
