"""Soft balancing: resist a threatening power by all means except arms."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim.model.arrays import TARGET, Array
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import Taste, value_of_options
from hedgesim.model.view import View
from hedgesim.rules.rule import CountryRule


@dataclass(frozen=True)
class SoftBalancing(CountryRule):
    """Threat repels in all domains except security, where it does not count.

    References: [pape2005].
    Also called: non-military balancing.
    Not to be confused with balancing, which recoils in security too.
    """

    recoil: float = parameter(3.0, "1", (0, 8), "recoil from threat outside security", "assumption")

    def taste(self, shared: Taste) -> Taste:
        """The answer to threat is the rule's own."""
        return replace(shared, threat=0.0)

    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option, less the recoil in domains that are not security."""
        value = value_of_options(view, taste)
        recoil = (1.0 - view.security) * view.politics * self.recoil * view.threat
        return view.xp.concat((value[..., :-2, :] - recoil, value[..., -2:, :]), axis=TARGET)
