"""Designs sample the unit cube as their authors say, and a place in it becomes the value of a distribution there."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hedgesim.experiment import Experiment
from hedgesim.experiment.design import cube_of
from hedgesim.experiment.schema import MORRIS_LEVELS
from hedgesim.experiment.uncertainties import Uncertainty, levels_of, values_at

SAMPLED = ("latin_hypercube", "sobol", "saltelli", "morris")
ROUNDING = 1e-9
"""Two ways to the same quantile differ by rounding, relative to the range, also where its inverse is steep."""


def experiment(design: str, *, d: int, n: int, seed: int = 0, second_order: bool = False) -> Experiment:
    paths = {f"settings.x{k}": Uncertainty(low=0.0, high=1.0) for k in range(d)}
    return Experiment(
        question="q",
        scenarios=("s",),
        uncertainties=paths,
        outcomes=("cohesion",),
        design=design,
        samples=n,
        second_order=second_order,
        seed=seed,
    )


@pytest.mark.parametrize("design", SAMPLED)
@pytest.mark.parametrize("d", [1, 2, 5])
def test_samples_lie_in_the_unit_cube_and_the_seed_decides(design: str, d: int) -> None:
    cube = cube_of(experiment(design, d=d, n=8))
    assert cube.shape[1] == d
    assert cube.min() >= 0.0
    assert cube.max() <= 1.0
    assert np.array_equal(cube, cube_of(experiment(design, d=d, n=8)))
    # Two seeds agree by chance where a design has few levels: morris with one uncertainty has few different paths.
    others = [cube_of(experiment(design, d=d, n=8, seed=seed)) for seed in (1, 2**63 - 1)]
    assert not any(np.array_equal(cube, other) for other in others)


@pytest.fixture
def global_generator() -> Iterator[Callable[[int], None]]:
    """Give NumPy's global generator a seed; afterwards it is the one from before."""
    before = np.random.get_bit_generator()
    yield lambda seed: np.random.set_bit_generator(np.random.MT19937(seed))
    np.random.set_bit_generator(before)


def test_samples_do_not_depend_on_the_state_of_the_global_generator(global_generator: Callable[[int], None]) -> None:
    for design in SAMPLED:
        global_generator(1)
        one = cube_of(experiment(design, d=3, n=8))
        global_generator(2)
        assert np.array_equal(one, cube_of(experiment(design, d=3, n=8))), design


@given(st.integers(1, 60), st.integers(1, 6), st.integers(0, 2**63 - 1))
def test_latin_hypercube_has_one_sample_in_each_stratum_of_each_dimension(n: int, d: int, seed: int) -> None:
    cube = cube_of(experiment("latin_hypercube", d=d, n=n, seed=seed))
    strata = np.sort(np.floor(cube * n), axis=0)
    assert np.array_equal(strata, np.tile(np.arange(n)[:, None], d))


@given(st.integers(0, 7), st.integers(1, 6), st.integers(0, 2**63 - 1))
def test_sobol_is_balanced_in_every_dyadic_interval(m: int, d: int, seed: int) -> None:
    cube = cube_of(experiment("sobol", d=d, n=2**m, seed=seed))
    assert cube.shape == (2**m, d)
    for k in range(m + 1):
        for column in np.floor(cube * 2**k).astype(int).T:
            assert np.array_equal(np.bincount(column, minlength=2**k), np.full(2**k, 2 ** (m - k)))


def test_first_two_dimensions_of_sobol_are_balanced_together() -> None:
    """They are a (0, m, 2)-net in base 2: one of 2^m samples in every box of sides 2^-a and 2^-(m-a) [sobol1967]."""
    m = 6
    cube = cube_of(experiment("sobol", d=2, n=2**m))
    for a in range(m + 1):
        boxes = np.floor(cube * [2**a, 2 ** (m - a)]).astype(int)
        assert len({tuple(box) for box in boxes}) == 2**m


