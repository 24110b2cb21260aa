"""What an engine makes, whether worlds are the same, and some runs and quarters of them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hedgesim.engines.case import Case
from hedgesim.engines.records import (
    Outcomes,
    Record,
    Trajectory,
    outcomes_from,
    record_outcomes,
    record_world,
    trajectory_of,
)
from hedgesim.model.world import World
from worlds import declared_axes

EXACT = {"ladder", "meeting", "status"}
"""What is counted, not computed, and so the same to the last bit."""


RecordRuns = Callable[[Case, Sequence[int], Record], Any]
"""How an engine records runs."""


def outcomes_of(record: RecordRuns, case: Case, runs: Sequence[int]) -> Outcomes:
    return outcomes_from(case, record(case, runs, record_outcomes))


def trajectory_by(record: RecordRuns, case: Case, runs: Sequence[int]) -> Trajectory:
    return trajectory_of(case, runs, record(case, runs, record_world))


def assert_same_worlds(one: World, other: World, within: float = 1e-12) -> None:
    """Sums in another order differ in the last bits; the numbers of worlds are of the order of 1."""
    for name in declared_axes(World):
        here, there = np.asarray(getattr(one, name)), getattr(other, name)
        assert here.shape == there.shape, name
        assert np.max(np.abs(here - there)) <= (0.0 if name in EXACT else within), name


def run_of(worlds: World, place: int) -> World:
    """One run of several, its axis kept."""
    return World(**{name: getattr(worlds, name)[..., [place]] for name in declared_axes(World)})


def quarters_of(worlds: World, n: int) -> World:
    """The first quarters of stacked worlds."""
    return World(**{name: getattr(worlds, name)[:n] for name in declared_axes(World)})
