"""What happened, in the form in which runs are set beside it: shares, meetings and changes of status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes, Setting
from hedgesim.model.world import STATUSES
from hedgesim.scenario.tables import Tables


@dataclass(frozen=True)
class ShareCells:
    """Observed shares of a year whose share of the year before was observed too; arrays over cells."""

    table: pd.DataFrame
    """country, domain, option, year, low, high, before_low, before_high, basis; one row a cell."""
    place: Array
    """(cell, 3): places on the axes of countries, domains and options."""

    def __len__(self) -> int:
        """How many cells there are."""
        return len(self.table)

    def rooted(self, column: str) -> Array:
        """Square roots of a column of shares, axes (cell,)."""
        return np.sqrt(self.table[column].to_numpy())


@dataclass(frozen=True)
class Counts:
    """Meetings of a format at a rung in every year, of formats whose calendars are full."""

    table: pd.DataFrame
    """format, rung, year, count; one row a format, rung and year."""
    place: Array
    """(row,): place on the axis of formats."""


@dataclass(frozen=True)
class Changes:
    """The status of every country in every formal body on the first day and on the last."""

    table: pd.DataFrame
    """country, format, before, after (places in `STATUSES`), rose, fell (1 or 0); one row a pair."""
    place: Array
    """(row, 2): places on the axes of countries and formats."""

    def ended(self) -> pd.Series:
        """By format whether it had lost all whom it had: it was absorbed, lapsed or was left."""
        inside = self.table.groupby("format", sort=False)[["before", "after"]].max()
        return (inside["before"] > 0) & (inside["after"] == 0)


@dataclass(frozen=True)
class Record:
    """What happened from the first to the last of some years."""

    years: tuple[int, ...]
    shares: ShareCells
    meetings: Counts
    statuses: Changes


def record_of(tables: Tables, setting: Setting, years: Sequence[int], *, since: str = "") -> Record:
    """What the tables hold of some successive years, for the axes of a setting; hollow cells are left out.

    tables: uncut. years: the first has no shares to score, for those of the year before are not asked for. since: day
    from which changes of status count; left out, the first of the first year.

    Raises:
        HedgesimError: a year of which the record is not complete.
    """
    axes = setting.axes
    check_years(tables, years)
    return Record(
        years=tuple(years),
        shares=_share_cells(tables.table("record"), setting, years),
        meetings=_counts(tables, axes, years),
        statuses=_changes(tables, axes, (since or f"{years[0]}-01-01", f"{years[-1]}-12-31")),
    )


def check_years(tables: Tables, years: Sequence[int]) -> None:
    """Refuse years of which meetings and members are not recorded in full: HedgesimError."""
    first, last = (int(tables.mapping["record"][word]) for word in ("since", "until"))
    missing = [year for year in years if not first <= year <= last]
    if missing:
        place, fault = f"the year {missing[0]}", "its record is not complete"
        raise HedgesimError(place, fault, f"Choose years from {first} to {last}.")


def _share_cells(table: pd.DataFrame, setting: Setting, years: Sequence[int]) -> ShareCells:
    """Cells of the years after the first, each with the cell of the year before on the same basis or a finer one."""
    axes = setting.axes
    key = ["country", "domain", "option"]
    table = table[table["country"].isin(axes.countries) & table["domain"].isin(axes.domains)]
    table = table[table["option"].isin(axes.options)].astype({"year": int})
    before = table.assign(year=table["year"] + 1).rename(columns={"low": "before_low", "high": "before_high"})
    cells = table.merge(before[[*key, "year", "before_low", "before_high"]], on=[*key, "year"])
    cells = cells[cells["year"].isin(years[1:])]
    place = np.stack(
        [
            [axis.index(code) for code in cells[name]]
            for name, axis in zip(key, (axes.countries, axes.domains, axes.options), strict=True)
        ],
        axis=-1,
    ).astype(int)
    seen = setting.hollow[0][tuple(place.T)] == 0.0
    columns = [*key, "year", "low", "high", "before_low", "before_high", "basis"]
    return ShareCells(cells.loc[seen, columns].reset_index(drop=True), place[seen])


def _counts(tables: Tables, axes: Axes, years: Sequence[int]) -> Counts:
    """How often every format met at a rung in every year."""
    full: Mapping[str, Sequence[str]] = tables.mapping["record"]["meetings"]
    meetings = tables.table("meetings")
    meetings = meetings[meetings["held"] > 0]
    year = meetings["date"].str[:4].astype(int)
    rows = [
        (f, rung, y, int(((meetings["format"] == f) & (meetings["level"] == rung) & (year == y)).sum()))
        for rung, formats in full.items()
        for f in formats
        if f in axes.formats
        for y in years
    ]
    table = pd.DataFrame(rows, columns=["format", "rung", "year", "count"])
    return Counts(table, np.asarray([axes.formats.index(f) for f in table["format"]], dtype=int))


def _changes(tables: Tables, axes: Axes, days: tuple[str, str]) -> Changes:
    """Changes of status from one day to another."""
    memberships = tables.table("memberships")
    bodies = [body for body in tables.mapping["record"]["statuses"] if body in axes.formats]
    rows = []
    for country in axes.countries:
        for body in bodies:
            own = memberships[(memberships["country"] == country) & (memberships["format"] == body)]
            first, last = (status_on(own, day) for day in days)
            rows.append((country, body, first, last))
    return changes_of(axes, pd.DataFrame(rows, columns=["country", "format", "before", "after"]))


def changes_of(axes: Axes, table: pd.DataFrame) -> Changes:
    """What became of statuses; table: country, format, before, after, one row a pair."""
    change = table["after"] - table["before"]
    table = table.assign(rose=(change > 0).astype(int), fell=(change < 0).astype(int))
    pairs = zip(table["country"], table["format"], strict=True)
    place = [(axes.countries.index(country), axes.formats.index(body)) for country, body in pairs]
    return Changes(table, np.asarray(place, dtype=int).reshape(-1, 2))


def status_on(own: pd.DataFrame, day: str) -> int:
    """Status of a country in a body on a day, a place in `STATUSES`; own: its rows of the table of memberships."""
    begun = own[(own["date"] <= day) & ((own["to"] == "") | (own["to"] > day))].sort_values("date", kind="stable")
    return STATUSES.index(str(begun["status"].iloc[-1])) if len(begun) else 0


def steps_of(axes: Axes, year: int) -> slice:
    """The steps of the quarters of a year that a scenario covers.

    Raises:
        KeyError: the scenario covers none of them.
    """
    first = max(0, Period(year, 1).index - axes.start.index)
    last = min(axes.n_steps, Period(year, 4).index - axes.start.index)
    if first > last:
        raise KeyError(year)
    return slice(first, last + 1)
