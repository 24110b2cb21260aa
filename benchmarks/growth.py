"""How the cost of a run grows with the number of runs, countries, powers, formats and quarters."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import pandas as pd

from benchmarks.sizes import enlarged
from benchmarks.speed import SCENARIO, peak_memory
from hedgesim.engines import engine_of
from hedgesim.engines.case import Case, case_named
from hedgesim.engines.records import record_outcomes
from hedgesim.results.simulation import Batch, Plan, blocks_of

SIZES = {
    "countries": (6, 12, 24, 60),
    "powers": (8, 16, 32),
    "formats": (45, 90, 180),
    "quarters": (40, 100, 200, 400),
}


def by_size(backend: str, rounds: int) -> pd.DataFrame:
    """Milliseconds per run, median of rounds in turn, columns axis, size, backend, ms."""
    case, rows = case_named(SCENARIO), []
    for axis, sizes in SIZES.items():
        cases = {size: enlarged(case, **{axis: size}) for size in sizes}
        for size, times in _in_turn(cases, backend, rounds).items():
            rows.append((axis, size, backend, 1000.0 * statistics.median(times)))
    return pd.DataFrame(rows, columns=["axis", "size", "backend", "ms"])


def _in_turn(cases: dict[int, Case], backend: str, rounds: int) -> dict[int, list[float]]:
    """Seconds per run of a block of each case."""
    engine = engine_of("ensemble", backend)
    small = replace(engine, together=min(engine.together, 64)) if backend == "numpy" else engine
    times: dict[int, list[float]] = {size: [] for size in cases}
    for turn in range(rounds + 1):
        for size, case in cases.items():
            began = time.perf_counter()
            small.record(case, range(small.together), record_outcomes)
            if turn:
                times[size].append((time.perf_counter() - began) / small.together)
    return times


def by_runs(backend: str, numbers: Sequence[int], rounds: int) -> pd.DataFrame:
    """Milliseconds per run and memory of whole batches, reduction included: columns axis, size, backend, ms, gib.

    Each batch is made in a process of its own, which warms up first, in interleaved rounds; the largest only once.
    """
    seen: dict[int, list[tuple[float, float]]] = {n: [] for n in numbers}
    for turn in range(rounds):
        for n in (n for n in numbers if turn == 0 or n <= 100_000):
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                seen[n].append(pool.submit(_batch, backend, n).result())
    rows = [
        ("runs", n, backend, statistics.median(ms for ms, _ in each), max(gib for _, gib in each))
        for n, each in seen.items()
    ]
    return pd.DataFrame(rows, columns=["axis", "size", "backend", "ms", "gib"])


def _batch(backend: str, n: int) -> tuple[float, float]:
    case, engine = case_named(SCENARIO), engine_of("ensemble", backend)
    _gather(case, Plan(engine.together, 0, engine))
    began = time.perf_counter()
    _gather(case, Plan(n, 0, engine))
    seconds = time.perf_counter() - began
    return 1000.0 * seconds / n, peak_memory()


def _gather(case: Case, plan: Plan) -> None:
    """Run a case and gather its tables."""
    batch = Batch([case], plan)
    with blocks_of([case], plan) as blocks:
        for block in blocks:
            batch.add(block)
