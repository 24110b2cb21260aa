"""Where countries are between three camps: a ternary chart with the path of each country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from hedgesim.plots.chart import COLOR, LABEL, RUN, Batch, Chart, Limits, Needs, Pick, Size, kept_country, named
from hedgesim.plots.labels import Label, label_points, pixels_per_point
from hedgesim.plots.theme import INK, MUTED, NEAR, SMALL
from hedgesim.plots.trajectories import SHARES
from hedgesim.results.tables import PRESENCE

N_CORNERS = 3
KEYS = ["run", "period", "country"]
SIDE_PAD = 20.0  # points between a side and its name, room for the percentages
ZOOM_STEP = 0.05  # limits of a cut triangle are multiples of it
ZOOM_MARGIN = 0.04
WHOLE_FROM = 0.8  # a triangle that would be cut to a longer side than this is shown complete
CLOUD_RUNS = 100
PATH_HALF_WIDTH, START_HALF_WIDTH = 1.5, 4.5  # points that labels keep off a path and its start


def corner_shares(countries: pd.DataFrame, corners: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Presence of three groups of powers as shares of their sum: run, period, country and a column per corner.

    countries: the results table. corners: name -> codes of the powers; ValueError unless there are three.
    """
    if len(corners) != N_CORNERS:
        message = f"a ternary chart has {N_CORNERS} corners, not {len(corners)}: {', '.join(corners)}"
        raise ValueError(message)
    sums = {corner: countries[[PRESENCE + power for power in powers]].sum(axis=1) for corner, powers in corners.items()}
    groups = pd.DataFrame(sums)
    return pd.concat([countries[KEYS], groups.div(groups.sum(axis=1), axis=0)], axis=1)


def ternary_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """`corner_shares` of a batch with `label` and `color` of the countries, and `held`: all of the camps together."""
    (batch,) = batches
    countries, corners = batch.tables["countries"], batch.names.corners
    held = countries[[PRESENCE + power for group in corners.values() for power in group]].sum(axis=1)
    rows = kept_country(corner_shares(countries, corners).assign(held=held), batch, pick)
    return named(rows, "country", batch.names.countries)


def corners_in(table: pd.DataFrame) -> list[str]:
    """The camps of a table of `ternary_table`."""
    return [str(name) for name in table.columns if name not in {*KEYS, LABEL, COLOR, "held"}]


