"""Parts of a sweep made on a Dask cluster; the only file that imports distributed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from hedgesim.batch.parts import PartTask
from hedgesim.batch.sweep import Made, Makers, PartWork
from hedgesim.batch.workers import WAITING
from hedgesim.errors import HedgesimError
from hedgesim.rules.files import RuleFile, files_in_use, use

PATIENCE = 10.0
"""Seconds that a scheduler may take to answer."""


def on_cluster(address: str) -> Makers:
    """Work on the workers of the Dask scheduler at an address such as tcp://10.0.0.1:8786.

    A part whose worker dies is made by another one: that is Dask's own doing.

    Raises:
        HedgesimError: distributed is not installed.
    """
    if find_spec("distributed") is None:
        remedy = "Install it with: pip install 'hedgesim[distributed]'."
        raise HedgesimError(f"--dask {address}", "distributed is not installed", remedy)

    def make(work: PartWork, tasks: Iterator[PartTask]) -> Generator[Made, None, None]:
        return _on_cluster(address, work, tasks)

    return make


def _on_cluster(address: str, work: PartWork, tasks: Iterator[PartTask]) -> Generator[Made, None, None]:
    """Hand out tasks to the cluster, a few per thread of a worker ahead of what is taken."""
    from distributed import Client
    from distributed.scheduler import KilledWorker

    _check_answer(address)
    client = Client(address, timeout=PATIENCE, set_as_default=False)
    waiting: deque[Any] = deque()
    try:
        ahead = WAITING * max(1, sum(client.nthreads().values()))
        for task in tasks:
            waiting.append(client.submit(_there, work, files_in_use(), task, key=task.part.address, pure=False))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except KilledWorker as error:
        remedy = "See the logs of the workers; what was made is kept, and the same command goes on."
        raise HedgesimError(f"--dask {address}", f"workers died over and over ({error})", remedy) from error
    finally:
        for future in waiting:
            future.cancel()
        client.close()


def _check_answer(address: str) -> None:
    """Refuse an address at which no scheduler answers; a client that waits for one cannot be put away quietly."""
    from distributed.comm import connect

    async def knock() -> None:
        comm = await connect(address, timeout=PATIENCE)
        await comm.close()

    try:
        asyncio.run(knock())
    except (OSError, ValueError) as error:
        remedy = "Start one with dask scheduler and dask worker, or check the address."
        raise HedgesimError(f"--dask {address}", f"no scheduler answers ({error})", remedy) from error


def _there(work: PartWork, files: Sequence[RuleFile], task: PartTask) -> Made:
    """Make a part, in a worker of the cluster."""
    use(files)
    return _begun(work)(task)


@lru_cache(maxsize=4)
def _begun(work: PartWork) -> Callable[[PartTask], Made]:
    """Work that has begun in this process."""
    return work.begin()
