"""Figures that become or test a share: observations.csv and series.csv."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from carry_codes import COUNTRIES, POWERS, fact, iso, number, numeric_fact
from carry_sources import Sources

COLUMNS = [
    "state", "partner", "domain", "indicator", "year", "value", "unit", "basis", "note", "date", "source",
    "confidence",
]  # fmt: skip
SERIES = [
    "state",
    "partner",
    "series",
    "year",
    "value",
    "unit",
    "basis",
    "note",
    "date",
    "source",
    "confidence",
]
_FLOWS = {"total_usd_mn": "trade_total", "exports_usd_mn": "trade_exports", "imports_usd_mn": "trade_imports"}
_PARTNERS = {*COUNTRIES, *POWERS, "WORLD"}
_NATIONAL = ("KAZ", "KGZ", "UZB")
_POLLS = {"poll_confidence_in_leader", "poll_russia_very_positive_role", "cab_best_able_to_help_covid"}
_KEPT_FLOWS = {"gas_pipeline_exports", "gas_pipeline_imports"}


def observations(folder: Path, sources: Sources) -> pd.DataFrame:
    """All figures that a starting share may be computed from."""
    parts = [
        _trade(folder, sources),
        _arms(folder, sources),
        _gas(folder, sources),
        _oil(folder, sources),
        _fuel(folder, sources),
        _transit(folder, sources),
        _remittances(folder, sources),
        _polls(folder, sources),
        _ideal_points(folder, sources),
    ]
    table = pd.concat(parts, ignore_index=True)[COLUMNS]
    order = ["indicator", "basis", "state", "partner", "year", "note", "value"]
    return table.sort_values(order, kind="stable").drop_duplicates([*order[:-2], "value"])


def _row(state: str, partner: str, domain: str, indicator: str, year: int, value: float) -> dict[str, object]:
    return {
        "state": state, "partner": partner, "domain": domain, "indicator": indicator, "year": int(year),
        "value": number(value), "unit": "", "basis": "", "note": "", "date": str(int(year)),
    }  # fmt: skip


def _cited(row: dict[str, object], sources: Sources, text: str, **extra: str) -> dict[str, object]:
    key, confidence = sources.cite(text)
    return {**row, "source": key, "confidence": confidence, **extra}


def _trade_rows(folder: Path) -> pd.DataFrame:
    """Trade rows of the three bases that a share may rest on, with a `kind` of basis."""
    matrix = numeric_fact(folder, "trade_partner")
    matrix = matrix[matrix.basis == "reported exports of both sides"].assign(kind="matrix")
    annual = numeric_fact(folder, "trade_partner_annual")
    official = annual.basis.str.startswith("national statistics, goods") & annual.state.isin(_NATIONAL)
    top = annual.basis.str.startswith("UN Comtrade")
    return pd.concat([matrix, annual[official].assign(kind="national"), annual[top].assign(kind="top_five")])


def _trade(folder: Path, sources: Sources) -> pd.DataFrame:
    rows = []
    table = _trade_rows(folder)
    table = table.assign(partner=table.partner.replace({"EU27": "EU"}))
    for fact_row in table[table.partner.isin(_PARTNERS)].to_dict("records"):
        for column, indicator in _FLOWS.items():
            if pd.isna(fact_row[column]):
                continue
            row = _row(
                fact_row["state"],
                fact_row["partner"],
                "economy",
                indicator,
                fact_row["year"],
                fact_row[column],
            )
            extra = {"unit": "USD mn", "basis": fact_row["kind"], "note": fact_row["note"]}
            rows.append(_cited(row, sources, fact_row["source"], **extra))
    return pd.DataFrame(rows)


def _arms(folder: Path, sources: Sources) -> pd.DataFrame:
    table = numeric_fact(folder, "dependence")
    table = table[table.indicator == "arms_imports_tiv"]
    rows = []
    for r in table.to_dict("records"):
        partner = "OTHER" if r["partner"].startswith("unknown") else r["partner"]
        row = _row(r["state"], partner, "security", "arms_imports_tiv", r["year"], r["value"])
        rows.append(_cited(row, sources, r["source"], unit="TIV mn", basis="trade register", note=r["note"]))
    return pd.DataFrame(rows)


def _gas(folder: Path, sources: Sources) -> pd.DataFrame:
    """Pipeline gas by single buyer or seller; groups that overlap them are left out."""
    table = numeric_fact(folder, "routes")
    table = table[table.domain.isin(_KEPT_FLOWS)]
    rows = []
    for r in table.to_dict("records"):
        partner = {"EU27": "EU"}.get(r["partner_or_route"], r["partner_or_route"])
        if partner not in _PARTNERS | {"ITA"}:
            continue
        row = _row(r["state"], partner, "energy", r["domain"], r["year"], r["value"])
        rows.append(_cited(row, sources, r["source"], unit="bcm", basis="statistical review", note=r["note"]))
    return pd.DataFrame(rows)


def _oil(folder: Path, sources: Sources) -> pd.DataFrame:
    """Kazakh oil by route, only for years with a full split (2013, 2022)."""
    partners = pd.read_csv(Path(__file__).parent / "judgements" / "oil_routes.csv").set_index("route")["partner"]
    table = numeric_fact(folder, "routes")
    table = table[(table.domain == "oil_exports_route") & table.year.isin([2013, 2022])]
    table = table[
        table.partner_or_route.isin(partners.index) & ~table.note.str.startswith(("peak", "partial", "derived"))
    ]
    rows = []
    for r in table.to_dict("records"):
        route = r["partner_or_route"]
        row = _row(r["state"], partners[route], "energy", "oil_exports_route", r["year"], r["value"])
        note = f"{route}; {r['note']}".rstrip("; ")
        rows.append(_cited(row, sources, r["source"], unit="Mt", basis="full split by route", note=note))
    return pd.DataFrame(rows)


def _fuel(folder: Path, sources: Sources) -> pd.DataFrame:
    table = numeric_fact(folder, "routes")
    table = table[table.domain == "oil_products_imports_share"]
    rows = []
    for r in table.to_dict("records"):
        row = _row(r["state"], r["partner_or_route"], "energy", "oil_products_imports", r["year"], r["value"])
        extra = {"unit": "share of volume", "basis": "partial year", "note": r["note"]}
        rows.append({**_cited(row, sources, r["source"], **extra), "confidence": "proxy"})
    for (state, year), group in table.groupby(["state", "year"]):
        row = _row(state, "WORLD", "energy", "oil_products_imports", year, 1.0)
        extra = {"unit": "share of volume", "basis": "partial year", "note": "the whole, by definition"}
        rows.append({**_cited(row, sources, group.source.iloc[0], **extra), "confidence": "proxy"})
    return pd.DataFrame(rows)


def _transit(folder: Path, sources: Sources) -> pd.DataFrame:
    """Freight through Kazakhstan by destination: carried, not used for a share (see mapping.yaml)."""
    table = numeric_fact(folder, "routes")
    table = table[table.domain == "transit_through_KAZ_share"]
    rows = []
    for r in table.to_dict("records"):
        partner = r["partner_or_route"].removeprefix("to ").replace("Central Asia", "REGION")
        row = _row(r["state"], partner, "transport", "transit_destination", r["year"], r["value"])
        rows.append(_cited(row, sources, r["source"], unit="share of transit", basis="ministry", note=r["note"]))
    return pd.DataFrame(rows)


def _remittances(folder: Path, sources: Sources) -> pd.DataFrame:
    """Money transfers from Russia over the GDP of the same year; full years only."""
    table = numeric_fact(folder, "dependence")
    table = table[(table.indicator == "remittances_from_russia") & ~table.note.str.contains("Jan|expected")]
    macro = numeric_fact(folder, "macro").set_index(["country", "year"])["gdp_usd_bn"]
    rows = []
    for r in table.to_dict("records"):
        gdp = macro[(r["state"], int(r["year"]))]
        row = _row(r["state"], r["partner"], "identity", "remittances_gdp", r["year"], r["value"] / gdp / 1000)
        extra = {"unit": "share of GDP", "basis": "transfers over GDP", "note": f"{r['value']} USD mn"}
        cited = _cited(row, sources, r["source"], **extra)
        rows.append({**cited, "source": f"{cited['source']};{sources.use('wdi')}", "confidence": "proxy"})
    return pd.DataFrame(rows).drop_duplicates(["state", "year"])


def _polls(folder: Path, sources: Sources) -> pd.DataFrame:
    table = numeric_fact(folder, "dependence")
    polls = table.indicator.isin(_POLLS) | table.indicator.str.startswith("gallup_approval")
    rows = []
    for r in table[polls & table.state.isin(COUNTRIES)].to_dict("records"):
        indicator = r["indicator"].removesuffix("_leadership")
        row = _row(r["state"], r["partner"], "identity", indicator, r["year"], r["value"])
        rows.append(_cited(row, sources, r["source"], unit=r["unit"], basis="survey", note=r["note"]))
    return pd.DataFrame(rows)


def ideal_points(folder: Path) -> pd.DataFrame:
    """Ideal point per country, power and year; EU and GCC are means of the members listed."""
    table = numeric_fact(folder, "un_ideal_points")
    from carry_codes import power_of

    table = table.assign(entity=table.country.map(power_of))
    table = table[table.entity.isin(COUNTRIES + POWERS)]
    grouped = table.groupby(["entity", "year"])["ideal_point"].agg(["mean", "size"]).reset_index()
    return grouped


def _ideal_points(folder: Path, sources: Sources) -> pd.DataFrame:
    rows = []
    for r in ideal_points(folder).to_dict("records"):
        if pd.isna(r["mean"]):
            continue
        row = _row(r["entity"], "", "identity", "un_ideal_point", r["year"], r["mean"])
        note = f"mean of {r['size']} members" if r["size"] > 1 else ""
        confidence = "proxy" if r["size"] > 1 else "seen"
        extra = {"unit": "scale of bailey2017", "basis": "foreign-policy votes", "note": note}
        rows.append({**row, **extra, "source": sources.use("bailey2017"), "confidence": confidence})
    for r in fact_early().to_dict("records"):
        row = _row(r["entity"], "", "identity", "un_ideal_point", int(r["year"]), float(r["value"]))
        extra = {
            "unit": "scale of bailey2017",
            "basis": "recall",
            "note": "order of magnitude; 1994 start only",
        }
        rows.append({**row, **extra, "source": "recall", "confidence": "recall"})
    return pd.DataFrame(rows)


def fact_early() -> pd.DataFrame:
    """Recalled ideal points of 1993."""
    from carry_codes import judgement

    early = judgement("early")
    return early[early.measure == "un_ideal_point"]


def series(folder: Path, sources: Sources) -> pd.DataFrame:
    """Observed later series for scoring: test data only."""
    rows = []
    trade = _trade_rows(folder)
    trade = trade[trade.share_of_total_trade.notna() & (trade.partner != "WORLD")]
    for r in trade.to_dict("records"):
        rows.append(
            _series_row(r, sources, "trade_share", r["share_of_total_trade"], "share of total trade", r["kind"])
        )
    bounds = numeric_fact(folder, "trade_share_bounds")
    bounds = bounds[~bounds.note.str.contains("UNRELIABLE") & (bounds.sides_listed == 2)]
    for r in bounds.to_dict("records"):
        value = r["share_total_trade_low"]
        rows.append(_series_row(r, sources, "trade_share_listed", value, "share of total trade", "both sides listed"))
    for r in numeric_fact(folder, "dependence").to_dict("records"):
        if r["indicator"] in ("arms_imports_tiv", "membership_since", "observer_since") or pd.isna(r["year"]):
            continue
        rows.append(_series_row(r, sources, r["indicator"], r["value"], r["unit"], "as published"))
    for r in numeric_fact(folder, "routes").to_dict("records"):
        r = {**r, "partner": r["partner_or_route"]}
        rows.append(_series_row(r, sources, r["domain"], r["value"], r["unit"], "as published"))
    for r in fact(folder, "corridor").to_dict("records"):
        r = {**r, "state": "", "partner": r["corridor"]}
        rows.append(_series_row(r, sources, "corridor_volume", float(r["volume_mt_or_teu"]), r["unit"], "as published"))
    table = pd.DataFrame(rows)[SERIES]
    return table.sort_values(["series", "state", "partner", "year", "basis", "value", "note"], kind="stable")


def _series_row(
    r: dict[str, object], sources: Sources, name: str, value: object, unit: str, basis: str
) -> dict[str, object]:
    year = iso(str(r["year"]))
    row = {
        "state": r["state"], "partner": "" if pd.isna(r["partner"]) else r["partner"], "series": name,
        "year": int(year[:4]), "value": number(value), "unit": unit, "basis": basis,
        "note": r.get("note", ""), "date": year[:4],
    }  # fmt: skip
    return _cited(row, sources, str(r["source"]))
