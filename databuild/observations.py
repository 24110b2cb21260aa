"""Figures behind starting shares (observations.csv), and later series for scoring (series.csv)."""

from __future__ import annotations

import pandas as pd

from databuild.codes import COUNTRIES, POWERS, WORLD, dated_by_year, iso_date, power_of, rounded
from databuild.raw import RawData
from databuild.security import build_rivalries

_FLOWS = {"total_usd_mn": "trade_total", "exports_usd_mn": "trade_exports", "imports_usd_mn": "trade_imports"}
_PARTNERS = {*COUNTRIES, *POWERS, WORLD}
_NATIONAL = ("KAZ", "KGZ", "UZB")
_POLLS = ("poll_confidence_in_leader", "poll_russia_very_positive_role", "cab_best_able_to_help_covid")
_NO_SERIES = ("arms_imports_tiv", "membership_since", "observer_since")


def build_observations(raw: RawData) -> pd.DataFrame:
    """All figures that a starting share may be computed from."""
    parts = [
        _trade(raw), _arms(raw), _gas(raw), _oil(raw), _fuel(raw), _transit(raw), _remittances(raw), _polls(raw),
        _ideal_points(raw), _recalled_points(raw), build_rivalries(raw),
    ]  # fmt: skip
    table = dated_by_year(pd.concat(parts, ignore_index=True))
    table = table.assign(value=table["value"].map(rounded))
    order = ["indicator", "basis", "state", "partner", "year", "note", "value"]
    return table.sort_values(order, kind="stable").drop_duplicates([*order[:-2], "value"])


def trade_by_basis(raw: RawData) -> pd.DataFrame:
    """Trade on the three bases that a share may rest on: matrix, national and top_five in the column `basis`."""
    matrix, annual = raw.figures("trade_partner"), raw.figures("trade_partner_annual")
    national = annual["basis"].str.startswith("national statistics, goods") & annual["state"].isin(_NATIONAL)
    return pd.concat(
        [
            matrix[matrix["basis"] == "reported exports of both sides"].assign(basis="matrix"),
            annual[national].assign(basis="national"),
            annual[annual["basis"].str.startswith("UN Comtrade")].assign(basis="top_five"),
        ]
    )


def _trade(raw: RawData) -> pd.DataFrame:
    table = trade_by_basis(raw)
    table = table.assign(partner=table["partner"].replace({"EU27": "EU"}), domain="economy", unit="USD mn")
    table = table[table["partner"].isin(_PARTNERS)]
    flows = [table.assign(indicator=name, value=table[column]) for column, name in _FLOWS.items()]
    return pd.concat(flows).dropna(subset="value")


def _arms(raw: RawData) -> pd.DataFrame:
    table = _of_dependence(raw, "arms_imports_tiv")
    known = ~table["partner"].str.startswith("unknown")
    return table.assign(
        partner=table["partner"].where(known, "OTHER"), domain="security", unit="TIV mn", basis="trade register"
    )


def _gas(raw: RawData) -> pd.DataFrame:
    """Pipeline gas by single buyer or seller; without groups that overlap them."""
    parts = [_of_routes(raw, name) for name in ("gas_pipeline_exports", "gas_pipeline_imports")]
    table = pd.concat(parts).assign(domain="energy", unit="bcm", basis="statistical review")
    table = table.assign(partner=table["partner"].replace({"EU27": "EU"}))
    return table[table["partner"].isin(_PARTNERS | {"ITA"})]


def _oil(raw: RawData) -> pd.DataFrame:
    """Kazakh oil by route, only for the years with a complete split (2013, 2022)."""
    partner_of = raw.choices("oil_routes").set_index("route")["partner"]
    table = _of_routes(raw, "oil_exports_route")
    complete = table["year"].isin([2013, 2022]) & table["partner"].isin(partner_of.index)
    table = table[complete & ~table["note"].str.startswith(("peak", "partial", "derived"))]
    notes = (table["partner"] + "; " + table["note"]).str.rstrip("; ")
    return table.assign(
        partner=table["partner"].map(partner_of), note=notes, domain="energy", unit="Mt", basis="full split by route"
    )


def _fuel(raw: RawData) -> pd.DataFrame:
    table = _of_routes(raw, "oil_products_imports_share")
    whole = table.drop_duplicates(["state", "year"]).assign(partner=WORLD, value=1.0, note="the whole, by definition")
    return pd.concat([table, whole]).assign(
        indicator="oil_products_imports", domain="energy", unit="share of volume", basis="partial year",
        confidence="proxy",
    )  # fmt: skip


