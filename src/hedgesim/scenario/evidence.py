"""Evidence for starting shares: methods that turn figures into compositions with a weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.scenario.figures import OTHER, REGION, Figures

WINDOW_YEARS = 5
_WEAKER = {"full_year": "proxy", "proxy": "recall", "recall": "recall"}
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """One observation of a country in a domain; arrays over options. Where n is 0 nothing is said."""

    indicator: str
    observed: np.ndarray
    n: np.ndarray
    basis: str
    date: str
    source: str
    confidence: str
    full: float = np.inf

    def confidence_of(self, place: int) -> str:
        """Confidence for one option; a cell below the weight of a full year is a proxy at best."""
        weaker = self.confidence == "seen" and self.n[place] < self.full
        return "proxy" if weaker else self.confidence


def gather(figures: Figures, country: str, *, domain: str, prior: np.ndarray) -> list[Evidence]:
    """All evidence of a country in a domain, in the order of mapping.yaml."""
    found: list[Evidence] = []
    for entry in figures.mapping["domains"][domain]:
        have = {item.indicator for item in found}
        barred = have & set(entry.get("unless", []))
        lacks = "only" in entry and not figures.attributes.get((country, entry["only"]), 0.0)
        if barred or lacks:
            continue
        item = METHODS[entry["method"]](figures, country, entry=entry, prior=prior)
        if item is not None:
            found.append(replace(item, full=float(figures.mapping["weights"]["full_year"])))
    return found


def _chain(figures: Figures, country: str, *, entry: Entry, prior: np.ndarray) -> Evidence | None:
    """The first basis that has the country, with the change since then where one basis measured it."""
    for step in entry["bases"]:
        table = figures.indicator(country, entry["indicator"])
        table = table[table["basis"] == step["basis"]]
        item = _composition(figures, country, entry={**entry, **step}, table=_last_year(figures, table))
        if item is not None:
            return _updated(figures, country, entry={**entry, **step}, item=item)
    return None


def _last_year(figures: Figures, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the last year: before the start, or the start's own year where a table has only that one."""
    years = table["year"].astype(int)
    past = table[years < figures.start.year]
    table = past if len(past) else table[years == years.min()]
    return table[table["year"].astype(int) == table["year"].astype(int).max()]


def _latest(figures: Figures, country: str, *, entry: Entry, prior: np.ndarray) -> Evidence | None:
    table = figures.indicator(country, entry["indicator"])
    table = table[table["year"].astype(int) < figures.start.year]
    return _composition(figures, country, entry=entry, table=_last_year(figures, table))


def _window(figures: Figures, country: str, *, entry: Entry, prior: np.ndarray) -> Evidence | None:
    """Sum over the five years before the start; the weight follows the volume."""
    table = figures.indicator(country, entry["indicator"])
    years = table["year"].astype(int)
    last = figures.start.year
    table = table[(years >= last - WINDOW_YEARS) & (years < last)]
    volume = float(table["value"].sum())
    if volume <= 0.0:
        return None
    weight = next(name for least, name in sorted(entry["volumes"].items(), reverse=True) if volume >= least)
    item = _composition(figures, country, entry={**entry, "weight": weight}, table=table)
    label = f"{entry['indicator']} {last - WINDOW_YEARS}-{last - 1}"
    return item and replace(item, basis=label)


def _composition(figures: Figures, country: str, *, entry: Entry, table: pd.DataFrame) -> Evidence | None:
    """Shares of options in the rows of one country; what the options leave of the total goes to `other`."""
    if table.empty:
        return None
    total_rows = table["partner"] == figures.mapping["total"]
    amounts = dict.fromkeys(figures.options, 0.0)
    listed = set()
    for partner, value in zip(table.loc[~total_rows, "partner"], table.loc[~total_rows, "value"], strict=True):
        option = figures.option_of(country, partner)
        amounts[option] += float(value)
        listed.add(option)
    whole = float(table.loc[total_rows, "value"].sum()) if total_rows.any() else sum(amounts.values())
    if whole <= 0.0:
        return None
    amounts[OTHER] = max(0.0, whole - sum(amounts[option] for option in figures.options if option != OTHER))
    year = int(table["year"].astype(int).max())
    n = _weight(figures, entry["weight"], year=year)
    observed = np.array([amounts[option] for option in figures.options]) / whole
    missing = _unlisted(figures, entry, listed=listed)
    item = _evidence(entry, observed, n=np.where(missing, 0.0, n), table=table)
    return replace(item, basis=f"{_label(entry)} {year}")


