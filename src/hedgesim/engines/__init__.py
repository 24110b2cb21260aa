"""Engines run the model; each is loaded when it is chosen by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from hedgesim.engines.case import Case
from hedgesim.engines.records import Record, record_world
from hedgesim.errors import HedgesimError


@dataclass(frozen=True)
class Engine:
    """A way to simulate runs of a case, and how many it simulates at once."""

    name: str
    backend: str
    """What does the arithmetic: a name in `BACKENDS`."""
    record: Callable[[Case, Sequence[int], Record], Any]
    """What is recorded of every quarter of some runs, with a leading step axis, the start first."""
    together: int
    """Runs simulated at once: few enough that their arrays stay in the cache of a processor."""


def mesa_engine() -> Engine:
    """Agents, one run at a time: to watch who decides what."""
    from hedgesim.engines.agent_based import run_alone

    return Engine("mesa", "numpy", lambda case, runs, record: run_alone(case, runs[0]).record(record), 1)


def ensemble_engine() -> Engine:
    """Arrays, many runs at once: the same formulas and the same numbers, many times faster."""
    from hedgesim.engines.ensemble import record_runs

    return Engine("ensemble", "numpy", record_runs, 1000)


ENGINES = ("ensemble", "mesa")
"""Names that `--engine` takes."""

BACKENDS = ("numpy", "jax")
"""Names that `--backend` takes."""


AUTO = "auto"
"""In place of a back end: the fastest that is installed."""


def fastest(backend: str) -> str:
    """A back end by name; for `auto` JAX where it is installed, else NumPy."""
    if backend != AUTO:
        return backend
    return "jax" if find_spec("jax") is not None else "numpy"


def engine_of(name: str, backend: str = "numpy") -> Engine:
    """The engine of a name on a back end.

    Raises:
        HedgesimError: there is no such engine or back end, or the back end is not installed.
    """
    asked_engine, asked_backend = f"--engine {name}", f"--backend {backend}"
    if name not in ENGINES:
        raise HedgesimError(asked_engine, "there is no such engine", f"Name one of {', '.join(ENGINES)}.")
    if backend not in BACKENDS:
        raise HedgesimError(asked_backend, "there is no such back end", f"Name one of {', '.join(BACKENDS)}.")
    if name == "mesa" and backend != "numpy":
        raise HedgesimError(asked_backend, "Mesa agents run on numpy", "Leave out --engine mesa.")
    if name == "mesa":
        return mesa_engine()
    return ensemble_engine() if backend == "numpy" else _jax_engine()


def _jax_engine() -> Engine:
    """The ensemble compiled by JAX."""
    from hedgesim.engines import ensemble

    try:
        from hedgesim.engines import jax_backend
    except ModuleNotFoundError as error:
        place, fault = "--backend jax", f"{error.name} is not installed"
        raise HedgesimError(place, fault, "Install it with: pip install 'hedgesim[fast]'.") from error

    def record_runs(case: Case, runs: Sequence[int], record: Record) -> Any:
        """Full worlds are kept of few runs, for which it is not worth compiling: NumPy runs them."""
        backend = ensemble if record is record_world else jax_backend
        return backend.record_runs(case, runs, record)

    return Engine("ensemble", "jax", record_runs, jax_backend.together())
