"""The ensemble: all countries and any number of runs at once, quarter by quarter, no agents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from hedgesim.engines.case import Case, run_inputs
from hedgesim.engines.quarter import quarter
from hedgesim.engines.records import (
    Outcomes,
    Record,
    Trajectory,
    outcomes_from,
    record_outcomes,
    record_world,
    trajectory_of,
)
from hedgesim.model.world import at_step, stack


def record_runs(case: Case, runs: Sequence[int], record: Record, xp: ModuleType = np) -> Any:
    """What is recorded of every quarter of some runs, with a leading step axis, the start first."""
    return stack(_records(case, runs, record, xp), case.setting.axes.n_steps + 1)


def _records(case: Case, runs: Sequence[int], record: Record, xp: ModuleType) -> Iterator[Any]:
    """What is recorded, quarter by quarter."""
    inputs = run_inputs(xp, case, runs)
    baseline = inputs.start.baseline
    world, before = baseline.world, baseline.world.ladder
    for step in range(case.setting.axes.n_steps + 1):
        conditions = at_step(inputs.conditions, step)
        if step:
            before = world.ladder
            world = quarter(case.at(step), world, baseline, conditions=conditions, draws=inputs.draws_at(step))
        yield record(case, world, baseline, conditions, before=before)


def simulate(case: Case, runs: Sequence[int], xp: ModuleType = np) -> Trajectory:
    """Trajectories of some runs: every number of every quarter."""
    return trajectory_of(case, runs, record_runs(case, runs, record_world, xp), xp)


def outcomes(case: Case, runs: Sequence[int], xp: ModuleType = np) -> Outcomes:
    """Outcomes of some runs; no world is kept."""
    return outcomes_from(case, record_runs(case, runs, record_outcomes, xp))
