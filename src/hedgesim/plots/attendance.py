"""Who sends whom to the meetings of the region itself: in how many runs each head came, year by year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hedgesim.plots.formats import LEADERS
from hedgesim.plots.labels import Labels, in_order, label_of
from hedgesim.plots.theme import INK, MUTED, SMALL, VERMILION, legend, plain_rows

HELD = "held"
ROW_INCHES, COLUMN_INCHES = 0.36, 0.86
DARK_FROM = 0.55  # shares from which text on the cell is white
SHADES = LinearSegmentedColormap.from_list("shades", ["#f4f8fb", "#08306b"])
GUEST = "(guest)"
"""What may stand behind a head who took part; any other note says that somebody else was sent."""


def attendance(memberships: pd.DataFrame, formats: pd.DataFrame, own: Sequence[str]) -> pd.DataFrame:
    """Share of runs, among those with an own leaders' meeting in the year, in which a head came to it.

    memberships, formats: the results tables. own: ids of the own meetings. Index country and `held`, the share of runs
    with such a meeting; a column per year; NaN where no run has one.
    """
    met = formats[formats["format"].isin(list(own)) & (formats["meeting"] == LEADERS)]
    years = sorted({period[:4] for period in formats["period"]})
    held = met.assign(year=met["period"].str[:4]).groupby("year")["run"].nunique().reindex(years, fill_value=0)
    present = memberships[memberships["format"].isin(list(own)) & memberships["came"]]
    came = present.assign(year=present["period"].str[:4]).groupby(["country", "year"])["run"].nunique()
    countries = memberships["country"].unique()
    counts = came.unstack("year").reindex(index=countries, columns=years).fillna(0.0)
    of_runs = pd.DataFrame(counts / held.where(held > 0))
    of_runs.loc[HELD] = held / formats["run"].nunique()
    return of_runs


def recorded_heads(meetings: pd.DataFrame, own: Sequence[str], years: Sequence[str]) -> set[tuple[str, str]]:
    """Country and year of heads who came to a recorded own meeting; meetings: format, level, period, participants."""
    rows = meetings[meetings["format"].isin(list(own)) & (meetings["level"] == LEADERS)]
    listed = [
        (part.replace(GUEST, "").strip(), str(period)[:4])
        for period, who in zip(rows["period"], rows["participants"], strict=True)
        for part in str(who).split(";")
    ]
    return {(country, year) for country, year in listed if year in years and "(" not in country}


def who_came(table: pd.DataFrame, figure: Figure, *, heads: set[tuple[str, str]], countries: Labels) -> Axes:
    """A cell per country and year with its share of runs, a dot where the record has the head; below, meetings held.

    table: as of `attendance`. heads: as of `recorded_heads`.
    """
    codes, years = [*in_order(countries, table.index.drop(HELD)), HELD], list(table.columns)
    rows, axis = table.reindex(codes), figure.subplots()
    shares = rows.to_numpy(dtype=np.float64).copy()
    shares[-1] = np.nan
    axis.imshow(shares, cmap=SHADES, vmin=0.0, vmax=1.0, aspect="auto")
    for (row, column), share in np.ndenumerate(rows.to_numpy(dtype=np.float64)):
        dark = row < len(codes) - 1 and share > DARK_FROM
        text = f"{share:.0%}" if np.isfinite(share) else "-"
        axis.text(column, row, text, ha="center", va="center", size=SMALL, color="white" if dark else INK)
    dots = [(years.index(year), codes.index(code)) for code, year in sorted(heads) if code in codes]
    for column, row in dots:
        axis.plot(column + 0.34, row, "o", ms=5.4, mfc=VERMILION, mec="white", mew=0.7)
    names = [label_of(countries, code)[0] for code in codes[:-1]]
    axis.set_yticks(range(len(codes)), [*names, "runs with such a meeting"], color=INK)
    axis.set_xticks(range(len(years)), years)
    axis.axhline(len(codes) - 1.5, color=MUTED, lw=0.9)
    plain_rows(axis, "left", "bottom")
    axis.tick_params(axis="x", length=0)
    mark = Line2D([], [], ls="", marker="o", ms=5.4, mfc=VERMILION, mec="white", mew=0.7)
    legend(figure, [mark], ["recorded: the head came"], columns=1)
    return axis
