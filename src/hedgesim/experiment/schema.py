"""The keys of an experiment file, as frozen pydantic models with their checks; descriptions say what each key means."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, PrivateAttr, model_validator

from hedgesim.errors import ScenarioError, choose_from, shown
from hedgesim.experiment.uncertainties import Lever, Levers, Uncertainties, Uncertainty, few_levels
from hedgesim.model.named_outcomes import FAMILIES, STEMS, which
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.scenario.checked import FROZEN, CheckedFile, Fault, misfit, refuse
from hedgesim.scenario.files import find_named, packaged_files
from hedgesim.scenario.schema import LARGEST_SEED
from hedgesim.scenario.values import DISTINCT, Name, Names
from hedgesim.scenario.yaml_tree import KeyPath, child_at, read_tree

FOLDER = "experiments"
MOST_SAMPLES = MOST_POINTS = 2**20
"""Samples and points that a table in memory holds with ease."""

MOST_VARIANTS = 2**14
"""Points that differ in more than numbers; each is a scenario that is read by itself."""

MOST_REPLICATIONS = 2**24
MORRIS_LEVELS = 4
GROUPED = ("saltelli", "morris")
SAMPLED = ("latin_hypercube", "sobol", "saltelli", "morris")
QUICK_SAMPLES = {"saltelli": 2, "morris": 2}
FEW_SAMPLES = 4
OF_SYSTEM = tuple(name for name, item in OUTCOMES.items() if item.table == "system")
"""Outcomes of all countries together, which every run has."""

BY_NAME = re.compile(rf"({'|'.join(STEMS)})(_\w+)?")
"""Outcomes of single countries, powers, options, domains and formats; whether these exist depends on the scenario."""

SET_BY_EXPERIMENT = ("seed", "purpose", "extends")


def stem_of(name: str) -> str:
    """Name of a scenario, a file without folder and ending."""
    return name.rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")


def holds_number(path: str) -> bool:
    """Whether the value at a path of a scenario is a number of which every run of an ensemble may have its own."""
    keys = path.split(".")
    of_rule = keys[0] == "rules" and len(keys) == 4 and keys[3] != "rule"
    return keys[0] in {"settings", "shock_sizes"} or of_rule


def _outcome(name: str) -> str:
    """Accept a column that a table of runs can have."""
    if name not in OF_SYSTEM and not BY_NAME.fullmatch(name):
        remedy = which(name, [*OF_SYSTEM, *(family.form for family in FAMILIES)])
        raise misfit(f"there is no outcome {shown(name)} of a run", remedy)
    return name


def _different(scenarios: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse scenarios whose rows could not be distinguished, because a file is called by its name without folder."""
    before: dict[str, str] = {}
    for k, name in enumerate(scenarios):
        if (first := before.setdefault(stem_of(name), name)) is not name:
            fault = f"{shown(name)} and {shown(first)} have the same name"
            refuse([Fault((k,), fault, "Rename one of the files.")])
    return scenarios


class Retention(BaseModel):
    """What is kept of every run besides its row in the table of runs."""

    model_config = FROZEN
    summary: bool = Field(False, description="Statistics over replications of every outcome, quarter by quarter.")
    keep: int = Field(0, ge=0, description="Number of first runs of every point that keep full trajectories.")


