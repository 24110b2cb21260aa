"""The worlds that benchmarks time are sound; no time is asserted."""

import jax
import numpy as np
import pytest
from benchmarks.limit import arithmetic
from benchmarks.sizes import enlarged
from benchmarks.timing import time_in_turn

from hedgesim.engines.case import case_named
from hedgesim.engines.ensemble import outcomes
from hedgesim.model.arrays import TARGET


@pytest.mark.parametrize("more", [{"countries": 8}, {"powers": 10}, {"formats": 70}, {"quarters": 30}])
def test_a_larger_world_has_shares_that_sum_to_one_and_outcomes_that_are_numbers(more: dict[str, int]) -> None:
    case = enlarged(case_named("war_2022"), **more)
    axes = case.setting.axes
    sizes = {"countries": len(axes.countries), "powers": len(axes.powers), "formats": len(axes.formats)}
    assert {**sizes, "quarters": axes.n_steps}.items() >= more.items()
    assert case.setting.share.sum(axis=TARGET) == pytest.approx(1.0)
    assert case.setting.share.shape == (sizes["countries"], len(axes.domains), sizes["powers"] + 2, 1)
    made = outcomes(case, range(2))
    assert np.all(made.failed == -1)
    assert np.all(np.isfinite(made.values))


def test_a_world_that_is_not_made_larger_is_the_same() -> None:
    case = case_named("war_2022")
    same = enlarged(case)
    assert same.setting.axes == case.setting.axes
    assert np.max(np.abs(outcomes(same, [3]).values - outcomes(case, [3]).values)) < 0.02, "ties of 0 became small"


def test_the_arithmetic_of_a_run_holds_its_noise_and_grows_with_its_quarters() -> None:
    case = case_named("war_2022")
    axes = case.setting.axes
    cells = len(axes.countries) * (len(axes.domains) * len(axes.options) + len(axes.powers))
    with jax.enable_x64(True):
        short, usual = arithmetic(enlarged(case, quarters=5)), arithmetic(case)
    for name, least in (("flops", 100 * cells), ("exponentials", 3 * cells)):
        a_quarter = (getattr(usual, name) - getattr(short, name)) / (axes.n_steps - 5)
        assert a_quarter > least, "a normal number takes a logarithm, an exponential and a root"
        assert getattr(short, name) > 5 * a_quarter > 0.0, "the start takes some, too"


def test_every_way_is_called_once_to_warm_up_and_then_in_turn() -> None:
    called: list[str] = []

    def way(name: str) -> int:
        called.append(name)
        return 3

    timed = time_in_turn({"a": lambda: way("a"), "b": lambda: way("b")}, rounds=2)
    assert called == ["a", "b", "a", "b", "a", "b"]
    assert all(len(one.rates) == 2 and one.best >= one.median > 0.0 for one in timed.values())
