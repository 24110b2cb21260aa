"""Omnibalancing: a government under strain at home leans on a power that protects it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim.model.arrays import Array
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Omnibalancing(CountryRule):
    """Domestic strain outweighs threats from abroad.

    References: [david1991].
    Also called: regime security, balancing against threats at home.
    Not to be confused with balancing, which answers threats from abroad only.
    """

    protection: float = parameter(3.0, "1", (0, 8), "pull of protectors on a strained government", "assumption")
    recoil: float = parameter(0.5, "1", (0, 3), "recoil from threats from abroad", "assumption")

    def taste(self, shared: Taste) -> Taste:
        """Strain weighs more, threat less."""
        return replace(shared, strain=self.protection, threat=self.recoil)

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option."""
        return value_of_options(view, taste)
