"""The tables of a scenario: read, checked and cut at its start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from importlib.resources import files
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import pandas as pd
import yaml

from hedgesim.errors import HedgesimError, ScenarioError, shown
from hedgesim.model.period import Period
from hedgesim.scenario.cells import Cells
from hedgesim.scenario.files import LARGEST_TABLE, CsvTable, number_in, read_csv, read_text, shown_path
from hedgesim.scenario.positions import Node, plain, tree_of

LAST_COLUMNS = ("date", "source", "confidence")
OWN_SOURCES = "sources.yaml"
"""File of citations beside the tables of a folder of one's own."""

MOST_FAULTS = 300
"""Faults of tables that are reported."""


@dataclass(frozen=True)
class Tables:
    """Tables by name, with what they mean (`forms`), what else a run needs (`mapping`) and the citations."""

    frames: Mapping[str, pd.DataFrame]
    forms: Mapping[str, Any]
    mapping: Mapping[str, Any]
    sources: Mapping[str, Any]

    def table(self, name: str) -> pd.DataFrame:
        """A copy of one table; where nothing is known text is empty and numbers are NaN."""
        if name not in self.frames:
            known = ", ".join(sorted(self.frames))
            raise HedgesimError(name, "there is no such table", f"Known: {known}.")
        return self.frames[name].copy()

    def with_table(self, name: str, frame: pd.DataFrame) -> Tables:
        """The same tables except one."""
        return replace(self, frames=MappingProxyType({**self.frames, name: frame.copy()}))

    def visible(self, start: str | Period) -> Tables:
        """Only what is known on the first day of a start, and the causes of recorded shocks of any date."""
        period = start if isinstance(start, Period) else Period.parse(start)
        return replace(self, frames=MappingProxyType({name: self.visible_table(name, period) for name in self.frames}))

    def visible_table(self, name: str, start: Period) -> pd.DataFrame:
        """What is known of one table on the first day of a start."""
        return _visible(name, self.frames[name], form=self.forms[name], start=start)


def _once(read: Callable[[Path | None], Tables]) -> Callable[..., Tables]:
    """Read the tables of a folder once, and again only when one of its files has changed."""
    known: dict[Path | None, tuple[list[tuple[str, int, int]], Tables]] = {}

    @wraps(read)
    def reading(folder: Path | None = None) -> Tables:
        home = Path(str(files("hedgesim") / "data" / "tables")) if folder is None else folder.resolve()
        stats = [(file.name, file.stat()) for file in sorted(home.iterdir())] if home.is_dir() else []
        stamp = [(name, stat.st_mtime_ns, stat.st_size) for name, stat in stats]
        key = folder and home
        if key not in known or known[key][0] != stamp:
            known[key] = (stamp, read(folder))
        return known[key][1]

    return reading


@_once
def read_tables(folder: Path | None = None) -> Tables:
    """Read the packaged tables, or those of a folder alone; citations of both. An absent one not required is empty.

    Raises:
        HedgesimError: a missing table or column, or a wrong number of cells, with file and line.
        ScenarioError: all that is wrong with the cells of all tables.
    """
    data = Path(str(files("hedgesim") / "data"))
    forms = _packaged(data / "tables.yaml")
    home = data / "tables" if folder is None else folder
    sources = _packaged(data / "sources.yaml")
    own = home / OWN_SOURCES
    if own.is_file():
        sources = {**sources, **_cited(own)}
    read = {name: _read(home / f"{name}.csv", form) for name, form in forms.items()}
    names = _names(read)
    faults = [
        fault
        for name, table in read.items()
        if table is not None
        for fault in islice(Cells(name, forms[name], sources, names).faults(table), MOST_FAULTS)
    ]
    if faults:
        raise ScenarioError.of(faults[:MOST_FAULTS])
    frames = {name: _frame(read[name], form) for name, form in forms.items()}
    mapping = _packaged(data / "mapping.yaml")
    return Tables(MappingProxyType(frames), MappingProxyType(forms), MappingProxyType(mapping), sources)


def names_by_code() -> dict[str, str]:
    """Names of countries, powers and options by code, of the packaged tables, without reading the others."""
    axes = read_csv(Path(str(files("hedgesim") / "data" / "tables" / "axes.csv")))
    return dict(zip(axes.column("code"), axes.column("name"), strict=True))


