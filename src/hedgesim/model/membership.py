"""Membership: guests, accession, exits, treaties, and the absorption of one format by another."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model.arrays import (
    COUNTRY,
    TARGET,
    Array,
    Bits,
    any_common,
    count_common,
    indicator,
    known_zero,
    namespace,
    pack_bits,
    swap,
)
from hedgesim.model.parameter import parameter
from hedgesim.model.setting import Formats
from hedgesim.model.world import DORMANT, INSTITUTION, LEADERS, MEMBER, NONE, World


@dataclass(frozen=True)
class MembershipParameters:
    """Shared by all formats and countries."""

    welcome: float = parameter(0.45, "1", (0, 1), "trust in a newcomer at which nobody minds a guest", "assumption")
    reserve: float = parameter(0.05, "1", (0, 0.3), "further trust asked per unit of sovereignty cost", "ali2024")
    inviting: float = parameter(
        0.25, "1/quarter", (0, 1), "hazard of an invitation at a meeting nobody vetoes", "assumption"
    )
    accession: float = parameter(
        0.05, "1/quarter", (0, 0.5), "hazard of the next step of accession once all agree", "assumption"
    )
    leaving_cost: float = parameter(
        2.0, "log odds", (0, 6), "cost of leaving per unit of formality; entering costs half", "morrow1991"
    )
    leaving_threat: float = parameter(
        2.0, "1", (0, 6), "by how much a threatening lead raises the cost of leaving", "azizova2024"
    )
    leaving: float = parameter(
        0.1, "1/quarter", (0, 0.5), "hazard of leaving when support equals minus its cost", "assumption"
    )
    leaving_steepness: float = parameter(4.0, "1", (0.5, 20), "how sharply leaving depends on support", "assumption")
    signing: float = parameter(
        0.5, "1/quarter", (0, 1), "hazard of signing an open treaty at a home-grown summit", "assumption"
    )
    absorption: float = parameter(
        0.03, "1/quarter", (0, 0.5), "hazard of absorption at full overlap, attention and distrust", "azizova2024"
    )


def leaving_cost(formality: Array, threat_lead: Array, parameters: MembershipParameters) -> Array:
    """Cost of leaving a format, log odds: most for the formal club of a threatening patron [morrow1991]."""
    return parameters.leaving_cost * formality * (1.0 + parameters.leaving_threat * threat_lead)


def invited(
    world: World,
    member: Bits,
    *,
    trust: Array,
    closer: Array,
    sovereignty: Array,
    formats: Formats,
    parameters: MembershipParameters,
) -> Array:
    """Whether a member gains from asking a country in as a guest and no member minds, axes (country, 1, format, run).

    member: of countries, axes (1, 1, format, run). closer: whether the row's tie with the column has grown since the
    start: the row gains by the column's coming; axes (country, 1, country, run).
    """
    minds = trust < parameters.welcome + parameters.reserve * sovereignty
    asked = _any_member(closer, member) & ~_any_member(minds, member)
    return (formats.opens_to > 0.0) & (world.status == NONE) & asked


def _any_member(says: Array, member: Bits) -> Array:
    """Whether any member says it of each country, axes (country, 1, format, run).

    says: the row of the column, axes (country, 1, country, run). member: of countries, axes (1, 1, format, run).
    """
    xp = namespace(says)
    return any_common(pack_bits(xp, swap(xp, says, COUNTRY, TARGET), TARGET), member)


def admitted(
    world: World, support: Array, *, member: Bits, cost: Array, trust: Array, parameters: MembershipParameters
) -> Array:
    """Whether a guest or observer may take the next step: it gains after half the leaving cost, and all members agree.

    Axes (country, 1, format, run).
    """
    refused = _any_member(trust < parameters.welcome, member)
    inside = (world.status > NONE) & (world.status < MEMBER)
    return inside & ~refused & (support > 0.5 * cost)


def signs(world: World, support: Array, *, summit: Array, formats: Formats) -> Array:
    """Whether a country would sign an open treaty this quarter, axes (country, 1, format, run).

    summit: whether leaders of home-grown formats met this quarter, axes (1, 1, 1, run).
    """
    open_to = (formats.eligible * formats.treaty > 0.0) & (world.status < MEMBER)
    return summit & open_to & (support > 0.0)


def next_status(world: World, *, comes: Array, rises: Array, leaves: Array, joins: Array) -> Array:
    """Status after one quarter, axes (country, 1, format, run).

    Whether who is out comes as a guest, who is inside takes the next step, a member leaves, and whoever signs or
    founds becomes a member.
    """
    xp, status = world.xp, world.status
    moved = status + indicator(xp, comes | rises)
    left = xp.where(leaves & (status == MEMBER), NONE, moved)
    return xp.where(joins, MEMBER, left)


def leaving_hazard(world: World, support: Array, *, cost: Array, parameters: MembershipParameters) -> Array:
    """Probability that a member leaves this quarter, axes (country, 1, format, run); of others it means nothing."""
    return (2.0 * parameters.leaving) / (1.0 + world.xp.exp(parameters.leaving_steepness * (support + cost)))


def absorption_hazard(
    world: World,
    member: Bits,
    *,
    cold: Array,
    formality: Array,
    attention_lead: Array,
    formats: Formats,
    parameters: MembershipParameters,
) -> Array:
    """Probability that a format is absorbed by a more formal one led from outside, axes (1, 1, format, run).

    Proportional to the strongest pull of an absorber, and to distrust among the members. The pull is the share of the
    members that sit in the absorber too, times the share of the domains that the absorber covers too, times the
    attention of the absorber's lead. member: of countries. cold: mean distrust among the members. All axes
    (1, 1, format, run).
    """
    xp = world.xp
    at_work = indicator(xp, (world.level > DORMANT) & (formats.treaty == 0.0))
    strength = formats.outside * attention_lead * indicator(xp, world.level == INSTITUTION)
    overlap, strongest = _domain_overlap(xp, formats), 0.0 * strength
    for g in formats.absorbers:
        here = slice(g, g + 1)
        if known_zero(strength[..., here, :]):
            continue
        common = count_common(xp, member, tuple(word[..., here, :] for word in member))
        stronger = formality[..., here, :] > formality
        pull = common * (strength[..., here, :] * overlap[..., g, :])
        strongest = xp.maximum(strongest, xp.where(stronger, pull, 0.0))
    pull = strongest / xp.maximum(count_common(xp, member, member), 1.0)
    return xp.minimum(parameters.absorption * pull * cold * at_work, 1.0)


def _domain_overlap(xp: ModuleType, formats: Formats) -> Array:
    """Share of the domains of the first format that the second covers too, axes (1, 1, format, format, 1)."""
    covers = formats.covers[0, :, :, 0]
    common = xp.matmul(xp.matrix_transpose(covers), covers)
    return (common / xp.maximum(xp.sum(covers, axis=0)[:, None], 1.0))[None, None, :, :, None]


def carried_by_members(xp: ModuleType, level: Array, status: Array, formats: Formats) -> Array:
    """Level of formats given who is in: without members it is dormant, a treaty is in force among two or more."""
    n = xp.sum(indicator(xp, status == MEMBER), axis=COUNTRY, keepdims=True)
    return xp.where(formats.treaty > 0.0, INSTITUTION * indicator(xp, n >= 2.0), level * indicator(xp, n > 0.0))


def home_summit(xp: ModuleType, meeting: Array, formats: Formats) -> Array:
    """Whether leaders of a home-grown format met, axes (1, 1, 1, run)."""
    return xp.any((meeting >= LEADERS) & (formats.outside == 0.0), axis=TARGET, keepdims=True)
