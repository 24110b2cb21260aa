"""Bandwagoning: lean toward the most threatening powers, for safety or for gain."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim.model.arrays import Array
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Bandwagoning(CountryRule):
    """Threat attracts, and dependence on one power costs nothing.

    References: [walt1987].
    Also called: alignment with the source of danger, appeasement.
    Not to be confused with the tiered accommodation that [kuik2008] counts as hedging.
    """

    pull: float = parameter(1.0, "1", (0, 3), "pull of a threatening power", "assumption")

    def taste(self, shared: Taste) -> Taste:
        """Threat pulls instead of pushing."""
        return replace(shared, threat=-self.pull, concentration=0.0)

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option."""
        return value_of_options(view, taste)
