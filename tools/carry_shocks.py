"""Shocks: one row per event and channel, sizes from one written scale."""

from __future__ import annotations

import calendar
from pathlib import Path

import pandas as pd
from carry_codes import GROUPS, fact, iso, judgement, number
from carry_sources import Sources

COLUMNS = [
    "shock", "event", "role", "name", "channel", "countries", "powers", "domains", "partner", "size", "grade",
    "profile", "half_life", "ramp", "unit", "end", "note", "date", "source", "confidence",
]  # fmt: skip


def scale() -> pd.DataFrame:
    """Size of every grade on every channel: full size times the fraction of the grade."""
    rows = []
    for channel in judgement("scale").to_dict("records"):
        for grade in judgement("grades").to_dict("records"):
            rows.append({
                "channel": channel["channel"], "grade": grade["grade"],
                "size": number(float(channel["full_size"]) * float(grade["fraction"])),
                "unit": channel["unit"],
                "meaning": channel["meaning"], "criterion": grade["criterion"], "date": "",
                "source": "assumption", "confidence": "assumption",
            })  # fmt: skip
    return pd.DataFrame(rows)


def shocks(folder: Path, sources: Sources) -> pd.DataFrame:
    """Every row of the facts, split into channels and graded."""
    facts = fact(folder, "shocks").set_index("shock_id")
    sizes = scale().set_index(["channel", "grade"])
    rows: list[dict[str, object]] = []
    for r in judgement("shocks").to_dict("records"):
        known = facts.loc[r["fact"]] if r["fact"] else None
        if known is None:
            name, role, key, confidence = (
                "Thirty years of relations",
                "cause",
                "azizova2024;assumption",
                "assumption",
            )
        else:
            name, role = known["name"], known["role"]
            key, confidence = sources.cite(known["source"])
        date = r["date"] or iso(known["start"])
        end = r["end"] or (iso(known["end"]) if known is not None else "")
        if r["confidence"] == "assumption":
            key, confidence = (key if "assumption" in key else f"{key};assumption"), "assumption"
        confidence = _graded(confidence, r["note"])
        entry = sizes.loc[(r["channel"], r["grade"])]
        row = {
            **{c: r[c] for c in ("shock", "event", "channel", "domains", "partner", "grade")},
            "profile": r["profile"], "note": r["note"],
            "countries": GROUPS.get(r["countries"], r["countries"]),
            "powers": GROUPS.get(r["powers"], r["powers"]),
            "size": number(int(r["sign"]) * float(entry["size"])), "unit": entry["unit"],
            "half_life": r["half_life"], "ramp": r["ramp"], "role": role, "name": name,
            "end": _last_day(end) if r["profile"] == "pulse" else "", "date": date, "source": key,
            "confidence": confidence,
        }  # fmt: skip
        rows += _expanded(row, r)
    return pd.DataFrame(rows)[COLUMNS]


def _graded(confidence: str, note: str) -> str:
    """A size graded from a seen figure stands for it; without a figure it is our choice."""
    if confidence != "seen":
        return confidence
    return "assumption" if not note or "no figure" in note or "not measured" in note else "proxy"


def missing(folder: Path) -> list[str]:
    """Ids of the facts that no shock row uses."""
    return sorted(set(fact(folder, "shocks")["shock_id"]) - set(judgement("shocks")["fact"]))


def _expanded(row: dict[str, object], r: dict[str, str]) -> list[dict[str, object]]:
    """One row per pair for trust of one country with all the others, and one side for passages."""
    if r["channel"] == "trust" and r["partner"]:
        others = [c for c in str(row["countries"]).split(";") if c != r["partner"]]
        return [
            {
                **row,
                "shock": f"{row['shock']}_{c.lower()}",
                "countries": f"{r['partner']};{c}",
                "partner": "",
                "powers": "",
            }
            for c in others
        ]
    if r["channel"] == "passage":
        return [{**row, "countries": r["countries"].split(";")[0], "domains": ""}]
    return [row]


def _last_day(text: str) -> str:
    """Last day of what an ISO date names."""
    if len(text) == 4:
        return f"{text}-12-31"
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        return f"{text}-{calendar.monthrange(year, month)[1]:02d}"
    return text
