"""Corner: much for the first power in one corner of two factors, little elsewhere, nothing in a strip of the third."""

from dataclasses import dataclass

from hedgesim import CountryRule
from hedgesim.model.arrays import TARGET, Array
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste
from hedgesim.model.view import View


@dataclass(frozen=True)
class Corner(CountryRule):
    """The first power is to have 0.8 where x1 > 0.6 and x2 < 0.3, else 0.2; where x3 > 0.9 the run fails."""

    x1: float = parameter(0.5, unit="1", within=(0, 1), meaning="factor 1", source="assumption")
    x2: float = parameter(0.5, unit="1", within=(0, 1), meaning="factor 2", source="assumption")
    x3: float = parameter(0.5, unit="1", within=(0, 1), meaning="factor 3", source="assumption")

    def value(self, view: View, taste: Taste) -> Array:
        """What brings the target shares within a quarter; the other options have the same."""
        xp = view.xp
        zero = 0.0 * view.response[..., :1, :]
        inside = xp.minimum(zero + self.x1 - 0.6, zero + 0.3 - self.x2)
        target = xp.where(inside > 0.0, zero + 0.8, zero + 0.2)
        target_or_failure = xp.where(zero + self.x3 > 0.9, zero + xp.nan, target)
        others = view.share.shape[TARGET] - 1
        shares = xp.concat([target_or_failure, *[(1.0 - target_or_failure) / others] * others], axis=TARGET)
        return (xp.log(shares) - xp.log(view.share_start)) / view.rate
