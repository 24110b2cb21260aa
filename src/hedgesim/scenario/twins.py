"""Counterfactual twins of scenarios, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hedgesim.errors import DEFAULT_PLACE, HedgesimError, Place, ScenarioError, closest, in_order, shown
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.impulses import ALARM, SIZED, impulses_of, left_out
from hedgesim.scenario.known_names import known_names
from hedgesim.scenario.reader import read_scenario
from hedgesim.scenario.schema import Scenario
from hedgesim.scenario.tables import read_tables
from hedgesim.scenario.yaml_tree import plain, tree_of

MOST_NAMED = 3
"""Shocks and changes that the name of a twin says it lacks."""


def read_twin(
    scenario: Scenario, name: str | None, without: Sequence[str], *, overrides: Sequence[str] = ()
) -> Scenario:
    """The twin of a scenario: another one by name, or the same without some shocks.

    overrides: those of the scenario, which hold for the twin too, as its `--seed` does, but for sizes and dates of
    shocks that the twin leaves out.

    Raises:
        ScenarioError: both are asked for, the twin has other quarters or another seed, or a name is of nothing in it.
    """
    if name is not None and without:
        raise ScenarioError(Place("--twin"), "a twin and --without cannot both be given", "Give one of them.")
    asked = scenario.seed if name is None or scenario.place("seed").file.startswith("--seed") else None
    held = overrides if name is None else _acting_in(name, overrides, asked)
    twin = read_scenario(name or scenario.path, overrides=[*held, *lacking(scenario, without)], seed=asked)
    if (twin.start, twin.end) != (scenario.start, scenario.end):
        fault = f"{twin.name} runs {twin.start} to {twin.end}, {scenario.name} {scenario.start} to {scenario.end}"
        raise ScenarioError(Place("--twin"), fault, "Name a scenario of the same quarters.")
    if twin.seed != scenario.seed:
        fault = f"{twin.name} has the seed {twin.seed}, {scenario.name} {scenario.seed}, and twins need one"
        raise ScenarioError(twin.place("seed"), fault, f"Give both --seed {scenario.seed}.")
    twin._name = name_of_twin(scenario, twin)
    return twin


def _acting_in(name: str, overrides: Sequence[str], seed: int | None) -> list[str]:
    """Overrides without sizes and dates of shocks that a scenario leaves out."""
    of_shocks = {text: tuple(text.partition("=")[0].strip().split(".", 1)) for text in overrides}
    others = [text for text, path in of_shocks.items() if path[0] not in SIZED]
    if len(others) == len(of_shocks):
        return [*overrides]
    bare = read_scenario(name, overrides=others, seed=seed)
    named = {key: {path[1]: 1.0 for path in of_shocks.values() if path[0] == key and path[1:]} for key in SIZED}
    out = left_out(bare.model_copy(update=named), read_tables(bare.tables_folder))
    return [text for text in overrides if of_shocks[text] not in out]


def lacking(scenario: Scenario, without: Sequence[str]) -> Iterator[str]:
    """Overrides that take changes, own shocks, and recorded shocks or events from a scenario.

    Raises:
        ScenarioError: names of nothing that acts in the scenario, all of them.
    """
    names = dict.fromkeys(without)
    yield from (f"changes.{name}=null" for name in names if name in scenario.changes)
    own = [name for name in names if name in scenario.shocks]
    yield from (
        f"{key}.{name}=null" for name in own for key in ("shocks", "shock_sizes") if name in getattr(scenario, key)
    )
    recorded = [name for name in names if name not in scenario.changes and name not in scenario.shocks]
    if recorded:
        _check_recorded(scenario, recorded)
        omitted = (*scenario.omit_shocks, *recorded)
        yield f"omit_shocks=[{', '.join(omitted)}]"
        without_them = scenario.model_copy(update={"omit_shocks": omitted})
        yield from (f"{key}.{name}=null" for key, name in left_out(without_them, read_tables(scenario.tables_folder)))


def _check_recorded(scenario: Scenario, names: Sequence[str]) -> None:
    """Refuse names of no recorded shock or event that acts in a scenario; the remedy says what there is."""
    lines = sorted(impulses_of(scenario, read_inputs(scenario).tables), key=lambda line: -line.onset)
    acting = {line.event or line.shock: line.name for line in lines if line.shock not in scenario.shocks}
    single = {line.shock: line.name for line in lines if line.channel != ALARM}
    own = {name: change.name or change.in_words for name, change in scenario.changes.items()}
    shocks = {name: shock.name or name for name, shock in scenario.shocks.items()}
    known = known_names(scenario.tables_folder)
    meanings = {**known.meanings, **acting, **single, **own, **shocks}
    kinds = {"changes": [*own], "shocks of its own": [*shocks], "recorded shocks": [*acting]}
    there = ", ".join(f"{kind} ({in_order(ids)})" for kind, ids in kinds.items() if ids) or "nothing to leave out"
    errors = []
    for name in names:
        if name in {*acting, *single}:
            continue
        fault = f"unknown shock, event or change {shown(name)} in {scenario.name}"
        if name in (known.recorded_shocks or ()):
            fault = f"{name} does not act in {scenario.name}, from {scenario.start} to {scenario.end}"
        near = closest(name, {*own, *shocks, *acting, *single}, meanings)
        guess = f"Did you mean {shown(near)}? " if near else ""
        errors.append(HedgesimError(f"--without {name}", fault, f"{guess}It has {there}."))
    if errors:
        raise ScenarioError.of(errors)


def name_of_twin(scenario: Scenario, twin: Scenario) -> str:
    """What the twin is called: its name, or what it lacks."""
    own = [name for name in (*scenario.changes, *scenario.shocks) if name not in {*twin.changes, *twin.shocks}]
    absent = [*(name for name in twin.omit_shocks if name not in scenario.omit_shocks), *own]
    if twin.name != scenario.name or not absent:
        return twin.name
    named = absent if len(absent) <= MOST_NAMED else [*absent[:MOST_NAMED], f"{len(absent) - MOST_NAMED} more"]
    *first, last = named
    return f"{twin.name} without {', '.join(first)}{' and ' if first else ''}{last}"


def left_out_in(twin: Scenario, scenario: Scenario) -> tuple[str, ...]:
    """What `--without` names to make a twin of a scenario; nothing where it differs in more than what it lacks."""
    own = [(kind, name) for kind in ("changes", "shocks") for name in getattr(scenario, kind)]
    absent = [(kind, name) for kind, name in own if name not in getattr(twin, kind)]
    omitted = [name for name in twin.omit_shocks if name not in scenario.omit_shocks]
    explained = ("omit_shocks", *(f"{kind}.{name}" for kind, name in absent))
    explained += tuple(f"shock_sizes.{name}" for kind, name in absent if kind == "shocks")
    bare = scenario.model_copy(update={"omit_shocks": twin.omit_shocks})
    explained += tuple(".".join(one) for one in left_out(bare, read_tables(scenario.tables_folder)))
    paths = [row.path for row in difference(scenario, twin)]
    if any(not f"{path}.".startswith(tuple(f"{one}." for one in explained)) for path in paths):
        return ()
    names = (*omitted, *(name for _, name in absent))
    try:
        tuple(lacking(scenario, names))
    except ScenarioError:
        return ()
    return names


@dataclass(frozen=True)
class DifferenceRow:
    """One value that differs; value and place are None on the side that has no such key.

    path: dotted as in `--set`. A value that is not written has the place `default`.
    """

    path: str
    value_a: Any
    value_b: Any
    place_a: Place | None
    place_b: Place | None


def difference(a: Scenario, b: Scenario) -> tuple[DifferenceRow, ...]:
    """List every value that differs between two scenarios, in the order of their keys; names do not count."""
    of_a, of_b = dict(_leaves(a.keys)), dict(_leaves(b.keys))
    return tuple(
        DifferenceRow(
            path,
            of_a.get(path),
            of_b.get(path),
            a.places.get(path, DEFAULT_PLACE) if path in of_a else None,
            b.places.get(path, DEFAULT_PLACE) if path in of_b else None,
        )
        for path in {**of_a, **of_b}
        if path not in of_a or path not in of_b or of_a[path] != of_b[path]
    )


def leaves_of(text: str) -> dict[str, Any]:
    """The values of a scenario's text by path, as in `--set`; none of what is no mapping in YAML."""
    try:
        return dict(_leaves(plain(tree_of(text, ""))))
    except ScenarioError:
        return {}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Go through the values of plain data; lists of names are one value each, and an empty mapping has none."""
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        children = {str(k): entry for k, entry in enumerate(value)}.items()
    else:
        yield path, value
        return
    for key, child in children:
        yield from _leaves(child, f"{path}.{key}" if path else str(key))
