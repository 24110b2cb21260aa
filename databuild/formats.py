"""Formats, memberships and meetings, and the votes, positions and visits that runs are tested with."""

from __future__ import annotations

import pandas as pd

from databuild.codes import COUNTRIES, GROUPS, POWERS, iso_date, rounded
from databuild.raw import RawData

_LEVELS = {
    "heads": "leaders", "foreign_ministers": "ministers", "ministers": "ministers", "working": "working",
    "exercise": "working",
}  # fmt: skip
_STATUSES = {"partner": "observer", "withdrawn": "none"}


def build_formats(raw: RawData) -> pd.DataFrame:
    """Formats of the facts and candidates, with what the model needs of them."""
    table, facts = raw.choices("formats"), raw.facts("formats").set_index("format_id")
    source = table["format"].map(facts["source"]).fillna(table["source"])
    chosen = source.str.contains("assumption")
    return table.assign(
        name=table["format"].map(facts["name"]).fillna(table["name"]),
        eligible=table["eligible"].replace(GROUPS),
        opens_to=table["opens_to"].replace(GROUPS),
        unit="formality 0-1; cadence quarters; customs 0 or 1",
        date="",
        source=source.where(chosen, source + ";assumption"),
        confidence="assumption",
    )


def build_memberships(raw: RawData) -> pd.DataFrame:
    """Memberships of the six and of the powers; one without a date takes the founding of its format (recall)."""
    founded = raw.choices("formats").set_index("format")["founded"]
    table = raw.facts("memberships").rename(columns={"format_id": "format"})
    begun = table["from_date"].map(iso_date)
    recalled = table["from_date"].str.contains("recall") | table["source_text"].str.contains("date recall")
    recalled |= begun == ""
    begun = begun.where(begun != "", table["format"].map(founded))
    table = table.assign(
        **{"from": begun, "to": table["to_date"].map(iso_date), "date": begun},
        status=table["status"].replace(_STATUSES),
        confidence=table["confidence"].mask(recalled, "recall"),
    )
    table = table[table["country"].isin(COUNTRIES + POWERS) & table["format"].isin(founded.index)]
    return table.sort_values(["format", "country", "from"], kind="stable")


def build_meetings(raw: RawData) -> pd.DataFrame:
    """Past meetings by level; test data after a start."""
    table = raw.facts("meetings").rename(columns={"format_id": "format"})
    virtual = table["place"].str.contains("virtual") | (table["place"] == "remote")
    return table.assign(
        level=table["level"].map(_LEVELS),
        virtual=virtual.astype(int),
        held=(~table["outcome"].str.startswith("NOT HELD")).astype(int),
    )


def build_votes(raw: RawData) -> pd.DataFrame:
    """UN votes on the resolution of 2014."""
    return raw.facts("unga_votes")


def build_positions(raw: RawData) -> pd.DataFrame:
    """Dated stances of countries."""
    table = raw.facts("positions").rename(columns={"country": "countries"})
    return table.assign(date=table["date"].map(iso_date))


def build_visits(raw: RawData) -> pd.DataFrame:
    """Leaders' visits; windows overlap and must not be summed."""
    names = {"from_leader_country": "visitor", "to_country": "host", "date_or_year": "window"}
    table = raw.facts("visits").rename(columns=names)
    return table.assign(
        value=table["count"].str.removeprefix(">=").map(rounded),
        at_least=table["count"].str.startswith(">=").astype(int),
        unit="visits",
        date=table["window"].map(iso_date),
    )
