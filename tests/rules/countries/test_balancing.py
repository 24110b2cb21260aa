import numpy as np
import pytest

from worlds import next_share, plain_view, row

THREAT = {"threat_rise": row(0.5, 0.0), "exposed_threat": row(0.5, 0.0)}


def test_it_recoils_from_threat_by_its_parameter() -> None:
    # Recoil 3 on a threat of .5: the first power's weight falls by exp(-1.5).
    target = 0.4 * np.exp(-1.5) / (0.4 * np.exp(-1.5) + 0.6)
    assert next_share("balancing", plain_view(**THREAT))[0] == pytest.approx(0.5 * (0.4 + target))
    assert next_share("balancing", plain_view(**THREAT), recoil=0.0)[0] == pytest.approx(0.4)


def test_it_recoils_harder_than_multi_vector_policy() -> None:
    assert next_share("balancing", plain_view(**THREAT))[0] < next_share("multi_vector", plain_view(**THREAT))[0]


def test_a_strained_government_counts_for_nothing() -> None:
    assert next_share("balancing", plain_view(protection=row(1.0, 0.0))) == pytest.approx([0.4, 0.3, 0.2, 0.1])
