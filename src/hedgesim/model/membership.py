"""Membership: guests, accession, exits, treaties, and the absorption of one format by another."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model.arrays import Array, logistic
from hedgesim.model.formats import mean_over_parties, mean_trust
from hedgesim.model.parameter import parameter
from hedgesim.model.setting import Formats
from hedgesim.model.world import DORMANT, GUEST, INSTITUTION, LEADERS, MEMBER, NONE, World


@dataclass(frozen=True)
class MembershipParameters:
    """Shared by all formats and countries."""

    welcome: float = parameter(
        0.45,
        unit="1",
        within=(0, 1),
        meaning="trust in a newcomer at which nobody minds a guest",
        source="assumption",
    )
    reserve: float = parameter(
        0.05,
        unit="1",
        within=(0, 0.3),
        meaning="further trust asked per unit of sovereignty cost",
        source="ali2024",
    )
    inviting: float = parameter(
        0.25,
        unit="1/quarter",
        within=(0, 1),
        meaning="hazard of an invitation at a meeting nobody vetoes",
        source="assumption",
    )
    accession: float = parameter(
        0.05,
        unit="1/quarter",
        within=(0, 0.5),
        meaning="hazard of the next step of accession once all agree",
        source="assumption",
    )
    leaving_cost: float = parameter(
        2.0,
        unit="log odds",
        within=(0, 6),
        meaning="cost of leaving per unit of formality; entering costs half",
        source="morrow1991",
    )
    leaving_threat: float = parameter(
        2.0,
        unit="1",
        within=(0, 6),
        meaning="by how much a threatening lead makes leaving dearer",
        source="azizova2024",
    )
    leaving: float = parameter(
        0.1,
        unit="1/quarter",
        within=(0, 0.5),
        meaning="hazard of leaving when support stands at minus its cost",
        source="assumption",
    )
    leaving_steepness: float = parameter(
        4.0, unit="1", within=(0.5, 20), meaning="how sharply leaving depends on support", source="assumption"
    )
    signing: float = parameter(
        0.5,
        unit="1/quarter",
        within=(0, 1),
        meaning="hazard of signing an open treaty at a home-grown summit",
        source="assumption",
    )
    absorption: float = parameter(
        0.03,
        unit="1/quarter",
        within=(0, 0.5),
        meaning="hazard of absorption at full overlap, attention and distrust",
        source="azizova2024",
    )


def leaving_cost(formality: Array, threat_lead: Array, parameters: MembershipParameters) -> Array:
    """Cost of leaving a format, log odds: most for the formal club of a threatening patron [morrow1991]."""
    return parameters.leaving_cost * formality * (1.0 + parameters.leaving_threat * threat_lead)


def invited(
    world: World,
    trust: Array,
    *,
    closer: Array,
    sovereignty: Array,
    formats: Formats,
    parameters: MembershipParameters,
) -> Array:
    """1 where a member gains from asking a country in as a guest and no member minds, axes (run, country, 1, format).

    closer: above 0 where the row's tie with the column has grown since the start: the row gains by the column's
    coming; axes (run, country, 1, country).
    """
    xp = world.xp
    member = xp.astype(world.status == MEMBER, xp.float64)
    minds = trust < parameters.welcome + parameters.reserve * sovereignty
    wanted = _said_of(xp, closer > 0.0, member) > 0.0
    minded = _said_of(xp, minds, member) > 0.0
    return formats.opens_to * xp.astype(wanted & ~minded & (world.status == NONE), xp.float64)


def _said_of(xp: ModuleType, of: Array, member: Array) -> Array:
    """How many members say it of each country, axes (run, country, 1, format); of: axes (run, country, 1, country)."""
    said = xp.astype(of, xp.float64)[..., 0, :]
    return xp.matmul(xp.matrix_transpose(said), member[..., 0, :])[..., None, :]


def admitted(world: World, support: Array, *, cost: Array, trust: Array, parameters: MembershipParameters) -> Array:
    """1 where a guest or observer takes the next step: it gains after half the leaving cost, and all members agree."""
    xp = world.xp
    refused = _said_of(xp, trust < parameters.welcome, xp.astype(world.status == MEMBER, xp.float64))
    inside = (world.status > NONE) & (world.status < MEMBER)
    return xp.astype(inside & (refused == 0.0) & (support > cost / 2.0), xp.float64)


def signatures(
    world: World, support: Array, *, summit: Array, formats: Formats, parameters: MembershipParameters
) -> Array:
    """Probability of signing an open treaty this quarter, axes (run, country, 1, format).

    summit: 1 where leaders of home-grown formats met this quarter, axes (run, 1, 1, 1).
    """
    xp = world.xp
    open_to = formats.eligible * formats.treaty * xp.astype(world.status < MEMBER, xp.float64)
    return parameters.signing * summit * open_to * xp.astype(support > 0.0, xp.float64)


def next_status(world: World, uniform: Array, *, hazards: tuple[Array, Array, Array, Array], fresh: Array) -> Array:
    """Status after one quarter, axes (run, country, 1, format).

    uniform: one number per country and format. hazards: of coming as a guest, of the next step, of leaving, of
    signing. fresh: 1 for founders of a format that met for the first time.
    """
    xp = world.xp
    guest, step, leave, sign = hazards
    status = world.status
    up = xp.where((uniform < step) & (status > NONE) & (status < MEMBER), status + 1.0, status)
    came = xp.where((uniform < guest) & (status == NONE), GUEST, up)
    left = xp.where((uniform < leave) & (status == MEMBER), NONE, came)
    return xp.where((uniform < sign) | (fresh > 0.0), MEMBER, left)


def leaving_hazard(world: World, support: Array, *, cost: Array, parameters: MembershipParameters) -> Array:
    """Probability that a member leaves this quarter, axes (run, country, 1, format)."""
    xp = world.xp
    member = xp.astype(world.status == MEMBER, xp.float64)
    return 2.0 * parameters.leaving * member * logistic(xp, -parameters.leaving_steepness * (support + cost))


def absorption_hazard(
    world: World,
    trust: Array,
    *,
    formality: Array,
    attention_lead: Array,
    formats: Formats,
    parameters: MembershipParameters,
) -> Array:
    """Probability that a format is absorbed by a more formal one led from outside, axes (run, 1, 1, format).

    Proportional to the overlap of members and of domains with the absorber, its lead's attention, and distrust
    among the members. formality, attention_lead: axes (run, 1, 1, format).
    """
    xp = world.xp
    member = xp.astype(world.status == MEMBER, xp.float64)
    overlap = _member_overlap(xp, member) * _domain_overlap(xp, formats)
    strength = formats.outside * attention_lead * xp.astype(world.level == INSTITUTION, xp.float64)
    stronger = formality[..., 0, :] > xp.matrix_transpose(formality[..., 0, :])
    pull = xp.max(overlap * strength[..., 0, :] * xp.astype(stronger, xp.float64), axis=-1)[..., None, None, :]
    alive = xp.astype((world.level > DORMANT) & (formats.treaty == 0.0), xp.float64)
    cold = mean_over_parties(xp, 1.0 - mean_trust(xp, trust, member), member)
    hazard = parameters.absorption * pull * cold * alive
    return xp.where(hazard > 1.0, 1.0, hazard)


def _member_overlap(xp: ModuleType, member: Array) -> Array:
    """Part of the members of the row's format that sit in the column's too, axes (run, format, format)."""
    seats = member[..., 0, :]
    common = xp.matmul(xp.matrix_transpose(seats), seats)
    n = xp.sum(seats, axis=-2)[..., None]
    return common / xp.where(n > 0.0, n, 1.0)


def _domain_overlap(xp: ModuleType, formats: Formats) -> Array:
    """Part of the domains of the row's format that the column's covers too, axes (1, format, format)."""
    covers = formats.covers[..., 0, :, :]
    common = xp.matmul(xp.matrix_transpose(covers), covers)
    n = xp.sum(covers, axis=-2)[..., None]
    return common / xp.where(n > 0.0, n, 1.0)


def carried_by_members(xp: ModuleType, level: Array, status: Array, formats: Formats) -> Array:
    """Level of formats given who is in: without members it is dormant, a treaty is in force among two or more."""
    n = xp.sum(xp.astype(status == MEMBER, xp.float64), axis=-3, keepdims=True)
    treaty = xp.where(n >= 2.0, INSTITUTION, DORMANT + 0.0 * n)
    return xp.where(formats.treaty > 0.0, treaty, xp.where(n > 0.0, level, DORMANT + 0.0 * n))


def home_summit(xp: ModuleType, meeting: Array, formats: Formats) -> Array:
    """1 where leaders of a home-grown format met, axes (run, 1, 1, 1)."""
    met = xp.astype(meeting >= LEADERS, xp.float64) * (1.0 - formats.outside)
    return xp.max(met, axis=-1, keepdims=True)
