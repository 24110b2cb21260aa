"""What formats do in a quarter: who climbs, meets, comes, joins or leaves, and what meetings leave behind."""

from __future__ import annotations

from dataclasses import dataclass, replace

from jaxtyping import Bool, Float

from hedgesim.model import formats as fm
from hedgesim.model.arrays import (
    COUNTRY,
    TARGET,
    Array,
    all_countries,
    bound,
    fusion_barrier,
    indicator,
    known_zero,
    logistic,
    namespace,
    place_targets,
    positive,
    swap,
    take_targets,
)
from hedgesim.model.derived import QuarterInputs
from hedgesim.model.given import as_given
from hedgesim.model.setting import Formats
from hedgesim.model.view import CountryDecision
from hedgesim.model.world import DORMANT, GUEST, LEADERS, MEMBER, MINISTERS, NONE, World

EARLIEST = 3.0
"""Quarters after an own meeting before which the five do not meet again by themselves."""

EARLY = 0.1
"""Chance of an own meeting in that quarter."""


@dataclass(frozen=True)
class Events:
    """What happens to formats in a quarter; axes (country, domain, target, run)."""

    here: Bool[Array, "country 1 format run"]
    """Whether countries would sit in the format."""
    seat: Bool[Array, "country 1 format run"]
    """Whether they would at the formality of a full seat."""
    climbs: Bool[Array, "1 1 format run"]
    summit: Bool[Array, "1 1 1 run"]
    """Whether leaders meet at an own meeting."""
    ladder: Float[Array, "1 1 format run"]
    meeting: Float[Array, "1 1 format run"]
    came: Float[Array, "country 1 format run"]


def advance_formats(world: World, inputs: QuarterInputs, decision: CountryDecision) -> World:
    """The formats one quarter later; world: already moved in everything else."""
    xp, old, features = world.xp, inputs.world, inputs.setting.formats
    events = _events(inputs, decision)
    places = features.owns
    party, came = (take_targets(xp, x, places) > 0.0 for x in (inputs.derived.party, events.came))
    complete = xp.any(came, axis=COUNTRY, keepdims=True) & all_countries(xp, came | ~party)
    full = xp.any(complete, axis=TARGET, keepdims=True)
    moved = replace(
        world,
        ladder=events.ladder,
        since=xp.where(events.meeting >= events.ladder, 0.0, old.since + 1.0),
        turn=old.turn + features.own * indicator(xp, events.meeting >= LEADERS),
        seated=xp.maximum(old.seated, indicator(xp, full)),
        meeting=events.meeting,
        came=events.came,
        trust=_next_trust(inputs, events.came),
        status=_next_status(inputs, events),
    )
    return as_given(absorb(moved, inputs), inputs.conditions.step, features.given)


@dataclass(frozen=True)
class Prospects:
    """Who would sit in a format, and how likely it takes its next step; axes (country, domain, target, run)."""

    here: Bool[Array, "country 1 format run"]
    """Whether countries would sit in the format."""
    seat: Bool[Array, "country 1 format run"]
    """Whether they would at the formality of a full seat."""
    ready: Bool[Array, "1 1 format run"]
    """Whether there is a further rung, and what must have met before has met."""
    likely: Float[Array, "1 1 format run"]
    """Probability of the step within the quarter where it is ready."""


def prospects(inputs: QuarterInputs, decision: CountryDecision) -> Prospects:
    """What countries' decisions mean for formats before chance decides."""
    world, features = inputs.world, inputs.setting.formats
    xp, leaning = world.xp, decision.stance + world.stance
    needed = (formality * decision.reserve for formality in (features.formality, fm.MEMBERSHIP))
    here, seat = fusion_barrier(xp, *(leaning > reserve for reserve in needed))
    p = inputs.parameters.ladder
    rate = fm.ladder_rate(
        world,
        alarm=inputs.derived.alarm,
        willing=here,
        trusted=inputs.derived.trusted,
        weight=inputs.setting.regional_weight,
        formats=features,
        p=p,
    )
    hosted = inputs.derived.available + (1.0 - inputs.derived.available) * p.virtual
    rate = rate * xp.where(world.ladder >= MINISTERS, hosted, 1.0)
    ready = fm.is_ready(world.ladder, world.seated, features) & (world.ladder < features.ceiling)
    (likely,) = fusion_barrier(xp, fm.chance(rate))
    return Prospects(here, seat, ready, likely)


