"""Ishigami: a target that is affine in Ishigami's function, whatever the world does."""

from dataclasses import dataclass

from hedgesim import CountryRule
from hedgesim.model.arrays import TARGET, Array
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste
from hedgesim.model.view import View

PI = 3.141592653589793


@dataclass(frozen=True)
class Ishigami(CountryRule):
    """The first power is to have the share 0.5 + 0.02 f, f = sin x1 + 7 sin(x2)^2 + 0.1 x3^4 sin x1."""

    x1: float = parameter(0.0, unit="rad", within=(-PI, PI), meaning="first angle", source="assumption")
    x2: float = parameter(0.0, unit="rad", within=(-PI, PI), meaning="second angle", source="assumption")
    x3: float = parameter(0.0, unit="rad", within=(-PI, PI), meaning="third angle", source="assumption")
    idle: float = parameter(0.0, unit="rad", within=(-PI, PI), meaning="nothing looks at it", source="assumption")

    def value(self, view: View, taste: Taste) -> Array:
        """What brings the target shares within a quarter; the other options have the same."""
        xp = view.xp
        zero = 0.0 * view.response[..., :1, :]
        wave, square = xp.sin(zero + self.x1), xp.sin(zero + self.x2) ** 2
        target = 0.5 + 0.02 * (wave + 7.0 * square + 0.1 * (zero + self.x3) ** 4 * wave)
        others = view.share.shape[TARGET] - 1
        shares = xp.concat([target, *[(1.0 - target) / others] * others], axis=TARGET)
        return (xp.log(shares) - xp.log(view.share_start)) / view.rate