class Experiment(CheckedFile):
    """A checked experiment: a question, scenarios, what varies, a design; see `read_experiment`."""

    advice: ClassVar[Mapping[str, str]] = {
        "question": "Add a line such as question: what does the war change?",
        "scenarios": "Add a line such as scenarios: [war_2022].",
        "outcomes": "Add a line such as outcomes: [hedging_index].",
        "seed": "Add a line such as seed: 2022.",
        "values": "Add a list of values.",
    }
    question: Name = Field(description="Question of the experiment, in one line.")
    scenarios: Annotated[Names, AfterValidator(_different)] = Field(
        description="Scenarios, all of which are run: names, or files relative to this one."
    )
    uncertainties: Uncertainties = Field(
        default_factory=dict, description="Unknown values that the design samples, by the path that `--set` takes."
    )
    groups: dict[Name, Names] = Field(
        default_factory=dict,
        description="Uncertainties that saltelli and morris move together, by the name of their group.",
    )
    levers: Levers = Field(
        default_factory=dict,
        description="Choices, by the path that `--set` takes; every value is run with every sample.",
    )
    outcomes: Annotated[
        tuple[Annotated[Name, AfterValidator(_outcome)], ...], Field(min_length=1, strict=False), DISTINCT
    ] = Field(description="Columns of the table of runs that are drawn and printed.")
    goals: dict[str, Literal["high", "low"]] = Field(
        default_factory=dict,
        description="Whether high or low values of an outcome are good; levers are compared by regret.",
    )
    design: Literal["grid", "latin_hypercube", "sobol", "saltelli", "morris", "csv"] = Field(
        "grid", description="How the uncertainties are sampled."
    )
    samples: int | None = Field(
        None, ge=1, le=MOST_SAMPLES, description="Size of the design: rows; base samples of saltelli, paths of morris."
    )
    second_order: bool = Field(False, description="Whether saltelli also estimates interactions of two uncertainties.")
    file: Name | None = Field(None, description="Table of samples beside this file, for the design csv.")
    replications: int = Field(1, ge=1, le=MOST_REPLICATIONS, description="Runs of every point.")
    pairing: Literal["all", "levers", "none"] = Field(
        "all",
        description="Points with the same random numbers in run k: all; the points of one sample (levers); none.",
    )
    seed: int = Field(ge=0, le=LARGEST_SEED, description="Seed of all random numbers and of the design.")
    retention: Retention = Field(
        Retention(summary=False, keep=0), description="Tables that are kept in addition to the table of runs."
    )
    _whole: Experiment | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _check(self) -> Self:
        """Check that design, samples, ranges, goals and retention fit together."""
        faults = (self._design_faults, self._range_faults, self._path_faults, self._group_faults, self._goal_faults)
        refuse([fault for check in faults for fault in check()])
        return self

    def _design_faults(self) -> Iterator[Fault]:
        """Check that the design has what it needs, and nothing that it does not use."""
        design, n, sampled, from_file = self.design, self.samples, self.design in SAMPLED, self.design == "csv"
        delete, add, other = "Delete the line, or", "Add a line such as", "choose another design."
        first, tabled = design != "saltelli" and self.second_order, "takes its uncertainties from the file"
        for wrong, key, fault, remedy in (
            (sampled and n is None, "design", "needs samples", f"{add} samples: 64."),
            (sampled and not self.uncertainties, "design", "needs uncertainties", "Add ranges, or write design: grid."),
            (from_file and self.file is None, "design", "needs a file", f"{add} file: samples.csv."),
            (not sampled and n is not None, "samples", "takes no samples", f"{delete} {other}"),
            (from_file and self.uncertainties, "uncertainties", tabled, f"Delete them, or {other}"),
            (not from_file and self.file is not None, "file", "takes no file", "Write design: csv."),
            (first, "second_order", "has no second order", f"{delete} write design: saltelli."),
        ):
            if wrong:
                yield Fault((key,), f"the design {design} {fault}", remedy, at_key=key != "design")
        below = 1 << ((n or 1).bit_length() - 1)
        if design in {"sobol", "saltelli"} and n is not None and n & (n - 1):
            yield Fault(("samples",), f"samples is {n}, not a power of two", f"Write {below} or {2 * below}.")
        if design == "morris" and n == 1:
            yield Fault(("samples",), "morris needs at least 2 paths", "Write samples: 10.")
        if (n_points := self._n_points()) > MOST_POINTS:
            fault = f"the design has {n_points} points, more than {MOST_POINTS}"
            yield Fault(("design",), fault, "Give fewer levels or samples, or choose a design that samples.")

    def _n_points(self) -> int:
        """How many points there are."""
        return self.n_samples * math.prod(len(lever.values) for lever in self.levers.values()) * len(self.scenarios)

    @property
    def n_samples(self) -> int:
        """How many samples there are; those of a table, which are counted when it is read, count as one."""
        n, d = self.samples or 1, len({*self.moved_together})
        levels = [len(held.values or ()) or held.levels or 1 for held in self.uncertainties.values()]
        per_sample = {"saltelli": (1 + self.second_order) * d + 2, "morris": d + 1}
        return math.prod(levels) if self.design == "grid" else n * per_sample.get(self.design, 1)

    def _range_faults(self) -> Iterator[Fault]:
        """Check every range, and that it has levels in a grid, and only there."""
        for name, held in self.uncertainties.items():
            yield from held.faults(name)
            path: KeyPath = ("uncertainties", name)
            if (
                self.design == "grid"
                and held.levels is None
                and held.values is None
                and None not in {held.low, held.high}
            ):
                fault = f"{name} is a range in a grid without levels"
                yield Fault(path, fault, "Add levels: 5, or list the values.")
            elif self.design != "grid" and held.levels is not None:
                fault = f"the design {self.design} takes no levels"
                yield Fault((*path, "levels"), fault, "Delete it, or write design: grid.", at_key=True)

    def _path_faults(self) -> Iterator[Fault]:
        """Check that every path is set once, and not one that is the experiment's own."""
        before: dict[str, str] = {}
        varied: list[tuple[str, str, Uncertainty | Lever]] = [
            *(("uncertainties", path, held) for path, held in self.uncertainties.items()),
            *(("levers", path, held) for path, held in self.levers.items()),
        ]
        for role, path, held in varied:
            for k, name in enumerate((path, *held.also)):
                where: KeyPath = (role, path) if k == 0 else (role, path, "also", k - 1)
                if name in before:
                    yield Fault(where, f"{name} is set twice", f"Keep it here or under {before[name]}.", at_key=k == 0)
                if name in SET_BY_EXPERIMENT:
                    yield Fault(where, f"{name} cannot vary", "Delete it.", at_key=k == 0)
                before[name] = f"{role}.{path}"

    def _group_faults(self) -> Iterator[Fault]:
        """Check that groups are of uncertainties, each in one of them, and that the design moves them together."""
        if self.groups and self.design not in GROUPED:
            remedy = f"Delete the line, or write design: {' or '.join(GROUPED)}."
            yield Fault(("groups",), f"the design {self.design} takes no groups", remedy, at_key=True)
        before: dict[str, str] = {}
        for name, paths in self.groups.items():
            if name in self.uncertainties:
                fault = f"the group {shown(name)} has the name of an uncertainty"
                yield Fault(("groups", name), fault, "Give it a name of its own, such as war.", at_key=True)
            for k, path in enumerate(paths):
                if path not in self.uncertainties:
                    fault, remedy = (
                        f"{shown(path)} is not among the uncertainties",
                        choose_from(path, self.uncertainties),
                    )
                    yield Fault(("groups", name, k), fault, remedy)
                elif path in before:
                    fault = f"{path} is in two groups, {before[path]} and {name}"
                    yield Fault(("groups", name, k), fault, "Keep it in one of them.")
                before[path] = name

    def _goal_faults(self) -> Iterator[Fault]:
        """Check that goals are set for outcomes, that levers are judged by them, and how many runs are kept."""
        for name in self.goals:
            if name not in self.outcomes:
                fault = f"{shown(name)} has a goal but is not an outcome of the experiment"
                yield Fault(("goals", name), fault, choose_from(name, self.outcomes), at_key=True)
        if self.goals and not self.levers:
            fault = "goals judge levers, and there are none"
            yield Fault(("goals",), fault, "Add levers, or delete goals.", at_key=True)
        if self.retention.keep > self.replications:
            fault = f"retention.keep is {self.retention.keep}, there are {self.replications} replications"
            yield Fault(("retention", "keep"), fault, f"Write at most {self.replications}.")

    @property
    def moved_together(self) -> tuple[str, ...]:
        """The group of every uncertainty, its own path where it is in none."""
        group_of = {path: name for name, paths in self.groups.items() for path in paths}
        return tuple(group_of.get(path, path) for path in self.uncertainties)

    def quick(self) -> Experiment:
        """The same experiment as a trial: few samples, few levels of numbers, at most two replications."""
        few = {
            role: {path: held.model_copy(update=few_levels(held)) for path, held in getattr(self, role).items()}
            for role in ("uncertainties", "levers")
        }
        most = QUICK_SAMPLES.get(self.design, FEW_SAMPLES)
        samples = None if self.design == "grid" else min(self.samples or most, most)
        replications = min(self.replications, 2)
        retention = self.retention.model_copy(update={"keep": min(self.retention.keep, replications)})
        changed = {**few, "samples": samples, "replications": replications, "retention": retention}
        copy = self.model_copy(update=changed)
        copy._whole = self.whole
        return copy

    @property
    def whole(self) -> Experiment:
        """The experiment as it was read, of which this one may be a trial."""
        return self._whole or self

    def paths_of(self, path: str) -> tuple[str, ...]:
        """A path and those that take the same value."""
        held = self.uncertainties.get(path) or self.levers.get(path)
        return (path, *held.also) if held is not None else (path,)


packaged_experiments = partial(packaged_files, FOLDER)
"""The experiments that come with hedgesim, name -> file, in the order of their names."""


def read_experiment(source: str | Path) -> Experiment:
    """Read and check an experiment; its scenarios are read with its points, see `design_points`.

    source: path of a YAML file, else the name of a packaged experiment.

    Raises:
        ScenarioError: anything wrong with the file; the first fault by position, with the others in `.others`.
    """
    path = find_named(source, FOLDER, "experiment")
    tree = read_tree(path, needs="question, scenarios, outcomes and seed", kind="experiment file (YAML)")
    if child_at(tree, "question") is None and (purpose := child_at(tree, "purpose")) is not None:
        raise ScenarioError(purpose.anchor, "this is a scenario, not an experiment", "Run it with hedgesim run.")
    return Experiment.of_tree(tree, path)
