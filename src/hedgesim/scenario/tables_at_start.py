"""The tables of a scenario as they are at its start: with the values that its `data` replaces, and complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from hedgesim.errors import HedgesimError, Place, ScenarioError, choose_from, in_order, shown
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes
from hedgesim.scenario.cells import UNITS, bounds_of, is_date, needed, wanted, word_fault
from hedgesim.scenario.files import number_in
from hedgesim.scenario.schema import DataOverride, Scenario
from hedgesim.scenario.tables import Tables, confidence_in, read_tables

PAIRS: Mapping[str, tuple[str, str, str]] = {
    "ties": ("country", "partner", "tie"),
    "proximity": ("country", "power", "value"),
    "affinity": ("country", "power", "value"),
    "trust": ("country", "partner", "value"),
    "rivalry": ("power", "rival", "value"),
}
"""Tables that need a row for every pair: both columns of the pair, and that of the number."""

EARLIER = "Choose a later start, or earlier dates."
"""What to do where rows are of after the start."""

Missing = tuple[str, str, str]
"""Table, fault and remedy."""

Key = tuple[str, ...]


def tables_at_start(scenario: Scenario) -> Tables:
    """The tables of a scenario as visible at its start, with what it replaces in them."""
    read = read_tables(scenario.tables_folder)
    own = {key: source.entry for key, source in scenario.sources.items()}
    return _with_data(replace(read, sources={**read.sources, **own}), scenario).visible(scenario.start)


def _with_data(tables: Tables, scenario: Scenario) -> Tables:
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


def check_begun(tables: Tables, start: Period, folder: Path | None) -> None:
    """Refuse a start before all rows of a table that a run needs; tables as visible at it.

    Raises:
        ScenarioError: all such tables; those whose parts begin alike are named together, and first.
    """
    home = "" if folder is None else f"{folder.name}/"
    late, begins = list[HedgesimError](), dict[str, list[str]]()
    for name, form in tables.forms.items():
        whole = tables.whole[name]
        if not form.get("required") or len(tables.frames[name]) or whole.empty:
            continue
        starts = sorted(set(whole["start"])) if "start" in whole else []
        if starts and Period.parse(starts[0]) > start:
            begins.setdefault(", ".join(starts), []).append(f"{home}{name}.csv")
        else:
            fault = f"every row is dated after the start {start} (earliest {_earliest(whole['date'])})"
            late.append(HedgesimError(f"{home}{name}.csv", fault, EARLIER))
    faults = list[HedgesimError]()
    for parts, places in begins.items():
        fault, one_of = f"nothing is known up to {start}", " one of" * ("," in parts)
        faults.append(HedgesimError(", ".join(places), fault, f"Start at or after{one_of} {parts}."))
    if faults or late:
        raise ScenarioError.of(faults or late)


def _earliest(dates: Iterable[str]) -> str:
    return min(date for date in dates if date)


def check_complete(tables: Tables, axes: Axes, folder: Path | None) -> None:
    """Refuse tables that lack rows; they hold only what is visible at the start. folder: of a region's own tables.

    Raises:
        ScenarioError: all that is missing, one fault for each attribute and each table.
    """
    faults = [*_attributes(tables, axes), *_pairs(tables, axes), *_shares(tables, axes)]
    if faults:
        home = "table {}" if folder is None else f"{folder.name}/{{}}.csv"
        raise ScenarioError.of([HedgesimError(home.format(table), fault, remedy) for table, fault, remedy in faults])


def _attributes(tables: Tables, axes: Axes) -> Iterator[Missing]:
    """Attributes without a number for some of those who need one."""
    for axis, codes in (("country", axes.countries), ("domain", axes.domains), ("power", axes.powers)):
        name = f"{axis}_attributes"
        rows = _Rows(tables, name, (axis, "attribute"), "value")
        for attribute in needed(axis, axes.domains):
            unit = UNITS[axis].get(attribute, "")
            number = wanted(*bounds_of(name, "value", attribute=attribute))
            keys = [(code, attribute) for code in codes]
            yield from rows.missing(keys, f"{number}{f' ({unit})' if unit else ''}", attribute)


def _pairs(tables: Tables, axes: Axes) -> Iterator[Missing]:
    """Tables of pairs without some of them."""
    codes = {"country": axes.countries, "partner": axes.countries, "power": axes.powers, "rival": axes.powers}
    for name, (first, second, column) in PAIRS.items():
        pairs = [(a, b) for a in codes[first] for b in codes[second] if a != b]
        yield from _Rows(tables, name, (first, second), column).missing(pairs, wanted(*bounds_of(name, column)))


def _shares(tables: Tables, axes: Axes) -> Iterator[Missing]:
    """Cells without a share."""
    cells = [(c, d, o) for c in axes.countries for d in axes.domains for o in axes.options]
    columns = ("country", "domain", "option")
    yield from _Rows(tables, "shares", columns, "share").missing(
        cells, "a number from 0 to 1; those of a country in a domain sum to 1"
    )


@dataclass(frozen=True)
class _Rows:
    """Rows of a table by the columns that tell them apart, as visible at the start; column: that of the number."""

    tables: Tables
    table: str
    columns: tuple[str, ...]
    column: str

    @cached_property
    def there(self) -> set[Key]:
        """Keys that have a number."""
        frame = self.tables.frames[self.table]
        return set(self._keys(frame[np.isfinite(frame[self.column])]))

    @cached_property
    def later(self) -> Mapping[Key, str]:
        """Keys of which all rows are of after the start, with the earliest date or start."""
        frame, visible = self.tables.whole[self.table], set(self._keys(self.tables.frames[self.table]))
        starts = frame["start"] if "start" in frame else frame["date"]
        found: dict[Key, str] = {}
        for key, *since in zip(self._keys(frame), frame["date"], starts, strict=True):
            if key not in visible:
                found[key] = min(found.get(key, max(since)), max(since))
        return found

    def _keys(self, frame: pd.DataFrame) -> Iterator[Key]:
        return zip(*(frame[column] for column in self.columns), strict=True)

    def missing(self, keys: Sequence[Key], number: str, attribute: str = "") -> Iterator[Missing]:
        """Keys without a number: those that no row has, and those whose rows are later."""
        without = [key for key in keys if key not in self.there]
        if nowhere := [key for key in without if key not in self.later]:
            yield self.table, _no_number(nowhere, attribute), f"Add a row each with {number}."
        if later := [key for key in without if key in self.later]:
            since = min(self.later[key] for key in later)
            fault = f"{_no_number(later, attribute)}, because their rows are of {since} or later"
            yield self.table, fault, EARLIER


def _no_number(keys: Sequence[Key], attribute: str) -> str:
    """For what there is no number, cut when it is long."""
    names = in_order([key[0] if attribute else "-".join(key) for key in keys])
    return f"there is no number at the start for {f'{attribute} of ' * bool(attribute)}{names}"
