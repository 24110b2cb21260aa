"""Mesa agents, the array loop and its compiled form are the same model: run k of one is run k of the others."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.alike import assert_same_worlds, quarters_of, run_of, trajectory_by

from hedgesim.engines import jax_backend
from hedgesim.engines.agent_based import run_alone
from hedgesim.engines.case import Case, case_named
from hedgesim.engines.ensemble import outcomes, simulate
from hedgesim.engines.records import Trajectory
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario.files import packaged_scenarios
from worlds import NUMBERS, case_from, make_case, make_setting, short_case

SCENARIO = "war_2022"
RUNS = (0, 1, 2)
FAR = 123_456
KNOWN = {"countries": country_rules(), "powers": power_rules()}
AXES = case_named(SCENARIO).setting.axes
FIRST = range(0, len(country_rules()), len(AXES.countries))
"""Places in the list of rules from which mixed rules are taken, so that every rule has its turn."""


def mixed(first: int) -> tuple[str, ...]:
    """Overrides by which countries and powers follow the rules from a place on, in turn."""
    texts = []
    for kind, codes in (("countries", AXES.countries), ("powers", AXES.powers)):
        names = sorted(KNOWN[kind])
        choices = [f"{code}: {{rule: {names[(first + n) % len(names)]}}}" for n, code in enumerate(codes)]
        texts.append(f"rules.{kind}={{{', '.join(choices)}}}")
    return tuple(texts)


EVERY = {
    **{name: (name,) for name in sorted(packaged_scenarios())},
    **{f"all {kind} {rule}": (SCENARIO, f"rules.{kind}.all.rule={rule}") for kind in KNOWN for rule in KNOWN[kind]},
    **{f"mixed from {first}": (SCENARIO, *mixed(first)) for first in FIRST},
    "nothing happens": (SCENARIO, "recorded_shocks=none"),
}
"""A scenario and overrides: every scenario, one rule for all of a kind, other rules for neighbours, no shock."""
in_every_case = pytest.mark.parametrize("texts", EVERY.values(), ids=EVERY.keys())


@cache
def twenty() -> Trajectory:
    return simulate(case_named(SCENARIO), range(20))


def assert_runs_of_mesa(case: Case, together: Trajectory, within: float = 1e-12) -> None:
    assert together.runs == RUNS
    for place, run in enumerate(RUNS):
        alone = run_alone(case, run)
        assert alone.runs == (run,)
        assert_same_worlds(alone.worlds, run_of(together.worlds, place), within)


@in_every_case
def test_run_k_of_the_ensemble_is_run_k_of_mesa(texts: tuple[str, ...]) -> None:
    case = case_from(*texts)
    assert_runs_of_mesa(case, simulate(case, RUNS))


@settings(max_examples=10)
@given(NUMBERS, st.sampled_from(sorted(country_rules())))
def test_run_k_of_the_ensemble_is_run_k_of_mesa_in_every_small_world(numbers: dict[str, int], rule: str) -> None:
    case = make_case(make_setting(**numbers), rule=rule)
    assert_runs_of_mesa(case, simulate(case, RUNS))


@pytest.mark.hold  # compiling takes about ten seconds; a small world of mixed rules is compiled in test_jax_backend
@in_every_case
def test_run_k_of_the_compiled_ensemble_is_run_k_of_mesa(texts: tuple[str, ...]) -> None:
    case = case_from(*texts)
    assert_runs_of_mesa(case, trajectory_by(jax_backend.record_runs, case, RUNS), within=1e-9)


@pytest.mark.hold
@pytest.mark.parametrize(("seed", "rule"), [(1, "landscape"), (2, "random"), (3, "multi_vector")])
def test_run_k_of_the_compiled_ensemble_is_run_k_of_mesa_in_small_worlds(seed: int, rule: str) -> None:
    setting = make_setting(seed, n_countries=2 + seed % 2, n_powers=1 + seed, n_domains=1 + seed % 2, n_steps=2 + seed)
    case = make_case(setting, rule=rule)
    assert_runs_of_mesa(case, trajectory_by(jax_backend.record_runs, case, RUNS), within=1e-9)


def test_everybody_follows_the_rule_of_the_case_and_where_rules_are_mixed_none_is_left_out() -> None:
    def followed(name: str) -> dict[str, set[type]]:
        case = case_from(*EVERY[name])
        return {"countries": {*map(type, case.country_rules)}, "powers": {*map(type, case.power_rules)}}

    together = [followed(f"mixed from {first}") for first in FIRST]
    for kind, known in KNOWN.items():
        assert set().union(*(rules[kind] for rules in together)) == set(known.values())
        for rule in known:
            assert followed(f"all {kind} {rule}")[kind] == {known[rule]}


def test_a_run_of_a_high_number_alone_is_that_run_inside_a_block() -> None:
    alone, block = outcomes(short_case(), [FAR]), outcomes(short_case(), range(FAR - 30, FAR + 34))
    assert np.max(np.abs(alone.values[..., 0] - block.values[..., 30])) <= 1e-12
    assert np.array_equal(alone.meetings[:, 0], block.meetings[:, 30])
    assert_same_worlds(run_alone(short_case(), FAR).worlds, run_of(simulate(short_case(), [FAR - 1, FAR]).worlds, 1))


def test_the_same_runs_give_the_same_worlds_to_the_last_bit() -> None:
    assert_same_worlds(simulate(case_named(SCENARIO), range(20)).worlds, twenty().worlds, within=0.0)


def test_runs_differ_from_one_another_and_from_those_of_another_seed() -> None:
    share = twenty().worlds.share
    other = simulate(case_from(SCENARIO, "seed=1"), range(20)).worlds.share
    for run in range(20):
        assert np.max(np.abs(share[-1, ..., run] - other[-1, ..., run])) > 1e-3
        assert np.max(np.abs(share[-1, ..., run] - share[-1, ..., run - 1])) > 1e-3


def test_a_shorter_horizon_keeps_the_early_quarters() -> None:
    early = simulate(case_from(SCENARIO, "end=2023Q4"), range(20)).worlds
    assert early.share.shape[0] == 12
    assert_same_worlds(early, quarters_of(twenty().worlds, 12))


def test_the_war_acts_from_its_quarter_on_and_not_before() -> None:
    peace, war = simulate(case_named("no_war"), range(20)).worlds, twenty().worlds
    before = case_named(SCENARIO).setting.axes.periods.index("2022Q1") + 1
    assert_same_worlds(quarters_of(peace, before), quarters_of(war, before))
    assert np.max(np.abs(peace.threat[before] - war.threat[before])) > 1e-3
