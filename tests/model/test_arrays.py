import array_api_compat.numpy as xp
import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hedgesim.engines.run_last import RunLastSpace
from hedgesim.model.arrays import (
    bound,
    carry,
    contract,
    count_common,
    flag,
    logistic,
    meet,
    namespace,
    pack,
    pair_sums,
    pick,
    positive,
    runs_first,
    side_by_side,
    softmax,
    surely_zero,
    swap,
)

LENGTHS = st.tuples(*[st.integers(1, 4)] * 4)
NUMBERS = st.floats(-100.0, 100.0)
MANY = st.one_of(st.integers(1, 5), st.integers(30, 34), st.integers(62, 70))
"""Members of an axis: few, about one word of 32 bits, or about two."""
SPACES = pytest.mark.parametrize("space", [xp, array_api_strict], ids=["numpy", "strict"])


def filled(data: st.DataObject, *lengths: int) -> np.ndarray:
    return data.draw(arrays(float, lengths, elements=NUMBERS))


def truths(seed: int, *lengths: int) -> np.ndarray:
    """Truths, so many and so few that both sides of a question come up."""
    rng = np.random.default_rng(seed)
    return rng.uniform(size=lengths) < rng.uniform(size=lengths[:1] + (1,) * (len(lengths) - 1)) ** 2


def test_even_odds_are_a_probability_of_one_half() -> None:
    assert logistic(xp, np.asarray([0.0, np.log(3.0)])) == pytest.approx([0.5, 0.75])


def test_softmax_of_logarithms_of_shares_gives_the_shares_however_large_the_values() -> None:
    shares = np.asarray([0.2, 0.3, 0.5])
    assert softmax(xp, np.log(shares) + 5000.0) == pytest.approx(shares)


def test_positive_keeps_what_is_above_nought() -> None:
    assert positive(xp, np.asarray([-1.0, 0.0, 2.0])).tolist() == [0.0, 0.0, 2.0]


def test_bound_keeps_what_lies_within() -> None:
    assert bound(xp, np.asarray([-1.0, 0.3, 2.0]), 0.0, 1.0).tolist() == [0.0, 0.3, 1.0]


def test_what_is_no_number_stays_none_within_bounds() -> None:
    none = np.asarray([np.nan])
    assert np.isnan(positive(xp, none)).all()
    assert np.isnan(bound(xp, none, 0.0, 1.0)).all()


def test_every_array_knows_its_namespace() -> None:
    assert namespace(np.zeros(1)) is xp
    assert namespace(np.float64(1.0)) is xp
    assert namespace(array_api_strict.zeros(1)) is array_api_strict
    space = RunLastSpace(xp)
    assert namespace(space.runs_first(np.zeros(1))) is space


@SPACES
def test_a_flag_is_one_where_it_holds(space) -> None:
    raised = flag(space, space.asarray([True, False]))
    assert raised.dtype == space.float64
    assert np.asarray(raised).tolist() == [1.0, 0.0]


def test_only_numbers_that_are_known_to_be_nought_are_surely_so() -> None:
    assert surely_zero(0.0)
    assert surely_zero(0)
    assert surely_zero(np.zeros((2, 3)))
    assert not surely_zero(0.1)
    assert not surely_zero(np.asarray([0.0, 1e-300]))
    assert not surely_zero(np.asarray([0.0, np.nan]))
    assert not surely_zero(array_api_strict.zeros(2)), "what cannot be asked in every namespace is not asked"


@given(LENGTHS, st.data())
def test_numbers_laid_side_by_side_are_the_same_and_runs_lie_next_to_one_another(
    lengths: tuple[int, ...], data: st.DataObject
) -> None:
    usual = filled(data, *lengths)
    laid = side_by_side(xp, usual)
    assert laid.shape == usual.shape
    assert np.array_equal(laid, usual)
    assert np.moveaxis(laid, 0, -1).flags.c_contiguous


def test_formulas_keep_runs_next_to_one_another() -> None:
    laid = side_by_side(xp, np.ones((5, 4, 3, 2)))
    for made in (2.0 * laid, laid + np.ones((1, 4, 1, 2)), np.exp(laid), laid.sum(axis=-1, keepdims=True)):
        assert made.strides[0] == made.itemsize


def test_arrays_of_other_namespaces_are_laid_out_by_themselves() -> None:
    strict = array_api_strict.ones((2, 1, 1, 3))
    assert side_by_side(array_api_strict, strict) is strict


@SPACES
def test_runs_come_first_where_they_were_last(space) -> None:
    moved = runs_first(space, space.asarray(np.arange(24.0).reshape(2, 3, 4)))
    assert moved.shape == (4, 2, 3)
    assert np.array_equal(np.asarray(moved), np.moveaxis(np.arange(24.0).reshape(2, 3, 4), -1, 0))


