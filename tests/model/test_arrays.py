import array_api_compat.numpy as xp
import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hedgesim.model import arrays as ar
from hedgesim.model.arrays import COUNTRY, DOMAIN, RUN, TARGET

LENGTHS = st.tuples(*[st.integers(1, 4)] * 4)
NUMBERS = st.floats(-100.0, 100.0)
MANY = st.one_of(st.integers(1, 5), st.integers(30, 34), st.integers(62, 70))
"""Members of an axis: few, about one word of 32 bits, or about two."""
SPACES = pytest.mark.parametrize("space", [xp, array_api_strict], ids=["numpy", "strict"])


def filled(data: st.DataObject, *lengths: int) -> np.ndarray:
    return data.draw(arrays(float, lengths, elements=NUMBERS))


def truths(seed: int, *lengths: int) -> np.ndarray:
    """Truth values, so many and so few that both answers to a question occur."""
    rng = np.random.default_rng(seed)
    return rng.uniform(size=lengths) < rng.uniform(size=lengths[:1] + (1,) * (len(lengths) - 1)) ** 2


def test_even_odds_are_a_probability_of_one_half() -> None:
    assert ar.logistic(xp, np.asarray([0.0, np.log(3.0)])) == pytest.approx([0.5, 0.75])


@SPACES
def test_softmax_of_logarithms_of_shares_gives_the_shares_however_large_the_values(space) -> None:
    shares = np.asarray([[0.2, 0.1], [0.3, 0.1], [0.5, 0.8]])
    assert np.asarray(ar.softmax(space, space.asarray(np.log(shares) + 5000.0))) == pytest.approx(shares)


def test_values_below_and_above_go_to_the_bounds_and_nan_stays() -> None:
    x = np.asarray([-1.0, 0.0, 0.3, 2.0, np.nan])
    assert np.array_equal(ar.positive(xp, x), [0.0, 0.0, 0.3, 2.0, np.nan], equal_nan=True)
    assert np.array_equal(ar.bound(xp, x, 0.0, 1.0), [0.0, 0.0, 0.3, 1.0, np.nan], equal_nan=True)


def test_every_array_knows_its_namespace() -> None:
    assert ar.namespace(np.zeros(1)) is xp
    assert ar.namespace(np.float64(1.0)) is xp
    assert ar.namespace(array_api_strict.zeros(1)) is array_api_strict
    assert ar.namespace(np.zeros(1), array_api_strict.zeros(1)) is array_api_strict, "NumPy's may be among others"


@SPACES
def test_an_indicator_is_one_where_it_holds(space) -> None:
    raised = ar.indicator(space, space.asarray([True, False]))
    assert raised.dtype == space.float64
    assert np.asarray(raised).tolist() == [1.0, 0.0]


def test_only_numbers_that_can_be_asked_are_known_to_be_zero() -> None:
    assert all(ar.known_zero(zero) for zero in (0.0, 0, np.zeros((2, 3))))
    assert not any(ar.known_zero(other) for other in (0.1, np.asarray([0.0, 1e-300]), np.asarray([0.0, np.nan])))
    assert not ar.known_zero(array_api_strict.zeros(2)), "what cannot be asked in every namespace is not asked"


@SPACES
@given(lengths=LENGTHS, to=st.integers(1, 4), steps=st.sampled_from([(), (2,)]), data=st.data())
def test_targets_are_mapped_by_a_sum_over_the_target_axis(space, lengths, to: int, steps, data: st.DataObject) -> None:
    x, matrix = filled(data, *steps, *lengths), filled(data, lengths[TARGET], to)
    moved = ar.map_targets(space, space.asarray(x), space.asarray(matrix))
    assert np.asarray(moved) == pytest.approx(np.einsum("...kr,kt->...tr", x, matrix), abs=1e-9)


