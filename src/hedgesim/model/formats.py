"""Cooperation formats: support, momentum, rungs and meetings."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model.arrays import (
    COUNTRY,
    DOMAIN,
    TARGET,
    Array,
    Number,
    bound,
    indicator,
    known_zero,
    logistic,
    pair_sums,
    positive,
    sum_products,
    swap,
)
from hedgesim.model.parameter import parameter
from hedgesim.model.setting import Formats
from hedgesim.model.world import DORMANT, LEADERS, MEMBER, MINISTERIAL, WORKING, World


@dataclass(frozen=True)
class FormatParameters:
    """Shared by all formats; two intercepts, one for home-grown and one for outside-led formats."""

    home: float = parameter(-0.3, "log odds", (-3, 3), "support for a home-grown format, all else nil", "assumption")
    outside: float = parameter(
        -0.6, "log odds", (-3, 3), "support for an outside-led format, all else nil", "assumption"
    )
    need: float = parameter(
        1.5, "log odds", (0, 5), "effect of needs that the format covers (gamma_d)", "vabulas_snidal2013"
    )
    attention: float = parameter(1.0, "log odds", (0, 4), "effect of the lead's attention (gamma_l)", "azizova2024")
    trust: float = parameter(1.5, "log odds", (0, 4), "effect of mean trust among members (gamma_r)", "kydd2005")
    bargaining: float = parameter(
        1.0, "log odds", (0, 4), "many facing one power bargain better (gamma_p)", "assumption"
    )
    threat: float = parameter(1.0, "log odds", (0, 4), "recoil from a threatening lead (gamma_t)", "walt1987")
    fatigue: float = parameter(0.1, "log odds", (0, 1), "cost of meetings already attended (gamma_f)", "assumption")
    exclusivity: float = parameter(
        1.0, "log odds", (0, 4), "cost of ties with rivals of an exclusive lead (gamma_e)", "assumption"
    )
    momentum_rate: float = parameter(0.3, "1/quarter", (0.05, 1), "speed of momentum", "assumption")
    opening: float = parameter(
        0.5, "1/quarter", (0.02, 1), "hazard of a first meeting once called and consented", "assumption"
    )
    threshold: float = parameter(
        0.5, "1", (0.2, 0.8), "momentum at which half of the consented first meetings take place", "assumption"
    )
    steepness: float = parameter(10.0, "1", (1, 40), "how sharply first meetings depend on momentum", "assumption")
    champion: float = parameter(
        0.15, "log odds", (0, 2), "support above the parties' mean that makes a member call a meeting", "assumption"
    )
    holding: float = parameter(1.5, "log odds", (-2, 5), "readiness to hold a meeting that is due", "assumption")
    holding_momentum: float = parameter(4.0, "log odds", (0, 12), "effect of momentum above one half", "assumption")
    hosting: float = parameter(2.0, "log odds", (0, 8), "effect of strain on the host's government", "assumption")
    bandwidth: float = parameter(
        3.0, "meetings/quarter", (0.5, 10), "leader-level meetings a country can attend in a quarter", "assumption"
    )
    cadence: float = parameter(
        4.0, "quarters", (2, 8), "time between an outside lead's summits, or twice that; set at the first", "assumption"
    )
    lapse: float = parameter(
        2.5, "1", (1.2, 6), "cadences without a meeting after which a format falls one level", "assumption"
    )
    working_weight: float = parameter(0.2, "1", (0, 1), "weight of a working meeting against a summit", "assumption")
    ministers_weight: float = parameter(
        0.5, "1", (0, 1), "weight of a ministers' meeting against a summit", "assumption"
    )
    boost_decay: float = parameter(0.25, "1/quarter", (0.05, 1), "decay of a meeting's stimulus", "assumption")
    fatigue_decay: float = parameter(0.3, "1/quarter", (0.05, 1), "recovery from meetings", "assumption")
    virtual: float = parameter(
        0.4, "1", (0, 1), "stimulus of a meeting held from afar against one held in a place", "assumption"
    )
    trust_gain: float = parameter(
        0.03, "1/meeting", (0, 0.2), "share of the way to the ceiling of trust made by a summit (g)", "kydd2005"
    )
    trust_return: float = parameter(0.05, "1/quarter", (0.01, 0.5), "rate at which trust reverts (r)", "assumption")
    trust_ceiling: float = parameter(0.9, "1", (0.5, 1), "trust that meetings cannot lift beyond", "assumption")
    contact_formality: float = parameter(0.2, "1", (0, 0.5), "formality of working contact", "assumption")
    ministerial_formality: float = parameter(0.3, "1", (0, 0.6), "formality of ministers' meetings", "assumption")
    sovereignty: float = parameter(1.0, "1", (0, 2), "weight of the sovereignty cost of formality (chi)", "ali2024")
    procedures_formality: float = parameter(0.10, "1", (0, 0.3), "formality added by rules of procedure", "assumption")
    secretariat_formality: float = parameter(0.25, "1", (0, 0.5), "formality added by a secretariat", "assumption")
    formalising: float = parameter(
        0.1, "1/quarter", (0, 1), "hazard of the next rung of formality once all consent", "assumption"
    )
    start_working: float = parameter(
        0.45, "1", (0.1, 0.9), "momentum at the start of a format at working level", "assumption"
    )
    start_ministerial: float = parameter(
        0.55, "1", (0.1, 0.9), "momentum at the start of a format at ministerial level", "assumption"
    )
    start_leaders: float = parameter(
        0.65, "1", (0.1, 0.9), "momentum at the start of a format at leaders' level", "assumption"
    )
    start_institution: float = parameter(
        0.75, "1", (0.1, 0.95), "momentum at the start of an institution", "assumption"
    )
    expected: float = parameter(0.0, "1", (0, 1), "1 replaces regular meetings by their expected rate", "assumption")


LOWEST_SUPPORT = -100.0
"""Support, log odds, below which momentum does not distinguish refusals, so that a product stays finite."""


def parties(world: World, formats: Formats) -> Array:
    """Whose support counts: members, or who may found a dormant format; axes (country, 1, format, run), 0 or 1."""
    xp = world.xp
    at_work = world.level > DORMANT
    return indicator(xp, ((world.status == MEMBER) & at_work) | ((formats.eligible > 0.0) & ~at_work))


def formality(xp: ModuleType, level: Array, world: World, *, formats: Formats, parameters: FormatParameters) -> Array:
    """Formality of every format if it were at `level`, 0..1, axes (1, 1, format, run)."""
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
    """Mean of a quantity per country over the parties of each format, axes (1, 1, format, run)."""
    n = xp.sum(party, axis=COUNTRY, keepdims=True)
    return xp.sum(quantity * party, axis=COUNTRY, keepdims=True) / xp.maximum(n, 1.0)


def mean_trust(xp: ModuleType, trust: Array, party: Array) -> Array:
    """Mean trust of each country in the other parties of each format, axes (country, 1, format, run)."""
    total = sum_products(trust, swap(xp, party, COUNTRY, DOMAIN))
    others = xp.sum(party, axis=COUNTRY, keepdims=True) - party
    return total / xp.maximum(others, 1.0)


def move_momentum(xp: ModuleType, momentum: Array, support: Array, *, party: Array, rate: Number) -> Array:
    """Momentum follows the geometric mean of the parties' logistic supports, axes (1, 1, format, run)."""
    inverse = 1.0 + xp.exp(-xp.maximum(support, LOWEST_SUPPORT))
    product = xp.prod(xp.where(party > 0.0, inverse, 1.0), axis=COUNTRY, keepdims=True)
    n = xp.sum(party, axis=COUNTRY, keepdims=True)
    drive = xp.exp(-xp.log(product) / xp.maximum(n, 1.0))
    return momentum + rate * (drive - momentum)