@SPACES
@given(lengths=LENGTHS, to=st.integers(1, 4), steps=st.sampled_from([(), (2,)]), data=st.data())
def test_carrying_is_a_sum_over_the_last_axis(space, lengths, to: int, steps, data: st.DataObject) -> None:
    x, matrix = filled(data, *steps, *lengths), filled(data, lengths[-1], to)
    moved = carry(space, space.asarray(x), space.asarray(matrix))
    assert np.asarray(moved) == pytest.approx(np.einsum("...k,kt->...t", x, matrix), abs=1e-9)


@SPACES
@given(runs=st.integers(1, 4), rows=st.integers(1, 4), columns=st.integers(1, 4), k=MANY, seed=st.integers(0, 99))
def test_sums_of_pairs_are_sums_over_the_last_axis(
    space, runs: int, rows: int, columns: int, k: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    row, column = rng.normal(size=(runs, rows, 1, k)), rng.normal(size=(runs, columns, 1, k))
    found = pair_sums(space, space.asarray(row), space.asarray(column))
    assert found.shape == (runs, rows, 1, columns)
    assert np.asarray(found) == pytest.approx(np.einsum("riok,rjok->rioj", row, column), abs=1e-12)
    last = RunLastSpace(xp)
    kept = pair_sums(last, runs_first(last, np.moveaxis(row, 0, -1)), runs_first(last, np.moveaxis(column, 0, -1)))
    assert np.moveaxis(kept.kept, -1, 0) == pytest.approx(np.asarray(found), abs=1e-12)


@SPACES
@given(lengths=LENGTHS, k=st.integers(1, 4), steps=st.sampled_from([(), (2,)]), data=st.data())
def test_contracting_is_a_sum_over_what_both_share(space, lengths, k: int, steps, data: st.DataObject) -> None:
    runs, countries, _, targets = lengths
    of, what = filled(data, *steps, runs, countries, 1, k), filled(data, *steps, runs, 1, k, targets)
    found = contract(space.asarray(of), space.asarray(what))
    expected = np.einsum("...cok,...okt->...cot", of, what)
    assert found.shape == (*steps, runs, countries, 1, targets)
    assert np.asarray(found) == pytest.approx(expected, abs=1e-9)


@SPACES
@given(seed=st.integers(0, 10_000), members=MANY, runs=st.integers(1, 3), formats=st.integers(1, 3))
def test_packed_truths_meet_and_count_as_sets_do(space, seed: int, members: int, runs: int, formats: int) -> None:
    one, other = truths(seed, runs, members, 1, formats), truths(seed + 1, runs, members, 1, formats)
    left, right = (pack(space, space.asarray(holds), -3) for holds in (one, other))
    assert len(left) == -(-members // 32)
    assert all(word.dtype == space.uint32 and word.shape == (runs, 1, 1, formats) for word in left)
    met, common = np.asarray(meet(left, right)), np.asarray(count_common(space, left, right))
    for r, f in np.ndindex(runs, formats):
        both = set(np.flatnonzero(one[r, :, 0, f])) & set(np.flatnonzero(other[r, :, 0, f]))
        assert met[r, 0, 0, f] == bool(both)
        assert common[r, 0, 0, f] == len(both)


@given(seed=st.integers(0, 10_000), members=MANY, axis=st.sampled_from([-1, -2, -3]))
def test_truths_are_packed_along_any_axis_bit_by_bit(seed: int, members: int, axis: int) -> None:
    lengths = [2, 2, 2, 2]
    lengths[axis] = members
    holds = truths(seed, *lengths)
    words = pack(xp, holds, axis)
    for n in range(members):
        bit = (words[n // 32] >> np.uint32(n % 32)) & np.uint32(1)
        assert np.array_equal(bit > 0, np.take(holds, [n], axis=axis))


@given(arrays(np.uint32, 20, elements=st.integers(0, 2**32 - 1)))
def test_bits_are_counted_alike_with_and_without_a_function_for_it(word: np.ndarray) -> None:
    counted = [bin(number).count("1") for number in word.tolist()]
    for space in (xp, array_api_strict):
        assert np.asarray(count_common(space, (space.asarray(word),), (space.asarray(word),))).tolist() == counted


@given(st.lists(st.integers(0, 9), min_size=1, max_size=10, unique=True))
def test_picked_entries_come_in_the_order_in_which_they_are_asked_for(places: list[int]) -> None:
    x = np.arange(40.0).reshape(4, 10)
    assert np.array_equal(pick(xp, x, tuple(places)), x[:, places])


@SPACES
@pytest.mark.parametrize(("one", "other"), [(-1, -2), (-3, -1), (-3, -2)])
def test_two_axes_change_places(space, one: int, other: int) -> None:
    x = np.arange(120.0).reshape(2, 3, 4, 5)
    assert np.array_equal(np.asarray(swap(space, space.asarray(x), one, other)), np.swapaxes(x, one, other))
