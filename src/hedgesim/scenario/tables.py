"""The tables of a scenario: read, checked and cut at its start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import yaml

from hedgesim.errors import HedgesimError
from hedgesim.model.period import Period
from hedgesim.scenario.files import read_csv
from hedgesim.scenario.table_files import OWN_SOURCES, cited, read_frames


@dataclass(frozen=True)
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

    Raises ScenarioError for everything in it that `read_frames` and `cited` refuse, with file and lines.
    """
    data = Path(str(files("hedgesim") / "data"))
    forms = _packaged(data / "tables.yaml")
    home = data / "tables" if folder is None else folder
    sources = _packaged(data / "sources.yaml")
    sources = {**sources, **cited(home / OWN_SOURCES)}
    frames = read_frames(home, forms, sources)
    mapping = _packaged(data / "mapping.yaml")
    return Tables(MappingProxyType(frames), MappingProxyType(forms), MappingProxyType(mapping), sources)


def names_by_code() -> dict[str, str]:
    """Names of countries, powers and options by code, of the packaged tables, without reading the others."""
    return _names("axes", "code")


def formats_by_code() -> dict[str, str]:
    """Names of formats by code, of the packaged tables, without reading the others."""
    return _names("formats", "format")


def _names(name: str, key: str) -> dict[str, str]:
    table = read_csv(Path(str(files("hedgesim") / "data" / "tables" / f"{name}.csv")))
    return dict(zip(table.column(key), table.column("name"), strict=True))


def _packaged(path: Path) -> dict[str, Any]:
    """A mapping of the package."""
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
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
        frame = frame.loc[_begins(frame).sort_values(kind="stable").index].drop_duplicates(key, keep="last")
        frame = frame.sort_index()
    for column, settings in form.get("blank", {}).items():
        frame = _blanked(frame, column, settings=settings, day=first_day(start))
    if "latest" in form:
        frame = frame.sort_values("date", kind="stable").drop_duplicates(form["latest"], keep="last").sort_index()
    return frame.reset_index(drop=True)


def is_later(frame: pd.DataFrame, form: Mapping[str, Any], start: Period) -> pd.Series[bool]:
    """Which rows of a table are of after the start, by their date, their start or the date since which they hold."""
    later = frame["date"].map(day_of) > first_day(start)
    if "since" in form:
        later |= frame[form["since"]].map(day_of) > first_day(start)
    if form.get("start"):
        later |= _begins(frame) > start.index
    return later.astype(bool)


def _begins(frame: pd.DataFrame) -> pd.Series[int]:
    """Index of the quarter at which each row may start."""
    return frame["start"].map(lambda quarter: Period.parse(quarter).index).astype(int)


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
