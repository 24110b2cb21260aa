"""Who sends whom to the meetings of the region itself: in how many runs each head came, year by year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D

from hedgesim.plots.chart import RUN, Batch, Chart, Key, Limits, Needs, Pick, Size, kept_country, named
from hedgesim.plots.formats import LEADERS
from hedgesim.plots.theme import INK, MUTED, SMALL, VERMILION, plain_rows

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


def attendance_table(batches: Sequence[Batch], pick: Pick) -> pd.DataFrame:
    """In which share of runs with an own leaders' meeting in a year each head came to it: a row per country and year.

    Columns country, label, color, year, share, recorded (whether the record has the head at a meeting of the year),
    held (share of runs with such a meeting in the year).
    """
    (batch,) = batches
    own, meetings = batch.names.own, batch.known.meetings
    shares = attendance(batch.tables["memberships"], batch.tables["formats"], own)
    heads = recorded_heads(meetings, own, list(shares.columns))
    wide = shares.drop(index=HELD).rename_axis(index="country").reset_index()
    table = kept_country(wide.melt("country", var_name="year", value_name="share"), batch, pick)
    keys = list(zip(table["country"], table["year"], strict=True))
    table = table.assign(recorded=[key in heads for key in keys], held=table["year"].map(shares.loc[HELD].to_dict()))
    return named(table, "country", batch.names.countries)


def draw_attendance(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """A cell per country and year with its share of runs, a dot where the record has the head; below, meetings held."""
    low, high = limits or (0.0, 1.0)
    years, names = list(dict.fromkeys(table["year"])), list(dict.fromkeys(table["label"]))
    wide = table.pivot_table(index="label", columns="year", values="share", dropna=False).reindex(
        index=names, columns=years
    )
    axis.imshow(wide.to_numpy(dtype=np.float64), cmap=SHADES, vmin=low, vmax=high, aspect="auto")
    for row in table.to_dict("records"):
        x, y, share = years.index(row["year"]), names.index(row["label"]), row["share"]
        text = f"{share:.0%}" if np.isfinite(share) else "-"
        color = "white" if share > low + DARK_FROM * (high - low) else INK
        axis.text(x, y, text, ha="center", va="center", size=SMALL, color=color)
        if row["recorded"]:
            axis.plot(x + 0.34, y, "o", ms=5.4, mfc=VERMILION, mec="white", mew=0.7)
    for year, held in table.drop_duplicates("year").set_index("year")["held"].items():
        axis.text(years.index(year), len(names), f"{held:.0%}", ha="center", va="center", size=SMALL, color=INK)
    axis.set_yticks(range(len(names) + 1), [*names, "runs with such a meeting"], color=INK)
    axis.set_xticks(range(len(years)), years)
    axis.set_ylim(len(names) + 0.5, -0.5)
    axis.axhline(len(names) - 0.5, color=MUTED, lw=0.9)
    plain_rows(axis, "left", "bottom")
    axis.tick_params(axis="x", length=0)
    return axis


def attendance_keys(table: pd.DataFrame) -> list[Key]:
    """The dot of the record, where there is one."""
    if not table["recorded"].any():
        return []
    mark = Line2D([], [], ls="", marker="o", ms=5.4, mfc=VERMILION, mec="white", mew=0.7)
    return [(mark, "recorded: the head came")]


def describe_attendance(table: pd.DataFrame) -> str:
    """The mean share of every country over the years."""
    means = table.groupby("label", sort=False)["share"].mean()
    said = "; ".join(f"{name} {share:.0%}" for name, share in means.items())
    years = f"{table['year'].min()} to {table['year'].max()}"
    return (
        f"Share of runs in which the head of state attended the region's own leaders' meeting, mean over {years}: "
        f"{said}."
    )


def attendance_size(table: pd.DataFrame) -> Size:
    """A cell per year and country."""
    height = ROW_INCHES * (table["label"].nunique() + 1)
    return Size(COLUMN_INCHES * max(table["year"].nunique(), 6), height, left=1.9)


ATTENDANCE = Chart(
    name="attendance",
    shows="share of runs in which each head of state attended the region's own meetings, year by year",
    needs=Needs(RUN, ("memberships", "formats"), names="own"),
    picks=("country",),
    table=attendance_table,
    draw=draw_attendance,
    describe=describe_attendance,
    limits=lambda _: (0.0, 1.0),
    title=lambda _: "Attendance at the region's own meetings",
    size=attendance_size,
    reads="Share of runs in which the head of state attended, among the runs with a leaders' meeting in the year. If "
    "not, a deputy came.",
    keys=attendance_keys,
    parts=("memberships", "trust"),
    about=("meetings", "support"),
)
