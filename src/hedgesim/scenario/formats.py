"""Which formats are at work at the start, from what happened before it, and what dated changes give later."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.errors import ScenarioError, choose_from
from hedgesim.model.arrays import Array
from hedgesim.model.formats import UNIT_GDP
from hedgesim.model.given import Given, GivenRung, GivenStatus
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes, Formats
from hedgesim.model.world import DORMANT, LEADERS, MEMBER, RUNGS, STATUSES
from hedgesim.scenario.changes import Change
from hedgesim.scenario.schema import Scenario
from hedgesim.scenario.tables import Tables, latest_sizes

Row = Mapping[Any, Any]
"""A row of the table of formats by column."""

Held = Mapping[str, Sequence[tuple[int, str]]]
"""Of every meeting that was held, by format, how many quarters before the start it was, and its rung."""

ROLES = ("own", "dialogue", "small", "treaty", "body")
"""What a format may be; programmes are never at work."""


def formats_of(tables: Tables, axes: Axes) -> Formats:
    """Features of the formats as arrays; tables hold only what was visible at the start."""
    of_code = tables.table("formats").drop_duplicates("format").set_index("format", drop=False)
    rows: Sequence[Row] = of_code.loc[list(axes.formats)].to_dict("records")
    held = _held(tables, axes.start)
    role = {name: np.asarray([float(row["role"] == name) for row in rows]) for name in ROLES}
    alive = np.asarray([float(not row["ended"]) for row in rows])
    eligible = _listed(rows, "eligible", axes.countries) * alive
    status = _statuses(tables.table("memberships"), axes)
    ladder = np.asarray([_rung(row, held[row["format"]]) for row in rows])
    working = (ladder > DORMANT) | (role["treaty"] > 0.0)
    status = np.where((ladder > DORMANT) & (status.max(axis=0) < MEMBER), MEMBER * eligible, status) * working
    signed = (role["treaty"] > 0.0) & ((status == MEMBER).sum(axis=0) >= 2)
    ladder = np.where(signed, LEADERS, np.where((status == MEMBER).any(axis=0), ladder, DORMANT))
    roles: dict[str, Any] = {name: _wide(values) for name, values in role.items()}
    return Formats(
        **roles,
        customs=_led(rows, axes, "customs"),
        lead=_led(rows, axes),
        covers=_listed(rows, "domains", axes.domains)[None, :, :, None],
        eligible=eligible[:, None, :, None],
        opens_to=(_listed(rows, "opens_to", axes.countries) * alive)[:, None, :, None],
        wealth=_wide(_wealth(rows, tables, axes.start)),
        pairs=_wide([max(1.0, float(row["pairs"])) for row in rows]),
        after=_after(rows, axes),
        formality=_wide([float(row["formality"]) for row in rows]),
        ceiling=_wide([float(RUNGS.index(str(row["ceiling"]))) for row in rows] * (alive > 0.0)),
        cadence=_wide([float(row["cadence"]) for row in rows]),
        ladder=_wide(ladder),
        status=np.where(ladder > DORMANT, status, 0.0)[:, None, :, None],
        since=_wide([_since(row, held[row["format"]]) for row in rows]),
        seated=np.full((1, 1, 1, 1), float(_has_seated_all(tables.table("meetings"), rows))),
        absorptions=_absorptions(rows, axes),
    )


def may_be_at_work(table: pd.DataFrame) -> tuple[str, ...]:
    """The formats that may ever be at work from the start on; the table holds only what was visible then.

    What ended before is not founded again, and a programme has no rung to meet at.
    """
    return tuple(table.loc[(table["ended"] == "") & (table["role"] != "programme"), "format"])


def _wide(values: Sequence[float] | Array) -> Array:
    """Values per format with axes (country, domain, format, run)."""
    return np.asarray(values, dtype=float)[None, None, :, None]


def _led(rows: Sequence[Row], axes: Axes, factor: str = "") -> Array:
    """1 for the power in the lead, times a column, axes (1, format, power, 1)."""
    led = [[float(row["lead"] == p) * (float(row[factor]) if factor else 1.0) for p in axes.powers] for row in rows]
    return np.asarray(led)[None, :, :, None]


def _listed(rows: Sequence[Row], column: str, axis: Sequence[str]) -> Array:
    """1 where a member of the axis is listed in the column, axes (axis, format)."""
    lists = [_parts(row[column]) for row in rows]
    return np.asarray([[float(code in listed) for listed in lists] for code in axis])


def _wealth(rows: Sequence[Row], tables: Tables, start: Period) -> list[float]:
    """Log of the GDP of the other side of each dialogue over 2 tn USD, in the last year before the start; else 0."""
    sizes = latest_sizes(tables.table("sizes"), start)
    known = {entity: value / 1000.0 for (entity, measure), value in sizes.items() if measure == "gdp"}
    talks = tables.table("dialogues")
    past = talks[talks["year"] < start.year].sort_values("year")
    known = {**dict(zip(past["power"], past["gdp"], strict=True)), **known}
    return [math.log(known.get(row["counterpart"], UNIT_GDP) / UNIT_GDP) for row in rows]


def _after(rows: Sequence[Row], axes: Axes) -> Array:
    """Rung that the first format must have reached before the second can meet, axes (1, format, format, 1)."""
    needs = np.zeros((len(rows), len(rows)))
    for n, row in enumerate(rows):
        for part in filter(None, row["after"].split(";")):
            code, _, rung = part.partition(":")
            if code in axes.formats:
                needs[axes.formats.index(code), n] = RUNGS.index(rung)
    return needs[None, :, :, None]


def _absorptions(rows: Sequence[Row], axes: Axes) -> tuple[tuple[int, int, float], ...]:
    """Bodies that an outside power entered, more formal bodies that it leads, and when, quarters since the start."""
    return tuple(
        (f, g, float(Period.of_date(one["lead_entered"]).index - axes.start.index))
        for f, one in enumerate(rows)
        if one["lead_entered"] and one["lead"] == "none"
        for g, other in enumerate(rows)
        if other["role"] == "body" and other["lead"] in axes.powers and other["formality"] > one["formality"]
    )


def _statuses(memberships: pd.DataFrame, axes: Axes) -> Array:
    """Status of every country in every format, axes (country, format): the latest row that has begun and not ended."""
    status = np.zeros((len(axes.countries), len(axes.formats)))
    for row in memberships.sort_values("date", kind="stable").to_dict("records"):
        if row["country"] in axes.countries and row["format"] in axes.formats:
            at = axes.countries.index(row["country"]), axes.formats.index(row["format"])
            status[at] = STATUSES.index(str(row["status"])) if not row["to"] else 0.0
    return status


def _held(tables: Tables, start: Period) -> Held:
    """Of meetings that were listed, and of events that were meetings."""
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    meetings, events = tables.table("meetings"), tables.table("events")
    listed = meetings[meetings["held"].astype(float) > 0][["format", "date", "level"]]
    others = events.loc[events["rung"] != "", ["format", "date", "rung"]]
    for code, date, rung in [*listed.itertuples(index=False, name=None), *others.itertuples(index=False, name=None)]:
        found[code].append((start.index - Period.of_date(str(date)).index, str(rung)))
    return found


def _rung(row: Row, held: Sequence[tuple[int, str]]) -> float:
    """Highest rung at which a format that was founded has met; a body at work has that of its first phase."""
    if not row["founded"] or row["ended"] or row["role"] in {"treaty", "programme"}:
        return DORMANT
    first = float(RUNGS.index(str(row["level"])))
    met = max((float(RUNGS.index(rung)) for _, rung in held if rung in RUNGS), default=0.0)
    return first if row["role"] == "body" else max(met, 1.0)


def _has_seated_all(meetings: pd.DataFrame, rows: Sequence[Row]) -> bool:
    """Whether all heads of one own format have sat together before the start; deputies are listed otherwise."""
    held = meetings[(meetings["held"].astype(float) > 0) & (meetings["level"] == "leaders")]
    return any(
        _parts(row["eligible"]) <= _parts(participants)
        for row in rows
        if row["role"] == "own"
        for participants in held.loc[held["format"] == row["format"], "participants"]
    )


def _parts(text: str) -> set[str]:
    """What a cell lists, joined by semicolons."""
    return {part.strip() for part in text.split(";")}


def _since(row: Row, held: Sequence[tuple[int, str]]) -> float:
    """Quarters since the last meeting at its rung, NaN, to be drawn, where none is recorded."""
    rung = _rung(row, held)
    return float(min((ago for ago, name in held if name in RUNGS and RUNGS.index(name) == rung), default=np.nan))


def given_of(scenario: Scenario, axes: Axes, formats: Formats) -> tuple[Given, ...]:
    """What changes give, formats before the statuses in them, each by date.

    Raises:
        ScenarioError: a change of a format that is never at work here, or beyond its highest rung.
    """
    changes = sorted(scenario.changes.items(), key=lambda one: one[1].date.index)
    _check_changes(scenario, axes, formats)
    dated = [change for _, change in changes]
    rungs = [_given_rung(change, axes, formats, dated) for change in dated if change.format]
    return (*rungs, *(_given_status(change, axes, dated) for change in dated if change.membership))


def _check_changes(scenario: Scenario, axes: Axes, formats: Formats) -> None:
    """Refuse changes of formats that cannot be at work, or not at that rung."""
    errors = []
    for name, change in scenario.changes.items():
        kind = "membership" if change.membership else "format"
        of = change.membership or change.format
        if of is None:
            continue
        place = scenario.place("changes", name, kind, "format")
        if of.format not in axes.formats:
            fault = f"{of.format} is never at work in this scenario"
            errors.append(
                ScenarioError(place, fault, f"List it under formats:. {choose_from(of.format, axes.formats)}")
            )
        elif change.format:
            rung = RUNGS.index(change.format.rung)
            highest = int(formats.ceiling[0, 0, axes.formats.index(of.format), 0])
            if rung > highest:
                fault = f"{of.format} cannot be at {change.format.rung}: its highest rung is {RUNGS[highest]}"
                errors.append(ScenarioError(scenario.place("changes", name, "format", "rung"), fault, "Lower it."))
    if errors:
        raise ScenarioError.of(errors)


def _given_status(change: Change, axes: Axes, changes: Sequence[Change]) -> GivenStatus:
    assert change.membership is not None
    of = change.membership
    where = np.outer(_is((of.country,), axes.countries), _is((of.format,), axes.formats))
    step, until = _span(change, axes, changes)
    return GivenStatus(step, until, where[:, None, :, None], float(STATUSES.index(of.status)))


def _given_rung(change: Change, axes: Axes, formats: Formats, changes: Sequence[Change]) -> GivenRung:
    assert change.format is not None
    where = _is((change.format.format,), axes.formats)[None, None, :, None]
    named = change.format.members
    founders = formats.eligible if named is None else _is(named, axes.countries)[:, None, None, None]
    step, until = _span(change, axes, changes)
    return GivenRung(step, until, where, float(RUNGS.index(change.format.rung)), founders * where)


def _span(change: Change, axes: Axes, changes: Iterable[Change]) -> tuple[float, float]:
    """The step from which a change holds, and that of the next one of the same target."""
    later = (one.date.index for one in changes if one.target == change.target and one.date > change.date)
    until = min(later, default=math.inf)
    return float(change.date.index - axes.start.index), float(until - axes.start.index)


def _is(names: Sequence[str], axis: Sequence[str]) -> Array:
    """1 for those named."""
    return np.isin(np.asarray(axis), names).astype(float)
