"""An experiment run whole: planned, made into a store, and opened."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim.analysis.regret import FUTURE, regret
from hedgesim.analysis.simulation import now
from hedgesim.batch.address import folder_at
from hedgesim.batch.opening import Sweep, open_results
from hedgesim.batch.parts import make_part
from hedgesim.batch.plan import Holdings, SweepPlan, missing_runs
from hedgesim.batch.records import begin, finish, sweep_in
from hedgesim.batch.store import Stretch, Survey, survey, write_part
from hedgesim.batch.sweep import Made, Makers, in_processes, run_sweep
from hedgesim.engines.choice import engine_of
from hedgesim.errors import StoreError
from hedgesim.experiment import Experiment, design_points, read_experiment


@dataclass(frozen=True)
class Status:
    """What is in a store, in runs: planned, there, failed among those there, and missing; and damaged files.

    unused: parts of earlier versions of the experiment or of its sources, which count for nothing.
    """

    planned: int
    there: int
    failed: int
    missing: int
    damaged: Mapping[str, str]
    finished: bool
    unused: int


def sweep(
    experiment: Experiment | str | Path,
    folder: str | Path,
    *,
    workers: int = 1,
    dask: str | None = None,
    backend: str = "numpy",
    on_part: Callable[[Made], None] = lambda _: None,
    on_trouble: Callable[[str], None] = lambda _: None,
) -> Sweep:
    """Run an experiment into a folder; what is there already is not run again.

    folder: of this computer, or an address that fsspec knows and all workers reach. workers: processes of this
    computer; dask: address of a Dask scheduler in place of them. on_part: called with every part just made.
    on_trouble: called with a line when something damaged was put aside or workers had to be started anew.

    Raises:
        ScenarioError: the experiment or one of its scenarios has a fault.
        HedgesimError, HedgesimError, WorkerError: what is to run it is not there or fails.
        StoreError: the folder cannot take the sweep; what was written before is kept.
    """
    read = experiment if isinstance(experiment, Experiment) else read_experiment(experiment)
    plan = plan_of(read, backend=backend)
    return run_plan(plan, folder, makers_of(workers, dask), on_part=on_part, on_trouble=on_trouble)


def plan_of(experiment: Experiment, *, backend: str = "numpy") -> SweepPlan:
    """What is to be done for an experiment; ScenarioError, HedgesimError as of `sweep`."""
    engine_of("ensemble", backend)
    return SweepPlan(design_points(experiment), backend=backend)


def makers_of(workers: int, dask: str | None) -> Makers:
    """Who does the work."""
    if dask is None:
        return in_processes(workers)
    from hedgesim.batch.distributed import on_cluster

    return on_cluster(dask)


def run_plan(
    plan: SweepPlan,
    folder: str | Path,
    makers: Makers,
    *,
    on_part: Callable[[Made], None],
    on_trouble: Callable[[str], None],
) -> Sweep:
    """Make what is missing of a plan, write the manifest, and open the results."""
    place = folder_at(folder)
    place.prepare()
    manifest = begin(place, plan, began=now())
    run_sweep(plan, place.address, makers, on_part=on_part, on_trouble=on_trouble)
    found = survey(place)
    if next(plan.missing(found), None) is not None:
        raise StoreError(place.address, "parts vanished while the sweep ran", remedy="Run it again.")
    finish(place, manifest, plan.used(found), ended=now())
    opened = open_results(folder)
    assert isinstance(opened, Sweep)
    return opened


def status_of(folder: str | Path) -> Status:
    """What is in the store of a sweep, every file checked against its digest.

    Raises:
        StoreError: there is no sweep.
    """
    place = folder_at(folder)
    manifest, found = sweep_in(place), survey(place)
    keys, total, have = set(Sweep(place, manifest).points()["key"]), int(manifest["runs"]), Holdings.of(found)
    replications = int(manifest["replications"])
    there = sum(
        replications - sum(last - first for first, last in have.without(Stretch(key, 0, replications))) for key in keys
    )
    failed = sum(part.failed for part in found.parts if part.stretches[0].key in keys)
    unused = sum(not any(one.key in keys for one in part.stretches) for part in found.parts)
    finished = bool(manifest.get("ended")) and there == total and not found.damaged
    return Status(total, there, failed, total - there, found.damaged, finished, unused)


def regrets_of(results: Sweep) -> dict[tuple[str, str], pd.DataFrame]:
    """The regret of every combination of levers, by outcome and goal, for every goal of an experiment."""
    goals: Mapping[str, str] = results.manifest["goals"]
    levers = [str(one["path"]) for one in results.manifest["factors"] if one["role"] == "levers"]
    columns = [*FUTURE, "run", *levers, *goals]
    runs = results.table("runs", columns=columns) if goals else pd.DataFrame()
    return {(name, goal): regret(runs, levers, outcome=name, goal=goal) for name, goal in goals.items()}


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take, from a short probe: runs per second of a process, bytes per run, bytes of the points."""

    runs: int
    missing: int
    rate: float
    bytes_a_run: float

    def seconds(self, workers: int) -> float:
        """Time that is left with so many processes."""
        return self.missing / (self.rate * workers)

    @property
    def disk(self) -> float:
        """Bytes that are to be written."""
        return self.missing * self.bytes_a_run


def probe(plan: SweepPlan, folder: str | Path | None) -> Estimate:
    """Make the first part that is missing twice, the second time by the clock, and write it nowhere."""
    found = survey(folder_at(folder)) if folder is not None else Survey(())
    missing = missing_runs(plan, found)
    task = next(iter(plan.missing(found)), None) or next(iter(plan.missing(Survey(()))))
    engine, case, scrap = engine_of(plan.engine, plan.backend), task.case.case, _Scrap()
    make_part(task, case, engine)
    began = time.perf_counter()
    done = write_part(scrap, task.part, make_part(task, case, engine))
    took = time.perf_counter() - began
    return Estimate(plan.runs, missing, done.rows / took, scrap.written / done.rows)


class _Scrap:
    """A folder that only counts what is written into it."""

    address = "nowhere"
    written = 0

    def prepare(self) -> None:
        """Nothing has to be made."""

    def names(self, inner: str) -> list[str]:
        """Nothing is in it."""
        return []

    def read(self, name: str) -> bytes | None:
        """Nothing is in it."""
        return None

    def write(self, name: str, content: bytes) -> None:
        """Count it."""
        self.written += len(content)

    def move(self, name: str, new: str) -> None:
        """Nothing is in it."""

    def source(self) -> tuple[str, Any]:
        """Nothing is in it."""
        return "", None