@SPACES
@given(runs=st.integers(1, 4), rows=st.integers(1, 4), columns=st.integers(1, 4), k=MANY, seed=st.integers(0, 99))
def test_sums_of_pairs_are_sums_over_the_target_axis(
    space, runs: int, rows: int, columns: int, k: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    row, column = rng.normal(size=(rows, 1, k, runs)), rng.normal(size=(columns, 1, k, runs))
    found = ar.pair_sums(space, space.asarray(row), space.asarray(column))
    assert found.shape == (rows, 1, columns, runs)
    assert np.asarray(found) == pytest.approx(np.einsum("iokr,jokr->iojr", row, column), abs=1e-12)


@SPACES
@given(lengths=LENGTHS, k=st.integers(1, 4), steps=st.sampled_from([(), (2,)]), data=st.data())
def test_products_are_summed_over_the_axis_that_both_share(space, lengths, k: int, steps, data: st.DataObject) -> None:
    countries, _, targets, runs = lengths
    of, what = filled(data, *steps, countries, 1, k, runs), filled(data, *steps, 1, k, targets, runs)
    found = ar.sum_products(space.asarray(of), space.asarray(what))
    expected = np.einsum("...cokr,...oktr->...cotr", of, what)
    assert found.shape == (*steps, countries, 1, targets, runs)
    assert np.asarray(found) == pytest.approx(expected, abs=1e-9)


@SPACES
@given(seed=st.integers(0, 10_000), members=MANY, runs=st.integers(1, 3), formats=st.integers(1, 3))
def test_common_bits_are_found_and_counted_as_in_sets(space, seed: int, members: int, runs: int, formats: int) -> None:
    one, other = truths(seed, members, 1, formats, runs), truths(seed + 1, members, 1, formats, runs)
    left, right = (ar.pack_bits(space, space.asarray(holds), COUNTRY) for holds in (one, other))
    assert len(left) == -(-members // 32)
    assert all(word.dtype == space.uint32 and word.shape == (1, 1, formats, runs) for word in left)
    met, common = np.asarray(ar.any_common(left, right)), np.asarray(ar.count_common(space, left, right))
    for f, r in np.ndindex(formats, runs):
        both = set(np.flatnonzero(one[:, 0, f, r])) & set(np.flatnonzero(other[:, 0, f, r]))
        assert met[0, 0, f, r] == bool(both)
        assert common[0, 0, f, r] == len(both)


@given(seed=st.integers(0, 10_000), members=MANY, axis=st.sampled_from([COUNTRY, DOMAIN, TARGET, RUN]))
def test_truth_values_are_packed_along_any_axis_bit_by_bit(seed: int, members: int, axis: int) -> None:
    lengths = [2, 2, 2, 2]
    lengths[axis] = members
    holds = truths(seed, *lengths)
    words = ar.pack_bits(xp, holds, axis)
    for n in range(members):
        bit = (words[n // 32] >> np.uint32(n % 32)) & np.uint32(1)
        assert np.array_equal(bit > 0, np.take(holds, [n], axis=axis))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=10, unique=True))
def test_targets_are_taken_in_the_order_that_is_given(places: list[int]) -> None:
    x = np.arange(80.0).reshape(4, 10, 2)
    assert np.array_equal(ar.take_targets(xp, x, tuple(places)), x[:, places])


@SPACES
@pytest.mark.parametrize(("one", "other"), [(TARGET, DOMAIN), (COUNTRY, TARGET), (COUNTRY, RUN)])
def test_two_axes_are_exchanged(space, one: int, other: int) -> None:
    x = np.arange(120.0).reshape(2, 3, 4, 5)
    assert np.array_equal(np.asarray(ar.swap(space, space.asarray(x), one, other)), np.swapaxes(x, one, other))


def test_a_value_is_spread_over_the_shape_of_another() -> None:
    assert ar.spread(2.0, np.ones((2, 1, 3, 1))).tolist() == np.full((2, 1, 3, 1), 2.0).tolist()
    assert ar.spread(np.ones((1, 1, 3, 1)), np.ones((2, 1, 1, 4))).shape == (2, 1, 3, 4)


def test_a_fusion_barrier_gives_the_same_arrays_in_numpy_and_asks_the_one_of_another_namespace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, two = np.ones(2), np.zeros(3)
    assert all(kept is given for kept, given in zip(ar.fusion_barrier(xp, one, two), (one, two), strict=True))
    asked = []
    monkeypatch.setitem(ar.fusion_barriers, array_api_strict.__name__, lambda *given: asked.append(given) or given)
    assert ar.fusion_barrier(array_api_strict, one, two) == (one, two)
    assert asked == [(one, two)]
