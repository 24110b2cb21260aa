import numpy as np
import pytest

from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerView
from hedgesim.rules import power_rules
from worlds import blank, row, table


def test_it_keeps_its_attention_presses_nobody_and_calls_nothing() -> None:
    view = blank(
        PowerView,
        {"country": 2, "power": 1, "domain": 1},
        base=row(0.4),
        attention=row(0.9),
        alarm=row(1.0),
        rivals_gain=row(0.5),
        loss=table([0.9], [0.9]),
        reach=table([1.0], [1.0]),
    )
    decision = power_rules()["bystander"]().decide(view, Parameters())
    assert decision.attention.item() == 0.4
    assert not np.any(decision.coercion)
    assert not np.any(decision.called)


def test_it_still_offers_more_to_those_who_lean_closer() -> None:
    view = blank(
        PowerView, {"country": 2, "power": 1, "domain": 1}, base=row(0.4), standing=table([np.log(3.0)], [0.0])
    )
    decision = power_rules()["bystander"]().decide(view, Parameters())
    assert decision.offer[:, 0, 0, 0] == pytest.approx([0.6, 0.2])
