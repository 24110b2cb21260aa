"""What is known at a start: the tables as the product shows them on its first day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from databuild.codes import COUNTRIES, POWERS
from hedgesim.model.period import Period
from hedgesim.scenario.tables import Tables, latest_sizes


@dataclass(frozen=True)
class Known:
    """Tables cut at a start. The figure of a year is used once that year is over, unless a rule says otherwise."""

    name: str
    tables: Mapping[str, pd.DataFrame]
    blend: Mapping[str, Any]

    @classmethod
    def at(cls, start: str, tables: Tables, blend: Mapping[str, Any]) -> Known:
        """Cut the tables at the first day of a start such as `2021Q1`."""
        return cls(start, tables.visible(start).frames, blend)

    @property
    def year(self) -> int:
        """Year of the start."""
        return Period.parse(self.name).year

    @cached_property
    def sizes(self) -> dict[tuple[str, str], float]:
        """Last size of (entity, measure) before the year of the start."""
        return latest_sizes(self.tables["sizes"], Period.parse(self.name))

    @cached_property
    def pairs(self) -> dict[tuple[str, str, str], float]:
        """Distance, border, language and religion of (country, partner, attribute)."""
        return values_of(self.tables["dyads"], "country", "partner", "attribute")

    @cached_property
    def attributes(self) -> dict[tuple[str, str], float]:
        """Features of (country, attribute)."""
        return values_of(self.tables["country_attributes"], "country", "attribute")

    @cached_property
    def members(self) -> pd.DataFrame:
        """Members on the first day, with kind, domains and lead of the format."""
        table = in_force(self.tables["memberships"])
        formats = self.tables["formats"][["format", "role", "domains", "lead"]]
        return table[table["status"] == "member"].merge(formats, on="format")

    @cached_property
    def points(self) -> tuple[dict[str, float], str]:
        """UN ideal points by entity of the last year before the start, and that year."""
        table = self.observed("un_ideal_point")
        table = last_year(table[table["year"] < self.year])
        return dict(zip(table["state"], table["value"], strict=True)), str(table["date"].max())

    @property
    def source_of_points(self) -> str:
        """Key of the source of the ideal points."""
        return "bailey2017" if self.has_figures else "recall"

    @property
    def has_figures(self) -> bool:
        """Whether shares of this start rest on figures; elsewhere all is prior and recall."""
        return self.name not in self.blend["prior_only"]

    @cached_property
    def widest(self) -> float:
        """Largest distance of ideal points between two powers."""
        points, _ = self.points
        return max(abs(points[p] - points[q]) for p in POWERS for q in POWERS)

    def observed(self, indicator: str, country: str | None = None) -> pd.DataFrame:
        """Observations of one indicator, of one country or of all."""
        table = self.tables["observations"]
        table = table[table["indicator"] == indicator]
        return table if country is None else table[table["state"] == country]

    def bodies(self, entity: str, *, kinds: tuple[str, ...], domain: str = "") -> set[str]:
        """Formats of some kinds to which a country or power belongs; of a domain, only those that cover it."""
        return {
            code
            for member, kind, domains, code in self._seats
            if member == entity and kind in kinds and (not domain or domain in domains)
        }

    @cached_property
    def _seats(self) -> list[tuple[str, str, list[str], str]]:
        """Country, kind, domains and code of every membership on the first day."""
        table = self.members
        domains = table["domains"].str.split(";")
        return list(zip(table["country"], table["role"], domains, table["format"], strict=True))


def values_of(table: pd.DataFrame, *keys: str) -> dict[Any, float]:
    """The column `value` by key."""
    return dict(zip(table[list(keys)].itertuples(index=False, name=None), table["value"].astype(float), strict=True))


def in_force(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of a visible table that have begun and not ended; `to` is empty where the end is later than the start."""
    running: pd.DataFrame = table[(table["from"] != "") & (table["to"] == "")]
    return running


def last_year(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the last year in a table."""
    last: pd.DataFrame = table[table["year"] == table["year"].max()]
    return last


def others(country: str) -> list[str]:
    """The other five countries."""
    return [other for other in COUNTRIES if other != country]
