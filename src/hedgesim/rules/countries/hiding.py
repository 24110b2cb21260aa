"""Hiding: a more threatened country does less."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import TARGET, Array, positive
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Hiding(CountryRule):
    """When threats rise together, every response becomes smaller.

    References: [schroeder1994].
    Also called: keeping one's head down, passivity under threat.
    Not to be confused with neutrality, which moves toward self-reliance, or habit, which never moves.
    """

    caution: float = parameter(3.0, "1", (0, 10), "how far threats make answers smaller", "assumption")

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option, smaller by what threatens."""
        xp = view.xp
        fear = xp.sum(positive(xp, view.threat), axis=TARGET, keepdims=True)
        return value_of_options(view, taste) / (1.0 + self.caution * fear)
