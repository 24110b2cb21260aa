"""A case: everything an engine needs to make any run of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from types import ModuleType
from typing import TypeVar

from hedgesim.engines.trial import check_decisions
from hedgesim.model.arrays import Array
from hedgesim.model.draws import Draws, draw_start, draw_steps
from hedgesim.model.noise import WORDS
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions
from hedgesim.model.start import Start, begin, conditions_at
from hedgesim.rules import CountryRule, PowerRule, country_rules, power_rules
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.calibrations import values_of

Rule = TypeVar("Rule", CountryRule, PowerRule)


@dataclass(frozen=True)
class Case:
    """A scenario in arrays: setting, parameters, the rule of each country and power, and the seed.

    Numbers of the setting, the parameters and the rules may have a run axis, so that a sweep is one ensemble.
    """

    name: str
    setting: Setting
    parameters: Parameters
    country_rules: tuple[CountryRule, ...]
    """Places that follow the same rule share one object."""
    power_rules: tuple[PowerRule, ...]
    seed: int
    varied: Mapping[str, Array] = field(default_factory=dict)
    """Where runs have numbers of their own: values of what varies, axes (run,), by path; for naming only."""
    usual: Parameters = field(default_factory=Parameters)
    """The parameters before the scenario replaced any; for naming only."""


@dataclass(frozen=True)
class RunInputs:
    """What is fixed of some runs before they start: their start, shocks and random numbers."""

    start: Start
    conditions: Conditions
    """Of steps 0 .. n_steps, with a leading step axis; those of step 0 act on nothing."""
    draw_four: Callable[..., tuple[Draws, ...]]
    """Random numbers of the steps 4 k + 1 .. 4 k + 4, given four=k."""
    _drawn: dict[int, tuple[Draws, ...]] = field(default_factory=dict, repr=False)

    def draws_at(self, step: int) -> Draws:
        """Random numbers of one step, counted from 1; those of four steps are drawn at once and kept until the next."""
        four, place = divmod(step - 1, WORDS)
        if four not in self._drawn:
            self._drawn.clear()
            self._drawn[four] = self.draw_four(four=four)
        return self._drawn[four][place]


def case_of(scenario: Scenario, setting: Setting | None = None) -> Case:
    """The case of a scenario; ScenarioError or HedgesimError where its tables lack something.

    setting: of the scenario, where it is known, for reading the tables takes most of the time.
    """
    setting = setting or read_inputs(scenario).setting
    axes, rules = setting.axes, scenario.rules
    usual = Parameters().with_values(values_of(scenario.parameters))
    return Case(
        name=scenario.name,
        setting=setting,
        parameters=usual.with_values(scenario.settings),
        country_rules=_rules(country_rules(), [rules.of_country(code) for code in axes.countries]),
        power_rules=_rules(power_rules(), [rules.of_power(code) for code in axes.powers]),
        seed=scenario.seed,
        usual=usual,
    )


def _rules(known: Mapping[str, type[Rule]], choices: Sequence[tuple[str, dict[str, float]]]) -> tuple[Rule, ...]:
    """The rule of each place, tried; places that chose the same share one object."""
    for name, _ in choices:
        check_decisions(known[name])
    made: list[Rule] = []
    for n, (name, values) in enumerate(choices):
        twin = choices.index((name, values))
        made.append(made[twin] if twin < n else known[name]().with_values(values))
    return tuple(made)


def run_inputs(xp: ModuleType, case: Case, runs: Sequence[int] | Array) -> RunInputs:
    """The start, the conditions and the draws of some runs."""
    setting = case.setting
    first = draw_start(xp, setting, case.seed, runs)
    start = begin(xp, setting, case.parameters, first)
    steps = xp.arange(setting.axes.n_steps + 1, dtype=xp.float64)[:, None, None]
    conditions = conditions_at(setting, start.onset, steps)
    gambling = any(rule.gambles for rule in case.country_rules)
    drawn = partial(draw_steps, xp, setting, case.seed, runs, tails=first.tails, gambling=gambling)
    return RunInputs(start, conditions, drawn)


@cache
def case_named(name: str) -> Case:
    """The case of a scenario given by path or by name."""
    return case_of(read_scenario(name))
