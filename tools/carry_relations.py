"""What a start needs beside shares: ties, attributes, affinity, trust, rivalry."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
from carry_codes import COUNTRIES, DOMAINS, POWERS, STARTS, judgement, number

from hedgesim.model.period import Period
from hedgesim.scenario.figures import Figures, day_of, first_day

TIE_FLOOR = 0.02
BASE_TRUST, TRUST_LANGUAGE, TRUST_RELIGION, TRUST_BODY, TRUST_BODIES = 0.40, 0.10, 0.05, 0.05, 3
COST_SCALE = 3.0
AFGHAN_KM = 1500.0
EARLY_PARTICIPATION = 2.197225
EARLY_OPENNESS = 0.5


def _end(row: dict[str, object], source: str, confidence: str, date: str) -> dict[str, object]:
    return {**row, "date": date, "source": source, "confidence": confidence}


def _year(start: str) -> str:
    return str(Period.parse(start).year - 1)


def _assumed(confidence: str, start: str) -> str:
    return "recall" if start == STARTS[0] else confidence


def ties(tables: Mapping[str, pd.DataFrame], known: Mapping[str, Figures]) -> pd.DataFrame:
    """How a country's region share is spread over the others: intra-six trade, floored; equal in 1994."""
    rows = []
    for start in STARTS:
        for country in COUNTRIES:
            flows = known[start].indicator(country, "trade_total")
            flows = flows[flows.partner.isin(COUNTRIES) & flows.basis.isin(["matrix", "national"])]
            year = Period.parse(start).year
            basis = flows[(flows.basis == "national") & (flows.year.astype(int) < year)]
            flows = basis if len(basis) else flows[flows.basis == "matrix"]
            flows = flows[flows.year == flows.year.max()]
            others = [c for c in COUNTRIES if c != country]
            amounts = flows.set_index("partner")["value"].reindex(others).fillna(0.0)
            if amounts.sum() <= 0:
                raw = {c: 1.0 / len(others) for c in others}
            else:
                raw = {c: max(TIE_FLOOR, float(amounts[c] / amounts.sum())) for c in others}
            total = sum(raw.values())
            source = ";".join(sorted(set(flows.source))) or "assumption"
            date = flows.date.max() if len(flows) else ""
            for partner, value in raw.items():
                row = {"start": start, "country": country, "partner": partner}
                row |= {"tie": number(value / total, 12), "unit": "share of region"}
                rows.append(_end(row, source, "seen" if len(flows) else "assumption", date))
    return pd.DataFrame(rows)


def country_attributes(
    dyads: pd.DataFrame, sizes: pd.DataFrame, observations: pd.DataFrame, taking_part: Mapping[str, float]
) -> pd.DataFrame:
    """Attributes by written rules; where there are two dates the reader takes the latest visible one."""
    rows = []
    for r in judgement("personalisation").to_dict("records"):
        base = {"country": r["country"], "note": r["note"]}
        cost = COST_SCALE * (0.5 * float(r["personalisation"]) + 0.5 * float(r["statutory_neutrality"]))
        for name, value, unit in (
            ("personalisation", r["personalisation"], "0-1"),
            ("statutory_neutrality", r["statutory_neutrality"], "0 or 1"),
            ("hydrocarbon_exporter", r["hydrocarbon_exporter"], "0 or 1"),
            ("sovereignty_cost", cost, "0-3"),
        ):
            row = {**base, "attribute": name, "value": number(float(value)), "unit": unit}
            rows.append(_end(row, "recall;geddes2018" if name == "personalisation" else "recall", "recall", r["date"]))
    for country in COUNTRIES:
        rows += _weights(country, sizes, observations)
        logit = math.log(taking_part[country] / (1 - taking_part[country]))
        row = {
            "country": country,
            "note": "recorded UN votes 2010-2014 over the largest number of any country",
        }
        row |= {"attribute": "participation", "value": number(logit), "unit": "logit"}
        rows.append(_end(row, "bailey2017", "proxy", "2014"))
        early = {**row, "value": EARLY_PARTICIPATION, "note": "nine votes in ten, the same for all"}
        rows.append(_end(early, "assumption", "assumption", "1993"))
        rows.append(_peril(country, dyads))
    columns = ["country", "attribute", "value", "unit", "note", "date", "source", "confidence"]
    return pd.DataFrame(rows)[columns].sort_values(["country", "attribute", "date"], kind="stable")


