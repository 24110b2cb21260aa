"""Plane: a target that is affine in two numbers, whatever the world does."""

from dataclasses import dataclass

from hedgesim import CountryRule
from hedgesim.model.arrays import TARGET, Array
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste
from hedgesim.model.view import View


@dataclass(frozen=True)
class Plane(CountryRule):
    """The first power is to have the share 0.1 + 0.4 x1 + 0.3 x2."""

    x1: float = parameter(0.0, unit="1", within=(0, 1), meaning="factor 1", source="assumption")
    x2: float = parameter(0.0, unit="1", within=(0, 1), meaning="factor 2", source="assumption")

    def value(self, view: View, taste: Taste) -> Array:
        """What brings the target shares within a quarter; the other options have the same."""
        xp = view.xp
        target = 0.1 + 0.4 * self.x1 + 0.3 * self.x2 + 0.0 * view.response[..., :1, :]
        others = view.share.shape[TARGET] - 1
        shares = xp.concat([target, *[(1.0 - target) / others] * others], axis=TARGET)
        return (xp.log(shares) - xp.log(view.share_start)) / view.rate