def _unlisted(figures: Figures, entry: Entry, *, listed: set[str]) -> np.ndarray:
    """Options of which a trade table says nothing; in all other tables what is not listed is zero."""
    if entry["method"] != "chain":
        return np.zeros(len(figures.options), dtype=bool)
    return np.array([option not in listed and option != OTHER for option in figures.options])


def _label(entry: Entry) -> str:
    return f"{entry['indicator']} {entry['basis']}" if "basis" in entry else str(entry["indicator"])


def _weight(figures: Figures, name: str, *, year: int) -> float:
    """Weight n of a figure of a year; an old one falls one class."""
    old = year < figures.start.year - figures.mapping["stale_after_years"]
    return float(figures.mapping["weights"][_WEAKER[name] if old else name])


def _evidence(entry: Entry, observed: np.ndarray, *, n: np.ndarray, table: pd.DataFrame) -> Evidence:
    sources = dict.fromkeys(key for text in table["source"] for key in text.split(";"))
    order = ["seen", "proxy", "recall", "assumption"]
    worst = max(table["confidence"], key=order.index)
    return Evidence(
        indicator=str(entry["indicator"]),
        observed=observed,
        n=n,
        basis=str(entry["indicator"]),
        date=max(table["date"]),
        source=";".join(sources),
        confidence=worst,
    )


def _updated(figures: Figures, country: str, *, entry: Entry, item: Evidence) -> Evidence:
    """Carry single cells forward by the ratio of two years that one basis lists on both sides."""
    if "change" not in entry:
        return item
    ratios, table = _ratios(figures, country, entry=entry)
    if not ratios:
        return item
    known = np.array([option in ratios for option in figures.options])
    moved = item.observed * np.array([ratios.get(option, 1.0) for option in figures.options])
    rest = item.observed[~known].sum()
    scale = (1.0 - moved[known].sum()) / rest if rest > 0.0 else 1.0
    observed = np.where(known, moved, moved * scale)
    n = np.where(known, float(figures.mapping["weights"]["full_year"]), item.n)
    sources = dict.fromkeys([*item.source.split(";"), *table["source"]])
    basis = f"{item.basis} with change to {int(table['year'].astype(int).max())} ({entry['change']})"
    return replace(item, observed=observed, n=n, basis=basis, date=max(table["date"]), source=";".join(sources))


def _ratios(figures: Figures, country: str, *, entry: Entry) -> tuple[dict[str, float], pd.DataFrame]:
    """Last over first share per option, for partners that the basis lists on both sides in both years."""
    table = figures.indicator(country, entry["indicator"])
    table = table[(table["basis"] == entry["change"]) & (table["year"].astype(int) < figures.start.year)]
    totals = table[table["partner"] == figures.mapping["total"]].set_index("year")["value"]
    ratios = {}
    for partner in figures.powers:
        rows = table[table["partner"] == partner].sort_values("year")
        if len(rows) > 1:
            shares = rows["value"].to_numpy() / rows["year"].map(totals).to_numpy()
            ratios[partner] = float(shares[-1] / shares[0])
    return ratios, table


def _pact(figures: Figures, country: str, *, entry: Entry, prior: np.ndarray) -> Evidence | None:
    members = figures.members
    table = members[(members["country"] == country) & members["format"].isin(entry["bodies"])]
    return _pointing(figures, entry, targets=table["lead"].tolist(), table=table)


def _flag(figures: Figures, country: str, *, entry: Entry, prior: np.ndarray) -> Evidence | None:
    flags = figures.flags
    table = flags[(flags["country"] == country) & (flags["flag"] == entry["indicator"])]
    return _pointing(figures, entry, targets=table["option"].tolist(), table=table)


def _pointing(figures: Figures, entry: Entry, *, targets: list[str], table: pd.DataFrame) -> Evidence | None:
    """A flag shared equally by the options it points at."""
    hits = np.array([targets.count(option) for option in figures.options], dtype=float)
    if hits.sum() == 0.0:
        return None
    n = np.full(len(figures.options), float(figures.mapping["weights"][entry["weight"]]))
    return _evidence(entry, hits / hits.sum(), n=n, table=table)


