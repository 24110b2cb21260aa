"""Times the engines against each other, one after the other in one process: `python benchmarks/engines.py`.

Prints seconds per run, best and median of several interleaved rounds, and the ratios. Ratios are what counts: the
machine's own speed varies.
"""

import platform
import statistics
import time
import warnings
from collections.abc import Callable

import mesa
import numpy as np
from mesa.batchrunner import batch_run

from hedgesim import HedgeModel
from hedgesim.engines.agent_based import run_alone
from hedgesim.engines.case import case_named
from hedgesim.engines.choice import ensemble_engine
from hedgesim.engines.ensemble import simulate

SCENARIO = "war_2022"
ROUNDS = 7
TOGETHER = ensemble_engine().together


def with_mesa_batch_run() -> int:
    """Two runs through Mesa's own batch runner."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch_run(HedgeModel, {"case": SCENARIO, "run": [0, 1]}, number_processes=1, display_progress=False)
    return 2


def with_agents() -> int:
    """One run of the Mesa agents."""
    run_alone(case_named(SCENARIO), 0)
    return 1


def with_the_plain_loop() -> int:
    """One run of the ensemble: the plain loop over arrays."""
    simulate(case_named(SCENARIO), [0])
    return 1


def with_many_at_once() -> int:
    """Many runs of the ensemble at once."""
    simulate(case_named(SCENARIO), range(TOGETHER))
    return TOGETHER


WAYS: dict[str, Callable[[], int]] = {
    "mesa.batch_run, 1 process": with_mesa_batch_run,
    "Mesa agents": with_agents,
    "ensemble, one run": with_the_plain_loop,
    f"ensemble, {TOGETHER} runs at once": with_many_at_once,
}


def main() -> None:
    """Measure and print."""
    print(f"Python {platform.python_version()}, mesa {mesa.__version__}, numpy {np.__version__}, {SCENARIO}")
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    for way in WAYS.values():
        way()
    for _ in range(ROUNDS):
        for name, way in WAYS.items():
            began = time.perf_counter()
            runs = way()
            seconds[name].append((time.perf_counter() - began) / runs)
    base = statistics.median(seconds["ensemble, one run"])
    for name, times in seconds.items():
        best, middle = min(times), statistics.median(times)
        times_loop = f"{middle / base:5.2f} of one run of the ensemble"
        print(f"{name:32} best {1000 * best:7.2f} ms  median {1000 * middle:7.2f} ms  {times_loop}")


if __name__ == "__main__":
    main()
