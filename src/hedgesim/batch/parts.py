"""Makes the runs of a part of a sweep, as the tables in which they are kept."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from hedgesim.batch.blocks import make_rows, of_runs
from hedgesim.batch.failures import failures
from hedgesim.batch.frames import kept_tables
from hedgesim.batch.reduction import Reduction
from hedgesim.batch.results import to_arrow
from hedgesim.batch.rows import COUNTS, frame_of
from hedgesim.batch.runner import QUANTILE_NAMES, names_of
from hedgesim.batch.store import RUNS, Part
from hedgesim.engines.case import Case
from hedgesim.engines.choice import Engine
from hedgesim.engines.outcomes import Outcomes, outcomes_of
from hedgesim.engines.variation import Turn, turned
from hedgesim.model.arrays import Array

KEY = "key"
"""Column that says to which point a row belongs: see the table of points."""

SUMMARY = "summary"


@dataclass(frozen=True)
class PackedCase:
    """A case on its way to other processes, which unpack it once however many tasks name it."""

    name: str
    content: bytes = field(repr=False)

    @staticmethod
    def of(case: Case, name: str) -> PackedCase:
        """Pack a case under a name."""
        return PackedCase(name, pickle.dumps(case))

    @cached_property
    def case(self) -> Case:
        """The case."""
        case: Case = pickle.loads(self.content)
        return case


@dataclass(frozen=True)
class PartTask:
    """A part to be made.

    turns: by path what its number changes in the case. values: by path the number of each stretch, axes (stretch,).
    draws: of each stretch, run k has the random numbers of the run draws + k of the case, axes (stretch,).
    """

    part: Part
    case: PackedCase
    turns: Mapping[str, Sequence[Turn]]
    values: Mapping[str, Array]
    draws: Array


def make_part(task: PartTask, case: Case, engine: Engine) -> dict[str, Any]:
    """The tables of a part, rows in the order of stretches and runs; a failed run is a row with its reason."""
    maker = _Maker(task, case, engine)
    for block in _blocks(task.part, engine.together):
        maker.add(block)
    for n, stretch in enumerate(task.part.stretches):
        last = min(stretch.last, task.part.keep)
        for first in range(stretch.first, last, engine.together):
            maker.keep(n, range(first, min(first + engine.together, last)))
    return maker.tables()


Row = tuple[int, int]
"""A run: the place of its stretch, and its number."""


def _blocks(part: Part, together: int) -> Iterator[list[Row]]:
    """The runs of a part that are to be written, for statistics all of its stretches, in blocks that are made at once.

    Where there are none, because only whole runs are to be added, one is made for the form of the table.
    """
    wanted = [one.runs if part.summary else range(*of) for one, of in zip(part.stretches, part.written, strict=True)]
    rows = [(n, run) for n, runs in enumerate(wanted) for run in runs] or [(0, part.stretches[0].first)]
    return (rows[first : first + together] for first in range(0, len(rows), together))


class _Maker:
    """Takes in the blocks of a part in the order of its rows."""

    def __init__(self, task: PartTask, case: Case, engine: Engine) -> None:
        self._task, self._case, self._engine = task, case, engine
        self._keys = [stretch.key for stretch in task.part.stretches]
        self._runs: list[pd.DataFrame] = []
        self._kept: dict[str, list[pd.DataFrame]] = {}
        self._summaries: list[pd.DataFrame] = []
        self._open: tuple[int, Reduction] | None = None
        self._names: pd.DataFrame | None = None

    def add(self, rows: Sequence[Row]) -> None:
        """Make a block."""
        where = np.asarray([n for n, _ in rows])
        case = self._varied(where)
        outcomes, failed = make_rows(case, self._engine, [int(self._task.draws[n]) + run for n, run in rows])
        frame = frame_of(replace(case, varied={}), [run for _, run in rows], outcomes, failed)
        written = np.asarray([self._is_new(n, run) for n, run in rows])
        self._runs.append(frame.assign(key=[self._keys[n] for n in where])[written])
        if self._task.part.summary:
            sound = ~np.isin(np.arange(len(rows)), list(failed))
            for n in np.unique(where):
                self._reduce(int(n), outcomes, sound & (where == n))

    def keep(self, n: int, runs: range) -> None:
        """Make the runs of a stretch that are kept whole."""
        first_draw = int(self._task.draws[n])
        case = self._varied(np.full(len(runs), n))
        with np.errstate(all="ignore"):
            trajectory = self._engine.trajectories(case, [first_draw + run for run in runs])
            failed = failures(case, outcomes_of(trajectory))
            tables = kept_tables(trajectory)
        bad = [first_draw + runs[k] for k in failed]
        for name, frame in tables.items():
            sound = frame[~frame["run"].isin(bad)]
            placed = sound.assign(key=self._keys[n], run=sound["run"] - first_draw)
            self._kept.setdefault(name, []).append(placed)

    def tables(self) -> dict[str, Any]:
        """All tables in Arrow's form, with the key as their first column."""
        self._close()
        frames = {name: pd.concat(parts, ignore_index=True) for name, parts in self._kept.items()}
        if self._task.part.summary:
            frames[SUMMARY] = pd.concat(self._summaries, ignore_index=True)
        frames[RUNS] = pd.concat(self._runs, ignore_index=True).astype(dict.fromkeys(COUNTS, "Int64"))
        return {name: keyed(name, frame) for name, frame in frames.items()}

    def _varied(self, where: Array) -> Case:
        """The case with the numbers of the points of some rows."""
        return turned(self._case, self._task.turns, {path: of[where] for path, of in self._task.values.items()})

    def _is_new(self, n: int, run: int) -> bool:
        first, last = self._task.part.written[n]
        return first <= run < last

    def _reduce(self, n: int, outcomes: Outcomes, chosen: Array) -> None:
        """Take some runs of a stretch into its statistics."""
        if self._open is None or self._open[0] != n:
            self._close()
            self._open = (n, Reduction(outcomes.values.shape[:0:-1], most=len(self._task.part.stretches[n].runs)))
            if self._names is None:
                self._names = names_of(outcomes)
        if chosen.any():
            self._open[1].add(np.transpose(of_runs(outcomes, chosen).values))

    def _close(self) -> None:
        """Finish the statistics of the stretch at hand."""
        if self._open is None or self._names is None:
            return
        n, numbers = self._open
        quantiles = dict(zip(QUANTILE_NAMES, numbers.quantiles().reshape(len(QUANTILE_NAMES), -1), strict=True))
        stretch = self._task.part.stretches[n]
        frame = self._names.assign(mean=numbers.mean().ravel(), sd=numbers.sd().ravel(), **quantiles, n=numbers.n)
        placed = frame.assign(key=stretch.key, first=stretch.first, last=stretch.last)
        self._summaries.append(placed)
        self._open = None


BOUNDS = ("first", "last")
"""Columns of the summary of a part: of which runs, first .. last - 1, a row speaks."""


def keyed(name: str, frame: pd.DataFrame) -> Any:
    """A frame as the declared Arrow table, led by the key of the point, as a column of few different words."""
    extra = [KEY, *(BOUNDS if name == SUMMARY else ())]
    table = to_arrow(name, frame.drop(columns=extra))
    for column in reversed(extra):
        values = pa.array(frame[column], pa.string() if column == KEY else pa.int64())
        table = table.add_column(0, pa.field(column, values.type, nullable=False), values)
    return table
