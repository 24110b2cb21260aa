"""What was observed year by year, to fit and to score: record.csv, one statistical basis per country and domain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from carry_codes import COUNTRIES, GCC_MEMBERS, POWERS, number, numeric_fact
from carry_sources import Sources

COLUMNS = [
    "country", "domain", "option", "year", "low", "high", "unit", "basis", "note", "date", "source", "confidence",
]  # fmt: skip
_ALL_PARTNERS = ("KAZ", "KGZ", "UZB")
_TOP_FIVE = ("TJK", "AZE")
_SINGLE = tuple(p for p in POWERS if p not in {"EU", "GCC"})
"""Powers that are one state: of groups a list of the five largest partners says nothing."""
_GROUPS = {"EU": "EU27", "GCC": "GCC"}
_ROUNDED = 0.0005
"""Half of the last digit of a share published with three."""


def record(folder: Path, sources: Sources) -> pd.DataFrame:
    """Shares by year, exact (low = high) or between bounds."""
    annual = numeric_fact(folder, "trade_partner_annual")
    rows = [*_national(annual, sources), *_top_five(annual, sources), *_published(annual, sources)]
    rows += _gas(folder, sources)
    table = pd.DataFrame(rows)[COLUMNS]
    return table.sort_values(["domain", "country", "option", "year"], kind="stable")


def _row(place: tuple[str, str, str], year: int, bounds: tuple[float, float], **extra: str) -> dict[str, object]:
    country, domain, option = place
    low, high = (number(bound) for bound in bounds)
    cells = {"country": country, "domain": domain, "option": option, "year": int(year), "low": low, "high": high}
    return {**cells, "date": str(int(year)), "note": "", **extra}


def _national(annual: pd.DataFrame, sources: Sources) -> Iterator[dict[str, object]]:
    """Countries whose statistics name every partner: the figure itself; a partner that is not named has nothing."""
    chosen = annual.basis.str.startswith("national statistics, goods") & annual.state.isin(_ALL_PARTNERS)
    for (state, year), group in annual[chosen].groupby(["state", "year"]):
        total = group.set_index("partner")["total_usd_mn"]
        parts = {p: total.get(_GROUPS.get(p, p), 0.0) for p in POWERS}
        parts["region"] = sum(total.get(c, 0.0) for c in COUNTRIES if c != state)
        key, confidence = sources.cite(group.source.iloc[0])
        extra = {"unit": "share of trade", "basis": "national", "source": key, "confidence": confidence}
        for option, value in parts.items():
            share = value / total["WORLD"]
            yield _row((state, "economy", option), year, (share, share), **extra)


def _top_five(annual: pd.DataFrame, sources: Sources) -> Iterator[dict[str, object]]:
    """Countries of which the five largest partners a side are listed: what is not listed is at most the smallest."""
    chosen = annual.basis.str.startswith("UN Comtrade") & annual.state.isin(_TOP_FIVE)
    for (state, year), group in annual[chosen].groupby(["state", "year"]):
        flows = group.set_index("partner")[["exports_usd_mn", "imports_usd_mn"]]
        world, listed = flows.loc["WORLD"], flows.drop("WORLD")
        least = listed.min()
        key, confidence = sources.cite(group.source.iloc[0])
        extra = {"unit": "share of trade", "basis": "top_five", "source": key, "confidence": confidence}
        for option in _SINGLE:
            known = listed.loc[option] if option in listed.index else listed.iloc[0] * float("nan")
            low = known.fillna(0.0).sum() / world.sum()
            high = known.fillna(least).sum() / world.sum()
            yield _row((state, "economy", option), year, (low, high), **extra)


def _published(annual: pd.DataFrame, sources: Sources) -> Iterator[dict[str, object]]:
    """Single shares of 2022 that the statistics of the other countries published, rounded."""
    chosen = annual.basis.str.startswith("national statistics, goods") & annual.state.isin(_TOP_FIVE)
    chosen &= annual.year == 2022
    world = annual[chosen & (annual.partner == "WORLD")].set_index("state")["total_usd_mn"]
    for r in annual[chosen].to_dict("records"):
        option = {v: k for k, v in _GROUPS.items()}.get(r["partner"], r["partner"])
        if option not in POWERS:
            continue
        share, half = r["share_of_total_trade"], _ROUNDED
        if pd.isna(share):
            if "exceeded" in r["note"]:
                continue
            share, half = r["total_usd_mn"] / world[r["state"]], 50.0 / world[r["state"]]
        key, confidence = sources.cite(r["source"])
        extra = {"unit": "share of trade", "basis": "published", "source": key, "confidence": confidence}
        yield _row((r["state"], "economy", option), r["year"], (share - half, share + half), **extra, note=r["note"])


def _gas(folder: Path, sources: Sources) -> Iterator[dict[str, object]]:
    """Pipeline gas by buyer over the whole; a buyer of another year that is not listed took at most what is left."""
    routes = numeric_fact(folder, "routes")
    routes = routes[(routes.domain == "gas_pipeline_exports") & routes.state.isin(COUNTRIES)]
    for state, own in routes.groupby("state"):
        options = sorted({option for p in own.partner_or_route if (option := _buyer(p, str(state)))})
        for year, group in own.groupby("year"):
            volume = group.drop_duplicates("partner_or_route").set_index("partner_or_route")["value"]
            key, confidence = sources.cite(group.source.iloc[0])
            extra = {"unit": "share of volume", "basis": "gas", "source": key, "confidence": confidence}
            named = volume.groupby([_buyer(str(partner), str(state)) for partner in volume.index]).sum()
            share = (named / volume["WORLD"]).drop("", errors="ignore")
            left = max(0.0, 1.0 - share.sum())
            for option in options:
                bounds = (share[option],) * 2 if option in share.index else (0.0, left)
                yield _row((str(state), "energy", option), year, bounds, **extra)


def _buyer(code: str, state: str) -> str:
    """The option that a buyer counts as; nothing where it is none, or a group that would be counted twice."""
    if code in COUNTRIES:
        return "region" if code != state else ""
    if code in {"EU27", "EU"}:
        return "EU"
    if code in GCC_MEMBERS:
        return "GCC"
    return code if code in _SINGLE else ""
