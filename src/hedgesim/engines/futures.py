"""Futures of one run: how it may go on from a quarter, under the random numbers of other runs and under other rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np

from hedgesim.engines import Engine
from hedgesim.engines.case import Case, RunInputs
from hedgesim.engines.ensemble import simulate
from hedgesim.engines.quarter import quarter
from hedgesim.engines.records import Record
from hedgesim.model.arrays import RUN
from hedgesim.model.derived import Baseline
from hedgesim.model.draws import Draws, draw_start, draws_of, step_words
from hedgesim.model.noise import WORDS
from hedgesim.model.shocks import Conditions, arrivals
from hedgesim.model.start import Start, conditions_at
from hedgesim.model.world import World, at_step, stack


@dataclass(frozen=True)
class Fork:
    """One run at a step, and all that is given of each of its futures.

    The futures have in common all that has happened: the world, the start of the run, shocks that have begun, and the
    tail of the drift in the calendar year that has begun. Random numbers of later steps are those of other runs. A
    random shock that has not come comes after as long a wait as in the other run, for waiting has no memory. So the run
    goes on as one of its futures might.
    """

    step: int
    world: World
    """As many times as there are futures."""
    before: Any
    """Rungs of the formats a quarter earlier."""
    baseline: Baseline
    conditions: Conditions
    """Of the step and the later ones, with a leading step axis."""
    draws: tuple[Draws, ...]
    """Of the later steps."""

    def engine(self) -> Engine:
        """Goes on from the fork under the rules of a case: outcomes begin with those at the fork."""
        n = self.world.share.shape[RUN]
        return Engine("ensemble", "numpy", lambda case, _, record: self._record(case, record), n)

    def _record(self, case: Case, record: Record) -> Any:
        """What is recorded of the step of the fork and the later ones, with a leading step axis."""
        world, before, records = self.world, self.before, []
        for ahead in range(len(self.draws) + 1):
            now, conditions = case.at(self.step + ahead), at_step(self.conditions, ahead)
            if ahead:
                before = world.ladder
                world = quarter(now, world, self.baseline, conditions=conditions, draws=self.draws[ahead - 1])
            records.append(record(now, world, self.baseline, conditions, before=before))
        return stack(records, len(records))


def fork_of(case: Case, run: int, step: int, *, ahead: int, others: Sequence[int]) -> Fork:
    """The fork of a run at a step.

    case: whose setting holds for all futures, and whose rules led to the step. ahead: steps that follow. others:
    numbers of the runs whose random numbers the futures have.
    """
    past = simulate(case, [run])
    inputs = _inputs(case, past.inputs.start, (run, others), step)
    worlds = [at_step(past.worlds, n) for n in (step, max(0, step - 1))]
    now, before = (_repeated(world, len(others)) for world in worlds)
    return Fork(
        step=step,
        world=now,
        before=before.ladder,
        baseline=inputs.start.baseline,
        conditions=_from(inputs.conditions, step, step + ahead),
        draws=tuple(inputs.draws_at(n) for n in range(step + 1, step + ahead + 1)),
    )


def _inputs(case: Case, start: Start, runs: tuple[int, Sequence[int]], step: int) -> RunInputs:
    """What is fixed of the futures of a run with a start; runs: its number, and those of the others."""
    setting, axes, (run, others) = case.setting, case.setting.axes, runs
    mine, theirs = (draw_start(np, setting, case.seed, some) for some in ([run], others))
    to_come = (setting.shocks.rate > 0.0) & (start.onset > step)
    onset = np.where(to_come, step + arrivals(setting.shocks, theirs.arrival), start.onset)
    steps = np.arange(axes.n_steps + 1, dtype=np.float64)[:, None, None]
    begun = (step - 1 + axes.start.quarter) // WORDS + 1
    tails = (*mine.tails[: begun + 1], *theirs.tails[begun + 1 :])
    words = partial(step_words, np, axes, case.seed, others, gambling=True)
    return RunInputs(
        replace(start, onset=onset), conditions_at(setting, onset, steps), words, partial(draws_of, axes, tails)
    )


def _repeated(world: World, n: int) -> World:
    """A world of one run n times."""
    return replace(world, **{item.name: np.repeat(getattr(world, item.name), n, axis=RUN) for item in fields(World)})


def _from(conditions: Conditions, first: int, last: int) -> Conditions:
    """The conditions of some successive steps."""
    names = [item.name for item in fields(Conditions)]
    return replace(conditions, **{name: getattr(conditions, name)[first : last + 1] for name in names})
