"""Balancing: recoil hard from whoever threatens, whatever protection costs at home."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim.model.alignment import Taste, value_of_options
from hedgesim.model.arrays import Array
from hedgesim.model.parameter import parameter
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Balancing(CountryRule):
    """Threat weighs heavily, a strained government does not count.

    References: [walt1987]. Not to be confused with hedging, which keeps the threatening power engaged.
    """

    recoil: float = parameter(3.0, "1", (0, 8), "recoil from threat", "assumption")

    def taste(self, shared: Taste) -> Taste:
        """Threat pushes hard, domestic strain does not count."""
        return replace(shared, threat=self.recoil, strain=0.0)

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option."""
        return value_of_options(view, taste)
