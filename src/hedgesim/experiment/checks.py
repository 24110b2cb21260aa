"""What is wrong with an experiment beyond single values: whether design, samples and ranges fit together."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from hedgesim.errors import choose_from, shown
from hedgesim.experiment.schema import Experiment, Lever, Uncertainty
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.scenario.faults import Fault, KeyPath

SAMPLED = ("latin_hypercube", "sobol", "saltelli", "morris")
MOST_POINTS = 2**24
RANGE_KEYS = ("distribution", "low", "high", "mean", "sd", "mode", "levels")
OF_SHAPE = {"mean": "normal", "sd": "normal", "mode": "triangular"}
STANDING, PRESENCE = "hedging_index", "presence_"
BY_NAME = re.compile(rf"({PRESENCE}|{STANDING}_)[A-Za-z][A-Za-z0-9_]*")
"""Outcomes of single options and countries; whether those are there is for the scenario to say."""

SET_BY_EXPERIMENT = ("seed", "purpose", "extends")


def structural_faults(experiment: Experiment) -> Iterator[Fault]:
    """Find what does not fit together."""
    yield from _design_faults(experiment)
    for path, held in experiment.uncertainties.items():
        yield from _range_faults(("uncertainties", path), held, experiment)
    n_points = _points(experiment)
    if n_points > MOST_POINTS:
        fault = f"the design makes {n_points} points, more than {MOST_POINTS}"
        yield Fault(("design",), fault, "Give fewer levels or samples, or sample a space so large.")
    yield from _path_faults(experiment)
    yield from _repeated(("scenarios",), experiment.scenarios)
    yield from _twin_faults(experiment.scenarios)
    yield from _repeated(("outcomes",), experiment.outcomes)
    yield from _outcome_faults(experiment)
    yield from _goal_faults(experiment)
    if experiment.retention.keep > experiment.replications:
        fault = f"retention.keep is {experiment.retention.keep}, there are {experiment.replications} replications"
        yield Fault(("retention", "keep"), fault, f"Write at most {experiment.replications}.")


def _design_faults(experiment: Experiment) -> Iterator[Fault]:
    """Check that the design has what it needs, and nothing that it does not look at."""
    design, sampled = experiment.design, experiment.design in SAMPLED
    if sampled and experiment.samples is None:
        yield Fault(("design",), f"the design {design} needs samples", "Add a line such as samples: 64.")
    if sampled and not experiment.uncertainties:
        yield Fault(("design",), f"the design {design} needs uncertainties", "Add ranges, or write design: grid.")
    if not sampled and experiment.samples is not None:
        remedy = "Delete the line, or choose another design."
        yield Fault(("samples",), f"the design {design} takes no samples", remedy, at_key=True)
    if (
        design in {"sobol", "saltelli"}
        and experiment.samples is not None
        and experiment.samples & (experiment.samples - 1)
    ):
        yield Fault(("samples",), f"samples is {experiment.samples}, no power of two", _powers(experiment.samples))
    if design == "morris" and experiment.samples is not None and experiment.samples < 2:
        yield Fault(("samples",), "morris needs at least 2 paths", "Write samples: 10.")
    if design == "csv" and experiment.file is None:
        yield Fault(("design",), "the design csv needs a file", "Add a line such as file: samples.csv.")
    if design == "csv" and experiment.uncertainties:
        remedy = "Delete them, or choose another design."
        yield Fault(("uncertainties",), "the design csv takes its uncertainties from the file", remedy, at_key=True)
    if design != "csv" and experiment.file is not None:
        yield Fault(("file",), f"the design {design} takes no file", "Write design: csv.", at_key=True)
    if design != "saltelli" and experiment.second_order:
        remedy = "Delete the line, or write design: saltelli."
        yield Fault(("second_order",), f"the design {design} knows no second order", remedy, at_key=True)


def _points(experiment: Experiment) -> int:
    """How many points an experiment makes; samples of a table, which are counted when it is read, as one."""
    n, d = experiment.samples or 1, len(experiment.uncertainties)
    levels = [len(held.values or ()) or held.levels or 1 for held in experiment.uncertainties.values()]
    per_sample = {"saltelli": (1 + experiment.second_order) * d + 2, "morris": d + 1}
    samples = math.prod(levels) if experiment.design == "grid" else n * per_sample.get(experiment.design, 1)
    return samples * math.prod(len(lever.values) for lever in experiment.levers.values()) * len(experiment.scenarios)


def _powers(n: int) -> str:
    """The powers of two about a number."""
    below = 1 << (n.bit_length() - 1)
    return f"Write {below} or {2 * below}."


def _range_faults(path: KeyPath, held: Uncertainty, experiment: Experiment) -> Iterator[Fault]:
    """Check that a range is one, and that its distribution has what it needs."""
    name = path[-1]
    if held.values is not None:
        for key in (key for key in RANGE_KEYS if getattr(held, key) != Uncertainty.model_fields[key].default):
            yield Fault((*path, key), f"{name} has values and {key}", "Write a list or a range.", at_key=True)
        return
    if held.low is None or held.high is None:
        lacking = "low" if held.low is None else "high"
        yield Fault(path, f"{name} has no {lacking}", "Write {low: 0.0, high: 1.0} or a list of values.", at_key=True)
        return
    if held.low >= held.high:
        fault = f"high of {name} is {held.high:g}, not above low {held.low:g}"
        yield Fault((*path, "high"), fault, "Write the lower end as low.")
    if held.distribution == "log_uniform" and held.low <= 0.0:
        yield Fault((*path, "low"), f"low of {name} is {held.low:g}: log_uniform needs a positive one", "Raise low.")
    for key, shape in OF_SHAPE.items():
        if getattr(held, key) is not None and held.distribution != shape:
            remedy = f"Delete it, or write distribution: {shape}."
            yield Fault((*path, key), f"the distribution {held.distribution} takes no {key}", remedy, at_key=True)
    if held.mode is not None and not held.low <= held.mode <= held.high:
        yield Fault((*path, "mode"), f"mode of {name} lies outside its range", "Choose it between low and high.")
    if experiment.design == "grid" and held.levels is None:
        yield Fault(path, f"{name} is a range in a grid without levels", "Add levels: 5, or list the values.")
    if experiment.design != "grid" and held.levels is not None:
        remedy = "Delete it, or write design: grid."
        yield Fault((*path, "levels"), f"the design {experiment.design} takes no levels", remedy, at_key=True)


def _path_faults(experiment: Experiment) -> Iterator[Fault]:
    """Check that every path is set once, and not one that is the experiment's own."""
    seen: dict[str, str] = {}
    for role, held in (("uncertainties", experiment.uncertainties), ("levers", experiment.levers)):
        for path, one in _each(held):
            for k, name in enumerate((path, *one.also)):
                where: KeyPath = (role, path) if k == 0 else (role, path, "also", k - 1)
                if name in seen:
                    yield Fault(where, f"{name} is set twice", f"Keep it here or under {seen[name]}.", at_key=k == 0)
                if name in SET_BY_EXPERIMENT:
                    yield Fault(where, f"{name} cannot vary", "Delete it.", at_key=k == 0)
                seen[name] = f"{role}.{path}"


