"""What the tables of a region lack for a scenario: all of it at once, with units and ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from hedgesim.errors import HedgesimError, ScenarioError, in_order
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes
from hedgesim.scenario.cells import UNITS, bounds_of, needed, wanted
from hedgesim.scenario.tables import Tables

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
