"""Who leans where: a ternary of three camps with each country's path, and threat beside trust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from hedgesim.analysis.summary import summarise_column
from hedgesim.plots.labels import Label, label_ends, label_points, label_room, pixels_per_inch
from hedgesim.plots.names import Labels, Names, in_order, label_of
from hedgesim.plots.quarters import draw_years, mark_shocks, title_above
from hedgesim.plots.theme import INK, MUTED, POINTS_PER_INCH, SMALL, line_style
from hedgesim.plots.trajectories import draw_band, unit_limits
from hedgesim.results.tables import PRESENCE

N_CORNERS = 3
SIDE_PAD = 20.0  # points between a side and its name, room for the percents
N_KEYS = 3  # run, period, country
ZOOM_STEP = 0.05  # limits of a cut triangle lie on these
ZOOM_AIR = 0.04
WHOLE_FROM = 0.8  # a triangle cut to more than this side is shown whole
CLOUD_RUNS = 100
TICK_ROOM = 0.45  # inches for the tick labels of the right panel
PATH_HALF_WIDTH, START_HALF_WIDTH = 1.5, 4.5  # points that labels keep off a path and its start


def corner_shares(countries: pd.DataFrame, corners: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Presence of three groups of powers as parts of their sum: run, period, country and a column per corner.

    countries: the results table. corners: label -> codes of the powers in it; three of them.
    """
    if len(corners) != N_CORNERS:
        message = f"a ternary has {N_CORNERS} corners, not {len(corners)}: {', '.join(corners)}"
        raise ValueError(message)
    sums = {corner: countries[[PRESENCE + power for power in powers]].sum(axis=1) for corner, powers in corners.items()}
    parts = pd.DataFrame(sums)
    keys = countries[["run", "period", "country"]]
    return pd.concat([keys, parts.div(parts.sum(axis=1), axis=0)], axis=1)


def ternary(shares: pd.DataFrame, axis: Any, *, countries: Labels) -> Axes:
    """Draw each country's mean path from its start (circle) to its end (square), runs' ends as faint dots.

    shares: as of `corner_shares`; axis: of projection "ternary" (mpltern). The triangle is cut to where the
    paths are.
    """
    corners = list(shares.columns[N_KEYS:])
    last = shares[shares["period"] == shares["period"].max()]
    mean = shares.groupby(["country", "period"], sort=True)[corners].mean()
    low = cut(shares)
    side = 1.0 - sum(low)
    axis.set_ternary_lim(*(limit for start in low for limit in (start, start + side)))
    ends, boxes = [], []
    for country in in_order(countries, shares["country"]):
        name, color = label_of(countries, country)
        path = mean.loc[country].to_numpy()
        cloud = last.loc[last["country"] == country, corners].to_numpy()[:CLOUD_RUNS]
        points = _draw_path(axis, path, cloud=cloud, color=color)
        ends.append(Label(name, color, float(points[-1, 0]), float(points[-1, 1])))
        boxes.extend(_boxes(axis, points))
    _name_corners(axis, corners)
    label_points(axis, ends, avoid=boxes)
    drawn: Axes = axis
    return drawn


def cut(shares: pd.DataFrame) -> tuple[float, ...]:
    """Where the shown triangle starts on each axis: round limits below all paths, zero if most is needed."""
    corners = list(shares.columns[N_KEYS:])
    mean = shares.groupby(["country", "period"], sort=True)[corners].mean()
    last = shares.loc[shares["period"] == shares["period"].max(), corners]
    least = np.minimum(mean.min().to_numpy(), last.min().to_numpy())
    low = np.maximum(0.0, np.floor((least - ZOOM_AIR) / ZOOM_STEP) * ZOOM_STEP)
    return tuple(float(part) for part in low) if low.sum() > 1 - WHOLE_FROM else (0.0,) * N_CORNERS


def _draw_path(axis: Any, path: NDArray[np.float64], *, cloud: NDArray[np.float64], color: str) -> NDArray[np.float64]:
    """Draw one country; its path in the data units of the page (x, y) is returned."""
    if len(cloud) > 1:
        axis.plot(*cloud.T, ".", color=color, alpha=0.25, ms=4, mew=0, zorder=2)
    axis.plot(*path.T, "-", color=color, lw=1.6, zorder=3)
    axis.plot(*path[:1].T, "o", mfc="white", mec=color, ms=6, mew=1.4, zorder=4)
    axis.plot(*path[-1:].T, "s", color=color, mec="white", mew=0.5, ms=6.5, zorder=5)
    return np.asarray(axis.transProjection.transform(path), dtype=np.float64)


def _boxes(axis: Axes, points: NDArray[np.float64]) -> list[Bbox]:
    """Small boxes along a path, in pixels, for labels to keep off."""
    dense = np.concatenate([np.linspace(a, b, 4) for a, b in pairwise(points)] or [points])
    scale = pixels_per_inch(axis) / POINTS_PER_INCH
    halves = [START_HALF_WIDTH] + [PATH_HALF_WIDTH] * (len(dense) - 1)
    return [
        Bbox([[x - half * scale, y - half * scale], [x + half * scale, y + half * scale]])
        for (x, y), half in zip(axis.transData.transform(dense), halves, strict=True)
    ]


