"""What is known at a start date: the tables behind the starting shares, with nothing later in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hedgesim.model.period import Period

REGION, OTHER = "region", "other"


@dataclass(frozen=True)
class Figures:
    """Tables cut at the start date; figures of a year count from the end of that year."""

    countries: tuple[str, ...]
    powers: tuple[str, ...]
    domains: tuple[str, ...]
    start: Period
    mapping: Mapping[str, Any]
    observations: pd.DataFrame
    sizes: dict[tuple[str, str], float]
    dyads: dict[tuple[str, str, str], float]
    members: pd.DataFrame
    flags: pd.DataFrame
    attributes: dict[tuple[str, str], float]

    @classmethod
    def at(cls, tables: Mapping[str, pd.DataFrame], mapping: Mapping[str, Any], *, start: Period) -> Figures:
        """Cut the tables at the first day of the start."""
        axes = tables["axes"]
        codes = {axis: tuple(axes.loc[axes["axis"] == axis, "code"]) for axis in ("country", "power", "domain")}
        observations = tables["observations"]
        day = first_day(start)
        return cls(
            countries=codes["country"],
            powers=codes["power"],
            domains=codes["domain"],
            start=start,
            mapping=mapping,
            observations=observations[observations["date"].map(day_of) <= day],
            sizes=_sizes(tables["sizes"], start),
            dyads=_keyed(tables["dyads"], ["country", "partner", "attribute"]),
            members=_members(tables["memberships"], tables["formats"], day=day),
            flags=_in_force(tables["flags"], day),
            attributes=_latest_values(tables["country_attributes"], day),
        )

    @property
    def options(self) -> tuple[str, ...]:
        """Every power, then region and other."""
        return (*self.powers, REGION, OTHER)

    def dyad(self, country: str, partner: str, *, attribute: str) -> float:
        """A fact about a pair."""
        return self.dyads[(country, partner, attribute)]

    def size(self, entity: str, measure: str) -> float:
        """Last figure of a full year before the start; unit as in sizes.csv."""
        return self.sizes[(entity, measure)]

    def share_body(self, country: str, partner: str, *, domain: str) -> float:
        """1 if both are in a formal body that covers the domain, as far as known at the start."""
        kinds = self.mapping["prior"]["membership_kinds"]
        table = self.members[self.members["kind"].isin(kinds)]
        table = table[table["domains"].str.split(";").map(lambda covered: domain in covered)]
        shared = set(table.loc[table["country"] == country, "format"])
        return float(bool(shared & set(table.loc[table["country"] == partner, "format"])))

    def option_of(self, country: str, partner: str) -> str:
        """The option that a partner code counts as for the country."""
        if partner in self.powers:
            return partner
        if partner in self.countries:
            return REGION
        for option, codes in self.mapping["partners"].items():
            if partner in codes:
                return str(option)
        return OTHER

    def indicator(self, country: str, name: str) -> pd.DataFrame:
        """Observations of one indicator of a country."""
        table = self.observations
        return table[(table["indicator"] == name) & (table["state"] == country)]


def first_day(start: Period) -> str:
    """First day of a quarter, ISO."""
    return f"{start.year:04d}-{3 * start.quarter - 2:02d}-01"


def day_of(date: str) -> str:
    """First day that a date text may mean; timeless rows come first of all."""
    return date + "0000-01-01"[len(date) :] if date else ""


def _keyed(table: pd.DataFrame, keys: list[str]) -> dict[Any, float]:
    return dict(zip(table[keys].itertuples(index=False, name=None), table["value"].astype(float), strict=True))


def _sizes(table: pd.DataFrame, start: Period) -> dict[tuple[str, str], float]:
    """Last size before the year of the start; military expenditure also from burden times GDP.

    A recalled figure stands only where there is no sourced one.
    """
    past = table[table["year"].astype(int) < start.year].sort_values("year")
    by_memory = past["confidence"] == "recall"
    recalled, sourced = (_keyed(past[rows], ["entity", "measure"]) for rows in (by_memory, ~by_memory))
    for (entity, measure), burden in list(sourced.items()):
        if measure == "military_burden" and (entity, "gdp") in sourced:
            sourced.setdefault((entity, "military_expenditure"), burden / 100.0 * sourced[(entity, "gdp")])
    return recalled | sourced


def _in_force(table: pd.DataFrame, day: str) -> pd.DataFrame:
    """Rows that began by the day and had not ended."""
    begun = (table["from"] != "") & (table["from"].map(day_of) <= day)
    ended = (table["to"] != "") & (table["to"].map(day_of) <= day)
    return table[begun & ~ended]


def _members(memberships: pd.DataFrame, formats: pd.DataFrame, *, day: str) -> pd.DataFrame:
    """Members in force with kind, domains and lead of the format."""
    table = _in_force(memberships, day)
    table = table[table["status"] == "member"]
    return table.merge(formats[["format", "kind", "domains", "lead"]], on="format", how="inner")


def _latest_values(table: pd.DataFrame, day: str) -> dict[tuple[str, str], float]:
    seen = table[table["date"].map(day_of) <= day].sort_values("date", kind="stable")
    return _keyed(seen, ["country", "attribute"])
