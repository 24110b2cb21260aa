"""Single values of tables that a scenario replaces: its key `data`."""

from __future__ import annotations

import pandas as pd

from hedgesim.errors import HedgesimError, Place, ScenarioError, choose_from, shown
from hedgesim.model.period import Period
from hedgesim.scenario.cells import bounds_of, is_date, wanted, word_fault
from hedgesim.scenario.files import number_in
from hedgesim.scenario.schema import DataOverride, Scenario
from hedgesim.scenario.tables import Tables, confidence_in


def with_data(tables: Tables, scenario: Scenario) -> Tables:
    """The tables with the scenario's `data:` applied; ScenarioError for all rows and values that cannot be."""
    errors: list[HedgesimError] = []
    for n, override in enumerate(scenario.data):
        try:
            changed = tables.with_table(
                override.table, _with_value(tables.table(override.table), override, scenario, n)
            )
            _check_effect(tables, changed, scenario, n)
            tables = changed
        except ScenarioError as error:
            errors.append(error)
    if errors:
        raise ScenarioError.of(errors)
    return tables


def _check_effect(before: Tables, after: Tables, scenario: Scenario, n: int) -> None:
    """Refuse the n-th override if it changes a value that a run from this start never reads."""
    override = scenario.data[n]
    name, column = override.table, override.column
    if before.table(name)[column].equals(after.table(name)[column]):
        return
    seen = (tables.visible_table(name, scenario.start) for tables in (before, after))
    here, there = (frame.drop(columns=["source", "confidence"]) for frame in seen)
    if not here.equals(there):
        return
    fault = f"{column} of this row changes nothing: a run reads {name} as known at its start, {scenario.start}"
    raise ScenarioError(scenario.place("data", n, "value"), fault, _instead(override))


def _instead(override: DataOverride) -> str:
    """What to write in place of an override without effect."""
    key, value = override.key, str(override.value)
    if override.table != "memberships" or override.column not in {"to", "status"}:
        return "Name a row that is dated up to the start."
    status, date = ("none", value) if override.column == "to" else (value, str(key["from"]))
    when = str(Period.acting(date)) if date and is_date(date) else "2025Q1"
    change = f"membership: {{country: {key['country']}, format: {key['format']}, status: {status}}}"
    return f"Write a change: changes: {{NAME: {{date: {when}, source: {override.source}, {change}}}}}."


def _with_value(frame: pd.DataFrame, override: DataOverride, scenario: Scenario, n: int) -> pd.DataFrame:
    """A table with one value replaced by the n-th override."""
    chosen = pd.Series(True, index=frame.index)
    for column, value in override.key.items():
        chosen &= frame[column].astype(str) == str(value)
    if not chosen.any():
        key = ", ".join(f"{column} {value}" for column, value in override.key.items())
        fault = f"the table {override.table} has no row with {key}"
        raise ScenarioError(scenario.place("data", n), fault, _rows_there(frame, override))
    place, is_number = scenario.place("data", n, "value"), frame[override.column].dtype == float
    new_value = _new_number(frame[chosen], override, place) if is_number else _new_word(override, place)
    changes = {override.column: new_value, "source": override.source, "confidence": confidence_in(override.source)}
    return frame.assign(**{name: frame[name].mask(chosen, new) for name, new in changes.items()})


def _rows_there(frame: pd.DataFrame, override: DataOverride) -> str:
    """Which values of one key column have rows with the other keys, or else are in the table at all."""
    fits = pd.DataFrame({column: frame[column].astype(str) == str(value) for column, value in override.key.items()})
    for column in reversed(override.key):
        others = fits.drop(columns=column).all(axis=1)
        if others.any() and len(override.key) > 1:
            rows = frame[others]
            break
    else:
        column = next((name for name in override.key if not fits[name].any()), next(iter(override.key)))
        rows = frame
    return f"Rows by {column}: {choose_from(str(override.key[column]), {*rows[column].astype(str)})}"


def _new_number(rows: pd.DataFrame, override: DataOverride, place: Place) -> float:
    """The value as a number within what its column or unit allows."""
    attribute = str(override.key.get("attribute", override.key.get("measure", "")))
    unit = str(rows["unit"].iloc[0]) if "unit" in rows else ""
    low, high = bounds_of(override.table, override.column, attribute=attribute, unit=unit)
    value = number_in(str(override.value))
    if not low <= value <= high:
        known = wanted(low, high)
        raise ScenarioError(place, f"{override.column} must be {known}, not {shown(override.value)}", f"Write {known}.")
    return value


def _new_word(override: DataOverride, place: Place) -> str:
    """The value as text, in the form that its column has."""
    said = word_fault(override.table, override.column, str(override.value))
    if said is not None:
        fault, remedy = said
        raise ScenarioError(place, f"{shown(override.value)} in the column {override.column} {fault}", remedy)
    return str(override.value)