def _name_corners(axis: Any, corners: Sequence[str]) -> None:
    """Write the camps at the corners and percents along the sides."""
    shifts = ((0, 10, "center", "bottom"), (-4, -24, "center", "top"), (4, -24, "center", "top"))
    for name, corner, (dx, dy, ha, va) in zip(corners, axis.corners_axes, shifts, strict=True):
        axis.annotate(
            name,
            tuple(corner),
            (dx, dy),
            xycoords="axes fraction",
            textcoords="offset points",
            ha=ha,
            va=va,
            weight="bold",
            color=INK,
            annotation_clip=False,
        )
    for side, name in zip((axis.taxis, axis.laxis, axis.raxis), corners, strict=True):
        side.set_label_position("tick1")
        side.labelpad = SIDE_PAD
        side.set_label_text(f"{name}, % of the three", size=SMALL)
        side.set_major_locator(MaxNLocator(5, prune="both"))
        side.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axis.tick_params(labelsize=SMALL, labelcolor=MUTED)


def ternary_note(shares: pd.DataFrame, countries: pd.DataFrame, *, corners: Mapping[str, Sequence[str]]) -> str:
    """The small print of the ternary: what the corners hold and how much of the presence that is."""
    powers = [PRESENCE + power for group in corners.values() for power in group]
    held = countries.groupby(["country", "period"])[powers].mean().sum(axis=1)
    camps = ", ".join(f"{name} = {'+'.join(group)}" for name, group in corners.items())
    first, last = shares["period"].min(), shares["period"].max()
    shown = "The triangle is cut to where the paths lie: read the percents on its sides."
    ends = "; dots: ends of single runs" * (shares["run"].nunique() > 1)
    return (
        f"Circle: {first}; square: {last}; line: mean over runs{ends}."
        " Presence in three camps as parts of their sum, which is"
        f" {held.min():.0%} to {held.max():.0%} of all presence; {camps}. " + shown * any(cut(shares))
    )


def threat_bands(relations: pd.DataFrame) -> pd.DataFrame:
    """Threat per power as the mean over countries, with quantiles over runs: period, power, ..."""
    mean = relations.groupby(["run", "period", "power"], sort=True)["threat"].mean().reset_index()
    return summarise_column(mean, ["period", "power"], value="threat")


def reliability_bands(relations: pd.DataFrame) -> pd.DataFrame:
    """Reliability per power as the mean over countries, with quantiles over runs: period, power, ..."""
    mean = relations.groupby(["run", "period", "power"], sort=True)["reliability"].mean().reset_index()
    return summarise_column(mean, ["period", "power"], value="reliability")


def trust_bands(trust: pd.DataFrame) -> pd.DataFrame:
    """Trust per country with quantiles over runs, from long rows (run, period, country, trust).

    Rows may also be pairs (a further column `partner`): a country's trust is then the mean over its partners.
    """
    mean = trust.groupby(["run", "period", "country"], sort=True)["trust"].mean().reset_index()
    return summarise_column(mean, ["period", "country"], value="trust")


def threat_and_trust(
    threat: pd.DataFrame, figure: Figure, *, trust: pd.DataFrame, names: Names, shocks: pd.DataFrame
) -> list[Axes]:
    """Left, threat per power (mean of countries); right, trust of each country in the others; both 0 to 1.

    threat: as of `threat_bands`. trust: as of `trust_bands`; with a column `power` instead of `country` (as
    of `reliability_bands`) the right panel shows how reliable the countries have found each power.
    """
    left, right = figure.subplots(1, 2)
    width, room = float(figure.get_figwidth()), label_room(names.options)
    inside: float = width * (figure.subplotpars.right - figure.subplotpars.left)
    figure.subplots_adjust(wspace=2 * (room + TICK_ROOM) / (inside - room - TICK_ROOM))
    _lines(threat, left, by="power", labels=names.options)
    rows = mark_shocks(left, shocks, periods=sorted(threat["period"].unique()))
    title_above(left, "Threat seen in each power, mean of the countries", rows=rows)
    by = "country" if "country" in trust.columns else "power"
    labels = names.countries if by == "country" else names.options
    title = "Trust in the other countries" if by == "country" else "Reliability of each power, mean of the countries"
    _lines(trust, right, by=by, labels=labels)
    title_above(right, title, rows=mark_shocks(right, shocks, periods=sorted(trust["period"].unique())))
    return [left, right]


def _lines(bands: pd.DataFrame, axis: Axes, *, by: str, labels: Labels) -> None:
    """One line with its band per code, labelled at the right with its name."""
    draw_years(axis, bands["period"])
    axis.set_ylim(*unit_limits(bands))
    ends = []
    for code in in_order(labels, bands[by]):
        name, color = label_of(labels, code)
        style = line_style(list(labels).index(code) if code in labels else 0)
        end = draw_band(bands[bands[by] == code].sort_values("period"), axis, color=color, style=style)
        ends.append(Label(name, color, *end))
    label_ends(axis, ends)
