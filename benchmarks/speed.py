"""Runs per second of every engine, and the memory each takes."""

from __future__ import annotations

import multiprocessing
import resource
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.timing import Timed, time_in_turn
from hedgesim import HedgeModel
from hedgesim.engines import Engine, engine_of
from hedgesim.engines.agent_based import run_alone
from hedgesim.engines.case import case_named
from hedgesim.engines.ensemble import outcomes
from hedgesim.engines.records import record_outcomes

SCENARIO = "war_2022"
BATCH = "mesa.batch_run, 1 process"
LOOP = "array loop, one run at a time"
NUMPY = "ensemble, NumPy, 1 process"


def with_batch_run(processes: int, n: int) -> int:
    """Runs through Mesa's own batch runner; the start of its processes counts."""
    from mesa.batchrunner import batch_run

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch_run(
            HedgeModel,
            {"scenario": SCENARIO, "run": list(range(n))},
            number_processes=processes,
            display_progress=False,
        )
    return n


def with_agents(n: int) -> int:
    """Runs of the Mesa agents and their outcomes."""
    for run in range(n):
        run_alone(case_named(SCENARIO), run).outcomes()
    return n


def with_the_array_loop(n: int) -> int:
    """Runs of the ensemble one at a time, outcomes included: the plain loop over arrays."""
    for run in range(n):
        outcomes(case_named(SCENARIO), [run])
    return n


def with_engine(engine: Engine, n: int) -> int:
    """Runs of an engine in its own blocks, noise and outcomes included."""
    for first in range(0, n, engine.together):
        engine.record(case_named(SCENARIO), range(first, min(first + engine.together, n)), record_outcomes)
    return n


def make_block(runs: Sequence[int]) -> int:
    """A block of runs in a process of its own."""
    outcomes(case_named(SCENARIO), runs)
    return len(runs)


def with_pool(pool: ProcessPoolExecutor, n: int) -> int:
    """Runs of the NumPy ensemble, blocks shared out among processes that are already started."""
    size = engine_of("ensemble").together
    return sum(pool.map(make_block, [range(first, first + size) for first in range(0, n, size)]))


def compare(rounds: int, backends: Sequence[str]) -> dict[str, Timed]:
    """Runs per second of every way to make runs of the scenario."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        ways: dict[str, Callable[[], int]] = {
            BATCH: partial(with_batch_run, 1, 20),
            "mesa.batch_run, 2 processes": partial(with_batch_run, 2, 100),
            "Mesa agents": partial(with_agents, 10),
            LOOP: partial(with_the_array_loop, 10),
            NUMPY: partial(with_engine, engine_of("ensemble"), 1024),
            "ensemble, NumPy, 2 processes": partial(with_pool, pool, 2048),
        }
        if "jax" in backends:
            jax = engine_of("ensemble", "jax")
            ways[f"ensemble, JAX on {device()}"] = partial(with_engine, jax, 8 * jax.together)
        return time_in_turn(ways, rounds=rounds)


def device() -> str:
    """The kind of device that JAX computes on."""
    import jax

    return str(jax.default_backend()).upper()


def peak_memory() -> float:
    """Largest memory of this process so far, GiB; where the system does not tell, that of its parent may count in."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
