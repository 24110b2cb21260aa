"""Patron: court every country, and press countries that move away."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model import attention
from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerDecision, PowerView
from hedgesim.rules.rule import PowerRule


@dataclass(frozen=True)
class Patron(PowerRule):
    """Attention, and pressure as far as capability and proximity reach.

    References: [hirschman1945] on influence through dependence.
    Also called: hegemon, patron and client.
    Not to be confused with the suitor, who never presses.
    """

    def decide(self, view: PowerView, parameters: Parameters) -> PowerDecision:
        """Decisions of the powers in view."""
        own = parameters.attention
        return PowerDecision(attention=attention.follow_reasons(view, own), pressure=attention.press(view, own))
