"""Dated and random shocks, and what they make of a quarter, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from types import ModuleType

from hedgesim.model.arrays import Array, carry, namespace

CHANNELS: dict[str, str] = {
    "intention": "aggressive intention of a power, 0..1",
    "capacity": "capacity of a power in a domain, log",
    "access": "access of a country to an option in a domain, log",
    "passage": "access between two countries, log",
    "attention": "attention of a power, 0..1, times the shared surge",
    "anniversary": "occasion that draws a power's attention, 0..1, times the shared anniversary pull",
    "distraction": "part of a power's means bound elsewhere, 0..1",
    "rivalry": "rivalry between two powers, 0..1",
    "reliability": "delivered over promised of a power, 0..1",
    "affinity": "public opinion of a power, -1..1",
    "trust": "trust between countries, 0..1",
    "strain": "strain on a country's government, 0..1",
    "sanctions": "sanctions of others against a power, 0..1",
    "sanctionrisk": "risk of secondary sanctions for dealing with a power, 0..1",
    "availability": "change of the availability of hosted meetings, -1..0",
    "leadership": "change of a country's sovereignty cost",
    "peril": "threat to a country from somebody without power to offer, 0..1",
}
"""Channels on which a shock may act, with what its size is measured in."""


@dataclass(frozen=True)
class Shocks:
    """Impulses, one per shock and channel line; axis k numbers them.

    onset, ramp, half_life, duration: axes (1, k): quarters since the start at which it first acts (inf: never),
    quarters to full size, half-life and duration in quarters (inf: permanent). rate: arrivals per quarter, 0 for
    dated ones. size: (1, k). masks: per channel (k, country, domain, target), who is hit, 0..1.
    names: per impulse the shock it belongs to; impulses of a random shock arrive together.
    """

    names: tuple[str, ...]
    onset: Array
    ramp: Array
    half_life: Array
    duration: Array
    rate: Array
    size: Array
    masks: dict[str, Array]


@dataclass(frozen=True)
class Conditions:
    """What shocks and trends make of one quarter: the level of every channel; axes (run, country, domain, target)."""

    intention: Array
    capacity: Array
    access: Array
    passage: Array
    attention: Array
    anniversary: Array
    distraction: Array
    rivalry: Array
    reliability: Array
    affinity: Array
    trust: Array
    strain: Array
    sanctions: Array
    sanctionrisk: Array
    availability: Array
    leadership: Array
    peril: Array

    def at(self, step: int) -> Conditions:
        """Those of one quarter out of those of all, which have a leading step axis."""
        return Conditions(**{item.name: getattr(self, item.name)[step, ...] for item in fields(Conditions)})


def arrivals(shocks: Shocks, uniform: Array) -> Array:
    """Onset of every impulse, axes (run, k), quarters: dated ones as given, random ones by exponential waiting.

    uniform: axes (run, k), in (0, 1).
    """
    xp = namespace(uniform, shocks.onset)
    random = shocks.rate > 0.0
    wait = xp.ceil(-xp.log(uniform) / xp.where(random, shocks.rate, 1.0))
    return xp.where(random, wait, shocks.onset + 0.0 * uniform)


def profile(shocks: Shocks, onset: Array, step: Array) -> Array:
    """Size of every impulse at `step`, axes (…, k): it ramps up, then decays, until its duration is over."""
    xp = namespace(onset, shocks.size, shocks.ramp, shocks.half_life, shocks.duration)
    age = step - onset
    acting = (age >= 0.0) & (age < shocks.duration)
    age = xp.where(acting, age, 0.0)
    grown = (age + 1.0) / shocks.ramp
    ramped = xp.where(grown < 1.0, grown, 1.0)
    faded = 0.5 ** (age / shocks.half_life)
    return xp.where(acting, shocks.size * ramped * faded, 0.0)


def conditions(shocks: Shocks, sizes: Array, growth: Array) -> Conditions:
    """Levels of all channels, axes (…, country, domain, target).

    sizes: axes (…, k), as `profile` gives them. growth: capacity grown since the start, log, broadcastable to
    (…, 1, domain, power).
    """
    xp = namespace(sizes)
    levels = {channel: _level(xp, sizes, mask) for channel, mask in shocks.masks.items()}
    return replace(Conditions(**levels), capacity=levels["capacity"] + growth)


def _level(xp: ModuleType, sizes: Array, mask: Array) -> Array:
    level = carry(xp, sizes[..., None, None, :], xp.reshape(mask, (mask.shape[0], -1)))
    return xp.reshape(level, (*sizes.shape[:-1], *mask.shape[1:]))
