"""What follows from the world and the shocks of a quarter before any decision."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from jaxtyping import Float

from hedgesim.model import formats as fm
from hedgesim.model.arrays import (
    COUNTRY,
    DOMAIN,
    TARGET,
    Array,
    bound,
    map_targets,
    namespace,
    positive,
    spread,
    sum_products,
    swap,
)
from hedgesim.model.draws import Draws
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions
from hedgesim.model.world import World


@dataclass(frozen=True)
class Baseline:
    """The starting world and what was computed from it once; axes (country, domain, target, run)."""

    world: World
    log_share: Float[Array, "country domain option #run"]
    presence: Float[Array, "country 1 option #run"]
    friction: Float[Array, "country 1 power #run"]
    """Presence of rivals at the start, weighted by rivalry."""
    residual: Float[Array, "country 1 format #run"]
    """Support of the starting members that the formula does not explain."""
    trust_rest: Float[Array, "country 1 country #run"]
    """Where trust rests without meetings, so that meetings at their usual rate keep it."""
    cadence: Float[Array, "1 1 format #run"]
    """Quarters between the meetings that an outside lead sets at its first summit."""
    alliance: Float[Array, "1 1 format #run"]
    """1 for formal, outside-led formats in the security domain."""


@dataclass(frozen=True)
class Position:
    """Where countries are this quarter, shocks included: what outcomes are computed from."""

    presence: Float[Array, "country 1 option #run"]
    trust: Float[Array, "country 1 country #run"]
    strain: Float[Array, "country 1 1 #run"]
    threat_rise: Float[Array, "country 1 power #run"]


@dataclass(frozen=True)
class Derived:
    """Quantities that both countries and powers, and then the world, need this quarter."""

    presence: Float[Array, "country 1 option #run"]
    reliability: Float[Array, "country 1 power #run"]
    affinity: Float[Array, "country 1 power #run"]
    trust: Float[Array, "country 1 country #run"]
    strain: Float[Array, "country 1 1 #run"]
    sovereignty: Float[Array, "country 1 1 #run"]
    rivalry: Float[Array, "1 power power #run"]
    friction: Float[Array, "country 1 power #run"]
    access_powers: Float[Array, "country domain power #run"]
    """Log."""
    access_rest: Float[Array, "country domain 2 #run"]
    """Log, to the region and to the rest of the world."""
    need: Float[Array, "country domain 1 #run"]
    threat_rise: Float[Array, "country 1 power #run"]
    party: Float[Array, "country 1 format #run"]
    """1 for those whose support counts."""
    trust_in: Float[Array, "country 1 format #run"]
    """Mean trust in the other parties."""
    attention_lead: Float[Array, "1 1 format #run"]
    threat_lead: Float[Array, "country 1 format #run"]
    """Threat from the power in the lead."""
    formality: Float[Array, "1 1 format #run"]
    """Formality of the format as it is."""


@dataclass(frozen=True)
class QuarterInputs:
    """Everything that is given in a quarter before any decision."""

    world: World
    baseline: Baseline
    conditions: Conditions
    setting: Setting
    parameters: Parameters
    draws: Draws
    derived: Derived


def presence_of(xp: ModuleType, share: Array, weight: Array) -> Array:
    """Presence of each option: shares weighted over domains, axes (country, 1, option, run)."""
    return xp.sum(share * weight, axis=DOMAIN, keepdims=True)


def position_of(world: World, baseline: Baseline, conditions: Conditions, setting: Setting) -> Position:
    """Where countries are in a quarter."""
    xp = namespace(world.share)
    return Position(
        presence=presence_of(xp, world.share, setting.weight),
        trust=bound(xp, world.trust + conditions.trust, 0.0, 1.0),
        strain=bound(xp, spread(conditions.strain, setting.sovereignty), 0.0, 1.0),
        threat_rise=world.threat - baseline.world.threat,
    )


def derive(
    world: World, baseline: Baseline, conditions: Conditions, *, setting: Setting, parameters: Parameters
) -> Derived:
    """What this quarter's shocks make of the world."""
    xp = world.xp
    n_powers = setting.n_powers
    position = position_of(world, baseline, conditions, setting)
    rivalry = bound(xp, setting.rivalry + conditions.rivalry, 0.0, 1.0)
    dealings = parameters.sanctions.rent * world.leakage - parameters.sanctions.embargo * world.joined
    access = conditions.access[..., :n_powers, :] + dealings * setting.sanctionable
    party, lead = fm.parties(world, setting.formats), setting.formats.leads
    return Derived(
        presence=position.presence,
        reliability=bound(xp, world.reliability + conditions.reliability, 0.0, 1.5),
        affinity=bound(xp, world.affinity + conditions.affinity, -1.0, 1.0),
        trust=position.trust,
        strain=position.strain,
        sovereignty=parameters.formats.sovereignty * positive(xp, setting.sovereignty + conditions.leadership),
        rivalry=rivalry,
        friction=sum_products(position.presence[..., :n_powers, :], rivalry),
        access_powers=access,
        access_rest=conditions.access[..., n_powers:, :],
        need=needs(baseline, conditions, setting=setting, threat_rise=position.threat_rise, access=access),
        threat_rise=position.threat_rise,
        party=party,
        trust_in=fm.mean_trust(xp, position.trust, party),
        attention_lead=map_targets(xp, world.attention, lead),
        threat_lead=map_targets(xp, world.threat, lead),
        formality=fm.formality(xp, world.level, world, formats=setting.formats, parameters=parameters.formats),
    )


def needs(baseline: Baseline, conditions: Conditions, *, setting: Setting, threat_rise: Array, access: Array) -> Array:
    """What each country must replace: threatened or cut-off parts of its start, axes (country, domain, 1, run).

    threat_rise: axes (country, 1, power, run). access: to powers, axes (country, domain, power, run).
    """
    xp = baseline.world.xp
    share = baseline.world.share[..., : access.shape[TARGET], :]
    missing = setting.exposure * positive(xp, threat_rise) + positive(xp, -access)
    peril = setting.exposure * setting.security * conditions.peril * setting.peril_proximity
    return positive(xp, xp.sum(share * missing, axis=TARGET, keepdims=True) + peril)


def appeal(world: World, derived: Derived, *, setting: Setting, parameters: Parameters) -> Array:
    """Support of countries for formats before formality is counted, log odds, axes (country, 1, format, run)."""
    xp, p, features = world.xp, parameters.formats, setting.formats
    n_powers = setting.n_powers
    lead = features.leads
    n = xp.sum(derived.party, axis=COUNTRY, keepdims=True)
    many = 1.0 - 1.0 / xp.maximum(n, 1.0)
    common = p.home + (p.outside - p.home) * features.outside + p.attention * derived.attention_lead
    return (
        common
        + (p.bargaining * many) * map_targets(xp, derived.presence[..., :n_powers, :], lead)
        + p.trust * derived.trust_in
        + map_targets(xp, p.need * swap(xp, derived.need, TARGET, DOMAIN), features.covers[0, :, :, 0])
        - p.threat * derived.threat_lead
        - p.fatigue * world.fatigue
        - features.exclusivity * map_targets(xp, p.exclusivity * derived.friction, lead)
    )
