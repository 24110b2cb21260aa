"""What countries weigh in their region at a start, what they trade, and what their rulers left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from databuild.codes import COUNTRIES, WORLD, rounded
from databuild.raw import RawData
from databuild.yearly_sizes import YearlySizes

_FIVE = COUNTRIES[:5]
_PANEL = (2000, 2020)
"""First and last year of the panel of trade."""
Row = dict[str, object]


def build_regional_attributes(raw: RawData, years: tuple[int, ...], decisions: pd.DataFrame) -> pd.DataFrame:
    """Regional weight, turnover of goods and bodies left, of every country in the last full year before each start."""
    sizes = YearlySizes.of(raw)
    panel = raw.figures("trade_panel")
    world = panel[panel["partner"] == WORLD].set_index(["state", "year"])["total_usd_mn"]
    rows: list[Row] = []
    for year in years:
        for country in COUNTRIES:
            cells = {"country": country, "date": str(year)}
            of_year = (*_weight(country, year, sizes), *_turnover(country, year, world))
            rows += [cells | row for row in (*of_year, *_left(country, year, decisions))]
    return pd.DataFrame(rows)


def _row(attribute: str, value: float, **cells: str) -> Row:
    return {"attribute": attribute, "value": value, **cells}


def _weight(country: str, year: int, sizes: YearlySizes) -> Iterator[Row]:
    """Weight among the five; of the sixth among the six."""
    weight = sizes.weights(_FIVE if country in _FIVE else COUNTRIES, year)[country]
    note = "root of the share in GDP times the share in population, of the five (Azerbaijan: of the six)"
    yield _row("regional_weight", weight, unit="0-1", note=note, source="wdi;recall", confidence="proxy")


def _turnover(country: str, year: int, world: pd.Series) -> Iterator[Row]:
    """Exports and imports of goods in the nearest year of the panel."""
    known = min(max(year, _PANEL[0]), _PANEL[1])
    note = "exports and imports of goods" + ("" if known == year else f" of {known}")
    turnover = rounded(float(world[country, known]) / 1000.0)
    yield _row("turnover", turnover, unit="USD bn", note=note, source="baci_as", confidence="proxy")


def _left(country: str, year: int, decisions: pd.DataFrame) -> Iterator[Row]:
    """Bodies that the ruler of the last decision before the start had left."""
    past = decisions[(decisions["country"] == country) & (decisions["date"] <= f"{year}-12-31")].sort_values("date")
    left = past[(past["kind"] == "leave") & (past["outcome"] == 0)]
    number = float((left["ruler"] == past["ruler"].iloc[-1]).sum()) if len(past) else 0.0
    note = "formal bodies that the ruler of the start had left"
    yield _row("bodies_left", number, unit="bodies", note=note, source="recall", confidence="recall")
