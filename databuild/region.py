"""What countries weigh in their region at a start, what they trade, and what their rulers left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from databuild.codes import COUNTRIES, WORLD, rounded
from databuild.raw import RawData
from databuild.yearly_sizes import YearlySizes

_FIVE = COUNTRIES[:5]
Row = dict[str, object]


def build_regional_attributes(raw: RawData, years: tuple[int, ...], decisions: pd.DataFrame) -> pd.DataFrame:
    """Regional weight, turnover of goods and bodies left, of every country in the last full year before each start."""
    sizes = YearlySizes.of(raw)
    panel = raw.figures("trade_panel")
    world = panel[panel["partner"] == WORLD].set_index(["state", "year"])["total_usd_mn"]
    rows = [
        row for year in years for country in COUNTRIES for row in _of_country(country, year, sizes, world, decisions)
    ]
    return pd.DataFrame(rows)


def _of_country(
    country: str, year: int, sizes: YearlySizes, world: pd.Series, decisions: pd.DataFrame
) -> Iterator[Row]:
    weight = sizes.weights(_FIVE if country in _FIVE else COUNTRIES, year)[country]
    cells = {"country": country, "date": str(year)}
    note = "root of the share in GDP times the share in population, of the five (Azerbaijan: of the six)"
    yield {
        **cells,
        "attribute": "regional_weight",
        "value": weight,
        "unit": "0-1",
        "note": note,
        "source": "wdi;recall",
        "confidence": "proxy",
    }
    known = max(2000, min(2020, year))
    note = "exports and imports of goods" if known == year else f"exports and imports of goods of {known}"
    turnover = rounded(float(world[country, known]) / 1000.0)
    yield {
        **cells,
        "attribute": "turnover",
        "value": turnover,
        "unit": "USD bn",
        "note": note,
        "source": "baci_as",
        "confidence": "proxy",
    }
    past = decisions[(decisions["country"] == country) & (decisions["date"] <= f"{year}-12-31")]
    left = past.loc[(past["kind"] == "leave") & (past["outcome"] == 0)]
    own = float((left["ruler"] == _ruler(past)).sum()) if len(past) else 0.0
    note = "formal bodies that the ruler of the start had left"
    yield {
        **cells,
        "attribute": "bodies_left",
        "value": own,
        "unit": "bodies",
        "note": note,
        "source": "recall",
        "confidence": "recall",
    }


def _ruler(past: pd.DataFrame) -> str:
    """The ruler at the last decision before the start."""
    return str(past.sort_values("date")["ruler"].iloc[-1])
