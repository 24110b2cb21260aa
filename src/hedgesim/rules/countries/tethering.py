"""Tethering: draw closer to a threatening power to restrain it, until the threat is too great."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim.model.arrays import TARGET, Array, positive
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Tethering(CountryRule):
    """A small threat attracts; a threat beyond the turning point repels.

    References: [weitsman2004].
    Also called: alignment with an adversary, binding.
    Not to be confused with bandwagoning, which is attracted more the greater the threat.
    """

    embrace: float = parameter(2.0, "1", (0, 6), "pull of a small threat", "assumption")
    turning: float = parameter(0.3, "1", (0.05, 1), "threat at which attraction turns into recoil", "assumption")

    def taste(self, shared: Taste) -> Taste:
        """The answer to threat is the rule's own."""
        return replace(shared, threat=0.0)

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option, with threats that attract below the turning point."""
        xp = view.xp
        value, threat = value_of_options(view, taste), positive(xp, view.threat)
        drawn = view.politics * self.embrace * threat * (1.0 - threat / self.turning)
        return xp.concat((value[..., :-2, :] + drawn, value[..., -2:, :]), axis=TARGET)
