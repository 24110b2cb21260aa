"""Decisions of the packaged rules of powers: one power and two countries."""

import numpy as np
import pytest

from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerDecision, PowerView
from hedgesim.rules import power_rules
from worlds import blank, row, table

PRESSED = {"loss": table([0.12], [0.12])}


def decide(rule: str, **values: np.ndarray) -> PowerDecision:
    usual = {"base": row(0.4), "attention": row(0.4), "reach": table([1.0], [0.5])}
    view = blank(PowerView, {"country": 2, "power": 1, "domain": 1}, **{**usual, **values})
    return power_rules()[rule]().decide(view, Parameters())


@pytest.mark.parametrize("rule", power_rules())
def test_without_changes_a_power_keeps_its_attention_and_presses_nobody(rule: str) -> None:
    decision = decide(rule)
    assert decision.attention.item() == pytest.approx(0.4)
    assert not np.any(decision.pressure)


@pytest.mark.parametrize(
    ("rule", "pressure"), [("patron", [0.05, 0.025]), ("suitor", [0.0] * 2), ("bystander", [0.0] * 2)]
)
def test_a_patron_alone_presses_countries_that_moved_away_by_its_reach(rule: str, pressure: list[float]) -> None:
    # Pressure .5 on a loss of .12, of which .02 is tolerated.
    assert decide(rule, **PRESSED).pressure[:, 0, 0, 0] == pytest.approx(pressure)


@pytest.mark.parametrize(("rule", "attention"), [("patron", 0.45), ("suitor", 0.45), ("bystander", 0.4)])
def test_alarm_raises_the_attention_of_all_but_bystanders(rule: str, attention: float) -> None:
    # A quarter of the way to .4 + .5 x .4.
    assert decide(rule, alarm_rise=row(0.4)).attention.item() == pytest.approx(attention)