def _events(inputs: QuarterInputs, decision: CountryDecision) -> Events:
    """Who would sit where, what climbs, what meets and who comes."""
    world, features = inputs.world, inputs.setting.formats
    xp, ahead = world.xp, prospects(inputs, decision)
    climbs = ahead.ready & (inputs.draws.opening < ahead.likely)
    held = _held(inputs)
    leaders_meet = xp.where(climbs, world.ladder >= MINISTERS, held >= LEADERS)
    summit = xp.any((features.own > 0.0) & leaders_meet, axis=TARGET, keepdims=True)
    climbs = climbs & ((features.treaty == 0.0) | summit)
    ladder = xp.where(climbs, next_rung(world.ladder, features), world.ladder)
    meeting = xp.where(climbs & (features.treaty == 0.0), ladder, held)
    came = _came(inputs, decision, meeting)
    return Events(
        here=ahead.here, seat=ahead.seat, climbs=climbs, summit=summit, ladder=ladder, meeting=meeting, came=came
    )


def next_rung(ladder: Array, features: Formats) -> Array:
    """The rung that a step leads to: treaties and bodies have one step, axes (1, 1, format, run)."""
    at_once = (features.treaty + features.body) > 0.0
    return namespace(ladder).where(at_once, LEADERS, ladder + 1.0)


def _came(inputs: QuarterInputs, decision: CountryDecision, meeting: Array) -> Array:
    """1 where the head of a party or guest comes to this quarter's own meeting, axes (country, 1, format, run)."""
    world, features = inputs.world, inputs.setting.formats
    xp, own = world.xp, features.owns
    likely = logistic(xp, take_targets(xp, decision.stance, own) - fm.CONTACT * decision.reserve)
    asked = (take_targets(xp, inputs.derived.party, own) > 0.0) | (take_targets(xp, world.status, own) > NONE)
    comes = asked & (inputs.draws.coming < likely) & (take_targets(xp, meeting, own) >= LEADERS)
    return place_targets(xp, indicator(xp, comes), own, meeting.shape[TARGET])


def _held(inputs: QuarterInputs) -> Array:
    """Rung of the regular meeting of each format this quarter, axes (1, 1, format, run)."""
    world, features, p = inputs.world, inputs.setting.formats, inputs.parameters.calendar
    xp, derived, uniform = world.xp, inputs.derived, inputs.draws.holding
    waited = world.since + 1.0
    likely = logistic(xp, xp.asarray(p.hold))
    due = xp.where(waited > EARLIEST, likely, EARLY * indicator(xp, waited == EARLIEST))
    yearly = indicator(xp, waited >= features.cadence)
    repeated = fm.chance(xp.exp(xp.asarray(p.repeat))) * derived.available
    regular = xp.where(features.own > 0.0, due * derived.available * (1.0 - _strain_on_host(inputs)), repeated)
    top = xp.where(world.ladder >= LEADERS, xp.where(features.body > 0.0, yearly, regular), 0.0)
    ministers = fm.chance(xp.exp(p.ministers + p.ministers_alarm * derived.alarm)) * (1.0 - features.body)
    low = top + (1.0 - top) * ministers
    rung = xp.where(uniform < top, LEADERS, MINISTERS * indicator(xp, uniform < low))
    return xp.where((world.ladder > DORMANT) & (features.treaty == 0.0), rung, DORMANT)


def _strain_on_host(inputs: QuarterInputs) -> Array:
    """Strain on the government whose turn it is to host an own meeting, axes (1, 1, format, run)."""
    world, strain = inputs.world, inputs.derived.strain
    xp, own = world.xp, inputs.setting.formats.owns
    if known_zero(strain):
        return 0.0 * world.turn
    party, turn = (take_targets(xp, x, own) for x in (inputs.derived.party, world.turn))
    n = xp.maximum(xp.sum(party, axis=COUNTRY, keepdims=True), 1.0)
    seat = turn - n * xp.floor(turn / n)
    before, felt = 0.0 * n, 0.0 * n
    for i in range(party.shape[COUNTRY]):
        one = party[..., i : i + 1, :, :, :]
        felt = felt + strain[..., i : i + 1, :, :, :] * one * indicator(xp, before == seat)
        before = before + one
    return place_targets(xp, felt, own, world.turn.shape[TARGET])


