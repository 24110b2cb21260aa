"""Security: what was coded of treaties, forces, exercises, training, documents and suppliers (security.csv).

Starting shares are the equal mean of these observables, in each of which what is absent goes to `other`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from databuild.codes import COUNTRIES, DIGITS, OPTIONS, OTHER, STARTS, lift_to_floor, option_of, rounded
from databuild.gravity import gravity_prior
from databuild.known import Known
from databuild.raw import RawData

OBSERVABLES = ("treaty", "forces", "exercises", "training", "document", "suppliers")
WITHOUT_CHARTER = tuple(name.replace("treaty", "treaty_without_charter") for name in OBSERVABLES)
"""The observables without what the charter of a large body alone obliges to."""

_TREATY, _WITHOUT_CHARTER, _SUPPLIERS = "treaty", "treaty_without_charter", "suppliers"
_KEY = ["start", "country", "observable", "option"]
_NOT_LISTED = {"value": 0.0, "source": "sipri2025", "confidence": "seen", "note": "not listed"}
_NOT_CODED = {"value": np.nan, "source": "assumption", "confidence": "assumption", "note": "not coded"}
_SEEN_HALF = 0.5
"""Part of a share that must rest on seen rows, or it counts as recall."""


def relations(raw: RawData) -> pd.DataFrame:
    """The coded relations with `start` and `option`; value is a number or NaN."""
    table = raw.facts("security_relations")
    quarter_of = {f"{start[:4]}-01-01": start for start in STARTS}
    return table.assign(
        start=table["as_of"].map(quarter_of),
        option=table["partner"].map(option_of),
        value=pd.to_numeric(table["value"], errors="coerce"),
        date=table["as_of"],
    )


def build_security(raw: RawData) -> pd.DataFrame:
    """Value of every observable for every country and option, of the member or neighbour that has most.

    Suppliers are counted, and those of one option add up.
    """
    table = relations(raw)
    items: Mapping[str, Mapping[str, Any]] = raw.blend["security"]
    name_of = {str(entry["item"]): name for name, entry in items.items()}
    coded = table[table["item"].isin(name_of)].assign(observable=table["item"].map(name_of))
    coded = pd.concat([coded, _without_cis(table, coded)])
    counted = coded["observable"] == _SUPPLIERS
    found = pd.concat([largest_first(coded[~counted]).drop_duplicates(_KEY), _added_up(coded[counted])])
    found = _completed(found)
    whole = found.groupby(["start", "country", "observable"])["value"].sum().groupby(["start", "observable"]).max()
    largest = pd.Series([whole[key] for key in zip(found["start"], found["observable"], strict=True)], found.index)
    full = found["observable"].map({name: entry.get("full") for name, entry in items.items()})
    full = full.where(found["observable"] != _WITHOUT_CHARTER, items[_TREATY]["full"])
    unit = found["observable"].map(lambda name: str(items.get(name, items[_TREATY])["unit"]))
    return found.assign(full=full.astype(float).fillna(largest).map(rounded), unit=unit)


def _without_cis(table: pd.DataFrame, coded: pd.DataFrame) -> pd.DataFrame:
    """The treaty observable where the Charter of the CIS does not count: what a treaty of two or the SCO leaves."""
    key = ["start", "country", "partner"]
    wide = table[table["item"].str.startswith("A")].pivot(index=key, columns="item", values="value").fillna(0.0)
    rests_on_cis = (wide["A_cis"] > 0) & (wide["A"] == 2) & (wide["A_bil"] < 2)
    value = wide["A"].mask(rests_on_cis, wide[["A_bil", "A_sco"]].max(axis=1))
    treaties = coded[coded["observable"] == _TREATY]
    own = value.reindex(pd.MultiIndex.from_frame(treaties[key])).to_numpy()
    return treaties.assign(observable=_WITHOUT_CHARTER, value=own)


def largest_first(coded: pd.DataFrame) -> pd.DataFrame:
    """Rows by value from the top; of equal ones what was seen, but of zeros what is recalled: it makes the weaker."""
    recalled = (coded["confidence"] == "recall") ^ (coded["value"] == 0.0)
    order = coded.assign(recalled=recalled)
    return order.sort_values(["value", "recalled"], ascending=[False, True], kind="stable", na_position="last")


def _added_up(coded: pd.DataFrame) -> pd.DataFrame:
    """Suppliers of one option together; recall as soon as one is."""
    rows = []
    for key, group in coded.groupby(_KEY, sort=False):
        sources = ";".join(dict.fromkeys(key for text in group["source"] for key in text.split(";")))
        note = "; ".join(f"{r.partner}: {r.note}" for r in group.itertuples())
        recalled = (group["confidence"] == "recall").any()
        cells = {
            "value": group["value"].sum(), "partner": ";".join(group["partner"]), "note": note,
            "date": group["date"].iloc[0], "source": sources, "confidence": "recall" if recalled else "seen",
        }  # fmt: skip
        rows.append({**dict(zip(_KEY, key, strict=True)), **cells})
    return pd.DataFrame(rows)


def _completed(found: pd.DataFrame) -> pd.DataFrame:
    """A row for every cell: a supplier that is not listed has 0; anything else that is not listed is not known."""
    known = {tuple(row[name] for name in _KEY): row for row in found.to_dict("records")}
    supplied = {key[:3] for key in known}
    rows = []
    for start in sorted(set(found["start"])):
        for country, name, option in product(COUNTRIES, (*OBSERVABLES, _WITHOUT_CHARTER), OPTIONS):
            key = (start, country, name, option)
            if option == OTHER and name != _SUPPLIERS:
                continue
            listed = name == _SUPPLIERS and key[:3] in supplied
            cells = _NOT_LISTED if listed else _NOT_CODED
            absent = {**dict(zip(_KEY, key, strict=True)), **cells, "partner": "", "date": f"{start[:4]}-01-01"}
            rows.append(known.get(key, absent))
    return pd.DataFrame(rows)


def security_rows(known: Known, country: str, *, prior_weight: float) -> Iterator[dict[str, object]]:
    """Cells of every option in the domain security, in the columns of shares.csv; the prior stands beside, unused."""
    coded = known.tables["security"]
    own = coded[(coded["country"] == country) & coded["observable"].isin(OBSERVABLES)]
    parts: pd.DataFrame = composition(coded).query("country == @country").droplevel("country")
    shares = security_shares(coded).loc[country, list(OPTIONS)].to_numpy()
    lifted = lift_to_floor(shares, known.blend["floor"])
    prior = gravity_prior(known, country, domain="security")
    for place, option in enumerate(OPTIONS):
        rests_on = own if option == OTHER else own[own["option"] == option]
        n, cells = _cells(known, rests_on, parts, option)
        numbers = {"share": rounded(lifted[place], DIGITS), "evidence": n, "prior": rounded(prior[place], DIGITS)}
        yield {**numbers, "prior_dominated": int(n < prior_weight), **cells}


def _cells(known: Known, rests_on: pd.DataFrame, parts: pd.DataFrame, option: str) -> tuple[float, dict[str, object]]:
    """Sum of the weights n of what a share rests on, and basis, date, source and confidence.

    parts: composition of one country, rows observables, columns options. What is absent rests on all that was coded.
    """
    coded = rests_on[rests_on["value"].notna()]
    places = (
        parts.index.get_indexer(pd.Index(coded["observable"])),
        parts.columns.get_indexer(pd.Index(coded["option"])),
    )
    part = parts.to_numpy()[places]
    seen = (coded["confidence"] == "seen").to_numpy()
    weights = known.blend["weights"]
    n = np.where(seen, weights["proxy"], weights["recall"])
    said = [f"{r.observable} {p:.3g}" for r, p in zip(coded.itertuples(), part, strict=True) if p > 0]
    missing = [f"{name} not coded" for name in dict.fromkeys(rests_on.loc[rests_on["value"].isna(), "observable"])]
    whole = option == OTHER
    relied = part if part.sum() > 0 and not whole else np.ones(len(part))
    used = coded[part > 0] if (part > 0).any() else coded
    return float(n.mean() * len(OBSERVABLES) if whole else n.sum()), {
        "basis": "what is absent" if whole else "; ".join([*said, *missing]) or "none found",
        "date": str(coded["date"].max()),
        "source": ";".join(dict.fromkeys(key for text in used["source"] for key in text.split(";"))),
        "confidence": "proxy" if (relied * seen).sum() >= _SEEN_HALF * relied.sum() else "recall",
    }


def neutrality(raw: RawData) -> pd.DataFrame:
    """Neutrality by law, 0-1: country, date, value, note, source, confidence."""
    table = relations(raw)
    table = table[table["item"] == "G"]
    return table.assign(value=(table["value"] / 2.0).map(rounded))


def build_rivalries(raw: RawData) -> pd.DataFrame:
    """Coded rivalries between powers as observations of the year before the start; members of the GCC one by one."""
    table = relations(raw)
    names = {"R": "rivalry", "R_tss": "listed_rivalry"}
    table = table[table["item"].isin(names)]
    return table.assign(
        state=table["country"], domain="security", indicator=table["item"].map(names), basis="coded",
        year=table["as_of"].str[:4].astype(int) - 1,
    )  # fmt: skip


def composition(coded: pd.DataFrame, observables: Sequence[str] = OBSERVABLES) -> pd.DataFrame:
    """What part of an observable each option has, 0..1; rows (observable, country), columns options.

    coded: rows of security.csv of one start. An observable counts in full from its value `full` on, or from the sum of
    the row where that is larger. What is not coded is NaN; `other` holds suppliers that are no option, not the rest.
    """
    table = coded[coded["observable"].isin(observables)]
    wide = table.pivot(index=["observable", "country"], columns="option", values="value")
    full = table.groupby("observable")["full"].first()
    whole = np.maximum(full.reindex(wide.index.get_level_values("observable")), wide.sum(axis=1).to_numpy())
    return wide.div(whole.to_numpy(), axis=0).reindex(columns=list(dict.fromkeys(table["option"])))


def security_shares(coded: pd.DataFrame, observables: Sequence[str] = OBSERVABLES) -> pd.DataFrame:
    """Shares of the options before any floor; rows countries, columns options; a row sums to 1.

    coded: rows of security.csv of one start. A share is the mean over the observables that are coded for it, each with
    the same weight; `other` is what is left. Name fewer observables to leave one out.
    """
    parts = composition(coded, observables).drop(columns=OTHER, errors="ignore")
    shares = parts.groupby(level="country").mean().reindex(list(dict.fromkeys(coded["country"])))
    return shares.assign(**{OTHER: 1.0 - shares.sum(axis=1)})
