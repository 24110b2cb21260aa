"""Cooperation formats: support, momentum, rungs and meetings."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model.arrays import Array, contract, logistic, swap
from hedgesim.model.parameter import parameter
from hedgesim.model.setting import Formats
from hedgesim.model.world import DORMANT, LEADERS, MEMBER, MINISTERIAL, World


@dataclass(frozen=True)
class FormatParameters:
    """Shared by all formats; two intercepts, one for home-grown and one for outside-led formats."""

    home: float = parameter(
        -0.3,
        unit="log odds",
        within=(-3, 3),
        meaning="support for a home-grown format, all else nil",
        source="assumption",
    )
    outside: float = parameter(
        -0.6,
        unit="log odds",
        within=(-3, 3),
        meaning="support for an outside-led format, all else nil",
        source="assumption",
    )
    need: float = parameter(
        1.5,
        unit="log odds",
        within=(0, 5),
        meaning="effect of needs that the format covers (gamma_d)",
        source="vabulas_snidal2013",
    )
    attention: float = parameter(
        1.0,
        unit="log odds",
        within=(0, 4),
        meaning="effect of the lead's attention (gamma_l)",
        source="azizova2024",
    )
    trust: float = parameter(
        1.5,
        unit="log odds",
        within=(0, 4),
        meaning="effect of mean trust among members (gamma_r)",
        source="kydd2005",
    )
    bargaining: float = parameter(
        1.0,
        unit="log odds",
        within=(0, 4),
        meaning="many facing one power bargain better (gamma_p)",
        source="assumption",
    )
    threat: float = parameter(
        1.0,
        unit="log odds",
        within=(0, 4),
        meaning="recoil from a threatening lead (gamma_t)",
        source="walt1987",
    )
    fatigue: float = parameter(
        0.1,
        unit="log odds",
        within=(0, 1),
        meaning="cost of meetings already attended (gamma_f)",
        source="assumption",
    )
    exclusivity: float = parameter(
        1.0,
        unit="log odds",
        within=(0, 4),
        meaning="cost of ties with rivals of an exclusive lead (gamma_e)",
        source="assumption",
    )
    momentum_rate: float = parameter(
        0.3, unit="1/quarter", within=(0.05, 1), meaning="speed of momentum", source="assumption"
    )
    opening: float = parameter(
        0.5,
        unit="1/quarter",
        within=(0.02, 1),
        meaning="hazard of a first meeting once called and consented",
        source="assumption",
    )
    threshold: float = parameter(
        0.5,
        unit="1",
        within=(0.2, 0.8),
        meaning="momentum at which half of the consented first meetings come off",
        source="assumption",
    )
    steepness: float = parameter(
        10.0,
        unit="1",
        within=(1, 40),
        meaning="how sharply first meetings depend on momentum",
        source="assumption",
    )
    champion: float = parameter(
        0.15,
        unit="log odds",
        within=(0, 2),
        meaning="support above the parties' mean that makes a member call a meeting",
        source="assumption",
    )
    holding: float = parameter(
        1.5,
        unit="log odds",
        within=(-2, 5),
        meaning="readiness to hold a meeting that is due",
        source="assumption",
    )
    holding_momentum: float = parameter(
        4.0, unit="log odds", within=(0, 12), meaning="effect of momentum above one half", source="assumption"
    )
    hosting: float = parameter(
        2.0,
        unit="log odds",
        within=(0, 8),
        meaning="effect of strain on the host's government",
        source="assumption",
    )
    bandwidth: float = parameter(
        3.0,
        unit="meetings/quarter",
        within=(0.5, 10),
        meaning="leader-level meetings a country can attend in a quarter",
        source="assumption",
    )
    cadence: float = parameter(
        4.0,
        unit="quarters",
        within=(2, 8),
        meaning="time between an outside lead's summits, or twice that: one of the two is set at the first",
        source="assumption",
    )
    lapse: float = parameter(
        2.5,
        unit="1",
        within=(1.2, 6),
        meaning="cadences without a meeting after which a format falls one level",
        source="assumption",
    )
    working_weight: float = parameter(
        0.2,
        unit="1",
        within=(0, 1),
        meaning="weight of a working meeting against a summit",
        source="assumption",
    )
    ministers_weight: float = parameter(
        0.5,
        unit="1",
        within=(0, 1),
        meaning="weight of a ministers' meeting against a summit",
        source="assumption",
    )
    boost_decay: float = parameter(
        0.25, unit="1/quarter", within=(0.05, 1), meaning="decay of a meeting's stimulus", source="assumption"
    )
    fatigue_decay: float = parameter(
        0.3, unit="1/quarter", within=(0.05, 1), meaning="recovery from meetings", source="assumption"
    )
    virtual: float = parameter(
        0.4,
        unit="1",
        within=(0, 1),
        meaning="stimulus of a meeting held from afar against one held in a place",
        source="assumption",
    )
    trust_gain: float = parameter(
        0.03,
        unit="1/meeting",
        within=(0, 0.2),
        meaning="part of the way to the ceiling of trust made by a summit (g)",
        source="kydd2005",
    )
    trust_return: float = parameter(
        0.05,
        unit="1/quarter",
        within=(0.01, 0.5),
        meaning="rate at which trust reverts (r)",
        source="assumption",
    )
    trust_ceiling: float = parameter(
        0.9, unit="1", within=(0.5, 1), meaning="trust that meetings cannot lift beyond", source="assumption"
    )
    contact_formality: float = parameter(
        0.2, unit="1", within=(0, 0.5), meaning="formality of working contact", source="assumption"
    )
    ministerial_formality: float = parameter(
        0.3, unit="1", within=(0, 0.6), meaning="formality of ministers' meetings", source="assumption"
    )
    sovereignty: float = parameter(
        1.0, unit="1", within=(0, 2), meaning="weight of the sovereignty cost of formality (chi)", source="ali2024"
    )
    procedures_formality: float = parameter(
        0.10, unit="1", within=(0, 0.3), meaning="formality added by rules of procedure", source="assumption"
    )
    secretariat_formality: float = parameter(
        0.25, unit="1", within=(0, 0.5), meaning="formality added by a secretariat", source="assumption"
    )
    formalising: float = parameter(
        0.1,
        unit="1/quarter",
        within=(0, 1),
        meaning="hazard of the next rung of formality once all consent",
        source="assumption",
    )
    start_working: float = parameter(
        0.45,
        unit="1",
        within=(0.1, 0.9),
        meaning="momentum at the start of a format at working level",
        source="assumption",
    )
    start_ministerial: float = parameter(
        0.55,
        unit="1",
        within=(0.1, 0.9),
        meaning="momentum at the start of a format at ministerial level",
        source="assumption",
    )
    start_leaders: float = parameter(
        0.65,
        unit="1",
        within=(0.1, 0.9),
        meaning="momentum at the start of a format at leaders' level",
        source="assumption",
    )
    start_institution: float = parameter(
        0.75,
        unit="1",
        within=(0.1, 0.95),
        meaning="momentum at the start of an institution",
        source="assumption",
    )
    expected: float = parameter(
        0.0,
        unit="1",
        within=(0, 1),
        meaning="1 replaces regular meetings by their expected rate",
        source="assumption",
    )


LOWEST_SUPPORT = -100.0
"""Support, log odds, below which momentum does not tell one refusal from another, so that a product stays finite."""


def parties(world: World, formats: Formats) -> Array:
    """Whose support counts: members, or who may found a dormant format; axes (run, country, 1, format), 0 or 1."""
    xp = world.xp
    at_work = world.level > DORMANT
    party = ((world.status == MEMBER) & at_work) | ((formats.eligible > 0.0) & ~at_work)
    return xp.astype(party, xp.float64)


def formality(xp: ModuleType, level: Array, world: World, *, formats: Formats, parameters: FormatParameters) -> Array:
    """Formality of every format if it stood at `level`, 0..1, axes (run, 1, 1, format)."""
    base = formats.base_formality
    unfounded = (formats.charter > 0.0) & (world.level < LEADERS)
    procedures = xp.where(unfounded, 1.0, world.procedures)
    secretariat = xp.where(unfounded, 1.0, world.secretariat)
    body = base + parameters.procedures_formality * procedures + parameters.secretariat_formality * secretariat
    contact = xp.minimum(base, parameters.contact_formality)
    ministers = xp.minimum(base, parameters.ministerial_formality)
    low = xp.where(level < MINISTERIAL, contact, ministers)
    return xp.where((level < LEADERS) & (formats.treaty == 0.0), low, body)


def mean_over_parties(xp: ModuleType, quantity: Array, party: Array) -> Array:
    """Mean of a quantity per country over the parties of each format, axes (run, 1, 1, format)."""
    n = xp.sum(party, axis=-3, keepdims=True)
    return xp.sum(quantity * party, axis=-3, keepdims=True) / xp.maximum(n, 1.0)


def mean_trust(xp: ModuleType, trust: Array, party: Array) -> Array:
    """Mean trust of each country in the other parties of each format, axes (run, country, 1, format)."""
    total = contract(trust, swap(xp, party, -3, -2))
    others = xp.sum(party, axis=-3, keepdims=True) - party
    return total / xp.maximum(others, 1.0)


def move_momentum(xp: ModuleType, momentum: Array, support: Array, *, party: Array, rate: Array) -> Array:
    """Momentum follows the geometric mean of the parties' logistic supports, axes (run, 1, 1, format)."""
    inverse = 1.0 + xp.exp(-xp.maximum(support, LOWEST_SUPPORT))
    product = xp.prod(xp.where(party > 0.0, inverse, 1.0), axis=-3, keepdims=True)
    n = xp.sum(party, axis=-3, keepdims=True)
    drive = xp.exp(-xp.log(product) / xp.maximum(n, 1.0))
    return momentum + rate * (drive - momentum)


