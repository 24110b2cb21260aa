"""What formats do in a quarter: who meets, at which rung, who is in, and what meetings leave behind."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim.model import formats as fm
from hedgesim.model import meetings as mt
from hedgesim.model import membership as mb
from hedgesim.model.arrays import Array, bound, namespace, positive
from hedgesim.model.parameters import Parameters
from hedgesim.model.perception import Situation
from hedgesim.model.world import DORMANT, INSTITUTION, LEADERS, NONE, World


@dataclass(frozen=True)
class Meetings:
    """Meetings of a quarter; axes (run, 1, 1, format)."""

    opened: Array
    """1 where the format met one rung higher than before."""
    met: Array
    """1 where anything met; regular meetings count only as far as they are not replaced by their expected rate."""
    level: Array
    """Level after the quarter's first meetings."""
    weight: Array
    """Weight of the meeting against a leaders' meeting held in a place."""


def hold_meetings(world: World, situation: Situation, *, support: Array, called: Array) -> World:
    """The formats one quarter later.

    world: already moved in everything else. support: of countries, axes (run, country, 1, format). called: by
    powers, axes (run, 1, 1, power).
    """
    meetings = _meet(situation, support, called)
    moved = _move_formats(world, situation, support, meetings)
    moved = _move_membership(moved, situation, support, meetings)
    return _leave_traces(moved, situation, meetings)


def _meet(situation: Situation, support: Array, called: Array) -> Meetings:
    world, features, p = situation.world, situation.setting.formats, situation.parameters.formats
    xp, sight = world.xp, situation.sight
    above = fm.next_level(xp, world.level, features)
    dearer = _formality(situation, above) - _formality(situation, world.level)
    hazard = fm.opening_hazard(
        world,
        support - sight.sovereignty * dearer,
        party=sight.party,
        called=xp.matmul(called, xp.matrix_transpose(features.lead)),
        formats=features,
        parameters=p,
    )
    available = bound(xp, 1.0 + situation.conditions.availability, 0.0, 1.0)
    hazard = hazard * xp.where(features.hosted > 0.0, available, 1.0)
    opened = xp.astype(situation.draws.opening < hazard, xp.float64)
    holding = mt.holding_hazard(world, formats=features, parameters=p, strain=sight.strain, availability=available)
    drawn = xp.astype(situation.draws.holding < holding, xp.float64)
    regular = drawn + p.expected * (mt.expected_rate(world, formats=features, parameters=p) - drawn)
    level = xp.where(opened > 0.0, above, world.level)
    held = xp.where(opened > 0.0, 1.0, regular)
    met = xp.where(opened > 0.0, 1.0, drawn * xp.astype(0.0 * drawn + p.expected < 1.0, xp.float64))
    reach = 1.0 - (1.0 - available) * (1.0 - p.virtual)
    weight = held * reach * mt.meeting_weight(xp, mt.rung_of(xp, level), p)
    return Meetings(opened=opened, met=met, level=level, weight=weight)


def _formality(situation: Situation, level: Array) -> Array:
    world = situation.world
    return fm.formality(
        world.xp, level, world, formats=situation.setting.formats, parameters=situation.parameters.formats
    )


def _move_formats(world: World, situation: Situation, support: Array, meetings: Meetings) -> World:
    """Momentum, level, clock, host and body of the formats."""
    features, p = situation.setting.formats, situation.parameters.formats
    xp, party = world.xp, situation.sight.party
    met = meetings.met > 0.0
    since = xp.where(met, 0.0, world.since + (1.0 - p.expected))
    rung = xp.where(met, mt.rung_of(xp, meetings.level), 0.0)
    lapsed = (
        (since > p.lapse * world.cadence) & (mt.meets(xp, meetings.level, features) > 0.0) & (world.secretariat == 0.0)
    )
    summit = (rung >= LEADERS) & (world.highest < LEADERS) & (features.outside > 0.0)
    yearly = xp.astype(situation.draws.calendar < 0.5, xp.float64)
    chosen = p.cadence * (2.0 - yearly)
    bodies = _adopt_bodies(situation, support, meetings)
    level = xp.where(lapsed, meetings.level - 1.0, meetings.level)
    return replace(
        world,
        momentum=fm.move_momentum(xp, world.momentum, support, party=party, rate=p.momentum_rate),
        level=xp.where((level >= LEADERS) & (bodies["secretariat"] > 0.0), INSTITUTION, level),
        since=xp.where(lapsed, 0.0, since),
        cadence=xp.where(summit, chosen, world.cadence),
        turn=world.turn + xp.where(met, features.hosted, 0.0),
        meeting=rung,
        highest=xp.where(rung > world.highest, rung, world.highest),
        **bodies,
    )


