"""Codes of countries, powers, domains and starts, and small helpers for cells."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

COUNTRIES = ("KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE")
POWERS = ("RUS", "CHN", "EU", "USA", "TUR", "GCC", "IRN", "IND")
DOMAINS = ("security", "economy", "energy", "transport", "identity")
REGION, OTHER, WORLD = "region", "other", "WORLD"
OPTIONS = (*POWERS, REGION, OTHER)
STARTS = ("1994Q1", "2015Q1", "2021Q1")
GCC_MEMBERS = ("SAU", "ARE", "QAT", "KWT", "BHR", "OMN")
EU_MEMBERS = (
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN", "IRL",
    "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE",
)  # fmt: skip
GROUPS = {"C5": ";".join(COUNTRIES[:5]), "C6": ";".join(COUNTRIES), "ALL_POWERS": ";".join(POWERS)}
"""Abbreviations that the choices use for lists of codes."""


DIGITS = 12
"""Decimals of a share on file: ten rounded shares still sum to 1 within 1e-9."""


def power_of(code: str) -> str:
    """The power that a partner code counts as, or the code itself."""
    if code in EU_MEMBERS or code == "EU27":
        return "EU"
    return "GCC" if code in GCC_MEMBERS else code


def option_of(code: str) -> str:
    """The option that a partner code counts as: a power, `region` for any of the six, or `other`."""
    if code in COUNTRIES:
        return REGION
    return power_of(code) if power_of(code) in POWERS else OTHER


def rounded(value: float, digits: int = 6) -> float:
    """Round, so that two builds write the same bytes."""
    return round(float(value), digits) + 0.0


def lift_to_floor(share: np.ndarray, floor: float) -> np.ndarray:
    """Lift small shares to the floor and take it from the others in proportion; sums to 1."""
    low = share < floor
    while True:
        scale = (1.0 - floor * low.sum()) / share[~low].sum()
        scaled = np.where(low, floor, share * scale)
        below = (scaled < floor) & ~low
        if not below.any():
            return scaled
        low = low | below


def iso_date(text: str) -> str:
    """First ISO date in a text (`2007 (recall)` gives `2007`); empty if there is none."""
    match = re.search(r"\d{4}(?:-\d{2}(?!\d)(?:-\d{2}(?!\d))?)?", text)
    return match.group() if match else ""


def dated_by_year(table: pd.DataFrame) -> pd.DataFrame:
    """Add `date`, the year as text."""
    years = table["year"].astype(int)
    return table.assign(year=years, date=years.astype(str))
