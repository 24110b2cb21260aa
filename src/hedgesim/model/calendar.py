"""What formats do in a quarter: who meets, at which rung, who is in, and what meetings leave behind."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hedgesim.model import formats as fm
from hedgesim.model import membership as mb
from hedgesim.model.arrays import (
    COUNTRY,
    TARGET,
    Array,
    Bits,
    bound,
    fusion_barrier,
    indicator,
    known_zero,
    map_targets,
    namespace,
    pack_bits,
    positive,
    spread,
)
from hedgesim.model.derived import QuarterInputs
from hedgesim.model.parameters import Parameters
from hedgesim.model.world import DORMANT, INSTITUTION, LEADERS, MEMBER, NONE, World


@dataclass(frozen=True)
class Meetings:
    """Meetings of a quarter; axes (1, 1, format, run)."""

    opened: Array
    """Whether the format met one rung higher than before."""
    met: Array
    """Whether anything met; regular meetings do not count where they are replaced by their expected rate."""
    level: Array
    """Level after the quarter's first meetings."""
    weight: Array
    """Weight of the meeting against a leaders' meeting held in a place."""


def hold_meetings(world: World, inputs: QuarterInputs, *, support: Array, called: Array) -> World:
    """The formats one quarter later.

    world: already moved in everything else. support: of countries, axes (country, 1, format, run). called: by
    powers, axes (1, 1, power, run).
    """
    (support,) = fusion_barrier(inputs.world.xp, support)
    meetings = _meet(inputs, support, called)
    moved = _move_formats(world, inputs, support, meetings)
    member = pack_bits(inputs.world.xp, inputs.world.status == MEMBER, COUNTRY)
    moved = _move_membership(moved, inputs, support, meetings=meetings, member=member)
    moved = _forget(_absorb(moved, inputs, member), inputs)
    return _leave_traces(moved, inputs, meetings)


def _meet(inputs: QuarterInputs, support: Array, called: Array) -> Meetings:
    world, features, p = inputs.world, inputs.setting.formats, inputs.parameters.formats
    xp, derived = world.xp, inputs.derived
    above = fm.next_level(xp, world.level, features)
    dearer = fm.formality(xp, above, world, formats=features, parameters=p) - derived.formality
    hazard = fm.opening_hazard(
        world,
        support - derived.sovereignty * dearer,
        party=derived.party,
        called=map_targets(xp, called, features.leads),
        formats=features,
        parameters=p,
    )
    available = bound(xp, 1.0 + inputs.conditions.availability, 0.0, 1.0)
    hazard = hazard * xp.where(features.hosted > 0.0, available, 1.0)
    holding = fm.holding_hazard(
        world, derived.party, formats=features, parameters=p, strain=derived.strain, availability=available
    )
    opened, held = fusion_barrier(xp, inputs.draws.opening < hazard, inputs.draws.holding < holding)
    regular = indicator(xp, held)
    if not known_zero(p.expected):
        regular = regular + p.expected * (fm.expected_rate(world, formats=features, parameters=p) - regular)
    level = xp.where(opened, above, world.level)
    reach = 1.0 - (1.0 - available) * (1.0 - p.virtual)
    weight = xp.where(opened, 1.0, regular) * reach * fm.meeting_weight(xp, fm.rung_of(xp, level), p)
    return Meetings(
        opened=opened, met=opened | (held & (spread(p.expected, regular) < 1.0)), level=level, weight=weight
    )


def _move_formats(world: World, inputs: QuarterInputs, support: Array, meetings: Meetings) -> World:
    """Momentum, level, clock, host and body of the formats."""
    features, p = inputs.setting.formats, inputs.parameters.formats
    xp, party = world.xp, inputs.derived.party
    met = meetings.met
    since = xp.where(met, 0.0, world.since + (1.0 - p.expected))
    rung = xp.where(met, fm.rung_of(xp, meetings.level), 0.0)
    regular = fm.holds_meetings(xp, meetings.level, features) > 0.0
    lapsed = (since > p.lapse * world.cadence) & regular & (world.secretariat == 0.0)
    summit = (rung >= LEADERS) & (world.highest < LEADERS) & (features.outside > 0.0)
    bodies = _adopt_bodies(inputs, support, meetings)
    level = xp.where(lapsed, meetings.level - 1.0, meetings.level)
    return replace(
        world,
        momentum=fm.move_momentum(xp, world.momentum, support, party=party, rate=p.momentum_rate),
        level=xp.where((level >= LEADERS) & (bodies["secretariat"] > 0.0), INSTITUTION, level),
        since=xp.where(lapsed, 0.0, since),
        cadence=xp.where(summit, inputs.baseline.cadence, world.cadence),
        turn=world.turn + xp.where(met, features.hosted, 0.0),
        meeting=rung,
        highest=xp.maximum(rung, world.highest),
        **bodies,
    )


