"""Pairs at a start: ties of the six, affinity to powers, trust, rivalry of powers."""

from __future__ import annotations

import pandas as pd

from databuild.codes import COUNTRIES, POWERS, power_of, rounded
from databuild.known import Known, last_year, others
from databuild.security import largest_first

_TIE_FLOOR = 0.02
_MOST_RIVALRY = 3.0
_BASE_TRUST, _TRUST_LANGUAGE, _TRUST_RELIGION, _TRUST_BODY, _TRUST_BODIES = 0.40, 0.10, 0.05, 0.05, 3
_POLLS = ("poll_confidence_in_leader", "poll_russia_very_positive_role")


def build_ties(known: Known) -> pd.DataFrame:
    """How a country's region share is spread over the others: trade among the six, floored; else equal."""
    rows = []
    for country in COUNTRIES:
        flows = known.observed("trade_total", country)
        flows = flows[flows["partner"].isin(COUNTRIES)]
        national = flows[(flows["basis"] == "national") & (flows["year"] < known.year)]
        flows = last_year(national if len(national) else flows[flows["basis"] == "matrix"])
        amounts = flows.set_index("partner")["value"].reindex(others(country)).fillna(0.0)
        ties = (amounts / amounts.sum()).clip(lower=_TIE_FLOOR) if amounts.sum() > 0 else amounts * 0.0 + 1.0
        cells = {
            "source": ";".join(sorted(set(flows["source"]))) or "assumption",
            "date": max(flows["date"], default=""), "confidence": "seen" if len(flows) else "assumption",
        }  # fmt: skip
        for partner, tie in ties.items():
            rows.append({"country": country, "partner": partner, "tie": rounded(tie / ties.sum(), 12), **cells})
    return pd.DataFrame(rows).assign(unit="share of region")


def build_rivalry(known: Known) -> pd.DataFrame:
    """Rivalry of every two powers: as coded at the starts with figures, else from votes."""
    coded = known.observed("rivalry")
    coded = coded[coded["year"] == known.year - 1]
    pairs = [(power, rival) for power in POWERS for rival in POWERS if power != rival]
    rows = [_coded_rivalry(coded, *pair) if len(coded) else _distance(known, *pair) for pair in pairs]
    keys = [{"power": power, "rival": rival} for power, rival in pairs]
    table = pd.DataFrame([key | row for key, row in zip(keys, rows, strict=True)])
    return table.assign(unit="0-1")


def _coded_rivalry(coded: pd.DataFrame, power: str, rival: str) -> dict[str, object]:
    """Level over the highest; of a group that of its member with most."""
    codes = coded["state"].map(power_of), coded["partner"].map(power_of)
    own = coded[((codes[0] == power) & (codes[1] == rival)) | ((codes[0] == rival) & (codes[1] == power))]
    row = largest_first(own).iloc[0]
    return {"value": rounded(row["value"] / _MOST_RIVALRY)} | {c: row[c] for c in ("date", "source", "confidence")}


def _distance(known: Known, power: str, rival: str) -> dict[str, object]:
    """Distance of ideal points over the largest distance between two powers."""
    points, date = known.points
    confidence = "proxy" if known.has_figures else "recall"
    value = rounded(abs(points[power] - points[rival]) / known.widest)
    return {"value": value, "date": date, "source": known.source_of_points, "confidence": confidence}


def build_affinity(known: Known) -> pd.DataFrame:
    """Opinion of each power: polls where there is one before the start, else votes, language and religion."""
    rows = []
    for country in COUNTRIES:
        polls = pd.concat([known.observed(poll, country) for poll in _POLLS])
        polls = polls.sort_values("year", kind="stable").drop_duplicates("partner", keep="last").set_index("partner")
        poll_of = polls.to_dict("index")
        for power in POWERS:
            if poll := poll_of.get(power):
                row = {"value": rounded(float(poll["value"]) / 50.0 - 1.0), "basis": poll["indicator"]}
                row |= {"date": poll["date"], "source": poll["source"], "confidence": "seen"}
            else:
                row = _likeness(known, country, power)
            rows.append({"country": country, "power": power, **row})
    return pd.DataFrame(rows).assign(unit="-1..1")


def _likeness(known: Known, country: str, power: str) -> dict[str, object]:
    """Affinity where no poll is known."""
    points, date = known.points
    votes = 1.0 - 2.0 * abs(points[country] - points[power]) / known.widest
    languages = ("common_official_language", "common_ethnic_language", "same_language_family")
    language = max(known.pairs[(country, power, name)] for name in languages)
    value = 0.6 * votes + 0.2 * language + 0.2 * known.pairs[(country, power, "same_majority_religion")]
    return {
        "value": rounded(max(-1.0, min(1.0, value))), "basis": "0.6 votes + 0.2 language + 0.2 religion", "date": date,
        "source": f"{known.source_of_points};cepii2011;recall",
        "confidence": "proxy" if known.has_figures else "recall",
    }  # fmt: skip


def build_trust(known: Known) -> pd.DataFrame:
    """Trust of pairs: base, language, religion, shared formal bodies, less open disputes and rivalry."""
    bodies = {country: known.bodies(country, kinds=("body",)) for country in COUNTRIES}
    disputes = known.tables["disputes"]
    disputes = disputes[disputes["to"] == ""]
    rows = []
    for country in COUNTRIES:
        for partner in others(country):
            value = _BASE_TRUST + _TRUST_BODY * min(_TRUST_BODIES, len(bodies[country] & bodies[partner]))
            value += _TRUST_LANGUAGE * known.pairs[(country, partner, "same_language_family")]
            value += _TRUST_RELIGION * known.pairs[(country, partner, "same_majority_religion")]
            both = [country, partner]
            between = disputes[disputes["country"].isin(both) & disputes["partner"].isin(both)]
            value -= between["penalty"].astype(float).sum()
            source = ";".join(dict.fromkeys(["recall", *between["source"], "assumption"]))
            row = {"country": country, "partner": partner, "value": rounded(max(0.05, min(0.95, value)))}
            rows.append({**row, "source": source})
    return pd.DataFrame(rows).assign(unit="0-1", date=str(known.year - 1), confidence="assumption")
