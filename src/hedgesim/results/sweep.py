"""Runs an experiment into a store: what is missing, in processes or on a Dask cluster, safe if interrupted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from hedgesim.engines import engine_of
from hedgesim.errors import StoreError, WorkerError, check_path, whole
from hedgesim.experiment import Experiment, read_experiment
from hedgesim.results.chunks import ChunkWork, Task, run_chunk
from hedgesim.results.folders import MANIFEST, OTHER_FOLDER, RESULTS_FORMAT, SWEEP, Folder, Manifest
from hedgesim.results.manifest import (
    OF_BACKEND,
    digest_of_sources,
    fault_of,
    manifest_in,
    now,
    versions,
    write_manifest,
)
from hedgesim.results.ownership import CHARTS, IDENTITY, charts_of
from hedgesim.results.parquet import parquet_bytes
from hedgesim.results.plan import Estimate, SweepPlan
from hedgesim.results.region import kept_of
from hedgesim.results.results import Results, open_results
from hedgesim.results.store import (
    DAMAGED,
    MISSING,
    Contents,
    contents_of,
    files_by_table,
    is_part,
    set_aside,
)
from hedgesim.results.sweep_tables import POINTS, SweepTables
from hedgesim.results.tables import RUNS
from hedgesim.results.workers import in_order
from hedgesim.rules.catalogue import files_in_use

PROBED = 256
"""Runs that are simulated to estimate time and disk."""

MOST_RESTARTS = 3
"""Times that workers which were ended from outside are restarted without a chunk having been finished in between."""


def sweep(
    experiment: Experiment | SweepPlan | str | Path,
    folder: str | Path,
    *,
    workers: int = 1,
    dask: str | None = None,
    backend: str = "numpy",
    on_runs: Callable[[int], None] = lambda _: None,
    on_trouble: Callable[[str], None] = lambda _: None,
    overwrite: bool = False,
) -> Results:
    """Run an experiment into a folder; what is there already is not run again.

    experiment: read, planned, or by path or name. folder: of this computer, or an address that fsspec knows and all
    workers reach. workers: processes of this computer; dask: address of a Dask scheduler in place of them. on_runs:
    called with the number of runs just finished. on_trouble: called with a line when something damaged was put aside
    or workers had to be restarted. overwrite: whether the folder may hold a sweep of another experiment, whose runs
    stay there and do not count.

    Raises:
        ScenarioError: the experiment or one of its scenarios has a fault.
        HedgesimError, WorkerError: its back end, workers or cluster are missing or fail.
        StoreError: the folder cannot take the sweep; what was written before is kept.
    """
    workers = whole("workers", workers, 1)
    check_path("folder", folder)
    if not isinstance(experiment, Experiment | SweepPlan):
        experiment = read_experiment(experiment)
    plan = experiment if isinstance(experiment, SweepPlan) else SweepPlan.of(experiment, backend=backend)

    def done_by(work: ChunkWork, tasks: Iterator[Task]) -> Generator[int, None, None]:
        if dask is None:
            return in_order(work.begin, tasks, workers=workers)
        from hedgesim.results.distributed import on_cluster

        return on_cluster(dask, work, tasks)

    if dask is not None:
        from hedgesim.results.distributed import check_installed

        check_installed(dask)
    place = Folder(folder)
    manifest = _begin(place, plan, on_trouble, overwrite=overwrite)
    _run_missing(plan, place, done_by, on_runs=on_runs, on_trouble=on_trouble)
    found = contents_of(place)
    if next(plan.tasks(found), None) is not None:
        raise StoreError(place.address, "files vanished while the sweep ran", remedy="Run it again.")
    used = plan.used(found)
    failed = sum(chunk.failed for chunk in used)
    write_manifest(place, {**manifest, "ended": now(), "failed": failed, "tables": files_by_table(used)})
    return open_results(folder)


def _run_missing(
    plan: SweepPlan,
    folder: Folder,
    done_by: Callable[[ChunkWork, Iterator[Task]], Generator[int, None, None]],
    *,
    on_runs: Callable[[int], None],
    on_trouble: Callable[[str], None],
) -> None:
    """Simulate everything of a plan that is not in the store; workers that are ended are restarted."""
    work = ChunkWork(folder.address, plan.engine, plan.backend, digest_of_sources())
    restarts = 0
    while True:
        found = contents_of(folder)
        set_aside(folder, found)
        for name in found.foreign if restarts == 0 else ():
            on_trouble(f"{name}: not a file of a sweep; it is left alone")
        for name, fault in found.damaged.items():
            aside = "" if fault == MISSING else "it was put aside into damaged/, and "
            on_trouble(f"{name}: {fault}; {aside}its runs are simulated again")
        try:
            with closing(done_by(work, plan.tasks(found))) as finished:
                for runs in finished:
                    restarts = 0
                    on_runs(runs)
            return
        except WorkerError as error:
            restarts += 1
            if restarts > MOST_RESTARTS:
                raise
            on_trouble(f"{error.fault}; workers are restarted ({restarts} of {MOST_RESTARTS})")


def check_sweep(folder: Folder, plan: SweepPlan, *, overwrite: bool = False) -> dict[str, Any]:
    """Check that a folder may take a sweep, and give the manifest that it has.

    It holds none, or one of the same content, of which an experiment that was edited shares at least a point. A
    manifest that is broken may be replaced where there are runs beside it, because these say themselves what they are.

    Raises:
        StoreError: other results or files of somebody else's are there, or results of a newer version.
    """
    folder.check_place()
    content, runs = folder.read(MANIFEST), any(map(is_part, folder.names(RUNS)))
    fault, away = "" if content is None else fault_of(content), f"Move it away, or: {OTHER_FOLDER}"
    if fault and not runs:
        raise StoreError(f"{folder.address}/{MANIFEST}", fault, remedy=away)
    before = {} if fault else manifest_in(folder) or {}
    if not before and not runs and folder.is_file(POINTS) is not None and folder.path is not None:
        raise StoreError(f"{folder.address}/{POINTS}", "this file is not of these results", remedy=away)
    if before and before.get("kind") != SWEEP:
        fault = f"results of {before.get('kind', 'a run of a scenario')} are here"
        raise StoreError(folder.address, fault, remedy=OTHER_FOLDER)
    if before and before.get(IDENTITY) != plan.identity and not overwrite and not _shares_points(folder, before, plan):
        fault = f"results of the experiment {before.get('experiment')} are here, which shares no run with this one"
        raise StoreError(folder.address, fault, remedy=f"{OTHER_FOLDER} --overwrite replaces them.")
    return before


def _shares_points(folder: Folder, before: Manifest, plan: SweepPlan) -> bool:
    """Whether some runs of a sweep in a folder are runs of a plan too."""
    try:
        return bool(set(plan.keys) & set(SweepTables(folder, before).points()["key"]))
    except StoreError:
        return False


def _begin(folder: Folder, plan: SweepPlan, on_trouble: Callable[[str], None], *, overwrite: bool) -> dict[str, Any]:
    """Check that a folder may take the sweep, and write an unfinished manifest and its points; give the manifest.

    A broken manifest is put aside with the charts of this name, of which nothing says any longer whose they are.
    """
    before = check_sweep(folder, plan, overwrite=overwrite)
    folder.prepare()
    if not before and folder.read(MANIFEST) is not None:
        aside = [MANIFEST, *(name for name in charts_of(plan.experiment.outcomes) if name in folder.names(CHARTS))]
        for name in aside:
            folder.move(name, f"{DAMAGED}/{name.replace('/', '-')}")
        on_trouble(f"{MANIFEST}: it is damaged; {', '.join(aside)}: put aside into {DAMAGED}/")
    frame = plan.points.table.assign(key=plan.keys)
    points = parquet_bytes(pa.Table.from_pandas(frame, preserve_index=False))
    same = before.get(IDENTITY) == plan.identity
    manifest = {
        **_facts(plan),
        "points_sha256": hashlib.sha256(points).hexdigest(),
        "began": before["began"] if same and "began" in before else now(),
        "ended": None,
        CHARTS: before.get(CHARTS, []),
    }
    write_manifest(folder, manifest)
    folder.write(POINTS, points)
    return manifest


def _facts(plan: SweepPlan) -> dict[str, Any]:
    """What a manifest says of a sweep before it starts."""
    experiment = plan.experiment
    scenarios = {variant.scenario.digest: variant.scenario for variant in plan.points.variants}
    same = ("name", "question", "digest", "text", "seed", "design", "samples", "replications", "pairing")
    known = {name: getattr(experiment, name) for name in same}
    return {
        "kind": SWEEP,
        "format_version": RESULTS_FORMAT,
        IDENTITY: plan.identity,
        "experiment": known.pop("name"),
        **known,
        "quick": experiment.whole is not experiment,
        "sources": plan.sources,
        "rules": {file.name: file.digest for file in files_in_use()},
        **versions("SALib", *OF_BACKEND[plan.backend]),
        "engine": plan.engine,
        "backend": plan.backend,
        "retention": experiment.retention.model_dump(),
        "outcomes": list(experiment.outcomes),
        "goals": dict(experiment.goals),
        "factors": [{"path": one.path, "role": one.role, "numeric": one.numeric} for one in plan.points.factors],
        "scenarios": {digest: one.name for digest, one in scenarios.items()},
        "scenario_texts": {one.name: one.text for one in list(scenarios.values())[::-1]},
        "parameters": sorted({one.parameters for one in scenarios.values()}),
        **({"groups": {name: list(paths) for name, paths in experiment.groups.items()}} if experiment.groups else {}),
        **next((kept_of(one) for one in scenarios.values() if one.tables_folder), {}),
        "points": len(plan.points),
        "repeated": plan.repeated,
        "runs": plan.runs,
    }


def probe(plan: SweepPlan, folder: str | Path | None) -> Estimate:
    """Simulate a few of the first runs that are missing twice, the second time by the clock; nothing is written."""
    found = contents_of(Folder(folder)) if folder is not None else Contents()
    task = (next(plan.tasks(found), None) or next(plan.tasks(Contents()))).first_runs(PROBED)
    engine = engine_of(plan.engine, plan.backend)
    run_chunk(task, engine)
    began = time.perf_counter()
    tables = run_chunk(task, engine)
    size = sum(len(parquet_bytes(table)) for table in tables.values())
    took = time.perf_counter() - began
    rows = tables[RUNS].num_rows
    return Estimate(plan.runs, plan.missing_runs(found), rows / took, size / rows)
