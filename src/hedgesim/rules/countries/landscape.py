"""Landscape: side with powers whose other partners are not rivals, as in the choice of a bloc."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import TARGET, Array, spread
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Landscape(CountryRule):
    """Frustration falls when the country leans to large powers that it likes and away from their rivals.

    References: [axelrod_bennett1993].
    Also called: aggregation by propensity.
    Not to be confused with balancing: propensity, not threat, decides.
    """

    pull: float = parameter(1.0, "1", (0, 4), "weight of propensities against the starting portfolio", "assumption")

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option: propensity times size, less what rivals of the power already have."""
        xp = view.xp
        propensity = view.affinity - view.threat - view.rivals_rise
        drawn = spread(self.pull * (1.0 + view.capability) * propensity, view.dependence)
        return xp.concat((drawn, 0.0 * view.response[..., :2, :]), axis=TARGET)
