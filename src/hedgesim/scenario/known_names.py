"""The names and ranges that a scenario may use, gathered from its tables, the rules and the parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from hedgesim.model.parameter import parameters_of
from hedgesim.model.parameters import all_parameters
from hedgesim.model.period import Period
from hedgesim.rules import country_rules, power_rules
from hedgesim.rules.catalogue import Rules
from hedgesim.scenario.calibrations import calibrations
from hedgesim.scenario.cells import LAST_COLUMNS, OTHER_OPTIONS
from hedgesim.scenario.tables import MOST_FOLDERS, Tables, read_tables

Bounds = tuple[float, float]
"""Lowest and highest value of a number."""


class TableColumns(NamedTuple):
    """Columns that identify a row of a table, and the columns whose values a scenario may replace."""

    keys: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True)
class KnownNames:
    """Names that a scenario may use; what is None is not checked.

    country_rules and power_rules: rule name -> parameter -> bounds. settings: parameter path such as
    `response.threat_rate` -> bounds. recorded_shocks: shock ids and event names. sources: citation keys.
    """

    countries: Collection[str] | None = None
    powers: Collection[str] | None = None
    domains: Collection[str] | None = None
    options: Collection[str] | None = None
    formats: Collection[str] | None = None
    tables: Mapping[str, TableColumns] | None = None
    country_rules: Mapping[str, Mapping[str, Bounds]] | None = None
    power_rules: Mapping[str, Mapping[str, Bounds]] | None = None
    settings: Mapping[str, Bounds] | None = None
    calibrations: Collection[str] | None = None
    recorded_shocks: Collection[str] | None = None
    sources: Collection[str] | None = None
    grades: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Sizes of the scale by channel and grade."""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """Names in words by code, of countries, powers, formats and recorded shocks."""
    period: tuple[Period, Period] | None = None
    """Start and end of a scenario, where both can be read."""
    shocks: Collection[str] = ()
    """Ids of the shocks of a scenario's own."""
    participants: KnownNames | None = None
    """Countries, powers, domains and options of one scenario, where it lists some of its own; all its sources; period
    and own shocks."""

    @property
    def in_scenario(self) -> KnownNames:
        """The names that take part in the scenario."""
        return self.participants or self

    def rules_of(self, side: str) -> Mapping[str, Mapping[str, Bounds]] | None:
        """Rules of `countries` or `powers`."""
        return self.country_rules if side == "countries" else self.power_rules

    def for_scenario(self, keys: object) -> KnownNames:
        """The same names, with those that take part in a scenario with such keys; faulty lists do not count."""

        def chosen(key: str) -> Collection[str] | None:
            known: Collection[str] | None = getattr(self, key)
            listed = keys.get(key) if isinstance(keys, dict) else None
            if isinstance(listed, list) and listed and all(isinstance(name, str) for name in listed):
                return listed if set(listed) <= set(known or listed) else known
            return known

        powers = chosen("powers")
        options = self.options if powers is self.powers else (*(powers or ()), *OTHER_OPTIONS)
        sources = self.sources if self.sources is None else (*self.sources, *_names_below(keys, "sources"))
        part = replace(
            self,
            countries=chosen("countries"),
            domains=chosen("domains"),
            powers=powers,
            options=options,
            sources=sources,
            period=_period_of(keys),
            shocks=_names_below(keys, "shocks"),
        )
        return replace(self, participants=part)


def _names_below(keys: object, key: str) -> list[str]:
    """Names in a mapping of a scenario that may have faults."""
    held = keys.get(key) if isinstance(keys, dict) else None
    return [name for name in held if isinstance(name, str)] if isinstance(held, dict) else []


def _period_of(keys: object) -> tuple[Period, Period] | None:
    """Start and end of a scenario that may have faults."""
    texts = [str(keys.get(key)) for key in ("start", "end")] if isinstance(keys, dict) else []
    try:
        start, end = map(Period.parse, texts)
    except ValueError:
        return None
    return (start, end) if start < end else None


def known_names(tables_folder: Path | None = None) -> KnownNames:
    """Names of the packaged tables, or of a scenario's own tables in a folder.

    The rules are asked for every time, because a user's own may be added.
    """
    return replace(
        with_any_rule(tables_folder),
        country_rules=BoundsOfRules(country_rules()),
        power_rules=BoundsOfRules(power_rules()),
    )


def with_any_rule(tables_folder: Path | None) -> KnownNames:
    """The same, where rules may have any name, such as that of a file that is not here."""
    return _names_in(read_tables(tables_folder))


@lru_cache(MOST_FOLDERS)
def _names_in(tables: Tables) -> KnownNames:
    axes, shocks = tables.table("axes"), tables.table("shocks")
    causes = shocks[shocks["role"] == "cause"]
    codes = {axis: tuple(axes[axes["axis"] == axis]["code"]) for axis in ("country", "power", "domain")}
    return KnownNames(
        countries=codes["country"],
        powers=codes["power"],
        domains=codes["domain"],
        options=(*codes["power"], *OTHER_OPTIONS),
        formats=tuple(tables.table("formats")["format"]),
        tables={name: _columns(form) for name, form in tables.forms.items()},
        settings={path: (item.low, item.high) for path, item in all_parameters().items()},
        calibrations=calibrations(),
        recorded_shocks=tuple(sorted({*causes["shock"], *causes["event"]})),
        sources=tuple(tables.sources),
        grades=grades_of(tables),
        meanings=_meanings(tables),
    )


def grades_of(tables: Tables) -> dict[str, dict[str, float]]:
    """Sizes of the scale by channel and grade."""
    found: dict[str, dict[str, float]] = {}
    for row in tables.table("scale").to_dict("records"):
        found.setdefault(str(row["channel"]), {})[str(row["grade"])] = float(row["size"])
    return found


def _meanings(tables: Tables) -> dict[str, str]:
    """Names in words by code; an event is called as the first of its shocks."""
    found: dict[str, str] = {}
    for table, column in (("axes", "code"), ("formats", "format"), ("shocks", "event"), ("shocks", "shock")):
        frame = tables.table(table)
        found = {**dict(zip(frame[column][::-1], frame["name"][::-1], strict=True)), **found}
    return found


def _columns(form: Mapping[str, Any]) -> TableColumns:
    return TableColumns(tuple(form["key"]), (*form["columns"], *LAST_COLUMNS))


@dataclass(frozen=True)
class BoundsOfRules(Mapping[str, Mapping[str, Bounds]]):
    """Bounds of the parameters of every rule by its name; the file of a rule is read when it is asked for."""

    rules: Rules[Any]

    def __getitem__(self, name: str) -> Mapping[str, Bounds]:
        """Bounds by the name of a parameter."""
        return {item.name: (item.low, item.high) for item in parameters_of(self.rules[name])}

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self.rules)

    def __len__(self) -> int:
        """How many rules there are."""
        return len(self.rules)
