"""Bystander: keep the attention at its base, whatever happens."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import spread
from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerDecision, PowerView
from hedgesim.rules.rule import PowerRule


@dataclass(frozen=True)
class Bystander(PowerRule):
    """Attention stays at its base and no country is pressed: the null model of a power.

    References: [azizova2024] on years of disengagement.
    Also called: disengagement, strategic neglect.
    Not to be confused with distraction, which a shock causes.
    """

    def decide(self, view: PowerView, parameters: Parameters) -> PowerDecision:
        """Decisions of the powers in view."""
        return PowerDecision(attention=spread(view.base, view.attention), pressure=0.0 * view.loss)