def draw_ternary(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """Draw each country's mean path from its start (circle) to its end (square), and the ends of runs as faint dots.

    axis: of projection "ternary" (mpltern). limits: not used, for the triangle is cut to where the paths are.
    """
    del limits
    corners, side_axis = corners_in(table), cast("Any", axis)
    shares = table[[*KEYS, *corners]]
    last = shares[shares["period"] == shares["period"].max()]
    mean = _mean_paths(shares)
    low = cut(shares)
    side = 1.0 - sum(low)
    side_axis.set_ternary_lim(*(limit for start in low for limit in (start, start + side)))
    ends, boxes = [], []
    for row in table.drop_duplicates("country").to_dict("records"):
        cloud = last.loc[last["country"] == row["country"], corners].to_numpy()[:CLOUD_RUNS]
        points = _draw_path(side_axis, mean.loc[row["country"]].to_numpy(), cloud=cloud, color=row[COLOR])
        ends.append(Label(row[LABEL], row[COLOR], float(points[-1, 0]), float(points[-1, 1])))
        boxes.extend(_boxes(axis, points))
    _name_corners(side_axis, corners)
    label_points(axis, ends, avoid=boxes)
    return axis


def _mean_paths(shares: pd.DataFrame) -> pd.DataFrame:
    """Mean over runs of every corner, by country and period."""
    return shares.groupby(["country", "period"], sort=True)[list(shares.columns.drop(KEYS))].mean()


def cut(shares: pd.DataFrame) -> tuple[float, ...]:
    """Where the triangle shown starts on each axis: round limits below all paths, zero if most of it is needed."""
    last = shares[shares["period"] == shares["period"].max()].drop(columns=KEYS)
    least = np.minimum(_mean_paths(shares).min().to_numpy(), last.min().to_numpy())
    low = np.maximum(0.0, np.floor((least - ZOOM_MARGIN) / ZOOM_STEP) * ZOOM_STEP)
    return tuple(map(float, low)) if low.sum() > 1 - WHOLE_FROM else (0.0,) * N_CORNERS


def _draw_path(axis: Any, path: NDArray[np.float64], *, cloud: NDArray[np.float64], color: str) -> NDArray[np.float64]:
    """Draw one country; its path in the data units of the page, axes (period, x or y)."""
    if len(cloud) > 1:
        axis.plot(*cloud.T, ".", color=color, alpha=0.25, ms=4, mew=0, zorder=2)
    axis.plot(*path.T, "-", color=color, lw=1.6, zorder=3)
    axis.plot(*path[:1].T, "o", mfc="white", mec=color, ms=6, mew=1.4, zorder=4)
    axis.plot(*path[-1:].T, "s", color=color, mec="white", mew=0.5, ms=6.5, zorder=5)
    return np.asarray(axis.transProjection.transform(path), dtype=np.float64)


def _boxes(axis: Axes, points: NDArray[np.float64]) -> list[Bbox]:
    """Small boxes along a path, in pixels, that labels avoid."""
    dense = np.concatenate([np.linspace(a, b, 4) for a, b in pairwise(points)] or [points])
    halves = np.array([START_HALF_WIDTH] + [PATH_HALF_WIDTH] * (len(dense) - 1)) * pixels_per_point(axis)
    return [
        Bbox([[x - half, y - half], [x + half, y + half]])
        for (x, y), half in zip(axis.transData.transform(dense), halves, strict=True)
    ]


def _name_corners(axis: Any, corners: Sequence[str]) -> None:
    """Write the camps at the corners and percentages along the sides."""
    shifts = ((0, 10, "center", "bottom"), (-4, -24, "center", "top"), (4, -24, "center", "top"))
    for name, corner, (dx, dy, ha, va) in zip(corners, axis.corners_axes, shifts, strict=True):
        style = {"ha": ha, "va": va, "weight": "bold", "color": INK, **NEAR}
        axis.annotate(name, tuple(corner), (dx, dy), xycoords="axes fraction", **style)
    for side, name in zip((axis.taxis, axis.laxis, axis.raxis), corners, strict=True):
        side.set_label_position("tick1")
        side.labelpad = SIDE_PAD
        side.set_label_text(f"{name}, % of the three", size=SMALL)
        side.set_major_locator(MaxNLocator(5, prune="both"))
        side.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axis.tick_params(labelsize=SMALL, labelcolor=MUTED)


def describe_ternary(table: pd.DataFrame) -> str:
    """Where the mean path of every country ends."""
    mean, last = _mean_paths(table[[*KEYS, *corners_in(table)]]), table["period"].max()
    held = table.groupby(["country", "period"])["held"].mean()
    parts = []
    for country, label in table.drop_duplicates("country")[["country", LABEL]].itertuples(index=False):
        ends = mean.loc[(country, last)]
        parts.append(f"{label} {', '.join(f'{name} {share:.0%}' for name, share in ends.items())}")
    whole = f"which is {held.min():.0%} to {held.max():.0%} of all presence"
    return f"Presence of three camps as shares of their sum, {whole}, in {last}, mean over runs: {'; '.join(parts)}."


TERNARY = Chart(
    name="ternary",
    shows="each country's path between three camps of powers",
    needs=Needs(RUN, ("countries",), names="corners"),
    picks=("country",),
    table=ternary_table,
    draw=draw_ternary,
    describe=describe_ternary,
    limits=lambda _: (0.0, 1.0),
    title=lambda table: f"Between three camps: {', '.join(corners_in(table))}",
    size=lambda _: Size(6.4, 5.6, 0.9, 0.9, above=0.25, below=0.75),
    reads="Presence of three camps as shares of their sum. Circle: start; square: end; line: mean over runs; dots: ends"
    " of single runs. The triangle shows only the area of the paths: read the percentages on its sides.",
    projection="ternary",
    parts=("shares",),
    about=SHARES,
)
