"""What a decision-maker knows when it decides, and what it decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from types import ModuleType
from typing import TypeVar

from jaxtyping import Float

from hedgesim.model.arrays import COUNTRY, TARGET, Array, namespace


@dataclass(frozen=True)
class View:
    """What countries know of this quarter; axes (country, domain, target, run). `rise` means since the start.

    An axis that a quantity does not have has length 1. Targets are options, powers, countries or formats.
    """

    share_start: Float[Array, "country domain option #run"]
    log_share: Float[Array, "country domain option #run"]
    """Log of the starting share."""
    share: Float[Array, "country domain option #run"]
    presence: Float[Array, "country 1 option #run"]
    """Shares weighted over domains."""
    rate: Float[Array, "1 domain 1 #run"]
    """Share of the way to the target moved in a quarter."""
    security: Float[Array, "1 domain 1 #run"]
    """1 for the security domain."""
    capability: Float[Array, "1 1 power #run"]
    """Military mass, 0..1."""
    reliability: Float[Array, "country 1 power #run"]
    reliability_rise: Float[Array, "country 1 power #run"]
    capacity_rise: Float[Array, "1 domain power #run"]
    """Log."""
    access_powers: Float[Array, "country domain power #run"]
    """Log, since the start."""
    access_region: Float[Array, "country domain 1 #run"]
    """Log, since the start."""
    access_other: Float[Array, "country domain 1 #run"]
    """Log, since the start."""
    offer_rise: Float[Array, "country domain power #run"]
    affinity: Float[Array, "country 1 power #run"]
    affinity_rise: Float[Array, "country 1 power #run"]
    protection: Float[Array, "country domain power #run"]
    """Strain of the government times the power's worth as protector, in security."""
    boost_lead: Float[Array, "country domain power #run"]
    """Stimulus of meetings led by the power, since the start."""
    boost_home: Float[Array, "country domain 1 #run"]
    """Stimulus of home-grown meetings, since the start."""
    sanction_cost: Float[Array, "1 domain power #run"]
    """Risk of secondary sanctions where they bite."""
    coercion: Float[Array, "country 1 power #run"]
    conceded: Float[Array, "country domain power #run"]
    """Issues cleared with the power, in security."""
    threat_rise: Float[Array, "country 1 power #run"]
    exposed_threat: Float[Array, "country domain power #run"]
    """Exposure of the domain times the rise of threat."""
    crowding: Float[Array, "country domain power #run"]
    """Rise of share plus rise of presence."""
    friction: Float[Array, "country 1 power #run"]
    """Rise of presence of the power's rivals, weighted by rivalry."""
    rivalry: Float[Array, "1 power power #run"]
    need: Float[Array, "country domain 1 #run"]
    """What a country must replace."""
    trust_rise: Float[Array, "country 1 1 #run"]
    """Rise of trust in the others, weighted by ties."""
    sovereignty: Float[Array, "country 1 1 #run"]
    """Cost of formality."""
    tie: Float[Array, "country 1 country #run"]
    tie_start: Float[Array, "country 1 country #run"]
    tie_value: Float[Array, "country 1 country #run"]
    """What is added to the log of the starting tie."""
    appeal: Float[Array, "country 1 format #run"]
    """Support for the format as if it were free of formality."""
    formality: Float[Array, "1 1 format #run"]
    """Formality of the format as it is."""
    embargoed: Float[Array, "1 1 power #run"]
    """Sanctions of others against the power, 0..1."""
    leaning: Float[Array, "country 1 power #run"]
    """Presence of the opposite bloc less presence of the power."""
    noise: Float[Array, "country domain option #run"]
    """Unmodelled reasons."""
    whim: Float[Array, "country domain option #run"]
    """Standard normal numbers for rules that gamble."""

    @property
    def xp(self) -> ModuleType:
        """The Array API namespace of the arrays."""
        return namespace(self.share)

    def of(self, where: slice) -> View:
        """The view of some of the countries: a slice of the country axis, which keeps its place."""
        n = self.share.shape[COUNTRY]
        arrays = {name: getattr(self, name) for name in _VIEW}
        return View(**{name: a[..., where, :, :, :] if a.shape[COUNTRY] == n else a for name, a in arrays.items()})


_VIEW = tuple(item.name for item in fields(View))


@dataclass(frozen=True)
class PowerView:
    """What powers know of this quarter; axes (country, domain, power, run)."""

    base: Float[Array, "1 1 power #run"]
    """Attention when nothing happens, 0..1."""
    attention: Float[Array, "1 1 power #run"]
    rivals_gain: Float[Array, "1 1 power #run"]
    """Rise of rivals' mean presence, weighted by rivalry."""
    alarm: Float[Array, "1 1 power #run"]
    """What others' threats, perils and unmet needs say about these countries."""
    occasion: Float[Array, "1 1 power #run"]
    """Dated shocks to attention."""
    anniversary: Float[Array, "1 1 power #run"]
    distraction: Float[Array, "1 1 power #run"]
    """0..1."""
    capacity: Float[Array, "1 domain power #run"]
    """Log, since the start."""
    standing: Float[Array, "country 1 power #run"]
    """Rise of presence plus rise of affinity."""
    peril: Float[Array, "country 1 1 #run"]
    """Threat that makes the country an intermediary."""
    loss: Float[Array, "country 1 power #run"]
    """Presence a year ago less presence now."""
    reach: Float[Array, "country 1 power #run"]
    """Military capability times proximity."""

    @property
    def xp(self) -> ModuleType:
        """The Array API namespace of the arrays."""
        return namespace(self.attention)

    def of(self, where: slice) -> PowerView:
        """The view of some of the powers: a slice of the target axis, which keeps its place."""
        n = self.attention.shape[TARGET]
        arrays = {name: getattr(self, name) for name in _POWER_VIEW}
        return PowerView(**{name: a[..., where, :] if a.shape[TARGET] == n else a for name, a in arrays.items()})


_POWER_VIEW = tuple(item.name for item in fields(PowerView))


@dataclass(frozen=True)
class CountryDecision:
    """Decisions of countries; axes (country, domain, target, run)."""

    share: Float[Array, "country domain option #run"]
    """Shares after this quarter's move."""
    tie: Float[Array, "country 1 country #run"]
    """Spread of the region share after this quarter's move."""
    support: Float[Array, "country 1 format #run"]
    """Support for the format as it is, log odds."""
    joining: Float[Array, "country 1 power #run"]
    """Probability of joining sanctions this quarter."""
    concession: Float[Array, "country 1 power #run"]
    """Issues cleared with the power, 0..1."""


@dataclass(frozen=True)
class PowerDecision:
    """Decisions of powers; axes (country, domain, power, run)."""

    attention: Float[Array, "1 1 power #run"]
    """0..1."""
    offer: Float[Array, "country domain power #run"]
    coercion: Float[Array, "country 1 power #run"]
    """In units of value, next quarter."""
    called: Float[Array, "1 1 power #run"]
    """1 where the power calls a meeting."""


Decision = TypeVar("Decision", CountryDecision, PowerDecision)


def joined_along(axis: int, decisions: Sequence[Decision]) -> Decision:
    """Decisions of neighbours on an axis as one: countries along COUNTRY, powers along TARGET."""
    kind = type(decisions[0])
    names = [item.name for item in fields(kind)]
    xp = namespace(getattr(decisions[0], names[0]))
    return kind(**{name: xp.concat([getattr(one, name) for one in decisions], axis=axis) for name in names})