def _weights(country: str, sizes: pd.DataFrame, observations: pd.DataFrame) -> list[dict[str, object]]:
    """Weight of each domain at two dates: military burden, trade openness and hydrocarbons."""
    trade = observations[(observations.state == country) & (observations.partner == "WORLD")]
    matrix = trade[(trade.basis == "matrix") & (trade.indicator == "trade_total")]["value"].iloc[0]
    oil = judgement("personalisation").set_index(["country", "date"])["hydrocarbon_exporter"].astype(float)
    early, late = _last_sizes(country, sizes, 1993), _last_sizes(country, sizes, 2014)
    burden = 100.0 * early["military_expenditure"] / early["gdp"]
    openness = min(1.0, float(matrix) / (1000.0 * late["gdp"]))
    past = _raw_weights(burden, EARLY_OPENNESS, oil[(country, "1993")])
    now = _raw_weights(float(late.get("military_burden", 1.5)), openness, oil[(country, "2010")])
    note = "military burden of recall, half of GDP traded by all"
    rows = _weight_rows(country, past, "recall;assumption", "1993", note)
    return rows + _weight_rows(country, now, "sipri_milex;cia_factbook;wdi;unctad2015;assumption", "2014", "")


def _last_sizes(country: str, sizes: pd.DataFrame, year: int) -> dict[str, float]:
    table = sizes[(sizes.entity == country) & (sizes.year.astype(int) <= year)].sort_values("year")
    return {str(k): float(v) for k, v in table.groupby("measure")["value"].last().items()}


def _raw_weights(burden: float, openness: float, hydrocarbons: float) -> dict[str, float]:
    """The written rule, before it is made to sum to 1. burden: % of GDP; openness: trade over GDP."""
    return {
        "security": 0.20 + 0.03 * burden,
        "economy": 0.25 + 0.10 * openness,
        "energy": 0.15 + 0.05 * hydrocarbons,
        "transport": 0.15,
        "identity": 0.15,
    }


def _weight_rows(country: str, raw: dict[str, float], source: str, date: str, note: str) -> list[dict[str, object]]:
    rows = []
    for domain in DOMAINS:
        value = number(raw[domain] / sum(raw.values()), 12)
        row = {"country": country, "attribute": f"weight_{domain}", "value": value}
        rows.append(_end({**row, "unit": "share of presence", "note": note}, source, "assumption", date))
    return rows


def _peril(country: str, dyads: pd.DataFrame) -> dict[str, object]:
    pair = dyads[(dyads.country == country) & (dyads.partner == "AFG")].set_index("attribute")["value"]
    near = 1.0 if pair["contiguous"] == 1 else math.exp(-pair["distance"] / AFGHAN_KM)
    row = {
        "country": country,
        "attribute": "peril_proximity",
        "value": number(near),
        "unit": "0-1",
        "note": "",
    }
    return _end(row, "cepii2011", "proxy", "")


def points_at(known: Mapping[str, Figures], start: str) -> tuple[dict[str, float], str]:
    """Ideal points of the last year before the start, and that year."""
    table = known[start].observations
    table = table[(table.indicator == "un_ideal_point") & (table.year.astype(int) < Period.parse(start).year)]
    table = table[table.year == table.year.max()]
    return dict(zip(table.state, table.value.astype(float), strict=True)), str(table.date.max())


def rivalry(known: Mapping[str, Figures]) -> pd.DataFrame:
    """Distance of ideal points over the largest distance between two powers."""
    rows = []
    for start in STARTS:
        points, date = points_at(known, start)
        widest = max(abs(points[p] - points[q]) for p in POWERS for q in POWERS)
        for power in POWERS:
            for rival in POWERS:
                if power != rival:
                    value = number(abs(points[power] - points[rival]) / widest)
                    row = {"start": start, "power": power, "rival": rival, "value": value, "unit": "0-1"}
                    rows.append(_end(row, _points_source(start), _assumed("proxy", start), date))
    return pd.DataFrame(rows)