def _votes(figures: Figures, country: str, *, entry: Entry, prior: np.ndarray) -> Evidence | None:
    """Likeness exp(-distance/scale) of ideal points; region is the mean likeness of the other countries."""
    table = figures.observations
    table = table[(table["indicator"] == entry["indicator"]) & (table["year"].astype(int) < figures.start.year)]
    table = table[table["year"] == table["year"].max()]
    points = dict(zip(table["state"], table["value"].astype(float), strict=True))
    if country not in points:
        return None
    scale = figures.mapping["votes"]["distance_scale"]
    likeness = {entity: float(np.exp(-abs(point - points[country]) / scale)) for entity, point in points.items()}
    own = table[table["state"] == country]
    item = _likeness(figures, country, entry=entry, likeness=likeness, table=own)
    return item and replace(item, basis=f"{entry['indicator']} {int(own['year'].max())}", confidence="proxy")


def _kinship(figures: Figures, country: str, *, entry: Entry, prior: np.ndarray) -> Evidence | None:
    """Weighted points of likeness in language and religion."""
    points = figures.mapping["kinship"]
    likeness = {
        partner: sum(weight * figures.dyad(country, partner, attribute=name) for name, weight in points.items())
        for partner in (*figures.powers, *figures.countries)
        if partner != country
    }
    row = pd.DataFrame({"source": ["recall"], "confidence": ["recall"], "date": [""]})
    return _likeness(figures, country, entry=entry, likeness=likeness, table=row)


def _likeness(
    figures: Figures, country: str, *, entry: Entry, likeness: Mapping[str, float], table: pd.DataFrame
) -> Evidence | None:
    """Likeness as a composition of powers and region; `other` keeps the prior and gets no weight."""
    others = [likeness[name] for name in figures.countries if name != country and name in likeness]
    by_option = {**likeness, REGION: float(np.mean(others)), OTHER: 0.0}
    raw = np.array([by_option.get(option, 0.0) for option in figures.options])
    if raw.sum() == 0.0:
        return None
    known = np.array([option != OTHER for option in figures.options])
    observed = raw / raw.sum() * (1.0 - figures.mapping["prior"]["other"])
    n = np.where(known, float(figures.mapping["weights"][entry["weight"]]), 0.0)
    return _evidence(entry, observed, n=n, table=table)


def _poll(figures: Figures, country: str, *, entry: Entry, prior: np.ndarray) -> Evidence | None:
    """Answers on several powers split among them the prior mass of these powers."""
    table = figures.indicator(country, entry["indicator"])
    table = _last_year(figures, table[table["year"].astype(int) < figures.start.year])
    answers = dict(zip(table["partner"], table["value"].astype(float), strict=True))
    known = np.array([option in answers for option in figures.options])
    if known.sum() < 2:
        return None
    raw = np.array([answers.get(option, 0.0) for option in figures.options])
    year = int(table["year"].astype(int).max())
    n = np.where(known, _weight(figures, entry["weight"], year=year), 0.0)
    item = _evidence(entry, raw / raw.sum() * prior[known].sum(), n=n, table=table)
    return replace(item, basis=f"{entry['indicator']} {year}", confidence="proxy")


def _exposure(figures: Figures, country: str, *, entry: Entry, prior: np.ndarray) -> Evidence | None:
    """The figure itself is the share of one option."""
    table = figures.indicator(country, entry["indicator"])
    table = _last_year(figures, table[table["year"].astype(int) < figures.start.year])
    if table.empty:
        return None
    shares = dict(zip(table["partner"], table["value"].astype(float), strict=True))
    year = int(table["year"].astype(int).max())
    known = np.array([option in shares for option in figures.options])
    observed = np.array([min(1.0, shares.get(option, 0.0)) for option in figures.options])
    item = _evidence(entry, observed, n=np.where(known, _weight(figures, entry["weight"], year=year), 0.0), table=table)
    return replace(item, basis=f"{entry['indicator']} {year}")


METHODS: dict[str, Callable[..., Evidence | None]] = {
    "chain": _chain,
    "window": _window,
    "latest": _latest,
    "pact": _pact,
    "flag": _flag,
    "votes": _votes,
    "kinship": _kinship,
    "poll": _poll,
    "exposure": _exposure,
}
"""Methods that mapping.yaml may name."""
