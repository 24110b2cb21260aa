"""Shocks: one row per event and channel, sizes from one written scale."""

from __future__ import annotations

import calendar

import pandas as pd

from databuild.codes import GROUPS, iso_date, rounded
from databuild.raw import RawData


def build_scale(raw: RawData) -> pd.DataFrame:
    """Size of every grade on every channel: full size times the fraction of the grade."""
    table = raw.choices("shock_channels").merge(raw.choices("shock_grades"), how="cross")
    sizes = table["full_size"].astype(float) * table["fraction"].astype(float)
    return table.assign(size=sizes.map(rounded), date="", source="assumption", confidence="assumption")


def build_shocks(raw: RawData) -> pd.DataFrame:
    """Every row of the facts, split into channels and graded."""
    facts = raw.facts("shocks").set_index("shock_id")
    scale = {(r["channel"], r["grade"]): r for r in build_scale(raw).to_dict("records")}
    rows: list[dict[str, object]] = []
    for choice in raw.choice_rows("shocks"):
        entry = scale[choice["channel"], choice["grade"]]
        row = {
            **choice, **_event(choice, facts), "unit": entry["unit"],
            "countries": GROUPS.get(choice["countries"], choice["countries"]),
            "powers": GROUPS.get(choice["powers"], choice["powers"]),
            "size": rounded(int(choice["sign"]) * float(entry["size"])),
        }  # fmt: skip
        rows += _expanded(row, choice)
    return pd.DataFrame(rows)


def _event(choice: dict[str, str], facts: pd.DataFrame) -> dict[str, str]:
    """Name, role, dates, source and confidence of a row: those of the fact if the choice names one."""
    if choice["fact"]:
        fact = facts.loc[choice["fact"]].to_dict()
    else:
        fact = {
            "name": "Thirty years of relations", "role": "cause", "start": "", "end": "",
            "source": "azizova2024;assumption", "confidence": "assumption",
        }  # fmt: skip
    end = _last_day(choice["end"] or iso_date(fact["end"])) if choice["profile"] == "pulse" else ""
    source, confidence = fact["source"], fact["confidence"]
    if choice["confidence"] == "assumption":
        confidence = "assumption"
        source = source if "assumption" in source else f"{source};assumption"
    return {
        "name": fact["name"], "role": fact["role"], "date": choice["date"] or iso_date(fact["start"]), "end": end,
        "source": source, "confidence": _graded(confidence, choice["note"]),
    }  # fmt: skip


def _graded(confidence: str, note: str) -> str:
    """A size graded by a figure that was seen is a proxy for it; without a figure it is our choice."""
    if confidence != "seen":
        return confidence
    return "assumption" if not note or "no figure" in note or "not measured" in note else "proxy"


def _expanded(row: dict[str, object], choice: dict[str, str]) -> list[dict[str, object]]:
    """One row per pair for trust of one country with all the others, and one side for passages."""
    if choice["channel"] == "trust" and (one := choice["partner"]):
        return [
            {
                **row, "shock": f"{row['shock']}_{other.lower()}", "countries": f"{one};{other}", "partner": "",
                "powers": "",
            }
            for other in str(row["countries"]).split(";")
            if other != one
        ]  # fmt: skip
    if choice["channel"] == "passage":
        return [{**row, "countries": choice["countries"].split(";")[0], "domains": ""}]
    return [row]


def _last_day(text: str) -> str:
    """Last day of what an ISO date names."""
    if len(text) == 4:
        return f"{text}-12-31"
    if len(text) == 7:
        return f"{text}-{calendar.monthrange(int(text[:4]), int(text[5:]))[1]:02d}"
    return text
