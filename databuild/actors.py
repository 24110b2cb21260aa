"""What is known of countries, powers and pairs before any start: axes, distances, sizes, attributes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from databuild.codes import COUNTRIES, DOMAINS, GCC_MEMBERS, POWERS, WORLD, dated_by_year, rounded
from databuild.known import values_of
from databuild.raw import RawData
from databuild.security import neutrality

_PAIRS = {
    "contiguous": ("contiguous", "0 or 1"),
    "capital_distance_km": ("distance", "km"),
    "common_official_language": ("common_official_language", "0 or 1"),
    "common_ethnic_language_9pct": ("common_ethnic_language", "0 or 1"),
    "same_language_family_recall": ("same_language_family", "0 or 1"),
    "same_majority_religion_recall": ("same_majority_religion", "0 or 1"),
}
_STAND_INS = {"BEL": "EU", "SAU": "GCC"}
_MEASURES = {
    "gdp_usd_bn": ("gdp", "USD bn", "wdi"),
    "population_mn": ("population", "mn", "wdi"),
    "military_expenditure_usd_mn": ("military_expenditure", "USD bn", "sipri_milex"),
    "military_expenditure_pct_gdp": ("military_burden", "% of GDP", "sipri_milex"),
    "remittances_pct_gdp": ("remittances", "% of GDP", "wdi_remittances"),
}
_FROM_CIA = {
    "military_expenditure_pct_gdp": "military % of GDP: CIA", "remittances_pct_gdp": "remittances: CIA",
}  # fmt: skip
_ADDED_UP = ("gdp_usd_bn", "population_mn", "military_expenditure_usd_mn")
_DISTANCE_SCALE = 4000.0
"""km at which the nearness of a power falls to 1/e."""
_EARLY_OPENNESS = 0.5
Row = dict[str, object]


def build_axes(raw: RawData) -> pd.DataFrame:
    """Members of every axis with name and colour."""
    return raw.choices("axes").assign(date="", source="assumption", confidence="assumption")


def build_domain_attributes(raw: RawData) -> pd.DataFrame:
    """How political every domain is, and how fast it moves."""
    return raw.choices("domain_attributes").assign(date="", source="assumption", confidence="assumption")


def build_disputes(raw: RawData) -> pd.DataFrame:
    """Open disputes that lower starting trust."""
    table = raw.citations.cited(raw.choices("disputes"))
    return table.assign(unit="trust", date=table["from"])


def build_dyads(raw: RawData) -> pd.DataFrame:
    """Distance, border, language and religion between each country and each partner."""
    table = raw.figures("baseline_distance").rename(columns={"country_a": "country"})
    table = table.assign(partner=table["country_b"].replace(_STAND_INS), date="")
    table = table[table["country"].isin(COUNTRIES) & table["partner"].isin((*COUNTRIES, *POWERS))]
    stand_in = table["country_b"].isin(_STAND_INS)
    table = table.assign(note=("distance and language of " + table["country_b"]).where(stand_in, ""))
    parts = []
    for column, (attribute, unit) in _PAIRS.items():
        part = table.assign(attribute=attribute, value=table[column].map(rounded), unit=unit)
        if column.endswith("_recall"):
            parts.append(part.assign(source="recall", confidence="recall"))
        else:
            parts.append(part.assign(source="cepii2011", confidence=stand_in.map({True: "proxy", False: "seen"})))
    return pd.concat(parts).sort_values(["country", "partner", "attribute"], kind="stable")


def build_proximity(dyads: pd.DataFrame) -> pd.DataFrame:
    """Nearness of each power to each country."""
    pairs = values_of(dyads, "country", "partner", "attribute")
    rows = [(country, power, _nearness(pairs, country, power)) for country in COUNTRIES for power in POWERS]
    table = pd.DataFrame(rows, columns=["country", "power", "value"])
    return table.assign(unit="0-1", date="", source="cepii2011", confidence="proxy")


def _nearness(pairs: Mapping[tuple[str, str, str], float], country: str, power: str) -> float:
    """1 if contiguous, else exp(-km/scale)."""
    if pairs[(country, power, "contiguous")] == 1:
        return 1.0
    return rounded(math.exp(-pairs[(country, power, "distance")] / _DISTANCE_SCALE))


def build_sizes(raw: RawData) -> pd.DataFrame:
    """GDP, population, military expenditure, burden and remittances per entity and year."""
    macro = raw.figures("macro").rename(columns={"country": "entity"})
    gulf = macro["entity"].isin(GCC_MEMBERS)
    parts = [_of_measure(macro[~gulf], column).assign(confidence="seen") for column in _MEASURES]
    parts += [_of_measure(_gulf(macro[gulf], column), column).assign(confidence="proxy") for column in _ADDED_UP]
    early = raw.choices("sizes_of_1993").assign(source="recall", confidence="recall")
    parts.append(early[early["measure"] != "un_ideal_point"])
    table = dated_by_year(pd.concat(parts))
    table = table.assign(value=table["value"].map(rounded))
    return table.sort_values(["measure", "entity", "year"], kind="stable")


def _of_measure(macro: pd.DataFrame, column: str) -> pd.DataFrame:
    measure, unit, key = _MEASURES[column]
    table = macro[macro[column].notna()]
    values = table[column] / 1000 if measure == "military_expenditure" else table[column]
    if column in _FROM_CIA:
        cia = table["source_text"].str.contains(_FROM_CIA[column], regex=False)
        table = table.assign(source=cia.map({True: "cia_factbook", False: key}))
    else:
        table = table.assign(source=key)
    return table.assign(measure=measure, unit=unit, value=values)


def _gulf(members: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sum over the six Gulf members, each with its last figure up to the year."""
    filled = members.sort_values("year").pivot_table(index="year", columns="entity", values=column).ffill()
    return filled.sum(axis=1).rename(column).reset_index().assign(entity="GCC")