def _points_source(start: str) -> str:
    return "recall" if start == STARTS[0] else "bailey2017"


def affinity(known: Mapping[str, Figures], dyads: pd.DataFrame) -> pd.DataFrame:
    """Opinion of each power: polls where there is one before the start, else votes, language and religion."""
    pairs = dyads.set_index(["country", "partner", "attribute"])["value"]
    rows = []
    for start in STARTS:
        points, date = points_at(known, start)
        widest = max(abs(points[p] - points[q]) for p in POWERS for q in POWERS)
        for country in COUNTRIES:
            polls = known[start].observations
            polls = polls[
                (polls.state == country)
                & polls.indicator.isin(["poll_confidence_in_leader", "poll_russia_very_positive_role"])
            ]
            polls = polls.sort_values("year").groupby("partner").last()
            for power in POWERS:
                row = {"start": start, "country": country, "power": power}
                if power in polls.index:
                    seen = polls.loc[power]
                    row |= {
                        "value": number(float(seen.value) / 50.0 - 1.0),
                        "unit": "-1..1",
                        "basis": seen.indicator,
                    }
                    rows.append(_end(row, seen.source, "seen", seen.date))
                    continue
                near = 1.0 - 2.0 * abs(points[country] - points[power]) / widest
                words = max(pairs[(country, power, n)] for n in ("common_official_language", "common_ethnic_language"))
                kin = max(words, pairs[(country, power, "same_language_family")])
                value = 0.6 * near + 0.2 * kin + 0.2 * pairs[(country, power, "same_majority_religion")]
                row |= {"value": number(max(-1.0, min(1.0, value))), "unit": "-1..1"}
                row |= {"basis": "0.6 votes + 0.2 language + 0.2 religion"}
                rows.append(_end(row, f"{_points_source(start)};cepii2011;recall", _assumed("proxy", start), date))
    return pd.DataFrame(rows)


def trust(known: Mapping[str, Figures], dyads: pd.DataFrame, disputes: pd.DataFrame) -> pd.DataFrame:
    """Trust of pairs: base, language, religion, shared formal bodies, less open disputes and rivalry."""
    pairs = dyads.set_index(["country", "partner", "attribute"])["value"]
    rows = []
    for start in STARTS:
        day = first_day(Period.parse(start))
        for country in COUNTRIES:
            for partner in COUNTRIES:
                if country == partner:
                    continue
                bodies = _bodies(known[start], country) & _bodies(known[start], partner)
                value = BASE_TRUST + TRUST_BODY * min(TRUST_BODIES, len(bodies))
                value += TRUST_LANGUAGE * pairs[(country, partner, "same_language_family")]
                value += TRUST_RELIGION * pairs[(country, partner, "same_majority_religion")]
                here = disputes[_between(disputes, country, partner) & _open(disputes, day)]
                value -= here.penalty.astype(float).sum()
                row = {"start": start, "country": country, "partner": partner}
                row |= {"value": number(max(0.05, min(0.95, value))), "unit": "0-1"}
                sources = ";".join(dict.fromkeys(["recall", *here.source, "assumption"]))
                rows.append(_end(row, sources, "assumption", _year(start)))
    return pd.DataFrame(rows)


def _bodies(figures: Figures, country: str) -> set[str]:
    members = figures.members
    return set(members.loc[(members.country == country) & (members.kind == "club"), "format"])


def _between(disputes: pd.DataFrame, one: str, other: str) -> pd.Series:
    return disputes.country.isin([one, other]) & disputes.partner.isin([one, other])


def _open(disputes: pd.DataFrame, day: str) -> pd.Series:
    ended = (disputes.to != "") & (disputes.to.map(day_of) <= day)
    return (disputes["from"].map(day_of) <= day) & ~ended
