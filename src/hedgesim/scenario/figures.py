"""Dates and sizes as they are known at a start."""

from __future__ import annotations

import pandas as pd

from hedgesim.model.period import Period


def first_day(start: Period) -> str:
    """First day of a quarter, ISO."""
    return f"{start.year:04d}-{3 * start.quarter - 2:02d}-01"


def day_of(date: str) -> str:
    """First day that a date text may mean; timeless rows come first of all."""
    return date + "0000-01-01"[len(date) :] if date else ""


def latest_sizes(sizes: pd.DataFrame, start: Period) -> dict[tuple[str, str], float]:
    """Last size of every (entity, measure) before the year of the start, in the units of sizes.csv.

    A recalled figure is used only where there is no sourced one. Where a sourced burden but no sourced military
    expenditure is known, the expenditure is burden times GDP.
    """
    past = sizes[sizes["year"].astype(int) < start.year].sort_values("year")
    by_memory = past["confidence"] == "recall"
    recalled, sourced = (_by_measure(past[rows]) for rows in (by_memory, ~by_memory))
    for (entity, measure), burden in list(sourced.items()):
        if measure == "military_burden" and (entity, "gdp") in sourced:
            sourced.setdefault((entity, "military_expenditure"), burden / 100.0 * sourced[(entity, "gdp")])
    return recalled | sourced


def _by_measure(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    return dict(zip(zip(table["entity"], table["measure"], strict=True), table["value"].astype(float), strict=True))
