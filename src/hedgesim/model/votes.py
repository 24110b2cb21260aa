"""Votes on a resolution hostile to a power: presence in the hall first, then no, abstain or yes."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model.arrays import TARGET, Array, logistic, namespace
from hedgesim.model.parameter import parameter


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
