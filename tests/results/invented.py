"""Invented outcomes of a small system."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hedgesim.engines.records import Outcomes
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes

AXES = Axes(
    countries=("BBB", "AAA"),
    powers=("RED",),
    domains=("security",),
    formats=("HOME", "LED"),
    start=Period.parse("2021Q1"),
    n_steps=2,
)
OF_COUNTRIES = ("presence_RED", "presence_region", "presence_other", "hedging_index", "trust")
OF_SYSTEM = ("cohesion", "leader_meetings", "realignments", "first_time_formats", "leader_meetings_outside")
COUNTED = OF_SYSTEM[1:]


def outcomes_of_runs(runs: Sequence[int], seed: int = 0, axes: Axes = AXES) -> Outcomes:
    """Outcomes of some runs; a run has the same whatever others are asked for."""
    made = [_one(run, seed, axes) for run in runs]
    return Outcomes(
        axes=axes,
        countries=OF_COUNTRIES,
        system=OF_SYSTEM,
        values=np.stack([values for values, _ in made], axis=-1),
        meetings=np.stack([meetings for _, meetings in made], axis=-1),
        failed=np.full(len(runs), -1),
    )


def _one(run: int, seed: int, axes: Axes) -> tuple[np.ndarray, np.ndarray]:
    """Every outcome of a run, axes (column, step), and how often each format met."""
    rng = np.random.default_rng([seed, run])
    own = rng.normal(size=(len(axes.periods), len(OF_COUNTRIES) * len(axes.countries)))
    common = np.concatenate([rng.normal(size=(len(axes.periods), 1)), rng.integers(0, 5, (len(axes.periods), 4))], 1)
    return np.concatenate([own, common], axis=1).T, rng.integers(0, 9, len(axes.formats)).astype(float)
