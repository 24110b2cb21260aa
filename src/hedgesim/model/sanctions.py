"""Sanctions against a power: joining them, and re-exporting goods around them."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import Array, logistic
from hedgesim.model.parameter import parameter
from hedgesim.model.view import View


@dataclass(frozen=True)
class SanctionParameters:
    """Rent against risk; nothing here names a country, so that nobody joining must be an outcome."""

    joining: float = parameter(
        -4.0,
        unit="log odds",
        within=(-8, 2),
        meaning="readiness to join sanctions, all else equal",
        source="assumption",
    )
    joining_leaning: float = parameter(
        3.0,
        unit="log odds",
        within=(0, 8),
        meaning="effect of leaning to the opposite bloc",
        source="assumption",
    )
    joining_threat: float = parameter(
        2.0,
        unit="log odds",
        within=(0, 8),
        meaning="effect of the rise of threat, times the taste for recoil",
        source="assumption",
    )
    joining_rate: float = parameter(
        0.25,
        unit="1/quarter",
        within=(0.01, 1),
        meaning="part of the readiness that becomes a decision in a quarter",
        source="assumption",
    )
    embargo: float = parameter(
        0.7,
        unit="log",
        within=(0, 3),
        meaning="access lost to the power by those who join",
        source="assumption",
    )
    leakage: float = parameter(
        0.5,
        unit="log odds",
        within=(-4, 4),
        meaning="readiness to re-export, all else equal",
        source="assumption",
    )
    leakage_nearness: float = parameter(
        1.0,
        unit="log odds",
        within=(0, 4),
        meaning="effect of nearness to the sanctioned power",
        source="assumption",
    )
    leakage_risk: float = parameter(
        4.0,
        unit="log odds",
        within=(0, 10),
        meaning="deterrence by the risk of secondary sanctions",
        source="assumption",
    )
    leakage_rate: float = parameter(
        0.3, unit="1/quarter", within=(0.02, 1), meaning="speed of re-export trade", source="assumption"
    )
    rent: float = parameter(
        0.25,
        unit="log",
        within=(0, 1),
        meaning="access to the sanctioned power gained by full re-export",
        source="assumption",
    )


def readiness_to_join(view: View, recoil: Array, parameters: SanctionParameters) -> Array:
    """Probability of joining sanctions in a quarter, axes (run, country, 1, power).

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
    """Re-export of sanctioned goods after one quarter, 0..1, axes (run, country, 1, power)."""
    odds = parameters.leakage + parameters.leakage_nearness * nearness - parameters.leakage_risk * risk
    wanted = (1.0 - joined) * view.embargoed * logistic(view.xp, odds)
    return leakage + parameters.leakage_rate * (wanted - leakage)
