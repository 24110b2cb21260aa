"""Wedge strategy: regain lost presence with rewards."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model import attention
from hedgesim.model.arrays import COUNTRY, bound, positive
from hedgesim.model.parameter import parameter
from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerDecision, PowerView
from hedgesim.rules.rule import PowerRule


@dataclass(frozen=True)
class Wedge(PowerRule):
    """Attention rises with the lost presence, and no country is pressed.

    References: [crawford2011] on selective accommodation.
    Also called: selective accommodation, divide by reward.
    Not to be confused with the patron, who answers a loss by pressure.
    """

    reward: float = parameter(3.0, "1", (0, 10), "attention per mean loss of presence", "assumption")

    def decide(self, view: PowerView, parameters: Parameters) -> PowerDecision:
        """Decisions of the powers in view."""
        xp, own = view.xp, parameters.attention
        lost = xp.mean(positive(xp, view.loss), axis=COUNTRY, keepdims=True)
        usual = attention.follow_reasons(view, own)
        return PowerDecision(
            attention=bound(xp, usual + own.rate * self.reward * lost, 0.0, 1.0), pressure=0.0 * view.loss
        )
