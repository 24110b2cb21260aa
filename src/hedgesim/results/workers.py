"""Tasks done here or in worker processes; results come in the order of the tasks either way."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from types import ModuleType
from typing import Any, TypeVar

from hedgesim.errors import HedgesimError, WorkerError
from hedgesim.rules.catalogue import RuleFile, files_in_use, use

Task = TypeVar("Task")
Result = TypeVar("Result")

WAITING = 2
"""Results per worker that are being computed or wait to be taken: memory is held for no more."""

MOST_A_PROCESSOR = 8
"""Workers per processor, above which they are refused."""

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Set to 1, so that linear algebra in the workers starts no threads of its own."""

_one_at_a_time = threading.Lock()
"""Held while processes start."""


Begin = Callable[[], Callable[[Task], Result]]
"""What is sent to every worker once and prepares it: it gives what is then done with every task."""


def in_order(begin: Begin[Task, Result], tasks: Iterator[Task], *, workers: int) -> Generator[Result, None, None]:
    """Do tasks here or in so many processes; results come in the order of the tasks.

    Raises:
        HedgesimError: more workers than this computer can make use of, or memory ran out in one.
        WorkerError: a worker process could not be started or ended before its work was done.
    """
    if workers > (most := MOST_A_PROCESSOR * (os.cpu_count() or 1)):
        fault = f"this computer has {os.cpu_count()} processors, and more than {most} workers slow each other down"
        raise HedgesimError(f"--workers {workers}", fault, "Give about as many --workers as processors.")
    if workers == 1:
        do = begin()
        return (do(task) for task in tasks)
    return _from_workers(begin, tasks, workers)


def _from_workers(begin: Begin[Task, Result], tasks: Iterator[Task], workers: int) -> Generator[Result, None, None]:
    """Hand out tasks to processes, a few ahead of what is taken."""
    waiting: deque[Future[Any]] = deque()
    try:
        with _environment(dict.fromkeys(ONE_THREAD, "1")), _pool(begin, workers) as pool:
            for task in tasks:
                with _starting():
                    waiting.append(_submitted(pool, task))
                if len(waiting) == WAITING * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
    except BrokenProcessPool as error:
        fault = "a worker process could not start or ended before its work was done"
        raise WorkerError(f"--workers {workers}", fault, "Give fewer --workers.") from error
    except MemoryError as error:
        fault = "memory ran out in a worker process; files already written are kept"
        raise HedgesimError(f"--workers {workers}", fault, "Give fewer --workers, or fewer runs to keep.") from error


def _submitted(pool: ProcessPoolExecutor, task: object) -> Future[Any]:
    """Hand a task to the pool; BrokenProcessPool also where a worker ends while it is handed over."""
    try:
        return pool.submit(_do, task)
    except OSError as error:
        message = "a worker ended while a task was handed over"
        raise BrokenProcessPool(message) from error


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


@contextmanager
def _starting() -> Iterator[None]:
    """Something in which worker processes start.

    Ctrl-C, which a terminal sends to all of them, waits until they leave it to the parent. They do not import what
    started this process: they do not need it, and it may have been typed in, or begin the work again.
    """
    mask = getattr(signal, "pthread_sigmask", None)
    with _one_at_a_time, _whole():
        main, before = sys.modules["__main__"], mask(signal.SIG_BLOCK, {signal.SIGINT}) if mask else None
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            if mask:
                mask(signal.SIG_SETMASK, before)


@contextmanager
def _pool(begin: Begin[Any, Any], workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes that know how to begin, and the rules of the user's own files, without which it cannot be read.

    They end with the block; if it is left by an error, after the task that each is at. (One that is ended in the midst
    of handing over a result would leave the parent waiting for the rest of it.)
    """
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    known = (files_in_use(), pickle.dumps(begin), stop)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=known)
    try:
        yield pool
    finally:
        stop.set()
        with _whole():
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


_here: list[tuple[Callable[[Any], Any], Event]] = []
"""In a worker process, what does a task, and whether it is to stop."""


def _start(files: Sequence[RuleFile], begin: bytes, stop: Event) -> None:
    """Start as a worker: leave Ctrl-C to the parent, end when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if mask := getattr(signal, "pthread_sigmask", None):
        mask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_parent, daemon=True).start()
    use(files)
    _here.append((pickle.loads(begin)(), stop))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(task: object) -> Any:
    """Do a task, or nothing if work is to stop."""
    ((do, stop),) = _here
    return None if stop.is_set() else do(task)
