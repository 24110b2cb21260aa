"""The ensemble: all countries and any number of runs at once, quarter by quarter, no agents."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from types import ModuleType
from typing import TypeVar

import array_api_compat.numpy as numpy_namespace

from hedgesim.engines.case import Case, Future, foresee
from hedgesim.engines.observation import Observation, observe, stack_quarters
from hedgesim.engines.outcomes import Outcomes, gather, note, stacked
from hedgesim.engines.trajectory import Trajectory
from hedgesim.model.decision import CountryDecision, PowerDecision, together_countries, together_powers
from hedgesim.model.draws import Draws
from hedgesim.model.perception import perceive, perceive_powers
from hedgesim.model.schedule import advance
from hedgesim.model.shocks import Conditions
from hedgesim.model.sight import Baseline, assess
from hedgesim.model.view import PowerView, View
from hedgesim.model.world import World, stack

Rule = TypeVar("Rule")


def simulate(case: Case, runs: Sequence[int], xp: ModuleType = numpy_namespace) -> Trajectory:
    """Trajectories of some runs."""
    future = foresee(xp, case, runs)
    worlds = [future.start.baseline.world]
    for t in range(1, case.setting.axes.n_steps + 1):
        worlds.append(_quarter_later(case, worlds[-1], future, t))
    return Trajectory(case=case, runs=tuple(runs), future=future, worlds=stack(worlds))


def outcomes(case: Case, runs: Sequence[int], xp: ModuleType = numpy_namespace) -> Outcomes:
    """Outcomes of some runs, noted quarter by quarter; no world is kept."""
    future = foresee(xp, case, runs)
    baseline = future.start.baseline
    world, before = baseline.world, baseline.world.highest
    quarters = [note(case, world, baseline, future.conditions.at(0), before=before)]
    for t in range(1, case.setting.axes.n_steps + 1):
        before, world = world.highest, _quarter_later(case, world, future, t)
        quarters.append(note(case, world, baseline, future.conditions.at(t), before=before))
    return gather(case, stacked(quarters))


def observations(case: Case, runs: Sequence[int], xp: ModuleType = numpy_namespace) -> Observation:
    """What can be observed of some runs, axes (step, run, ...), in NumPy; no world is kept."""
    future = foresee(xp, case, runs)
    baseline = future.start.baseline
    world, quarters = baseline.world, []
    for t in range(case.setting.axes.n_steps + 1):
        before = world.highest
        world = _quarter_later(case, world, future, t) if t else world
        quarters.append(observe(case, world, baseline, future.conditions.at(t), before=before))
    return stack_quarters(quarters)


def _quarter_later(case: Case, world: World, future: Future, t: int) -> World:
    return step(case, world, future.start.baseline, conditions=future.conditions.at(t), draws=future.draws_at(t))


def step(case: Case, world: World, baseline: Baseline, *, conditions: Conditions, draws: Draws) -> World:
    """The world of some runs one quarter later."""
    situation = assess(world, baseline, conditions, setting=case.setting, parameters=case.parameters, draws=draws)
    view, power_view = perceive(situation), perceive_powers(situation)
    return advance(situation, view, countries=decide_countries(case, view), powers=decide_powers(case, power_view))


def decide_countries(case: Case, view: View) -> CountryDecision:
    """Decisions of all countries; neighbours on the axis that follow the same rule decide together."""
    parts = [rule.decide(view.of(where), case.parameters) for rule, where in _stretches(case.country_rules)]
    return parts[0] if len(parts) == 1 else together_countries(parts)


def decide_powers(case: Case, view: PowerView) -> PowerDecision:
    """Decisions of all powers; neighbours on the axis that follow the same rule decide together."""
    parts = [rule.decide(view.of(where), case.parameters) for rule, where in _stretches(case.power_rules)]
    return parts[0] if len(parts) == 1 else together_powers(parts)


def _stretches(rules: Sequence[Rule]) -> list[tuple[Rule, slice]]:
    """Stretches of the same rule along an axis, with where they stand."""
    stretches, first = [], 0
    for _, group in groupby(rules, key=id):
        same = list(group)
        stretches.append((same[0], slice(first, first + len(same))))
        first += len(same)
    return stretches
