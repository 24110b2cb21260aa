"""The sampler of fits to events, on a likelihood whose posterior is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from hedgesim.analysis.calibration.events import (
    IDENTIFIED,
    EventPlan,
    EventPrior,
    by_group,
    fit,
    leave_one_out,
    log_happened,
    log_posterior,
)
from hedgesim.model.arrays import Array

PLAN = EventPlan(walkers=16, steps=600, warm_up=200)


@dataclass(frozen=True)
class Normals:
    """Normal observations of variance 1 of the first of two numbers, one for each group."""

    observed: tuple[float, ...] = (1.0, 2.0, 6.0)
    priors: tuple[EventPrior, ...] = (
        EventPrior("seen", 0.0, 1.0, "observed"),
        EventPrior("unseen", 1.0, 0.5, "of nothing observed", logarithmic=True),
    )

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple("ABC"[: len(self.observed)])

    def log_likelihood(self, values: Array) -> Array:
        return -0.5 * (np.asarray(self.observed) - values[:, :1]) ** 2


def test_the_log_posterior_is_the_likelihood_and_the_prior() -> None:
    values = np.array([[1.0, 1.5]])
    assert log_posterior(Normals(), values) == pytest.approx([-0.5 * (0 + 1 + 25) - 0.5 * (1 + 1)])
    assert log_posterior(Normals(), values, without="C") == pytest.approx([-0.5 * 1 - 0.5 * (1 + 1)])


def test_the_posterior_of_a_normal_mean_comes_out() -> None:
    """Three observations and a prior of weight 1: mean 9 / 4, variance 1 / 4; about 150 draws count."""
    table = fit(Normals(), PLAN).parameters.set_index("parameter")
    seen, unseen = table.loc["seen"], table.loc["unseen"]
    assert seen["posterior_mean"] == pytest.approx(2.25, abs=4 * 0.5 / np.sqrt(150))
    assert seen["width_ratio"] == pytest.approx(0.5, abs=0.12)
    assert seen["identified"]
    assert not unseen["identified"]
    assert unseen["q50"] == pytest.approx(np.e, rel=0.2)
    assert unseen["prior_mean"] == pytest.approx(np.exp(1.0 + 0.125))
    assert seen["q05"] < seen["q50"] < seen["q95"]
    assert pytest.approx(0.5) == IDENTIFIED**2


def test_a_group_that_is_left_out_says_nothing() -> None:
    table = leave_one_out(Normals(), PLAN).set_index(["without", "parameter"])["posterior_mean"]
    assert table["C", "seen"] == pytest.approx(3.0 / 3.0, abs=0.2)
    assert table["A", "seen"] == pytest.approx(8.0 / 3.0, abs=0.2)


def test_the_same_seed_gives_the_same_fit() -> None:
    first, again = (fit(Normals(), EventPlan(walkers=8, steps=20, warm_up=5)).draws for _ in range(2))
    assert first.equals(again)


def test_terms_are_summed_by_group() -> None:
    sums = by_group(("A", "B"), ["A", "B", "A"], np.array([[1.0, 2.0, 4.0]]))
    np.testing.assert_allclose(sums, [[5.0, 2.0]])


def test_what_has_no_rate_never_happens() -> None:
    np.testing.assert_allclose(log_happened(np.array([0.0, np.log(2.0)]), np.array([False, False])), [0.0, -np.log(2)])
    assert log_happened(np.array([0.0]), np.array([True]))[0] == -np.inf
    assert np.exp(log_happened(np.array([np.log(2.0)]), np.array([True])))[0] == pytest.approx(0.5)


@dataclass(frozen=True)
class Sums(Normals):
    """Exact observations of the sum of two numbers of which nothing says how it is split."""

    priors: tuple[EventPrior, ...] = (
        EventPrior("wide", 0.0, 10.0, "of a wide prior"),
        EventPrior("narrow", 2.0, 1.0, ""),
    )

    def log_likelihood(self, values: Array) -> Array:
        return -50.0 * (np.asarray(self.observed) - values.sum(axis=1, keepdims=True)) ** 2


def test_an_estimate_goes_with_the_middle_of_the_prior_of_what_is_not_identified() -> None:
    """The sum is 5, and runs take 2 for the second, so the first is 3 whatever its median in draws."""
    table = fit(Sums((5.0, 5.0, 5.0)), PLAN).parameters.set_index("parameter")
    assert list(table["identified"]) == [True, False]
    assert table.loc["narrow", "estimate"] == 2.0
    assert table.loc["wide", "estimate"] == pytest.approx(3.0, abs=0.05)
