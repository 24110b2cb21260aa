import numpy as np
import pytest

from worlds import next_share, plain_view, row


def test_it_leans_to_powers_it_likes_and_the_more_the_larger_they_are() -> None:
    # Propensity .2 times 1 + size: exp(.4) for the large power, exp(.3) for the one of half its size.
    weights = np.asarray([0.4 * np.exp(0.4), 0.3 * np.exp(0.3), 0.2, 0.1])
    start = np.asarray([0.4, 0.3, 0.2, 0.1])
    share = next_share("landscape", plain_view(affinity=row(0.2, 0.2)))
    assert share == pytest.approx(0.5 * (start + weights / weights.sum()))


def test_it_leans_away_from_those_whose_rivals_it_holds_and_from_those_who_threaten() -> None:
    assert next_share("landscape", plain_view(friction=row(0.3, 0.0)))[0] < 0.4
    assert next_share("landscape", plain_view(threat_rise=row(0.3, 0.0)))[0] < 0.4


def test_without_pull_it_keeps_the_starting_portfolio() -> None:
    assert next_share("landscape", plain_view(affinity=row(0.9, -0.9)), pull=0.0) == pytest.approx([0.4, 0.3, 0.2, 0.1])
