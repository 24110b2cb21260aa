"""Blocks of runs made here or in worker processes; they come in the order of their tasks either way."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Event

import numpy as np

from hedgesim.batch.blocks import Block, Task, make_block
from hedgesim.engines.case import Case
from hedgesim.engines.choice import Engine, engine_of

WAITING = 2
"""Blocks per worker that are being made or wait to be taken: memory is held for no more."""

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""What tells linear algebra in the workers not to start threads of its own: the workers are as many as is wanted."""


class WorkerError(ValueError):
    """Worker processes that cannot do the work; the text is `place: fault. remedy`."""

    def __init__(self, workers: int, fault: str, remedy: str) -> None:
        super().__init__(f"--workers {workers}: {fault}. {remedy}")


def made_blocks(
    cases: Sequence[Case], engine: Engine, tasks: Iterator[Task], *, workers: int
) -> Generator[Block, None, None]:
    """Make the runs of tasks, in their order, here or in so many processes.

    Raises:
        WorkerError: a worker process could not be started or ended before its work was done.
    """
    if workers == 1:
        return (make_block(cases[task.case], engine, task) for task in tasks)
    return _from_workers(cases, engine, tasks, workers)


def _from_workers(
    cases: Sequence[Case], engine: Engine, tasks: Iterator[Task], workers: int
) -> Generator[Block, None, None]:
    """Hand out tasks to processes, a few ahead of what is taken."""
    waiting: deque[Future[Block | None]] = deque()
    try:
        with _environment(dict.fromkeys(ONE_THREAD, "1")), _pool(cases, engine, workers) as pool:
            for task in tasks:
                with _whole():
                    waiting.append(pool.submit(_make, task))
                if len(waiting) == WAITING * workers:
                    yield _result(waiting.popleft())
            while waiting:
                yield _result(waiting.popleft())
    except BrokenProcessPool as error:
        fault = "a worker process could not start or ended before its work was done"
        remedy = "Give fewer --workers; in a script, call it under if __name__ == '__main__'."
        raise WorkerError(workers, fault, remedy) from error


@contextmanager
def _whole() -> Iterator[None]:
    """Something that Ctrl-C does not cut in two: a process that is half started complains when the rest never comes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt


def _result(future: Future[Block | None]) -> Block:
    block = future.result()
    assert block is not None, "work was stopped"
    return block


@contextmanager
def _pool(cases: Sequence[Case], engine: Engine, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes that know the cases and the engine, which is made anew in each by its name and back end.

    They end with the block; if it is left by an error, after the task that each is at. (One that is ended in the midst
    of handing over a result would leave the parent waiting for the rest of it.)
    """
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    known = (tuple(cases), engine.name, engine.backend, stop)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=known)
    try:
        yield pool
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables that processes started meanwhile inherit."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@dataclass
class _Worker:
    """What a worker process knows."""

    cases: tuple[Case, ...]
    engine: Engine
    stop: Event


_here: list[_Worker] = []
"""In a worker process, what it knows."""


def _begin(cases: tuple[Case, ...], engine: str, backend: str, stop: Event) -> None:
    """Begin as a worker: leave Ctrl-C to the parent, end when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _here.append(_Worker(cases, engine_of(engine, backend), stop))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _make(task: Task) -> Block | None:
    """Make the runs of a task, or nothing if work is to stop."""
    (worker,) = _here
    return None if worker.stop.is_set() else travelling(make_block(worker.cases[task.case], worker.engine, task))


def travelling(block: Block) -> Block:
    """The same block, its outcomes laid out such that they travel between processes without being turned round."""
    values = np.asfortranarray(block.outcomes.values)
    return replace(block, outcomes=replace(block.outcomes, values=values))
