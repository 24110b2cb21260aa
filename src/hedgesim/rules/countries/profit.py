"""Bandwagoning for profit: lean to powers that offer more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim.model.arrays import Array
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Profit(CountryRule):
    """Offers attract; threat and dependence cost nothing.

    References: [schweller1994].
    Also called: jackal, opportunism.
    Not to be confused with bandwagoning, which yields to threats rather than to offers.
    """

    appetite: float = parameter(3.0, "1", (0, 8), "pull of what is offered", "assumption")

    def taste(self, shared: Taste) -> Taste:
        """Offers weigh more, threat and dependence nothing."""
        return replace(shared, offer=self.appetite, threat=0.0, concentration=0.0)

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option."""
        return value_of_options(view, taste)
