"""Joining sanctions against a power."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import Array, Number, logistic
from hedgesim.model.parameter import parameter
from hedgesim.model.view import View


@dataclass(frozen=True)
class SanctionParameters:
    """No term names a country, so that no one joining must be an outcome."""

    joining: float = parameter(-4.0, "log odds", (-8, 2), "readiness to join sanctions, all else equal", "assumption")
    threat: float = parameter(
        2.0, "log odds", (0, 8), "effect of the rise of threat, times the taste for recoil", "assumption"
    )
    rate: float = parameter(
        0.25, "1/quarter", (0.01, 1), "share of the readiness that becomes a decision", "assumption"
    )


def readiness_to_join(view: View, recoil: Number, parameters: SanctionParameters) -> Array:
    """Probability of joining sanctions in a quarter, axes (country, 1, power, run).

    recoil: the rule's weight of threat; who leans toward threat does not join for it.
    """
    odds = parameters.joining + parameters.threat * recoil * view.threat
    return parameters.rate * view.embargoed * logistic(view.xp, odds)
