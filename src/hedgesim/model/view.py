"""What one decision-maker knows when it decides."""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import ModuleType

from hedgesim.model.arrays import Array, namespace


@dataclass(frozen=True)
class View:
    """What countries know of this quarter; axes (run, country, domain, target). `rise` means since the start.

    An axis that a quantity does not have has length 1. Targets are options, powers, countries or formats.
    """

    share_start: Array
    """(country, domain, option)"""
    log_share: Array
    """(country, domain, option): log of the starting share."""
    share: Array
    """(country, domain, option)"""
    presence: Array
    """(country, 1, option): shares weighted over domains."""
    rate: Array
    """(1, domain, 1): part of the way to the target moved in a quarter."""
    security: Array
    """(1, domain, 1): 1 for the security domain."""
    capability: Array
    """(1, 1, power): military mass, 0..1."""
    reliability: Array
    """(country, 1, power)"""
    reliability_rise: Array
    """(country, 1, power)"""
    capacity_rise: Array
    """(1, domain, power): log."""
    access_powers: Array
    """(country, domain, power): log, since the start."""
    access_region: Array
    """(country, domain, 1): log, since the start."""
    access_other: Array
    """(country, domain, 1): log, since the start."""
    offer_rise: Array
    """(country, domain, power)"""
    affinity: Array
    """(country, 1, power)"""
    affinity_rise: Array
    """(country, 1, power)"""
    protection: Array
    """(country, domain, power): strain of the government times the power's worth as protector, in security."""
    boost_lead: Array
    """(country, domain, power): stimulus of meetings led by the power, since the start."""
    boost_home: Array
    """(country, domain, 1): stimulus of home-grown meetings, since the start."""
    sanction_cost: Array
    """(1, domain, power): risk of secondary sanctions where they bite."""
    coercion: Array
    """(country, 1, power)"""
    conceded: Array
    """(country, domain, power): issues cleared with the power, in security."""
    threat_rise: Array
    """(country, 1, power)"""
    exposed_threat: Array
    """(country, domain, power): exposure of the domain times the rise of threat."""
    crowding: Array
    """(country, domain, power): rise of share plus rise of presence."""
    friction: Array
    """(country, 1, power): rise of presence of the power's rivals, weighted by rivalry."""
    rivalry: Array
    """(1, power, power)"""
    need: Array
    """(country, domain, 1): what a country must replace."""
    trust_rise: Array
    """(country, 1, 1): rise of trust in the others, weighted by ties."""
    sovereignty: Array
    """(country, 1, 1): cost of formality."""
    tie: Array
    """(country, 1, country)"""
    tie_start: Array
    """(country, 1, country)"""
    tie_value: Array
    """(country, 1, country): what is added to the log of the starting tie."""
    appeal: Array
    """(country, 1, format): support for the format as if it were free of formality."""
    formality: Array
    """(1, 1, format): formality of the format as it is."""
    embargoed: Array
    """(1, 1, power): sanctions of others against the power, 0..1."""
    leaning: Array
    """(country, 1, power): presence of the opposite bloc less presence of the power."""
    noise: Array
    """(country, domain, option): unmodelled reasons."""
    whim: Array
    """(country, domain, option): standard normal numbers for rules that gamble."""

    @property
    def xp(self) -> ModuleType:
        """The Array API namespace of the arrays."""
        return namespace(self.share)

    def of(self, where: slice) -> View:
        """The view of some of the countries: a slice of the country axis, which keeps its place."""
        n = self.share.shape[-3]
        arrays = {name: getattr(self, name) for name in _VIEW}
        return View(**{name: a[..., where, :, :] if a.shape[-3] == n else a for name, a in arrays.items()})


_VIEW = tuple(item.name for item in fields(View))


@dataclass(frozen=True)
class PowerView:
    """What powers know of this quarter; axes (run, country, domain, power)."""

    base: Array
    """(1, 1, power): attention when nothing happens, 0..1."""
    attention: Array
    """(1, 1, power)"""
    rivals_gain: Array
    """(1, 1, power): rise of rivals' mean presence, weighted by rivalry."""
    alarm: Array
    """(1, 1, power): what others' threats, perils and unmet needs say about these countries."""
    occasion: Array
    """(1, 1, power): dated shocks to attention."""
    anniversary: Array
    """(1, 1, power)"""
    distraction: Array
    """(1, 1, power): 0..1"""
    capacity: Array
    """(1, domain, power): log, since the start."""
    standing: Array
    """(country, 1, power): rise of presence plus rise of affinity."""
    peril: Array
    """(country, 1, 1): threat that makes the country an intermediary."""
    loss: Array
    """(country, 1, power): presence a year ago less presence now."""
    reach: Array
    """(country, 1, power): military capability times proximity."""

    @property
    def xp(self) -> ModuleType:
        """The Array API namespace of the arrays."""
        return namespace(self.attention)

    def of(self, where: slice) -> PowerView:
        """The view of some of the powers: a slice of the last axis, which keeps its place."""
        n = self.attention.shape[-1]
        arrays = {name: getattr(self, name) for name in _POWER_VIEW}
        return PowerView(**{name: a[..., where] if a.shape[-1] == n else a for name, a in arrays.items()})


_POWER_VIEW = tuple(item.name for item in fields(PowerView))