def build_country_attributes(raw: RawData, sizes: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """Attributes by written rules; where there are two dates the reader takes the latest visible one."""
    regimes = raw.choice_rows("regimes")
    oil = {(r["country"], r["date"]): float(r["hydrocarbon_exporter"]) for r in regimes}
    laws = neutrality(raw).assign(attribute="statutory_neutrality", unit="0-1")
    rows = [row for r in regimes for row in _of_regime(r)]
    for country in COUNTRIES:
        rows += _weights(country, sizes, observations, (oil[country, "1993"], oil[country, "2010"]))
    table = pd.concat([pd.DataFrame(rows), laws])
    return table.sort_values(["country", "attribute", "date"], kind="stable")


def _row(country: str, attribute: str, value: float, **cells: str) -> Row:
    return {"country": country, "attribute": attribute, "value": value, "note": "", **cells}


def _of_regime(r: Mapping[str, str]) -> Iterator[Row]:
    """Personalisation, neutrality and hydrocarbons as chosen."""
    for name, unit, source in (
        ("personalisation", "0-1", "recall;geddes2018"),
        ("statutory_neutrality", "0 or 1", "recall"),
        ("hydrocarbon_exporter", "0 or 1", "recall"),
    ):
        cells = {"unit": unit, "note": r["note"], "date": r["date"], "source": source, "confidence": "recall"}
        yield _row(r["country"], name, rounded(float(r[name])), **cells)


def _weights(country: str, sizes: pd.DataFrame, observations: pd.DataFrame, oil: tuple[float, float]) -> Iterator[Row]:
    """Weight of each domain at two dates, from military burden, trade openness and oil (exporter of hydrocarbons)."""
    trade = observations[(observations["state"] == country) & (observations["partner"] == WORLD)]
    matrix = trade.loc[(trade["basis"] == "matrix") & (trade["indicator"] == "trade_total"), "value"].iloc[0]
    early, late = (_sizes_up_to(year, country, sizes) for year in (1993, 2014))
    burden = 100.0 * early["military_expenditure"] / early["gdp"]
    note = "military burden of recall, half of GDP traded by all"
    cells = {"note": note, "date": "1993", "source": "recall;assumption"}
    yield from _normalised(country, (burden, _EARLY_OPENNESS, oil[0]), cells)
    openness = min(1.0, float(matrix) / (1000.0 * late["gdp"]))
    cells = {"date": "2014", "source": "sipri_milex;cia_factbook;wdi;unctad2015;assumption"}
    yield from _normalised(country, (float(late.get("military_burden", 1.5)), openness, oil[1]), cells)


def _sizes_up_to(year: int, country: str, sizes: pd.DataFrame) -> dict[str, float]:
    table = sizes[(sizes["entity"] == country) & (sizes["year"] <= year)].sort_values("year")
    return {str(k): float(v) for k, v in table.groupby("measure")["value"].last().items()}


def _normalised(country: str, of: tuple[float, float, float], cells: dict[str, str]) -> Iterator[Row]:
    """The written rule, scaled to sum to 1; of: military burden (% of GDP), trade over GDP, hydrocarbons (0 or 1)."""
    burden, openness, hydrocarbons = of
    raw = {
        "security": 0.20 + 0.03 * burden,
        "economy": 0.25 + 0.10 * openness,
        "energy": 0.15 + 0.05 * hydrocarbons,
        "transport": 0.15,
        "identity": 0.15,
    }
    for domain in DOMAINS:
        weight = rounded(raw[domain] / sum(raw.values()), 12)
        yield _row(country, f"weight_{domain}", weight, unit="share of presence", confidence="assumption", **cells)
