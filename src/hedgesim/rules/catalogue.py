"""Finds the rules: the file name is the name in the scenario, and nothing has to be registered."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any

from hedgesim.rules import countries, powers
from hedgesim.rules.rule import CountryRule, PowerRule, RuleError


@cache
def country_rules() -> dict[str, type[CountryRule]]:
    """Every rule that a country may follow, by name."""
    return _find(countries, CountryRule)


@cache
def power_rules() -> dict[str, type[PowerRule]]:
    """Every rule that a power may follow, by name."""
    return _find(powers, PowerRule)


def _find(package: ModuleType, kind: Any) -> dict[str, Any]:
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return {name: _rule_in(importlib.import_module(f"{package.__name__}.{name}"), kind) for name in names}


def _rule_in(module: ModuleType, kind: type) -> type:
    found = [
        item
        for item in vars(module).values()
        if inspect.isclass(item) and issubclass(item, kind) and item.__module__ == module.__name__
    ]
    if len(found) != 1:
        message = f"{module.__file__}: holds {len(found)} rules. Define exactly one subclass of {kind.__name__} in it"
        raise RuleError(message)
    return found[0]
