"""Satisficing: do not improve what is good enough."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import Array, positive
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Satisficing(CountryRule):
    """Reasons below a threshold do not count; of larger reasons only the part above it counts.

    References: [simon1956].
    Also called: bounded rationality, aspiration level.
    Not to be confused with habit, which answers nothing.
    """

    threshold: float = parameter(0.1, "log odds", (0, 1), "reason that is too small to answer", "assumption")

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option, brought toward zero by the threshold."""
        xp = view.xp
        value = value_of_options(view, taste)
        return xp.sign(value) * positive(xp, xp.abs(value) - self.threshold)
