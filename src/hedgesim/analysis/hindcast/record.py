"""The record of what happened, in the form in which runs are compared with it: shares, meetings and statuses."""

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

CELL = ["country", "domain", "option"]
"""Columns that say whose share a row holds."""


@dataclass(frozen=True)
class Record:
    """What happened from the first to the last of some years, for the axes of a scenario."""

    years: tuple[int, ...]
    axes: Axes
    shares: pd.DataFrame
    """country, domain, option, year, low, high, before_low, before_high, basis: one row for each share of a later year
    whose share of the first year, `before`, is recorded too. Shares are 0..1; low equals high where it is exact."""
    meetings: pd.DataFrame
    """format, rung, year, count: one row for each format with a complete calendar, rung and year."""
    statuses: pd.DataFrame
    """country, format, before, after (places in `STATUSES`), rose, fell (1 or 0): one row for each country and formal
    body, from the first day to the last."""


def record_of(tables: Tables, setting: Setting, years: Sequence[int], *, since: str = "") -> Record:
    """The record of some successive years, for the axes of a setting, without prior-dominated shares.

    tables: uncut. years: shares of the first are what those of the others start from. since: day from which
    changes of status count, by default the first day of the first year.

    Raises:
        HedgesimError: a year of which the record is not complete.
    """
    check_years(tables, years)
    return Record(
        years=tuple(years),
        axes=setting.axes,
        shares=_shares(tables, setting, years),
        meetings=_meetings(tables, setting.axes, years),
        statuses=_statuses(tables, setting.axes, (since or f"{years[0]}-01-01", f"{years[-1]}-12-31")),
    )


def check_years(tables: Tables, years: Sequence[int]) -> None:
    """Refuse years of which meetings and members are not recorded in full: HedgesimError."""
    first, last = (int(tables.mapping["record"][word]) for word in ("since", "until"))
    missing = [year for year in years if not first <= year <= last]
    if missing:
        fault, remedy = "its record is not complete", f"Choose years from {first} to {last}."
        raise HedgesimError(f"the year {missing[0]}", fault, remedy)


def observed_shares(tables: Tables, setting: Setting) -> pd.DataFrame:
    """The shares of a setting's axes that the table `record` holds, in all years, without prior-dominated ones."""
    table = shares_on(tables, setting.axes)
    informed = np.flatnonzero(setting.prior_dominated[..., 0][positions(setting.axes, table, *CELL)] == 0.0)
    return table.iloc[informed]


def shares_on(tables: Tables, axes: Axes) -> pd.DataFrame:
    """Every share of some axes that the table `record` holds, in all years."""
    table = tables.table("record")
    table = table[table["country"].isin(axes.countries) & table["domain"].isin(axes.domains)]
    return table[table["option"].isin(axes.options)].astype({"year": int})


def _shares(tables: Tables, setting: Setting, years: Sequence[int]) -> pd.DataFrame:
    """Shares of the years after the first, each with that of the first year."""
    table = observed_shares(tables, setting)
    before = table[table["year"] == years[0]].rename(columns={"low": "before_low", "high": "before_high"})
    shares = table.merge(before[[*CELL, "before_low", "before_high"]], on=CELL)
    columns = [*CELL, "year", "low", "high", "before_low", "before_high", "basis"]
    return shares.loc[shares["year"].isin(years[1:]), columns].reset_index(drop=True)


def _meetings(tables: Tables, axes: Axes, years: Sequence[int]) -> pd.DataFrame:
    """How often every format met at a rung in every year."""
    complete: Mapping[str, Sequence[str]] = tables.mapping["record"]["meetings"]
    held = tables.table("meetings")
    held = held[held["held"] > 0]
    year = held["date"].str[:4].astype(int)
    rows = [
        (name, rung, y, int(((held["format"] == name) & (held["level"] == rung) & (year == y)).sum()))
        for rung, formats in complete.items()
        for name in formats
        if name in axes.formats
        for y in years
    ]
    return pd.DataFrame(rows, columns=["format", "rung", "year", "count"])


def _statuses(tables: Tables, axes: Axes, days: tuple[str, str]) -> pd.DataFrame:
    """Statuses on two days and whether they changed."""
    memberships = tables.table("memberships")
    rows = []
    for country in axes.countries:
        for body in (body for body in tables.mapping["record"]["statuses"] if body in axes.formats):
            own = memberships[(memberships["country"] == country) & (memberships["format"] == body)]
            rows.append((country, body, *(status_on(own, day) for day in days)))
    return with_changes(pd.DataFrame(rows, columns=["country", "format", "before", "after"]))


def with_changes(statuses: pd.DataFrame) -> pd.DataFrame:
    """Statuses before and after, with the columns `rose` and `fell`."""
    change = statuses["after"] - statuses["before"]
    return statuses.assign(rose=(change > 0).astype(int), fell=(change < 0).astype(int))


def status_on(own: pd.DataFrame, day: str) -> int:
    """Status of a country in a body on a day, a place in `STATUSES`; own: its rows of the table of memberships."""
    begun = own[(own["date"] <= day) & ((own["to"] == "") | (own["to"] > day))].sort_values("date", kind="stable")
    return STATUSES.index(str(begun["status"].iloc[-1])) if len(begun) else 0


def positions(axes: Axes, table: pd.DataFrame, *columns: str) -> tuple[Array, ...]:
    """Places of the codes in some columns on the axes of their kind; by column an array (row,) of whole numbers."""
    codes = {"country": axes.countries, "domain": axes.domains, "option": axes.options, "format": axes.formats}
    return tuple(pd.Index(codes[name]).get_indexer(pd.Index(table[name])) for name in columns)


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
