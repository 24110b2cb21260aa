"""A case in two: its form, which a program is compiled for, and its numbers, which the program takes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from hedgesim.engines.case import Case
from hedgesim.model.setting import FORM, Axes

MOVING = ("onset", "ramp", "half_life", "duration", "size")
"""Fields of the shocks that are numbers only."""


@dataclass(frozen=True)
class _Same:
    """Something that is equal to itself alone."""

    one: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.one is other.one

    def __hash__(self) -> int:
        return id(self.one)


@dataclass(frozen=True)
class Skeleton:
    """A case except its numbers; equal to another that the same program serves."""

    axes: Axes
    seed: int
    rules: tuple[tuple[type, int], ...]
    """Kind of the rule of every country and power, phase by phase, and the first place of the same rule."""
    steps: tuple[int, ...]
    """Steps at which rules change."""
    static: tuple[_Same, ...]
    further: tuple[str, ...]
    """Outcomes of single places that are recorded."""
    case: Case = field(compare=False)


def skeleton_of(case: Case) -> Skeleton:
    """The form of a case."""
    rules, setting = _rules(case), case.setting
    static = (*(getattr(setting, name) for name in FORM), setting.shocks.rate, *setting.shocks.masks.values())
    places = [next(n for n, other in enumerate(rules) if other is rule) for rule in rules]
    kinds = tuple((type(rule), place) for rule, place in zip(rules, places, strict=True))
    steps = tuple(one.step for one in case.later_rules)
    return Skeleton(setting.axes, case.seed, kinds, steps, tuple(map(_Same, static)), case.further, case)


def _rules(case: Case) -> list[Any]:
    """The rule of every country and power, phase by phase."""
    return [rule for one in case.phases for rule in (*one.country_rules, *one.power_rules)]


def distinct_rules(case: Case) -> list[Any]:
    """Every rule once, in order."""
    return list({id(rule): rule for rule in _rules(case)}.values())


def numbers_of(case: Case) -> dict[str, Any]:
    """The numbers of a case by where they belong, in NumPy; runs are the last axis."""

    def numbers(owner: Any, names: Sequence[str] = ()) -> dict[str, Any]:
        own = names or [item.name for item in fields(owner)]
        return {name: np.asarray(getattr(owner, name), dtype=np.float64) for name in own}

    setting, parameters = case.setting, case.parameters
    open_ones = [item.name for item in fields(setting) if item.name not in {*FORM, "axes", "shocks"}]
    return {
        "setting": numbers(setting, open_ones),
        "shocks": numbers(setting.shocks, MOVING),
        "parameters": {group.name: numbers(getattr(parameters, group.name)) for group in fields(parameters)},
        "rules": [numbers(rule) for rule in distinct_rules(case)],
    }


def with_numbers(case: Case, numbers: Mapping[str, Any]) -> Case:
    """A case with other numbers, by where they belong."""
    shocks = replace(case.setting.shocks, **numbers["shocks"])
    groups = {name: replace(getattr(case.parameters, name), **own) for name, own in numbers["parameters"].items()}
    rules = zip(distinct_rules(case), numbers["rules"], strict=True)
    changed = {id(rule): replace(rule, **own) for rule, own in rules}

    def renumbered(of: Any) -> dict[str, Any]:
        return {
            side: tuple(changed[id(rule)] for rule in getattr(of, side)) for side in ("country_rules", "power_rules")
        }

    return replace(
        case,
        setting=replace(case.setting, **numbers["setting"], shocks=shocks),
        parameters=replace(case.parameters, **groups),
        **renumbered(case),
        later_rules=tuple(replace(one, **renumbered(one)) for one in case.later_rules),
    )
