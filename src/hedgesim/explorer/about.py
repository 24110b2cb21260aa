"""What the page needs to know of a scenario before it runs: who and what there is, and what can be changed."""

from __future__ import annotations

import csv
import importlib.metadata
import inspect
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from hedgesim.engines.case import Case
from hedgesim.explorer.asked import Asked
from hedgesim.explorer.worlds import world_of
from hedgesim.model.parameter import Parameter, parameters_of
from hedgesim.model.parameters import all_parameters
from hedgesim.model.period import Period
from hedgesim.rules import country_rules, power_rules
from hedgesim.rules.catalogue import files_in_use
from hedgesim.scenario import Scenario, packaged_scenarios, read_scenario
from hedgesim.scenario.arrays import ScenarioInputs
from hedgesim.scenario.impulses import Impulse, impulses_of

STATE = 1
"""Version of the state in the address of the page."""

Row = dict[str, Any]


def about(asked: Asked, own: str | None) -> Row:
    """Countries, powers, domains, formats, rules, parameters, shocks and changes of a scenario, with its settings.

    own: the file named on the command line.

    Raises:
        ScenarioError: the scenario cannot be used.
    """
    scenario, plain = asked.scenario(), asked.plain().scenario()
    inputs, case = world_of(scenario)
    axes = case.setting.axes
    look = inputs.tables.table("axes").drop_duplicates("code").set_index("code")

    def named(*codes: str) -> list[Row]:
        known = [look.loc[code] if code in look.index else {"name": code, "color": ""} for code in codes]
        return [
            {"code": code, "name": str(row["name"]), "color": str(row["color"])}
            for code, row in zip(codes, known, strict=True)
        ]

    return {
        "version": importlib.metadata.version("hedgesim"),
        "state": STATE,
        "scenarios": [*([{"name": own, "purpose": "The file named on the command line"}] if own else []), *shipped()],
        "scenario": {"name": scenario.name, "purpose": scenario.purpose, "seed": scenario.seed},
        "periods": list(axes.periods),
        "countries": [
            {**row, **_rule(plain, "countries", row["code"]), "now": _rule(scenario, "countries", row["code"])["rule"]}
            for row in named(*axes.countries)
        ],
        "powers": [
            {**row, **_rule(plain, "powers", row["code"]), "now": _rule(scenario, "powers", row["code"])["rule"]}
            for row in named(*axes.powers)
        ],
        "domains": named(*axes.domains),
        "options": named(*axes.options),
        "formats": _formats(inputs, axes.formats),
        "rule_files": [{"name": file.name, "path": file.path} for file in files_in_use()],
        "rules": {"countries": _rules(country_rules()), "powers": _rules(power_rules())},
        "parameters": _parameters(world_of(plain)[1]),
        "shocks": _shocks(plain, scenario, inputs),
        "omitted": list(plain.omit_shocks),
        "changes": [
            {"id": name, "date": str(one.date), "name": one.in_words, "on": name in scenario.changes}
            for name, one in plain.changes.items()
        ],
    }


@cache
def shipped() -> tuple[Row, ...]:
    """The packaged scenarios with their purpose."""
    return tuple({"name": name, "purpose": read_scenario(path).purpose} for name, path in packaged_scenarios().items())


def _rule(scenario: Scenario, side: str, code: str) -> Row:
    name, values = scenario.rules.of(side, code)
    return {"rule": name, "values": values}


def _formats(inputs: ScenarioInputs, codes: tuple[str, ...]) -> list[Row]:
    table = inputs.tables.table("formats").set_index("format")
    columns = ("name", "role", "lead", "counterpart")
    return [{"code": code, **{name: str(table.loc[code, name]) for name in columns}} for code in codes]


def _rules(book: Mapping[str, Any]) -> list[Row]:
    return [
        {
            "name": name,
            "meaning": (inspect.getdoc(rule) or "").partition("\n")[0],
            "parameters": [_known_of(item) for item in parameters_of(rule())],
        }
        for name, rule in book.items()
    ]


def _known_of(item: Parameter) -> Row:
    names = ("name", "default", "unit", "low", "high", "meaning", "source")
    return {name: getattr(item, name) for name in names}


def _parameters(case: Case) -> list[Row]:
    """Every shared parameter with its value in the scenario as it is on file; those that matter have an effect."""
    rows = []
    for path, item in all_parameters().items():
        group, _, name = path.partition(".")
        value = float(np.asarray(getattr(getattr(case.parameters, group), name)).ravel()[0])
        rows.append({"path": path, "value": value, **_known_of(item), **ranking().get(path, {})})
    return sorted(rows, key=lambda row: -row.get("effect", 0.0))


@cache
def ranking() -> Mapping[str, Row]:
    """The largest total effect (Sobol) of a parameter on any outcome in docs/evidence.md, and on which."""
    text = (files("hedgesim.explorer") / "ranking.csv").read_text(encoding="utf-8")
    return {
        row["parameter"]: {"effect": float(row["total_effect"]), "on": row["outcome"], "in": row["experiment"]}
        for row in csv.DictReader(text.splitlines())
    }


def _shocks(plain: Scenario, scenario: Scenario, inputs: ScenarioInputs) -> list[Row]:
    """Events and own shocks that act or could act, whether they do, when, and by what factor their sizes differ."""
    everything = plain.model_copy(update={"omit_shocks": (), "shock_sizes": {}})
    acting = {line.event or line.shock for line in impulses_of(scenario, inputs.tables)}
    lines: dict[str, list[Impulse]] = {}
    for line in impulses_of(everything, inputs.tables):
        lines.setdefault(line.event or line.shock, []).append(line)
    rows = []
    for name, parts in lines.items():
        begin = min((one for one in parts if one.channel != "alarm"), key=lambda one: one.onset, default=parts[0])
        date = str(Period.from_index(scenario.start.index + int(begin.onset))) if np.isfinite(begin.onset) else ""
        called = begin.name.partition(":")[0]
        rows.append(
            {
                "id": name,
                "name": called[:1].upper() + called[1:],
                "own": name in plain.shocks,
                "date": date,
                "before": bool(begin.onset < 0.0),
                "movable": begin.rate == 0.0 and bool(begin.onset >= 0.0) and begin.channel != "alarm",
                "rate": begin.rate,
                "on": name in acting,
                "factor": plain.shock_sizes.get(name, 1.0),
                "parts": [_part(line) for line in parts],
            }
        )
    return sorted(rows, key=lambda row: (row["before"], row["date"]))


def _part(line: Impulse) -> Row:
    """One line of a shock: its channel, its size, whom it hits, and its source."""
    whom = [*line.countries, *line.options, *line.domains, *([line.partner] if line.partner else [])]
    return {"channel": line.channel, "size": line.size, "whom": whom, "source": line.source}
