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
    ("rule", "pressure"),
    [
        ("patron", [0.05, 0.025]),
        ("coercer", [0.12, 0.06]),
        *((rule, [0.0] * 2) for rule in ("suitor", "bystander", "offshore_balancer", "wedge")),
    ],
)
def test_patrons_and_coercers_alone_press_countries_that_moved_away_by_their_reach(
    rule: str, pressure: list[float]
) -> None:
    # Pressure .5 on a loss of .12, of which a patron tolerates .02; a coercer tolerates nothing and presses with 1.
    assert decide(rule, **PRESSED).pressure[:, 0, 0, 0] == pytest.approx(pressure)


@pytest.mark.parametrize(
    ("rule", "attention"),
    [
        *((rule, 0.525) for rule in ("patron", "suitor", "wedge")),
        # Of an alarm of .4 a tenth is left to others.
        ("offshore_balancer", 0.5125),
        *((rule, 0.4) for rule in ("bystander", "coercer")),
    ],
)
def test_alarm_raises_the_attention_of_all_but_bystanders_and_coercers(rule: str, attention: float) -> None:
    # A quarter of the way from .5 to .4 + .5 x .4; the others are back at their base.
    assert decide(rule, attention=row(0.5), alarm_rise=row(0.4)).attention.item() == pytest.approx(attention)


def test_a_wedge_courts_what_it_lost_and_an_offshore_balancer_leaves_small_alarm_to_others() -> None:
    # A quarter of 3 x the mean loss of .12, which is .09.
    assert decide("wedge", **PRESSED).attention.item() == pytest.approx(0.49)
    assert decide("offshore_balancer", alarm_rise=row(0.1)).attention.item() == pytest.approx(0.4)