def next_level(xp: ModuleType, level: Array, formats: Formats) -> Array:
    """The rung above, as far as the format's ceiling and meetings go."""
    above = xp.where(level < LEADERS, level + 1.0, level)
    return xp.where(above > formats.ceiling, level, above)


def consents(xp: ModuleType, support: Array, party: Array) -> Array:
    """Whether every party's support exceeds 0: one reluctant member can block; axes (1, 1, format, run)."""
    seated = party > 0.0
    against = xp.any(seated & (support <= 0.0), axis=COUNTRY, keepdims=True)
    return xp.any(seated, axis=COUNTRY, keepdims=True) & ~against


def has_champion(xp: ModuleType, support: Array, party: Array, margin: Number) -> Array:
    """Whether a party's support tops the parties' mean by the margin, axes (1, 1, format, run)."""
    top = support > mean_over_parties(xp, support, party) + margin
    return xp.any((party > 0.0) & top, axis=COUNTRY, keepdims=True)


def opening_hazard(
    world: World,
    support: Array,
    *,
    party: Array,
    called: Array,
    formats: Formats,
    parameters: FormatParameters,
) -> Array:
    """Probability that the format meets one rung higher this quarter, axes (1, 1, format, run).

    support: as it would be at that rung. called: 1 where the lead calls a meeting, axes (1, 1, format, run).
    """
    xp = world.xp
    champion = has_champion(xp, support, party, parameters.champion)
    outside = formats.outside > 0.0
    initiated = (outside & (called > 0.0)) | (~outside & champion)
    ready = logistic(xp, parameters.steepness * (world.momentum - parameters.threshold))
    rises = next_level(xp, world.level, formats) > world.level
    return xp.where(initiated & rises & consents(xp, support, party), parameters.opening * ready, 0.0)


