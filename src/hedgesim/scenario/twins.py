"""Counterfactual twins of scenarios, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hedgesim.errors import DEFAULT_PLACE, Place, ScenarioError
from hedgesim.scenario.positions import plain, tree_of
from hedgesim.scenario.reader import read_scenario
from hedgesim.scenario.schema import Scenario


def read_twin(
    scenario: Scenario, name: str | None, without: Sequence[str], *, overrides: Sequence[str] = ()
) -> Scenario:
    """The twin of a scenario: another one by name, or the same without some shocks.

    overrides: those of the scenario, which hold for the twin too, as its `--seed` does.

    Raises:
        ScenarioError: both are asked for, the twin has other quarters or another seed, or a name is unknown.
    """
    if name is not None and without:
        raise ScenarioError(Place("--twin"), "a twin and --without cannot both be given", "Give one of them.")
    texts = (*overrides, *lacking(scenario, without)) if without else overrides
    asked = scenario.seed if name is None or scenario.place("seed").file.startswith("--seed") else None
    try:
        twin = read_scenario(name or scenario.path, overrides=texts, seed=asked)
    except ScenarioError as error:
        raise _placed(error, f"--set {texts[-1]}", f"--without {' '.join(without)}") if without else error from None
    if (twin.start, twin.end) != (scenario.start, scenario.end):
        fault = f"{twin.name} runs {twin.start} to {twin.end}, {scenario.name} {scenario.start} to {scenario.end}"
        raise ScenarioError(Place("--twin"), fault, "Name a scenario of the same quarters.")
    if twin.seed != scenario.seed:
        fault = f"{twin.name} has the seed {twin.seed}, {scenario.name} {scenario.seed}, and twins need one"
        raise ScenarioError(twin.place("seed"), fault, f"Give both --seed {scenario.seed}.")
    return twin


def lacking(scenario: Scenario, without: Sequence[str]) -> Iterator[str]:
    """Overrides that take changes, own shocks, and recorded shocks or events from a scenario."""
    yield from (f"changes.{name}=null" for name in without if name in scenario.changes)
    yield from (f"shocks.{name}=null" for name in without if name in scenario.shocks)
    recorded = [name for name in without if name not in scenario.changes and name not in scenario.shocks]
    if recorded:
        yield f"omit_shocks=[{', '.join((*scenario.omit_shocks, *recorded))}]"


def _placed(error: ScenarioError, before: str, after: str) -> ScenarioError:
    """The same errors with places that the user knows: what they begin with is replaced."""
    moved = [
        ScenarioError(
            Place(str(one.place).replace(before, after, 1)) if str(one.place).startswith(before) else one.place,
            one.fault.removesuffix(" in omit_shocks"),
            one.remedy,
        )
        for one in error.all
    ]
    return ScenarioError.of(moved)


def name_of_twin(scenario: Scenario, twin: Scenario) -> str:
    """What the twin is called: its name, or what it lacks."""
    own = [name for name in (*scenario.changes, *scenario.shocks) if name not in {*twin.changes, *twin.shocks}]
    absent = [*(name for name in twin.omit_shocks if name not in scenario.omit_shocks), *own]
    same = twin.name == scenario.name
    return f"{twin.name} without {', '.join(absent)}" if same and absent else twin.name


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
