"""Long yearly panels behind the fits: trade shares (trade.csv) and roll calls of the UN (rollcalls.csv)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from databuild.codes import COUNTRIES, OPTIONS, OTHER, POWERS, REGION, WORLD, dated_by_year, rounded
from databuild.raw import RawData

_PARTNER_OF = {**{power: power for power in POWERS}, "EU": "EU27", REGION: "SIX_OTHERS"}
_SUMS = ("EU", "GCC", REGION, OTHER)
_INFLATED = {(country, "CHN"): "Chinese reports inflate this flow, by re-exports" for country in ("KGZ", "TJK")}
Row = dict[str, object]


def build_trade(raw: RawData) -> pd.DataFrame:
    """Share of every option in the goods trade of the six by year, on one basis."""
    panel = raw.figures("trade_panel")
    rows = [row for _, own in panel.groupby(["state", "year"]) for row in _shares(own)]
    return dated_by_year(pd.DataFrame(rows)).sort_values(["country", "year"], kind="stable")


def _shares(own: pd.DataFrame) -> Iterator[Row]:
    """Shares of one country and year; a year in which one flow is suspect is so for every option."""
    country, year = own[["state", "year"]].iloc[0]
    flows = own.set_index("partner")["total_usd_mn"]
    shares = {option: flows[partner] / flows[WORLD] for option, partner in _PARTNER_OF.items()}
    shares[OTHER] = 1.0 - sum(shares.values())
    suspect = own["note"].str.extract("(SUSPECT.*)")[0].dropna()
    for option in OPTIONS:
        notes = [*suspect.iloc[:1], *filter(None, [_INFLATED.get((country, option))])]
        yield {
            "country": country, "option": option, "year": year, "share": rounded(shares[option]), "basis": "BACI",
            "suspect": int(len(suspect) > 0), "unit": "share of trade", "note": "; ".join(notes),
            "source": own["source"].iloc[0], "confidence": "proxy" if option in _SUMS or notes else "seen",
        }  # fmt: skip


def build_rollcalls(raw: RawData) -> pd.DataFrame:
    """Recorded votes of the six in the General Assembly, 2005-2021."""
    table = raw.facts("unga_rollcalls").rename(columns={"date_note": "note"})
    table = table[table["country"].isin(COUNTRIES)]
    order = table["country"].map(COUNTRIES.index)
    return table.assign(order=order).sort_values(["date", "resolution", "order"], kind="stable")
