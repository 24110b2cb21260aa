"""Scores against their known answers, through the functions that score a hindcast."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from hedgesim.analysis.hindcast.scores import LEVEL, brier, crps, pit, rps, skill
from hedgesim.errors import HedgesimError

NORMAL = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)[None, :]
"""A standard normal forecast in members of equal chance."""


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (-0.3, 0.8)])
def test_crps_of_a_normal_forecast_is_what_lies_outside_of_the_bounds(low: float, high: float) -> None:
    below = integrate.quad(lambda x: stats.norm.cdf(x) ** 2, -12, low)[0]
    above = integrate.quad(lambda x: stats.norm.sf(x) ** 2, high, 12)[0]
    assert crps(np.asarray([low]), np.asarray([high]), NORMAL)[0] == pytest.approx(below + above, abs=1e-5)


def test_brier_and_rps_by_hand() -> None:
    np.testing.assert_allclose(brier(np.asarray([1.0, 0.0]), np.asarray([0.7, 0.7])), [0.09, 0.49])
    chances = np.asarray([[0.2, 0.5, 0.3], [0.2, 0.5, 0.3]])
    # nothing happens: (.2 - 1)^2 + (.7 - 1)^2; two or more: .2^2 + .7^2
    np.testing.assert_allclose(rps(np.asarray([0, 7]), chances), [0.73, 0.53])


@given(st.floats(-2, 2), st.floats(0, 2))
def test_wider_bounds_never_cost_more(low: float, width: float) -> None:
    one, other = np.asarray([low]), np.asarray([low + width])
    assert crps(one, other, NORMAL)[0] <= crps(one, one, NORMAL)[0] + 1e-9


def test_weights_count_members_as_often() -> None:
    rng = np.random.default_rng(1)
    members = rng.normal(size=(3, 120))
    twice = np.concatenate([members, members[:, :60]], axis=-1)
    weights = np.where(np.arange(120) < 60, 2.0, 1.0) / 180.0
    observed = np.asarray([0.1, -1.0, 2.0])
    np.testing.assert_allclose(crps(observed, observed, members, weights), crps(observed, observed, twice), atol=1e-12)


def test_pit_counts_equal_members_half() -> None:
    np.testing.assert_allclose(pit(np.asarray([2.0]), np.asarray([[1.0, 2.0, 2.0, 3.0]])), [0.5])


def test_the_interval_of_a_skill_covers_as_often_as_it_says() -> None:
    """Of cases alone: 200 samples of pairs whose true skill is known; coverage within the binomial 99.9 % band."""
    rng = np.random.default_rng(5)
    n, truth = 200, 1.0 - 0.8
    hits = 0
    for _ in range(n):
        baseline = rng.gamma(4.0, 0.25, 60)
        found = skill(0.8 * baseline * rng.gamma(16.0, 1.0 / 16.0, 60), baseline, np.zeros(60))
        hits += found.low <= truth <= found.high
    band = stats.binom(n, LEVEL).ppf([0.0005, 0.9995])
    assert band[0] <= hits <= band[1]


def test_too_few_members_and_cases_are_refused_with_the_number_needed() -> None:
    zero = np.zeros(1)
    with pytest.raises(HedgesimError, match=r"50 runs are too few .* at least 100"):
        crps(zero, zero, NORMAL[:, :50])
    with pytest.raises(HedgesimError, match=r"7 observed cases .* at least 8"):
        skill(np.ones(7), np.ones(7), np.arange(7))
    with pytest.raises(HedgesimError, match="made no error"):
        skill(np.ones(9), np.zeros(9), np.arange(9))