def _transit(raw: RawData) -> pd.DataFrame:
    """Freight through Kazakhstan by destination; in the table, but behind no share (see docs/data.md)."""
    table = _of_routes(raw, "transit_through_KAZ_share")
    partner = table["partner"].str.removeprefix("to ").str.replace("Central Asia", "REGION")
    return table.assign(
        partner=partner, indicator="transit_destination", domain="transport", unit="share of transit", basis="ministry"
    )


def _remittances(raw: RawData) -> pd.DataFrame:
    """Money transfers from Russia over the GDP of the same year; full years only."""
    table = _of_dependence(raw, "remittances_from_russia")
    table = table[~table["note"].str.contains("Jan|expected")].drop_duplicates(["state", "year"])
    gdp = raw.figures("macro").set_index(["country", "year"])["gdp_usd_bn"]
    gdp_of_row = [gdp[(state, int(year))] for state, year in zip(table["state"], table["year"], strict=True)]
    return table.assign(
        indicator="remittances_gdp", domain="identity", unit="share of GDP", basis="transfers over GDP",
        value=table["value"] / gdp_of_row / 1000, note=table["value"].map("{} USD mn".format),
        source=table["source"] + ";wdi", confidence="proxy",
    )  # fmt: skip


def _polls(raw: RawData) -> pd.DataFrame:
    table = raw.figures("dependence").assign(domain="identity", basis="survey")
    polls = table["indicator"].isin(_POLLS) | table["indicator"].str.startswith("gallup_approval")
    table = table[polls & table["state"].isin(COUNTRIES)]
    return table.assign(indicator=table["indicator"].str.removesuffix("_leadership"))


def _ideal_points(raw: RawData) -> pd.DataFrame:
    """Ideal point per country, power and year; EU and GCC are means of the members listed."""
    table = raw.figures("un_ideal_points")
    table = table.assign(state=table["country"].map(power_of))
    table = table[table["state"].isin(COUNTRIES + POWERS)]
    table = table.groupby(["state", "year"])["ideal_point"].agg(["mean", "size"]).reset_index().dropna(subset="mean")
    one = table["size"] == 1
    return table.assign(
        partner="", indicator="un_ideal_point", domain="identity", value=table["mean"], unit="scale of bailey2017",
        basis="foreign-policy votes", note=table["size"].map("mean of {} members".format).mask(one, ""),
        source="bailey2017", confidence=one.map({True: "seen", False: "proxy"}),
    )  # fmt: skip


def _recalled_points(raw: RawData) -> pd.DataFrame:
    table = raw.choices("sizes_of_1993").rename(columns={"entity": "state", "measure": "indicator"})
    return table[table["indicator"] == "un_ideal_point"].assign(
        partner="", domain="identity", unit="scale of bailey2017", basis="recall",
        note="order of magnitude; 1994 start only", source="recall", confidence="recall",
    )  # fmt: skip


def _of_dependence(raw: RawData, indicator: str) -> pd.DataFrame:
    table = raw.figures("dependence")
    return table[table["indicator"] == indicator]


def _of_routes(raw: RawData, flow: str) -> pd.DataFrame:
    table = raw.figures("routes").rename(columns={"partner_or_route": "partner"})
    return table[table["domain"] == flow].assign(indicator=flow)


def build_series(raw: RawData) -> pd.DataFrame:
    """Observed later series for scoring: test data only."""
    trade = trade_by_basis(raw)
    trade = trade[trade["share_of_total_trade"].notna() & (trade["partner"] != WORLD)]
    bounds = raw.figures("trade_share_bounds")
    bounds = bounds[~bounds["note"].str.contains("UNRELIABLE") & (bounds["sides_listed"] == 2)]
    dependence, routes, corridor = raw.figures("dependence"), raw.figures("routes"), raw.figures("corridor")
    dependence = dependence[~dependence["indicator"].isin(_NO_SERIES) & dependence["year"].notna()]
    table = pd.concat(
        [
            trade.assign(series="trade_share", value=trade["share_of_total_trade"], unit="share of total trade"),
            bounds.assign(
                series="trade_share_listed", value=bounds["share_total_trade_low"], unit="share of total trade",
                basis="both sides listed",
            ),
            dependence.assign(series=dependence["indicator"], basis="as published"),
            routes.assign(series=routes["domain"], partner=routes["partner_or_route"], basis="as published"),
            corridor.assign(
                series="corridor_volume", state="", partner=corridor["corridor"], value=corridor["volume_mt_or_teu"],
                basis="as published",
            ),
        ]
    )  # fmt: skip
    table = table.assign(year=table["year"].map(str).map(iso_date).str[:4], value=table["value"].map(rounded))
    order = ["series", "state", "partner", "year", "basis", "value", "note"]
    return dated_by_year(table).sort_values(order, kind="stable")
