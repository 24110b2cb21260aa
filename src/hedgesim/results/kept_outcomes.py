"""Outcomes of single places from the tables of the runs that are kept in full, where they were not recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from hedgesim.model.named_outcomes import NamedOutcome
from hedgesim.model.world import RUNGS, STATUSES
from hedgesim.results.results import Results

Column = tuple[str, str, Callable[["pd.Series[Any]"], "pd.Series[Any]"]]


def _as_it_is(column: pd.Series[Any]) -> pd.Series[Any]:
    return column


COLUMNS: Mapping[str, Column] = {
    "trust": ("ties", "trust", _as_it_is),
    "share": ("shares", "share", _as_it_is),
    "threat of powers": ("relations", "threat", _as_it_is),
    "attention": ("powers", "attention", _as_it_is),
    "rung": ("formats", "rung", lambda words: words.map(RUNGS.index)),
    "summits": ("formats", "meeting", lambda words: words == RUNGS[-1]),
    "status": ("memberships", "status", lambda words: words.map(STATUSES.index)),
    "member": ("memberships", "status", lambda words: words == STATUSES[-1]),
    "came": ("memberships", "came", _as_it_is),
}
"""Where the numbers of a quantity are: table, column, and what makes numbers of the column."""


def kept_outcome(results: Results, one: NamedOutcome, period: str) -> pd.Series[float] | None:
    """An outcome of the runs that are kept, by run, as it is in a quarter or up to it; None where no table has it."""
    family = one.family
    table, column, numbers = COLUMNS.get(family.quantity, ("countries", family.quantity, _as_it_is))
    if table not in results.tables or family.quantity == "mean trust":
        return None
    if family.quantity == "presence":
        option, *places = one.codes
        column, where = f"presence_{option}", [("country", "=", code) for code in places]
    else:
        where = [(place, "=", code) for place, code in zip(family.places, one.codes, strict=True)]
    until = ("period", "<=" if family.total else "=", period)
    rows = results.table(table, columns=["run", "period", column], where=[*where, until])
    if family.total:
        rows = rows[rows["period"] > rows["period"].min()]
    of_run = numbers(rows[column]).astype(float).groupby(rows["run"])
    found: pd.Series[float] = of_run.sum() if family.total else of_run.mean()
    return found if len(found) else None
