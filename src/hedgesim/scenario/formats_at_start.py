"""Which formats are at work at the start, at which level and with whom, from what happened before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.model.arrays import Array
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes, Formats
from hedgesim.model.world import DORMANT, INSTITUTION, LEVELS, MEMBER, STATUSES, WORKING

Row = Mapping[Any, Any]
"""A row of the table of formats by column."""

RECENT = 12
"""Quarters before the start within which a meeting shows the level of a format."""

_RUNG = {"working": 1.0, "ministers": 2.0, "leaders": 3.0}


def formats_of(table: pd.DataFrame, memberships: pd.DataFrame, meetings: pd.DataFrame, axes: Axes) -> Formats:
    """Features of the formats as arrays; tables hold only what was visible at the start."""
    of_code = table.drop_duplicates("format").set_index("format", drop=False)
    rows: Sequence[Row] = of_code.loc[list(axes.formats)].to_dict("records")
    held = _held(meetings, axes.start)
    status = _statuses(memberships, axes)
    alive = np.asarray([float(not _ended(row)) for row in rows])
    eligible = _listed(rows, "eligible", axes.countries) * alive
    level = np.asarray([_level(row, held[row["format"]]) for row in rows])
    treaty = np.asarray([float(row["kind"] == "treaty") for row in rows])
    status = np.where((level > DORMANT) & (status.max(axis=0) < MEMBER), MEMBER * eligible, status)
    in_force = (treaty > 0.0) & ((status == MEMBER).sum(axis=0) >= 2)
    outside = np.asarray([float(row["class"] == "outside") for row in rows])
    level = np.where(in_force, INSTITUTION, np.where((status == MEMBER).any(axis=0), level, DORMANT))
    hosted = (1.0 - outside) * (1.0 - treaty)
    status = np.where(level > DORMANT, status, 0.0)
    return Formats(
        outside=_wide(outside),
        lead=np.asarray([[float(row["lead"] == p) for p in axes.powers] for row in rows])[None, :, :, None],
        covers=_listed(rows, "domains", axes.domains)[None, :, :, None],
        eligible=eligible[:, None, :, None],
        opens_to=(_listed(rows, "opens_to", axes.countries) * alive)[:, None, :, None],
        base_formality=_wide([float(row["base_formality"]) for row in rows]),
        exclusivity=_wide([float(row["exclusivity"]) for row in rows]),
        ceiling=_wide([float(LEVELS.index(str(row["ceiling"]))) for row in rows]),
        hosted=_wide(hosted),
        treaty=_wide(treaty),
        cadence=_wide([float(row["cadence"]) for row in rows]),
        level=_wide(level),
        status=status[:, None, :, None],
        since=_wide([_since(row, held[row["format"]]) for row in rows]),
        charter=_wide([float(row["kind"] == "club") for row in rows]),
        procedures=_wide([float(row["procedures"]) for row in rows] * (level > DORMANT)),
        secretariat=_wide([float(row["secretariat"]) for row in rows] * (level > DORMANT)),
    )


def may_be_at_work(table: pd.DataFrame) -> tuple[str, ...]:
    """The formats that may ever be at work from the start on; the table holds only what was visible then.

    What ended before is not founded again, and a programme has no rung to meet at; a treaty needs none.
    """
    able = ~table.apply(_ended, axis=1) & ((table["ceiling"] != LEVELS[0]) | (table["kind"] == "treaty"))
    return tuple(table.loc[able, "format"])


def _wide(values: Sequence[float] | Array) -> Array:
    """Values per format with axes (country, domain, format, run)."""
    return np.asarray(values, dtype=float)[None, None, :, None]


def _listed(rows: Sequence[Row], column: str, axis: Sequence[str]) -> Array:
    """1 where a member of the axis is listed in the column, axes (axis, format)."""
    lists = [{part.strip() for part in _text(row[column]).split(";")} for row in rows]
    return np.asarray([[float(code in listed) for listed in lists] for code in axis])


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)


def _statuses(memberships: pd.DataFrame, axes: Axes) -> Array:
    """Status of every country in every format, axes (country, format): the latest row that has begun and not ended."""
    status = np.zeros((len(axes.countries), len(axes.formats)))
    for row in memberships.sort_values("date", kind="stable").to_dict("records"):
        if row["country"] in axes.countries and row["format"] in axes.formats:
            at = axes.countries.index(row["country"]), axes.formats.index(row["format"])
            status[at] = STATUSES.index(str(row["status"])) if not _text(row["to"]) else 0.0
    return status


def _ended(row: Row) -> bool:
    return bool(_text(row["ended"]))


def _held(meetings: pd.DataFrame, start: Period) -> defaultdict[str, list[tuple[int, str]]]:
    """Of every meeting that was held, by format, how many quarters before the start it was, and its rung."""
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    held = meetings[meetings["held"].astype(float) > 0]
    for code, date, rung in zip(held["format"], held["date"], held["level"], strict=True):
        found[code].append((start.index - Period.of_date(str(date)).index, str(rung)))
    return found


def _level(row: Row, held: Sequence[tuple[int, str]]) -> float:
    """Level at the start: clubs at work are institutions; others have that of recent meetings, else working level."""
    ceiling = float(LEVELS.index(str(row["ceiling"])))
    if not _text(row["founded"]) or _ended(row) or ceiling == DORMANT:
        return DORMANT
    if row["kind"] == "club":
        return INSTITUTION
    return min(max((_RUNG[rung] for ago, rung in held if ago <= RECENT), default=WORKING), ceiling)


def _since(row: Row, held: Sequence[tuple[int, str]]) -> float:
    """Quarters since the last meeting, at most the cadence; NaN, to be drawn, where no meeting is recorded."""
    return min(float(min(ago for ago, _ in held)), float(row["cadence"])) if held else np.nan
