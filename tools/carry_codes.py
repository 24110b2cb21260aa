"""Codes of the facts and what they are in the model."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

COUNTRIES = ("KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE")
FIVE = COUNTRIES[:5]
POWERS = ("RUS", "CHN", "EU", "USA", "TUR", "GCC", "IRN", "IND")
DOMAINS = ("security", "economy", "energy", "transport", "identity")
STARTS = ("1994Q1", "2015Q1", "2021Q1")
GCC_MEMBERS = ("SAU", "ARE", "QAT", "KWT", "BHR", "OMN")
EU_MEMBERS = (
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN", "IRL",
    "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE",
)  # fmt: skip
GROUPS = {"C5": ";".join(FIVE), "C6": ";".join(COUNTRIES), "ALL_POWERS": ";".join(POWERS)}
JUDGEMENTS = Path(__file__).parent / "judgements"


def judgement(name: str) -> pd.DataFrame:
    """Read a hand-written table of our own choices; all text."""
    return pd.read_csv(JUDGEMENTS / f"{name}.csv", dtype=str, keep_default_na=False)


def iso(text: str) -> str:
    """First ISO date in a text (`2007 (recall)` → `2007`), empty if none."""
    match = re.search(r"\d{4}(?:-\d{2}(?!\d)(?:-\d{2}(?!\d))?)?", text)
    return match.group() if match else ""


def fact(folder: Path, name: str) -> pd.DataFrame:
    """Read a facts table; all text, empty cells empty."""
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


def numeric_fact(folder: Path, name: str) -> pd.DataFrame:
    """Read a facts table with its numbers as numbers."""
    table = pd.read_csv(folder / f"{name}.csv", keep_default_na=True)
    for column in ("note", "source", "basis"):
        if column in table:
            table[column] = table[column].fillna("")
    return table


def power_of(code: str) -> str:
    """The power that a partner code counts as, else the code itself."""
    if code in EU_MEMBERS or code == "EU27":
        return "EU"
    return "GCC" if code in GCC_MEMBERS else code


def number(value: float, digits: int = 6) -> float:
    """Round so that two runs write the same bytes."""
    return round(float(value), digits) + 0.0
