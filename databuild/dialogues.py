"""Births of talks of the five with outside powers, year by year (dialogues.csv)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from databuild.codes import rounded
from databuild.events import LAST_YEAR, YEARS, History, alarm_of_year, build_alarms
from databuild.raw import RawData
from databuild.yearly_sizes import YearlySizes
from hedgesim.model.period import Period

Row = dict[str, object]
NEVER = f"{LAST_YEAR + 1}"


def build_dialogues(raw: RawData) -> pd.DataFrame:
    """A row for each power and year: its size, what existed, what opened, and the state of the five."""
    history, sizes, alarms = History.of(raw), YearlySizes.of(raw), build_alarms(raw)
    own = {rung: own_start(raw, rung) for rung in ("ministers", "leaders")}
    alarm = {year: alarm_of_year(alarms, year) for year in YEARS}
    rows: list[Row] = []
    for power in raw.choice_rows("outside_powers"):
        for row in _of_power(power, history, sizes):
            year = int(str(row["year"]))
            state = {f"own_{rung}": share_after(first, year) for rung, first in own.items()}
            rows.append({**row, **state, "alarm": alarm[year]})
    return pd.DataFrame(rows).assign(unit="GDP USD tn; alarm 1; own_* share of the year; else 0 or 1")


def own_start(raw: RawData, rung: str) -> str:
    """Date of the first own meeting of the five at a rung that counts (choices/own_meetings.csv)."""
    table = raw.choices("own_meetings")
    return str(table.loc[(table["rung"] == rung) & (table["counts"] == "1"), "date"].min())


def share_after(date: str, year: int) -> float:
    """Share of the quarters of a year that begin after a date, 0..1."""
    return max(0, min(4, 4 * year + 3 - Period.of_date(date).index)) / 4.0


def _of_power(power: dict[str, str], history: History, sizes: YearlySizes) -> Iterator[Row]:
    opened, sources = {}, []
    for rung in ("ministers", "leaders"):
        met = history.held(power["format"], rung=rung) if power["format"] else pd.DataFrame()
        opened[rung] = met["date"].iloc[0][:4] if len(met) else NEVER
        sources += [(met["source"].iloc[0], met["confidence"].iloc[0])] if len(met) else []
    if not sources:
        sources = [_absence(power["format"], history)]
    for year in YEARS:
        gdp, key = sizes.at("gdp", power["power"], year)
        recalled = key == "recall" or all(confidence == "recall" for _, confidence in sources)
        yield {
            "power": power["power"], "year": year, "gdp": rounded(gdp / 1000.0),
            **{f"{rung}_before": int(int(first) < year) for rung, first in opened.items()},
            **{f"{rung}_opened": int(int(first) == year) for rung, first in opened.items()},
            "date": f"{year}-12-31", "source": ";".join(dict.fromkeys([*_keys(sources), key])),
            "confidence": "recall" if recalled else "seen", "note": power["why"],
        }  # fmt: skip


def _keys(sources: list[tuple[str, str]]) -> list[str]:
    return [key for text, _ in sources for key in text.split(";")]


def _absence(body: str, history: History) -> tuple[str, str]:
    """Source of the statement that there were no talks; recall where nobody looked."""
    table = history.table[(history.table["format"] == body) & (history.table["event"] == "absence")]
    return (table["source"].iloc[0], table["confidence"].iloc[0]) if len(table) else ("recall", "recall")