def _next_trust(inputs: QuarterInputs, came: Array) -> Array:
    """Trust after own meetings at which heads of both sides sat, axes (country, 1, country, run)."""
    p, world = inputs.parameters.calendar, inputs.world
    xp = world.xp
    together = 0.0 * world.trust
    for place in inputs.setting.formats.owns:
        heads = came[..., place : place + 1, :]
        together = together + heads * swap(xp, heads, COUNTRY, TARGET)
    room = positive(xp, p.trust_ceiling - world.trust)
    return bound(xp, world.trust + p.trust_gain * together * fm.apart(xp, together) * room, 0.0, 1.0)


def _next_status(inputs: QuarterInputs, events: Events) -> Array:
    """Founders, guests, members, signatures, accessions and exits, axes (country, 1, format, run)."""
    old, features, p = inputs.world, inputs.setting.formats, inputs.parameters.ladder
    xp, uniform, here = old.xp, inputs.draws.membership, events.here
    eligible, body, treaty = features.eligible > 0.0, features.body > 0.0, features.treaty > 0.0
    none, member, working = old.status == NONE, old.status == MEMBER, old.ladder > DORMANT
    founded = events.climbs & ~working & eligible & ~treaty & (here | ~body)
    signed = treaty & eligible & here & events.summit & (events.ladder > DORMANT)
    joined = body & eligible & working & here & ~member & (uniform < fm.chance(xp.asarray(p.accession)))
    left = body & member & ~here & (uniform < fm.chance(xp.asarray(p.leaving)))
    invited, promoted = _invitations(inputs, events)
    up = founded | signed | joined | (promoted & ~none & ~member)
    return xp.where(up, MEMBER, xp.where(none & invited, GUEST, xp.where(left, NONE, old.status)))


def _invitations(inputs: QuarterInputs, events: Events) -> tuple[Array, Array]:
    """Whether outsiders are invited as guests, and guests as members, axes (country, 1, format, run).

    Guests must sit in a group of three or more that is at work; both need all parties, members at the higher formality.
    """
    world, features, uniform = inputs.world, inputs.setting.formats, inputs.draws.membership
    xp, working, outsider = world.xp, world.ladder > DORMANT, inputs.derived.party == 0.0
    eligible, at_work = (take_targets(xp, x, features.groups) for x in (features.eligible, working))
    sits = (eligible > 0.0) & at_work
    bridged = xp.any(sits, axis=TARGET, keepdims=True)
    rate = fm.small_rate(inputs.derived.alarm, inputs.parameters.ladder)
    pairs = xp.maximum(xp.sum(inputs.derived.party, axis=COUNTRY, keepdims=True), 1.0)
    agreed = all_countries(xp, events.here | outsider) & (features.opens_to > 0.0) & working
    invited = agreed & bridged & events.here & (uniform < fm.chance(rate * fm.PAIRS / pairs))
    settled = agreed & (features.body == 0.0) & all_countries(xp, events.seat | outsider)
    return invited, settled & events.seat & (uniform < fm.chance(rate))


def absorb(world: World, inputs: QuarterInputs) -> World:
    """Bodies end all of whose members sit in a more formal outside-led body whose lead has entered them."""
    features, xp = inputs.setting.formats, world.xp
    if not features.absorptions:
        return world
    ended = 0.0 * world.ladder
    for absorbed, absorber, entry in features.absorptions:
        here, there = (world.status[..., f : f + 1, :] == MEMBER for f in (absorbed, absorber))
        outside = xp.any(here & ~there, axis=COUNTRY, keepdims=True)
        entered = (inputs.conditions.step >= entry) & (world.ladder[..., absorber : absorber + 1, :] > DORMANT)
        ends = indicator(xp, ~outside & entered & xp.any(here, axis=COUNTRY, keepdims=True))
        ended = ended + place_targets(xp, ends, (absorbed,), ended.shape[TARGET])
    gone = ended > 0.0
    return replace(
        world,
        ladder=xp.where(gone, DORMANT, world.ladder),
        status=xp.where(gone, NONE, world.status),
        meeting=xp.where(gone, DORMANT, world.meeting),
    )