@pytest.mark.parametrize("second_order", [False, True])
@pytest.mark.parametrize(("d", "n"), [(1, 4), (3, 8), (5, 2)])
def test_saltelli_takes_one_column_at_a_time_from_the_other_sample(d: int, n: int, *, second_order: bool) -> None:
    """Per base sample: A, then A with column k of B for each k, then (second order) B with column k of A, then B."""
    cube = cube_of(experiment("saltelli", d=d, n=n, second_order=second_order))
    rows = 2 * d + 2 if second_order else d + 2
    assert cube.shape == (n * rows, d)
    blocks = cube.reshape(n, rows, d)
    first, last = blocks[:, 0], blocks[:, -1]
    for k in range(d):
        only = np.arange(d) == k
        assert np.array_equal(blocks[:, 1 + k], np.where(only, last, first))
        if second_order:
            assert np.array_equal(blocks[:, 1 + d + k], np.where(only, first, last))
    assert not np.any(first == last)
    for sample in (first, last):
        strata = np.sort(np.floor(sample * n), axis=0)
        assert np.array_equal(strata, np.tile(np.arange(n)[:, None], d)), "each is a Sobol sample"


@given(st.integers(2, 8), st.integers(1, 7), st.integers(0, 2**63 - 1))
def test_morris_walks_one_coordinate_at_a_time(n: int, d: int, seed: int) -> None:
    """Every path has d + 1 rows on a grid of levels; each step moves another coordinate by half of all levels."""
    cube = cube_of(experiment("morris", d=d, n=n, seed=seed))
    assert cube.shape == (n * (d + 1), d)
    on_grid = cube * (MORRIS_LEVELS - 1)
    assert np.allclose(on_grid, np.round(on_grid), rtol=0.0, atol=1e-12)
    step = MORRIS_LEVELS / (2.0 * (MORRIS_LEVELS - 1))
    for path in cube.reshape(n, d + 1, d):
        moves = [after - before for before, after in pairwise(path)]
        moved = [np.flatnonzero(np.abs(move) > 1e-12).tolist() for move in moves]
        assert sorted(moved) == [[k] for k in range(d)]
        assert np.allclose(np.abs(np.sum(moves, axis=0)), step, rtol=0.0, atol=1e-12)


RANGE = st.tuples(st.floats(-50.0, 50.0), st.floats(0.01, 50.0)).map(lambda pair: (pair[0], pair[0] + pair[1]))
PROBABILITIES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8).map(np.asarray)


@given(RANGE, PROBABILITIES)
def test_uniform_has_its_quantiles(ends: tuple[float, float], places: np.ndarray) -> None:
    low, high = ends
    values = values_at(Uncertainty(low=low, high=high), places)
    assert values == pytest.approx(stats.uniform(low, high - low).ppf(places), rel=ROUNDING, abs=ROUNDING)
    assert all(low <= value <= high for value in values)


@given(st.floats(1e-3, 10.0), st.floats(1.01, 1e4), PROBABILITIES)
def test_log_uniform_has_its_quantiles(low: float, factor: float, places: np.ndarray) -> None:
    high = low * factor
    values = values_at(Uncertainty(distribution="log_uniform", low=low, high=high), places)
    assert values == pytest.approx(stats.loguniform(low, high).ppf(places), rel=ROUNDING)
    assert all(low <= value <= high for value in values)


@given(RANGE, st.none() | st.floats(0.0, 1.0), PROBABILITIES)
def test_triangular_has_its_quantiles(ends: tuple[float, float], place: float | None, places: np.ndarray) -> None:
    low, high = ends
    mode = None if place is None else min(low + place * (high - low), high)
    values = values_at(Uncertainty(distribution="triangular", low=low, high=high, mode=mode), places)
    peak = 0.5 if mode is None else (mode - low) / (high - low)
    expected = stats.triang(peak, low, high - low).ppf(places)
    assert values == pytest.approx(expected, rel=ROUNDING, abs=ROUNDING)
    assert all(low <= value <= high for value in values)


@given(RANGE, st.none() | st.floats(-0.5, 1.5), st.none() | st.floats(0.1, 3.0), PROBABILITIES)
def test_normal_has_its_quantiles_between_its_ends(
    ends: tuple[float, float], centre: float | None, spread: float | None, places: np.ndarray
) -> None:
    """Checked the other way round, as the probability below a value: where the mean lies outside, quantiles are steep.

    The density is at most 1 / (0.1 sd) of a range here, so an error of 1e-9 of the range moves it by less than 1e-7.
    """
    low, high = ends
    held = Uncertainty(
        distribution="normal",
        low=low,
        high=high,
        mean=None if centre is None else low + centre * (high - low),
        sd=None if spread is None else spread * (high - low),
    )
    values = values_at(held, places)
    assert all(low <= value <= high for value in values)
    mean = (low + high) / 2 if held.mean is None else held.mean
    sd = (high - low) / 4 if held.sd is None else held.sd
    below = stats.truncnorm((low - mean) / sd, (high - mean) / sd, mean, sd).cdf(values)
    assert below == pytest.approx(places, abs=1e-6)


