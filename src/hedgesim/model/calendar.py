"""What formats do in a quarter: who climbs, meets, comes, joins or leaves, and what meetings leave behind."""

from __future__ import annotations

from dataclasses import replace

from hedgesim.model import formats as fm
from hedgesim.model.arrays import COUNTRY, TARGET, Array, bound, indicator, logistic, pair_sums, positive
from hedgesim.model.derived import QuarterInputs
from hedgesim.model.view import CountryDecision
from hedgesim.model.world import DORMANT, GUEST, LEADERS, MEMBER, MINISTERS, NONE, World

EARLIEST = 3.0
"""Quarters after a meeting before which the five do not meet again by themselves."""

EARLY = 0.1
"""Chance of an own meeting at the earliest quarter."""


def advance_formats(world: World, inputs: QuarterInputs, decision: CountryDecision) -> World:
    """The formats one quarter later; world: already moved in everything else."""
    xp, old, derived, draws = world.xp, inputs.world, inputs.derived, inputs.draws
    features = inputs.setting.formats
    willing = indicator(xp, decision.stance - features.formality * decision.reserve + old.stance > 0.0)
    rate = fm.ladder_rate(
        old,
        alarm=derived.alarm,
        willing=willing,
        trusted=derived.trusted,
        weight=inputs.setting.regional_weight,
        wealth=features.wealth,
        formats=features,
        parameters=inputs.parameters.ladder,
    )
    reachable = derived.available + (1.0 - derived.available) * inputs.parameters.ladder.virtual
    rate = rate * fm.is_ready(old.ladder, features) * xp.where(old.ladder >= MINISTERS, reachable, 1.0)
    opened = (draws.opening < fm.chance(rate)) & (old.ladder < features.ceiling)
    ladder = old.ladder + indicator(xp, opened)
    meeting = xp.where(opened, ladder, _held(inputs))
    came = indicator(xp, draws.coming < logistic(xp, decision.stance - fm.CONTACT * decision.reserve))
    came = came * derived.party * indicator(xp, meeting >= LEADERS)
    n = xp.sum(derived.party, axis=COUNTRY, keepdims=True)
    full = (xp.sum(came, axis=COUNTRY, keepdims=True) >= n) & (n > 0.0) & (features.own > 0.0)
    moved = replace(
        world,
        ladder=ladder,
        since=xp.where(meeting >= ladder, 0.0, old.since + 1.0),
        turn=old.turn + indicator(xp, (meeting >= LEADERS) & (features.own > 0.0)),
        seated=xp.maximum(old.seated, xp.max(indicator(xp, full), axis=TARGET, keepdims=True)),
        meeting=meeting,
        came=came,
        trust=_next_trust(inputs, came * features.own),
    )
    return absorb(_next_status(moved, inputs, decision), inputs)


def _held(inputs: QuarterInputs) -> Array:
    """Rung of the regular meeting of each format this quarter, axes (1, 1, format, run)."""
    world, features, p = inputs.world, inputs.setting.formats, inputs.parameters.calendar
    xp, derived, uniform = world.xp, inputs.derived, inputs.draws.holding
    due = xp.where(world.since >= EARLIEST + 1.0, logistic(xp, p.hold + 0.0 * world.since), 0.0)
    due = xp.where((world.since >= EARLIEST) & (world.since < EARLIEST + 1.0), EARLY, due)
    own = due * derived.available * (1.0 - _strain_on_host(inputs))
    yearly = indicator(xp, world.since >= features.cadence - 1.0)
    repeat = fm.chance(xp.exp(p.repeat + 0.0 * world.since)) * derived.available
    leaders = xp.where(features.own > 0.0, own, xp.where(features.body > 0.0, yearly, repeat))
    ministers = fm.chance(xp.exp(p.ministers + p.ministers_alarm * derived.alarm) + 0.0 * world.since)
    working = (world.ladder > DORMANT) & (features.treaty == 0.0)
    top = xp.where(world.ladder >= LEADERS, leaders, 0.0)
    low = top + (1.0 - top) * ministers * (1.0 - features.body)
    rung = xp.where(uniform < top, LEADERS, xp.where(uniform < low, MINISTERS, DORMANT))
    return xp.where(working, rung, DORMANT)


def _strain_on_host(inputs: QuarterInputs) -> Array:
    """Strain on the government whose turn it is to host an own meeting, axes (1, 1, format, run)."""
    world, derived = inputs.world, inputs.derived
    xp = world.xp
    n = xp.maximum(xp.sum(derived.party, axis=COUNTRY, keepdims=True), 1.0)
    seat = world.turn - n * xp.floor(world.turn / n)
    before, felt = 0.0 * n, 0.0 * n
    for i in range(derived.party.shape[COUNTRY]):
        one = derived.party[..., i : i + 1, :, :, :]
        felt = felt + derived.strain[..., i : i + 1, :, :, :] * one * indicator(xp, before == seat)
        before = before + one
    return felt


