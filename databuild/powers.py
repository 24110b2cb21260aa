"""Attributes of the powers at a start, by written rules."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from databuild.codes import POWERS, rounded
from databuild.known import Known

_MEASURES = {
    "security": ("military_expenditure",), "economy": ("gdp",), "energy": ("gdp",), "transport": ("gdp",),
    "identity": ("gdp", "population"),
}  # fmt: skip
_WEST, _EAST = ("USA", "EU"), ("RUS", "CHN")
_MEMORY_YEARS = 10
Row = dict[str, object]


def build_power_attributes(known: Known, shares: pd.DataFrame) -> pd.DataFrame:
    """All attributes of all powers; shares: the starting shares of the same start."""
    rows = [*_attention(shares), *_points(known), *_masses(known)]
    table = pd.DataFrame(rows).fillna({"unit": "0-1"}).assign(date=str(known.year - 1))
    if not known.has_figures:
        table = table.assign(confidence=table["confidence"].replace("proxy", "recall"))
    return table.sort_values(["power", "attribute"], kind="stable")


def _row(power: str, attribute: str, value: float, **cells: str) -> Row:
    return {"power": power, "attribute": attribute, "value": rounded(value), **cells}


def _last(known: Known, measure: str) -> pd.Series:
    """Last figure of every power before the year of the start."""
    table = known.tables["sizes"]
    table = table[(table["measure"] == measure) & (table["year"] < known.year)].sort_values("year")
    return table.groupby("entity")["value"].last().reindex(list(POWERS))


def _attention(shares: pd.DataFrame) -> Iterator[Row]:
    """Attention grows with the root of the mean share in security and economy."""
    mean = shares[shares["domain"].isin(["security", "economy"])].groupby("option")["share"].mean()
    largest = mean[list(POWERS)].max()
    note = "0.15 + 0.60 root of the mean starting share in security and economy over the largest"
    for power in POWERS:
        value = 0.15 + 0.60 * math.sqrt(mean[power] / largest)
        yield _row(power, "attention", value, note=note, source="derived;assumption", confidence="assumption")


def _points(known: Known) -> Iterator[Row]:
    points, _ = known.points
    west, east = (sum(points[p] for p in bloc) / len(bloc) for bloc in (_WEST, _EAST))
    cells = {"source": known.source_of_points, "confidence": "proxy"}
    for power in POWERS:
        note = "tanh of the ideal point less the midpoint of (USA, EU) and (RUS, CHN)"
        yield _row(power, "bloc", math.tanh(points[power] - (west + east) / 2), unit="-1..1", note=note, **cells)
        note = "logistic of the negative ideal point"
        yield _row(power, "solidarity", 1 / (1 + math.exp(points[power])), note=note, **cells)


def _source_of(domain: str) -> str:
    return "sipri_milex" if domain == "security" else "wdi"


def _masses(known: Known) -> Iterator[Row]:
    """Root of size over the largest; the mean of several measures."""
    for domain, measures in _MEASURES.items():
        last = [_last(known, measure) for measure in measures]
        mass = sum(((sizes / sizes.max()) ** 0.5 for sizes in last), start=pd.Series(0.0, list(POWERS))) / len(last)
        note = f"root of {' and '.join(measures)} over the largest, last full year"
        source = _source_of(domain) if known.has_figures else "recall"
        for power in POWERS:
            yield _row(power, f"mass_{domain}", mass[power], note=note, source=source, confidence="proxy")
