import numpy as np
import pytest

from worlds import next_share, plain_view, row

THREAT = {"threat_rise": row(0.5, 0.0), "exposed_threat": row(0.5, 0.0)}


def test_it_leans_toward_whoever_threatens() -> None:
    target = 0.4 * np.exp(0.5) / (0.4 * np.exp(0.5) + 0.6)
    assert next_share("bandwagoning", plain_view(**THREAT))[0] == pytest.approx(0.5 * (0.4 + target))
    assert next_share("bandwagoning", plain_view(**THREAT), pull=0.0)[0] == pytest.approx(0.4)


def test_neither_concentration_nor_rivals_cost_anything() -> None:
    crowded = plain_view(crowding=row(0.5, -0.5), friction=row(0.5, 0.5))
    assert next_share("bandwagoning", crowded) == pytest.approx([0.4, 0.3, 0.2, 0.1])


def test_it_does_not_join_sanctions_for_threat() -> None:
    from hedgesim.model.parameters import Parameters
    from hedgesim.rules import country_rules

    calm = plain_view(embargoed=row(1.0, 0.0))
    afraid = plain_view(embargoed=row(1.0, 0.0), **THREAT)
    rule = country_rules()["bandwagoning"]()
    joining = [rule.decide(view, Parameters()).joining[0, 0, 0, 0] for view in (calm, afraid)]
    assert joining[1] < joining[0]
