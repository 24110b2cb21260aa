"""A case: everything an engine needs to make any run of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

from hedgesim.engines.trial import check_decisions
from hedgesim.errors import HedgesimError, choose_from, shown
from hedgesim.model.arrays import Array
from hedgesim.model.draws import Draws, Words, draw_start, draws_of, step_words
from hedgesim.model.noise import WORDS
from hedgesim.model.parameter import parameters_of
from hedgesim.model.parameters import Parameters
from hedgesim.model.period import Period
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions
from hedgesim.model.start import Start, begin, conditions_at
from hedgesim.rules import CountryRule, PowerRule, country_rules, power_rules
from hedgesim.rules.catalogue import RuleFile, files_in_use, own
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.calibrations import values_of
from hedgesim.scenario.changes import rule_at
from hedgesim.scenario.tables import Tables, read_tables

Rule = TypeVar("Rule", CountryRule, PowerRule)


@dataclass(frozen=True)
class RuleSet:
    """The rules of all from a step on."""

    step: int
    country_rules: tuple[CountryRule, ...]
    power_rules: tuple[PowerRule, ...]
    kept: tuple[tuple[frozenset[str], ...], tuple[frozenset[str], ...]]
    """Of each country and of each power, the parameters that are still those of its rule at the start."""


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
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of countries, powers, domains and formats by their codes; for naming only."""
    later_rules: tuple[RuleSet, ...] = ()
    """Rules from later steps on, by step."""
    further: tuple[str, ...] = ()
    """Outcomes of single places that are recorded too: names of `model.named_outcomes`."""

    @property
    def phases(self) -> tuple[Case, ...]:
        """The case with the rules of the start, and with those of every later step at which rules change."""
        first = replace(self, later_rules=())
        return first, *(
            replace(first, country_rules=one.country_rules, power_rules=one.power_rules) for one in self.later_rules
        )

    @property
    def gambles(self) -> bool:
        """Whether any country ever follows a rule that gambles."""
        return any(rule.gambles for one in self.phases for rule in one.country_rules)

    def at(self, step: int) -> Case:
        """The case with the rules of one step, and those that come later."""
        begun = [one for one in self.later_rules if one.step <= step]
        if not begun:
            return self
        now, later = begun[-1], self.later_rules[len(begun) :]
        return replace(self, country_rules=now.country_rules, power_rules=now.power_rules, later_rules=later)


@dataclass(frozen=True)
class RunInputs:
    """What is fixed of some runs before they start: their start, shocks and random numbers."""

    start: Start
    conditions: Conditions
    """Of steps 0 .. n_steps, with a leading step axis; those of step 0 act on nothing."""
    words_of_four: Callable[..., tuple[Words, ...]]
    """Random words of the steps 4 k + 1 .. 4 k + 4, given four=k."""
    numbers_of: Callable[[Words, int], Draws]
    """Random numbers of a step, counted from 0, from its words."""
    _drawn: dict[int, tuple[Words, ...]] = field(default_factory=dict, repr=False)

    def draws_at(self, step: int) -> Draws:
        """Random numbers of one step, counted from 1; words of four steps are drawn at once and kept until the next."""
        four, place = divmod(step - 1, WORDS)
        if four not in self._drawn:
            self._drawn.clear()
            self._drawn[four] = self.words_of_four(four=four)
        return self.numbers_of(self._drawn[four][place], step - 1)


def case_of(scenario: Scenario, setting: Setting | None = None) -> Case:
    """The case of a scenario; ScenarioError or HedgesimError where its tables lack something.

    setting: of the scenario, where it is known, for reading the tables takes most of the time.
    """
    setting = setting or read_inputs(scenario).setting
    usual = Parameters().with_values(values_of(scenario.parameters))
    first, *later = _rule_sets(scenario, setting)
    return Case(
        name=scenario.name,
        setting=setting,
        parameters=usual.with_values(scenario.settings),
        country_rules=first.country_rules,
        power_rules=first.power_rules,
        seed=scenario.seed,
        usual=usual,
        names=_names(scenario),
        later_rules=tuple(later),
    )


def _names(scenario: Scenario) -> dict[str, str]:
    tables = read_tables(scenario.tables_folder)
    axes, formats = tables.table("axes"), tables.table("formats")
    called = dict(zip(formats["format"], formats["name"], strict=True))
    return {**called, **dict(zip(axes["code"], axes["name"], strict=True))}


def _rule_sets(scenario: Scenario, setting: Setting) -> list[RuleSet]:
    """The rules of the start, and of every later quarter in which a rule changes; equal choices share one object."""
    axes, dates = setting.axes, {change.date for change in scenario.changes.values() if change.rule}
    made: dict[tuple[str, str, tuple[tuple[str, float], ...]], Any] = {}

    def rules_of(side: str, codes: Sequence[str], quarter: Period) -> tuple[list[Any], tuple[frozenset[str], ...]]:
        known: Mapping[str, Any] = country_rules() if side == "countries" else power_rules()
        rules, kept = [], []
        for code in codes:
            name, values, given = rule_at(scenario.rules, scenario.changes, (side, code), quarter)
            key = (side, name, tuple(sorted(values.items())))
            if key not in made:
                if name not in own:  # rules of files were tried when they were read
                    check_decisions(known[name])
                made[key] = known[name]().with_values(values)
            rules.append(made[key])
            names = {item.name for item in parameters_of(made[key])}
            kept.append(frozenset() if given is None else frozenset(names - given))
        return rules, tuple(kept)

    sets = []
    for quarter in (axes.start, *sorted(dates)):
        of_countries, kept = rules_of("countries", axes.countries, quarter)
        of_powers, kept_powers = rules_of("powers", axes.powers, quarter)
        step = quarter.index - axes.start.index
        sets.append(RuleSet(step, tuple(of_countries), tuple(of_powers), (kept, kept_powers)))
    return sets


