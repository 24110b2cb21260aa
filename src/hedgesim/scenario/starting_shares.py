"""Starting shares: how figures, prior and written weights become the share of every option."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.model.period import Period
from hedgesim.scenario.evidence import Evidence, gather
from hedgesim.scenario.figures import Figures
from hedgesim.scenario.gravity import gravity_prior

COLUMNS = (
    "start", "country", "domain", "option", "share", "evidence", "prior", "hollow", "basis", "unit", "date",
    "source", "confidence",
)  # fmt: skip
DIGITS = 12
"""Decimals of a share on file: ten rounded shares still sum to 1 within 1e-9."""


@dataclass(frozen=True)
class Row:
    """The shares of one country in one domain; arrays over options."""

    share: np.ndarray
    evidence: np.ndarray
    prior: np.ndarray


def starting_shares(tables: Mapping[str, pd.DataFrame], mapping: Mapping[str, Any], *, start: str) -> pd.DataFrame:
    """Share of every country, domain and option at a start, with its evidence, source and date.

    tables: axes, observations, dyads, sizes, flags, memberships, formats, country_attributes.
    mapping: the content of mapping.yaml. start: a quarter such as `2022Q1`.
    """
    figures = Figures.at(tables, mapping, start=Period.parse(start))
    rows: list[dict[str, object]] = []
    for country in figures.countries:
        for domain in figures.domains:
            prior = gravity_prior(figures, country, domain=domain)
            evidence = [] if start in mapping["prior_only"] else gather(figures, country, domain=domain, prior=prior)
            rows += _described(
                figures,
                (start, country, domain),
                row=blend(evidence, prior, mapping=mapping),
                evidence=evidence,
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def blend(evidence: list[Evidence], prior: np.ndarray, *, mapping: Mapping[str, Any]) -> Row:
    """Weigh what was observed against the prior, floor and normalise.

    evidence: observations with their weights n, over options. prior: over options, sums to 1.
    """
    weight = np.zeros_like(prior)
    total = mapping["prior_weight"] * prior
    for item in evidence:
        weight = weight + item.n
        total = total + item.n * np.where(item.n > 0.0, item.observed, 0.0)
    raw = total / (weight + mapping["prior_weight"])
    return Row(floored(raw / raw.sum(), mapping["floor"]), weight, prior)


def floored(share: np.ndarray, floor: float) -> np.ndarray:
    """Lift small shares to the floor and take it from the others in proportion; sums to 1."""
    low = share < floor
    while True:
        scale = (1.0 - floor * low.sum()) / share[~low].sum()
        scaled = np.where(low, floor, share * scale)
        below = (scaled < floor) & ~low
        if not below.any():
            return scaled
        low = low | below


def count_assumptions(shares: pd.DataFrame) -> pd.DataFrame:
    """Per start and domain: cells, hollow cells, and cells that rest on recall or on the prior alone."""
    assumed = shares["confidence"].isin(["recall", "assumption"])
    flagged = shares.assign(assumptions=assumed.astype(int), hollow=shares["hollow"].astype(int))
    grouped = flagged.groupby(["start", "domain"], sort=False)
    counts = grouped.agg(
        cells=("option", "size"), hollow=("hollow", "sum"), assumptions=("assumptions", "sum")
    ).reset_index()
    return counts.assign(share_of_assumptions=counts["assumptions"] / counts["cells"])


def _described(
    figures: Figures, cell: tuple[str, str, str], *, row: Row, evidence: list[Evidence]
) -> list[dict[str, object]]:
    """Rows of the table for one country and domain."""
    start, country, domain = cell
    rows: list[dict[str, object]] = []
    for place, option in enumerate(figures.options):
        used = [item for item in evidence if item.n[place] > 0.0]
        n = float(row.evidence[place])
        rows.append(
            {
                "start": start,
                "country": country,
                "domain": domain,
                "option": option,
                "share": round(float(row.share[place]), DIGITS),
                "evidence": n,
                "prior": round(float(row.prior[place]), DIGITS),
                "hollow": int(n < figures.mapping["prior_weight"]),
                "basis": _basis(used, place),
                "unit": "share of domain",
                "date": max((item.date for item in used), default=""),
                "source": _sources(used),
                "confidence": _confidence(used, place),
            }
        )
    return rows


def _basis(used: list[Evidence], place: int) -> str:
    parts = [f"{item.basis} (n={item.n[place]:g})" for item in used]
    return "; ".join(parts) if parts else "prior only"


def _sources(used: list[Evidence]) -> str:
    keys = [key for item in used for key in item.source.split(";")]
    return ";".join(dict.fromkeys(keys)) or "assumption"


def _confidence(used: list[Evidence], place: int) -> str:
    """The best confidence among the evidence of the cell; the prior alone is an assumption."""
    found = {item.confidence_of(place) for item in used}
    for confidence in ("seen", "proxy", "recall"):
        if confidence in found:
            return confidence
    return "assumption"
