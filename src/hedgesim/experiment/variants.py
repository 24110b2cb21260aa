"""The scenarios of an experiment, read with what differs in them except numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hedgesim.errors import Place, ScenarioError
from hedgesim.experiment.design import place_of_sample
from hedgesim.experiment.schema import Experiment, stem_of
from hedgesim.experiment.uncertainties import Value
from hedgesim.scenario import Scenario, known_names, read_scenario
from hedgesim.scenario.files import find_beside
from hedgesim.scenario.impulses import impulses_of
from hedgesim.scenario.tables import read_tables

SIZES = "shock_sizes"
"""Key of a scenario with the factors on sizes of shocks."""

UNCHANGED = 1.0
"""Factor on the size of a shock that leaves it as it is."""


@dataclass(frozen=True)
class ScenarioVariant:
    """A scenario that points share which differ in numbers only.

    scenario: without the numbers that points set, and with unchanged sizes of shocks where points set them.
    members: by path of a rule's parameter, codes of the countries or powers whose rule takes the number.
    """

    scenario: Scenario
    members: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Setting:
    """A value set in a scenario: where, and the path of the experiment that brings it."""

    where: str
    path: str
    value: Value

    @property
    def text(self) -> str:
        """What `--set` would take."""
        return f"{self.where}={json.dumps(self.value, ensure_ascii=False)}"


def read_variants(
    experiment: Experiment,
    fixed: Sequence[tuple[str, Mapping[str, Value]]],
    numbers: Mapping[str, Sequence[NDArray[np.float64]]],
) -> tuple[ScenarioVariant, ...]:
    """Read the scenarios of an experiment.

    fixed: for each variant its name and the values that are not numbers of single runs. numbers: by path the numbers
    that the points of each variant have; the lowest and the highest are tried.

    Raises:
        ScenarioError: placed in the experiment file.
    """
    unchanged = _settings(experiment, dict.fromkeys(numbers, UNCHANGED))
    sizes = [one for one in unchanged if one.where.startswith(f"{SIZES}.")]
    of_rules = [one.where for one in unchanged if one.where.startswith("rules.")]
    variants = []
    for n, (name, values) in enumerate(fixed):
        for end in ("low", "high"):
            tried = {path: _end(experiment, path, of[n], end=end) for path, of in numbers.items()}
            highest = _read(experiment, name, _settings(experiment, {**values, **tried}))
        scenario = _read(experiment, name, [*_settings(experiment, values), *sizes])
        variants.append(ScenarioVariant(scenario, {path: members_of(highest, path) for path in of_rules}))
    _check_shocks(experiment, [one.scenario for one in variants], numbers)
    return tuple(variants)


def _check_shocks(experiment: Experiment, scenarios: Sequence[Scenario], paths: Iterable[str]) -> None:
    """Refuse sizes of shocks of which none acts in the quarters of any scenario."""
    varied = {path: [one.partition(".") for one in experiment.paths_of(path)] for path in paths}
    sizes = {path: [name for _, _, name in of] for path, of in varied.items() if {key for key, _, _ in of} == {SIZES}}
    lines = [line for one in scenarios if sizes for line in impulses_of(one, read_tables(one.tables_folder))]
    for path, names in sizes.items():
        if not any(line.belongs_to(name) for line in lines for name in names):
            quarters = " or ".join(dict.fromkeys(f"{one.start} to {one.end}" for one in scenarios))
            role = "levers" if path in experiment.levers else "uncertainties"
            fault = f"{path} changes nothing: the shock does not act from {quarters}"
            raise ScenarioError(experiment.place(role, path), fault, "Vary a shock that acts in these quarters.")


def _end(experiment: Experiment, path: str, numbers: NDArray[np.float64], *, end: str) -> float:
    """The lowest or highest value that a path may have: the end of its range, else of its numbers."""
    given = getattr(experiment.uncertainties.get(path), end, None)
    return float(numbers.min() if end == "low" else numbers.max()) if given is None else float(given)


def _settings(experiment: Experiment, values: Mapping[str, Value]) -> list[_Setting]:
    """Values by path, at their path and at those that take the same value."""
    return [_Setting(one, path, value) for path, value in values.items() for one in experiment.paths_of(path)]


def members_of(scenario: Scenario, path: str) -> tuple[str, ...]:
    """Countries or powers whose rule takes the number at a path: those to whom it is given, and who follow the rule."""
    _, side, who, name = path.split(".")
    codes = getattr(scenario, side) or getattr(known_names(scenario.tables_folder), side) or ()
    rule_of = scenario.rules.of_country if side == "countries" else scenario.rules.of_power
    own = {code for code, choice in getattr(scenario.rules, side).items() if name in choice.parameters}
    given = [code for code in codes if who == code or (who == "all" and code not in own)]
    return tuple(code for code in given if name in rule_of(code)[1])


def _read(experiment: Experiment, name: str, settings: Sequence[_Setting]) -> Scenario:
    """A scenario with some values set; a file is relative to the experiment's."""
    source: str | Path = name  # of a grid, whose scenario is named on the command line
    if experiment.path != Path():
        place = experiment.place("scenarios", experiment.scenarios.index(name))
        source = find_beside(name, place, experiment.path.parent)
    try:
        return read_scenario(source, overrides=[one.text for one in settings], seed=experiment.seed)
    except ScenarioError as error:
        placed = [_placed(experiment, name, fault, settings) for fault in error.all]
        raise ScenarioError.of(placed) from None


def _placed(experiment: Experiment, name: str, error: ScenarioError, settings: Sequence[_Setting]) -> ScenarioError:
    """A fault of a scenario where it was caused: in the experiment file, or in the scenario itself."""
    where = error.place.file.removeprefix("--set ")
    if where == error.place.file and error.place.line is not None and error.place != Place(name):
        return error
    for one in settings:
        if where in {one.text, f"'{one.where}'"}:
            of = f" (in {stem_of(name)})" if len(experiment.scenarios) > 1 else ""
            return ScenarioError(_place_of(experiment, one), f"{error.fault}{of}", error.remedy)
    place = experiment.place("scenarios", experiment.scenarios.index(name))
    return ScenarioError(place, error.fault, error.remedy)


def _place_of(experiment: Experiment, one: _Setting) -> Place:
    """Where an experiment file, or its table of samples, gives a value to a path."""
    path, value, whole = one.path, one.value, experiment.whole
    role = "levers" if path in whole.levers else "uncertainties"
    held = whole.levers.get(path) or whole.uncertainties.get(path)
    if held is None:
        return place_of_sample(experiment, path, value)
    if one.where in held.also:
        return experiment.place(role, path, "also", held.also.index(one.where))
    if held.values is not None and value in held.values:
        k = held.values.index(value)
        inner = experiment.place(role, path, "values", k)
        return inner if inner != experiment.place(role, path) else experiment.place(role, path, k)
    end = "low" if value == getattr(held, "low", None) else "high"
    return experiment.place(role, path, end)
