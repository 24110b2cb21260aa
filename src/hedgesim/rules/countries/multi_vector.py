"""Multi-vector policy: take returns from all sides, and let no side grow too large."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import Array
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class MultiVector(CountryRule):
    """Every term of the value counts, with the shared weights.

    References: [contessi2015], [kuik2008].
    Also called: multivectorism, hedging by engaging all sides.
    Not to be confused with neutrality, which keeps its distance from all.
    """

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option, with the shared weights."""
        return value_of_options(view, taste)