def holding_odds(xp: ModuleType, momentum: Array, parameters: FormatParameters) -> Array:
    """Log odds that a meeting that is due is held when the host is able."""
    return parameters.holding + parameters.holding_momentum * (momentum - 0.5)


def holds_meetings(xp: ModuleType, level: Array, formats: Formats) -> Array:
    """1 where the format holds regular meetings, axes (1, 1, format, run)."""
    return indicator(xp, (level > DORMANT) & (formats.ceiling > DORMANT) & (formats.treaty == 0.0))


def expected_rate(world: World, *, formats: Formats, parameters: FormatParameters) -> Array:
    """Regular meetings per quarter in the long run, axes (1, 1, format, run): due after cadence - 1, then a hazard."""
    xp = world.xp
    hazard = logistic(xp, holding_odds(xp, world.momentum, parameters))
    return holds_meetings(xp, world.level, formats) / (world.cadence - 1.0 + 1.0 / hazard)


def strain_on_host(world: World, formats: Formats, strain: Array) -> Array:
    """Strain on the government whose turn it is to host, axes (1, 1, format, run); 0 where no member hosts.

    strain: axes (country, 1, 1, run). Members take turns in the order of the countries.
    """
    xp = world.xp
    member = indicator(xp, world.status == MEMBER)
    n = xp.maximum(xp.sum(member, axis=COUNTRY, keepdims=True), 1.0)
    seat = world.turn - n * xp.floor(world.turn / n)
    before, felt = 0.0 * n, 0.0 * n
    for i in range(member.shape[COUNTRY]):
        one, here = member[..., i : i + 1, :, :, :], strain[..., i : i + 1, :, :, :]
        if not known_zero(here):
            felt = felt + here * one * indicator(xp, before == seat)
        before = before + one
    return felt * formats.hosted


def holding_hazard(
    world: World,
    party: Array,
    *,
    formats: Formats,
    parameters: FormatParameters,
    strain: Array,
    availability: Array,
) -> Array:
    """Probability that the regular meeting is held if it is due, axes (1, 1, format, run).

    party: axes (country, 1, format, run). strain: axes (country, 1, 1, run).
    availability: 1 normally, 0 when nobody can be hosted, axes (1, 1, 1, run).
    A country that is asked to more leaders' meetings than its bandwidth holds all of them back in proportion.
    """
    xp = world.xp
    odds = holding_odds(xp, world.momentum, parameters)
    if not known_zero(strain):
        odds = odds - parameters.hosting * strain_on_host(world, formats, strain)
    able = xp.where(formats.hosted > 0.0, availability, 1.0)
    due = xp.astype(world.since >= world.cadence - 1.0, xp.float64) * holds_meetings(xp, world.level, formats)
    hazard = logistic(xp, odds) * able * due
    return hazard * _bandwidth(world, party, hazard, parameters)


def _bandwidth(world: World, party: Array, hazard: Array, parameters: FormatParameters) -> Array:
    """Share of the meetings asked for that the parties can attend, 0..1, axes (1, 1, format, run)."""
    xp = world.xp
    summit = xp.where(world.level >= LEADERS, hazard, 0.0)
    asked = xp.sum(party * summit, axis=TARGET, keepdims=True)
    part = parameters.bandwidth / xp.maximum(asked, parameters.bandwidth)
    return mean_over_parties(xp, part, party)


def meeting_weight(xp: ModuleType, rung: Array, parameters: FormatParameters) -> Array:
    """Weight of a meeting at a rung against a leaders' meeting: 0 for none."""
    working = parameters.working_weight * indicator(xp, rung == WORKING)
    ministers = parameters.ministers_weight * indicator(xp, rung == MINISTERIAL)
    return working + ministers + indicator(xp, rung >= LEADERS)


def rung_of(xp: ModuleType, level: Array) -> Array:
    """The rung at which a format of this level meets: institutions meet as leaders."""
    return xp.minimum(level, LEADERS)


def move_trust(
    xp: ModuleType,
    trust: Array,
    rest: Array,
    *,
    together: Array,
    effective: Array,
    parameters: FormatParameters,
) -> Array:
    """Trust after one quarter, axes (country, 1, country, run): meetings lift it toward a ceiling, else it reverts.

    together: weight of meetings that the two attended. effective: trust including current shocks.
    """
    room = positive(xp, parameters.trust_ceiling - effective)
    moved = trust + parameters.trust_gain * together * room + parameters.trust_return * (rest - trust)
    return bound(xp, moved, 0.0, 1.0)


def attended_together(xp: ModuleType, party: Array, weight: Array) -> Array:
    """Weight of the meetings that each pair of countries attended, axes (country, 1, country, run); 0 with oneself."""
    apart = 1.0 - xp.eye(party.shape[COUNTRY], dtype=xp.float64)
    return pair_sums(xp, party * weight, party) * apart[:, None, :, None]
