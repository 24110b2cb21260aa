"""Runs an experiment into a store: what is missing, in processes or on a Dask cluster, safe against any end."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from hedgesim.batch.address import folder_at
from hedgesim.batch.parts import PartTask, make_part
from hedgesim.batch.plan import SweepPlan
from hedgesim.batch.store import MISSING, is_there, set_aside, survey, write_part
from hedgesim.batch.versions import digest_of_sources
from hedgesim.batch.workers import made
from hedgesim.engines.case import Case
from hedgesim.engines.choice import engine_of
from hedgesim.errors import StoreError, WorkerError

MOST_RESTARTS = 3
"""Times that workers which were ended from outside are started anew without a part having been made in between."""

CASES = 4
"""Cases that a worker keeps at hand."""


@dataclass(frozen=True)
class Made:
    """What a worker tells of a part: its runs, how many failed, and whether it was in the store already."""

    runs: int
    failed: int
    found: bool = False


@dataclass(frozen=True)
class PartWork:
    """Making parts of a sweep into a store.

    address: of the store. sources: digest of the sources of the process that planned the sweep; a worker with others
    refuses, for its numbers would be other numbers.
    """

    address: str
    engine: str
    backend: str
    sources: str

    def begin(self) -> Callable[[PartTask], Made]:
        """Make ready to work.

        Raises:
            StoreError: this process has other sources than the one that planned the sweep.
        """
        if digest_of_sources() != self.sources:
            fault = "a worker has another version of hedgesim than the process that planned the sweep"
            raise StoreError(self.address, fault, remedy="Install the same version on both.")
        engine, folder, cases = engine_of(self.engine, self.backend), folder_at(self.address), _Cases()

        def make(task: PartTask) -> Made:
            if is_there(folder, task.part.address):
                return Made(sum(len(one.runs) for one in task.part.stretches), 0, found=True)
            done = write_part(folder, task.part, make_part(task, cases.of(task), engine))
            return Made(done.rows, done.failed)

        return make


class _Cases:
    """Cases at hand, so that one is unpacked, and compiled for, only once."""

    def __init__(self) -> None:
        self._known: dict[str, Case] = {}

    def of(self, task: PartTask) -> Case:
        name = task.case.name
        if name not in self._known:
            if len(self._known) == CASES:
                del self._known[next(iter(self._known))]
            self._known[name] = task.case.case
        return self._known[name]


class Makers(Protocol):
    """Whoever does the work of tasks, in their order."""

    def __call__(self, work: PartWork, tasks: Iterator[PartTask]) -> Generator[Made, None, None]:
        """Give what was made, task by task."""
        ...


def in_processes(workers: int) -> Makers:
    """Work in so many processes of this computer; started anew if one of them is ended from outside."""

    def make(work: PartWork, tasks: Iterator[PartTask]) -> Generator[Made, None, None]:
        return made(work, tasks, workers=workers)

    return make


def run_sweep(
    plan: SweepPlan,
    address: str,
    makers: Makers,
    *,
    on_part: Callable[[Made], None],
    on_trouble: Callable[[str], None],
) -> None:
    """Make everything of a plan that is not in the store.

    on_part: called with every part just made. on_trouble: called with a line when something went wrong and was mended.

    Raises:
        StoreError: the store cannot be written or read.
        WorkerError: workers ended again and again before a part was made.
    """
    folder = folder_at(address)
    folder.prepare()
    work = PartWork(folder.address, plan.engine, plan.backend, digest_of_sources())
    restarts = 0
    while True:
        found = survey(folder)
        set_aside(folder, found)
        for name, fault in found.damaged.items():
            aside = "" if fault == MISSING else " was put aside into damaged/ and"
            on_trouble(f"{name}: {fault}; its part{aside} is made anew")
        try:
            with closing(makers(work, plan.missing(found))) as parts:
                for one in parts:
                    restarts = 0
                    on_part(one)
            return
        except WorkerError as error:
            restarts += 1
            if restarts > MOST_RESTARTS:
                raise
            on_trouble(f"{error.fault}; workers are started anew ({restarts} of {MOST_RESTARTS})")
