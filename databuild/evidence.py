"""Evidence for starting shares: methods that turn figures into compositions with a weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from databuild.codes import OPTIONS, OTHER, POWERS, REGION, WORLD, option_of
from databuild.known import Known, last_year, others

_WEAKER = {"full_year": "proxy", "proxy": "recall", "recall": "recall"}
_CONFIDENCES = ("seen", "proxy", "recall", "assumption")


@dataclass(frozen=True)
class Evidence:
    """One observation of a country in a domain; arrays with axes (option,). Where n is 0 nothing is said."""

    indicator: str
    observed: np.ndarray
    n: np.ndarray
    basis: str
    date: str
    source: str
    confidence: str
    full_weight: float

    def confidence_of(self, place: int) -> str:
        """Confidence for one option; a cell below the weight of a full year is a proxy at best."""
        weaker = self.confidence == "seen" and self.n[place] < self.full_weight
        return "proxy" if weaker else self.confidence


@dataclass(frozen=True)
class Question:
    """What one entry of choices/starting_shares.yaml asks of one country; prior: axes (option,)."""

    known: Known
    country: str
    entry: Mapping[str, Any]
    prior: np.ndarray

    @property
    def indicator(self) -> str:
        """Indicator that the entry names."""
        return str(self.entry["indicator"])

    def figures(self) -> pd.DataFrame:
        """Observations of the indicator, of all years that are visible."""
        return self.known.observed(self.indicator, self.country)

    def figures_of_last_year(self) -> pd.DataFrame:
        """Observations of the last year that ended before the start."""
        table = self.figures()
        return last_year(table[table["year"] < self.known.year])

    def weight(self, name: str, table: pd.DataFrame | None = None) -> float:
        """Weight n by name; figures that are old at the start fall one class."""
        blend = self.known.blend
        if table is not None and table["year"].max() < self.known.year - blend["stale_after_years"]:
            name = _WEAKER[name]
        return float(blend["weights"][name])

    def evidence(self, observed: np.ndarray, n: np.ndarray, table: pd.DataFrame, *, basis: str = "") -> Evidence:
        """Evidence with date, sources and worst confidence of the rows behind it."""
        return Evidence(
            indicator=self.indicator,
            observed=observed,
            n=n,
            basis=basis or self.indicator,
            date=max(table["date"]),
            source=_joined(table["source"]),
            confidence=max(table["confidence"], key=_CONFIDENCES.index),
            full_weight=self.weight("full_year"),
        )


def gather_evidence(known: Known, country: str, *, domain: str, prior: np.ndarray) -> list[Evidence]:
    """All evidence of a country in a domain, in the order of choices/starting_shares.yaml."""
    found: list[Evidence] = []
    for entry in known.blend["domains"][domain]:
        barred = {item.indicator for item in found} & set(entry.get("unless", []))
        lacks = "only" in entry and not known.attributes.get((country, entry["only"]), 0.0)
        if barred or lacks:
            continue
        item = METHODS[entry["method"]](Question(known, country, entry, prior))
        if item is not None:
            found.append(item)
    return found


def _joined(sources: pd.Series | list[str]) -> str:
    return ";".join(dict.fromkeys(key for text in sources for key in text.split(";")))


def _values(table: pd.DataFrame) -> dict[str, float]:
    return dict(zip(table["partner"], table["value"].astype(float), strict=True))


def _among(options: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Values by option and which options have one, axes (option,)."""
    return np.array([options.get(o, 0.0) for o in OPTIONS]), np.array([o in options for o in OPTIONS])


def _chain(ask: Question) -> Evidence | None:
    """The first basis that has the country, with the change since then where one basis measured it."""
    for step in ask.entry["bases"]:
        asked = replace(ask, entry={**ask.entry, **step})
        table = asked.figures()
        table = table[table["basis"] == step["basis"]]
        past = table[table["year"] < ask.known.year]
        table = last_year(past) if len(past) else table[table["year"] == table["year"].min()]
        label = f"{ask.indicator} {step['basis']}"
        item = _composition(asked, table, weight=step["weight"], label=label, unlisted_is_zero=False)
        if item is not None:
            return _updated(asked, item) if "change" in step else item
    return None


def _latest(ask: Question) -> Evidence | None:
    return _composition(ask, ask.figures_of_last_year(), weight=ask.entry["weight"])


def _composition(
    ask: Question, table: pd.DataFrame, *, weight: str, label: str = "", unlisted_is_zero: bool = True
) -> Evidence | None:
    """Shares of options in the rows of one country; what the options leave of the total goes to `other`."""
    total = table["partner"] == WORLD
    amounts = dict.fromkeys(OPTIONS, 0.0)
    listed = {OTHER}
    for partner, value in zip(table.loc[~total, "partner"], table.loc[~total, "value"], strict=True):
        amounts[option_of(partner)] += float(value)
        listed.add(option_of(partner))
    whole = float(table.loc[total, "value"].sum()) if total.any() else sum(amounts.values())
    if whole <= 0.0:
        return None
    amounts[OTHER] = max(0.0, whole - sum(amounts[option] for option in OPTIONS if option != OTHER))
    observed, _ = _among(amounts)
    says = np.array([unlisted_is_zero or option in listed for option in OPTIONS])
    basis = f"{label or ask.indicator} {int(table['year'].max())}"
    return ask.evidence(observed / whole, np.where(says, ask.weight(weight, table), 0.0), table, basis=basis)