def _cited(path: Path) -> dict[str, Any]:
    """Sources of a folder: mappings by key, each with its citation."""
    text = read_text(path, LARGEST_TABLE, "file (YAML)")
    root = tree_of(text, shown_path(path), "a source, KEY: {citation: A book}")
    for key, node in cast("Mapping[str, Node]", root.value).items():
        source = plain(node)
        if not isinstance(source, dict) or not isinstance(source.get("citation"), str):
            fault, remedy = f"the source {shown(key)} has no citation", "Write it like KEY: {citation: A book}."
            raise HedgesimError(node.anchor, fault, remedy)
    return cast("dict[str, Any]", plain(root))


def _packaged(path: Path) -> dict[str, Any]:
    """A mapping of the package."""
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return content


def _read(path: Path, form: Mapping[str, Any]) -> CsvTable | None:
    """One table with its columns; None for an absent one that is not required."""
    columns = [*form["columns"], *LAST_COLUMNS]
    if path.is_file():
        table = read_csv(path)
        table.check(columns)
        return table
    if form.get("required"):
        fault = f"the table {path.stem} is missing ({form['meaning']})"
        raise HedgesimError(path.name, fault, f"Add it with the columns {', '.join(columns)}.")
    return None


def _names(read: Mapping[str, CsvTable | None]) -> dict[str, set[str]]:
    """Codes by axis, and formats."""
    axes, formats = read["axes"], read["formats"]
    assert axes is not None
    assert formats is not None
    codes = list(zip(axes.column("axis"), axes.column("code"), strict=True))
    of_axis = {name: {code for axis, code in codes if axis == name} for name, _ in codes}
    return {**of_axis, "format": set(formats.column("format"))}


def _frame(table: CsvTable | None, form: Mapping[str, Any]) -> pd.DataFrame:
    """A table in pandas; where nothing is known text is empty and numbers are NaN."""
    columns, numbers = [*form["columns"], *LAST_COLUMNS], form.get("numbers", [])
    cells = {name: table.column(name) for name in table.header.cells} if table else {name: [] for name in columns}
    return pd.DataFrame(
        {
            name: pd.Series([number_in(cell) for cell in column], dtype=float)
            if name in numbers
            else pd.Series(column, dtype=str)
            for name, column in cells.items()
        }
    )


def _visible(name: str, frame: pd.DataFrame, *, form: Mapping[str, Any], start: Period) -> pd.DataFrame:
    """One table as it is known at the start."""
    day = first_day(start)
    if "future" in form:
        kept = pd.Series(True, index=frame.index)
        for column, value in form["future"].items():
            kept &= frame[column] == value
        return frame[kept].reset_index(drop=True)
    frame = frame[frame["date"].map(day_of) <= day]
    if form.get("start"):
        frame = _of_start(name, frame, key=form["key"], start=start)
    for column, settings in form.get("blank", {}).items():
        frame = _blanked(frame, column, settings=settings, day=day)
    if "latest" in form:
        frame = frame.sort_values("date", kind="stable").drop_duplicates(form["latest"], keep="last").sort_index()
    return frame.reset_index(drop=True)


def _of_start(name: str, frame: pd.DataFrame, *, key: Sequence[str], start: Period) -> pd.DataFrame:
    """Of every row the latest start up to the scenario's."""
    parts = frame["start"].map(Period.parse)
    known = parts[parts <= start]
    if known.empty:
        starts = ", ".join(sorted(set(frame["start"])))
        raise HedgesimError(f"{name}.csv", f"nothing is known up to {start}", f"Start at or after one of {starts}.")
    rows: pd.DataFrame = frame.loc[known.sort_values(kind="stable").index]
    return rows.drop_duplicates([column for column in key if column != "start"], keep="last").sort_index()


def _blanked(frame: pd.DataFrame, column: str, *, settings: Mapping[str, str], day: str) -> pd.DataFrame:
    """Set columns of rows whose date in `column` is after the day."""
    later = frame[column].map(day_of) > day
    return frame.assign(**{name: frame[name].mask(later, value) for name, value in settings.items()})


def confidence_in(source: str) -> str:
    """Confidence of a number that a scenario brings: an assumption if any of its sources is one or is recall."""
    return "assumption" if {"assumption", "recall"} & {key.strip() for key in source.split(";")} else "proxy"


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
