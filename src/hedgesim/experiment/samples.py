"""Samples from a table: the design `csv`."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hedgesim.errors import Place, ScenarioError, shown
from hedgesim.experiment.checks import SET_BY_EXPERIMENT, holds_number
from hedgesim.experiment.schema import Experiment
from hedgesim.scenario.source_file import path_inside, read_text


@dataclass(frozen=True)
class Line:
    """A line of the table: its cells without blanks around them, and its number, from 1."""

    number: int
    cells: tuple[str, ...]


MOST_BYTES = 64 * 1024 * 1024
"""Largest table of samples that is read."""


def read_samples(experiment: Experiment) -> dict[str, NDArray[Any]]:
    """Values by path from the table of an experiment: the header names paths, each line is a sample.

    Raises:
        ScenarioError: no such file, no line, a path twice or one that cannot vary, a line with too few or too many
            cells, text for a number.
    """
    path, (header, *lines) = _table(experiment)
    _check_header(experiment, path, header)
    for line in lines:
        if len(line.cells) != len(header.cells) or not all(line.cells):
            fault = f"the line has {sum(map(bool, line.cells))} of {len(header.cells)} values"
            remedy = "Write one value for each path of the header."
            raise ScenarioError(Place(str(path), line.number, 1), fault, remedy)
        for name, cell in zip(header.cells, line.cells, strict=True):
            if holds_number(name) and not math.isfinite(_number(cell)):
                fault = f"{shown(cell)} is no number for {name}"
                raise ScenarioError(Place(str(path), line.number, 1), fault, "Write it like 0.5.")
    return {name: _column([line.cells[k] for line in lines]) for k, name in enumerate(header.cells)}


def place_of_sample(experiment: Experiment, name: str, value: object) -> Place:
    """The line of the table that gives a value to a path; the header if no line does."""
    path, (header, *lines) = _table(experiment)
    k = header.cells.index(name)
    for line in lines:
        if line.cells[k] == value or (isinstance(value, float) and _number(line.cells[k]) == value):
            return Place(str(path), line.number, 1)
    return Place(str(path), header.number, 1)


def _table(experiment: Experiment) -> tuple[Path, list[Line]]:
    """The file and its lines that are not empty, the header first; of samples the first few in a trial."""
    assert experiment.file is not None
    path = path_inside(experiment.path.parent, experiment.file, experiment.place("file"))
    try:
        text = read_text(path, MOST_BYTES)
    except ScenarioError as error:
        fault = f"{shown(experiment.file)}: {error.fault}"
        raise ScenarioError(experiment.place("file"), fault, error.remedy) from None
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    try:
        lines = [Line(reader.line_num, tuple(cell.strip() for cell in row)) for row in reader if row]
    except csv.Error as error:
        remedy = "Check its quotes and commas."
        raise ScenarioError(Place(str(path), reader.line_num, 1), f"this is no table ({error})", remedy) from None
    if len(lines) < 2:
        fault = "the table of samples has no samples"
        raise ScenarioError(Place(str(path)), fault, "Write a header of paths and a line of values for each sample.")
    return path, lines if experiment.samples is None else lines[: 1 + experiment.samples]


def _check_header(experiment: Experiment, path: Path, header: Line) -> None:
    """Refuse paths that are named twice, that levers set, or that are the experiment's own."""
    place = Place(str(path), header.number, 1)
    levers = {one for name, lever in experiment.levers.items() for one in (name, *lever.also)}
    for name in header.cells:
        if not name:
            raise ScenarioError(place, "the header has an empty name", "Name each path once.")
        if header.cells.count(name) > 1:
            raise ScenarioError(place, f"the header names {shown(name)} twice", "Name each path once.")
        if name in levers:
            raise ScenarioError(place, f"{name} is set twice", "Keep it here or under levers.")
        if name in SET_BY_EXPERIMENT:
            raise ScenarioError(place, f"{name} cannot vary", "Delete its column.")


def _column(cells: list[str]) -> NDArray[Any]:
    """Cells as numbers where all of them are, else as text."""
    numbers = [_number(cell) for cell in cells]
    return np.asarray(numbers) if all(map(math.isfinite, numbers)) else np.asarray(cells, dtype=object)


def _number(cell: str) -> float:
    """A cell as a number; NaN where it is none."""
    try:
        return float(cell)
    except ValueError:
        return math.nan
