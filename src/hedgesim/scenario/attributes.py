"""The attributes that a region needs of every country, domain and power."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

WEIGHT = "weight_"
"""Beginning of the name of the attribute of a country that weights a domain."""

UNITS: Mapping[str, Mapping[str, str]] = {
    "country": {
        "turnover": "USD bn",
        "regional_weight": "",
        "personalisation": "",
        "statutory_neutrality": "",
        "bodies_left": "bodies",
    },
    "domain": {"politics": "", "pace": "share of the way in a quarter"},
    "power": {"mass_security": "of the largest", "attention": "", "solidarity": ""},
}
"""Attributes that every member of an axis needs, and their units where a range does not say all."""

NOT_NEEDED: Mapping[str, tuple[str, ...]] = {"country": ("hydrocarbon_exporter",)}
"""Attributes that tables may have besides, which no run reads."""


def needed(axis: str, domains: Iterable[str]) -> tuple[str, ...]:
    """Attributes of every member of an axis: of countries a weight for each domain among them."""
    weights = tuple(f"{WEIGHT}{domain}" for domain in domains) if axis == "country" else ()
    return (*weights, *UNITS[axis])


def allowed(table: str, domains: Iterable[str]) -> tuple[str, ...]:
    """Attributes that a table such as country_attributes may have; none of a table without attributes."""
    axis, _, of = table.partition("_")
    return (*needed(axis, domains), *NOT_NEEDED.get(axis, ())) if of == "attributes" else ()
