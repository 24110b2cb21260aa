"""How far a sweep is: what of it is in its folder, every file checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hedgesim.errors import StoreError
from hedgesim.results.folders import SWEEP, Folder
from hedgesim.results.manifest import manifest_in, warn_of_age
from hedgesim.results.results import Results
from hedgesim.results.store import KEY, PointRuns, contents_of
from hedgesim.results.sweep_tables import SweepTables
from hedgesim.results.tables import POINT, RUNS


@dataclass(frozen=True)
class Status:
    """What is in a store, in runs: planned, there, failed among those there, and missing; and damaged files.

    unused: chunks of earlier versions of the experiment or of its sources, which are ignored. repeated: points that are
    alike to earlier ones, which are run for both. undefined: by outcome of the experiment, successful runs in which it
    does not exist, where there are any. foreign: what lies among the files of runs and is none of them.
    """

    planned: int
    there: int
    failed: int
    missing: int
    damaged: Mapping[str, str]
    finished: bool
    unused: int
    repeated: int
    undefined: Mapping[str, int]
    foreign: tuple[str, ...] = ()


def undefined_runs(results: Results) -> dict[str, int]:
    """By outcome of a sweep, in how many successful runs it does not exist, such as that of a country left out.

    Runs of points that are alike count once.
    """
    outcomes = [str(name) for name in results.manifest["outcomes"]]
    known = results.table(RUNS, where=[("run", "<", 0)]).columns
    runs = results.table(RUNS, columns=[POINT, "run", *(name for name in outcomes if name in known), "failed"])
    keys = runs[POINT].map(results.points().set_index(POINT)[KEY])
    once = ~runs[["run"]].assign(key=keys).duplicated()
    successful = runs[once & runs["failed"].isna()].reindex(columns=outcomes)
    return {str(name): int(n) for name, n in successful.isna().sum().items() if n}


def status_of(folder: str | Path) -> Status:
    """What is in the store of a sweep, every file checked against its digest.

    Raises:
        StoreError: there is no sweep.
    """
    place = Folder(folder)
    manifest = manifest_in(place)
    if manifest is None:
        known = "there is no manifest, so it is unknown what these results are"
        fault = known if place.is_there() else "there is no such folder"
        remedy = "Name the folder of a sweep, such as results/war_size, or run it again."
        raise StoreError(place.address, fault, remedy)
    if manifest.get("kind") != SWEEP:
        raise StoreError(place.address, "results of a run of a scenario are here, not of a sweep", "Name a sweep.")
    warn_of_age(place, manifest)
    found = contents_of(place)
    tables = SweepTables(place, manifest)
    points = tables.points()[KEY]
    keys = set(points)
    total, replications = int(manifest["runs"]), int(manifest["replications"])
    lacking = (last - first for key in keys for first, last in found.missing(PointRuns(key, 0, replications)))
    there = replications * len(keys) - sum(lacking)
    used = [chunk for chunk in found.chunks if any(one.key in keys for one in chunk.runs)]
    failed = sum(chunk.failed for chunk in used)
    finished = bool(manifest.get("ended")) and there == total and not found.damaged
    readable = not found.damaged and (finished or not manifest.get("ended")) and RUNS in tables
    undefined = undefined_runs(Results(manifest, tables)) if readable else {}
    unused, repeated = len(found.chunks) - len(used), len(points) - len(keys)
    return Status(
        total, there, failed, total - there, found.damaged, finished, unused, repeated, undefined, found.foreign
    )
