"""Finds the rules: the file name is the name in the scenario, and nothing has to be registered."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any

from hedgesim.errors import HedgesimError
from hedgesim.rules import countries, powers
from hedgesim.rules.rule import CountryRule, PowerRule
from hedgesim.rules.rule_file import RuleFile

own: dict[str, tuple[RuleFile, type]] = {}
"""Rules in files of the user's own, by name; `hedgesim.rules.files.use` enters them."""


def country_rules() -> dict[str, type[CountryRule]]:
    """Every rule that a country may follow, by name: those of the package, then the user's own."""
    return {**packaged(countries, CountryRule), **_own(CountryRule)}


def power_rules() -> dict[str, type[PowerRule]]:
    """Every rule that a power may follow, by name: those of the package, then the user's own."""
    return {**packaged(powers, PowerRule), **_own(PowerRule)}


def _own(kind: type) -> dict[str, Any]:
    return {name: rule for name, (_, rule) in sorted(own.items()) if issubclass(rule, kind)}


@cache
def packaged(package: ModuleType, kind: Any) -> dict[str, Any]:
    """The rules of one kind that come with hedgesim, by name; not to be changed."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return {name: _rule_in(importlib.import_module(f"{package.__name__}.{name}"), kind) for name in names}


def _rule_in(module: ModuleType, kind: type) -> type:
    found = rules_in(module, kind)
    if len(found) != 1:
        remedy = f"Define exactly one subclass of {kind.__name__} in it."
        raise HedgesimError(module.__file__, f"holds {len(found)} rules", remedy)
    return found[0]


def rules_in(module: ModuleType, *kinds: type) -> list[type]:
    """The rules that a module defines, not those that it imports."""
    return [
        item
        for item in vars(module).values()
        if inspect.isclass(item) and issubclass(item, kinds) and item.__module__ == module.__name__
    ]
