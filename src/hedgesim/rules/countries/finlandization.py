"""Finlandization: give way to a threatening power in security, and stay free elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim.model.arrays import TARGET, Array, positive
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Finlandization(CountryRule):
    """Threat attracts in security only; in other domains it does not count.

    References: [mouritzen1988].
    Also called: adaptive acquiescence, concession of security.
    Not to be confused with bandwagoning, which follows in every domain.
    """

    concession: float = parameter(1.0, "1", (0, 4), "pull of threat in security", "assumption")

    def taste(self, shared: Taste) -> Taste:
        """The answer to threat is the rule's own."""
        return replace(shared, threat=0.0)

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option, with the pull of threats in security."""
        xp = view.xp
        value = value_of_options(view, taste)
        drawn = view.security * self.concession * positive(xp, view.threat)
        return xp.concat((value[..., :-2, :] + drawn, value[..., -2:, :]), axis=TARGET)
