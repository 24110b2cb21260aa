"""Numbers of many runs, reduced while they come, are what they are when all are kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgesim.batch.reduction import BINS, EXACT, MARGIN, QUANTILES, Reduction


def reduced(values: np.ndarray, sizes: list[int]) -> Reduction:
    reduction, first = Reduction(), 0
    for size in sizes:
        reduction.add(values[first : first + size])
        first += size
    return reduction


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_few_runs_in_any_blocks_are_exact(seed: int, sizes: list[int]) -> None:
    values = np.random.default_rng(seed).normal(size=(sum(sizes), 3))
    reduction = reduced(values, sizes)
    assert np.array_equal(reduction.n(), np.full(3, sum(sizes)))
    assert reduction.mean() == pytest.approx(values.mean(axis=0), abs=1e-12)
    if sum(sizes) > 1:
        assert reduction.sd() == pytest.approx(values.std(axis=0, ddof=1), abs=1e-12)
    assert reduction.quantiles() == pytest.approx(np.quantile(values, QUANTILES, axis=0), abs=1e-12)


@pytest.mark.parametrize("draw", ["normal", "uniform", "exponential"])
def test_many_runs_are_within_a_bin_of_exact(draw: str) -> None:
    values = getattr(np.random.default_rng(5), draw)(size=(5 * EXACT, 2))
    reduction = reduced(values, [128] * (5 * EXACT // 128))
    kept = values[: EXACT + 128]
    width = (kept.max(axis=0) - kept.min(axis=0)) * (1.0 + 2.0 * MARGIN) / BINS
    exact = np.quantile(values, QUANTILES, axis=0, method="inverted_cdf")
    assert np.all(np.abs(reduction.quantiles() - exact) <= width)
    assert reduction.mean() == pytest.approx(values.mean(axis=0), abs=1e-10)
    assert reduction.sd() == pytest.approx(values.std(axis=0, ddof=1), abs=1e-10)


def test_a_number_that_never_changes_keeps_its_value() -> None:
    reduction = reduced(np.full((2 * EXACT, 1), 0.25), [EXACT, EXACT // 2, EXACT // 2])
    assert reduction.quantiles() == pytest.approx(np.full((len(QUANTILES), 1), 0.25), abs=1e-9)
    assert reduction.sd()[0] == 0.0


def test_what_is_not_known_is_left_out_and_not_counted() -> None:
    values = np.asarray([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    reduction = reduced(values, [2, 1])
    assert reduction.n().tolist() == [2, 0]
    assert reduction.mean()[0] == 2.0
    assert np.isnan(reduction.mean()[1])
    assert np.isnan(reduction.sd()[1])
    assert reduction.quantiles()[2, 0] == 2.0
    assert np.isnan(reduction.quantiles()[2, 1])


def test_one_run_has_no_spread() -> None:
    assert np.isnan(reduced(np.asarray([[4.0]]), [1]).sd()[0])


def test_memory_does_not_grow_with_the_number_of_runs() -> None:
    reduction = Reduction()
    values = np.random.default_rng(1).normal(size=(EXACT, 4))
    for _ in range(4):
        reduction.add(values)
    held = sum(v.nbytes for v in vars(reduction).values() if isinstance(v, np.ndarray))
    blocks = reduction._blocks
    assert blocks == []
    assert held == 8 * 4 * (BINS + 5)
