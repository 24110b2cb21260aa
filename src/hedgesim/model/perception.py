"""From the world to what decision-makers see of it."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model import formats as fm
from hedgesim.model.arrays import Array, bound, positive
from hedgesim.model.draws import Draws
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions
from hedgesim.model.view import PowerView, View
from hedgesim.model.votes import opposite_bloc
from hedgesim.model.world import World


@dataclass(frozen=True)
class Baseline:
    """The starting world and what was computed from it once; axes (run, country, domain, target)."""

    world: World
    log_share: Array
    """(country, domain, option)"""
    presence: Array
    """(country, 1, option)"""
    friction: Array
    """(country, 1, power): presence of rivals at the start, weighted by rivalry."""
    residual: Array
    """(country, 1, format): support of the starting members that the formula does not explain."""
    trust_rest: Array
    """(country, 1, country): where trust rests without meetings, so that meetings at their usual rate keep it."""


@dataclass(frozen=True)
class Sight:
    """Quantities that both countries and powers, and then the world, need this quarter."""

    presence: Array
    """(country, 1, option)"""
    reliability: Array
    """(country, 1, power)"""
    affinity: Array
    """(country, 1, power)"""
    trust: Array
    """(country, 1, country)"""
    strain: Array
    """(country, 1, 1)"""
    sovereignty: Array
    """(country, 1, 1)"""
    rivalry: Array
    """(1, power, power)"""
    friction: Array
    """(country, 1, power)"""
    access: Array
    """(country, domain, option): log."""
    need: Array
    """(country, domain, 1)"""
    threat_rise: Array
    """(country, 1, power)"""
    party: Array
    """(country, 1, format)"""
    attention_lead: Array
    """(1, 1, format)"""


@dataclass(frozen=True)
class Situation:
    """Everything that is given in a quarter before anybody decides."""

    world: World
    baseline: Baseline
    conditions: Conditions
    setting: Setting
    parameters: Parameters
    draws: Draws
    sight: Sight


def assess(
    world: World,
    baseline: Baseline,
    conditions: Conditions,
    *,
    setting: Setting,
    parameters: Parameters,
    draws: Draws,
) -> Situation:
    """The situation in a quarter."""
    sight = look(world, baseline, conditions, setting=setting, parameters=parameters)
    return Situation(world, baseline, conditions, setting, parameters, draws, sight)


def presence_of(xp: ModuleType, share: Array, weight: Array) -> Array:
    """Presence of each option: shares weighted over domains, axes (run, country, 1, option)."""
    return xp.sum(share * weight, axis=-2, keepdims=True)


def look(
    world: World, baseline: Baseline, conditions: Conditions, *, setting: Setting, parameters: Parameters
) -> Sight:
    """What this quarter's shocks make of the world."""
    xp = world.xp
    n_powers = setting.offence.shape[-1]
    presence = presence_of(xp, world.share, setting.weight)
    rivalry = bound(xp, setting.rivalry + conditions.rivalry, 0.0, 1.0)
    threat_rise = world.threat - baseline.world.threat
    access = conditions.access + _dealings(world, setting, parameters)
    lead = xp.matrix_transpose(setting.formats.lead)
    return Sight(
        presence=presence,
        reliability=bound(xp, world.reliability + conditions.reliability, 0.0, 1.5),
        affinity=bound(xp, world.affinity + conditions.affinity, -1.0, 1.0),
        trust=bound(xp, world.trust + conditions.trust, 0.0, 1.0),
        strain=bound(xp, conditions.strain + 0.0 * setting.sovereignty, 0.0, 1.0),
        sovereignty=positive(xp, setting.sovereignty + conditions.leadership),
        rivalry=rivalry,
        friction=xp.matmul(presence[..., :n_powers], rivalry),
        access=access,
        need=needs(world, baseline, conditions, setting=setting, access=access),
        threat_rise=threat_rise,
        party=fm.parties(world, setting.formats),
        attention_lead=xp.matmul(world.attention, lead),
    )


def _dealings(world: World, setting: Setting, parameters: Parameters) -> Array:
    """Access that re-export adds and that joining sanctions takes, axes (run, country, domain, option)."""
    xp = world.xp
    rent = parameters.sanctions.rent * world.leakage - parameters.sanctions.embargo * world.joined
    powers = rent * setting.sanctionable
    rest = xp.zeros_like(powers[..., :2])
    return xp.concat((powers, rest), axis=-1)


def needs(world: World, baseline: Baseline, conditions: Conditions, *, setting: Setting, access: Array) -> Array:
    """What each country must replace: threatened or cut-off parts of its start, axes (run, country, domain, 1)."""
    xp = world.xp
    n_powers = setting.offence.shape[-1]
    threat = setting.exposure * positive(xp, world.threat - baseline.world.threat)
    lost = positive(xp, -access[..., :n_powers])
    share = baseline.world.share[..., :n_powers]
    peril = setting.exposure * setting.security * conditions.peril * setting.peril_proximity
    return positive(xp, xp.sum(share * (threat + lost), axis=-1, keepdims=True) + peril)


