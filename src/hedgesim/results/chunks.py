"""Simulates the runs of a chunk of a sweep or a grid, as the tables in which they are stored."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from hedgesim.engines import Engine, engine_of
from hedgesim.engines.case import Case
from hedgesim.engines.variation import VariedNumber, with_varied_numbers
from hedgesim.errors import StoreError
from hedgesim.model.arrays import Array
from hedgesim.results.blocks import Rows, run_block
from hedgesim.results.folders import Folder
from hedgesim.results.manifest import digest_of_sources
from hedgesim.results.store import KEY, Chunk, PointRuns, is_there, keyed, write_chunk
from hedgesim.results.summary import Summary
from hedgesim.results.tables import COUNTS, RUNS, SUMMARY


@dataclass(frozen=True)
class Task:
    """A chunk to be simulated.

    case: pickled, for many tasks share one. varied_numbers: by path what its number changes in the case. values: by
    path the number of each point of the chunk, axes (point,). draws: run k of a point has the random numbers of the
    run draws + k of the case, axes (point,).
    """

    chunk: Chunk
    case: bytes
    varied_numbers: Mapping[str, Sequence[VariedNumber]]
    values: Mapping[str, Array]
    draws: Array

    def case_at(self, points: Array) -> Case:
        """The case with the numbers of the point of each run, axes (run,)."""
        return with_varied_numbers(
            _unpacked(self.case), self.varied_numbers, {path: of[points] for path, of in self.values.items()}
        )

    def first_runs(self, most: int) -> Task:
        """The same for at most so many of its runs, all of them written."""
        runs: list[PointRuns] = []
        for one in self.chunk.runs:
            if most > 0:
                runs.append(one._replace(last=min(one.last, one.first + most)))
                most -= one.last - one.first
        chunk = replace(self.chunk, runs=tuple(runs), written=tuple((one.first, one.last) for one in runs))
        values = {path: of[: len(runs)] for path, of in self.values.items()}
        return replace(self, chunk=chunk, values=values, draws=self.draws[: len(runs)])


@lru_cache(maxsize=4)
def _unpacked(case: bytes) -> Case:
    """A case that this process packed, or that the process packed which started this one; compiled for only once."""
    known: Case = pickle.loads(case)
    return known


@dataclass(frozen=True)
class ChunkWork:
    """Simulating chunks of a sweep into a store; gives the number of runs of each.

    address: of the store. sources: digest of the sources of the process that planned the sweep; a worker with others
    refuses, because its numbers would differ.
    """

    address: str
    engine: str
    backend: str
    sources: str

    def begin(self) -> Callable[[Task], int]:
        """Prepare to work.

        Raises:
            StoreError: this process has other sources than the one that planned the sweep.
        """
        if digest_of_sources() != self.sources:
            fault = "a worker has another version of hedgesim than the process that planned the sweep"
            raise StoreError(self.address, fault, remedy="Install the same version on both.")
        engine, folder = engine_of(self.engine, self.backend), Folder(self.address)

        def work(task: Task) -> int:
            if is_there(folder, task.chunk.address):
                return sum(one.last - one.first for one in task.chunk.runs)
            return write_chunk(folder, task.chunk, run_chunk(task, engine)).rows

        return work


def run_chunk(task: Task, engine: Engine) -> dict[str, Any]:
    """The tables of a chunk in Arrow's form, in the order of points and runs; a failed run is a row with its reason."""
    chunk, together = task.chunk, engine.together
    runs, frames = _Gatherer(task), []
    wanted = [(one.first, one.last) if chunk.summary else of for one, of in zip(chunk.runs, chunk.written, strict=True)]
    rows = [(n, run) for n, bounds in enumerate(wanted) for run in range(*bounds)]
    rows = rows or [(0, chunk.runs[0].first)]  # where only complete runs are to be added, one for the columns
    for first in range(0, len(rows), together):
        places, numbers = np.asarray(rows[first : first + together]).T
        runs.add(places, numbers, engine)
    for n, one in enumerate(chunk.runs):
        last = min(one.last, chunk.keep)
        for first in range(one.first, last, together):
            frames.append(_kept(task, n, range(first, min(first + together, last)), engine))
    tables = {name: pd.concat([each[name] for each in frames], ignore_index=True) for name in (frames or [{}])[0]}
    return {name: keyed(name, frame) for name, frame in (tables | runs.tables()).items()}


def _kept(task: Task, n: int, runs: range, engine: Engine) -> dict[str, pd.DataFrame]:
    """The full tables of some runs of the n-th point."""
    first_draw = int(task.draws[n])
    case = task.case_at(np.full(len(runs), n))
    tables = run_block(case, engine, [first_draw + run for run in runs], whole=True).kept
    key = task.chunk.runs[n].key
    return {name: frame.assign(key=key, run=frame["run"] - first_draw) for name, frame in tables.items()}


class _Gatherer:
    """Gathers the table of runs and the statistics of a chunk, block by block."""

    def __init__(self, task: Task) -> None:
        self._task, chunk = task, task.chunk
        self._keys = np.asarray([one.key for one in chunk.runs], dtype=object)
        self._written = np.asarray(chunk.written)
        self._rows = Rows(int((self._written[:, 1] - self._written[:, 0]).sum()))
        self._open: dict[int, Summary] = {}
        self._summaries: list[pd.DataFrame] = []

    def add(self, points: Array, runs: Array, engine: Engine) -> None:
        """Simulate some runs; points: the place of the point of each, axes (run,)."""
        case = self._task.case_at(points)
        block = run_block(case, engine, (self._task.draws[points] + runs).tolist())
        first, last = self._written[points].T
        leading = {"run": runs, "seed": case.seed, KEY: self._keys[points]}
        self._rows.add(block, leading, chosen=(first <= runs) & (runs < last))
        if not self._task.chunk.summary:
            return
        for n in np.unique(points).tolist():
            one = self._task.chunk.runs[n]
            summary = self._open.setdefault(n, Summary(most=one.last - one.first))
            summary.add(block.outcomes.of_runs(block.successful() & (points == n)))
            if one.last - 1 in runs[points == n]:
                table = self._open.pop(n).table()
                self._summaries.append(table.assign(key=one.key, first=one.first, last=one.last))

    def tables(self) -> dict[str, pd.DataFrame]:
        """The table of runs, and the statistics if they are wanted."""
        runs = self._rows.frame().astype(dict.fromkeys(COUNTS, "Int64"))
        if not self._task.chunk.summary:
            return {RUNS: runs}
        return {SUMMARY: pd.concat(self._summaries, ignore_index=True), RUNS: runs}
