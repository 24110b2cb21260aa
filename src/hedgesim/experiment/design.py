"""Designs: samples of the unit cube by well-known schemes, or from a table on file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hedgesim.errors import Place, ScenarioError, shown
from hedgesim.experiment.schema import MORRIS_LEVELS, SET_BY_EXPERIMENT, Experiment, holds_number
from hedgesim.experiment.uncertainties import Cube
from hedgesim.scenario.files import CsvTable, number_in, number_like, path_inside, read_csv

LARGEST_SAMPLES = 64 * 1024 * 1024
"""Bytes of a table of samples above which it is refused."""


def cube_of(experiment: Experiment) -> Cube:
    """Samples of the unit cube, axes (sample, uncertainty), by a design that samples it.

    latin_hypercube and sobol: scipy.stats.qmc [mckay1979], [sobol1967]; saltelli and morris: SALib [saltelli2010],
    [morris1991]. The seed of the experiment determines all of them.
    """
    d, n = len(experiment.uncertainties), experiment.samples or 0
    problem = problem_of(d, experiment.moved_together if experiment.groups else ())
    seed = 1 + experiment.seed % (2**31 - 1)  # some libraries take 0 for no seed
    match experiment.design:
        case "latin_hypercube":
            from scipy.stats import qmc

            return qmc.LatinHypercube(d, rng=seed).random(n)
        case "sobol":
            from scipy.stats import qmc

            return qmc.Sobol(d, rng=seed).random(n)
        case "saltelli":
            from SALib.sample import sobol

            return np.asarray(sobol.sample(problem, n, calc_second_order=experiment.second_order, seed=seed))
        case _:
            from SALib.sample import morris

            return np.asarray(morris.sample(problem, n, num_levels=MORRIS_LEVELS, seed=seed))


def problem_of(d: int, groups: Sequence[str] = ()) -> dict[str, Any]:
    """The unit cube in the words of SALib; groups: that of every uncertainty, if some are moved together."""
    cube = {"num_vars": d, "names": [f"x{k}" for k in range(d)], "bounds": [[0.0, 1.0]] * d}
    return {**cube, "groups": list(groups)} if groups else cube


def read_samples(experiment: Experiment) -> dict[str, NDArray[Any]]:
    """Values by path from the table of an experiment: the header names paths, each line is a sample.

    Numbers where all of a column are, else text, axes (sample,).

    Raises:
        ScenarioError: no such file, no line, a path twice or one that cannot vary, a line with too few or too many
            cells, text for a number.
    """
    table = _table(experiment)
    header = table.header.cells
    _check_header(experiment, table)
    for line in table.lines:
        if len(line.cells) != len(header) or not all(line.cells):
            fault = f"the line has {sum(map(bool, line.cells))} of {len(header)} values"
            raise ScenarioError(table.place(line), fault, "Write one value for each path of the header.")
        for name, cell in zip(header, line.cells, strict=True):
            if holds_number(name) and math.isnan(number_in(cell)):
                raise ScenarioError(table.place(line), f"{shown(cell)} is not a number for {name}", number_like(cell))
    columns = {name: table.column(name) for name in header}
    numbers = {name: np.asarray([number_in(cell) for cell in cells]) for name, cells in columns.items()}
    return {
        name: np.asarray(cells, dtype=object) if np.isnan(numbers[name]).any() else numbers[name]
        for name, cells in columns.items()
    }


def place_of_sample(experiment: Experiment, name: str, value: object) -> Place:
    """The line of the table that gives a value to a path; the header if no line does."""
    table = _table(experiment)
    for line, cell in zip(table.lines, table.column(name), strict=True):
        if cell == value or (isinstance(value, float) and number_in(cell) == value):
            return table.place(line)
    return table.place(table.header)


def _table(experiment: Experiment) -> CsvTable:
    """The table on file; of samples the first few in a trial."""
    assert experiment.file is not None
    path = path_inside(experiment.path.parent, experiment.file, experiment.place("file"), "experiment file")
    try:
        table = read_csv(path, LARGEST_SAMPLES)
    except ScenarioError as error:
        if error.place.line is not None:
            raise
        fault = f"{shown(experiment.file)}: {error.fault}"
        raise ScenarioError(experiment.place("file"), fault, error.remedy) from None
    if not table.lines:
        remedy = "Write a header of paths and a line of values for each sample."
        raise ScenarioError(str(table.path), "the table of samples has no samples", remedy)
    return replace(table, lines=table.lines[: experiment.samples])


def _check_header(experiment: Experiment, table: CsvTable) -> None:
    """Refuse paths that are named twice, that levers set, or that are the experiment's own."""
    header, place = table.header.cells, table.place(table.header)
    levers = {one for name in experiment.levers for one in experiment.paths_of(name)}
    for name in header:
        if not name:
            raise ScenarioError(place, "the header has an empty name", "Name each path once.")
        if header.count(name) > 1:
            raise ScenarioError(place, f"the header names {shown(name)} twice", "Name each path once.")
        if name in levers:
            raise ScenarioError(place, f"{name} is set twice", "Keep it here or under levers.")
        if name in SET_BY_EXPERIMENT:
            raise ScenarioError(place, f"{name} cannot vary", "Delete its column.")
