"""The tables of a scenario: read, checked and cut at its start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import pandas as pd
import yaml

from hedgesim.errors import HedgesimError, Place, ScenarioError, choose_from, shown
from hedgesim.model.period import Period
from hedgesim.scenario.cells import LAST_COLUMNS
from hedgesim.scenario.files import LARGEST_TABLE, CsvTable, read_csv, read_text, shown_path
from hedgesim.scenario.table_faults import Forms, cell_faults
from hedgesim.scenario.yaml_tree import Node, compose, plain, tree_of

DATA = Path(str(files("hedgesim") / "data"))

OWN_SOURCES = "sources.yaml"
"""File of citations beside the tables of a folder of one's own."""

MOST_FAULTS = 300
"""Faults of tables that are reported."""

MOST_FOLDERS = 16
"""Folders whose tables are remembered."""


@dataclass(frozen=True, eq=False)
class Tables:
    """Tables by name, with what they mean (`forms`), what else a run needs (`mapping`) and the citations.

    whole: of tables cut at a start, the tables before.
    """

    frames: Mapping[str, pd.DataFrame]
    forms: Mapping[str, Any]
    mapping: Mapping[str, Any]
    sources: Mapping[str, Any]
    whole: Mapping[str, pd.DataFrame] = field(default_factory=dict)

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
        cut = {name: self.visible_table(name, period) for name in self.frames}
        return replace(self, frames=MappingProxyType(cut), whole=self.frames)

    def visible_table(self, name: str, start: Period) -> pd.DataFrame:
        """What is known of one table on the first day of a start."""
        return _visible(self.frames[name], form=self.forms[name], start=start)


def read_tables(folder: Path | None = None) -> Tables:
    """Read the packaged tables, or those of a folder alone; citations of both. An absent one not required is empty.

    They are read once, and again only when a file of the folder has changed.

    Raises ScenarioError for everything in it that `_read_frames` and `_cited` refuse, with file and lines.
    """
    home = (DATA / "tables" if folder is None else folder).resolve()
    stats = [(file.name, file.stat()) for file in sorted(home.iterdir())] if home.is_dir() else []
    return _read_tables(folder, home, tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats))


@lru_cache(MOST_FOLDERS)
def _read_tables(folder: Path | None, home: Path, _: tuple[tuple[str, int, int], ...]) -> Tables:
    """The tables of a folder whose files have such names, times and sizes."""
    forms, mapping, packaged = (_packaged(f"{name}.yaml") for name in ("tables", "mapping", "sources"))
    place = folder or home
    sources = {**packaged, **_cited(place / OWN_SOURCES)}
    frames = _read_frames(place, forms, sources)
    return Tables(MappingProxyType(frames), MappingProxyType(forms), MappingProxyType(mapping), sources)


def _cited(path: Path) -> dict[str, Any]:
    """Sources of a folder: mappings by key, each with its citation; none where there is no file or it is empty.

    Raises:
        HedgesimError: no file of keys and values, or a source without citation.
    """
    if not path.is_file():
        return {}
    text = read_text(path, LARGEST_TABLE, "file (YAML)")
    name = shown_path(path)
    content = compose(text, lambda line, column: Place(name, line, column))
    if content is None or content.value is None:
        return {}
    root = tree_of(text, name, "a source, KEY: {citation: A book}")
    for key, node in cast("Mapping[str, Node]", root.value).items():
        source = plain(node)
        if not isinstance(source, dict) or not isinstance(source.get("citation"), str):
            fault, remedy = f"the source {shown(key)} has no citation", "Write it like KEY: {citation: A book}."
            raise HedgesimError(node.anchor, fault, remedy)
    return cast("dict[str, Any]", plain(root))


