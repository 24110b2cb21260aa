"""Contributions of switches to a total: worked by hand, and the four laws that they alone keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hedgesim.engines.shapley import Values, alone, last, shapley

NUMBERS = st.floats(-100.0, 100.0, allow_nan=False)
FEW = settings(max_examples=30, deadline=None)


@st.composite
def games(draw: st.DrawFn, how_many: int = 1) -> tuple[Values, ...]:
    """Values of all combinations of the same two to five switches, in three runs each."""
    n = draw(st.integers(2, 5))
    return tuple(draw(arrays(np.float64, (1 << n, 3), elements=NUMBERS)) for _ in range(how_many))


def swapped(values: Values, one: int, other: int) -> Values:
    """The same game with two switches in each other's place."""
    order = []
    for number in range(len(values)):
        bits = (number >> one & 1, number >> other & 1)
        order.append(number & ~(1 << one) & ~(1 << other) | bits[0] << other | bits[1] << one)
    return values[order]


def test_an_additive_model_is_recovered_and_what_two_make_together_is_halved() -> None:
    a, b, c = (np.asarray([number >> k & 1 for number in range(8)], dtype=float) for k in range(3))
    values = (5.0 + 2.0 * a - 3.0 * b + 4.0 * a * b + 0.0 * c)[:, None]
    assert shapley(values)[:, 0] == pytest.approx([4.0, -1.0, 0.0], abs=1e-12)
    assert alone(values)[:, 0] == pytest.approx([2.0, -3.0, 0.0])
    assert last(values)[:, 0] == pytest.approx([6.0, 1.0, 0.0])


def test_what_three_make_together_is_divided_by_three() -> None:
    values = np.zeros((8, 1))
    values[7] = 6.0
    assert shapley(values)[:, 0] == pytest.approx([2.0, 2.0, 2.0], abs=1e-12)


def test_gloves_one_left_and_two_right_are_worth_what_shapley_found() -> None:
    left, one, other = 1, 2, 4
    values = np.asarray([[float(bool(n & left) and bool(n & (one | other)))] for n in range(8)])
    assert shapley(values)[:, 0] == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-12)


@FEW
@given(games())
def test_contributions_sum_to_the_total_in_every_run(game: tuple[Values]) -> None:
    (values,) = game
    assert shapley(values).sum(axis=0) == pytest.approx(values[-1] - values[0], abs=1e-11)


@FEW
@given(games(), st.data())
def test_switches_that_change_places_change_their_contributions(game: tuple[Values], data: st.DataObject) -> None:
    (values,) = game
    n = len(values).bit_length() - 1
    one, other = data.draw(st.lists(st.integers(0, n - 1), min_size=2, max_size=2, unique=True))
    expected = shapley(values)
    expected[[one, other]] = expected[[other, one]]
    assert shapley(swapped(values, one, other)) == pytest.approx(expected, abs=1e-11)


@FEW
@given(games())
def test_a_switch_that_changes_nothing_contributes_nothing_and_changes_no_contribution(game: tuple[Values]) -> None:
    (values,) = game
    with_dummy = np.concatenate((values, values))
    found = shapley(with_dummy)
    assert found[-1] == pytest.approx(0.0, abs=1e-12)
    assert found[:-1] == pytest.approx(shapley(values), abs=1e-11)


@FEW
@given(games(2))
def test_contributions_to_a_sum_are_the_sums_of_contributions(game: tuple[Values, Values]) -> None:
    one, other = game
    assert shapley(one + 3.0 * other) == pytest.approx(shapley(one) + 3.0 * shapley(other), abs=1e-10)


@pytest.mark.parametrize("n", [0, 1, 3, 6])
def test_values_of_some_combinations_only_are_refused(n: int) -> None:
    with pytest.raises(ValueError, match=f"{n} values are not those of all combinations"):
        shapley(np.zeros((n, 2)))