RULES: tuple[tuple[Any, Callable[[], Mapping[str, Any]]], ...] = (
    (CountryRule, country_rules),
    (PowerRule, power_rules),
)
"""The contracts, and where the rules of each are."""

Chosen = str | CountryRule | PowerRule | type | Mapping[str, object] | tuple[()]
"""Rules by the codes of who follows them, or one that everybody of its kind follows; as an object, a class, a name, or
what a scenario writes: `{"rule": "balancing", "recoil": 4}`."""


def following(case: Case, rules: Chosen) -> Case:
    """A case in which some follow other rules, tried.

    Raises:
        HedgesimError: no such country, power or rule, one of the other kind, or one that breaks the contract.
    """
    axes = case.setting.axes
    sides: tuple[dict[str, Any], dict[str, Any]] = (
        dict(zip(axes.countries, case.country_rules, strict=True)),
        dict(zip(axes.powers, case.power_rules, strict=True)),
    )
    if not isinstance(rules, Mapping | tuple) or (isinstance(rules, Mapping) and "rule" in rules):
        one = _made("rules", rules, *RULES)
        rules = dict.fromkeys(sides[not isinstance(one, CountryRule)], one)
    for code, chosen in dict(rules).items():
        place = next((n for n, side in enumerate(sides) if code in side), None)
        if place is None:
            fault = f"there is no such country or power in {case.name}"
            raise HedgesimError(f'rules["{code}"]', fault, choose_from(str(code), chain(*sides), case.names))
        sides[place][code] = _made(f'rules["{code}"]', chosen, RULES[place])
    return _with_rules(case, tuple(sides[0].values()), tuple(sides[1].values()))


def _with_rules(case: Case, countries: tuple[CountryRule, ...], powers: tuple[PowerRule, ...]) -> Case:
    """A case with other rules, each until the scenario changes that of the same country or power."""
    before: Case | RuleSet = case
    now, later = (countries, powers), list[RuleSet]()
    for one in case.later_rules:
        now = (
            _unless_changed(now[0], before.country_rules, one.country_rules),
            _unless_changed(now[1], before.power_rules, one.power_rules),
        )
        later.append(replace(one, country_rules=now[0], power_rules=now[1]))
        before = one
    return replace(case, country_rules=countries, power_rules=powers, later_rules=tuple(later))


def _unless_changed(own: tuple[Rule, ...], before: tuple[Rule, ...], after: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules of some, but those after a change where there is one."""
    return tuple(one if old is new else new for one, old, new in zip(own, before, after, strict=True))


def _made(place: str, chosen: Any, *kinds: tuple[Any, Callable[[], Mapping[str, Any]]]) -> Any:
    """A rule of one of some kinds, tried, from what was chosen."""
    if isinstance(chosen, Mapping):
        values = {name: value for name, value in chosen.items() if name != "rule"}
        return _made(place, chosen.get("rule"), *kinds).with_values(values)
    if isinstance(chosen, str):
        known = {name: rule for _, book in kinds for name, rule in book().items()}
        if chosen not in known:
            raise HedgesimError(f"{place}={shown(chosen)}", "there is no such rule here", choose_from(chosen, known))
        chosen = known[chosen]
    rule: Any = chosen() if isinstance(chosen, type) else chosen
    if not isinstance(rule, tuple(contract for contract, _ in kinds)):
        wanted = " or ".join(contract.__name__ for contract, _ in kinds)
        raise HedgesimError(place, f"{type(rule).__name__} is no {wanted}", "Give the name of a rule, or a rule.")
    check_decisions(cast("type[CountryRule]", type(rule)))
    return rule


def run_inputs(xp: ModuleType, case: Case, runs: Sequence[int] | Array) -> RunInputs:
    """The start, the conditions and the draws of some runs."""
    setting = case.setting
    first = draw_start(xp, setting, case.seed, runs)
    start = begin(xp, setting, case.parameters, first)
    steps = xp.arange(setting.axes.n_steps + 1, dtype=xp.float64)[:, None, None]
    conditions = conditions_at(setting, start.onset, steps)
    words = partial(step_words, xp, setting.axes, case.seed, runs, gambling=case.gambles)
    return RunInputs(start, conditions, words, partial(draws_of, setting.axes, first.tails))


def case_named(source: str | Path, overrides: Sequence[str] = ()) -> Case:
    """The case of a scenario given by path or by name; made once, and again when a file of it or of rules changed."""
    scenario = read_scenario(source, overrides=overrides)
    tables, key = read_tables(scenario.tables_folder), (scenario.name, scenario.digest, files_in_use())
    if key not in _cases or _cases[key][0] is not tables:
        _cases[key] = tables, case_of(scenario)
    return _cases[key][1]


_cases: dict[tuple[str, str, tuple[RuleFile, ...]], tuple[Tables, Case]] = {}
"""Cases that were asked for by name, and the tables that they were made of."""
