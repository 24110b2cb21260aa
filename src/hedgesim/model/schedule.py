"""The schedule: shocks act, powers and countries decide on the same world, then the world moves."""

from __future__ import annotations

from dataclasses import replace

from hedgesim.model import alignment as al
from hedgesim.model import sanctions as sa
from hedgesim.model.arrays import Array, bound
from hedgesim.model.calendar import hold_meetings
from hedgesim.model.decision import CountryDecision, PowerDecision
from hedgesim.model.sight import Situation
from hedgesim.model.view import View
from hedgesim.model.world import World


def advance(situation: Situation, view: View, *, countries: CountryDecision, powers: PowerDecision) -> World:
    """The world one quarter later, given what everybody decided on it."""
    moved = replace(
        situation.world,
        share=countries.share,
        tie=countries.tie,
        concession=countries.concession,
        attention=powers.attention,
        offer=powers.offer,
        coercion=powers.coercion,
        threat=_next_threat(situation),
        reliability=_next_reliability(situation),
        affinity=al.move_affinity(
            situation.world.affinity,
            situation.baseline.world.affinity,
            situation.sight.threat_rise,
            situation.parameters.alignment,
        ),
        past=_next_past(situation),
        **_next_dealings(situation, view, countries),
    )
    return hold_meetings(moved, situation, support=countries.support, called=powers.called)


def _next_threat(situation: Situation) -> Array:
    """Threat moves toward capability, proximity, offence and intention, axes (run, country, 1, power)."""
    world, setting, p = situation.world, situation.setting, situation.parameters.alignment
    xp, conditions = world.xp, situation.conditions
    shown = setting.intention + conditions.intention + world.coercion - p.calming * world.concession
    military = xp.sum(conditions.capacity * setting.security, axis=-2, keepdims=True)
    target = al.threat_toward(
        xp,
        bound(xp, setting.capability * xp.exp(military), 0.0, 1.0),
        setting.proximity,
        offence=setting.offence,
        intention=bound(xp, shown, p.lowest_intention, 1.0),
    )
    return world.threat + p.threat_rate * (target - world.threat)


def _next_reliability(situation: Situation) -> Array:
    """Reliability follows what was delivered, axes (run, country, 1, power).

    A distracted power has its forces bound elsewhere: it fails to deliver in security, as far as that weighs.
    """
    setting, p = situation.setting, situation.parameters.alignment
    xp = situation.world.xp
    forces = xp.sum(setting.weight * setting.security, axis=-2, keepdims=True)
    free = 1.0 - forces * bound(xp, situation.conditions.distraction, 0.0, 1.0)
    delivered = setting.delivery * free * (1.0 + p.delivery_noise * situation.draws.delivery)
    return al.move_reliability(xp, situation.world.reliability, delivered, p)


def _next_past(situation: Situation) -> Array:
    """Presence of powers in the last four quarters, oldest first, axes (run, country, 4, power)."""
    world = situation.world
    now = situation.sight.presence[..., : world.past.shape[-1]]
    return world.xp.concat((world.past[..., 1:, :], now), axis=-2)


def _next_dealings(situation: Situation, view: View, countries: CountryDecision) -> dict[str, Array]:
    """Sanctions joined and goods re-exported, axes (run, country, 1, power)."""
    world, setting = situation.world, situation.setting
    xp = world.xp
    joins = situation.draws.joining < countries.joining
    joined = xp.where(joins, 1.0, world.joined)
    leakage = sa.move_leakage(
        view,
        world.leakage,
        joined=joined,
        nearness=setting.proximity,
        risk=situation.conditions.sanctionrisk,
        parameters=situation.parameters.sanctions,
    )
    return {"joined": joined, "leakage": leakage}
