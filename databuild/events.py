"""Events of cooperation formats up to 2021, the history made of them, and the alarm that security events leave."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from databuild.codes import iso_date, rounded
from databuild.raw import RawData
from hedgesim.model.period import Period

LAST_YEAR = 2021
"""Last year of the facts that the formats are fitted to."""

YEARS = range(1992, LAST_YEAR + 1)
ALARM_HALF_LIFE = 12.0
"""Quarters after which half of the alarm of an event is left."""

_CITED = ["source", "confidence"]
_OF_LEVEL = {"heads": "leaders_met", "foreign_ministers": "ministers_met", "ministers": "ministers_met"}
_AT_RUNG = {
    "leaders": (("heads",), ("leaders_met", "opened_leaders", "signed", "founded", "entered")),
    "ministers": (("foreign_ministers", "ministers"), ("ministers_met", "opened_ministers")),
}
"""Levels and events that are a meeting at a rung; heads who found, sign or admit have met."""


def build_events(raw: RawData) -> pd.DataFrame:
    """Events as found; one that anybody recalled, or whose source is not here, counts as recall.

    Two countries whose leaders' meetings are a format of the choices have its name in place of `BILAT`.
    """
    table = raw.facts("format_events_1991_2021").rename(columns={"format_id": "format"})
    two = "BIL_" + table["participants"].str.replace(";", "_")
    own = (table["format"] == "BILAT") & two.isin(raw.choices("formats")["format"])
    table = table.assign(format=table["format"].mask(own, two), rung=_rungs(table))
    return table.sort_values(["date", "format", "event"], kind="stable")


def _rungs(table: pd.DataFrame) -> pd.Series:
    """The rung at which an event is a meeting that was held, else nothing."""
    rung = pd.Series("", index=table.index)
    for name, (levels, events) in _AT_RUNG.items():
        rung = rung.mask(table["level"].isin(levels) & table["event"].isin(events), name)
    return rung.mask(table["place"] == "written", "")


def build_alarms(raw: RawData) -> pd.DataFrame:
    """Security events near the six, with the fraction of the full alarm that each sets off."""
    facts = raw.facts("shocks").set_index("shock_id")
    fraction = raw.choices("shock_grades").set_index("grade")["fraction"].astype(float)
    rows = []
    for choice in raw.choice_rows("alarm_events"):
        if choice["alarm"] == "1":
            known = facts.loc[choice["fact"]] if choice["fact"] else None
            source, confidence = raw.citations.cite(choice["source"]) if known is None else known[_CITED]
            date = choice["date"] if known is None else iso_date(str(known["start"]))
            graded = "recall" if confidence == "recall" else "assumption"
            cells = {"date": date, "source": f"{source};assumption", "confidence": graded}
            size = float(fraction[choice["grade"]])
            rows.append({"event": choice["event"], "grade": choice["grade"], "value": size, **cells})
            rows[-1] |= {"note": choice["reason"], "unit": "0-1"}
    return pd.DataFrame(rows).sort_values(["date", "event"], kind="stable")


def alarm_of(alarms: pd.DataFrame, quarter: int) -> float:
    """Alarm of a quarter (index since year 0): what is left of all events that have acted by then."""
    since = quarter - alarms["date"].map(lambda date: Period.acting(date).index)
    return float((alarms["value"] * 2.0 ** (-since / ALARM_HALF_LIFE))[since >= 0].sum())


def alarm_of_year(alarms: pd.DataFrame, year: int) -> float:
    """Mean alarm of the four quarters of a year."""
    return rounded(sum(alarm_of(alarms, 4 * year + q) for q in range(4)) / 4.0)


@dataclass(frozen=True)
class History:
    """Rows of the events and of the meetings up to 2021 in one form, each meeting once."""

    table: pd.DataFrame
    """date, format, event, level, rung, participants, outcome, source, confidence."""

    @classmethod
    def of(cls, raw: RawData) -> History:
        """Read both, with the corrections to rows of the meetings."""
        events = build_events(raw)
        meetings = raw.facts("meetings").rename(columns={"format_id": "format"})
        past = meetings[meetings["date"].str[:4].astype(int) <= LAST_YEAR]
        meetings = _corrected(past, raw.facts("corrections_to_known_rows"))
        meetings = meetings.assign(event=meetings["level"].map(_OF_LEVEL).fillna("met"))
        meetings = meetings.assign(rung=_rungs(meetings))
        return cls(pd.concat([events, meetings]).sort_values(["date", "format"], kind="stable"))

    def held(self, body: str, *, rung: str) -> pd.DataFrame:
        """Meetings of a format at a rung (leaders or ministers) in order of date."""
        chosen: pd.DataFrame = self.table[(self.table["format"] == body) & (self.table["rung"] == rung)]
        return chosen


def _corrected(meetings: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Rows of the meetings, with the day where less was known, and with a source where there was only recall."""
    table = meetings.copy()
    for fix in corrections.to_dict("records"):
        same = (table["format"] == fix["format_id"]) & table["date"].map(lambda date, day=fix["date"]: _near(date, day))
        vague = table["date"].str.len() < len(fix["date"])
        table.loc[same & vague, "date"] = fix["date"]
        if fix["confidence"] == "seen":
            recalled = same & (table["confidence"] == "recall")
            table.loc[recalled, ["source", "confidence"]] = [fix["source"], "seen"]
    return table


def _near(date: str, day: str) -> bool:
    """Whether a date may mean a day, or is the day before or after it."""
    return day.startswith(date) or abs((pd.Timestamp(date) - pd.Timestamp(day)).days) == 1
