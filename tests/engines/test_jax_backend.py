"""The compiled back end: the same source, the same numbers."""

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import jax
import numpy as np
import pytest
from tests.engines.alike import assert_same_worlds, outcomes_of, run_of, trajectory_by

from hedgesim.engines import engine_of, jax_backend
from hedgesim.engines.agent_based import run_alone
from hedgesim.engines.case import Case
from hedgesim.engines.ensemble import outcomes, simulate
from hedgesim.errors import HedgesimError
from hedgesim.model.parameter import parameters_of
from hedgesim.model.parameters import all_parameters
from hedgesim.rules import catalogue, country_rules, power_rules
from hedgesim.rules.catalogue import rule_file, use
from worlds import make_case, make_setting, short_case

compiled_outcomes = partial(outcomes_of, jax_backend.record_runs)
compiled_trajectory = partial(trajectory_by, jax_backend.record_runs)

# Compiling takes about ten seconds: tests share the programs of `short_case` and of `varied`, others are held.


def test_other_numbers_do_not_compile_again(monkeypatch: pytest.MonkeyPatch) -> None:
    case = short_case()
    compiled_outcomes(case, range(3))
    known = jax_backend._program.cache_info().misses
    monkeypatch.setattr(jax_backend, "_quarters", None)
    moved = replace(case, parameters=case.parameters.with_values({"taste.threat": 2.5, "drift.sigma": 0.03}))
    assert np.max(np.abs(compiled_outcomes(moved, range(5)).values - outcomes(moved, range(5)).values)) <= 1e-9
    assert jax_backend._program.cache_info().misses == known


@pytest.mark.parametrize("first", [0.0, -2.5, np.nan, np.inf])
def test_arrays_behind_a_fusion_barrier_are_the_same_whatever_they_hold(first: float) -> None:
    numbers = np.asarray([[first, 1.0], [np.nan, -np.inf]])
    truths, words = np.asarray([True, False]), np.asarray([3, 0, 7], dtype=np.uint32)
    with jax.enable_x64(True):
        for given in ((numbers, truths, words), (truths, numbers), (words,), (numbers[:0],), ()):
            computed = jax.jit(jax_backend._computed_once)(*given)
            assert len(computed) == len(given)
            for here, there in zip(computed, given, strict=True):
                assert here.dtype == there.dtype
                assert np.array_equal(here, there, equal_nan=there.dtype == np.float64)


