"""Waits between meetings, from which the rates of the calendar are fitted (calendar.csv)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from databuild.codes import iso_date
from databuild.dialogues import own_start
from databuild.events import LAST_YEAR, History, alarm_of_year, build_alarms
from databuild.raw import RawData
from hedgesim.model.period import Period

Row = dict[str, object]
FIRST_QUARTER = 3
"""Quarters after a meeting before which no regular one follows; what meets earlier is extraordinary."""

HUB = "ASEAN"
"""Partner whose own yearly summit outside powers join, so that the calendar is not theirs."""

_BODIES = {"own": ("CM", "CACO"), "charter": ("SCO", "OTS", "CSTO", "EAEU")}
"""Bodies that are to meet every year and whose leaders' meetings are listed without a hole: home-grown, by charter."""

_LAST = Period(LAST_YEAR, 4)
_END = f"{LAST_YEAR}-12-31"


def build_calendar(raw: RawData) -> pd.DataFrame:
    """A row for each wait: how long it was, whether a meeting ended it, and the alarm meanwhile."""
    history = History.of(raw)
    rows = [
        *_regular(raw, history), *_steps(raw, history), *_ministers(raw, history), *_outside(raw, history),
    ]  # fmt: skip
    return pd.DataFrame(rows).sort_values(["kind", "series", "from"], kind="stable")


def _regular(raw: RawData, history: History) -> Iterator[Row]:
    """Waits of bodies that are to meet every year, in quarters: home-grown ones, and outside-led ones by charter."""
    pandemic = _pandemic(raw)
    ends = raw.choices("formats").set_index("format")["ended"]
    for kind, bodies in _BODIES.items():
        for body in bodies:
            met = history.held(body, rung="leaders")
            met = met[met["date"].str.len() > len("2000")]
            blocked = pandemic if kind == "own" else range(0)
            yield from _quarters(met, {"series": body, "kind": kind}, _last_quarter(ends[body]), blocked)


def _quarters(met: pd.DataFrame, cells: Row, last: int, blocked: range) -> Iterator[Row]:
    """Waits from one regular meeting to the next; a wait that nothing ended is counted up to the last quarter."""
    before, *later = _records(met)
    for row in later:
        here, start = (Period.of_date(r["date"]).index for r in (row, before))
        if here - start >= FIRST_QUARTER:
            yield _wait(before, row["date"], (start, here), blocked) | cells | _cited([before, row]) | {"met": 1}
            before = row
    start = Period.of_date(before["date"]).index
    if last > start:
        yield _wait(before, "", (start, last), blocked) | cells | _cited([before]) | {"met": 0}


def _wait(before: Mapping[str, Any], end: str, quarters: tuple[int, int], blocked: range) -> Row:
    first, last = quarters
    free = [q for q in range(first + FIRST_QUARTER + 1, last + 1) if q not in blocked or (q == last and end)]
    return {
        "from": before["date"], "to": end, "wait": last - first, "open": len(free), "alarm": "", "unit": "quarters",
        "power": "five", "date": end or _END,
    }  # fmt: skip


def _last_quarter(ended: str) -> int:
    return min(Period.of_date(ended).index - 1, _LAST.index) if ended else _LAST.index


def _pandemic(raw: RawData) -> range:
    """Quarters in which nobody could be host."""
    row = next(r for r in raw.choice_rows("shocks") if r["channel"] == "availability")
    return range(Period.of_date(row["date"]).index, Period.of_date(row["end"]).index + 1)


def _steps(raw: RawData, history: History) -> Iterator[Row]:
    """Steps of the five up their own ladder since the succession in Uzbekistan made enough of them willing."""
    (fact,) = _records(raw.facts("shocks").query("shock_id == 'KARIMOV16'"))
    begun: Mapping[str, Any] = {**fact, "date": iso_date(fact["start"])}
    start = Period.acting(begun["date"]).index
    for body, rung in (("C5", "ministers"), ("CM", "leaders")):
        met = history.held(body, rung=rung)
        first = _records(met[met["date"] >= own_start(raw, "ministers")])[0]
        here = Period.of_date(first["date"]).index
        yield {
            "series": rung, "kind": "step", "power": "five", "from": begun["date"], "to": first["date"],
            "wait": here - start + 1, "open": here - start + 1, "met": 1, "alarm": "", "unit": "quarters",
            "date": first["date"], **_cited([begun, first]),
        }  # fmt: skip
        begun, start = first, here + 1


def _ministers(raw: RawData, history: History) -> Iterator[Row]:
    """Meetings of ministers with each power in every year after the one in which the talks opened."""
    alarms = build_alarms(raw)
    for power in (p for p in raw.choice_rows("outside_powers") if p["format"]):
        met = history.held(power["format"], rung="ministers")
        first = int(met["date"].iloc[0][:4]) if len(met) else LAST_YEAR
        for year in range(first + 1, LAST_YEAR + 1):
            own = met[met["date"].str[:4] == str(year)]
            known = _records(own if len(own) else met)
            yield {
                "series": power["format"], "kind": "ministers", "power": power["power"], "from": f"{year}",
                "to": f"{year}", "wait": 1, "open": 1, "met": len(own), "alarm": alarm_of_year(alarms, year),
                "unit": "years", "date": f"{year}-12-31", **_cited(known),
            }  # fmt: skip


def _outside(raw: RawData, history: History) -> Iterator[Row]:
    """Waits between summits of outside powers with other regions, in years (the reference class)."""
    for series in raw.facts("ref_years_derived").to_dict("records"):
        years = [int(y) for y in series["leaders_years"].split(";") if y]
        gaps = [g for g in series["gaps_years"].split(";") if g]
        years = years[len(years) - len(gaps) - 1 :] if years else []
        kind = "hub" if series["region"] == HUB else "outside"
        cells: Row = {"series": series["format_id"], "kind": kind, "power": series["power"], "unit": "years"}
        met = history.held(str(series["format_id"]), rung="leaders")
        for first, last in zip(years, [*years[1:], None][: len(years)], strict=True):
            end = last or LAST_YEAR
            if end > first:
                ends = met[met["date"].str[:4].isin([str(first), str(end)])]
                known = _records(ends) or [{"source": "recall", "confidence": "recall"}]
                yield {
                    **cells, "from": str(first), "to": str(last or ""), "wait": end - first, "open": end - first,
                    "met": int(last is not None), "alarm": "", "date": f"{end}-12-31", **_cited(known),
                }  # fmt: skip


def _records(table: pd.DataFrame) -> list[Mapping[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def _cited(rows: Sequence[Mapping[str, Any]]) -> Row:
    """Sources of some rows; recall if any of them is."""
    keys = dict.fromkeys(key for row in rows for key in str(row["source"]).split(";"))
    recalled = any(row["confidence"] == "recall" for row in rows)
    return {"source": ";".join(keys), "confidence": "recall" if recalled else "seen"}
