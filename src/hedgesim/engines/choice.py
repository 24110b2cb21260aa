"""The engines by name, loaded when they are chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hedgesim.engines.case import Case
from hedgesim.engines.trajectory import Trajectory


@dataclass(frozen=True)
class Engine:
    """A way to make runs of a case, and how many it makes at once."""

    name: str
    make: Callable[[Case, Sequence[int]], Trajectory]
    together: int
    """Runs made at once: few enough that their arrays stay in the cache of a processor."""


def mesa_engine() -> Engine:
    """Agents, one run at a time: to watch who decides what."""
    from hedgesim.engines.agent_based import run_alone

    return Engine("mesa", lambda case, runs: run_alone(case, runs[0]), 1)


def ensemble_engine() -> Engine:
    """Arrays, many runs at once: the same formulas and the same numbers, many times faster."""
    from hedgesim.engines.ensemble import simulate

    return Engine("ensemble", simulate, 128)


ENGINES: dict[str, Callable[[], Engine]] = {"mesa": mesa_engine, "ensemble": ensemble_engine}
"""Engines by the name that `--engine` takes."""
