"""Suitor: court every country, and never press one."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model import attention
from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerDecision, PowerView
from hedgesim.rules.rule import PowerRule


@dataclass(frozen=True)
class Suitor(PowerRule):
    """Attention without pressure.

    References: [azizova2024] on powers that want stability rather than control.
    Also called: courting, engagement.
    Not to be confused with the patron.
    """

    def decide(self, view: PowerView, parameters: Parameters) -> PowerDecision:
        """Decisions of the powers in view."""
        own = parameters.attention
        return PowerDecision(attention=attention.follow_reasons(view, own), pressure=0.0 * view.loss)
