import numpy as np
import pytest

from worlds import next_share, plain_view, row

THREAT = {"threat_rise": row(0.5, 0.0), "exposed_threat": row(0.5, 0.0)}


def test_without_changes_it_stays_where_it_is() -> None:
    assert next_share("multi_vector", plain_view()) == pytest.approx([0.4, 0.3, 0.2, 0.1])


def test_it_recoils_from_threat_and_goes_half_of_the_way_at_rate_one_half() -> None:
    # The first power's weight falls by exp(-.5): target .4 e^-.5 / (.4 e^-.5 + .6).
    target = 0.4 * np.exp(-0.5) / (0.4 * np.exp(-0.5) + 0.6)
    share = next_share("multi_vector", plain_view(**THREAT))
    assert share[0] == pytest.approx(0.5 * (0.4 + target))
    assert share[1:] / share[1:].sum() == pytest.approx([0.5, 1.0 / 3.0, 1.0 / 6.0])


def test_concentration_and_holding_rivals_together_cost() -> None:
    crowded = next_share("multi_vector", plain_view(crowding=row(0.2, 0.0)))
    assert crowded[0] < 0.4
    torn = next_share("multi_vector", plain_view(friction=row(0.0, 0.2)))
    assert torn[1] < 0.3


def test_support_for_formats_is_their_appeal_less_the_price_of_formality() -> None:
    from hedgesim.model.parameters import Parameters
    from hedgesim.rules import country_rules

    view = plain_view(appeal=row(1.0), formality=row(0.4), sovereignty=row(2.0))
    decision = country_rules()["multi_vector"]().decide(view, Parameters())
    assert decision.support.item() == pytest.approx(0.2)
