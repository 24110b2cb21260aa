"""What can be set beside the record of the real world, quarter by quarter: shares, meetings and statuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from hedgesim.engines.case import Case
from hedgesim.engines.trajectory import Trajectory
from hedgesim.model.arrays import Array
from hedgesim.model.shocks import Conditions
from hedgesim.model.sight import Baseline
from hedgesim.model.world import World


@dataclass(frozen=True)
class Observation:
    """Some runs in one quarter or, with a leading step axis, in several."""

    share: Array
    """(run, country, domain, option): shares, 0..1."""
    meeting: Array
    """(run, format): what met: 0 nothing, 1 working, 2 ministers, 3 leaders."""
    status: Array
    """(run, country, format): NONE, GUEST, OBSERVER or MEMBER."""
    joined: Array
    """(run, country): 1 where the country has joined sanctions against a power."""


def observe(case: Case, world: World, baseline: Baseline, conditions: Conditions, *, before: Array) -> Observation:
    """Keep of a quarter what can be observed; arguments as of `hedgesim.engines.outcomes.note`."""
    xp, axes = world.xp, case.setting.axes
    n_runs = world.share.shape[0]
    status = (n_runs, len(axes.countries), 1, len(axes.formats))
    joined = xp.broadcast_to(world.joined, (*status[:3], len(axes.powers)))
    return Observation(
        share=world.share,
        meeting=world.meeting[:, 0, 0, :],
        status=xp.broadcast_to(world.status, status)[:, :, 0, :],
        joined=xp.max(joined[:, :, 0, :], axis=-1),
    )


def observations_of(trajectory: Trajectory) -> Observation:
    """What can be observed of every run of a trajectory, axes (step, run, ...)."""
    case, future = trajectory.case, trajectory.future
    steps = range(case.setting.axes.n_steps + 1)
    worlds = [trajectory.worlds.at(t) for t in steps]
    baseline, conditions = future.start.baseline, future.conditions
    return stack_quarters(
        [observe(case, worlds[t], baseline, conditions.at(t), before=worlds[t].highest) for t in steps]
    )


def stack_quarters(quarters: Sequence[Observation]) -> Observation:
    """Successive quarters as one, with a leading step axis, in NumPy."""
    return Observation(**{name: np.stack([np.asarray(getattr(q, name)) for q in quarters]) for name in NAMES})


def join_runs(parts: Sequence[Observation]) -> Observation:
    """Runs of several blocks put side by side; axes (step, run, ...), in NumPy."""
    return Observation(**{name: np.concatenate([getattr(part, name) for part in parts], axis=1) for name in NAMES})


NAMES = tuple(item.name for item in fields(Observation))
