"""Chunks of a sweep simulated on a Dask cluster; the only file that imports distributed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from hedgesim.errors import HedgesimError
from hedgesim.results.chunks import ChunkWork, Task
from hedgesim.results.workers import WAITING
from hedgesim.rules.catalogue import RuleFile, files_in_use
from hedgesim.rules.files import use

PATIENCE = 10.0
"""Seconds that a scheduler may take to answer."""


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
        HedgesimError: no scheduler answers, or workers died again and again.
    """
    from distributed import Client
    from distributed.scheduler import KilledWorker

    _check_answer(address)
    client = Client(address, timeout=PATIENCE, set_as_default=False)
    waiting: deque[Any] = deque()
    try:
        ahead = WAITING * max(1, sum(client.nthreads().values()))
        for task in tasks:
            waiting.append(client.submit(_there, work, files_in_use(), task, key=task.chunk.address, pure=False))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except KilledWorker as error:
        remedy = "See the logs of the workers; what is finished is kept, and the same command goes on."
        raise HedgesimError(f"--dask {address}", f"workers died again and again ({error})", remedy) from error
    finally:
        for future in waiting:
            future.cancel()
        client.close()


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
