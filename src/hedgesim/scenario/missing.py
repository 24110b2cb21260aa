"""What the tables of a region lack for a scenario: all of it at once, with units and ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from hedgesim.errors import HedgesimError, ScenarioError, in_order
from hedgesim.model.setting import Axes
from hedgesim.scenario.cells import bounds_of, wanted
from hedgesim.scenario.tables import Tables

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

PAIRS: Mapping[str, tuple[str, str, str]] = {
    "ties": ("country", "partner", "tie"),
    "proximity": ("country", "power", "value"),
    "affinity": ("country", "power", "value"),
    "trust": ("country", "partner", "value"),
    "rivalry": ("power", "rival", "value"),
}
"""Tables that need a row for every pair: both columns of the pair, and that of the number."""


Missing = tuple[str, str, str]
"""Table, fault and remedy."""


def check_complete(tables: Tables, axes: Axes, folder: Path | None) -> None:
    """Refuse tables that lack rows; they hold only what is visible at the start. folder: of a region's own tables.

    Raises:
        ScenarioError: all that is missing, one fault for each attribute and each table.
    """
    faults = [*_attributes(tables, axes), *_pairs(tables, axes), *_shares(tables, axes)]
    if faults:
        home = "table {}" if folder is None else f"{folder.name}/{{}}.csv"
        raise ScenarioError.of([HedgesimError(home.format(table), fault, remedy) for table, fault, remedy in faults])


def _attributes(tables: Tables, axes: Axes) -> Iterator[Missing]:
    """Attributes without a number for some of those who need one."""
    for axis, codes in (("country", axes.countries), ("domain", axes.domains), ("power", axes.powers)):
        name = f"{axis}_attributes"
        table = tables.table(name)
        known = table[np.isfinite(table["value"].astype(float))]
        there = set(zip(known[axis], known["attribute"], strict=True))
        weights = [f"{WEIGHT}{domain}" for domain in axes.domains] if axis == "country" else []
        for attribute in (*weights, *UNITS[axis]):
            without = [code for code in codes if (code, attribute) not in there]
            if without:
                unit = UNITS[axis].get(attribute, "")
                number = wanted(*bounds_of(name, "value", attribute=attribute))
                rows = f"Add a row each with {number}{f' ({unit})' if unit else ''}."
                yield _missing(name, f"{attribute} of {in_order(without)}", rows)


def _pairs(tables: Tables, axes: Axes) -> Iterator[Missing]:
    """Tables of pairs without some of them."""
    codes = {"country": axes.countries, "partner": axes.countries, "power": axes.powers, "rival": axes.powers}
    for name, (first, second, column) in PAIRS.items():
        table = tables.table(name)
        there = set(zip(table[first], table[second], strict=True))
        wanted_ones = ((a, b) for a in codes[first] for b in codes[second] if a != b)
        without = [f"{a}-{b}" for a, b in wanted_ones if (a, b) not in there]
        if without:
            yield _missing(name, in_order(without), f"Add a row each with {wanted(*bounds_of(name, column))}.")


def _shares(tables: Tables, axes: Axes) -> Iterator[Missing]:
    """Cells without a share."""
    table = tables.table("shares")
    there = set(zip(table["country"], table["domain"], table["option"], strict=True))
    cells = ((c, d, o) for c in axes.countries for d in axes.domains for o in axes.options)
    without = ["-".join(cell) for cell in cells if cell not in there]
    if without:
        yield _missing(
            "shares", in_order(without), "Add a row each with a number from 0 to 1; those of a domain sum to 1."
        )


def _missing(table: str, what: str, remedy: str) -> Missing:
    return table, f"there is no number at the start for {what}", remedy
