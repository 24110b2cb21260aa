"""Two scenarios as switches: each shock, setting, rule or dated change in which they differ is one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from hedgesim.analysis.switches import Level, Part, Switch, combinations_of
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.variation import VariedNumber
from hedgesim.errors import HedgesimError
from hedgesim.model.parameters import all_parameters
from hedgesim.model.shocks import CHANNELS
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs
from hedgesim.scenario.impulses import Impulse, impulses_of, shocks_of
from hedgesim.scenario.reader import scenario_of_text
from hedgesim.scenario.yaml_tree import canonical_text

SETTINGS, CALIBRATION, CHANNEL = "settings", "scenario.parameters", "channel "

BY: dict[str, Callable[[Impulse], str]] = {
    "differences": lambda line: line.event or line.shock,
    "shocks": lambda line: line.shock,
    "channels": lambda line: f"{CHANNEL}{line.channel}",
}
"""How lines of shocks become switches: by event, by shock, or by channel."""

OF_SHOCKS = ("shocks", "alarms")
"""Tables whose values act through the lines of shocks alone."""

MOST_HIT = 6
"""Names of those whom a channel hits, in the words of a switch."""

Path_ = tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """A scenario with what its tables give."""

    scenario: Scenario
    inputs: ScenarioInputs
    case: Case

    @staticmethod
    def of(scenario: Scenario) -> Side:
        """The side of a scenario."""
        inputs = read_inputs(scenario)
        return Side(scenario, inputs, case_of(scenario, inputs.setting))

    @cached_property
    def lines(self) -> list[Impulse]:
        """Every line of its shocks."""
        return impulses_of(self.scenario, self.inputs.tables)

    @cached_property
    def keys(self) -> dict[str, Any]:
        """The keys of the scenario that switches replace; overrides of tables by what they replace."""
        keys = self.scenario.keys
        rows = [one for one in keys.get("data", ()) if one["table"] not in OF_SHOCKS]
        keys["data"] = {_name_of(one): one for one in rows}
        return keys


def _name_of(override: Mapping[str, Any]) -> str:
    """What an override is called: table, column and key."""
    return ".".join([override["table"], override["column"], *map(str, override["key"].values())])


@dataclass(frozen=True)
class Differences:
    """What differs between two scenarios of the same countries, quarters and seed; by: a name in `BY`."""

    a: Side
    b: Side
    by: str = "differences"

    @cached_property
    def switches(self) -> list[Switch]:
        """Every difference: off it is as in the first scenario, on as in the second."""
        return [*self._of_shocks(), *self._of_parameters(), *(Switch(*one) for one in self._structural.values())]

    def parts(self, bits: Mapping[str, int]) -> Iterator[Part]:
        """A part for each combination of the differences that are no numbers; bits: of each switch."""
        switched = {path: bits[name] for path, (name, _) in self._structural.items()}
        own = sorted(set(switched.values()))
        others = combinations_of([bit for bit in sorted(set(bits.values())) if bit not in own])
        for combination in combinations_of(own):
            on = [path for path, bit in switched.items() if combination >> bit & 1]
            yield Part(self._case(on), others | combination, self._levels(bits))

    @cached_property
    def _lines(self) -> tuple[list[Impulse], list[Impulse]]:
        """The lines of shocks that only one of the two has."""
        return _beyond(self.a.lines, self.b.lines), _beyond(self.b.lines, self.a.lines)

    @cached_property
    def _all_lines(self) -> list[Impulse]:
        """The lines of only the first, of only the second, and of both."""
        only_a, only_b = self._lines
        return [*only_a, *only_b, *_beyond(self.a.lines, only_a)]

    def _of_shocks(self) -> list[Switch]:
        name_of, (only_a, only_b) = BY[self.by], self._lines
        found = {}
        for name in dict.fromkeys(map(name_of, (*only_a, *only_b))):
            sides = [[line.name for line in side if name_of(line) == name] for side in self._lines]
            if self.by == "channels":
                meaning = CHANNELS[name.removeprefix(CHANNEL)].meaning.partition(",")[0]
                found[name] = Switch(name, f"{meaning}: {self._moved(name)}")
                continue
            lacking = [one.scenario.name for one, own in zip((self.b, self.a), sides, strict=True) if own]
            how = f"not in {lacking[0]}" if len(lacking) == 1 else "differs"
            found[name] = Switch(name, f"{(sides[0] or sides[1])[0]}; {how}")
        return list(found.values())

    def _moved(self, name: str) -> str:
        """Whom the lines of a channel hit that only one of the two has, and whether the second has more or less."""
        ways: dict[str, set[str]] = {}
        for side, sign in zip(self._lines, (-1.0, 1.0), strict=True):
            for line in (one for one in side if BY["channels"](one) == name and one.size):
                for whom in _whom(line):
                    ways.setdefault(whom, set()).add("up" if sign * line.size > 0.0 else "down")
        said = [f"{whom} {' and '.join(sorted(way))}".strip() for whom, way in sorted(ways.items())]
        more = f" and {len(said) - MOST_HIT} more" if len(said) > MOST_HIT else ""
        return ", ".join(said[:MOST_HIT]) + more or "of size 0"

    @cached_property
    def _numbers(self) -> dict[str, tuple[str, float, float]]:
        """Shared parameters that differ: the switch of each, and its value in the first and the second."""
        found = {}
        for path in all_parameters():
            a, b = (parameter_of(side.case, path) for side in (self.a, self.b))
            if a != b:
                set_here = any(path in side.scenario.settings for side in (self.a, self.b))
                found[path] = (f"{SETTINGS}.{path}" if set_here else CALIBRATION, a, b)
        return found

    def _of_parameters(self) -> list[Switch]:
        single = [Switch(name, f"{a:g} to {b:g}") for name, a, b in self._numbers.values() if name != CALIBRATION]
        names = f"{self.a.scenario.parameters} to {self.b.scenario.parameters}"
        return [*single, *([Switch(CALIBRATION, names)] if len(single) < len(self._numbers) else [])]

    @cached_property
    def _structural(self) -> dict[Path_, tuple[str, str]]:
        """Name and words of the switch of every other difference, by the path of keys where it is."""
        a, b = self.a, self.b
        paths: list[Path_] = [(key,) for key in ("formats", "aggressor") if a.keys.get(key) != b.keys.get(key)]
        for side in ("countries", "powers"):
            codes = getattr(a.inputs.setting.axes, side)
            if any(a.scenario.rules.of(side, code) != b.scenario.rules.of(side, code) for code in codes):
                paths += [("rules", side, name) for name in _differing(a.keys, b.keys, ("rules", side))]
        paths += [(key, name) for key in ("changes", "data") for name in _differing(a.keys, b.keys, (key,))]
        return {path: (".".join(path) if path[1:] else f"scenario.{path[0]}", self._words(path)) for path in paths}

    def _words(self, path: Path_) -> str:
        if path[0] == "changes":
            words = [of.in_words for side in (self.a, self.b) if (of := side.scenario.changes.get(path[1]))]
            return " to ".join(words)
        before, after = (_brief(_at(side.keys, path)) for side in (self.a, self.b))
        return f"{before} to {after}"

    def _levels(self, bits: Mapping[str, int]) -> dict[str, Level]:
        """What the switches of shocks and parameters set."""
        levels = {
            path: Level((VariedNumber(path),), 1 << bits[name], before, after)
            for path, (name, before, after) in self._numbers.items()
        }
        first = 0
        for side, (off, on) in zip(self._lines, ((1.0, 0.0), (0.0, 1.0)), strict=True):
            names = list(map(BY[self.by], side))
            for name in dict.fromkeys(names):
                places = tuple(first + n for n, of in enumerate(names) if of == name)
                levels[f"{name} {off:g}"] = Level((VariedNumber(impulses=places),), 1 << bits[name], off, on)
            first += len(side)
        return levels

    def _case(self, on: Sequence[Path_]) -> Case:
        """The first scenario with some differences as in the second, and the shocks of both."""
        side = self.a if not on else self._mixed(on)
        shocks = shocks_of(self._all_lines, side.inputs.setting.axes)
        setting = replace(side.inputs.setting, shocks=shocks)
        return replace(side.case, setting=setting)

    def _mixed(self, on: Sequence[Path_]) -> Side:
        keys = copy.deepcopy(self.a.keys)
        keys["sources"] = {**self.a.keys.get("sources", {}), **self.b.keys.get("sources", {})}
        for path in on:
            _put(keys, path, _at(self.b.keys, path))
        keys["data"] = list(keys["data"].values())
        known = {key: value for key, value in keys.items() if value not in ({}, [])}
        named = ", ".join(".".join(path) for path in on)
        try:
            return Side.of(scenario_of_text(canonical_text(known), Path(self.a.scenario.path), self._tables))
        except HedgesimError as error:
            place = f"{self.a.scenario.name} with {named} of {self.b.scenario.name}"
            raise HedgesimError(place, error.fault, "Join what belongs together: --group NAME=SWITCH,SWITCH.") from None

    @property
    def _tables(self) -> Path | None:
        return self.a.scenario.tables_folder


def _beyond(lines: Sequence[Impulse], others: Sequence[Impulse]) -> list[Impulse]:
    """The lines that act otherwise than all others; one that is there twice is matched by two."""
    left = [_acting(line) for line in others]
    found = []
    for line in lines:
        if _acting(line) in left:
            left.remove(_acting(line))
        else:
            found.append(line)
    return found


def _whom(line: Impulse) -> Sequence[str]:
    """Whom a line hits: single countries or powers, or several that it hits together."""
    if line.partner or CHANNELS[line.channel].fewest > 1:
        pair = (*line.countries, line.partner) if line.countries else line.options
        return ["-".join(filter(None, pair))]
    if line.countries and line.options:
        return [f"{country} to {option}" for country in line.countries for option in line.options]
    return line.countries or line.options or ("",)


def _acting(line: Impulse) -> Impulse:
    """A line without what does not act."""
    return replace(line, name="", source="", confidence="")


def parameter_of(case: Case, path: str) -> float:
    """The value of a shared parameter by its path `group.name`."""
    group, _, name = path.partition(".")
    return float(getattr(getattr(case.parameters, group), name))


def _at(keys: Mapping[str, Any], path: Path_) -> Any:
    found: Any = keys
    for key in path:
        found = (found or {}).get(key)
    return found


def _put(keys: dict[str, Any], path: Path_, value: Any) -> None:
    *above, last = path
    for key in above:
        keys = keys.setdefault(key, {})
    if value is None:
        keys.pop(last, None)
    else:
        keys[last] = value


def _differing(a: Mapping[str, Any], b: Mapping[str, Any], path: Path_) -> list[str]:
    """Names below a path under which two scenarios hold something else."""
    one, other = (_at(keys, path) or {} for keys in (a, b))
    return [name for name in {**one, **other} if one.get(name) != other.get(name)]


def _brief(value: Any) -> str:
    """A value of a scenario in a few words."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        if "table" in value:
            return str(value["value"])
        return ", ".join(f"{value[key]}" if key == "rule" else f"{key} {value[key]}" for key in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def pair(a: Scenario, b: Scenario) -> tuple[Side, Side]:
    """The sides of two scenarios whose runs can be paired.

    Raises:
        HedgesimError: other countries, powers, domains, quarters, seeds or tables.
    """
    names = f"{a.name} and {b.name}"
    if a.seed != b.seed:
        fault = f"their seeds differ, {a.seed} and {b.seed}, so that runs cannot be paired"
        raise HedgesimError(names, fault, f"Give both one seed, such as --seed {a.seed}.")
    if a.tables_folder != b.tables_folder:
        raise HedgesimError(names, "they have different tables", "Name scenarios of the same tables.")
    sides = Side.of(a), Side.of(b)
    for axis in ("periods", "countries", "powers", "domains"):
        one, other = (getattr(side.inputs.setting.axes, axis) for side in sides)
        if one != other:
            said = [f"{of[0]} to {of[-1]}" if axis == "periods" else ", ".join(of) for of in (one, other)]
            fault = f"their {'quarters' if axis == 'periods' else axis} differ: {said[0]}, and {said[1]}"
            raise HedgesimError(names, fault, "Name scenarios of the same.")
    return sides
