"""Meetings of formats: when they are due, who hosts them, what they weigh, and the trust they build."""

from __future__ import annotations

from types import ModuleType

from hedgesim.model.arrays import COUNTRY, TARGET, Array, bound, indicator, known_zero, logistic, pair_sums, positive
from hedgesim.model.formats import FormatParameters, mean_over_parties
from hedgesim.model.setting import Formats
from hedgesim.model.world import DORMANT, LEADERS, MEMBER, MINISTERIAL, WORKING, World


def holding_odds(xp: ModuleType, momentum: Array, parameters: FormatParameters) -> Array:
    """Log odds that a meeting that is due is held when the host is able."""
    return parameters.holding + parameters.holding_momentum * (momentum - 0.5)


def holds_meetings(xp: ModuleType, level: Array, formats: Formats) -> Array:
    """1 where the format holds regular meetings, axes (1, 1, format, run)."""
    return xp.astype((level > DORMANT) & (formats.ceiling > DORMANT) & (formats.treaty == 0.0), xp.float64)


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
