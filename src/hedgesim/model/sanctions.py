"""Sanctions against a power: joining them, and re-exporting goods around them."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import Array, Number, logistic
from hedgesim.model.parameter import parameter
from hedgesim.model.view import View


@dataclass(frozen=True)
class SanctionParameters:
    """Rent against risk; no term names a country, so that no one joining must be an outcome."""

    joining: float = parameter(-4.0, "log odds", (-8, 2), "readiness to join sanctions, all else equal", "assumption")
    joining_leaning: float = parameter(3.0, "log odds", (0, 8), "effect of leaning to the opposite bloc", "assumption")
    joining_threat: float = parameter(
        2.0, "log odds", (0, 8), "effect of the rise of threat, times the taste for recoil", "assumption"
    )
    joining_rate: float = parameter(
        0.25, "1/quarter", (0.01, 1), "share of the readiness that becomes a decision in a quarter", "assumption"
    )
    embargo: float = parameter(0.7, "log", (0, 3), "access lost to the power by those who join", "assumption")
    leakage: float = parameter(0.5, "log odds", (-4, 4), "readiness to re-export, all else equal", "assumption")
    leakage_nearness: float = parameter(
        1.0, "log odds", (0, 4), "effect of nearness to the sanctioned power", "assumption"
    )
    leakage_risk: float = parameter(
        4.0, "log odds", (0, 10), "deterrence by the risk of secondary sanctions", "assumption"
    )
    leakage_rate: float = parameter(0.3, "1/quarter", (0.02, 1), "speed of re-export trade", "assumption")
    rent: float = parameter(
        0.25, "log", (0, 1), "access to the sanctioned power gained by full re-export", "assumption"
    )


def readiness_to_join(view: View, recoil: Number, parameters: SanctionParameters) -> Array:
    """Probability of joining sanctions in a quarter, axes (country, 1, power, run).

    recoil: the rule's weight of threat; who leans toward threat does not join for it.
    """
    odds = (
        parameters.joining
        + parameters.joining_leaning * view.leaning
        + parameters.joining_threat * recoil * view.threat_rise
    )
    return parameters.joining_rate * view.embargoed * logistic(view.xp, odds)


def move_leakage(
    view: View, leakage: Array, *, joined: Array, nearness: Array, risk: Array, parameters: SanctionParameters
) -> Array:
    """Re-export of sanctioned goods after one quarter, 0..1, axes (country, 1, power, run)."""
    odds = parameters.leakage + parameters.leakage_nearness * nearness - parameters.leakage_risk * risk
    wanted = (1.0 - joined) * view.embargoed * logistic(view.xp, odds)
    return leakage + parameters.leakage_rate * (wanted - leakage)