def _each(held: dict[str, Uncertainty] | dict[str, Lever]) -> Iterator[tuple[str, Uncertainty | Lever]]:
    yield from held.items()


def _repeated(path: KeyPath, names: tuple[str, ...]) -> Iterator[Fault]:
    """Find entries that stand twice in a list."""
    for k, name in enumerate(names):
        if name in names[:k]:
            yield Fault((*path, k), f"{path[0]} names {shown(name)} twice", "Name it once.")


def _twin_faults(scenarios: tuple[str, ...]) -> Iterator[Fault]:
    """Find different scenarios whose rows could not be told apart, files being called as they are without folder."""
    stems = [stem_of(name) for name in scenarios]
    for k, (name, stem) in enumerate(zip(scenarios, stems, strict=True)):
        if stem in stems[:k] and name not in scenarios[:k]:
            fault = f"{shown(name)} and {shown(scenarios[stems.index(stem)])} have the same name"
            yield Fault(("scenarios", k), fault, "Rename one of the files.")


def stem_of(name: str) -> str:
    """Name of a scenario, a file without folder and ending."""
    return name.rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")


def holds_number(path: str) -> bool:
    """Whether a number stands at a path of a scenario of which every run of an ensemble may have its own."""
    keys = path.split(".")
    of_rule = keys[0] == "rules" and len(keys) == 4 and keys[3] != "rule"
    return keys[0] in {"settings", "shock_sizes"} or of_rule


def _outcome_faults(experiment: Experiment) -> Iterator[Fault]:
    """Check that the outcomes are columns that a table of runs can have."""
    known = [name for name, item in OUTCOMES.items() if item.table == "system"] + [STANDING]
    for k, name in enumerate(experiment.outcomes):
        if name not in known and not BY_NAME.fullmatch(name):
            remedy = choose_from(name, [*known, "presence_<OPTION>", "hedging_index_<COUNTRY>"])
            yield Fault(("outcomes", k), f"there is no outcome {shown(name)} of a run", remedy)


def _goal_faults(experiment: Experiment) -> Iterator[Fault]:
    """Check that goals are set for outcomes, and that there are levers to judge by them."""
    for name in experiment.goals:
        if name not in experiment.outcomes:
            fault = f"{shown(name)} has a goal but is no outcome of the experiment"
            yield Fault(("goals", name), fault, choose_from(name, experiment.outcomes), at_key=True)
    if experiment.goals and not experiment.levers:
        yield Fault(("goals",), "goals judge levers, and there are none", "Add levers, or delete goals.", at_key=True)
