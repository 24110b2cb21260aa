"""GDP and population of every year since 1992: sourced where there is a figure, else between recalled years."""

from __future__ import annotations

import math
from dataclasses import dataclass

from databuild.codes import GCC_MEMBERS, rounded
from databuild.raw import RawData

Figure = tuple[float, str]
"""A value and the key of its source."""


@dataclass(frozen=True)
class YearlySizes:
    """GDP (USD bn) and population (mn) by entity and year."""

    sourced: dict[tuple[str, str, int], Figure]
    recalled: dict[tuple[str, str], dict[int, float]]
    """By measure and entity the years that somebody recalled."""

    @classmethod
    def of(cls, raw: RawData) -> YearlySizes:
        """Read the facts and what was recalled."""
        sourced: dict[tuple[str, str, int], Figure] = {}
        for row in raw.figures("gdp_largest").to_dict("records"):
            sourced["gdp", row["country"], int(row["year"])] = (1000.0 * float(row["gdp_usd_tn"]), row["source"])
        macro = raw.figures("macro")
        for measure, column in (("gdp", "gdp_usd_bn"), ("population", "population_mn")):
            known = macro[macro[column].notna()]
            for entity, year, value in zip(known["country"], known["year"], known[column], strict=True):
                sourced[measure, str(entity), int(year)] = (float(value), "wdi")
            for year, of_year in known[known["country"].isin(GCC_MEMBERS)].groupby("year"):
                if len(of_year) == len(GCC_MEMBERS):
                    sourced[measure, "GCC", int(str(year))] = (float(of_year[column].sum()), "wdi")
        return cls(sourced, _recalled(raw))

    def at(self, measure: str, entity: str, year: int) -> Figure:
        """The figure of a year; recalled ones lie on a straight line in logarithms between recalled years.

        Raises:
            KeyError: there is none of that year or on both sides of it.
        """
        if (measure, entity, year) in self.sourced:
            return self.sourced[measure, entity, year]
        points = self.recalled[measure, entity]
        before = max((y for y in points if y <= year), default=None)
        after = min((y for y in points if y >= year), default=None)
        if before is None or after is None:
            raise KeyError(entity, year)
        part = (year - before) / (after - before) if after > before else 0.0
        return math.exp((1.0 - part) * math.log(points[before]) + part * math.log(points[after])), "recall"

    def weights(self, countries: tuple[str, ...], year: int) -> dict[str, float]:
        """Regional weight, sqrt(share of GDP x share of population) among some countries, by country."""
        gdp, people = ({c: self.at(m, c, year)[0] for c in countries} for m in ("gdp", "population"))
        whole = math.sqrt(sum(gdp.values()) * sum(people.values()))
        return {c: rounded(math.sqrt(gdp[c] * people[c]) / whole) for c in countries}


def _recalled(raw: RawData) -> dict[tuple[str, str], dict[int, float]]:
    points: dict[tuple[str, str], dict[int, float]] = {}
    for row in raw.choice_rows("sizes_recalled"):
        points.setdefault((row["measure"], row["entity"]), {})[int(row["year"])] = float(row["value"])
    return points
