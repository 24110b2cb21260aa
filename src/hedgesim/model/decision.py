"""What countries and powers decide in a quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from hedgesim.model.arrays import Array, namespace


@dataclass(frozen=True)
class CountryDecision:
    """Decisions of countries; axes (run, country, domain, target)."""

    share: Array
    """(country, domain, option): shares after this quarter's move."""
    tie: Array
    """(country, 1, country): spread of the region share after this quarter's move."""
    support: Array
    """(country, 1, format): support for the format as it is, log odds."""
    joining: Array
    """(country, 1, power): probability of joining sanctions this quarter."""
    concession: Array
    """(country, 1, power): issues cleared with the power, 0..1."""


@dataclass(frozen=True)
class PowerDecision:
    """Decisions of powers; axes (run, country, domain, power)."""

    attention: Array
    """(1, 1, power): 0..1"""
    offer: Array
    """(country, domain, power)"""
    coercion: Array
    """(country, 1, power): in units of value, next quarter."""
    called: Array
    """(1, 1, power): 1 where the power calls a meeting."""


def together_countries(decisions: Sequence[CountryDecision]) -> CountryDecision:
    """Decisions of successive countries as one, along the country axis."""
    return CountryDecision(**_joined(decisions, CountryDecision, axis=-3))


def together_powers(decisions: Sequence[PowerDecision]) -> PowerDecision:
    """Decisions of successive powers as one, along the power axis."""
    return PowerDecision(**_joined(decisions, PowerDecision, axis=-1))


def _joined(decisions: Sequence[object], kind: type, *, axis: int) -> dict[str, Array]:
    names = [item.name for item in fields(kind)]
    xp = namespace(getattr(decisions[0], names[0]))
    return {name: xp.concat([getattr(d, name) for d in decisions], axis=axis) for name in names}
