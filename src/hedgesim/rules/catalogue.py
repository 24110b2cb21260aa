"""Finds the rules: the file name is the name in the scenario, and nothing has to be registered."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Generic, TypeVar

from hedgesim.errors import HedgesimError, choose_from, closest
from hedgesim.rules import countries, powers
from hedgesim.rules.rule import CountryRule, PowerRule

Kind = TypeVar("Kind")

OWN_FILE = "If it is in a file of your own, add --rules {name}.py."


class Rules(Mapping[str, type[Kind]], Generic[Kind]):
    """Every rule of one kind by name: the package's, then the user's own. A file is read when it is asked for."""

    def __init__(self, package: ModuleType, kind: Any) -> None:
        self.packaged = tuple(sorted(module.name for module in pkgutil.iter_modules(package.__path__)))
        self._package, self._kind = package.__name__, kind

    def __getitem__(self, name: str) -> type[Kind]:
        """The rule of a name."""
        if name in self.packaged:
            rule: type[Kind] = _rule_in(importlib.import_module(f"{self._package}.{name}"), self._kind)
            return rule
        return self._own()[name]

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter((*self.packaged, *self._own()))

    def __len__(self) -> int:
        """How many rules there are."""
        return len(self.packaged) + len(self._own())

    def _own(self) -> dict[str, type[Kind]]:
        return {name: rule for name, (_, rule) in sorted(own.items()) if issubclass(rule, self._kind)}


@dataclass(frozen=True)
class RuleFile:
    """A user's file with one rule; it may be sent to another process and used there.

    name: what the rule is called in scenarios, the file's name without `.py`. path: where it was read, for messages.
    """

    name: str
    text: str
    path: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


own: dict[str, tuple[RuleFile, type]] = {}
"""Rules in files of the user's own, with the file, by name; `hedgesim.rules.files.use` enters them."""


def files_in_use() -> tuple[RuleFile, ...]:
    """The files in use, in the order of their names: what another process needs to know the same rules."""
    return tuple(file for _, (file, _) in sorted(own.items()))


@cache
def country_rules() -> Rules[CountryRule]:
    """Every rule that a country may follow, by name."""
    return Rules(countries, CountryRule)


@cache
def power_rules() -> Rules[PowerRule]:
    """Every rule that a power may follow, by name."""
    return Rules(powers, PowerRule)


def choose_rule(name: str, known: Iterable[str]) -> str:
    """The remedy for a rule that is not known: which may be meant, or how one in a file of the user's own is named."""
    names = list(known)
    own_file = "" if closest(name, names) or not name.isidentifier() else f" {OWN_FILE.format(name=name)}"
    return choose_from(name, names) + own_file


def _rule_in(module: ModuleType, kind: type) -> Any:
    found = rules_in(module, kind)
    if len(found) != 1:
        remedy = f"Define exactly one subclass of {kind.__name__} in it."
        raise HedgesimError(module.__file__, f"holds {len(found)} rules", remedy)
    return found[0]


def rules_in(module: ModuleType, *kinds: type) -> list[type]:
    """The rules that a module defines, not those that it imports."""
    found = []
    for item in vars(module).values():
        if inspect.isclass(item) and issubclass(item, kinds) and item.__module__ == module.__name__:
            found.append(item)
    return found