def _adopt_bodies(situation: Situation, support: Array, meetings: Meetings) -> dict[str, Array]:
    """Rules of procedure, then a secretariat: each adopted at a summit once every member consents to its formality.

    Formal bodies have both by their charter, from their first summit.
    """
    world, p = situation.world, situation.parameters.formats
    xp, sight = world.xp, situation.sight
    has_procedures = world.procedures > 0.0
    step = xp.where(
        has_procedures,
        p.secretariat_formality + 0.0 * world.level,
        p.procedures_formality + 0.0 * world.level,
    )
    consent = fm.consents(xp, support - sight.sovereignty * step, sight.party)
    summit = (meetings.met > 0.0) & (meetings.level >= LEADERS)
    adopted = summit & (consent > 0.0) & (situation.draws.body < p.formalising)
    charter = situation.setting.formats.charter
    founded = (meetings.opened > 0.0) & (meetings.level >= LEADERS) & (charter > 0.0)
    secretariat = xp.where((adopted & has_procedures) | founded, 1.0, world.secretariat)
    return {"procedures": xp.where(adopted | founded, 1.0, world.procedures), "secretariat": secretariat}


def _move_membership(world: World, situation: Situation, support: Array, meetings: Meetings) -> World:
    """Founders, guests, accessions, exits, signatures and absorptions."""
    features, p = situation.setting.formats, situation.parameters.membership
    old, sight, xp = situation.world, situation.sight, world.xp
    lead_threat = xp.matmul(old.threat, xp.matrix_transpose(features.lead))
    cost = mb.leaving_cost(_formality(situation, old.level), lead_threat, p)
    met = xp.astype(world.meeting > 0.0, xp.float64)
    closer = old.tie - situation.baseline.world.tie
    hazards = (
        p.inviting
        * met
        * mb.invited(old, sight.trust, closer=closer, sovereignty=sight.sovereignty, formats=features, parameters=p),
        p.accession * mb.admitted(old, support, cost=cost, trust=sight.trust, parameters=p),
        mb.leaving_hazard(old, support, cost=cost, parameters=p),
        mb.signatures(old, support, summit=mb.home_summit(xp, world.meeting, features), formats=features, parameters=p),
    )
    founded = meetings.opened * xp.astype(old.level == DORMANT, xp.float64)
    status = mb.next_status(old, situation.draws.membership, hazards=hazards, fresh=founded * features.eligible)
    carried = replace(world, status=status, level=mb.carried_by_members(xp, world.level, status, features))
    return _forget(_absorb(carried, situation), situation)


def _absorb(world: World, situation: Situation) -> World:
    """Formats absorbed by a more formal one led from outside stop at once."""
    sight, xp = situation.sight, world.xp
    hazard = mb.absorption_hazard(
        situation.world,
        sight.trust,
        formality=_formality(situation, situation.world.level),
        attention_lead=sight.attention_lead,
        formats=situation.setting.formats,
        parameters=situation.parameters.membership,
    )
    absorbed = situation.draws.absorption < hazard
    return replace(
        world,
        level=xp.where(absorbed, DORMANT, world.level),
        momentum=xp.where(absorbed, 0.0, world.momentum),
    )


def _forget(world: World, situation: Situation) -> World:
    """A format that stopped, for whatever reason, has no members, bodies or calendar left: it may be founded anew."""
    features, xp = situation.setting.formats, world.xp
    gone = (world.level == DORMANT) & (situation.world.level > DORMANT) & (features.treaty == 0.0)
    blank = {name: xp.where(gone, 0.0, getattr(world, name)) for name in ("procedures", "secretariat", "turn", "since")}
    return replace(
        world,
        status=xp.where(gone, NONE, world.status),
        cadence=xp.where(gone, features.cadence + 0.0 * world.cadence, world.cadence),
        **blank,
    )


def _leave_traces(world: World, situation: Situation, meetings: Meetings) -> World:
    """Stimulus, fatigue and trust after the quarter's meetings."""
    p, sight, xp = situation.parameters.formats, situation.sight, world.xp
    old = situation.world
    together = mt.attended_together(xp, sight.party, meetings.weight)
    attended = xp.sum(sight.party * meetings.weight, axis=-1, keepdims=True)
    return replace(
        world,
        boost=old.boost * (1.0 - p.boost_decay) + meetings.weight,
        fatigue=old.fatigue * (1.0 - p.fatigue_decay) + attended,
        trust=mt.move_trust(
            xp,
            old.trust,
            situation.baseline.trust_rest,
            together=together,
            effective=sight.trust,
            parameters=p,
        ),
    )


def stationary_traces(party: Array, weight: Array, trust: Array, parameters: Parameters) -> tuple[Array, Array, Array]:
    """Stimulus, fatigue and resting trust that meetings of this expected weight a quarter keep up for ever.

    Axes (run, 1, 1, format), (run, country, 1, 1) and (run, country, 1, country).
    """
    xp, p = namespace(party), parameters.formats
    room = positive(xp, p.trust_ceiling - trust)
    lifted = mt.attended_together(xp, party, weight) * room
    attended = xp.sum(party * weight, axis=-1, keepdims=True)
    return (
        weight / p.boost_decay,
        attended / p.fatigue_decay,
        trust - (p.trust_gain / p.trust_return) * lifted,
    )
