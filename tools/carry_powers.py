"""Attributes of the powers at every start, by written rules."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
from carry_codes import DOMAINS, POWERS, STARTS, number
from carry_relations import points_at

from hedgesim.model.period import Period
from hedgesim.scenario.figures import Figures

MEASURES = {
    "security": ("military_expenditure",), "economy": ("gdp",), "energy": ("gdp",), "transport": ("gdp",),
    "identity": ("gdp", "population"),
}  # fmt: skip
WEST, EAST = ("USA", "EU"), ("RUS", "CHN")
MEMORY_YEARS = 10


def power_attributes(
    known: Mapping[str, Figures], sizes: pd.DataFrame, shares: pd.DataFrame, conduct: pd.DataFrame
) -> pd.DataFrame:
    """All attributes of all powers at all starts."""
    rows: list[dict[str, object]] = []
    for start in STARTS:
        rows += _conduct(start, sizes, conduct)
        rows += _attention(start, shares)
        rows += _points(start, known)
        rows += _masses(start, sizes)
    return pd.DataFrame(rows).sort_values(["start", "power", "attribute"], kind="stable")


def _row(start: str, power: str, name: str, value: float, **end: str) -> dict[str, object]:
    return {
        "start": start, "power": power, "attribute": name, "value": number(value),
        "unit": end.get("unit", "0-1"),
        "note": end["note"], "date": str(Period.parse(start).year - 1), "source": end["source"],
        "confidence": "recall" if start == STARTS[0] and end["confidence"] == "proxy" else end["confidence"],
    }  # fmt: skip


def _last(sizes: pd.DataFrame, start: str, measure: str) -> pd.Series:
    """Last figure of every power before the year of the start."""
    table = sizes[(sizes.measure == measure) & (sizes.year.astype(int) < Period.parse(start).year)]
    return table.sort_values("year").groupby("entity")["value"].last().reindex(list(POWERS))


def _conduct(start: str, sizes: pd.DataFrame, conduct: pd.DataFrame) -> list[dict[str, object]]:
    year = Period.parse(start).year
    recent = conduct[conduct.date.astype(int).between(year - MEMORY_YEARS, year - 1)]
    burden = _last(sizes, start, "military_expenditure") / _last(sizes, start, "gdp")
    rows = []
    for power in POWERS:
        kinds = set(recent.loc[recent.power == power, "kind"])
        against, elsewhere = "force against a neighbour" in kinds, "force elsewhere" in kinds
        source = "sipri_milex;wdi;recall;assumption"
        offence = 0.3 + 0.4 * burden[power] / burden.max() + 0.3 * (against or elsewhere)
        note = "0.3 + 0.4 military burden over the largest + 0.3 if force was used abroad in ten years"
        rows.append(_row(start, power, "offence", offence, note=note, source=source, confidence="assumption"))
        intention = 0.10 + 0.25 * against + 0.05 * elsewhere
        note = "0.10 + 0.25 if force was used against a neighbour + 0.05 if elsewhere, in ten years"
        rows.append(
            _row(
                start,
                power,
                "intention",
                intention,
                note=note,
                source="recall;assumption",
                confidence="assumption",
            )
        )
        reliability = 0.5 - 0.1 * ("broken promise" in kinds)
        note = "0.5, less 0.1 if a base was left or a request declined in ten years"
        rows.append(
            _row(
                start,
                power,
                "reliability",
                reliability,
                note=note,
                source="assumption",
                confidence="assumption",
            )
        )
    return rows


def _attention(start: str, shares: pd.DataFrame) -> list[dict[str, object]]:
    """Attention grows with the root of the mean share in security and economy."""
    here = shares[(shares.start == start) & shares.domain.isin(["security", "economy"])]
    mean = here.groupby("option")["share"].mean().reindex(list(POWERS))
    note = "0.15 + 0.60 root of the mean starting share in security and economy over the largest"
    return [
        _row(
            start, power, "attention", 0.15 + 0.60 * math.sqrt(mean[power] / mean.max()),
            note=note, source="derived;assumption", confidence="assumption",
        )
        for power in POWERS
    ]  # fmt: skip


def _points(start: str, known: Mapping[str, Figures]) -> list[dict[str, object]]:
    points, _ = points_at(known, start)
    west = sum(points[p] for p in WEST) / len(WEST)
    east = sum(points[p] for p in EAST) / len(EAST)
    source = "recall" if start == STARTS[0] else "bailey2017"
    rows = []
    for power in POWERS:
        bloc = math.tanh(points[power] - (west + east) / 2)
        note = "tanh of the ideal point less the midpoint of (USA, EU) and (RUS, CHN)"
        rows.append(_row(start, power, "bloc", bloc, unit="-1..1", note=note, source=source, confidence="proxy"))
        solidarity = 1 / (1 + math.exp(points[power]))
        note = "logistic of the negative ideal point"
        rows.append(_row(start, power, "solidarity", solidarity, note=note, source=source, confidence="proxy"))
    return rows


def _masses(start: str, sizes: pd.DataFrame) -> list[dict[str, object]]:
    """Root of size over the largest, and half the log growth per quarter over the five years before."""
    rows = []
    for domain in DOMAINS:
        measures = MEASURES[domain]
        mass = sum((_relative(sizes, start, m) for m in measures), start=pd.Series(0.0, list(POWERS))) / len(measures)
        trend = _trend(sizes, start, measures[0])
        source = "recall" if start == STARTS[0] else "sipri_milex" if domain == "security" else "wdi"
        note = f"root of {' and '.join(measures)} over the largest, last full year"
        for power in POWERS:
            rows.append(_row(start, power, f"mass_{domain}", mass[power], note=note, source=source, confidence="proxy"))
            text = f"half the log growth of {measures[0]} over the years carried of the five before the start"
            extra = {
                "unit": "log/quarter",
                "note": text,
                "source": source if start != STARTS[0] else "assumption",
            }
            confidence = "proxy" if start != STARTS[0] else "assumption"
            rows.append(_row(start, power, f"trend_{domain}", trend[power], confidence=confidence, **extra))
    return rows


def _relative(sizes: pd.DataFrame, start: str, measure: str) -> pd.Series:
    last = _last(sizes, start, measure)
    return (last / last.max()) ** 0.5


def _trend(sizes: pd.DataFrame, start: str, measure: str) -> pd.Series:
    year = Period.parse(start).year
    table = sizes[(sizes.measure == measure) & sizes.year.astype(int).between(year - 6, year - 1)]
    table = table[table.entity.isin(POWERS)].sort_values("year")
    if table.year.nunique() < 2:
        return pd.Series(0.0, list(POWERS))
    first, last = table.groupby("entity").first(), table.groupby("entity").last()
    quarters = 4 * (last.year.astype(int) - first.year.astype(int))
    growth = (last["value"] / first["value"]).map(math.log) / quarters
    return (0.5 * growth).reindex(list(POWERS))
