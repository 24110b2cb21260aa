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
_DISTANCE_SCALE, _AFGHAN_SCALE = 4000.0, 1500.0
"""km at which nearness falls to 1/e: of a power, of Afghanistan."""
_COST_SCALE = 3.0
_EARLY_PARTICIPATION, _EARLY_OPENNESS = 2.197225, 0.5
Row = dict[str, object]


def build_axes(raw: RawData) -> pd.DataFrame:
    """Members of every axis with name and colour."""
    return raw.choices("axes").assign(date="", source="assumption", confidence="assumption")


def build_domain_attributes(raw: RawData) -> pd.DataFrame:
    """Exposure, inertia and sanctionability of every domain."""
    return raw.choices("domain_attributes").assign(date="", source="assumption", confidence="assumption")


def build_flags(raw: RawData) -> pd.DataFrame:
    """Bases, treaties and neutrality from recall."""
    table = raw.choices("flags")
    return table.assign(value=1, unit="0 or 1", date=table["from"], source="recall", confidence="recall")


def build_disputes(raw: RawData) -> pd.DataFrame:
    """Open disputes that lower starting trust."""
    table = raw.citations.cited(raw.choices("disputes"))
    return table.assign(unit="trust", date=table["from"])


def build_conduct(raw: RawData) -> pd.DataFrame:
    """Use of force and broken promises of the powers."""
    table = raw.citations.cited(raw.choices("conduct"))
    return table.assign(value=1, unit="0 or 1", date=table["year"])


def build_dyads(raw: RawData) -> pd.DataFrame:
    """Distance, border, language and religion between each country and each partner."""
    table = raw.figures("baseline_distance").rename(columns={"country_a": "country"})
    table = table.assign(partner=table["country_b"].replace(_STAND_INS), date="")
    table = table[table["country"].isin(COUNTRIES) & table["partner"].isin((*COUNTRIES, *POWERS, "AFG"))]
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
    rows = [(c, p, _nearness(pairs, c, p, scale=_DISTANCE_SCALE)) for c in COUNTRIES for p in POWERS]
    table = pd.DataFrame(rows, columns=["country", "power", "value"])
    return table.assign(unit="0-1", date="", source="cepii2011", confidence="proxy")


def _nearness(pairs: Mapping[tuple[str, str, str], float], country: str, partner: str, *, scale: float) -> float:
    """1 if contiguous, else exp(-km/scale)."""
    if pairs[(country, partner, "contiguous")] == 1:
        return 1.0
    return rounded(math.exp(-pairs[(country, partner, "distance")] / scale))


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


def build_country_attributes(
    raw: RawData, dyads: pd.DataFrame, sizes: pd.DataFrame, observations: pd.DataFrame
) -> pd.DataFrame:
    """Attributes by written rules; where there are two dates the reader takes the latest visible one."""
    regimes = raw.choice_rows("regimes")
    oil = {(r["country"], r["date"]): float(r["hydrocarbon_exporter"]) for r in regimes}
    laws = neutrality(raw)
    pairs, taking_part = values_of(dyads, "country", "partner", "attribute"), _participation(raw)
    rows = [row for r in regimes for row in _of_regime(r)]
    for country in COUNTRIES:
        rows += _weights(country, sizes, observations, (oil[country, "1993"], oil[country, "2010"]))
        rows += _of_law(country, regimes, laws[laws["country"] == country])
        rows += _vote_logits(country, taking_part[country])
        near = _nearness(pairs, country, "AFG", scale=_AFGHAN_SCALE)
        rows.append(_row(country, "peril_proximity", near, unit="0-1", source="cepii2011", confidence="proxy"))
    return pd.DataFrame(rows).sort_values(["country", "attribute", "date"], kind="stable")


def _row(country: str, attribute: str, value: float, **cells: str) -> Row:
    return {"country": country, "attribute": attribute, "value": value, "note": "", "date": "", **cells}


def _of_regime(r: Mapping[str, str]) -> Iterator[Row]:
    """Personalisation, neutrality and hydrocarbons as chosen, and the cost of sovereignty that follows."""
    personal, neutral = float(r["personalisation"]), float(r["statutory_neutrality"])
    for name, value, unit in (
        ("personalisation", personal, "0-1"),
        ("statutory_neutrality", neutral, "0 or 1"),
        ("hydrocarbon_exporter", float(r["hydrocarbon_exporter"]), "0 or 1"),
        ("sovereignty_cost", _COST_SCALE * (0.5 * personal + 0.5 * neutral), "0-3"),
    ):
        source = "recall;geddes2018" if name == "personalisation" else "recall"
        cells = {"unit": unit, "note": r["note"], "date": r["date"], "source": source, "confidence": "recall"}
        yield _row(r["country"], name, rounded(value), **cells)


def _of_law(country: str, regimes: list[dict[str, str]], laws: pd.DataFrame) -> Iterator[Row]:
    """Neutrality by law as coded, and the cost of sovereignty that follows with the last known personalisation."""
    own = max((r for r in regimes if r["country"] == country), key=lambda r: r["date"])
    for _, law in laws.iterrows():
        cost = _COST_SCALE * (0.5 * float(own["personalisation"]) + 0.5 * law["value"])
        cells = {"note": law["note"], "date": law["date"]}
        coded = {"unit": "0-1", "source": law["source"], "confidence": law["confidence"]}
        follows = {"unit": "0-3", "source": f"{law['source']};recall;geddes2018", "confidence": "recall"}
        yield _row(country, "statutory_neutrality", law["value"], **cells, **coded)
        yield _row(country, "sovereignty_cost", rounded(cost), **cells, **follows)


def _vote_logits(country: str, share: float) -> Iterator[Row]:
    """Participation in UN votes as a logit, at two dates."""
    note = "recorded UN votes 2010-2014 over the largest number of any country"
    late = {"note": note, "date": "2014", "source": "bailey2017", "confidence": "proxy"}
    yield _row(country, "participation", rounded(math.log(share / (1 - share))), unit="logit", **late)
    note = "nine votes in ten, the same for all"
    early = {"note": note, "date": "1993", "source": "assumption", "confidence": "assumption"}
    yield _row(country, "participation", _EARLY_PARTICIPATION, unit="logit", **early)


def _participation(raw: RawData) -> dict[str, float]:
    """Mean number of recorded UN votes a year, 2010-2014, over the largest of any country."""
    table = raw.figures("un_ideal_points")
    means = table[table["year"].between(2010, 2014)].groupby("country")["n_votes"].mean()
    return {country: float(means[country] / means.max()) for country in COUNTRIES}


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
