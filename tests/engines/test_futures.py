"""Futures of a run: it goes on from a quarter as it might, and with its own random numbers as it does."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from scipy.stats import kstest

from hedgesim.engines import engine_of
from hedgesim.engines.case import Case, case_of, following, run_inputs
from hedgesim.engines.futures import fork_of
from hedgesim.model.shocks import Conditions
from hedgesim.model.start import conditions_at
from hedgesim.results.blocks import run_block
from hedgesim.scenario import read_scenario

ROUNDING = 1e-12
CHANGE = "changes.lean={date: 2022Q4, source: assumption, rule: {country: KAZ, rule: bandwagoning, pull: 2.0}}"


@pytest.fixture(scope="module")
def war() -> Case:
    return case_of(read_scenario("war_2022"))


def values_of(case: Case, runs: range) -> np.ndarray:
    """Every outcome by quarter and run."""
    return run_block(case, engine_of("ensemble"), runs).outcomes.values


def futures_of(case: Case, run: int, step: int, ahead: int, others: list[int], after: Case | None = None) -> np.ndarray:
    """Every outcome of the futures of a run, the present first, under the rules of a case after the fork."""
    fork = fork_of(case, run, step, ahead=ahead, others=others)
    return run_block(after or case, fork.engine(), others).outcomes.values


@pytest.mark.parametrize("step", [0, 1, 6, 15])
def test_with_its_own_random_numbers_a_run_goes_on_as_it_does(war: Case, step: int) -> None:
    run = values_of(war, range(3))[..., 2]
    found = futures_of(war, 2, step, 8, [2, 2])
    for n in (0, 1):
        assert np.allclose(found[..., n], run[:, step : step + 9], rtol=0, atol=ROUNDING)


def test_another_rule_from_the_fork_on_is_that_of_a_dated_change(war: Case) -> None:
    changed = values_of(case_of(read_scenario("war_2022", overrides=[CHANGE])), range(5))[..., 4]
    step = war.setting.axes.periods.index("2022Q3")
    after = following(war.at(step + 1), {"KAZ": {"rule": "bandwagoning", "pull": 2.0}})
    found = futures_of(war, 4, step, 8, [4], after)
    assert np.allclose(found[..., 0], changed[:, step : step + 9], rtol=0, atol=ROUNDING)
    assert not np.allclose(found, futures_of(war, 4, step, 8, [4]), rtol=0, atol=1e-3)


def test_futures_begin_alike_in_the_present_and_part(war: Case) -> None:
    found = futures_of(war, 1, 9, 4, list(range(20)))
    assert np.ptp(found[:, 0], axis=-1).max() == 0.0
    spread = np.ptp(found[: len(war.setting.axes.options)], axis=-1).mean(axis=0)
    assert (np.diff(spread) > 0.0).all()


def test_a_random_shock_that_has_come_stays_and_one_to_come_waits_as_in_the_other_run() -> None:
    case = case_of(read_scenario("outlook_2030"))
    rate, step, others = case.setting.shocks.rate, 12, list(range(1, 40))
    own, theirs = (np.asarray(run_inputs(np, case, runs).start.onset) for runs in ([0], others))
    random = (rate > 0.0)[:, 0]
    assert random.any()
    for fork_step in (step, int(own[random].max())):
        expected = np.where((rate > 0.0) & (own > fork_step), fork_step + theirs, own + 0.0 * theirs)
        steps = np.arange(fork_step, fork_step + 5, dtype=float)[:, None, None]
        conditions = conditions_at(case.setting, expected, steps)
        fork = fork_of(case, 0, fork_step, ahead=4, others=others)
        for item in fields(Conditions):
            assert np.array_equal(getattr(fork.conditions, item.name), getattr(conditions, item.name)), item.name
    assert (own[random] <= fork_step).all()


def test_a_calendar_year_that_has_begun_has_the_tail_of_the_run_and_later_ones_have_their_own(war: Case) -> None:
    step = war.setting.axes.periods.index("2022Q2")
    fork = fork_of(war, 0, step, ahead=4, others=list(range(1, 9)))
    own = run_inputs(np, war, [0])
    for ahead, draws in enumerate(fork.draws, start=1):
        tail = own.draws_at(step + ahead).tail
        assert np.array_equal(draws.tail, tail) == (ahead <= 2), ahead
        assert draws.tail.shape[-1] == (1 if ahead <= 2 else 8)


def test_what_really_comes_is_anywhere_among_the_futures() -> None:
    """The place of a run among its futures is uniform, for what comes is one of them."""
    case = case_of(read_scenario("war_2022", overrides=["end=2023Q4"]))
    runs, ahead, others = range(50), 3, list(range(1000, 1050))
    outcomes = run_block(case, engine_of("ensemble"), runs).outcomes
    columns = [n for n, (name, _) in enumerate(outcomes.columns()) if name == "presence_RUS"]
    places = []
    for run in runs:
        step, column = 1 + run % 8, columns[run % len(columns)]
        found = futures_of(case, run, step, ahead, others)[column, ahead]
        places.append((found < outcomes.values[column, step + ahead, run]).mean())
    assert kstest(places, "uniform").pvalue > 0.01
