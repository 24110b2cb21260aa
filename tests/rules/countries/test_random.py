import numpy as np
import pytest

from worlds import next_share, plain_view, row


def test_it_moves_from_its_present_shares_and_not_from_its_starting_ones() -> None:
    moved = row(0.1, 0.2, 0.3, 0.4)
    assert next_share("random", plain_view(share=moved)) == pytest.approx(moved[0, 0, :, 0])


def test_a_push_moves_shares_by_their_odds() -> None:
    # A push of ln 2 on the first option doubles its weight: .8 of 1.4; rate one half.
    pushed = plain_view(whim=row(np.log(2.0), 0.0, 0.0, 0.0))
    assert next_share("random", pushed)[0] == pytest.approx(0.5 * (0.4 + 0.8 / 1.4))
    assert next_share("random", pushed, spread=0.0)[0] == pytest.approx(0.4)


def test_a_share_of_zero_stays_near_zero() -> None:
    share = next_share("random", plain_view(share=row(0.0, 0.5, 0.3, 0.2)))
    assert 0.0 <= share[0] < 1e-11
    assert share.sum() == pytest.approx(1.0)


def test_reasons_do_not_count() -> None:
    assert next_share("random", plain_view(exposed_threat=row(5.0, 0.0))) == pytest.approx([0.4, 0.3, 0.2, 0.1])
