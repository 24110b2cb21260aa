"""What charts take from a scenario and its tables: names and colours, shocks, meetings of the record, trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from hedgesim.model.period import Period
from hedgesim.model.setting import Setting
from hedgesim.plots.chart import RECORD_COLUMNS
from hedgesim.plots.labels import Names
from hedgesim.plots.trust import Trust, start_of
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs
from hedgesim.scenario.calibrations import PRIOR, coverage_of, patterns_of
from hedgesim.scenario.impulses import Impulse, impulses_of
from hedgesim.scenario.tables import Tables, read_tables

SMALL = "small"
"""Grade of shocks that charts do not mark unless the scenario makes them larger or brings them itself."""

START_TABLES = ("shares", "rivalry", "formats", "memberships", "trust", "proximity")
"""Tables of the start whose assumptions charts count."""


def trust_in(scenario: Scenario, inputs: ScenarioInputs) -> Trust:
    """How far the charts of a scenario may be trusted."""
    axes = inputs.setting.axes
    named = {"country": axes.countries, "partner": axes.countries, "power": axes.powers, "rival": axes.powers}
    tables = {name: inputs.tables.table(name) for name in START_TABLES}
    start = start_of(tables, {**named, "format": axes.formats})
    if scenario.tables_folder is not None:
        return Trust(start, elsewhere=scenario.parameters != PRIOR)
    return Trust(start, coverage_of(scenario.parameters), patterns_of(scenario.parameters))


def recorded_meetings(scenario: Scenario) -> pd.DataFrame:
    """Meetings that were held, of any date, columns `RECORD_COLUMNS`; what a run is compared with, never its input."""
    rows = read_tables(scenario.tables_folder).table("meetings")
    held = rows[rows["held"] > 0.0]
    return held.assign(period=[str(Period.of_date(date)) for date in held["date"]])[list(RECORD_COLUMNS)]


def packaged_names() -> Names:
    """Names and colours of countries and powers in the packaged tables, for results of no one scenario."""
    return Names.from_axes(read_tables().table("axes"), formats={}, corners={})


def names_of(inputs: ScenarioInputs) -> Names:
    """Names and colours of the axes; the corners of the ternary: the aggressor, its largest peer, the opposite bloc."""
    formats, axes, setting = inputs.tables.table("formats"), inputs.tables.table("axes"), inputs.setting
    titles = dict(zip(formats["format"], formats["name"], strict=True))
    aggressors = [code for code, is_one in zip(setting.axes.powers, setting.aggressor.ravel(), strict=True) if is_one]
    aggressor = aggressors[0] if aggressors else ""
    names = Names.from_axes(axes, formats=titles, corners=_corners(setting, axes, aggressor) if aggressor else {})
    own = tuple(formats.loc[formats["role"] == "own", "format"])
    return replace(names, own=own, hosts=_hosts(formats, names.powers), aggressor=aggressor)


def _hosts(formats: pd.DataFrame, powers: Sequence[str]) -> dict[str, str]:
    """The power that each format is with: its counterpart, else the one that leads it."""
    rows = formats.set_index("format")
    both = rows["counterpart"].where(rows["counterpart"].isin(list(powers)), rows["lead"])
    return {str(code): str(power) for code, power in both.items() if power in powers}


def _corners(setting: Setting, axes: pd.DataFrame, aggressor: str) -> dict[str, tuple[str, ...]]:
    """Corners of the ternary: the aggressor, its rivals, and the largest power of the rest; none without rivals."""
    place = setting.axes.powers.index(aggressor)
    rivalry = pd.Series(setting.rivalry[0, place, :, 0], index=setting.axes.powers)
    opposite = tuple(rivalry.index[rivalry > 0.5])
    mass = pd.Series(setting.capability.ravel(), index=setting.axes.powers)
    rest = mass.drop([aggressor, *opposite])
    if not opposite or rest.empty:
        return {}
    third = str(rest.idxmax())
    names = axes[axes["axis"] == "power"].set_index("code")["name"]
    bloc = str(names[opposite[0]]) if len(opposite) == 1 else " + ".join(opposite)
    return {str(names[aggressor]): (aggressor,), str(names[third]): (third,), bloc: opposite}


def shocks_shown(scenario: Scenario, inputs: ScenarioInputs) -> tuple[pd.DataFrame, int]:
    """Dated events and changes during the runs, one row each (period, name), and how many small events are left out.

    An event has many shocks, an alarm among them: it is named once, in the quarter in which it first acts.
    """
    last, names = scenario.end.index - scenario.start.index, _event_names(inputs.tables)
    onsets: dict[str, Impulse] = {}
    for line in impulses_of(scenario, inputs.tables):
        event = line.event or line.shock
        if 0 <= line.onset <= last and (event not in onsets or line.onset < onsets[event].onset):
            onsets[event] = line
    small = _small_events(inputs.tables) - scenario.shock_sizes.keys()
    rows = [
        (str(Period.from_index(scenario.start.index + int(line.onset))), names.get(event, line.name))
        for event, line in onsets.items()
        if event not in small
    ]
    hidden = len(onsets) - len(rows)
    rows += [(str(change.date), change.name or change.in_words) for change in scenario.changes.values()]
    frame = pd.DataFrame(rows, columns=["period", "name"])
    return frame.sort_values("period", kind="stable", ignore_index=True), hidden


def _event_names(tables: Tables) -> dict[str, str]:
    """Name of each recorded event: of the shock with its id, else of its first shock; what follows a colon goes."""
    rows = tables.table("shocks")
    rows = rows.assign(other=rows["shock"] != rows["event"]).sort_values("other", kind="stable")
    first = rows.drop_duplicates("event")
    return {event: name.partition(":")[0] for event, name in zip(first["event"], first["name"], strict=True)}


def _small_events(tables: Tables) -> set[str]:
    """Recorded events of which every shock and the alarm are small."""
    grades = pd.concat([tables.table(name)[["event", "grade"]] for name in ("shocks", "alarms")])
    return {str(event) for event, own in grades.groupby("event")["grade"] if (own == SMALL).all()}
