"""The contracts: what a rule of a country and a rule of a power must provide."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, ClassVar, Self, TypeVar

from hedgesim.errors import HedgesimError
from hedgesim.model import formats, sanctions, shares
from hedgesim.model.arrays import Array
from hedgesim.model.parameters import Parameters
from hedgesim.model.shares import Taste
from hedgesim.model.view import CountryDecision, PowerDecision, PowerView, View

Rule = TypeVar("Rule")


class CountryRule(ABC):
    """How a country values its options; everything else follows from the value in the same way for every rule.

    A rule is a frozen dataclass of parameters. It sees a `View` and nothing else. Its arrays have the axes (country,
    domain, option, run); they are never dropped, so the same rule serves one country in one run and all
    countries in ten thousand. It never writes to the view and never branches on values.
    """

    gambles: ClassVar[bool] = False
    """Whether the rule uses `view.whim`; numbers that no rule uses are not drawn."""

    @abstractmethod
    def value(self, view: View, taste: Taste) -> Array:
        """Value of each option against the start, log odds, axes (country, domain, option, run)."""

    def taste(self, shared: Taste) -> Taste:
        """What the rule weighs, given the shared weights."""
        return shared

    def pace(self) -> float | Array:
        """By how much faster than others the country adjusts its portfolio, 0..20; 0 never moves."""
        return 1.0

    def decide(self, view: View, parameters: Parameters) -> CountryDecision:
        """Decisions of the countries in view."""
        taste = self.taste(parameters.taste)
        stance, reserve = formats.stance_on(
            view.trusted, view.regional_weight, view.left, view.personalisation, view.neutrality, parameters.stance
        )
        return CountryDecision(
            response=shares.respond(view.response, self.value(view, taste), view.rate * self.pace()),
            stance=stance,
            reserve=reserve,
            joining=sanctions.readiness_to_join(view, taste.threat, parameters.sanctions),
        )

    def with_values(self, values: Mapping[str, float | Array]) -> Self:
        """The same rule with some parameters replaced; HedgesimError for one it does not have."""
        return _with_values(self, values)


class PowerRule(ABC):
    """How a power spreads attention, offers and pressure; a frozen dataclass of parameters, like a country's rule."""

    @abstractmethod
    def decide(self, view: PowerView, parameters: Parameters) -> PowerDecision:
        """Decisions of the powers in view, axes (country, domain, power, run)."""

    def with_values(self, values: Mapping[str, float | Array]) -> Self:
        """The same rule with some parameters replaced; HedgesimError for one it does not have."""
        return _with_values(self, values)


def _with_values(rule: Rule, values: Mapping[str, float | Array]) -> Rule:
    kind: Any = rule
    known = [item.name for item in fields(kind)]
    for name in values:
        if name not in known:
            fault = f"it has no parameter {name!r}"
            raise HedgesimError(f"rule {type(rule).__name__}", fault, f"It has: {', '.join(known) or 'none'}.")
    changed: Rule = replace(kind, **values)
    return changed
