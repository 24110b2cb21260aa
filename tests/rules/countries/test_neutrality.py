import numpy as np
import pytest

from worlds import next_share, plain_view, row

CALM = {"exposed_threat": row(0.0, 0.0)}


def test_without_threat_it_stays_where_it_is() -> None:
    assert next_share("neutrality", plain_view(**CALM)) == pytest.approx([0.4, 0.3, 0.2, 0.1])


def test_threat_from_anybody_moves_weight_to_self_reliance() -> None:
    # Weights: .4 exp(-.5), .3, .2 and .1 exp(2 x .5); pace .4 of a rate of one half.
    weights = np.asarray([0.4 * np.exp(-0.5), 0.3, 0.2, 0.1 * np.exp(1.0)])
    start = np.asarray([0.4, 0.3, 0.2, 0.1])
    expected = start + 0.2 * (weights / weights.sum() - start)
    assert next_share("neutrality", plain_view(exposed_threat=row(0.5, 0.0))) == pytest.approx(expected)


def test_it_moves_at_its_own_pace() -> None:
    view = plain_view(exposed_threat=row(0.5, 0.0))
    slow, fast = (next_share("neutrality", view, speed=speed)[3] - 0.1 for speed in (0.25, 1.0))
    assert fast == pytest.approx(4.0 * slow)
