"""Suitor: court every country, and never press one."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model import attention
from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerDecision, PowerView
from hedgesim.rules.rule import PowerRule


@dataclass(frozen=True)
class Suitor(PowerRule):
    """Attention, offers and meetings, without coercion.

    References: [azizova2024] on powers that want stability rather than control. Not to be confused with the patron.
    """

    def decide(self, view: PowerView, parameters: Parameters) -> PowerDecision:
        """Decisions of the powers in view."""
        own = parameters.attention
        paid = attention.follow_reasons(view, own)
        return PowerDecision(
            attention=paid,
            offer=attention.allot(view, paid, own),
            coercion=0.0 * view.loss,
            called=attention.call_meetings(view, own),
        )
