"""Template: say here what the rule is called in the literature, and where it was proposed."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim import PowerRule
from hedgesim.model import attention
from hedgesim.model.parameter import parameter
from hedgesim.model.parameters import Parameters
from hedgesim.model.view import PowerDecision, PowerView


@dataclass(frozen=True)
class Template(PowerRule):
    """Say here, in one sentence, what a power with this rule does."""

    force: float = parameter(0.5, "1", (0, 3), "share of the usual pressure", "assumption")

    def decide(self, view: PowerView, parameters: Parameters) -> PowerDecision:
        """Attention to the countries, 0..1, and pressure on each, axes (country, domain, power, run)."""
        usual = parameters.attention
        pressure = self.force * attention.press(view, usual)
        return PowerDecision(attention=attention.follow_reasons(view, usual), pressure=pressure)
