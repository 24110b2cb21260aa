"""The tables of a scenario: read, checked and cut at its start."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import yaml

from hedgesim.errors import HedgesimError
from hedgesim.model.period import Period
from hedgesim.scenario.files import CsvTable, number_in, read_csv

LAST_COLUMNS = ("date", "source", "confidence")
CONFIDENCES = ("seen", "proxy", "recall", "assumption")
DATED = ("date", "from", "to", "founded", "ended", "end")
"""Columns that hold dates, where a table has them."""


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
        frames = {
            name: _visible(name, frame, form=self.forms[name], start=period) for name, frame in self.frames.items()
        }
        return replace(self, frames=MappingProxyType(frames))


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
    """Read the packaged tables, or those of a folder alone; citations of both.

    Raises HedgesimError with file and line for a missing table or column, a wrong number of cells, a value
    that is not a number where one must be, or a date that is none.
    """
    data = Path(str(files("hedgesim") / "data"))
    forms = _yaml(data / "tables.yaml")
    home = data / "tables" if folder is None else folder
    frames = dict(zip(forms, map(_read, (home / f"{name}.csv" for name in forms), forms.values()), strict=True))
    sources = _yaml(data / "sources.yaml")
    own = home / "sources.yaml"
    if own.is_file():
        sources = {**sources, **_yaml(own)}
    mapping = _yaml(data / "mapping.yaml")
    return Tables(MappingProxyType(frames), MappingProxyType(forms), MappingProxyType(mapping), sources)


def _yaml(path: Path) -> dict[str, Any]:
    """A mapping on file."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
        raise HedgesimError(path.name, f"it cannot be read ({reason})", "Write it as YAML in UTF-8.") from error
    if not isinstance(content, dict):
        raise HedgesimError(path.name, "it holds no mapping", "Write `key: value` lines.")
    return content


def _read(path: Path, form: Mapping[str, Any]) -> pd.DataFrame:
    """One table, checked; an absent one that is not required is empty."""
    columns, numbers = [*form["columns"], *LAST_COLUMNS], form.get("numbers", [])
    if path.is_file():
        table = read_csv(path)
        table.check(columns)
        _check_cells(table, numbers)
        cells = {name: table.column(name) for name in table.header.cells}
    elif form.get("required"):
        fault = f"the table {path.stem} is missing ({form['meaning']})"
        raise HedgesimError(path.name, fault, f"Add it with the columns {', '.join(columns)}.")
    else:
        cells = {name: [] for name in columns}
    return pd.DataFrame(
        {
            name: pd.Series([number_in(cell) for cell in column], dtype=float)
            if name in numbers
            else pd.Series(column, dtype=str)
            for name, column in cells.items()
        }
    )


def _check_cells(table: CsvTable, numbers: Sequence[str]) -> None:
    """Refuse text for a number, texts that are not dates, and unknown confidences."""
    checks: dict[str, tuple[Callable[[str], bool], str, str]] = {
        **dict.fromkeys(numbers, (_is_number, "is not a number", "Write a number such as 0.25, or nothing.")),
        **dict.fromkeys(DATED, (_is_date, "is not a date", "Write YYYY, YYYY-MM or YYYY-MM-DD.")),
        "confidence": (CONFIDENCES.__contains__, "is not known", f"Write one of {', '.join(CONFIDENCES)}."),
    }
    for name in (name for name in table.header.cells if name in checks):
        fits, fault, remedy = checks[name]
        for line, cell in zip(table.lines, table.column(name), strict=True):
            if not fits(cell):
                raise HedgesimError(table.place(line), f'"{cell}" in the column {name} {fault}', remedy)


def _is_number(text: str) -> bool:
    return not text or not math.isnan(number_in(text))


def _is_date(text: str) -> bool:
    try:
        return not text or (text.isascii() and Period.of_date(text) is not None)
    except ValueError:
        return False


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
        frame = _of_start(name, frame, start=start)
    for column, settings in form.get("blank", {}).items():
        frame = _blanked(frame, column, settings=settings, day=day)
    if "latest" in form:
        frame = frame.sort_values("date", kind="stable").drop_duplicates(form["latest"], keep="last").sort_index()
    return frame.reset_index(drop=True)


def _of_start(name: str, frame: pd.DataFrame, *, start: Period) -> pd.DataFrame:
    """The part of the latest start up to the scenario's."""
    parts = frame["start"].map(Period.parse)
    known = parts[parts <= start]
    if known.empty:
        starts = ", ".join(sorted(set(frame["start"])))
        raise HedgesimError(
            f"{name}.csv",
            f"nothing is known up to {start}",
            f"Start at or after one of {starts}.",
        )
    of_start: pd.DataFrame = frame[parts == known.max()]
    return of_start


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
