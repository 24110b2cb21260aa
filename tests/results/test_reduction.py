"""Numbers of many runs, reduced while they come, are what they are when all are kept."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hedgesim.results.reduction import BINS, EXACT, LEVELS, MARGIN, Reduction


def reduced(values: np.ndarray, sizes: list[int]) -> Reduction:
    """The reduction of values, axes (…, run), given in blocks of some sizes."""
    reduction, first = Reduction(values.shape[:-1]), 0
    for size in sizes:
        reduction.add(values[..., first : first + size])
        first += size
    assert first >= values.shape[-1]
    return reduction


def statistics(reduction: Reduction) -> list[np.ndarray]:
    return [reduction.mean(), reduction.variance(), reduction.sd(), reduction.error(), reduction.quantiles()]


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_few_runs_in_any_blocks_are_exact(seed: int, sizes: list[int]) -> None:
    n = sum(sizes)
    values = np.random.default_rng(seed).normal(size=(3, 2, n))
    reduction = reduced(values, sizes)
    assert reduction.n == n
    assert reduction.mean() == pytest.approx(values.mean(axis=-1), abs=1e-12)
    if n > 1:
        assert reduction.variance() == pytest.approx(values.var(axis=-1, ddof=1), abs=1e-12)
        assert reduction.error() == pytest.approx(values.std(axis=-1, ddof=1) / np.sqrt(n), abs=1e-12)
    assert reduction.quantiles() == pytest.approx(np.quantile(values, LEVELS, axis=-1), abs=1e-12)


@settings(max_examples=15)
@given(
    st.integers(0, 10**6),
    st.integers(1, 3 * EXACT + 500),
    st.lists(st.integers(1, EXACT + 300), min_size=1, max_size=8),
)
@example(3, EXACT + 1500, [1] * (EXACT + 1500))
@example(3, EXACT + 1500, [64] * 56)
@example(3, EXACT + 1500, [1000] * 4)
def test_how_runs_are_cut_into_blocks_changes_no_bit(seed: int, n: int, sizes: list[int]) -> None:
    values = np.random.default_rng(seed).normal(size=(3, n))
    sizes = [*sizes, max(1, n - sum(sizes))]
    for one, other in zip(statistics(reduced(values, sizes)), statistics(reduced(values, [n])), strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_the_last_exact_run_is_exact_and_the_next_is_within_a_bin() -> None:
    values = np.random.default_rng(8).normal(size=(2, EXACT + 1))
    exact = reduced(values[:, :EXACT], [EXACT])
    assert np.array_equal(exact.quantiles(), np.quantile(values[:, :EXACT], LEVELS, axis=-1))
    binned = reduced(values, [EXACT, 1])
    assert not np.array_equal(binned.quantiles(), np.quantile(values, LEVELS, axis=-1))
    assert np.abs(binned.quantiles() - np.quantile(values, LEVELS, axis=-1)).max() < 0.02


@pytest.mark.parametrize("draw", ["normal", "uniform", "exponential"])
def test_many_runs_are_within_a_bin_of_exact(draw: str) -> None:
    values = getattr(np.random.default_rng(5), draw)(size=(2, 5 * EXACT))
    reduction = reduced(values, [128] * (5 * EXACT // 128))
    kept = values[:, :EXACT]
    width = (kept.max(axis=-1) - kept.min(axis=-1)) * (1.0 + 2.0 * MARGIN) / BINS
    exact = np.quantile(values, LEVELS, axis=-1, method="inverted_cdf")
    assert np.all(np.abs(reduction.quantiles() - exact) <= width)
    assert reduction.mean() == pytest.approx(values.mean(axis=-1), abs=1e-12)
    assert reduction.sd() == pytest.approx(values.std(axis=-1, ddof=1), abs=1e-12)


@pytest.mark.parametrize("value", [0.25, 0.0, -3e9])
def test_a_number_that_never_changes_keeps_its_value(value: float) -> None:
    reduction = reduced(np.full((1, 2 * EXACT + 7), value), [2 * EXACT + 7])
    assert reduction.quantiles() == pytest.approx(np.full((len(LEVELS), 1), value), rel=1e-11, abs=1e-9)
    assert reduction.sd()[0] == 0.0


def test_what_lies_beyond_the_bins_counts_at_their_ends_and_moves_no_other_quantile() -> None:
    values = np.random.default_rng(2).uniform(size=(1, 2 * EXACT))
    values[0, EXACT : EXACT + 20] = 1e6
    values[0, EXACT + 20 : EXACT + 40] = -1e6
    exact = np.quantile(values, LEVELS, axis=-1)
    assert np.abs(reduced(values, [2 * EXACT]).quantiles() - exact).max() < 2.5 / BINS


def test_one_run_has_no_spread_and_none_has_nothing() -> None:
    one = reduced(np.asarray([[4.0]]), [1])
    assert one.mean() == [4.0]
    assert np.isnan([one.variance(), one.sd(), one.error()]).all()
    none = Reduction((2,))
    assert none.n == 0
    assert all(np.isnan(numbers).all() for numbers in statistics(none))


STEADY, LATER = EXACT + 1, 4 * EXACT
LATE = {
    "constant at first": lambda rng: np.r_[np.zeros(STEADY), rng.normal(size=LATER)],
    "constant at first, and far from it later": lambda rng: np.r_[np.ones(STEADY), 1e6 + rng.normal(size=LATER)],
    "constant in most runs": lambda rng: np.where(rng.random(STEADY + LATER) < 0.93, 0.4, rng.random(STEADY + LATER)),
    "narrow at first": lambda rng: np.r_[rng.normal(size=STEADY) * 1e-9, rng.normal(size=LATER)],
    "ever wider": lambda rng: rng.normal(size=STEADY + LATER) * np.linspace(0.0, 9.0, STEADY + LATER),
    "varies only while it waits": lambda rng: np.r_[np.full(EXACT, 0.5), rng.random(EXACT - 1)],
    "very large later": lambda rng: np.r_[np.zeros(STEADY), 1e99 * rng.random(LATER)],
}


@pytest.mark.parametrize("draw", LATE.values(), ids=LATE.keys())
def test_quantiles_stay_right_where_a_number_only_starts_to_vary_later(draw: Callable[..., np.ndarray]) -> None:
    values = draw(np.random.default_rng(7))
    exact = np.quantile(values, LEVELS, method="inverted_cdf")
    width = np.ptp(values) * (1.0 + 2.0 * MARGIN) / BINS
    for sizes in ([len(values)], [300] * (len(values) // 300 + 1)):
        assert np.all(np.abs(reduced(values[None], sizes).quantiles()[:, 0] - exact) <= 2.0 * width)


def test_a_few_outliers_do_not_widen_the_bins() -> None:
    values = np.random.default_rng(7).random(3 * EXACT)
    values[-20:] = 1e9
    exact = np.quantile(values, LEVELS, method="inverted_cdf")
    assert np.abs(reduced(values[None], [len(values)]).quantiles()[:, 0] - exact).max() < 2.0 / BINS
