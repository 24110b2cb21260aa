"""Starting shares: how figures, prior and written weights become the share of every option."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from databuild.codes import COUNTRIES, DIGITS, DOMAINS, OPTIONS, lift_to_floor, rounded
from databuild.evidence import Evidence, gather_evidence
from databuild.gravity import gravity_prior
from databuild.known import Known
from databuild.security import security_rows


@dataclass(frozen=True)
class Blend:
    """The shares of one country in one domain, axes (option,): share, sum of the weights n of evidence, prior."""

    share: np.ndarray
    evidence: np.ndarray
    prior: np.ndarray


def build_shares(known: Known, *, prior_weight: float) -> pd.DataFrame:
    """Share of every country, domain and option at a start, with its evidence, source and date.

    prior_weight: weight of the prior, in the units of the weights n of evidence.
    """
    rows: list[dict[str, object]] = []
    for country in COUNTRIES:
        for domain in DOMAINS:
            if domain == "security" and known.has_figures:
                found = security_rows(known, country, prior_weight=prior_weight)
            else:
                found = _blended_rows(known, country, domain=domain, prior_weight=prior_weight)
            key = {"country": country, "domain": domain}
            rows += [{**key, "option": option, **cells} for option, cells in zip(OPTIONS, found, strict=True)]
    return pd.DataFrame(rows).assign(unit="share of domain")


def _blended_rows(known: Known, country: str, *, domain: str, prior_weight: float) -> Iterator[dict[str, object]]:
    """Cells of every option where figures and prior are blended."""
    prior = gravity_prior(known, country, domain=domain)
    evidence = gather_evidence(known, country, domain=domain, prior=prior) if known.has_figures else []
    blended = blend(evidence, prior, prior_weight=prior_weight, floor=known.blend["floor"])
    for place in range(len(OPTIONS)):
        yield _cells(blended, evidence, place, prior_weight=prior_weight)


def blend(evidence: list[Evidence], prior: np.ndarray, *, prior_weight: float, floor: float) -> Blend:
    """Weigh what was observed against the prior, lift to the floor and normalise.

    prior: axes (option,), sums to 1. floor: smallest share.
    """
    weight = np.zeros_like(prior)
    total = prior_weight * prior
    for item in evidence:
        weight = weight + item.n
        total = total + item.n * np.where(item.n > 0.0, item.observed, 0.0)
    raw = total / (weight + prior_weight)
    return Blend(lift_to_floor(raw / raw.sum(), floor), weight, prior)


def count_assumptions(shares: pd.DataFrame) -> pd.DataFrame:
    """Per start and domain: cells, prior-dominated cells, and cells that rest on recall or on the prior alone."""
    assumed = shares["confidence"].isin(["recall", "assumption"]).astype(int)
    grouped = shares.assign(assumptions=assumed).groupby(["start", "domain"], sort=False)
    counts = grouped.agg(
        cells=("option", "size"), prior_dominated=("prior_dominated", "sum"), assumptions=("assumptions", "sum")
    )
    return counts.astype(int).assign(share_of_assumptions=counts["assumptions"] / counts["cells"]).reset_index()


def _cells(blended: Blend, evidence: list[Evidence], place: int, *, prior_weight: float) -> dict[str, object]:
    """Numbers and sources of one option."""
    used = [item for item in evidence if item.n[place] > 0.0]
    n = float(blended.evidence[place])
    keys = [key for item in used for key in item.source.split(";")]
    confidences = {item.confidence_of(place) for item in used}
    return {
        "share": rounded(blended.share[place], DIGITS),
        "evidence": n,
        "prior": rounded(blended.prior[place], DIGITS),
        "prior_dominated": int(n < prior_weight),
        "basis": "; ".join(f"{item.basis} (n={item.n[place]:g})" for item in used) or "prior only",
        "date": max((item.date for item in used), default=""),
        "source": ";".join(dict.fromkeys(keys)) or "assumption",
        "confidence": next((c for c in ("seen", "proxy", "recall") if c in confidences), "assumption"),
    }
