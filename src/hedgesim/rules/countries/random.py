"""Random: drift without reason, as a null model of change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hedgesim.model.arrays import Array
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Random(CountryRule):
    """Chance moves the response: a random walk without a goal.

    References: [axelrod_bennett1993] compare against chance too.
    Also called: random walk, zero intelligence.
    Not to be confused with noise, which every rule has.
    """

    gambles: ClassVar[bool] = True
    spread: float = parameter(1.0, "1", (0, 4), "spread of the pushes in log odds", "assumption")

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option: that of the present response, and a random push."""
        return view.response + self.spread * view.whim
