"""What follows from the world and the shocks of a quarter, before anybody decides."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from jaxtyping import Float

from hedgesim.model import formats as fm
from hedgesim.model.arrays import DOMAIN, TARGET, Array, bound, fusion_barrier, namespace, positive, sum_along
from hedgesim.model.draws import Draws
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions
from hedgesim.model.world import World


@dataclass(frozen=True)
class Baseline:
    """The starting world and what was computed from it once; axes (country, domain, target, run)."""

    world: World
    table: Float[Array, "country domain option #run"]
    """Shares of the table, from which drift and response depart."""
    presence: Float[Array, "country 1 option #run"]
    alarm: Float[Array, "1 1 1 #run"]
    """What is left at the start of earlier security events."""
    reexport: Float[Array, "1 1 1 #run"]
    """Size of the re-export in this run, 1 in the middle."""
    rungs: Float[Array, "country 1 format #run"]
    """At the start, of the formats in which the country's stance counts; 0 of the others."""


@dataclass(frozen=True)
class Derived:
    """Quantities that countries, powers, and then the world, need this quarter."""

    presence: Float[Array, "country 1 option #run"]
    trust: Float[Array, "country 1 country #run"]
    strain: Float[Array, "country 1 1 #run"]
    alarm: Float[Array, "1 1 1 #run"]
    available: Float[Array, "1 1 1 #run"]
    """1 normally, 0 when nobody can be hosted."""
    reach: Float[Array, "country 1 power #run"]
    need: Float[Array, "country domain 1 #run"]
    party: Float[Array, "country 1 format #run"]
    """1 for those whose stance counts."""
    trusted: Float[Array, "country 1 format #run"]
    """Mean trust in the other parties."""


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
    (presence,) = fusion_barrier(xp, sum_along(xp, DOMAIN, share, weight))
    return presence


def derive(world: World, baseline: Baseline, conditions: Conditions, *, setting: Setting) -> Derived:
    """What this quarter's shocks make of the world."""
    xp = namespace(world.share)
    trust = bound(xp, world.trust + conditions.trust, 0.0, 1.0)
    (party,) = fusion_barrier(xp, fm.parties_of(world.status, setting.formats.eligible, world.ladder))
    return Derived(
        presence=presence_of(xp, world.share, setting.weight),
        trust=trust,
        strain=bound(xp, conditions.strain + 0.0 * setting.neutrality, 0.0, 1.0),
        alarm=positive(xp, conditions.alarm),
        available=bound(xp, 1.0 + conditions.availability, 0.0, 1.0),
        reach=setting.capability * setting.proximity,
        need=needs(world, baseline, conditions, setting=setting),
        party=party,
        trusted=fm.trust_in(trust, party),
    )


def needs(world: World, baseline: Baseline, conditions: Conditions, *, setting: Setting) -> Array:
    """What each country must replace: threatened or cut-off parts of its start, axes (country, domain, 1, run)."""
    xp, n = namespace(world.share), setting.n_powers
    table = baseline.table[..., :n, :]
    threatened = sum_along(xp, TARGET, table, positive(xp, world.threat))
    cut_off = sum_along(xp, TARGET, table, positive(xp, -conditions.access[..., :n, :]))
    return setting.politics * threatened + cut_off
