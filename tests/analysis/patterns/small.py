"""Runs of a small invented world whose numbers are written over by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hedgesim.analysis.patterns.runs import SimulatedRuns
from hedgesim.engines.ensemble import simulate
from worlds import make_case, make_setting

RUNS = 2
STEPS = 4


def small() -> SimulatedRuns:
    """Two runs of three countries (AAA BBB CCC), three powers (RED BLU GRN), five formats, 2021Q1 to 2021Q4."""
    setting = make_setting(3, n_countries=3, n_powers=3, n_domains=2, n_formats=5, n_steps=STEPS - 1)
    return SimulatedRuns(simulate(make_case(setting), range(RUNS)))


def doctored(**arrays: np.ndarray) -> SimulatedRuns:
    """The same with some arrays of its worlds replaced."""
    runs = small()
    worlds: Any = runs.worlds
    for name, values in arrays.items():
        assert values.shape == np.shape(getattr(worlds, name)), name
    return SimulatedRuns(replace(runs.trajectory, worlds=replace(worlds, **arrays)))


def along_formats(format_: int, run: int, values: list[float]) -> np.ndarray:
    """Numbers of one format in one run quarter by quarter, 0 elsewhere; axes (step, run, 1, 1, format)."""
    array = np.zeros((STEPS, RUNS, 1, 1, 5))
    array[:, run, 0, 0, format_] = values
    return array


def along_members(format_: int, run: int, values: dict[int, list[float]]) -> np.ndarray:
    """Statuses of countries in one format in one run, 0 elsewhere; axes (step, run, country, 1, format)."""
    array = np.zeros((STEPS, RUNS, 3, 1, 5))
    for country, of_country in values.items():
        array[:, run, country, 0, format_] = of_country
    return array
