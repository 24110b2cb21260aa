"""The scenarios of an experiment, read with what differs in them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hedgesim.errors import Place, ScenarioError
from hedgesim.experiment.checks import stem_of
from hedgesim.experiment.design import Value
from hedgesim.experiment.samples import place_of_sample
from hedgesim.experiment.schema import Experiment
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.known_names import known_names
from hedgesim.scenario.packaged import ENDINGS

AS_IT_IS = 1.0
"""Factor on the size of a shock that leaves it as it is."""


@dataclass(frozen=True)
class Variant:
    """A scenario as some points have it but for their numbers, and which rules take each number of a rule.

    scenario: without the numbers that points set, and with the sizes of shocks as they are where points set those.
    places: by path, of which countries or powers the rule takes the number.
    """

    scenario: Scenario
    places: Mapping[str, tuple[str, ...]]

    @property
    def countries(self) -> tuple[str, ...]:
        """Codes of the countries that take part."""
        return self.scenario.countries or tuple(known_names(self.scenario.tables_folder).countries or ())

    @property
    def powers(self) -> tuple[str, ...]:
        """Codes of the powers that take part."""
        return self.scenario.powers or tuple(known_names(self.scenario.tables_folder).powers or ())


def is_number(value: object) -> bool:
    """Whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_variants(
    experiment: Experiment,
    fixed: Sequence[tuple[str, Mapping[str, Value]]],
    numbers: Mapping[str, Sequence[NDArray[np.float64]]],
) -> tuple[Variant, ...]:
    """Read the scenarios of an experiment.

    fixed: for each its name and the values that are no mere numbers. numbers: by path the numbers that the points of
    each have; the lowest and the highest are tried.

    Raises:
        ScenarioError: placed in the experiment file.
    """
    variants = []
    for n, (name, values) in enumerate(fixed):
        low, high = (
            {path: _end(experiment, path, of[n], end=end) for path, of in numbers.items()} for end in ("low", "high")
        )
        ends = tuple(_read(experiment, name, _laid(experiment, {**values, **end})) for end in (low, high))
        as_they_are = _laid(experiment, dict.fromkeys(numbers, AS_IT_IS))
        sizes = [one for one in as_they_are if one.where.startswith("shock_sizes.")]
        scenario = _read(experiment, name, [*_laid(experiment, values), *sizes])
        variants.append(Variant(scenario, {path: _places(ends, path) for path in _of_rules(experiment, numbers)}))
    return tuple(variants)


def _end(experiment: Experiment, path: str, numbers: NDArray[np.float64], *, end: str) -> float:
    """The lowest or highest value that a path may have: the end of its range, else of its numbers."""
    told = getattr(experiment.uncertainties.get(path), end, None)
    return float(numbers.min() if end == "low" else numbers.max()) if told is None else float(told)


def paths_of(experiment: Experiment, path: str) -> tuple[str, ...]:
    """A path and those that take the same value."""
    held = experiment.uncertainties.get(path) or experiment.levers.get(path)
    return (path, *held.also) if held is not None else (path,)


@dataclass(frozen=True)
class Laid:
    """A value laid over a scenario: where, and the path of the experiment that brings it."""

    where: str
    path: str
    value: Value

    @property
    def text(self) -> str:
        """What `--set` would take."""
        return f"{self.where}={json.dumps(self.value)}"


def _laid(experiment: Experiment, values: Mapping[str, Value]) -> list[Laid]:
    """Values by path, at their path and at those that take the same value."""
    return [Laid(one, path, value) for path, value in values.items() for one in paths_of(experiment, path)]


def _of_rules(experiment: Experiment, numbers: Mapping[str, object]) -> list[str]:
    return [one for path in numbers for one in paths_of(experiment, path) if one.startswith("rules.")]


def _places(ends: Sequence[Scenario], path: str) -> tuple[str, ...]:
    """Countries or powers whose rule takes the number at a path: those that follow whom it is given to."""
    low, high = ends
    _, side, who, name = path.split(".")
    axis = known_names(low.tables_folder)
    if side == "countries":
        codes, chosen = low.countries or axis.countries or (), (low.rules.of_country, high.rules.of_country)
        own = low.rules.countries
    else:
        codes, chosen = low.powers or axis.powers or (), (low.rules.of_power, high.rules.of_power)
        own = low.rules.powers
    takes = [code for code in codes if name in chosen[0](code)[1] and name in chosen[1](code)[1]]
    return tuple(code for code in takes if who in {code, "all"} and (who == code or not _has_own(own.get(code), name)))


def _has_own(choice: object, name: str) -> bool:
    """Whether somebody's own choice of a rule brings a number, so that the one of all does not reach him."""
    return choice is not None and name in getattr(choice, "parameters", {})


def _read(experiment: Experiment, name: str, laid: Sequence[Laid]) -> Scenario:
    """A scenario with some values laid over it."""
    texts = [one.text for one in laid]
    try:
        return read_scenario(_found(experiment, name), overrides=texts, seed=experiment.seed, vocabulary=known_names)
    except ScenarioError as error:
        placed = [_placed(experiment, name, fault, laid) for fault in error.all]
        raise ScenarioError(placed[0].place, placed[0].fault, placed[0].remedy, others=placed[1:]) from None


def _found(experiment: Experiment, name: str) -> str:
    """A scenario as it is found: by name, or as a file relative to the experiment's."""
    return str(experiment.path.parent / name) if name.endswith(ENDINGS) else name


def _placed(experiment: Experiment, name: str, error: ScenarioError, laid: Sequence[Laid]) -> ScenarioError:
    """A fault of a scenario where it was brought about: in the experiment file, or in the scenario itself."""
    where = error.place.file.removeprefix("--set ")
    if where == error.place.file:
        named = error.place == Place(name) or error.place.line is None
        return _at_scenario(experiment, name, error) if named else error
    of = f" (in {stem_of(name)})" if len(experiment.scenarios) > 1 else ""
    for one in laid:
        if where in {one.text, f"'{one.where}'"}:
            return ScenarioError(_place_of(experiment, one), f"{error.fault}{of}", error.remedy)
    return _at_scenario(experiment, name, error)


def _at_scenario(experiment: Experiment, name: str, error: ScenarioError) -> ScenarioError:
    place = experiment.place("scenarios", experiment.scenarios.index(name))
    return ScenarioError(place, error.fault, error.remedy)


def _place_of(experiment: Experiment, one: Laid) -> Place:
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
