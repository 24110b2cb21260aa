"""Balancing: recoil strongly from powers that threaten."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim.model.arrays import Array
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Balancing(CountryRule):
    """Threat weighs heavily.

    References: [walt1987].
    Also called: external balancing.
    Not to be confused with hedging, which keeps the threatening power engaged.
    """

    recoil: float = parameter(3.0, "1", (0, 8), "recoil from threat", "assumption")

    def taste(self, shared: Taste) -> Taste:
        """Threat pushes hard."""
        return replace(shared, threat=self.recoil)

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option."""
        return value_of_options(view, taste)