def _next_trust(inputs: QuarterInputs, came: Array) -> Array:
    """Trust after meetings at which heads of both sides sat, axes (country, 1, country, run)."""
    p, world = inputs.parameters.calendar, inputs.world
    xp = world.xp
    apart = (1.0 - xp.eye(came.shape[COUNTRY], dtype=xp.float64))[:, None, :, None]
    together = pair_sums(xp, came, came) * apart
    return bound(xp, world.trust + p.trust_gain * together * positive(xp, p.trust_ceiling - world.trust), 0.0, 1.0)


def _next_status(world: World, inputs: QuarterInputs, decision: CountryDecision) -> World:
    """Founders, guests, members, signatures, accessions and exits."""
    old, derived, features, p = inputs.world, inputs.derived, inputs.setting.formats, inputs.parameters.ladder
    xp, uniform = world.xp, inputs.draws.membership
    own = xp.exp(p.own + 0.0 * derived.alarm)

    def willing(formality: Array) -> Array:
        return indicator(xp, decision.stance - formality * decision.reserve + old.stance > 0.0)

    seat, here = willing(fm.MEMBERSHIP + 0.0 * features.formality), willing(features.formality)
    working = indicator(xp, old.ladder > DORMANT)
    unwilling = xp.sum(derived.party * (1.0 - here), axis=COUNTRY, keepdims=True)
    unseated = xp.sum(derived.party * (1.0 - seat), axis=COUNTRY, keepdims=True)
    bridged = xp.max(
        indicator(xp, (old.ladder > DORMANT) & (features.small * features.eligible > 0.0)), axis=TARGET, keepdims=True
    )
    guest = features.opens_to * working * here * bridged * indicator(xp, unwilling < 0.5)
    guest_rate = own * (fm.PAIRS / xp.maximum(xp.sum(derived.party, axis=COUNTRY, keepdims=True), 1.0)) * guest
    member_rate = own * features.opens_to * (1.0 - features.body) * seat * indicator(xp, unseated < 0.5)
    joins_rate = p.accession * features.body * features.eligible * working * here
    summit = xp.max(indicator(xp, world.meeting >= LEADERS) * features.own, axis=TARGET, keepdims=True)
    signs_rate = own * (fm.PAIRS / features.pairs) * features.treaty * features.eligible * here * summit
    rate = xp.where(
        old.status == NONE,
        guest_rate + joins_rate + signs_rate,
        xp.where(old.status < MEMBER, member_rate + joins_rate, 0.0),
    )
    happens = uniform < fm.chance(rate)
    founds = (world.ladder > DORMANT) & (old.ladder == DORMANT) & (features.eligible > 0.0) & (features.treaty == 0.0)
    leaves = (
        (old.status == MEMBER) & (features.body * (1.0 - here) > 0.0) & (uniform < fm.chance(p.leaving + 0.0 * uniform))
    )
    up = xp.where((old.status == NONE) & (guest_rate > 0.0), GUEST, MEMBER)
    status = xp.where(founds, MEMBER, xp.where(happens, up, xp.where(leaves, NONE, old.status)))
    signed = xp.sum(indicator(xp, status == MEMBER), axis=COUNTRY, keepdims=True) >= 2.0
    ladder = xp.where(features.treaty > 0.0, LEADERS * indicator(xp, signed), world.ladder)
    return replace(world, status=status, ladder=ladder)


def absorb(world: World, inputs: QuarterInputs) -> World:
    """Bodies end all of whose members sit in a more formal outside-led body whose lead has entered them."""
    features, xp = inputs.setting.formats, world.xp
    ended = 0.0 * world.ladder
    for absorbed, absorber, entry in features.absorptions:
        here, there = (world.status[..., f : f + 1, :] == MEMBER for f in (absorbed, absorber))
        outside = xp.any(here & ~there, axis=COUNTRY, keepdims=True)
        entered = (inputs.conditions.step >= entry) & (world.ladder[..., absorber : absorber + 1, :] > DORMANT)
        place = xp.reshape(xp.asarray([float(f == absorbed) for f in range(ended.shape[TARGET])]), (-1, 1))
        ended = ended + place * indicator(xp, ~outside & entered & xp.any(here, axis=COUNTRY, keepdims=True))
    gone = ended > 0.0
    return replace(
        world,
        ladder=xp.where(gone, DORMANT, world.ladder),
        status=xp.where(gone, NONE, world.status),
        meeting=xp.where(gone, DORMANT, world.meeting),
    )
