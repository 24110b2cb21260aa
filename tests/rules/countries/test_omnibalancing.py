import numpy as np
import pytest

from worlds import next_share, plain_view, row


def test_a_strained_government_moves_toward_its_protector() -> None:
    # Protection 3 x .4: the first power's weight grows by exp(1.2).
    target = 0.4 * np.exp(1.2) / (0.4 * np.exp(1.2) + 0.6)
    share = next_share("omnibalancing", plain_view(protection=row(0.4, 0.0)))
    assert share[0] == pytest.approx(0.5 * (0.4 + target))


def test_it_moves_toward_a_protector_that_threatens_too() -> None:
    torn = plain_view(protection=row(0.4, 0.0), exposed_threat=row(0.4, 0.0))
    assert next_share("omnibalancing", torn)[0] > 0.4
    assert next_share("omnibalancing", torn, protection=0.0)[0] < 0.4


def test_threat_from_abroad_counts_by_its_parameter() -> None:
    threat = plain_view(exposed_threat=row(0.5, 0.0))
    assert next_share("omnibalancing", threat)[0] > next_share("multi_vector", threat)[0]
    assert next_share("omnibalancing", threat, recoil=0.0)[0] == pytest.approx(0.4)
