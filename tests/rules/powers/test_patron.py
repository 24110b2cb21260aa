import numpy as np
import pytest

from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerView
from hedgesim.rules import power_rules
from worlds import blank, row, table


def decide(**values):
    usual = {"base": row(0.4), "attention": row(0.4), "reach": table([1.0], [0.5])}
    view = blank(PowerView, {"country": 2, "power": 1, "domain": 1}, **{**usual, **values})
    return power_rules()["patron"]().decide(view, Parameters())


def test_without_changes_it_keeps_its_attention_offers_it_evenly_presses_nobody_and_calls_nothing() -> None:
    decision = decide()
    assert decision.attention.item() == pytest.approx(0.4)
    assert decision.offer[:, 0, 0, 0] == pytest.approx([0.4, 0.4])
    assert not np.any(decision.coercion)
    assert decision.called.item() == 0.0


def test_it_presses_countries_that_moved_away_by_its_reach() -> None:
    # Pressure .5 on a loss of .12, of which .02 is tolerated.
    assert decide(loss=table([0.12], [0.12])).coercion[:, 0, 0, 0] == pytest.approx([0.05, 0.025])


def test_alarm_raises_its_attention_and_attention_above_base_calls_a_meeting() -> None:
    assert decide(alarm=row(0.4)).attention.item() == pytest.approx(0.4 + 0.25 * 0.4)
    assert decide(attention=row(0.5)).called.item() == 1.0