def appeal(world: World, sight: Sight, *, setting: Setting, parameters: Parameters) -> Array:
    """Support of countries for formats before formality is counted, log odds, axes (run, country, 1, format)."""
    xp, p, features = world.xp, parameters.formats, setting.formats
    n_powers = setting.offence.shape[-1]
    lead = xp.matrix_transpose(features.lead)
    covered = xp.matmul(xp.permute_dims(sight.need, _swap(sight.need.ndim)), features.covers)
    n = xp.sum(sight.party, axis=-3, keepdims=True)
    many = 1.0 - 1.0 / xp.where(n > 1.0, n, 1.0)
    return (
        p.home
        + (p.outside - p.home) * features.outside
        + p.need * covered
        + p.attention * sight.attention_lead
        + p.trust * fm.mean_trust(xp, sight.trust, sight.party)
        + p.bargaining * many * xp.matmul(sight.presence[..., :n_powers], lead)
        - p.threat * xp.matmul(world.threat, lead)
        - p.fatigue * world.fatigue
        - p.exclusivity * features.exclusivity * xp.matmul(sight.friction, lead)
    )


def _swap(ndim: int) -> tuple[int, ...]:
    """Axes with domain and target exchanged."""
    return (*range(ndim - 2), ndim - 1, ndim - 2)


def perceive(situation: Situation) -> View:
    """What countries know of this quarter."""
    world, baseline, conditions = situation.world, situation.baseline, situation.conditions
    setting, parameters, sight = situation.setting, situation.parameters, situation.sight
    xp, start = world.xp, baseline.world
    n_powers = setting.offence.shape[-1]
    share_rise = world.share - start.share
    presence_rise = sight.presence - baseline.presence
    boost_rise = (world.boost - start.boost) * sight.party
    lead = setting.formats.lead
    home = 1.0 - setting.formats.outside
    level_formality = fm.formality(xp, world.level, world, formats=setting.formats, parameters=parameters.formats)
    trust_rise = sight.trust - start.trust
    opposite = opposite_bloc(xp, setting.bloc, setting.aggressor)
    return View(
        share_start=start.share,
        log_share=baseline.log_share,
        share=world.share,
        presence=sight.presence,
        rate=setting.inertia_rate * parameters.alignment.inertia,
        security=setting.security,
        capability=setting.capability,
        reliability=sight.reliability,
        reliability_rise=sight.reliability - start.reliability,
        capacity_rise=conditions.capacity,
        access_powers=sight.access[..., :n_powers],
        access_region=sight.access[..., n_powers : n_powers + 1],
        access_other=sight.access[..., n_powers + 1 :],
        offer_rise=world.offer - start.offer,
        affinity=sight.affinity,
        affinity_rise=sight.affinity - start.affinity,
        protection=sight.strain * setting.solidarity * setting.security,
        boost_lead=xp.matmul(boost_rise * setting.formats.covers, lead),
        boost_home=xp.sum(boost_rise * home * setting.formats.covers, axis=-1, keepdims=True),
        sanction_cost=conditions.sanctionrisk * setting.sanctionable,
        coercion=world.coercion,
        conceded=world.concession * setting.security,
        threat_rise=sight.threat_rise,
        exposed_threat=setting.exposure * sight.threat_rise,
        crowding=(share_rise + presence_rise)[..., :n_powers],
        friction=sight.friction - baseline.friction,
        rivalry=sight.rivalry,
        need=sight.need,
        trust_rise=xp.sum(world.tie * trust_rise, axis=-1, keepdims=True),
        sovereignty=sight.sovereignty,
        tie=world.tie,
        tie_start=start.tie,
        tie_value=trust_rise + conditions.passage + _pair_boost(xp, boost_rise * home, sight.party, parameters),
        appeal=appeal(world, sight, setting=setting, parameters=parameters) + baseline.residual,
        formality=level_formality,
        embargoed=bound(xp, conditions.sanctions + 0.0 * setting.offence, 0.0, 1.0),
        leaning=xp.sum(sight.presence[..., :n_powers] * opposite, axis=-1, keepdims=True)
        - sight.presence[..., :n_powers],
        noise=parameters.alignment.noise * situation.draws.value,
        whim=situation.draws.whim,
    )


def _pair_boost(xp: ModuleType, boost_rise: Array, party: Array, parameters: Parameters) -> Array:
    """Stimulus that pairs of countries get from home-grown formats they share, axes (run, country, 1, country)."""
    pairs = xp.matmul(boost_rise[..., 0, :], xp.matrix_transpose(party[..., 0, :]))
    return parameters.taste.boost * pairs[..., None, :]


def perceive_powers(situation: Situation) -> PowerView:
    """What powers know of this quarter."""
    world, baseline, conditions = situation.world, situation.baseline, situation.conditions
    setting, sight = situation.setting, situation.sight
    xp = world.xp
    n_powers = setting.offence.shape[-1]
    rise = (sight.presence - baseline.presence)[..., :n_powers]
    mean_rise = xp.mean(rise, axis=-3, keepdims=True)
    alarm = xp.mean(positive(xp, sight.threat_rise), axis=-3, keepdims=True)
    peril = conditions.peril * setting.peril_proximity
    wanting = xp.mean(xp.sum(sight.need * setting.weight, axis=-2, keepdims=True), axis=-3, keepdims=True)
    military = xp.sum(conditions.capacity * setting.security, axis=-2, keepdims=True)
    return PowerView(
        base=setting.attention,
        attention=world.attention,
        rivals_gain=xp.matmul(mean_rise, sight.rivalry),
        alarm=xp.sum(alarm, axis=-1, keepdims=True) - alarm + wanting,
        occasion=conditions.attention,
        anniversary=conditions.anniversary + 0.0 * setting.attention,
        distraction=bound(xp, conditions.distraction + 0.0 * setting.attention, 0.0, 1.0),
        capacity=conditions.capacity,
        standing=rise + sight.affinity - baseline.world.affinity,
        peril=peril + 0.0 * world.fatigue,
        loss=world.past[..., :1, :] - sight.presence[..., :n_powers],
        reach=setting.capability * xp.exp(military) * setting.proximity,
    )
