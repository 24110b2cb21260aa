"""Diversification: dependence on any one power has a cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim.model.arrays import Array
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Diversification(CountryRule):
    """Dependence on any power repels; offers, meetings and threats do not count.

    References: [hirschman1945].
    Also called: spreading of risk, portfolio policy.
    Not to be confused with multi-vector policy, which weighs offers and threats as well.
    """

    aversion: float = parameter(4.0, "1", (0, 12), "recoil from dependence", "assumption")

    def taste(self, shared: Taste) -> Taste:
        """Only dependence, and what routes and needs leave open."""
        return replace(shared, offer=0.0, threat=0.0, meetings=0.0, strain=0.0, concentration=self.aversion)

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option."""
        return value_of_options(view, taste)