def _read_frames(home: Path, forms: Forms, sources: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Every table of a folder, checked; an absent one that is not required is empty.

    Raises:
        ScenarioError: all that is wrong with files, columns and cells of all tables.
    """
    read: dict[str, CsvTable] = {}
    faults: list[HedgesimError] = []
    for name, form in forms.items():
        path = home / f"{name}.csv"
        found = list(_missing(path, form))
        if not found and path.is_file():
            try:
                read[name] = read_csv(path)
            except ScenarioError as error:
                found = [error]
            else:
                found = list(_wrong_columns(read[name], form))
        faults += found
        if found:
            read.pop(name, None)
    faults += cell_faults(shown_path(home), shown_path(home / OWN_SOURCES), read, forms, sources)
    if faults:
        raise ScenarioError.of(faults[:MOST_FAULTS])
    return {name: _frame(read.get(name), form) for name, form in forms.items()}


def _missing(path: Path, form: Mapping[str, Any]) -> Iterator[HedgesimError]:
    """That a table is missing which every region needs."""
    if form.get("required") and not path.is_file():
        columns = ", ".join((*form["columns"], *LAST_COLUMNS))
        place = shown_path(path)
        yield HedgesimError(place, f"the table {path.stem} is missing", f"Add it with the columns {columns}.")


def _wrong_columns(table: CsvTable, form: Mapping[str, Any]) -> Iterator[HedgesimError]:
    """Columns that are missing, there twice, or none of the table; and lines of another length."""
    columns, place = (*form["columns"], *LAST_COLUMNS), table.place(table.header)
    if missing := [name for name in columns if name not in table.header.cells]:
        said = (
            f"the column{'s' * (len(missing) > 1)} {', '.join(missing)} {'are' if len(missing) > 1 else 'is'} missing"
        )
        yield HedgesimError(place, said, f"The columns are {', '.join(columns)}.")
    for name in table.header.cells:
        if name and name not in columns:
            remedy = f"Rename it, or delete it with its cells. {choose_from(name, columns)}"
            yield HedgesimError(place, f"the table has no column {shown(name)}", remedy)
    try:
        table.check(())
    except ScenarioError as error:
        yield error


def _frame(table: CsvTable | None, form: Mapping[str, Any]) -> pd.DataFrame:
    """A table in pandas; where nothing is known text is empty and numbers are NaN."""
    columns = table.header.cells if table else (*form["columns"], *LAST_COLUMNS)
    cells = {name: table.column(name) if table else [] for name in columns}
    numbers = {name: np.array([float(cell or "nan") for cell in cells[name]]) for name in form.get("numbers", ())}
    return pd.DataFrame(cells, dtype=str).assign(**numbers)


def names_by_code() -> dict[str, str]:
    """Names of countries, powers and options by code, of the packaged tables, without reading the others."""
    return _names("axes", "code")


def formats_by_code() -> dict[str, str]:
    """Names of formats by code, of the packaged tables, without reading the others."""
    return _names("formats", "format")


def _names(name: str, key: str) -> dict[str, str]:
    table = read_csv(DATA / "tables" / f"{name}.csv")
    return dict(zip(table.column(key), table.column("name"), strict=True))


def _packaged(name: str) -> dict[str, Any]:
    """A mapping of the package."""
    content: dict[str, Any] = yaml.load((DATA / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return content


def _visible(frame: pd.DataFrame, *, form: Mapping[str, Any], start: Period) -> pd.DataFrame:
    """One table as it is known at the start."""
    if "future" in form:
        kept = pd.Series(True, index=frame.index)
        for column, value in form["future"].items():
            kept &= frame[column] == value
        return frame[kept].reset_index(drop=True)
    frame = frame[~is_later(frame, form, start)]
    if form.get("start"):
        key = [column for column in form["key"] if column != "start"]
        frame = frame.sort_values("start", kind="stable").drop_duplicates(key, keep="last").sort_index()
    for column, settings in form.get("blank", {}).items():
        later = frame[column] > first_day(start)
        frame = frame.assign(**{name: frame[name].mask(later, value) for name, value in settings.items()})
    if "latest" in form:
        frame = frame.sort_values("date", kind="stable").drop_duplicates(form["latest"], keep="last").sort_index()
    return frame.reset_index(drop=True)


def is_later(frame: pd.DataFrame, form: Mapping[str, Any], start: Period) -> pd.Series[bool]:
    """Which rows of a table are of after the start, by their date, their start or the date since which they hold.

    Dates and quarters are in the order of their texts; a date without day or month counts from its first day.
    """
    later = frame["date"] > first_day(start)
    if "since" in form:
        later |= frame[form["since"]] > first_day(start)
    if form.get("start"):
        later |= frame["start"] > str(start)
    return later.astype(bool)


def confidence_in(source: str) -> str:
    """Confidence of a number that a scenario brings: an assumption if any of its sources is one or is recall."""
    return "assumption" if {"assumption", "recall"} & {key.strip() for key in source.split(";")} else "proxy"


def first_day(start: Period) -> str:
    """First day of a quarter, ISO."""
    return f"{start.year:04d}-{3 * start.quarter - 2:02d}-01"


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
