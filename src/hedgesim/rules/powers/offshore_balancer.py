"""Offshore balancer: stay away until alarm is great, then come."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import bound, positive
from hedgesim.model.parameter import parameter
from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerDecision, PowerView
from hedgesim.rules.rule import PowerRule


@dataclass(frozen=True)
class OffshoreBalancer(PowerRule):
    """Alarm below a threshold does not count, and no country is pressed.

    References: [layne1997].
    Also called: buck-passing great power, selective engagement.
    Not to be confused with the bystander, who never comes.
    """

    threshold: float = parameter(0.1, "1", (0, 1), "rise of alarm that is left to others", "assumption")

    def decide(self, view: PowerView, parameters: Parameters) -> PowerDecision:
        """Decisions of the powers in view."""
        xp, own = view.xp, parameters.attention
        reasons = view.base + own.alarm * positive(xp, view.alarm_rise - self.threshold)
        attention = bound(xp, view.attention + own.rate * (reasons - view.attention), 0.0, 1.0)
        return PowerDecision(attention=attention, pressure=0.0 * view.loss)
