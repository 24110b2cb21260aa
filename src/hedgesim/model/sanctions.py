"""Sanctions against a power: joining them and re-exporting goods around them; votes on a resolution hostile to it."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model.arrays import TARGET, Array, Number, logistic, namespace
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


@dataclass(frozen=True)
class VoteParameters:
    """Swept, not fitted: too few votes are sourced."""

    absence: float = parameter(
        2.0, "log odds", (0, 8), "cross-pressure that keeps a country out of the hall (u)", "morse_coggins2024"
    )
    baseline: float = parameter(
        0.5, "log odds", (-3, 3), "latent support of a hostile resolution, all else nil (v0)", "assumption"
    )
    leaning: float = parameter(1.5, "log odds", (0, 6), "effect of leaning to the opposite bloc (v1)", "bailey2017")
    threat: float = parameter(1.0, "log odds", (-3, 3), "prudence under threat (v2)", "assumption")
    width: float = parameter(
        1.5, "log odds", (0.2, 4), "half of the span of latent support that abstains", "assumption"
    )


def opposite_bloc(xp: ModuleType, bloc: Array, aggressor: Array) -> Array:
    """Weight of each power as member of the bloc opposite to the aggressor, 0..1, axes (1, 1, power, run)."""
    side = xp.sum(bloc * aggressor, axis=TARGET, keepdims=True)
    opposed = -bloc * xp.sign(side)
    return xp.where(opposed > 0.0, opposed, 0.0)


def vote_propensities(
    presence_opposite: Array,
    presence_aggressor: Array,
    *,
    threat_rise: Array,
    participation: Array,
    parameters: VoteParameters,
) -> tuple[Array, Array, Array, Array]:
    """Probabilities of being absent and of voting no, abstain and yes; each axes (country, 1, 1, run), sum 1.

    presence_*: 0..1. threat_rise: of the aggressor. participation: log odds of absence without pressure.
    """
    xp = namespace(presence_opposite)
    pressed = xp.where(presence_opposite < presence_aggressor, presence_opposite, presence_aggressor)
    absent = logistic(xp, participation + parameters.absence * pressed)
    latent = (
        parameters.baseline
        + parameters.leaning * (presence_opposite - presence_aggressor)
        - parameters.threat * threat_rise
    )
    yes = logistic(xp, latent - parameters.width)
    no = logistic(xp, -latent - parameters.width)
    there = 1.0 - absent
    return absent, there * no, there * (1.0 - yes - no), there * yes
