"""What formats do in a quarter: who meets, at which rung, who is in, and what meetings leave behind."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim.model import formats as fm
from hedgesim.model import meetings as mt
from hedgesim.model import membership as mb
from hedgesim.model.arrays import Array, Bits, bound, carry, flag, namespace, pack, positive, settle, surely_zero
from hedgesim.model.parameters import Parameters
from hedgesim.model.sight import Situation
from hedgesim.model.world import DORMANT, INSTITUTION, LEADERS, MEMBER, NONE, World


@dataclass(frozen=True)
class Meetings:
    """Meetings of a quarter; axes (run, 1, 1, format)."""

    opened: Array
    """Whether the format met one rung higher than before."""
    met: Array
    """Whether anything met; regular meetings do not count where they are replaced by their expected rate."""
    level: Array
    """Level after the quarter's first meetings."""
    weight: Array
    """Weight of the meeting against a leaders' meeting held in a place."""


def hold_meetings(world: World, situation: Situation, *, support: Array, called: Array) -> World:
    """The formats one quarter later.

    world: already moved in everything else. support: of countries, axes (run, country, 1, format). called: by
    powers, axes (run, 1, 1, power).
    """
    (support,) = settle(situation.world.xp, support)
    meetings = _meet(situation, support, called)
    moved = _move_formats(world, situation, support, meetings)
    moved = _move_membership(moved, situation, support, meetings)
    return _leave_traces(moved, situation, meetings)


def _meet(situation: Situation, support: Array, called: Array) -> Meetings:
    world, features, p = situation.world, situation.setting.formats, situation.parameters.formats
    xp, sight = world.xp, situation.sight
    above = fm.next_level(xp, world.level, features)
    dearer = fm.formality(xp, above, world, formats=features, parameters=p) - sight.formality
    hazard = fm.opening_hazard(
        world,
        support - sight.sovereignty * dearer,
        party=sight.party,
        called=carry(xp, called, xp.matrix_transpose(features.lead)[0, 0, ...]),
        formats=features,
        parameters=p,
    )
    available = bound(xp, 1.0 + situation.conditions.availability, 0.0, 1.0)
    hazard = hazard * xp.where(features.hosted > 0.0, available, 1.0)
    holding = mt.holding_hazard(
        world, sight.party, formats=features, parameters=p, strain=sight.strain, availability=available
    )
    opened, held = settle(xp, situation.draws.opening < hazard, situation.draws.holding < holding)
    regular = flag(xp, held)
    if not surely_zero(p.expected):
        regular = regular + p.expected * (mt.expected_rate(world, formats=features, parameters=p) - regular)
    level = xp.where(opened, above, world.level)
    reach = 1.0 - (1.0 - available) * (1.0 - p.virtual)
    weight = xp.where(opened, 1.0, regular) * reach * mt.meeting_weight(xp, mt.rung_of(xp, level), p)
    return Meetings(opened=opened, met=opened | (held & (0.0 * regular + p.expected < 1.0)), level=level, weight=weight)


def _move_formats(world: World, situation: Situation, support: Array, meetings: Meetings) -> World:
    """Momentum, level, clock, host and body of the formats."""
    features, p = situation.setting.formats, situation.parameters.formats
    xp, party = world.xp, situation.sight.party
    met = meetings.met
    since = xp.where(met, 0.0, world.since + (1.0 - p.expected))
    rung = xp.where(met, mt.rung_of(xp, meetings.level), 0.0)
    lapsed = (
        (since > p.lapse * world.cadence) & (mt.meets(xp, meetings.level, features) > 0.0) & (world.secretariat == 0.0)
    )
    summit = (rung >= LEADERS) & (world.highest < LEADERS) & (features.outside > 0.0)
    bodies = _adopt_bodies(situation, support, meetings)
    level = xp.where(lapsed, meetings.level - 1.0, meetings.level)
    return replace(
        world,
        momentum=fm.move_momentum(xp, world.momentum, support, party=party, rate=p.momentum_rate),
        level=xp.where((level >= LEADERS) & (bodies["secretariat"] > 0.0), INSTITUTION, level),
        since=xp.where(lapsed, 0.0, since),
        cadence=xp.where(summit, situation.baseline.cadence, world.cadence),
        turn=world.turn + xp.where(met, features.hosted, 0.0),
        meeting=rung,
        highest=xp.maximum(rung, world.highest),
        **bodies,
    )


def _adopt_bodies(situation: Situation, support: Array, meetings: Meetings) -> dict[str, Array]:
    """Rules of procedure, then a secretariat: each adopted at a summit once every member consents to its formality.

    Formal bodies have both by their charter, from their first summit.
    """
    world, p = situation.world, situation.parameters.formats
    xp, sight = world.xp, situation.sight
    has_procedures = world.procedures > 0.0
    step = p.procedures_formality + (p.secretariat_formality - p.procedures_formality) * world.procedures
    consent = fm.consents(xp, support - sight.sovereignty * step, sight.party)
    summit = meetings.met & (meetings.level >= LEADERS)
    adopted = summit & consent & (situation.draws.body < p.formalising)
    founded = meetings.opened & (meetings.level >= LEADERS) & (situation.setting.formats.charter > 0.0)
    secretariat = xp.where((adopted & has_procedures) | founded, 1.0, world.secretariat)
    return {"procedures": xp.where(adopted | founded, 1.0, world.procedures), "secretariat": secretariat}


def _move_membership(world: World, situation: Situation, support: Array, meetings: Meetings) -> World:
    """Founders, guests, accessions, exits, signatures and absorptions."""
    features, p = situation.setting.formats, situation.parameters.membership
    old, sight, xp = situation.world, situation.sight, world.xp
    cost = mb.leaving_cost(sight.formality, sight.threat_lead, p)
    uniform, member = situation.draws.membership, pack(xp, old.status == MEMBER, -3)
    invited = mb.invited(
        old,
        member,
        trust=sight.trust,
        closer=old.tie > situation.baseline.world.tie,
        sovereignty=sight.sovereignty,
        formats=features,
        parameters=p,
    )
    admitted = mb.admitted(old, support, member=member, cost=cost, trust=sight.trust, parameters=p)
    summit = mb.home_summit(xp, world.meeting, features)
    founded = meetings.opened & (old.level == DORMANT) & (features.eligible > 0.0)
    comes, rises, leaves, joins = settle(
        xp,
        (world.meeting > 0.0) & (uniform < p.inviting) & invited,
        (uniform < p.accession) & admitted,
        uniform < mb.leaving_hazard(old, support, cost=cost, parameters=p),
        founded | ((uniform < p.signing) & mb.signs(old, support, summit=summit, formats=features)),
    )
    status = mb.next_status(old, comes=comes, rises=rises, leaves=leaves, joins=joins)
    carried = replace(world, status=status, level=mb.carried_by_members(xp, world.level, status, features))
    return _forget(_absorb(carried, situation, member), situation)


def _absorb(world: World, situation: Situation, member: Bits) -> World:
    """Formats absorbed by a more formal one led from outside stop at once."""
    sight, xp = situation.sight, world.xp
    hazard = mb.absorption_hazard(
        situation.world,
        member,
        cold=fm.mean_over_parties(xp, 1.0 - sight.trust_in, sight.party),
        formality=sight.formality,
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
