"""Runs are made block by block: which blocks, and what each leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hedgesim.batch.failures import failures
from hedgesim.batch.frames import kept_tables
from hedgesim.engines.case import Case
from hedgesim.engines.choice import Engine, engine_of
from hedgesim.engines.outcomes import Outcomes, outcomes_of

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Task:
    """Runs to be made at once, of which of the cases, and whether every number of them is kept."""

    case: int
    runs: range
    whole: bool


@dataclass(frozen=True)
class Block:
    """What some runs of a case left behind.

    outcomes: of all of them, also of those that failed. failed: reasons by run. kept: full tables of those that did
    not fail, if they are kept.
    """

    runs: range
    outcomes: Outcomes
    failed: Mapping[int, str]
    kept: dict[str, pd.DataFrame]

    def sound(self) -> Flags:
        """Which runs did not fail, axes (run,)."""
        return np.asarray([run not in self.failed for run in self.runs])

    def __reduce__(self) -> tuple[object, ...]:
        """How to send it from one process to another: outcomes in an order in which they need not be turned round."""
        values = np.asfortranarray(self.outcomes.values)
        return Block, (self.runs, replace(self.outcomes, values=values), self.failed, self.kept)


@dataclass(frozen=True)
class BlockWork:
    """Making the runs of tasks of some cases."""

    cases: tuple[Case, ...]
    engine: Engine

    def begin(self) -> Callable[[Task], Block]:
        """Make ready to work."""
        return lambda task: make_block(self.cases[task.case], self.engine, task)

    def __reduce__(self) -> tuple[object, ...]:
        """How to send it from one process to another: the engine by its name and back end."""
        return _block_work, (self.cases, self.engine.name, self.engine.backend)


def _block_work(cases: tuple[Case, ...], engine: str, backend: str) -> BlockWork:
    return BlockWork(cases, engine_of(engine, backend))


def tasks_of(n_runs: int, *, keep: int, together: int, cases: int = 1) -> Iterator[Task]:
    """Blocks of at most `together` runs, of every case in turn; none holds both kept and other runs."""
    first = 0
    while first < n_runs:
        border = keep if first < keep else n_runs
        last = min(first + together, border, n_runs)
        yield from (Task(case, range(first, last), first < keep) for case in range(cases))
        first = last


def make_block(case: Case, engine: Engine, task: Task) -> Block:
    """Make the runs of a task. Numbers may overflow on the way: a run that is spoilt by it fails with its reason."""
    with np.errstate(all="ignore"):
        if not task.whole:
            outcomes = engine.outcomes(case, task.runs)
            return Block(task.runs, outcomes, _failed(case, outcomes, task.runs), {})
        trajectory = engine.trajectories(case, task.runs)
        outcomes = outcomes_of(trajectory)
        failed = _failed(case, outcomes, task.runs)
        kept = kept_tables(trajectory)
    if failed:
        kept = {name: frame[~frame["run"].isin(list(failed))] for name, frame in kept.items()}
    return Block(task.runs, outcomes, failed, kept)


def make_rows(case: Case, engine: Engine, runs: Sequence[int]) -> tuple[Outcomes, dict[int, str]]:
    """The outcomes of some runs, and by place why they failed; numbers may overflow on the way."""
    with np.errstate(all="ignore"):
        outcomes = engine.outcomes(case, runs)
        return outcomes, failures(case, outcomes)


def _failed(case: Case, outcomes: Outcomes, runs: range) -> dict[int, str]:
    return {runs[k]: reason for k, reason in failures(case, outcomes).items()}


def of_runs(outcomes: Outcomes, chosen: Flags) -> Outcomes:
    """The outcomes of some of the runs; chosen: axes (run,)."""
    if chosen.all():
        return outcomes
    return replace(
        outcomes,
        values=outcomes.values[chosen],
        meetings=outcomes.meetings[chosen],
        failed=outcomes.failed[chosen],
    )
