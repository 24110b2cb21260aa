"""A case: everything an engine needs to make any run of a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TypeVar

from hedgesim.model.draws import Draws, draw_start, draw_steps
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions
from hedgesim.model.start import Start, begin, conditions_at
from hedgesim.rules import CountryRule, PowerRule, country_rules, power_rules
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.arrays import source
from hedgesim.scenario.known_names import known_names

Rule = TypeVar("Rule", CountryRule, PowerRule)


@dataclass(frozen=True)
class Case:
    """A scenario in arrays: setting, parameters, the rule of each country and power, and the seed."""

    name: str
    setting: Setting
    parameters: Parameters
    country_rules: tuple[CountryRule, ...]
    power_rules: tuple[PowerRule, ...]
    seed: int


@dataclass(frozen=True)
class Future:
    """What is fixed of some runs before they start: their start, shocks and random numbers."""

    start: Start
    conditions: tuple[Conditions, ...]
    """Conditions of steps 0 .. n_steps; those of step 0 act on nothing and are shown with the start."""
    draws: Draws


def case_of(scenario: Scenario) -> Case:
    """The case of a scenario; ScenarioError or TableError where its tables lack something."""
    setting = source(scenario).setting
    axes, rules = setting.axes, scenario.rules
    return Case(
        name=scenario.name,
        setting=setting,
        parameters=Parameters().with_values(scenario.settings),
        country_rules=tuple(_rule(country_rules(), rules.of_country(code)) for code in axes.countries),
        power_rules=tuple(_rule(power_rules(), rules.of_power(code)) for code in axes.powers),
        seed=scenario.seed,
    )


def _rule(known: Mapping[str, type[Rule]], choice: tuple[str, dict[str, float]]) -> Rule:
    name, values = choice
    return known[name]().with_values(values)


def foresee(xp: ModuleType, case: Case, runs: Sequence[int]) -> Future:
    """The start, the conditions and the draws of some runs."""
    setting = case.setting
    start = begin(xp, setting, case.parameters, draw_start(xp, setting, case.seed, runs))
    conditions = tuple(
        conditions_at(setting, case.parameters, start.onset, xp.asarray([[float(t)]]))
        for t in range(setting.axes.n_steps + 1)
    )
    gambling = any(rule.gambles for rule in case.country_rules)
    return Future(start, conditions, draw_steps(xp, setting, case.seed, runs, gambling=gambling))


@cache
def case_named(name: str) -> Case:
    """The case of a scenario given by path or by name."""
    return case_of(read_scenario(name, vocabulary=known_names))
