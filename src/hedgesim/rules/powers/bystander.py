"""Bystander: keep offering what was offered before, and take no notice."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model import attention
from hedgesim.model.arrays import spread
from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerDecision, PowerView
from hedgesim.rules.rule import PowerRule


@dataclass(frozen=True)
class Bystander(PowerRule):
    """Attention stays at its base, nobody is pressed and no meeting is called: the null model of a power.

    References: [azizova2024] on years of disengagement. Not to be confused with distraction, which a shock causes.
    """

    def decide(self, view: PowerView, parameters: Parameters) -> PowerDecision:
        """Decisions of the powers in view."""
        paid = spread(view.base, view.attention)
        return PowerDecision(
            attention=paid,
            offer=attention.allot(view, paid, parameters.attention),
            coercion=0.0 * view.loss,
            called=0.0 * view.attention,
        )