def _adopt_bodies(inputs: QuarterInputs, support: Array, meetings: Meetings) -> dict[str, Array]:
    """Rules of procedure, then a secretariat: each adopted at a summit once every member consents to its formality.

    Formal bodies have both by their charter, from their first summit.
    """
    world, p = inputs.world, inputs.parameters.formats
    xp, derived = world.xp, inputs.derived
    has_procedures = world.procedures > 0.0
    step = p.procedures_formality + (p.secretariat_formality - p.procedures_formality) * world.procedures
    consent = fm.consents(xp, support - derived.sovereignty * step, derived.party)
    summit = meetings.met & (meetings.level >= LEADERS)
    adopted = summit & consent & (inputs.draws.body < p.formalising)
    founded = meetings.opened & (meetings.level >= LEADERS) & (inputs.setting.formats.charter > 0.0)
    secretariat = xp.where((adopted & has_procedures) | founded, 1.0, world.secretariat)
    return {"procedures": xp.where(adopted | founded, 1.0, world.procedures), "secretariat": secretariat}


def _move_membership(world: World, inputs: QuarterInputs, support: Array, *, meetings: Meetings, member: Bits) -> World:
    """Founders, guests, accessions, exits and signatures; member: who is one, before, packed over countries."""
    features, p = inputs.setting.formats, inputs.parameters.membership
    old, derived, xp = inputs.world, inputs.derived, world.xp
    cost = mb.leaving_cost(derived.formality, derived.threat_lead, p)
    uniform = inputs.draws.membership
    invited = mb.invited(
        old,
        member,
        trust=derived.trust,
        closer=old.tie > inputs.baseline.world.tie,
        sovereignty=derived.sovereignty,
        formats=features,
        parameters=p,
    )
    admitted = mb.admitted(old, support, member=member, cost=cost, trust=derived.trust, parameters=p)
    summit = mb.home_summit(xp, world.meeting, features)
    founded = meetings.opened & (old.level == DORMANT) & (features.eligible > 0.0)
    comes, rises, leaves, joins = fusion_barrier(
        xp,
        (world.meeting > 0.0) & (uniform < p.inviting) & invited,
        (uniform < p.accession) & admitted,
        uniform < mb.leaving_hazard(old, support, cost=cost, parameters=p),
        founded | ((uniform < p.signing) & mb.signs(old, support, summit=summit, formats=features)),
    )
    status = mb.next_status(old, comes=comes, rises=rises, leaves=leaves, joins=joins)
    return replace(world, status=status, level=mb.carried_by_members(xp, world.level, status, features))


def _absorb(world: World, inputs: QuarterInputs, member: Bits) -> World:
    """Formats absorbed by a more formal one led from outside stop at once."""
    derived, xp = inputs.derived, world.xp
    hazard = mb.absorption_hazard(
        inputs.world,
        member,
        cold=fm.mean_over_parties(xp, 1.0 - derived.trust_in, derived.party),
        formality=derived.formality,
        attention_lead=derived.attention_lead,
        formats=inputs.setting.formats,
        parameters=inputs.parameters.membership,
    )
    absorbed = inputs.draws.absorption < hazard
    return replace(
        world,
        level=xp.where(absorbed, DORMANT, world.level),
        momentum=xp.where(absorbed, 0.0, world.momentum),
    )


def _forget(world: World, inputs: QuarterInputs) -> World:
    """A format that stopped, for whatever reason, has no members, bodies or calendar left: it may be founded again."""
    features, xp = inputs.setting.formats, world.xp
    gone = (world.level == DORMANT) & (inputs.world.level > DORMANT) & (features.treaty == 0.0)
    blank = {name: xp.where(gone, 0.0, getattr(world, name)) for name in ("procedures", "secretariat", "turn", "since")}
    return replace(
        world,
        status=xp.where(gone, NONE, world.status),
        cadence=xp.where(gone, spread(features.cadence, world.cadence), world.cadence),
        **blank,
    )


def _leave_traces(world: World, inputs: QuarterInputs, meetings: Meetings) -> World:
    """Stimulus, fatigue and trust after the quarter's meetings."""
    p, derived, xp = inputs.parameters.formats, inputs.derived, world.xp
    old = inputs.world
    together = fm.attended_together(xp, derived.party, meetings.weight)
    attended = xp.sum(derived.party * meetings.weight, axis=TARGET, keepdims=True)
    return replace(
        world,
        boost=old.boost * (1.0 - p.boost_decay) + meetings.weight,
        fatigue=old.fatigue * (1.0 - p.fatigue_decay) + attended,
        trust=fm.move_trust(
            xp,
            old.trust,
            inputs.baseline.trust_rest,
            together=together,
            effective=derived.trust,
            parameters=p,
        ),
    )


def stationary_traces(party: Array, weight: Array, trust: Array, parameters: Parameters) -> tuple[Array, Array, Array]:
    """Stimulus, fatigue and resting trust that meetings of this expected weight a quarter keep up for ever.

    Axes (1, 1, format, run), (country, 1, 1, run) and (country, 1, country, run).
    """
    xp, p = namespace(party), parameters.formats
    room = positive(xp, p.trust_ceiling - trust)
    lifted = fm.attended_together(xp, party, weight) * room
    attended = xp.sum(party * weight, axis=TARGET, keepdims=True)
    return (
        weight / p.boost_decay,
        attended / p.fatigue_decay,
        trust - (p.trust_gain / p.trust_return) * lifted,
    )
