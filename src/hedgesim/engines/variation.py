"""Runs of one case that differ in numbers: what a number of a path changes in the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from hedgesim.engines.case import Case, RuleSet
from hedgesim.model.arrays import Array
from hedgesim.model.setting import Axes
from hedgesim.rules import CountryRule, PowerRule
from hedgesim.scenario.impulses import Impulse

Rule = TypeVar("Rule", CountryRule, PowerRule)


@dataclass(frozen=True)
class VariedNumber:
    """What a number changes: a shared parameter, the size of some impulses, or a parameter of the rules of some.

    parameter: `group.name` of a shared parameter, or the name of a rule's. impulses, countries, powers: places on
    their axes; a number that has none changes nothing.
    """

    parameter: str = ""
    impulses: tuple[int, ...] = ()
    countries: tuple[int, ...] = ()
    powers: tuple[int, ...] = ()


def varied_number(path: str, axes: Axes, lines: Sequence[Impulse], members: Sequence[str]) -> VariedNumber:
    """What the number at a path of a scenario changes.

    lines: impulses of the scenario. members: codes of those whose rule takes the number, if it is one of rules.
    """
    first, _, rest = path.partition(".")
    if first == "settings":
        return VariedNumber(parameter=rest)
    if first == "shock_sizes":
        return VariedNumber(impulses=tuple(k for k, line in enumerate(lines) if line.belongs_to(rest)))
    side, _, name = rest.split(".")
    axis = axes.countries if side == "countries" else axes.powers
    places = tuple(axis.index(code) for code in members)
    return VariedNumber(name, countries=places) if side == "countries" else VariedNumber(name, powers=places)


def with_varied_numbers(
    case: Case, varied_numbers: Mapping[str, Sequence[VariedNumber]], values: Mapping[str, Array]
) -> Case:
    """A case whose runs have numbers of their own.

    varied_numbers: by path what its number changes. values: by path, axes (run,).
    """
    shared: dict[str, Array] = {}
    size = case.setting.shocks.size
    countries, powers, later = case.country_rules, case.power_rules, case.later_rules
    for path, values_of_path in values.items():
        numbers = np.asarray(values_of_path, dtype=np.float64)
        over_runs = numbers[None, None, None, :]
        for one in varied_numbers[path]:
            if one.impulses:
                size = size * _factor(numbers, one.impulses, size.shape[0])
            elif one.countries or one.powers:
                countries = _with_parameter(countries, one.countries, one.parameter, over_runs)
                powers = _with_parameter(powers, one.powers, one.parameter, over_runs)
                later = tuple(_later_with(rules, one, over_runs) for rules in later)
            elif "." in one.parameter:
                shared[one.parameter] = over_runs
    return replace(
        case,
        setting=replace(case.setting, shocks=replace(case.setting.shocks, size=size)),
        parameters=case.parameters.with_values(shared),
        country_rules=countries,
        power_rules=powers,
        later_rules=later,
        varied=dict(values),
    )


def _factor(numbers: Array, impulses: Sequence[int], n: int) -> Array:
    """Numbers as factors of some impulses, 1 for the others, axes (impulse, run)."""
    factor = np.ones((n, len(numbers)))
    factor[list(impulses)] = numbers
    return factor


def _later_with(rules: RuleSet, one: VariedNumber, values: Array) -> RuleSet:
    """A later set of rules with a number in those that still have it from the start."""
    of_countries, of_powers = rules.kept
    countries = [n for n in one.countries if one.parameter in of_countries[n]]
    powers = [n for n in one.powers if one.parameter in of_powers[n]]
    return replace(
        rules,
        country_rules=_with_parameter(rules.country_rules, countries, one.parameter, values),
        power_rules=_with_parameter(rules.power_rules, powers, one.parameter, values),
    )


def _with_parameter(rules: tuple[Rule, ...], places: Sequence[int], name: str, values: Array) -> tuple[Rule, ...]:
    """Rules of which those at some places have another value of a parameter; who shared a rule there still does."""
    changed = {id(rules[n]): rules[n].with_values({name: values}) for n in places}
    return tuple(changed[id(rule)] if n in places else rule for n, rule in enumerate(rules))
