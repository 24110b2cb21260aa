"""Distance, size, attributes of countries and powers, axes: what stands before any start."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
from carry_codes import COUNTRIES, GCC_MEMBERS, POWERS, judgement, number, numeric_fact
from carry_sources import Sources

_DYAD = {
    "contiguous": ("contiguous", "0 or 1"),
    "capital_distance_km": ("distance", "km"),
    "common_official_language": ("common_official_language", "0 or 1"),
    "common_ethnic_language_9pct": ("common_ethnic_language", "0 or 1"),
    "same_language_family_recall": ("same_language_family", "0 or 1"),
    "same_majority_religion_recall": ("same_majority_religion", "0 or 1"),
}
_STANDS_FOR = {"BEL": "EU", "SAU": "GCC"}
_MEASURES = {
    "gdp_usd_bn": ("gdp", "USD bn", "wdi"),
    "population_mn": ("population", "mn", "wdi"),
    "military_expenditure_usd_mn": ("military_expenditure", "USD bn", "sipri_milex"),
    "military_expenditure_pct_gdp": ("military_burden", "% of GDP", "sipri_milex"),
    "remittances_pct_gdp": ("remittances", "% of GDP", "wdi_remittances"),
}


def axes() -> pd.DataFrame:
    """Members of every axis with name and colour."""
    table = judgement("axes")
    return table.assign(date="", source="assumption", confidence="assumption")


def domain_attributes() -> pd.DataFrame:
    """Exposure, inertia and sanctionability of every domain."""
    table = judgement("domain_attributes")
    return table.assign(date="", source="assumption", confidence="assumption")


def flags(sources: Sources) -> pd.DataFrame:
    """Bases, treaties and neutrality from recall."""
    table = judgement("flags").assign(value=1, unit="0 or 1")
    return table.assign(date=table["from"], source=sources.use("recall"), confidence="recall")


def disputes(sources: Sources) -> pd.DataFrame:
    """Open disputes that lower starting trust."""
    table = judgement("disputes").rename(columns={"source": "key"})
    table = table.assign(unit="trust", date=table["from"], source=[sources.use(key) for key in table.key])
    confidence = table.key.map(lambda key: "recall" if key == "recall" else "seen")
    return table.assign(confidence=confidence).drop(columns="key")


def conduct(sources: Sources) -> pd.DataFrame:
    """Use of force and broken promises of the powers."""
    keys = {
        "unwatch": "https://unwatch.org/unga-adopts-resolution-calling-on-states-not-to-recognize-changes-in-status-of-crimea/",
        "themoscowtimes": "http://www.themoscowtimes.com/news/article/us-vacates-manas-airbase-in-kyrgyzstan/501470.html",
        "bbc": "http://news.bbc.co.uk/2/hi/asia-pacific/4732197.stm",
        "iwpr": "https://iwpr.net/global-voices/kyrgyzstan-begs-moscow-help-quell-riots",
        "recall": "recall, unverified",
    }
    rows = []
    for r in judgement("force").to_dict("records"):
        key, confidence = sources.cite(keys[r["source"]])
        rows.append({
            "power": r["power"], "kind": r["kind"], "value": 1, "unit": "0 or 1", "note": r["note"],
            "date": r["year"], "source": key, "confidence": confidence,
        })  # fmt: skip
    return pd.DataFrame(rows)


def dyads(folder: Path, sources: Sources) -> pd.DataFrame:
    """Distance, border, language and religion between each country and each partner."""
    table = numeric_fact(folder, "baseline_distance")
    table = table[table.country_a.isin(COUNTRIES)]
    table = table.assign(partner=table.country_b.replace(_STANDS_FOR))
    table = table[table.partner.isin((*COUNTRIES, *POWERS, "AFG"))]
    rows = []
    for r in table.to_dict("records"):
        for column, (attribute, unit) in _DYAD.items():
            recalled = column.endswith("_recall")
            rows.append({
                "country": r["country_a"], "partner": r["partner"], "attribute": attribute,
                "value": number(r[column]), "unit": unit,
                "note": f"distance and language of {r['country_b']}" if r["country_b"] in _STANDS_FOR else "",
                "date": "", "source": sources.use("recall" if recalled else "cepii2011"),
                "confidence": "recall" if recalled else "proxy" if r["country_b"] in _STANDS_FOR else "seen",
            })  # fmt: skip
    return pd.DataFrame(rows).sort_values(["country", "partner", "attribute"], kind="stable")


def proximity(folder: Path, sources: Sources) -> pd.DataFrame:
    """Nearness of each power to each country: 1 if contiguous, else exp(-km/4000)."""
    table = dyads(folder, sources).set_index(["country", "partner", "attribute"])["value"]
    rows = []
    for country in COUNTRIES:
        for power in POWERS:
            near = table[(country, power, "contiguous")] == 1
            value = 1.0 if near else math.exp(-table[(country, power, "distance")] / 4000)
            rows.append({
                "country": country, "power": power, "value": number(value), "unit": "0-1", "date": "",
                "source": sources.use("cepii2011"), "confidence": "proxy",
            })  # fmt: skip
    return pd.DataFrame(rows)


def sizes(folder: Path, sources: Sources) -> pd.DataFrame:
    """GDP, population, military expenditure, burden and remittances per entity and year."""
    macro = numeric_fact(folder, "macro")
    rows = []
    for r in macro.to_dict("records"):
        if r["country"] in GCC_MEMBERS:
            continue
        for column, (measure, unit, key) in _MEASURES.items():
            if pd.isna(r[column]):
                continue
            value = r[column] / 1000 if measure == "military_expenditure" else r[column]
            key = _size_key(column, str(r["source"]), key)
            rows.append(_size(r["country"], measure, int(r["year"]), value, unit, sources.use(key)))
    rows += _gulf(macro, sources)
    for r in judgement("early").to_dict("records"):
        if r["measure"] != "un_ideal_point":
            row = _size(r["entity"], r["measure"], int(r["year"]), float(r["value"]), r["unit"], "recall")
            rows.append({**row, "confidence": "recall"})
    return pd.DataFrame(rows).sort_values(["measure", "entity", "year"], kind="stable")


def _size_key(column: str, source: str, key: str) -> str:
    burden_from_cia = column == "military_expenditure_pct_gdp" and "military % of GDP: CIA" in source
    remit_from_cia = column == "remittances_pct_gdp" and "remittances: CIA" in source
    return "cia_factbook" if burden_from_cia or remit_from_cia else key


def _size(entity: str, measure: str, year: int, value: float, unit: str, source: str) -> dict[str, object]:
    return {
        "entity": entity, "measure": measure, "year": year, "value": number(value), "unit": unit,
        "date": str(year), "source": source, "confidence": "seen",
    }  # fmt: skip


def _gulf(macro: pd.DataFrame, sources: Sources) -> list[dict[str, object]]:
    """Sum over the six Gulf members, each with its last figure up to the year."""
    rows = []
    members = macro[macro.country.isin(GCC_MEMBERS)].sort_values("year")
    for column in ("gdp_usd_bn", "population_mn", "military_expenditure_usd_mn"):
        measure, unit, key = _MEASURES[column]
        filled = members.pivot_table(index="year", columns="country", values=column).ffill()
        for year, total in filled.sum(axis=1).items():
            value = total / 1000 if measure == "military_expenditure" else total
            rows.append({**_size("GCC", measure, int(year), value, unit, sources.use(key)), "confidence": "proxy"})
    return rows


def participation(folder: Path) -> dict[str, float]:
    """Share of recorded UN votes 2010-2014 in which the country has a vote, of the largest number."""
    table = numeric_fact(folder, "un_ideal_points")
    table = table[table.year.between(2010, 2014)]
    means = table.groupby("country")["n_votes"].mean()
    return {country: float(means[country] / means.max()) for country in COUNTRIES}
