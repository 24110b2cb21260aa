"""The names and ranges that a scenario may use, as the tables, rules and parameters give them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Bounds(NamedTuple):
    """Lowest and highest value of a number; kind is `float`, or `int` for whole numbers."""

    low: float
    high: float
    kind: str = "float"


@dataclass(frozen=True)
class TableForm:
    """Columns that identify a row of a table, and the columns whose values a scenario may replace."""

    keys: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Known names; a field left at None is not checked.

    country_rules and power_rules: rule name -> parameter -> bounds. settings: parameter path such as
    `alignment.threat_rate` -> bounds. recorded_shocks: shock ids and event names. sources: citation keys.
    """

    countries: Collection[str] | None = None
    powers: Collection[str] | None = None
    domains: Collection[str] | None = None
    options: Collection[str] | None = None
    formats: Collection[str] | None = None
    tables: Mapping[str, TableForm] | None = None
    country_rules: Mapping[str, Mapping[str, Bounds]] | None = None
    power_rules: Mapping[str, Mapping[str, Bounds]] | None = None
    settings: Mapping[str, Bounds] | None = None
    calibrations: Collection[str] | None = None
    recorded_shocks: Collection[str] | None = None
    sources: Collection[str] | None = None


Naming = Vocabulary | Callable[[Path | None], Vocabulary] | None
"""A vocabulary, or what makes one from the scenario's tables folder (None: the packaged tables)."""


def vocabulary_for(naming: Naming, tables_folder: Path | None) -> Vocabulary:
    """Find the vocabulary that belongs to a tables folder."""
    if naming is None:
        return Vocabulary()
    return naming if isinstance(naming, Vocabulary) else naming(tables_folder)
