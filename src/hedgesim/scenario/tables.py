"""The tables of a scenario: read, checked, and cut at its start."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
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
from hedgesim.scenario.figures import day_of, first_day

LAST_COLUMNS = ("date", "source", "confidence")
CONFIDENCES = ("seen", "proxy", "recall", "assumption")
LARGEST_TABLE = 16_000_000
"""Bytes of a table file above which it is refused before it is read."""


@dataclass(frozen=True)
class Tables:
    """Tables by name, with what they mean (`forms`), the written blend (`mapping`) and the citations."""

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
        """The same tables but for one."""
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
    that is no number where one must stand, or a date that is none.
    """
    data = Path(str(files("hedgesim") / "data"))
    forms = _yaml(data / "tables.yaml")
    home = data / "tables" if folder is None else folder
    frames = {name: _read(home / f"{name}.csv", form) for name, form in forms.items()}
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
    columns = [*form["columns"], *LAST_COLUMNS]
    if not path.is_file():
        if form.get("required"):
            fault = f"the table {path.stem} is missing ({form['meaning']})"
            raise HedgesimError(path.name, fault, f"Add it with the columns {', '.join(columns)}.")
        frame = pd.DataFrame({column: pd.Series(dtype=str) for column in columns})
        return frame.astype(dict.fromkeys(form.get("numbers", []), float))
    if path.stat().st_size > LARGEST_TABLE:
        raise HedgesimError(path.name, "the file is too large", f"Keep it under {LARGEST_TABLE} bytes.")
    header, rows = _cells(path)
    _check_header(path, header, columns=columns)
    return _frame(path, header, rows=rows, form=form)


def _cells(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header and rows with their line numbers."""
    rows: list[tuple[int, list[str]]] = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            for row in reader:
                if len(row) != len(header):
                    fault = f"{len(row)} cells under {len(header)} columns"
                    raise HedgesimError(_at(path, reader.line_num), fault, "Quote cells that hold a comma.")
                rows.append((reader.line_num, row))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise HedgesimError(path.name, f"it cannot be read ({error})", "Write it as CSV in UTF-8.") from error
    return header, rows


def _check_header(path: Path, header: list[str], *, columns: list[str]) -> None:
    missing = [column for column in columns if column not in header]
    if missing:
        fault = f"the column {missing[0]} is missing"
        raise HedgesimError(_at(path, 1), fault, f"The columns are {', '.join(columns)}.")
    double = [column for column in header if header.count(column) > 1]
    if double:
        raise HedgesimError(_at(path, 1), f"the column {double[0]} stands twice", "Keep one of them.")


def _frame(
    path: Path, header: list[str], *, rows: list[tuple[int, list[str]]], form: Mapping[str, Any]
) -> pd.DataFrame:
    """Cells as text and numbers."""
    lines = [line for line, _ in rows]
    columns: dict[str, Any] = {}
    for place, name in enumerate(header):
        cells = [row[place].strip() for _, row in rows]
        if name in form.get("numbers", []):
            where = [_at(path, line) for line in lines]
            columns[name] = [_number(cell, spot, column=name) for cell, spot in zip(cells, where, strict=True)]
        else:
            columns[name] = pd.Series(cells, dtype=str)
    frame = pd.DataFrame(columns, columns=header)
    _check_ends(path, frame, lines=lines)
    return frame.astype(dict.fromkeys(form.get("numbers", []), float))


def _at(path: Path, line: int) -> str:
    """A place in a table."""
    return f"{path.name}:{line}"


def _number(cell: str, place: str, *, column: str) -> float:
    """A finite number, or NaN for an empty cell."""
    if not cell:
        return float("nan")
    try:
        value = float(cell)
    except ValueError:
        value = float("inf")
    if value in (float("inf"), float("-inf")) or value != value:
        fault = f'"{cell}" in the column {column} is no number'
        raise HedgesimError(place, fault, "Write a number such as 0.25, or nothing.")
    return value


def _check_ends(path: Path, frame: pd.DataFrame, *, lines: list[int]) -> None:
    """Dates and confidences of every row."""
    dated = [column for column in ("date", "from", "to", "founded", "ended", "end") if column in frame]
    for column in dated:
        for line, text in zip(lines, frame[column], strict=True):
            if text and not _is_date(text):
                fault = f'"{text}" in the column {column} is no date'
                raise HedgesimError(_at(path, line), fault, "Write YYYY, YYYY-MM or YYYY-MM-DD.")
    for line, text in zip(lines, frame["confidence"], strict=True):
        if text not in CONFIDENCES:
            fault = f'"{text}" in the column confidence is not known'
            raise HedgesimError(_at(path, line), fault, f"Write one of {', '.join(CONFIDENCES)}.")


def _is_date(text: str) -> bool:
    try:
        Period.of_date(text)
    except ValueError:
        return False
    return True


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
            _at(Path(f"{name}.csv"), 1),
            f"nothing is known up to {start}",
            f"Start at or after one of {starts}.",
        )
    of_start: pd.DataFrame = frame[parts == known.max()]
    return of_start


def _blanked(frame: pd.DataFrame, column: str, *, settings: Mapping[str, str], day: str) -> pd.DataFrame:
    """Set columns of rows whose date in `column` is after the day."""
    later = frame[column].map(day_of) > day
    return frame.assign(**{name: frame[name].mask(later, value) for name, value in settings.items()})
