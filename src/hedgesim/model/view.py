"""What a decision-maker knows when it decides, and what it decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Float

from hedgesim.model.arrays import COUNTRY, TARGET, Array, namespace


def _close(view: Any) -> None:
    """Make NumPy's arrays of a view read-only here, and nowhere else; those of other namespaces always are."""
    for name, array in vars(view).items():
        if type(array) is np.ndarray and array.flags.writeable:
            closed = array.view()
            closed.flags.writeable = False
            object.__setattr__(view, name, closed)


@dataclass(frozen=True)
class View:
    """What countries know of this quarter; axes (country, domain, target, run). `rise` means since the start.

    An axis that a quantity does not have has length 1. Targets are options, powers, countries or formats.
    """

    share_start: Float[Array, "country domain option #run"]
    share: Float[Array, "country domain option #run"]
    response: Float[Array, "country domain option #run"]
    """Log odds, what the country has answered to so far."""
    rate: Float[Array, "1 domain 1 #run"]
    """Share of the way to the value moved in a quarter."""
    security: Float[Array, "1 domain 1 #run"]
    """1 for the security domain."""
    politics: Float[Array, "1 domain 1 #run"]
    """How political the domain is, 0..1."""
    capability: Float[Array, "1 1 power #run"]
    """Military mass, 0..1."""
    offer_rise: Float[Array, "1 1 power #run"]
    """Rise of attention, and of the offers that come with it."""
    threat: Float[Array, "country 1 power #run"]
    """Rise of perceived threat."""
    access_powers: Float[Array, "country domain power #run"]
    """Log, since the start."""
    access_region: Float[Array, "country domain 1 #run"]
    """Log, since the start."""
    access_other: Float[Array, "country domain 1 #run"]
    """Log, since the start."""
    passage: Float[Array, "country 1 1 #run"]
    """Value of the ways to all neighbours together, log odds since the start."""
    meetings_lead: Float[Array, "country domain power #run"]
    """Rise of the rungs of formats led by the power."""
    meetings_home: Float[Array, "country domain 1 #run"]
    """Rise of the rungs of home-grown formats."""
    protection: Float[Array, "country domain power #run"]
    """Strain of the government times the power's worth as protector, in security."""
    dependence: Float[Array, "country domain power #run"]
    """Rise of the share that comes from answers, not from drift."""
    need: Float[Array, "country domain 1 #run"]
    """What a country must replace, share."""
    affinity: Float[Array, "country 1 power #run"]
    """Public opinion of the power, -1..1."""
    rivalry: Float[Array, "1 power power #run"]
    rivals_rise: Float[Array, "country 1 power #run"]
    """Rise of presence of the power's rivals, weighted by rivalry."""
    embargoed: Float[Array, "1 1 power #run"]
    """Sanctions of others against the power, 0..1."""
    trusted: Float[Array, "country 1 format #run"]
    """Mean trust in the other parties of the format."""
    regional_weight: Float[Array, "country 1 1 #run"]
    """Square root of the shares in the region's GDP and population."""
    left: Float[Array, "country 1 1 #run"]
    """Bodies that the ruler has left, as far as they are not forgotten."""
    personalisation: Float[Array, "country 1 1 #run"]
    """Of the ruler's power, 0..1."""
    neutrality: Float[Array, "country 1 1 #run"]
    """By statute, 0..1."""
    whim: Float[Array, "country domain option #run"]
    """Standard normal numbers for rules that gamble."""

    def __post_init__(self) -> None:
        """Close the arrays to writing: a rule that writes into them fails at its own line."""
        _close(self)

    @property
    def xp(self) -> ModuleType:
        """The Array API namespace of the arrays."""
        return namespace(self.share)

    def of(self, where: slice) -> View:
        """The view of some of the countries: a slice of the country axis, which keeps its place."""
        n = self.share.shape[COUNTRY]
        if where == slice(0, n):
            return self
        arrays = {name: getattr(self, name) for name in _VIEW}
        return View(**{name: a[..., where, :, :, :] if a.shape[COUNTRY] == n else a for name, a in arrays.items()})


_VIEW = tuple(item.name for item in fields(View))


@dataclass(frozen=True)
class PowerView:
    """What powers know of this quarter; axes (country, domain, power, run)."""

    base: Float[Array, "1 1 power #run"]
    """Attention when nothing happens, 0..1."""
    attention: Float[Array, "1 1 power #run"]
    alarm_rise: Float[Array, "1 1 1 #run"]
    """Alarm about security events near the countries, since the start."""
    occasion: Float[Array, "1 1 power #run"]
    """Dated shocks to attention."""
    loss: Float[Array, "country 1 power #run"]
    """Presence lost since the start; negative where presence was gained: `xp.maximum(0.0, view.loss)` is loss alone."""
    reach: Float[Array, "country 1 power #run"]
    """Military capability times proximity."""

    def __post_init__(self) -> None:
        """Close the arrays to writing."""
        _close(self)

    @property
    def xp(self) -> ModuleType:
        """The Array API namespace of the arrays."""
        return namespace(self.attention)

    def of(self, where: slice) -> PowerView:
        """The view of some of the powers: a slice of the target axis, which keeps its place."""
        n = self.attention.shape[TARGET]
        if where == slice(0, n):
            return self
        arrays = {name: getattr(self, name) for name in _POWER_VIEW}
        return PowerView(**{name: a[..., where, :] if a.shape[TARGET] == n else a for name, a in arrays.items()})


_POWER_VIEW = tuple(item.name for item in fields(PowerView))


@dataclass(frozen=True)
class CountryDecision:
    """Decisions of countries; axes (country, domain, target, run)."""

    response: Float[Array, "country domain option #run"]
    """Response after this quarter's move, log odds."""
    stance: Float[Array, "country 1 format #run"]
    """Modelled stance on an informal format, log odds."""
    reserve: Float[Array, "country 1 1 #run"]
    """What each unit of formality takes from the stance, log odds."""
    joining: Float[Array, "country 1 power #run"]
    """Probability of joining sanctions this quarter."""


@dataclass(frozen=True)
class PowerDecision:
    """Decisions of powers; axes (country, domain, power, run)."""

    attention: Float[Array, "1 1 power #run"]
    """0..1."""
    pressure: Float[Array, "country 1 power #run"]
    """In units of threat."""


Decision = TypeVar("Decision", CountryDecision, PowerDecision)


def joined_along(axis: int, decisions: Sequence[Decision]) -> Decision:
    """Decisions of neighbours on an axis as one: countries along COUNTRY, powers along TARGET."""
    kind = type(decisions[0])
    names = [item.name for item in fields(kind)]
    xp = namespace(getattr(decisions[0], names[0]))
    return kind(**{name: xp.concat([getattr(one, name) for one in decisions], axis=axis) for name in names})
