import array_api_strict
import numpy as np
import numpy as xp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hedgesim.model import arrays as ar
from hedgesim.model.arrays import COUNTRY, DOMAIN, RUN, TARGET

LENGTHS = st.tuples(*[st.integers(1, 4)] * 4)
NUMBERS = st.floats(-100.0, 100.0)
SPACES = pytest.mark.parametrize("space", [xp, array_api_strict], ids=["numpy", "strict"])


def filled(data: st.DataObject, *lengths: int) -> np.ndarray:
    return data.draw(arrays(float, lengths, elements=NUMBERS))


def test_even_odds_are_a_probability_of_one_half() -> None:
    assert ar.logistic(xp, np.asarray([0.0, np.log(3.0)])) == pytest.approx([0.5, 0.75])


@SPACES
def test_a_logarithm_is_as_exact_in_a_compiled_namespace(space) -> None:
    x = np.geomspace(1e-30, 1e30, 601)
    assert np.asarray(ar.logarithm(space, space.asarray(x))) == pytest.approx(np.log(x), rel=1e-14, abs=1e-15)


@SPACES
def test_equal_shares_tilted_by_logarithms_give_what_these_are_of_however_large_they_are(space) -> None:
    shares = np.asarray([[0.2, 0.1], [0.3, 0.1], [0.5, 0.8]])
    tilt = space.asarray(np.log(shares) + 5000.0)
    assert np.asarray(ar.tilted(space, space.asarray(0.0 * shares + 1.0 / 3.0), tilt)) == pytest.approx(shares)


def test_a_tilt_gives_all_to_what_is_much_larger() -> None:
    for first, second in ((0.0, 5000.0), (5000.0, 0.0)):
        found = ar.tilted(xp, np.asarray([[0.5], [0.5]]), np.asarray([[first], [second]]))[:, 0]
        assert found == pytest.approx([first / 5000.0, second / 5000.0], abs=1e-300)


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
@given(lengths=LENGTHS, k=st.integers(1, 4), steps=st.sampled_from([(), (2,)]), data=st.data())
def test_products_are_summed_over_the_axis_that_both_share(space, lengths, k: int, steps, data: st.DataObject) -> None:
    countries, _, targets, runs = lengths
    of, what = filled(data, *steps, countries, 1, k, runs), filled(data, *steps, 1, k, targets, runs)
    found = ar.sum_products(space.asarray(of), space.asarray(what))
    expected = np.einsum("...cokr,...oktr->...cotr", of, what)
    assert found.shape == (*steps, countries, 1, targets, runs)
    assert np.asarray(found) == pytest.approx(expected, abs=1e-9)


@SPACES
@given(st.lists(st.integers(0, 9), max_size=10, unique=True))
def test_targets_are_taken_in_the_order_that_is_given_and_put_back_among_zeros(space, places: list[int]) -> None:
    x = np.arange(1.0, 81.0).reshape(4, 1, 10, 2)
    taken = ar.take_targets(space, space.asarray(x), tuple(places))
    assert np.array_equal(np.asarray(taken), x[:, :, places, :])
    placed = np.asarray(ar.place_targets(space, taken, tuple(places), 10))
    assert np.array_equal(placed, np.where(np.isin(np.arange(10), places)[:, None], x, 0.0))


@SPACES
def test_a_mask_chooses_places_of_targets_and_the_one_domain_of_its_name(space) -> None:
    mask = space.asarray(np.asarray([0.0, 1.0, 1.0]).reshape(1, 1, 3, 1))
    assert ar.places_of(mask) == (1, 2)
    assert ar.places_of(mask, mask * space.asarray(np.asarray([1.0, 0.0, 1.0]).reshape(1, 1, 3, 1))) == (2,)
    domain = np.asarray([0.0, 1.0, 0.0]).reshape(1, 3, 1, 1)
    x = np.arange(24.0).reshape(2, 3, 2, 2)
    assert np.array_equal(x[ar.in_domains(domain)], x[:, 1:2])
    assert x[ar.in_domains(0.0 * domain)].shape == (2, 0, 2, 2)


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