def test_known_quantiles() -> None:
    """A quarter and three quarters of the way, by hand."""
    at = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    assert values_at(Uncertainty(low=2.0, high=6.0), at) == [2.0, 3.0, 4.0, 5.0, 6.0]
    by_factors = values_at(Uncertainty(distribution="log_uniform", low=1.0, high=16.0), at)
    assert by_factors == pytest.approx([1.0, 2.0, 4.0, 8.0, 16.0], rel=1e-12)
    root = np.sqrt(0.5)  # the area left of x is 2 x^2 up to the middle
    triangle = values_at(Uncertainty(distribution="triangular", low=0.0, high=1.0), at)
    assert triangle == pytest.approx([0.0, root / 2, 0.5, 1 - root / 2, 1.0], abs=1e-12)
    wide, narrow = (
        values_at(Uncertainty(distribution="normal", low=-9.0, high=9.0, mean=0.0, sd=sd), at) for sd in (1e6, 1.0)
    )
    assert wide == pytest.approx([-9.0, -4.5, 0.0, 4.5, 9.0], abs=1e-6), "cut from a flat normal: uniform"
    assert narrow[1:4] == pytest.approx([-0.67448975, 0.0, 0.67448975], abs=1e-8), "cut far out: the whole normal"
    assert (narrow[0], narrow[-1]) == (-9.0, 9.0)


@pytest.mark.parametrize("distribution", ["uniform", "log_uniform", "triangular", "normal"])
def test_quantiles_rise(distribution: str) -> None:
    values = values_at(Uncertainty(distribution=distribution, low=0.3, high=3.0), np.linspace(0.0, 1.0, 11))
    assert all(before < after for before, after in pairwise(values))
    assert (values[0], values[-1]) == pytest.approx((0.3, 3.0), rel=1e-15)


@given(st.lists(st.integers(), min_size=1, max_size=9, unique=True), st.floats(0.0, 1.0))
def test_list_has_equal_parts_of_the_unit_interval(names: list[int], place: float) -> None:
    n = len(names)
    (value,) = values_at(Uncertainty(values=names), np.array([place]))
    k = names.index(value)
    assert k / n - 1e-12 <= place <= (k + 1) / n + 1e-12
    middles = (np.arange(n) + 0.5) / n
    assert values_at(Uncertainty(values=names), middles) == names
    assert values_at(Uncertainty(values=names), np.array([0.0, 1.0])) == [names[0], names[-1]]


def test_list_keeps_words_and_lists_as_they_are() -> None:
    held = Uncertainty(values=["all", ["war_2022", "covid"], None, 2])
    assert values_at(held, np.array([0.1, 0.3, 0.6, 0.9])) == ["all", ("war_2022", "covid"), None, 2]


def test_levels_of_a_grid_are_evenly_spread() -> None:
    assert levels_of(Uncertainty(low=0.0, high=4.0, levels=5)) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert levels_of(Uncertainty(low=0.0, high=0.3, levels=4)) == [0.0, 0.1, 0.2, 0.3], "as one writes them"
    by_factors = levels_of(Uncertainty(distribution="log_uniform", low=0.1, high=1000.0, levels=5))
    assert by_factors == [0.1, 1.0, 10.0, 100.0, 1000.0]
    assert levels_of(Uncertainty(values=[3, 1, 2])) == (3, 1, 2), "a list in its own order"


@given(RANGE, st.integers(2, 40))
def test_levels_begin_and_end_with_the_range_and_stay_in_it(ends: tuple[float, float], n: int) -> None:
    low, high = ends
    levels = np.asarray(levels_of(Uncertainty(low=low, high=high, levels=n)), dtype=float)
    assert (levels[0], levels[-1], len(levels)) == (low, high, n)
    assert levels.min() >= low
    assert levels.max() <= high
    even = np.linspace(low, high, n)  # inner levels are written with 12 digits: half a unit of the last one off
    assert np.all(np.abs(levels - even) <= 0.5e-11 * np.maximum(np.abs(low), np.abs(high)))
