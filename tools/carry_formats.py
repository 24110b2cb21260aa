"""Formats, memberships, meetings, votes, positions and visits."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from carry_codes import COUNTRIES, GROUPS, POWERS, fact, iso, judgement, number
from carry_sources import Sources

_LEVELS = {
    "heads": "leaders", "foreign_ministers": "ministers", "ministers": "ministers", "working": "working",
    "exercise": "working",
}  # fmt: skip
_STATUS = {"partner": "observer", "withdrawn": "none"}


def formats(folder: Path, sources: Sources) -> pd.DataFrame:
    """Formats of the facts and candidates, with what the model needs of them."""
    table = judgement("formats")
    facts = fact(folder, "formats").set_index("format_id")
    base = judgement("kinds").set_index("kind")["base_formality"]
    rows = []
    for r in table.to_dict("records"):
        if r["format"] in facts.index:
            known = facts.loc[r["format"]]
            r["name"] = known["name"]
            r["source"], _ = sources.cite(known["source"])
        else:
            sources.use("assumption")
        if "assumption" not in r["source"]:
            r["source"] = f"{r['source']};{sources.use('assumption')}"
        r["confidence"] = "assumption"
        r["base_formality"] = base[r["kind"]]
        r["unit"] = "formality 0-1; cadence quarters; exclusivity 0-1"
        r["eligible"] = GROUPS.get(r["eligible"], r["eligible"])
        r["date"] = ""
        rows.append(r)
    columns = [
        "format", "name", "kind", "lead", "class", "base_formality", "procedures", "secretariat",
        "ceiling", "cadence", "exclusivity", "domains", "eligible", "opens_to", "level", "founded",
        "ended", "unit", "date", "source", "confidence",
    ]  # fmt: skip
    return pd.DataFrame(rows)[columns]


def memberships(folder: Path, sources: Sources) -> pd.DataFrame:
    """Memberships of the six and of the powers, with the statuses of the model."""
    table = fact(folder, "memberships")
    known = set(judgement("formats")["format"])
    rows = []
    for r in table.to_dict("records"):
        if r["country"] not in COUNTRIES + POWERS or r["format_id"] not in known:
            continue
        key, confidence = sources.cite(r["source"])
        if "recall" in r["from_date"] or ("recall" in r["source"] and "date recall" in r["source"]):
            confidence = "recall"
        start = iso(r["from_date"])
        rows.append({
            "country": r["country"], "format": r["format_id"],
            "status": _STATUS.get(r["status"], r["status"]),
            "from": start, "to": iso(r["to_date"]), "date": start, "source": key, "confidence": confidence,
        })  # fmt: skip
    return _dated(pd.DataFrame(rows)).sort_values(["format", "country", "from"], kind="stable")


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    """Memberships without a date take the founding of their format (recall)."""
    founded = judgement("formats").set_index("format")["founded"]
    start = table["from"].where(table["from"] != "", table["format"].map(founded))
    confidence = table["confidence"].where(table["from"] != "", "recall")
    return table.assign(**{"from": start, "date": start, "confidence": confidence})


def meetings(folder: Path, sources: Sources) -> pd.DataFrame:
    """Past meetings by level; test data after a start."""
    rows = []
    for r in fact(folder, "meetings").to_dict("records"):
        key, confidence = sources.cite(r["source"])
        virtual = "virtual" in r["place"] or r["place"] == "remote"
        rows.append({
            "date": r["date"], "format": r["format_id"], "level": _LEVELS[r["level"]],
            "virtual": int(virtual),
            "held": int(not r["outcome"].startswith("NOT HELD")), "participants": r["participants"],
            "place": r["place"], "outcome": r["outcome"], "source": key, "confidence": confidence,
        })  # fmt: skip
    columns = ["format", "level", "virtual", "held", "participants", "place", "outcome"]
    return pd.DataFrame(rows)[[*columns, "date", "source", "confidence"]]


def votes(folder: Path, sources: Sources) -> pd.DataFrame:
    """UN votes on the resolution of 2014."""
    return _carried(fact(folder, "unga_votes"), sources)


def positions(folder: Path, sources: Sources) -> pd.DataFrame:
    """Dated stances of countries."""
    table = fact(folder, "positions").rename(columns={"country": "countries"})
    return _carried(table.assign(date=table.date.map(iso)), sources)


def visits(folder: Path, sources: Sources) -> pd.DataFrame:
    """Leaders' visits; windows overlap and must not be summed."""
    table = fact(folder, "visits").rename(columns={"from_leader_country": "visitor", "to_country": "host"})
    table = table.rename(columns={"date_or_year": "window"})
    least = table["count"].str.startswith(">=").astype(int)
    values = [number(float(text.removeprefix(">="))) for text in table["count"]]
    table = table.assign(value=values, at_least=least, unit="visits", date=table.window.map(iso))
    return _carried(table.drop(columns="count"), sources)


def _carried(table: pd.DataFrame, sources: Sources) -> pd.DataFrame:
    cited = [sources.cite(text) for text in table["source"]]
    table = table.assign(source=[key for key, _ in cited], confidence=[level for _, level in cited])
    last = ["date", "source", "confidence"]
    return table[[column for column in table.columns if column not in last] + last]
