"""Attributes of the powers at a start, by written rules."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from databuild.codes import POWERS, rounded
from databuild.known import Known

Row = dict[str, object]


def build_power_attributes(known: Known, shares: pd.DataFrame) -> pd.DataFrame:
    """All attributes of all powers; shares: the starting shares of the same start."""
    rows = [*_attention(shares), *_points(known), *_mass(known)]
    table = pd.DataFrame(rows).assign(unit="0-1", date=str(known.year - 1))
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
    """Worth as a protector of governments, from votes."""
    points, _ = known.points
    note = "logistic of the negative ideal point"
    for power in POWERS:
        value = 1 / (1 + math.exp(points[power]))
        yield _row(power, "solidarity", value, note=note, source=known.source_of_points, confidence="proxy")


def _mass(known: Known) -> Iterator[Row]:
    """Root of military expenditure over the largest, last full year."""
    spent = _last(known, "military_expenditure")
    note = "root of military_expenditure over the largest, last full year"
    source = "sipri_milex" if known.has_figures else "recall"
    for power in POWERS:
        value = (spent[power] / spent.max()) ** 0.5
        yield _row(power, "mass_security", value, note=note, source=source, confidence="proxy")
