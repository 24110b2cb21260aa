"""From an experiment to its design points: every sample under every combination of levers in every scenario."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hedgesim.errors import ScenarioError, shown
from hedgesim.experiment.design import cube_of, read_samples
from hedgesim.experiment.schema import (
    MOST_POINTS,
    MOST_VARIANTS,
    OF_SYSTEM,
    Experiment,
    holds_number,
    stem_of,
)
from hedgesim.experiment.uncertainties import Value, levels_of, values_at
from hedgesim.experiment.variants import ScenarioVariant, read_variants
from hedgesim.model.named_outcomes import NamedOutcome, named_in, which
from hedgesim.scenario.arrays import axes_at_start
from hedgesim.scenario.tables import names_by_code

Column = NDArray[Any]

OF_AXES = ("tables_folder", "countries", "powers", "domains", "formats", "start", "data")
"""What decides which countries, options and formats there are in a scenario."""


@dataclass(frozen=True)
class Factor:
    """Something that differs between points: the path of its column, what it is, and whether it is a number."""

    path: str
    numeric: bool
    role: str = "uncertainties"
    """`scenarios`, `uncertainties` or `levers`."""


@dataclass(frozen=True)
class DesignPoints:
    """The points of an experiment.

    table: a row per point with point, sample, scenario, a column per factor's path, and `first_draw`: run k of the
    point has the random numbers of the run `first_draw` + k of its scenario. variants: scenarios that differ in more
    than numbers. variant: of which variant each point is, axes (point,). numbers: by path what is set to a number,
    axes (point,). further: outcomes that runs have only because the experiment names them, sorted.
    """

    experiment: Experiment
    factors: tuple[Factor, ...]
    table: pd.DataFrame
    variants: tuple[ScenarioVariant, ...]
    variant: NDArray[np.int64]
    numbers: Mapping[str, NDArray[np.float64]]
    further: tuple[str, ...] = ()

    def __len__(self) -> int:
        """How many points there are."""
        return len(self.table)

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return len(self) * self.experiment.replications


def design_points(experiment: Experiment) -> DesignPoints:
    """The points of an experiment.

    Raises:
        ScenarioError: a scenario cannot be read, or not with these values; the place is that in the experiment file.
    """
    samples = _samples(experiment)
    levers = _crossed({path: lever.values for path, lever in experiment.levers.items()})
    shape = (len(experiment.scenarios), _length(levers), _length(samples))
    _check_size(experiment, math.prod(shape), MOST_POINTS, "points")
    of_scenario, of_lever, of_sample = (index.ravel() for index in np.indices(shape))
    columns = {path: column[of_sample] for path, column in samples.items()}
    columns |= {path: column[of_lever] for path, column in levers.items()}
    names = np.asarray(experiment.scenarios, dtype=object)[of_scenario]
    numbers = {
        path: column.astype(np.float64)
        for path, column in columns.items()
        if column.dtype == np.float64 and all(map(holds_number, experiment.paths_of(path)))
    }
    fixed = {path: column for path, column in columns.items() if path not in numbers}
    keys = list(zip(names, *fixed.values(), strict=True))
    known = {key: n for n, key in enumerate(dict.fromkeys(keys))}
    _check_size(experiment, len(known), MOST_VARIANTS, "points that differ in more than numbers")
    variant = np.asarray([known[key] for key in keys], dtype=np.int64)
    _, firsts = np.unique(variant, return_index=True)
    variants = read_variants(
        experiment,
        [(str(names[k]), {path: column[k] for path, column in fixed.items()}) for k in firsts],
        {path: [column[of] for of in split_by(variant)] for path, column in numbers.items()},
    )
    further = _further(experiment, variants)
    table = _table(experiment, names, of_sample, columns)
    factors = [
        Factor(path, bool(pd.api.types.is_float_dtype(table[path])), "levers" if path in levers else "uncertainties")
        for path in columns
    ]
    scenarios = Factor("scenario", numeric=False, role="scenarios")
    return DesignPoints(experiment, (scenarios, *factors), table, variants, variant, numbers, further)


def _check_size(experiment: Experiment, n: int, most: int, what: str) -> None:
    """Refuse a design that is too large before it is made."""
    if n > most:
        fault = f"the design has {n} {what}, more than {most}"
        raise ScenarioError(experiment.place("design"), fault, "Give fewer scenarios, levels or samples.")


def split_by(variant: NDArray[np.int64], points: NDArray[np.intp] | None = None) -> list[NDArray[np.intp]]:
    """The points of each variant, all or only some, in order; variant: axes (point,)."""
    chosen = np.arange(len(variant)) if points is None else points
    ordered = chosen[np.argsort(variant[chosen], kind="stable")]
    ends = np.cumsum(np.bincount(variant[chosen], minlength=int(variant.max()) + 1))
    return np.split(ordered, ends[:-1])


def _table(experiment: Experiment, names: Column, of_sample: Column, columns: Mapping[str, Column]) -> pd.DataFrame:
    """The table of points."""
    draws = {"all": np.zeros(len(names), dtype=np.int64), "levers": of_sample, "none": np.arange(len(names))}
    return pd.DataFrame(
        {
            "point": np.arange(len(names)),
            "sample": of_sample,
            "scenario": [stem_of(str(name)) for name in names],
            **{path: _printable(column) for path, column in columns.items()},
            "first_draw": draws[experiment.pairing] * experiment.replications,
        }
    )


def _further(experiment: Experiment, variants: Sequence[ScenarioVariant]) -> tuple[str, ...]:
    """The outcomes that runs have only because they are named; refuses those that no scenario has."""
    different = {str([getattr(one.scenario, key) for key in OF_AXES]): one.scenario for one in variants}
    known: dict[str, NamedOutcome] = {}
    for scenario in different.values():
        known |= named_in(axes_at_start(scenario))
    for k, name in enumerate(experiment.outcomes):
        if name not in known and name not in OF_SYSTEM:
            fault = f"there is no outcome {shown(name)} in these scenarios"
            raise ScenarioError(
                experiment.place("outcomes", k), fault, which(name, [*known, *OF_SYSTEM], names_by_code())
            )
    return tuple(sorted(name for name in {*experiment.outcomes} & known.keys() if not known[name].family.always))


def _samples(experiment: Experiment) -> dict[str, Column]:
    """Values of every uncertainty by path, axes (sample,)."""
    if experiment.design == "csv":
        return read_samples(experiment)
    if experiment.design == "grid":
        return _crossed({path: levels_of(held) for path, held in experiment.uncertainties.items()})
    cube = cube_of(experiment)
    return {
        path: _column(values_at(held, cube[:, k])) for k, (path, held) in enumerate(experiment.uncertainties.items())
    }


def _crossed(levels: Mapping[str, Sequence[Value]]) -> dict[str, Column]:
    """Every combination of levels, the last varying fastest; one column per path."""
    combined = list(product(*levels.values()))
    return {path: _column([row[k] for row in combined]) for k, path in enumerate(levels)}


def _column(values: Sequence[Value]) -> Column:
    """Values as an array of numbers where they all are, else of objects."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return np.asarray(values, dtype=np.float64)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _length(columns: Mapping[str, Column]) -> int:
    """Rows of some columns; one without any."""
    return next((len(column) for column in columns.values()), 1)


def _printable(column: Column) -> Column | list[str]:
    """A column of numbers, or of text where it holds anything else."""
    if column.dtype == np.float64:
        return column
    return [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in column]
