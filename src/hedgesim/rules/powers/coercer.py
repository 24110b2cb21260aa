"""Coercer: threaten countries that move away, and court none."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import positive, spread
from hedgesim.model.parameter import parameter
from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerDecision, PowerView
from hedgesim.rules.rule import PowerRule


@dataclass(frozen=True)
class Coercer(PowerRule):
    """The power answers every loss of presence with pressure; its attention stays at its base.

    References: [schelling1966] on compellence.
    Also called: compellence, coercive diplomacy.
    Not to be confused with the patron, who pays attention too and does not mind small losses.
    """

    force: float = parameter(1.0, "1", (0, 4), "pressure per presence lost since the start", "assumption")

    def decide(self, view: PowerView, parameters: Parameters) -> PowerDecision:
        """Decisions of the powers in view."""
        pressure = self.force * positive(view.xp, view.loss) * view.reach
        return PowerDecision(attention=spread(view.base, view.attention), pressure=pressure)
