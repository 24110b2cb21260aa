"""Runs a case many times on one engine and gathers what the runs leave behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgesim.batch.blocks import Block, BlockWork, make_rows, of_runs, tasks_of
from hedgesim.batch.closing import Closing
from hedgesim.batch.paired import Paired
from hedgesim.batch.reduction import Reduction
from hedgesim.batch.rows import Rows, frame_of
from hedgesim.batch.workers import made
from hedgesim.engines.case import Case
from hedgesim.engines.choice import Engine
from hedgesim.engines.outcomes import Outcomes
from hedgesim.engines.points import Points

QUANTILE_NAMES = ("q05", "q25", "q50", "q75", "q95")
SUMMARY_KEYS = ("period", "entity", "outcome")

OnRuns = Callable[[int], None]


@dataclass(frozen=True)
class Gathered:
    """What some runs leave behind.

    runs: a row per run with its final outcomes, or why it failed. summary: statistics over runs by period, entity
    and outcome. closing: levels before and after and what was counted, over all runs. kept: full tables of the first
    runs.
    """

    runs: pd.DataFrame
    summary: pd.DataFrame
    closing: pd.DataFrame
    kept: dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Pair:
    """What runs of two cases under the same random numbers leave behind.

    paired: their differences, over all runs that failed on neither side. left_out: how many did.
    """

    first: Gathered
    twin: Gathered
    paired: pd.DataFrame
    left_out: int


def run_many(
    case: Case, n_runs: int, *, keep: int, engine: Engine, workers: int = 1, on_runs: OnRuns = lambda _: None
) -> Gathered:
    """Runs 0 .. n_runs - 1 of a case.

    keep: of so many of the first runs the full trajectories are kept. workers: processes that make the runs; it
    changes nothing but the time. on_runs: called with the number of runs just made. A run in which something is no
    number any more is a row of `runs` with its reason, and in no other table.

    Raises:
        WorkerError: a worker process could not be started or ended before its work was done.
    """
    gatherer = _Gatherer(case, n_runs)
    tasks = tasks_of(n_runs, keep=keep, together=engine.together)
    with closing(made(BlockWork((case,), engine), tasks, workers=workers)) as blocks:
        for block in blocks:
            gatherer.add(block)
            on_runs(len(block.runs))
    return gatherer.gathered()


def run_pairs(
    cases: tuple[Case, Case], n_runs: int, *, keep: int, engine: Engine, workers: int = 1, on_runs: OnRuns
) -> Pair:
    """Runs 0 .. n_runs - 1 of a case and of its twin, block by block in turn; see `run_many`."""
    first, twin, paired = _Gatherer(cases[0], n_runs), _Gatherer(cases[1], n_runs), Paired()
    tasks = tasks_of(n_runs, keep=keep, together=engine.together, cases=2)
    with closing(made(BlockWork(cases, engine), tasks, workers=workers)) as blocks:
        for one in blocks:
            first.add(one)
            on_runs(len(one.runs))
            other = next(blocks)
            twin.add(other)
            on_runs(len(other.runs))
            paired.add(one, other)
    return Pair(first.gathered(), twin.gathered(), paired.table(), paired.left_out)


def run_rows(points: Points, *, engine: Engine, on_runs: OnRuns) -> pd.DataFrame:
    """The table of runs of several cases as one ensemble, with a column per path that varies; see `run_many`."""
    parts = []
    for first in range(0, len(points), engine.together):
        case, runs = points.block(range(first, min(first + engine.together, len(points))))
        outcomes, failed = make_rows(case, engine, runs)
        parts.append(frame_of(case, runs, outcomes, failed))
        on_runs(len(runs))
    return pd.concat(parts, ignore_index=True)


class _Gatherer:
    """Takes in the blocks of one case in the order of runs."""

    def __init__(self, case: Case, n_runs: int) -> None:
        self._rows, self._closing = Rows(case, n_runs), Closing()
        self._kept: list[dict[str, pd.DataFrame]] = []
        self._numbers: Reduction | None = None
        self._names = pd.DataFrame(columns=list(SUMMARY_KEYS))

    def add(self, block: Block) -> None:
        """Take in a block."""
        self._rows.add(block)
        if block.kept:
            self._kept.append(block.kept)
        sound = block.sound()
        if not sound.any():
            return
        outcomes = of_runs(block.outcomes, sound)
        if self._numbers is None:
            self._names = names_of(outcomes)
            self._numbers = Reduction(outcomes.values.shape[:0:-1])
        self._numbers.add(np.transpose(outcomes.values))
        self._closing.add(outcomes)

    def gathered(self) -> Gathered:
        """What all blocks left behind."""
        kept = _stacked(self._kept)
        return Gathered(self._rows.frame(), self._summary(), self._closing.table(), kept)

    def _summary(self) -> pd.DataFrame:
        """Statistics over runs, rows sorted by period, entity and outcome."""
        if self._numbers is None:
            return pd.DataFrame(columns=[*SUMMARY_KEYS, "mean", "sd", *QUANTILE_NAMES, "n"])
        numbers = self._numbers
        quantiles = numbers.quantiles().reshape(len(QUANTILE_NAMES), -1)
        statistics = dict(zip(QUANTILE_NAMES, quantiles, strict=True))
        whole = self._names.assign(mean=numbers.mean().ravel(), sd=numbers.sd().ravel(), **statistics, n=numbers.n)
        return whole.sort_values(list(SUMMARY_KEYS), kind="stable", ignore_index=True)


def names_of(outcomes: Outcomes) -> pd.DataFrame:
    """Period, entity and outcome of every number of a run: column by column, and in each step by step."""
    periods = outcomes.axes.periods
    rows = [(period, entity, name) for name, entity in outcomes.columns() for period in periods]
    return pd.DataFrame(rows, columns=list(SUMMARY_KEYS))


def _stacked(parts: Sequence[dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Tables of successive runs as one each."""
    names = parts[0] if parts else {}
    return {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in names}
