"""The ensemble: all countries and any number of runs at once, quarter by quarter, no agents."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import array_api_compat.numpy as numpy_namespace

from hedgesim.engines.case import Case, RunInputs, run_inputs
from hedgesim.engines.quarter import quarter
from hedgesim.engines.records import (
    Observation,
    Outcomes,
    Record,
    Trajectory,
    in_numpy,
    outcomes_from,
    record_observation,
    record_outcomes,
    record_world,
    trajectory_from,
)
from hedgesim.model.world import at_step


def simulate(case: Case, runs: Sequence[int], xp: ModuleType = numpy_namespace) -> Trajectory:
    """Trajectories of some runs: every number of every quarter."""
    inputs = run_inputs(xp, case, runs)
    return trajectory_from(case, runs, inputs, record_quarters(case, inputs, record_world))


def outcomes(case: Case, runs: Sequence[int], xp: ModuleType = numpy_namespace) -> Outcomes:
    """Outcomes of some runs; no world is kept."""
    return outcomes_from(case, in_numpy(record_quarters(case, run_inputs(xp, case, runs), record_outcomes)))


def observations(case: Case, runs: Sequence[int], xp: ModuleType = numpy_namespace) -> Observation:
    """What can be observed of some runs, with a leading step axis, in NumPy; no world is kept."""
    observed: Observation = in_numpy(record_quarters(case, run_inputs(xp, case, runs), record_observation))
    return observed


def record_quarters(case: Case, inputs: RunInputs, record: Record) -> list[Any]:
    """What is recorded of every quarter of some runs, the start first."""
    baseline = inputs.start.baseline
    world, before, records = baseline.world, baseline.world.highest, []
    for step in range(case.setting.axes.n_steps + 1):
        conditions = at_step(inputs.conditions, step)
        if step:
            before = world.highest
            world = quarter(case, world, baseline, conditions=conditions, draws=inputs.draws_at(step))
        records.append(record(case, world, baseline, conditions, before=before))
    return records