@pytest.mark.parametrize("cores", [1, 3])
def test_neither_the_number_of_cores_nor_the_runs_made_together_change_a_run(
    cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = compiled_outcomes(short_case(), range(200))
    monkeypatch.setattr(jax_backend, "_cores", lambda: cores)
    assert jax_backend.together() == 2 * cores * jax_backend.TOGETHER["cpu"]
    other, alone = compiled_outcomes(short_case(), range(200)), compiled_outcomes(short_case(), [199])
    assert np.array_equal(other.values, usual.values)
    assert np.array_equal(other.meetings, usual.meetings)
    assert np.max(np.abs(alone.values[..., 0] - usual.values[..., 199])) <= 1e-12


RUNS = (4, 0, 4, 9)
"""Runs of `varied`: equal ones with other numbers, too."""


@pytest.fixture(scope="module")
def varied() -> tuple[Case, list[Case]]:
    """A small world of many rules, every number of which differs from run to run over its range, and each run alone."""
    base, rng = make_case(make_setting(5, n_steps=5)), np.random.default_rng(1)
    countries = [country_rules()[name]() for name in ("neutrality", "random", "landscape")]
    powers = [power_rules()[name]() for name in ("patron", "suitor", "bystander")]
    groups = [all_parameters(), *({item.name: item for item in parameters_of(rule)} for rule in (*countries, *powers))]
    numbers = [{path: rng.uniform(item.low, item.high, len(RUNS)) for path, item in items.items()} for items in groups]
    sizes = rng.uniform(-0.4, 0.6, (len(base.setting.shocks.names), len(RUNS)))

    def case_of_runs(run: int | None = None) -> Case:
        """All runs, whose numbers are arrays, or one of them, whose numbers are plain."""
        own = [
            {path: v[None, None, None, :] if run is None else float(v[run]) for path, v in group.items()}
            for group in numbers
        ]
        which = slice(None) if run is None else slice(run, run + 1)
        rules = [rule.with_values(values) for rule, values in zip((*countries, *powers), own[1:], strict=True)]
        return replace(
            base,
            parameters=base.parameters.with_values(own[0]),
            country_rules=tuple(rules[:3]),
            power_rules=tuple(rules[3:]),
            setting=replace(base.setting, shocks=replace(base.setting.shocks, size=sizes[:, which])),
        )

    return case_of_runs(), [case_of_runs(place) for place in range(len(RUNS))]


def test_every_number_may_differ_from_run_to_run_and_each_run_is_a_case_of_its_own(
    varied: tuple[Case, list[Case]],
) -> None:
    case, cases = varied
    with np.errstate(over="ignore"):
        kept, plain = compiled_trajectory(case, RUNS), simulate(case, RUNS).worlds
        for place, run in enumerate(RUNS):
            alone = run_alone(cases[place], run).worlds
            assert_same_worlds(run_of(plain, place), alone)
            assert_same_worlds(run_of(kept.worlds, place), alone, within=1e-9)
    assert kept.runs == RUNS
    assert np.max(np.abs(plain.share[-1, ..., 0] - plain.share[-1, ..., 2])) > 1e-3, "equal runs, other numbers"


def test_a_run_whose_number_overflows_fails_alone_as_in_numpy(varied: tuple[Case, list[Case]]) -> None:
    noise = varied[0].parameters.drift.sigma.copy()
    noise[..., 1] = 1.7e308
    case = replace(varied[0], parameters=varied[0].parameters.with_values({"drift.sigma": noise}))
    with np.errstate(all="ignore"):
        compiled, plain = compiled_trajectory(case, RUNS).outcomes(), outcomes(case, RUNS)
    assert (compiled.failed >= 0).tolist() == [False, True, False, False]
    assert np.array_equal(compiled.failed, plain.failed)
    assert np.max(np.abs(np.delete(compiled.values - plain.values, 1, axis=-1))) <= 1e-9


def test_doubles_are_for_our_programs_only() -> None:
    assert compiled_outcomes(short_case(), [0]).values.dtype == np.float64
    assert jax.numpy.zeros(1).dtype == np.float32


MINE = """
from dataclasses import dataclass
import numpy as np
from hedgesim.rules.rule import CountryRule

@dataclass(frozen=True)
class Mine(CountryRule):
    "Mine."
    def value(self, view, taste):
        BODY
"""
BROKEN = {
    "The truth value of an array": "return view.whim if view.threat > 0.0 else view.response",
    "it uses a function of NumPy's own": "return np.log(view.share) + view.whim",
    "JAX arrays are immutable": "value = view.response + view.whim; value[0] = 0.0; return value",
}
"""Faults of rules that only NumPy tolerates, and the message of each."""


@pytest.mark.parametrize("said", list(BROKEN))
def test_a_rule_that_cannot_be_compiled_is_named_with_its_line(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(catalogue, "own", {})
    use([rule_file(write(MINE.replace("BODY", BROKEN[said]), "mine.py"))])
    case = replace(short_case(), country_rules=(country_rules()["mine"](),) * len(short_case().country_rules))
    with pytest.raises(HedgesimError) as caught:
        compiled_outcomes(case, [0])
    assert str(caught.value).startswith("mine.py:10: ")
    assert said in str(caught.value)
    assert "xp.where" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_error_outside_rules_is_raised_unchanged() -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        compiled_outcomes(replace(short_case(), seed="seed"), [0])


def test_without_jax_the_line_that_installs_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    monkeypatch.delitem(sys.modules, "hedgesim.engines.jax_backend")
    monkeypatch.delattr("hedgesim.engines.jax_backend")
    with pytest.raises(HedgesimError, match=r"^--backend jax: jax is not installed.* pip install 'hedgesim\[fast\]'"):
        engine_of("ensemble", "jax")
