"""Template: say here what the rule is called in the literature, and where it was proposed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim import CountryRule
from hedgesim.model.arrays import Array
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View


@dataclass(frozen=True)
class Template(CountryRule):
    """Say here, in one sentence, what a country with this rule does."""

    recoil: float = parameter(2.0, "1", (0, 8), "recoil from threat", "assumption")

    def taste(self, shared: Taste) -> Taste:
        """The weights of the terms: change one and keep the others."""
        return replace(shared, threat=self.recoil)

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option against the start, log odds, axes (country, domain, option, run)."""
        return value_of_options(view, taste)
