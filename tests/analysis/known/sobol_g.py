"""Sobol's G function: a target that is affine in it, whatever the world does."""

from dataclasses import dataclass

from hedgesim import CountryRule
from hedgesim.model.arrays import TARGET, Array
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste
from hedgesim.model.view import View

A = (0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0)


@dataclass(frozen=True)
class SobolG(CountryRule):
    """The first power is to have the share 0.1 + 0.2 g, g the product over k of (|4 xk - 2| + ak) / (1 + ak)."""

    x1: float = parameter(0.5, unit="1", within=(0, 1), meaning="factor 1", source="assumption")
    x2: float = parameter(0.5, unit="1", within=(0, 1), meaning="factor 2", source="assumption")
    x3: float = parameter(0.5, unit="1", within=(0, 1), meaning="factor 3", source="assumption")
    x4: float = parameter(0.5, unit="1", within=(0, 1), meaning="factor 4", source="assumption")
    x5: float = parameter(0.5, unit="1", within=(0, 1), meaning="factor 5", source="assumption")
    x6: float = parameter(0.5, unit="1", within=(0, 1), meaning="factor 6", source="assumption")
    x7: float = parameter(0.5, unit="1", within=(0, 1), meaning="factor 7", source="assumption")
    x8: float = parameter(0.5, unit="1", within=(0, 1), meaning="factor 8", source="assumption")

    def value(self, view: View, taste: Taste) -> Array:
        """What brings the target shares within a quarter; the other options have the same."""
        xp = view.xp
        g = 1.0 + 0.0 * view.response[..., :1, :]
        for a, x in zip(A, (self.x1, self.x2, self.x3, self.x4, self.x5, self.x6, self.x7, self.x8), strict=True):
            g = g * (xp.abs(4.0 * x - 2.0) + a) / (1.0 + a)
        target = 0.1 + 0.2 * g
        others = view.share.shape[TARGET] - 1
        shares = xp.concat([target, *[(1.0 - target) / others] * others], axis=TARGET)
        return (xp.log(shares) - xp.log(view.share_start)) / view.rate
