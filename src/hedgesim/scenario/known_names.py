"""The names that a scenario may use, gathered from its tables, the rules and the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from hedgesim.model.parameter import Parameter, parameters_of
from hedgesim.model.parameters import all_parameters
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario.calibrations import calibrations
from hedgesim.scenario.tables import LAST_COLUMNS, Tables, read_tables
from hedgesim.scenario.vocabulary import Bounds, TableForm, Vocabulary


def known_names(tables_folder: Path | None) -> Vocabulary:
    """The vocabulary of a scenario whose own tables lie in a folder, or of the packaged tables.

    The rules are asked for every time, for a user's own may come into use.
    """
    return replace(
        _without_rules(tables_folder),
        country_rules={name: _bounds_of(rule) for name, rule in country_rules().items()},
        power_rules={name: _bounds_of(rule) for name, rule in power_rules().items()},
    )


@cache
def _without_rules(tables_folder: Path | None) -> Vocabulary:
    tables = read_tables(tables_folder)
    axes = tables.table("axes")

    def axis(name: str) -> tuple[str, ...]:
        return tuple(axes[axes["axis"] == name]["code"])

    shocks = tables.table("shocks")
    causes = shocks[shocks["role"] == "cause"]
    return Vocabulary(
        countries=axis("country"),
        powers=axis("power"),
        domains=axis("domain"),
        formats=tuple(tables.table("formats")["format"]),
        tables={name: _form(tables, name) for name in tables.frames},
        settings={path: _bounds(item) for path, item in all_parameters().items()},
        calibrations=calibrations(),
        recorded_shocks=tuple(sorted({*causes["shock"], *causes["event"]})),
        sources=tuple(tables.sources),
    )


def _form(tables: Tables, name: str) -> TableForm:
    form: Mapping[str, Any] = tables.forms[name]
    columns = (*form["columns"], *LAST_COLUMNS)
    return TableForm(tuple(form["key"]), columns)


def _bounds_of(rule: type) -> dict[str, Bounds]:
    return {item.name: _bounds(item) for item in parameters_of(rule)}


def _bounds(item: Parameter) -> Bounds:
    return Bounds(item.low, item.high)
