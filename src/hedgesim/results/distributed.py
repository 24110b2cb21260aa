"""Chunks of a sweep simulated on a Dask cluster; the only file that imports distributed."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from hedgesim.errors import HedgesimError
from hedgesim.results.chunks import ChunkWork, Task
from hedgesim.results.workers import WAITING
from hedgesim.rules.catalogue import RuleFile, files_in_use, use

PATIENCE = 10.0
"""Seconds that a scheduler may take to answer."""

NO_WORKER = 30.0
"""Seconds after which a cluster without workers is given up."""


def check_installed(address: str) -> None:
    """Refuse to work on a cluster without its package; HedgesimError."""
    if find_spec("distributed") is None:
        remedy = "Install it with: pip install 'hedgesim[distributed]'."
        raise HedgesimError(f"--dask {address}", "distributed is not installed", remedy)


def on_cluster(address: str, work: ChunkWork, tasks: Iterator[Task]) -> Generator[int, None, None]:
    """Work on the workers of the Dask scheduler at an address such as tcp://10.0.0.1:8786.

    Tasks are handed out a few per thread of a worker ahead of what is taken. A chunk whose worker dies is simulated by
    another one: that is Dask's own doing.

    Raises:
        HedgesimError: no scheduler answers, or it is gone, or workers died again and again, or none is left.
    """
    from distributed import Client
    from distributed.comm import CommClosedError
    from distributed.scheduler import KilledWorker

    _check_answer(address)
    client = Client(address, timeout=PATIENCE, set_as_default=False)
    client.loop.asyncio_loop.set_exception_handler(lambda *_: None)  # of what it leaves unfinished
    waiting: deque[Any] = deque()
    try:
        with _silence():
            ahead = WAITING * max(1, sum(client.nthreads().values()))
            for task in tasks:
                waiting.append(client.submit(_there, work, files_in_use(), task, key=task.chunk.address, pure=False))
                if len(waiting) >= ahead:
                    yield _result(client, waiting.popleft(), address)
            while waiting:
                yield _result(client, waiting.popleft(), address)
    except KilledWorker as error:
        remedy = "See the logs of the workers; finished parts are kept, and the same command continues."
        raise HedgesimError(f"--dask {address}", f"workers died again and again ({error})", remedy) from error
    except (CancelledError, OSError) as error:
        if client.status == "running" and not isinstance(error, CommClosedError):  # a client notices it a little later
            raise
        waiting.clear()
        remedy = "Start it again; finished parts are kept, and the same command continues."
        raise HedgesimError(f"--dask {address}", "the scheduler does not answer any more", remedy) from error
    finally:
        with _silence():
            if waiting and client.status == "running":
                client.cancel(list(waiting))
            client.close()


@contextmanager
def _silence() -> Iterator[None]:
    """Without the logs of Dask: they print tracebacks of what is said in one line here."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]
    levels = {logger: logger.level for logger in map(logging.getLogger, names)}
    for logger in levels:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


def _result(client: Any, future: Any, address: str) -> int:
    """The result of a task, waited for as long as there are workers."""
    from distributed import wait

    while True:
        try:
            with client.as_current():
                wait(future, timeout=NO_WORKER)
            return int(future.result(timeout=NO_WORKER))
        except TimeoutError as error:
            if future.status == "error":
                raise
            if not client.nthreads():
                fault = "the cluster has no workers; finished parts are kept"
                raise HedgesimError(f"--dask {address}", fault, "Start some with dask worker.") from error


def _check_answer(address: str) -> None:
    """Refuse an address at which no scheduler answers; a client that waits for one cannot be closed silently.

    At an address tls://… with the certificates that the configuration of Dask names, as the client does.
    """
    from distributed.comm import connect
    from distributed.security import Security

    async def knock() -> None:
        comm = await connect(address, timeout=PATIENCE, **Security().get_connection_args("client"))
        await comm.close()

    try:
        asyncio.run(knock())
    except (OSError, ValueError, TypeError) as error:
        remedy = "Start one with dask scheduler and dask worker, or check the address."
        raise HedgesimError(f"--dask {address}", f"no scheduler answers ({error})", remedy) from error


def _there(work: ChunkWork, files: Sequence[RuleFile], task: Task) -> int:
    """Simulate a chunk, in a worker of the cluster."""
    use(files)
    return _begun(work)(task)


@lru_cache(maxsize=4)
def _begun(work: ChunkWork) -> Callable[[Task], int]:
    """Work that has begun in this process."""
    return work.begin()
