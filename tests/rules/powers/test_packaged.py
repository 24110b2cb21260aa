"""Decisions of the packaged rules of powers: one power with attention above its base, and two countries."""

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


def test_a_patron_without_changes_keeps_its_attention_offers_it_evenly_presses_nobody_and_calls_nothing() -> None:
    decision = decide("patron")
    assert decision.attention.item() == pytest.approx(0.4)
    assert decision.offer[:, 0, 0, 0] == pytest.approx([0.4, 0.4])
    assert not np.any(decision.coercion)
    assert decision.called.item() == 0.0


def test_a_patron_presses_countries_that_moved_away_by_its_reach_and_a_suitor_nobody() -> None:
    # Pressure .5 on a loss of .12, of which .02 is tolerated.
    assert decide("patron", **PRESSED).coercion[:, 0, 0, 0] == pytest.approx([0.05, 0.025])
    assert decide("suitor", **PRESSED).coercion.tolist() == np.zeros((2, 1, 1, 1)).tolist()


@pytest.mark.parametrize("rule", ["patron", "suitor"])
def test_alarm_raises_attention_and_attention_above_base_calls_a_meeting(rule: str) -> None:
    alarmed = decide(rule, alarm=row(0.4))
    assert alarmed.attention.item() == pytest.approx(0.4 + 0.25 * 0.4)
    assert alarmed.offer[:, 0, 0, 0] == pytest.approx([0.5, 0.5])
    assert decide(rule, attention=row(0.5)).called.item() == 1.0


def test_a_bystander_keeps_its_attention_presses_nobody_calls_nothing_and_offers_more_to_those_who_lean_closer() -> (
    None
):
    reasons = {
        "attention": row(0.9),
        "alarm": row(1.0),
        "rivals_gain": row(0.5),
        "standing": table([np.log(3.0)], [0.0]),
    }
    decision = decide("bystander", **PRESSED, **reasons)
    assert decision.attention.item() == 0.4
    assert not np.any(decision.coercion)
    assert not np.any(decision.called)
    assert decision.offer[:, 0, 0, 0] == pytest.approx([0.6, 0.2])
