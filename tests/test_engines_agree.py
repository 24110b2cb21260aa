"""The Mesa agents and the array loop are the same model: run k of one is run k of the other."""

from functools import cache

import numpy as np
import pytest

from hedgesim.engines.agent_based import run_alone
from hedgesim.engines.case import Case, case_named, case_of
from hedgesim.engines.ensemble import simulate
from hedgesim.engines.trajectory import Trajectory
from hedgesim.model.world import World
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario import read_scenario
from hedgesim.scenario.known_names import known_names
from hedgesim.scenario.packaged import packaged_scenarios
from worlds import declared_axes

SCENARIO = "war_2022"
RUNS = (0, 1, 2)
NAMES = tuple(declared_axes(World))


def case_with(*overrides: str) -> Case:
    return case_of(read_scenario(SCENARIO, overrides=overrides, vocabulary=known_names))


@cache
def twenty() -> Trajectory:
    return simulate(case_named(SCENARIO), range(20))


def assert_same(one: World, other: World, *, exactly: bool = False) -> None:
    for name in NAMES:
        here, there = getattr(one, name), getattr(other, name)
        assert here.shape == there.shape, name
        assert np.max(np.abs(here - there)) <= (0.0 if exactly else 1e-12), name


def run_of(worlds: World, run: slice, quarters: slice = slice(None)) -> World:
    """Some runs and quarters of stacked worlds."""
    return World(**{name: getattr(worlds, name)[quarters, run] for name in NAMES})


def check_engines(case: Case) -> None:
    together = simulate(case, RUNS)
    for place, run in enumerate(RUNS):
        alone = run_alone(case, run)
        assert alone.runs == (run,)
        assert_same(alone.worlds, run_of(together.worlds, slice(place, place + 1)))


@pytest.mark.parametrize("scenario", sorted(packaged_scenarios()))
def test_run_k_of_the_ensemble_is_run_k_of_mesa_in_every_scenario(scenario: str) -> None:
    check_engines(case_named(scenario))


@pytest.mark.parametrize("rule", sorted(country_rules()))
def test_run_k_of_the_ensemble_is_run_k_of_mesa_under_every_rule_of_countries(rule: str) -> None:
    case = case_with(f"rules.countries.all.rule={rule}")
    assert {type(chosen) for chosen in case.country_rules} == {country_rules()[rule]}
    check_engines(case)


@pytest.mark.parametrize("rule", sorted(power_rules()))
def test_run_k_of_the_ensemble_is_run_k_of_mesa_under_every_rule_of_powers(rule: str) -> None:
    case = case_with(f"rules.powers.all.rule={rule}")
    assert {type(chosen) for chosen in case.power_rules} == {power_rules()[rule]}
    check_engines(case)


def test_run_k_of_the_ensemble_is_run_k_of_mesa_when_rules_are_mixed() -> None:
    countries = "{all: {rule: habit}, KAZ: {rule: balancing}, UZB: {rule: bandwagoning}}"
    powers = "{all: {rule: suitor}, RUS: {rule: patron}}"
    check_engines(case_with(f"rules.countries={countries}", f"rules.powers={powers}"))


def test_run_seven_alone_is_run_seven_of_twenty() -> None:
    alone = simulate(case_named(SCENARIO), [7])
    assert_same(alone.worlds, run_of(twenty().worlds, slice(7, 8)))


def test_the_order_in_which_runs_are_asked_for_does_not_matter() -> None:
    backward = simulate(case_named(SCENARIO), [7, 3])
    assert_same(run_of(backward.worlds, slice(1, 2)), run_of(twenty().worlds, slice(3, 4)))


def test_the_same_runs_give_the_same_worlds_to_the_last_bit() -> None:
    assert_same(simulate(case_named(SCENARIO), range(20)).worlds, twenty().worlds, exactly=True)


def test_runs_differ_from_one_another_and_from_those_of_another_seed() -> None:
    share = twenty().worlds.share
    other = simulate(case_with("seed=1"), range(20)).worlds.share
    for run in range(20):
        assert np.max(np.abs(share[-1, run] - other[-1, run])) > 1e-3
        assert np.max(np.abs(share[-1, run] - share[-1, run - 1])) > 1e-3


def test_a_shorter_horizon_keeps_the_early_quarters() -> None:
    short = simulate(case_with("end=2023Q4"), range(20)).worlds
    n_quarters = short.share.shape[0]
    assert n_quarters == 12
    assert_same(short, run_of(twenty().worlds, slice(None), slice(n_quarters)))


def test_the_war_acts_from_its_quarter_on_and_not_before() -> None:
    peace = simulate(case_named("no_war"), range(20)).worlds
    periods = case_named(SCENARIO).setting.axes.periods
    before = periods.index("2022Q1") + 1
    assert_same(run_of(peace, slice(None), slice(before)), run_of(twenty().worlds, slice(None), slice(before)))
    assert np.max(np.abs(peace.threat[before] - twenty().worlds.threat[before])) > 1e-3
