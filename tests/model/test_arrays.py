import array_api_compat.numpy as xp
import numpy as np
import pytest

from hedgesim.model.arrays import bound, logistic, positive, softmax


def test_even_odds_are_a_probability_of_one_half() -> None:
    assert logistic(xp, np.asarray([0.0, np.log(3.0)])) == pytest.approx([0.5, 0.75])


def test_softmax_of_logarithms_of_shares_gives_the_shares_however_large_the_values() -> None:
    shares = np.asarray([0.2, 0.3, 0.5])
    assert softmax(xp, np.log(shares) + 5000.0) == pytest.approx(shares)


def test_positive_keeps_what_is_above_nought() -> None:
    assert positive(xp, np.asarray([-1.0, 0.0, 2.0])).tolist() == [0.0, 0.0, 2.0]


def test_bound_keeps_what_lies_within() -> None:
    assert bound(xp, np.asarray([-1.0, 0.3, 2.0]), 0.0, 1.0).tolist() == [0.0, 0.3, 1.0]
