"""Neutrality: keep a distance from every power, and move slowly."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import TARGET, Array, positive
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class Neutrality(CountryRule):
    """When threat rises, self-reliance and the rest of the world gain value.

    References: [contessi2015] on declared neutrality.
    Also called: non-alignment, permanent neutrality.
    Not to be confused with hedging, which engages all sides.
    """

    reserve: float = parameter(2.0, "1", (0, 6), "pull of self-reliance per unit of exposed threat", "assumption")
    speed: float = parameter(0.4, "1", (0.05, 1), "pace of adjustment against others", "assumption")

    def pace(self) -> float | Array:
        """Slower than others."""
        return self.speed

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option, with self-reliance raised by threat."""
        xp = view.xp
        value = value_of_options(view, taste)
        alarm = view.politics * xp.sum(positive(xp, view.threat), axis=TARGET, keepdims=True)
        return xp.concat((value[..., :-1, :], value[..., -1:, :] + self.reserve * alarm), axis=TARGET)
