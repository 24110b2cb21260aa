"""A small grid of settings: the same scenario at every point, run for run with the same random numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

from hedgesim.batch.runner import OnRuns, run_rows
from hedgesim.engines.case import Case
from hedgesim.engines.choice import engine_of
from hedgesim.engines.points import Points, split_by_form
from hedgesim.errors import ScenarioError

Grid = Mapping[str, Sequence[str]]
"""Values by the dotted path of what varies, as written."""


def grid_of(texts: Sequence[str]) -> Grid:
    """Read `PATH=A,B,C` texts; ScenarioError for one that is not."""
    grid: dict[str, Sequence[str]] = {}
    for text in texts:
        path, equals, values = text.partition("=")
        parts = [value.strip() for value in values.split(",") if value.strip()]
        if not equals or not path.strip() or not parts:
            place = f"--vary {text}"
            raise ScenarioError(place, "it is not PATH=A,B,C", "Write --vary settings.taste.threat=0,1,2.")
        if path.strip() in grid or len(set(parts)) < len(parts) or not all(map(_is_number, parts)):
            place = f"--vary {text}"
            raise ScenarioError(place, "a grid varies a path once over different numbers", "Write each number once.")
        grid[path.strip()] = parts
    return grid


def points_of(grid: Grid) -> Iterator[list[str]]:
    """Overrides `PATH=VALUE` of every point."""
    for values in product(*grid.values()):
        yield [f"{path}={value}" for path, value in zip(grid, values, strict=True)]


def run_points(grid: Grid, cases: Sequence[Case], *, runs: int, on_runs: OnRuns = lambda _: None) -> pd.DataFrame:
    """The table of runs of every point, with a column per path that varies.

    cases: of the first points, in the order of `points_of`.
    """
    values = np.asarray([[float(text) for text in point] for point in product(*grid.values())])[: len(cases)]
    parts, engine = [], engine_of("ensemble")
    for where in split_by_form(cases):
        here = slice(where.start, where.stop)
        varied = {path: values[here, n] for n, path in enumerate(grid)}
        parts.append(run_rows(Points(tuple(cases[here]), runs, varied), engine=engine, on_runs=on_runs))
    return pd.concat(parts, ignore_index=True)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
