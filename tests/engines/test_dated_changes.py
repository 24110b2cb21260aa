"""Changes of memberships, rules and formats act from their quarter on, in every engine alike."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.engines.alike import assert_same_worlds, outcomes_of, run_of

from hedgesim.engines import jax_backend
from hedgesim.engines.agent_based import HedgeModel, run_alone
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.ensemble import outcomes, simulate
from hedgesim.model.world import LEADERS, MEMBER, NONE
from hedgesim.rules import country_rules
from hedgesim.scenario import read_scenario
from worlds import case_from

RUNS = range(12)
WAR = "purpose: p\nextends: war_2022\nend: 2023Q4\nseed: 1\n"
OUT = "out: {date: 2022Q3, source: assumption, membership: {country: KAZ, format: EAEU, status: none}}"
TURN = "turn: {date: 2022Q3, source: assumption, rule: {country: UZB, rule: balancing, recoil: 4}}"


def case_with(write: Callable[..., Path], *changes: str) -> Case:
    text = WAR + "changes:\n" + "".join(f"  {change}\n" for change in changes)
    return case_of(read_scenario(write(text)))


@pytest.fixture
def usual() -> Case:
    return case_from("war_2022", "end=2023Q4", "seed=1")


def test_a_country_leaves_a_format_and_its_shares_move_from_that_quarter_on(
    write: Callable[..., Path], usual: Case
) -> None:
    case, step = case_with(write, OUT), 6
    here, there = simulate(case, RUNS).worlds, simulate(usual, RUNS).worlds
    k, f = case.setting.axes.countries.index("KAZ"), case.setting.axes.formats.index("EAEU")
    assert (here.status[step:, k, 0, f] == NONE).all()
    assert np.array_equal(here.status[:step], there.status[:step])
    was = there.status[step - 1, k, 0, f] == MEMBER
    moved = np.abs(here.share - there.share)
    assert was.sum() > 6
    assert moved[:step].max() == 0.0
    assert (moved[step:, k].max(axis=(1, 2))[:, was] > 1e-6).all()


def test_a_country_follows_another_rule_from_a_quarter_on(write: Callable[..., Path], usual: Case) -> None:
    case, step = case_with(write, TURN), 6
    always = case_from("war_2022", "end=2023Q4", "seed=1", "rules.countries.UZB={rule: balancing, recoil: 4}")
    u = case.setting.axes.countries.index("UZB")
    assert case.at(step - 1).country_rules == usual.country_rules
    assert case.at(step).country_rules == case.at(99).country_rules == always.country_rules
    moved = np.abs(simulate(case, RUNS).worlds.share - simulate(usual, RUNS).worlds.share)
    assert moved[:step].max() == 0.0
    assert (moved[step:, u].max(axis=(1, 2)) > 1e-6).all()


def test_formats_close_and_open(write: Callable[..., Path]) -> None:
    shut = "shut: {date: 2022Q1, source: assumption, format: {format: OTS, rung: none}}"
    back = "back: {date: 2023Q1, source: assumption, format: {format: OTS, rung: leaders, members: [KGZ, UZB]}}"
    case = case_with(write, shut, back)
    axes, worlds = case.setting.axes, simulate(case, RUNS).worlds
    f = axes.formats.index("OTS")
    assert (worlds.ladder[4:8, 0, 0, f] == 0.0).all()
    assert (worlds.status[4:8, :, 0, f] == NONE).all()
    assert (worlds.meeting[4:8, 0, 0, f] == 0.0).all()
    assert (worlds.ladder[8:, 0, 0, f] == LEADERS).all()
    founders = worlds.status[8, [axes.countries.index(code) for code in ("KGZ", "UZB")], 0, f]
    assert (founders == MEMBER).mean() > 0.8  # who is not willing may leave at once


def test_agents_change_with_the_ensemble_and_keep_a_rule_given_by_hand(write: Callable[..., Path]) -> None:
    case = case_with(write, OUT, TURN)
    worlds = simulate(case, RUNS).worlds
    assert_same_worlds(run_of(worlds, 5), run_alone(case, 5).worlds)
    model = HedgeModel(case, 0)
    own, changed = model.countries[0], model.countries[case.setting.axes.countries.index("UZB")]
    own.rule = given = case.later_rules[0].country_rules[0].with_values({})
    changed.rule = "neutrality"
    while model.quarter < 6:
        assert changed.rule == country_rules()["neutrality"]()
        model.step()
    assert own.rule is given
    assert changed.rule is case.later_rules[0].country_rules[model.countries.index(changed)]
    while model.running:
        model.step()
    assert own.rule is given
    assert changed.rule is case.later_rules[0].country_rules[model.countries.index(changed)]


def test_the_compiled_ensemble_changes_with_that_of_numpy(write: Callable[..., Path]) -> None:
    case = case_with(write, OUT, TURN)
    compiled = outcomes_of(jax_backend.record_runs, case, range(3))
    assert np.max(np.abs(compiled.values - outcomes(case, range(3)).values)) <= 1e-9
