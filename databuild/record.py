"""What was observed year by year, to fit and to score (record.csv): one statistical basis per country and domain."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from databuild.codes import COUNTRIES, GCC_MEMBERS, POWERS, REGION, WORLD, dated_by_year, power_of, rounded
from databuild.observations import trade_by_basis
from databuild.raw import RawData

_TOP_FIVE = ("TJK", "AZE")
_SINGLE = tuple(power for power in POWERS if power not in {"EU", "GCC"})
"""Powers that are one state: of groups a list of the five largest partners says nothing."""
_ROUNDED = 0.0005
"""Half of the last digit of a share published with three."""
Row = dict[str, object]


def build_record(raw: RawData) -> pd.DataFrame:
    """Shares by year, exact (low = high) or between bounds."""
    trade = trade_by_basis(raw)
    rows = [
        *_national(trade[trade["basis"] == "national"]),
        *_top_five(trade[(trade["basis"] == "top_five") & trade["state"].isin(_TOP_FIVE)]),
        *_published(raw.figures("trade_partner_annual")),
        *_gas(raw.figures("routes")),
    ]
    table = dated_by_year(pd.DataFrame(rows)).fillna({"note": ""})
    return table.sort_values(["domain", "country", "option", "year"], kind="stable")


def _row(of: pd.Series, option: str, low: float, high: float, **more: str) -> Row:
    """A row with state, year, source and confidence of a row of the facts."""
    return {
        "country": of["state"], "domain": "economy", "option": option, "year": of["year"], "low": rounded(low),
        "high": rounded(high), "unit": "share of trade", "source": of["source"], "confidence": of["confidence"], **more,
    }  # fmt: skip


def _national(trade: pd.DataFrame) -> Iterator[Row]:
    """Countries whose statistics name every partner: the figure itself; a partner that is not named has nothing."""
    for (state, _), group in trade.groupby(["state", "year"]):
        total = group.set_index("partner")["total_usd_mn"]
        parts = {power: total.get("EU27" if power == "EU" else power, 0.0) for power in POWERS}
        parts[REGION] = sum(total.get(country, 0.0) for country in COUNTRIES if country != state)
        for option, value in parts.items():
            share = value / total[WORLD]
            yield _row(group.iloc[0], option, share, share, basis="national")


def _top_five(trade: pd.DataFrame) -> Iterator[Row]:
    """Countries of which the five largest partners a side are listed: what is not listed is at most the smallest."""
    for _, group in trade.groupby(["state", "year"]):
        flows = group.set_index("partner")[["exports_usd_mn", "imports_usd_mn"]]
        listed = flows.drop(WORLD)
        world = _sum(flows.reindex([WORLD]))
        for option in _SINGLE:
            known = listed.reindex([option])
            low, high = _sum(known.fillna(0.0)) / world, _sum(known.fillna(listed.min())) / world
            yield _row(group.iloc[0], option, low, high, basis="top_five")


def _sum(flows: pd.DataFrame) -> float:
    return float(flows.to_numpy().sum())


def _published(annual: pd.DataFrame) -> Iterator[Row]:
    """Single shares of 2022 that the statistics of the other countries published, rounded."""
    official = annual["basis"].str.startswith("national statistics, goods") & annual["state"].isin(_TOP_FIVE)
    table = annual[official & (annual["year"] == 2022)]
    world = table[table["partner"] == WORLD].set_index("state")["total_usd_mn"]
    for _, r in table.iterrows():
        option = "EU" if r["partner"] == "EU27" else r["partner"]
        share, half = r["share_of_total_trade"], _ROUNDED
        if pd.isna(share):
            share, half = r["total_usd_mn"] / world[r["state"]], 50.0 / world[r["state"]]
            if "exceeded" in r["note"]:
                continue
        if option in POWERS:
            yield _row(r, option, share - half, share + half, basis="published", note=r["note"])


def _gas(routes: pd.DataFrame) -> Iterator[Row]:
    """Pipeline gas by buyer over the whole; a buyer of another year that is not listed took at most what is left."""
    routes = routes[(routes["domain"] == "gas_pipeline_exports") & routes["state"].isin(COUNTRIES)]
    for state, own in routes.groupby("state"):
        buyers = {code: _buyer(code, str(state)) for code in own["partner_or_route"]}
        for _, group in own.groupby("year"):
            volume = group.drop_duplicates("partner_or_route").set_index("partner_or_route")["value"]
            named = volume.groupby([buyers[code] for code in volume.index]).sum()
            share = (named / volume[WORLD]).drop("", errors="ignore")
            left = max(0.0, 1.0 - share.sum())
            for option in sorted({*buyers.values()} - {""}):
                low, high = (share[option],) * 2 if option in share.index else (0.0, left)
                yield _row(group.iloc[0], option, low, high, domain="energy", unit="share of volume", basis="gas")


def _buyer(code: str, state: str) -> str:
    """The option that a buyer counts as; empty where it is none, or a group that would be counted twice."""
    if code in COUNTRIES:
        return REGION if code != state else ""
    if code in {"EU", "EU27"} or code in GCC_MEMBERS:
        return power_of(code)
    return code if code in _SINGLE else ""
