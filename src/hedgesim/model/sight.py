"""How things stand in a quarter, shocks included, before anybody decides."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model import formats as fm
from hedgesim.model.arrays import Array, bound, carry, contract, positive, swap
from hedgesim.model.draws import Draws
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions
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
    cadence: Array
    """(1, 1, format): quarters between the meetings that an outside lead sets at its first summit."""
    alliance: Array
    """(1, 1, format): 1 for formal, outside-led formats in the security domain."""


@dataclass(frozen=True)
class Standing:
    """How countries stand this quarter, shocks included: what outcomes are computed from."""

    presence: Array
    """(country, 1, option)"""
    trust: Array
    """(country, 1, country)"""
    strain: Array
    """(country, 1, 1)"""
    threat_rise: Array
    """(country, 1, power)"""


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
    access_powers: Array
    """(country, domain, power): log."""
    access_rest: Array
    """(country, domain, 2): log, to the region and to the rest of the world."""
    need: Array
    """(country, domain, 1)"""
    threat_rise: Array
    """(country, 1, power)"""
    party: Array
    """(country, 1, format): 1 for those whose support counts."""
    trust_in: Array
    """(country, 1, format): mean trust in the other parties."""
    attention_lead: Array
    """(1, 1, format)"""
    threat_lead: Array
    """(country, 1, format): threat from the power in the lead."""
    formality: Array
    """(1, 1, format): formality of the format as it is."""


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


def stand(world: World, baseline: Baseline, conditions: Conditions, setting: Setting) -> Standing:
    """How countries stand in a quarter."""
    xp = world.xp
    return Standing(
        presence=presence_of(xp, world.share, setting.weight),
        trust=bound(xp, world.trust + conditions.trust, 0.0, 1.0),
        strain=bound(xp, conditions.strain + 0.0 * setting.sovereignty, 0.0, 1.0),
        threat_rise=world.threat - baseline.world.threat,
    )


def look(
    world: World, baseline: Baseline, conditions: Conditions, *, setting: Setting, parameters: Parameters
) -> Sight:
    """What this quarter's shocks make of the world."""
    xp = world.xp
    n_powers = setting.offence.shape[-1]
    standing = stand(world, baseline, conditions, setting)
    rivalry = bound(xp, setting.rivalry + conditions.rivalry, 0.0, 1.0)
    dealings = parameters.sanctions.rent * world.leakage - parameters.sanctions.embargo * world.joined
    access = conditions.access[..., :n_powers] + dealings * setting.sanctionable
    party, lead = fm.parties(world, setting.formats), _lead_of(xp, setting)
    return Sight(
        presence=standing.presence,
        reliability=bound(xp, world.reliability + conditions.reliability, 0.0, 1.5),
        affinity=bound(xp, world.affinity + conditions.affinity, -1.0, 1.0),
        trust=standing.trust,
        strain=standing.strain,
        sovereignty=parameters.formats.sovereignty * positive(xp, setting.sovereignty + conditions.leadership),
        rivalry=rivalry,
        friction=contract(standing.presence[..., :n_powers], rivalry),
        access_powers=access,
        access_rest=conditions.access[..., n_powers:],
        need=needs(baseline, conditions, setting=setting, threat_rise=standing.threat_rise, access=access),
        threat_rise=standing.threat_rise,
        party=party,
        trust_in=fm.mean_trust(xp, standing.trust, party),
        attention_lead=carry(xp, world.attention, lead),
        threat_lead=carry(xp, world.threat, lead),
        formality=fm.formality(xp, world.level, world, formats=setting.formats, parameters=parameters.formats),
    )


def _lead_of(xp: ModuleType, setting: Setting) -> Array:
    """1 where the power leads the format, axes (power, format)."""
    return xp.matrix_transpose(setting.formats.lead)[0, 0, ...]


def needs(baseline: Baseline, conditions: Conditions, *, setting: Setting, threat_rise: Array, access: Array) -> Array:
    """What each country must replace: threatened or cut-off parts of its start, axes (run, country, domain, 1).

    threat_rise: axes (run, country, 1, power). access: to powers, axes (run, country, domain, power).
    """
    xp = baseline.world.xp
    share = baseline.world.share[..., : access.shape[-1]]
    missing = setting.exposure * positive(xp, threat_rise) + positive(xp, -access)
    peril = setting.exposure * setting.security * conditions.peril * setting.peril_proximity
    return positive(xp, xp.sum(share * missing, axis=-1, keepdims=True) + peril)


def appeal(world: World, sight: Sight, *, setting: Setting, parameters: Parameters) -> Array:
    """Support of countries for formats before formality is counted, log odds, axes (run, country, 1, format)."""
    xp, p, features = world.xp, parameters.formats, setting.formats
    n_powers = setting.offence.shape[-1]
    lead = _lead_of(xp, setting)
    n = xp.sum(sight.party, axis=-3, keepdims=True)
    many = 1.0 - 1.0 / xp.maximum(n, 1.0)
    common = p.home + (p.outside - p.home) * features.outside + p.attention * sight.attention_lead
    return (
        common
        + (p.bargaining * many) * carry(xp, sight.presence[..., :n_powers], lead)
        + p.trust * sight.trust_in
        + carry(xp, p.need * swap(xp, sight.need, -1, -2), features.covers[0, 0, ...])
        - p.threat * sight.threat_lead
        - p.fatigue * world.fatigue
        - features.exclusivity * carry(xp, p.exclusivity * sight.friction, lead)
    )
