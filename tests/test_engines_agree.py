"""Mesa agents, the array loop and its compiled form are the same model: run k of one is run k of the others."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgesim.engines import jax_backend
from hedgesim.engines.agent_based import run_alone
from hedgesim.engines.case import Case, case_named
from hedgesim.engines.ensemble import outcomes, simulate
from hedgesim.engines.records import Outcomes, Trajectory
from hedgesim.model.world import World
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario.files import packaged_scenarios
from worlds import NUMBERS, case_from, declared_axes, make_case, make_setting, short_case

SCENARIO = "war_2022"
RUNS = (0, 1, 2)
NAMES = tuple(declared_axes(World))
FAR = 123_456
EXACT = {"level", "meeting", "status"}
"""What is counted, not computed, and so the same to the last bit."""
MIXED = (
    "rules.countries={all: {rule: multi_vector}, KAZ: {rule: balancing}, KGZ: {rule: bandwagoning}, "
    "TJK: {rule: RULE}, TKM: {rule: neutrality}, UZB: {rule: omnibalancing}, AZE: {rule: habit}}",
    "rules.powers={all: {rule: suitor}, RUS: {rule: patron}, CHN: {rule: bystander}}",
)
"""All rules of powers and as many of countries as there are countries."""
IN_TURN = ("random", "landscape", "multi_vector")
"""Rules that take the place of RULE."""


@cache
def thousand() -> Outcomes:
    return outcomes(short_case(), range(1000))


@cache
def twenty() -> Trajectory:
    return simulate(case_named(SCENARIO), range(20))


def assert_same(one: World, other: World, within: float = 1e-12) -> None:
    for name in NAMES:
        here, there = getattr(one, name), getattr(other, name)
        assert here.shape == there.shape, name
        assert np.max(np.abs(here - there)) <= (0.0 if name in EXACT else within), name


def run_of(worlds: World, run: slice, quarters: slice = slice(None)) -> World:
    """Some runs and quarters of stacked worlds."""
    return World(**{name: getattr(worlds, name)[quarters, ..., run] for name in NAMES})


def check_engines(case: Case) -> None:
    check_agents(case, simulate(case, RUNS), 1e-12)


def check_compiled(case: Case) -> None:
    compiled = jax_backend.simulate(case, RUNS)
    check_agents(case, compiled, 1e-9)
    assert_same(compiled.worlds, simulate(case, RUNS).worlds, 1e-9)


def check_agents(case: Case, together: Trajectory, within: float) -> None:
    assert together.runs == RUNS
    for place, run in enumerate(RUNS):
        alone = run_alone(case, run)
        assert alone.runs == (run,)
        assert_same(alone.worlds, run_of(together.worlds, slice(place, place + 1)), within)


def case_under(kind: str, rule: str) -> Case:
    """The case in which everybody of a kind follows the same rule."""
    case = case_from(SCENARIO, f"rules.{kind}.all.rule={rule}")
    known, chosen = {
        "countries": (country_rules(), case.country_rules),
        "powers": (power_rules(), case.power_rules),
    }[kind]
    assert {type(one) for one in chosen} == {known[rule]}
    return case


@cache
def case_of_all_rules(last: str) -> Case:
    """The case in which neighbours follow different rules of countries, one of them given, and of powers."""
    return case_from(SCENARIO, *(text.replace("RULE", last) for text in MIXED))


@pytest.mark.parametrize("scenario", sorted(packaged_scenarios()))
def test_run_k_of_the_ensemble_is_run_k_of_mesa_in_every_scenario(scenario: str) -> None:
    check_engines(case_named(scenario))


@pytest.mark.parametrize("rule", sorted(country_rules()))
def test_run_k_of_the_ensemble_is_run_k_of_mesa_under_every_rule_of_countries(rule: str) -> None:
    check_engines(case_under("countries", rule))


@pytest.mark.parametrize("rule", sorted(power_rules()))
def test_run_k_of_the_ensemble_is_run_k_of_mesa_under_every_rule_of_powers(rule: str) -> None:
    check_engines(case_under("powers", rule))


@pytest.mark.parametrize("last", IN_TURN)
def test_run_k_of_the_ensemble_is_run_k_of_mesa_when_rules_are_mixed(last: str) -> None:
    check_engines(case_of_all_rules(last))


def test_no_rule_is_left_out_where_all_are_mixed() -> None:
    cases = [case_of_all_rules(last) for last in IN_TURN]
    assert {type(rule) for case in cases for rule in case.country_rules} == set(country_rules().values())
    assert {type(rule) for case in cases for rule in case.power_rules} == set(power_rules().values())


@settings(max_examples=10)
@given(NUMBERS, st.sampled_from(sorted(country_rules())))
def test_run_k_of_the_ensemble_is_run_k_of_mesa_in_every_small_world(numbers: dict[str, int], rule: str) -> None:
    check_engines(make_case(make_setting(**numbers), rule=rule))


# Compiling takes about ten seconds: here all is held, a small world of mixed rules is compiled in test_jax_backend.


@pytest.mark.hold
def test_run_k_of_the_compiled_ensemble_is_run_k_of_mesa_when_rules_are_mixed() -> None:
    check_compiled(case_of_all_rules("random"))


@pytest.mark.hold
@pytest.mark.parametrize("scenario", sorted(packaged_scenarios()))
def test_run_k_of_the_compiled_ensemble_is_run_k_of_mesa_in_every_scenario(scenario: str) -> None:
    check_compiled(case_named(scenario))


@pytest.mark.hold
@pytest.mark.parametrize("rule", sorted(country_rules()))
def test_run_k_of_the_compiled_ensemble_is_run_k_of_mesa_under_every_rule_of_countries(rule: str) -> None:
    check_compiled(case_under("countries", rule))


@pytest.mark.hold
@pytest.mark.parametrize("rule", sorted(power_rules()))
def test_run_k_of_the_compiled_ensemble_is_run_k_of_mesa_under_every_rule_of_powers(rule: str) -> None:
    check_compiled(case_under("powers", rule))


@pytest.mark.hold
def test_run_k_of_the_compiled_ensemble_is_run_k_of_mesa_when_nothing_happens() -> None:
    check_compiled(case_from(SCENARIO, "recorded_shocks=none"))


# Which runs are run together does not matter.


@pytest.mark.parametrize("together", [1, 64])
def test_runs_are_the_same_in_blocks_of_any_size(together: int) -> None:
    case = short_case()
    rows = range(936, 1000) if together == 64 else range(997, 1000)
    blocks = [range(first, first + together) for first in rows[::together]]
    values = np.concatenate([outcomes(case, block).values for block in blocks], axis=-1)
    assert np.max(np.abs(values - thousand().values[..., rows.start :])) <= 1e-12


def test_a_run_of_a_high_number_alone_is_that_run_inside_a_block() -> None:
    alone, block = outcomes(short_case(), [FAR]), outcomes(short_case(), range(FAR - 30, FAR + 34))
    assert np.max(np.abs(alone.values[..., 0] - block.values[..., 30])) <= 1e-12
    assert np.array_equal(alone.meetings[:, 0], block.meetings[:, 30])
    assert_same(run_alone(short_case(), FAR).worlds, run_of(simulate(short_case(), [FAR - 1, FAR]).worlds, slice(1, 2)))


def test_run_seven_alone_is_run_seven_of_twenty() -> None:
    alone = simulate(case_named(SCENARIO), [7])
    assert_same(alone.worlds, run_of(twenty().worlds, slice(7, 8)))


def test_the_order_in_which_runs_are_asked_for_does_not_matter() -> None:
    backward = simulate(case_named(SCENARIO), [7, 3])
    assert_same(run_of(backward.worlds, slice(1, 2)), run_of(twenty().worlds, slice(3, 4)))


def test_the_same_runs_give_the_same_worlds_to_the_last_bit() -> None:
    assert_same(simulate(case_named(SCENARIO), range(20)).worlds, twenty().worlds, within=0.0)


def test_runs_differ_from_one_another_and_from_those_of_another_seed() -> None:
    share = twenty().worlds.share
    other = simulate(case_from(SCENARIO, "seed=1"), range(20)).worlds.share
    for run in range(20):
        assert np.max(np.abs(share[-1, ..., run] - other[-1, ..., run])) > 1e-3
        assert np.max(np.abs(share[-1, ..., run] - share[-1, ..., run - 1])) > 1e-3


def test_a_shorter_horizon_keeps_the_early_quarters() -> None:
    early = simulate(case_from(SCENARIO, "end=2023Q4"), range(20)).worlds
    n_quarters = early.share.shape[0]
    assert n_quarters == 12
    assert_same(early, run_of(twenty().worlds, slice(None), slice(n_quarters)))


def test_the_war_acts_from_its_quarter_on_and_not_before() -> None:
    peace = simulate(case_named("no_war"), range(20)).worlds
    periods = case_named(SCENARIO).setting.axes.periods
    before = periods.index("2022Q1") + 1
    assert_same(run_of(peace, slice(None), slice(before)), run_of(twenty().worlds, slice(None), slice(before)))
    assert np.max(np.abs(peace.threat[before] - twenty().worlds.threat[before])) > 1e-3
