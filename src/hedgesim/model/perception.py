"""From the world to what decision-makers see of it."""

from __future__ import annotations

from types import ModuleType

from hedgesim.model.arrays import Array, bound, carry, contract, pair_sums, pick, positive
from hedgesim.model.setting import Setting
from hedgesim.model.sight import Situation, appeal
from hedgesim.model.view import PowerView, View
from hedgesim.model.votes import opposite_bloc


def perceive(situation: Situation) -> View:
    """What countries know of this quarter."""
    world, baseline, conditions = situation.world, situation.baseline, situation.conditions
    setting, parameters, sight = situation.setting, situation.parameters, situation.sight
    xp, start = world.xp, baseline.world
    n_powers = setting.offence.shape[-1]
    share_rise = world.share[..., :n_powers] - start.share[..., :n_powers]
    presence_rise = sight.presence[..., :n_powers] - baseline.presence[..., :n_powers]
    boost_rise = (world.boost - start.boost) * sight.party
    boost = _boost_of_options(xp, boost_rise, setting)
    home = 1.0 - setting.formats.outside
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
        access_powers=sight.access_powers,
        access_region=sight.access_rest[..., :1],
        access_other=sight.access_rest[..., 1:],
        offer_rise=world.offer - start.offer,
        affinity=sight.affinity,
        affinity_rise=sight.affinity - start.affinity,
        protection=sight.strain * setting.solidarity * setting.security,
        boost_lead=boost[..., :n_powers],
        boost_home=boost[..., n_powers:],
        sanction_cost=conditions.sanctionrisk * setting.sanctionable,
        coercion=world.coercion,
        conceded=world.concession * setting.security,
        threat_rise=sight.threat_rise,
        exposed_threat=setting.exposure * sight.threat_rise,
        crowding=share_rise + presence_rise,
        friction=sight.friction - baseline.friction,
        rivalry=sight.rivalry,
        need=sight.need,
        trust_rise=xp.sum(world.tie * trust_rise, axis=-1, keepdims=True),
        sovereignty=sight.sovereignty,
        tie=world.tie,
        tie_start=start.tie,
        tie_value=trust_rise
        + conditions.passage
        + parameters.taste.boost * _shared_boost(xp, boost_rise * home, sight.party, setting),
        appeal=appeal(world, sight, setting=setting, parameters=parameters) + baseline.residual,
        formality=sight.formality,
        embargoed=bound(xp, conditions.sanctions + 0.0 * setting.offence, 0.0, 1.0),
        leaning=xp.sum(sight.presence[..., :n_powers] * opposite, axis=-1, keepdims=True)
        - sight.presence[..., :n_powers],
        noise=parameters.alignment.noise * situation.draws.value,
        whim=situation.draws.whim,
    )


def _shared_boost(xp: ModuleType, boost: Array, party: Array, setting: Setting) -> Array:
    """Stimulus that pairs of countries get from home-grown formats they share, axes (run, country, 1, country)."""
    home = setting.formats.home_grown
    return pair_sums(xp, pick(xp, boost, home), pick(xp, party, home)) if home else 0.0 * party[..., :1]


def _boost_of_options(xp: ModuleType, boost: Array, setting: Setting) -> Array:
    """Stimulus of the meetings that a power leads, and last of home-grown ones, axes (run, country, domain, power + 1).

    boost: of formats that the country is party to, axes (run, country, 1, format).
    """
    features = setting.formats
    source = xp.concat((features.lead[0, 0, ...], 1.0 - features.outside[0, 0, 0, :, None]), axis=-1)
    covers = xp.matrix_transpose(features.covers)[0, 0, ...]
    reach = xp.reshape(covers[:, :, None] * source[:, None, :], (covers.shape[0], -1))
    flat = carry(xp, boost, reach)
    return xp.reshape(flat, (*flat.shape[:-2], covers.shape[1], source.shape[1]))


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
        rivals_gain=contract(mean_rise, sight.rivalry),
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