def _updated(ask: Question, item: Evidence) -> Evidence:
    """Extrapolate single cells by the ratio of two years that one basis lists on both sides."""
    ratios, table = _ratios(ask)
    if not ratios:
        return item
    factors, known = _among(ratios)
    moved = item.observed * np.where(known, factors, 1.0)
    rest = item.observed[~known].sum()
    scale = (1.0 - moved[known].sum()) / rest if rest > 0.0 else 1.0
    return replace(
        item,
        observed=np.where(known, moved, moved * scale),
        n=np.where(known, item.full_weight, item.n),
        basis=f"{item.basis} with change to {int(table['year'].max())} ({ask.entry['change']})",
        date=max(table["date"]),
        source=_joined([item.source, *table["source"]]),
    )


def _ratios(ask: Question) -> tuple[dict[str, float], pd.DataFrame]:
    """Last over first share per option, for partners that the basis lists on both sides in both years."""
    table = ask.figures()
    table = table[(table["basis"] == ask.entry["change"]) & (table["year"] < ask.known.year)]
    totals = table[table["partner"] == WORLD].set_index("year")["value"]
    ratios = {}
    for power in POWERS:
        rows = table[table["partner"] == power].sort_values("year")
        if len(rows) > 1:
            shares = rows["value"].to_numpy() / rows["year"].map(totals).to_numpy()
            ratios[power] = float(shares[-1] / shares[0])
    return ratios, table


def _votes(ask: Question) -> Evidence | None:
    """Likeness exp(-distance/scale) of ideal points."""
    points, year = ask.known.points
    if ask.country not in points:
        return None
    scale, own = ask.known.blend["votes"]["distance_scale"], points[ask.country]
    likeness = {entity: float(np.exp(-abs(point - own) / scale)) for entity, point in points.items()}
    rows = ask.figures_of_last_year()
    item = _likeness(ask, likeness, rows)
    return item and replace(item, basis=f"{ask.indicator} {year}", confidence="proxy")


def _kinship(ask: Question) -> Evidence | None:
    """Weighted points of likeness in language and religion."""
    weights, pairs = ask.known.blend["kinship"], ask.known.pairs
    likeness = {
        partner: sum(weight * pairs[(ask.country, partner, name)] for name, weight in weights.items())
        for partner in (*POWERS, *others(ask.country))
    }
    return _likeness(ask, likeness, pd.DataFrame({"source": ["recall"], "confidence": ["recall"], "date": [""]}))


def _likeness(ask: Question, likeness: Mapping[str, float], table: pd.DataFrame) -> Evidence | None:
    """Likeness as a composition of powers and region (mean of the others); `other` has no weight."""
    region = float(np.mean([likeness[name] for name in others(ask.country) if name in likeness]))
    raw, _ = _among({**likeness, REGION: region})
    if raw.sum() == 0.0:
        return None
    observed = raw / raw.sum() * (1.0 - ask.known.blend["prior"]["other"])
    says = np.array([option != OTHER for option in OPTIONS])
    return ask.evidence(observed, np.where(says, ask.weight(ask.entry["weight"]), 0.0), table)


def _poll(ask: Question) -> Evidence | None:
    """Answers on several powers split among them the prior mass of these powers."""
    table = ask.figures_of_last_year()
    raw, known = _among(_values(table))
    if known.sum() < 2:
        return None
    item = _of_known(ask, raw / raw.sum() * ask.prior[known].sum(), known, table)
    return replace(item, confidence="proxy")


def _exposure(ask: Question) -> Evidence | None:
    """The figure itself is the share of one option."""
    table = ask.figures_of_last_year()
    if table.empty:
        return None
    raw, known = _among(_values(table))
    return _of_known(ask, np.minimum(1.0, raw), known, table)


def _of_known(ask: Question, observed: np.ndarray, known: np.ndarray, table: pd.DataFrame) -> Evidence:
    """Evidence on some options; known: axes (option,)."""
    n = np.where(known, ask.weight(ask.entry["weight"], table), 0.0)
    return ask.evidence(observed, n, table, basis=f"{ask.indicator} {int(table['year'].max())}")


METHODS: dict[str, Callable[[Question], Evidence | None]] = {
    "chain": _chain,
    "latest": _latest,
    "votes": _votes,
    "kinship": _kinship,
    "poll": _poll,
    "exposure": _exposure,
}
"""Methods that choices/starting_shares.yaml may name."""
