"""From a statistic as a file names it to one that can be computed: every name and argument checked."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from hedgesim.analysis.patterns import quantities, statistics
from hedgesim.analysis.patterns.arguments import Bound, Kind
from hedgesim.errors import ScenarioError, choose_from, closest, listed, shown
from hedgesim.model.arrays import Array
from hedgesim.scenario.positions import KeyPath, Node, dotted, place_of

NAME = "name"
Function = Callable[..., Array]


def quantities_known() -> dict[str, Function]:
    """Every quantity by name."""
    return _public(quantities)


def statistics_known() -> dict[str, Function]:
    """Every statistic by name."""
    return _public(statistics)


def _public(module: ModuleType) -> dict[str, Function]:
    """The functions that a module defines, in its order."""
    found = {name: one for name, one in vars(module).items() if inspect.isfunction(one) and not name.startswith("_")}
    return {name: one for name, one in found.items() if one.__module__ == module.__name__}


@cache
def kinds_of(function: Function) -> dict[str, Kind]:
    """The kind of every argument but the runs."""
    hints = get_type_hints(function, include_extras=True)
    names = list(inspect.signature(function).parameters)[1:]
    return {name: _kind(hints[name]) for name in names}


def _kind(hint: Any) -> Kind:
    if get_origin(hint) is Annotated:
        kind = get_args(hint)[1]
        assert isinstance(kind, Kind)
        return kind
    return _kind(next(one for one in get_args(hint) if get_origin(one) is Annotated))


def needed(function: Function) -> list[str]:
    """The arguments that have no default."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [one.name for one in parameters if one.default is inspect.Parameter.empty]


@dataclass(frozen=True)
class Binder:
    """Reads statistics of one file. groups: names of several by the name that may stand for them."""

    tree: Node
    groups: Mapping[str, tuple[str, ...]]

    def statistic(self, value: object, path: KeyPath) -> Bound:
        """A statistic with its arguments; ScenarioError with the place where something is wrong."""
        return self._bound(value, path, "statistic")

    def _bound(self, value: object, path: KeyPath, what: str) -> Bound:
        """A quantity or a statistic; what: `quantity`, `open` (a quantity with one argument left open), `statistic`."""
        known = statistics_known() if what == "statistic" else quantities_known()
        word = "statistic" if what == "statistic" else "quantity"
        if not isinstance(value, Mapping) or NAME not in value:
            raise self._fault(path, f"{dotted(path)} must name a {word}", f"Write {{{NAME}: ..., ...}}.")
        name = value[NAME]
        if name not in known:
            others = quantities_known() if what == "statistic" else statistics_known()
            also = f" ({name} is a {'quantity' if what == 'statistic' else 'statistic'})" if name in others else ""
            raise self._fault((*path, NAME), f"there is no {word} {shown(name)}{also}", choose_from(str(name), known))
        function = known[name]
        kinds, given = kinds_of(function), {key: one for key, one in value.items() if key != NAME}
        for key in given:
            if key not in kinds:
                fault, remedy = f"the {word} {name} has no argument {shown(key)}", choose_from(key, [*kinds, NAME])
                raise self._fault((*path, key), fault, remedy, at_key=True)
        missing = [key for key in needed(function) if key not in given]
        left = self._left_open(missing, kinds, path, what=what, name=name)
        arguments = {key: self._argument(one, (*path, key), kinds[key]) for key, one in given.items()}
        return Bound(function, arguments, kinds, path, left)

    def _left_open(self, missing: list[str], kinds: Mapping[str, Kind], path: KeyPath, *, what: str, name: str) -> str:
        """The one argument that is left open, where one has to be; else nothing may be missing."""
        if what != "open":
            if missing:
                fault = f"{name} lacks {listed(missing)}"
                raise self._fault(path, fault, f"Add {missing[0]}: {kinds[missing[0]].words}.")
            return ""
        if len(missing) != 1 or not kinds[missing[0]].axis:
            fault = f"{name} must leave one of its arguments open, for one name after the other"
            raise self._fault(path, fault, f"Leave out one of {listed(key for key in kinds if kinds[key].axis)}.")
        return missing[0]

    def _argument(self, value: object, path: KeyPath, kind: Kind) -> Any:
        """An argument read."""
        if kind.bound and kind.several:
            if not isinstance(value, list) or not value:
                raise self._fault(path, f"{dotted(path)} must be a list of {kind.words}", "Write - {name: ...} lines.")
            return tuple(self._bound(one, (*path, n), kind.bound) for n, one in enumerate(value))
        if kind.bound:
            return self._bound(value, path, kind.bound)
        if kind.several:
            return self._names(value, path, kind)
        if kind.axis and not isinstance(value, str):
            raise self._fault(path, f"{dotted(path)} must be {kind.words}, not {shown(value)}", "Name one.")
        if kind.known and value not in kind.known:
            near = closest(str(value), kind.known)
            hint = f'Did you mean "{near}"? ' if near else ""
            fault = f"{dotted(path)} is {shown(value)}, which is not {kind.words}"
            raise self._fault(path, fault, f"{hint}Known: {listed(kind.known)}.")
        try:
            return kind.read(value)
        except ValueError as error:
            text = str(error)
            short = kind.words.partition(" such as")[0]
            fault = f"{dotted(path)} {text if text.startswith('must') else f'must be {short}, not {shown(value)}'}"
            raise self._fault(path, fault, f"Write {kind.words}.") from None

    def _names(self, value: object, path: KeyPath, kind: Kind) -> tuple[str, ...]:
        """Several names: a list, or the name of a group."""
        if isinstance(value, str):
            if value not in self.groups:
                fault = f"{dotted(path)} names no group {shown(value)}"
                raise self._fault(path, fault, f"{choose_from(value, self.groups)} Or write a list of {kind.words}.")
            return self.groups[value]
        if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
            fault = f"{dotted(path)} must be a list of {kind.words} or a group, not {shown(value)}"
            raise self._fault(path, fault, "A list is written [a, b].")
        return tuple(value)

    def _fault(self, path: KeyPath, fault: str, remedy: str, *, at_key: bool = False) -> ScenarioError:
        return ScenarioError(place_of(self.tree, path, at_key=at_key), fault, remedy)