def next_level(xp: ModuleType, level: Array, formats: Formats) -> Array:
    """The rung above, as far as the format's ceiling and meetings go."""
    above = xp.where(level < LEADERS, level + 1.0, level)
    return xp.where(above > formats.ceiling, level, above)


def consents(xp: ModuleType, support: Array, party: Array) -> Array:
    """Whether every party's support exceeds 0: one reluctant member can block; axes (run, 1, 1, format)."""
    seated = party > 0.0
    against = xp.any(seated & (support <= 0.0), axis=-3, keepdims=True)
    return xp.any(seated, axis=-3, keepdims=True) & ~against


def has_champion(xp: ModuleType, support: Array, party: Array, margin: Array) -> Array:
    """Whether a party's support tops the parties' mean by the margin, axes (run, 1, 1, format)."""
    top = support > mean_over_parties(xp, support, party) + margin
    return xp.any((party > 0.0) & top, axis=-3, keepdims=True)


def opening_hazard(
    world: World,
    support: Array,
    *,
    party: Array,
    called: Array,
    formats: Formats,
    parameters: FormatParameters,
) -> Array:
    """Probability that the format meets one rung higher this quarter, axes (run, 1, 1, format).

    support: as it would be at that rung. called: 1 where the lead calls a meeting, axes (run, 1, 1, format).
    """
    xp = world.xp
    champion = has_champion(xp, support, party, parameters.champion)
    outside = formats.outside > 0.0
    initiated = (outside & (called > 0.0)) | (~outside & champion)
    ready = logistic(xp, parameters.steepness * (world.momentum - parameters.threshold))
    rises = next_level(xp, world.level, formats) > world.level
    return xp.where(initiated & rises & consents(xp, support, party), parameters.opening * ready, 0.0)
