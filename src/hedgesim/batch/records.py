"""What lies beside the parts of a sweep: the manifest, which says what it is, and the table of points."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hedgesim.batch.folder import Folder
from hedgesim.batch.plan import SweepPlan
from hedgesim.batch.results import MANIFEST, RESULTS_FORMAT, BrokenManifest, manifest_of
from hedgesim.batch.store import DAMAGED, Part
from hedgesim.batch.versions import versions
from hedgesim.errors import StoreError
from hedgesim.rules.files import files_in_use

SWEEP = "sweep"
POINTS = "points.parquet"
_OF_BACKEND: Mapping[str, tuple[str, ...]] = {"numpy": (), "jax": ("jax", "jaxlib")}
_AGAIN = "Run the sweep again."

Manifest = Mapping[str, Any]


def begin(folder: Folder, plan: SweepPlan, *, began: str) -> dict[str, Any]:
    """Make sure that a folder may take the sweep, and write its points and an unfinished manifest; give that.

    Raises:
        StoreError: other results lie there, or those of a newer version.
    """
    before = _before(folder)
    name = plan.points.experiment.name
    if before is not None and before.get("experiment") != name:
        what = f"the experiment {before['experiment']}" if before.get("kind") == SWEEP else "a run of a scenario"
        raise StoreError(folder.address, f"results of {what} lie here", remedy="Name another folder with -o.")
    points = _points_table(plan)
    manifest = {**_told(plan), "points_sha256": hashlib.sha256(points).hexdigest(), "began": began, "ended": None}
    manifest["charts"] = [] if before is None else before.get("charts", [])
    if before is not None and before.get("digest") == manifest["digest"]:
        manifest["began"] = before.get("began", began)
    folder.write(POINTS, points)
    write_manifest(folder, manifest)
    return manifest


def _before(folder: Folder) -> dict[str, Any] | None:
    """The manifest that lies there; one that is broken is put aside, for the parts say themselves what they are."""
    try:
        return manifest_in(folder)
    except BrokenManifest:
        folder.move(MANIFEST, f"{DAMAGED}/{MANIFEST}")
        return None


def finish(folder: Folder, manifest: Manifest, parts: Sequence[Part], *, ended: str) -> None:
    """Write the manifest of a sweep whose runs are all there: its tables with their files, and how many runs failed."""
    files: dict[str, list[str]] = {}
    for part in parts:
        for table, name in part.files.items():
            files.setdefault(table, []).append(name)
    failed = sum(part.failed for part in parts)
    tables = {table: sorted(names) for table, names in sorted(files.items())}
    write_manifest(folder, {**manifest, "ended": ended, "failed": failed, "tables": tables})


def write_manifest(folder: Folder, manifest: Manifest) -> None:
    """Write a manifest whole."""
    folder.write(MANIFEST, (json.dumps(manifest, indent=2, ensure_ascii=False, default=str) + "\n").encode())


def manifest_in(folder: Folder) -> dict[str, Any] | None:
    """The manifest of a folder, None if there is none; StoreError if it is broken or of a newer version."""
    content = folder.read(MANIFEST)
    return None if content is None else manifest_of(content, f"{folder.address}/{MANIFEST}")


def sweep_in(folder: Folder) -> dict[str, Any]:
    """The manifest of a sweep; StoreError if there is none."""
    manifest = manifest_in(folder)
    if manifest is None:
        place = f"{folder.address}/{MANIFEST}"
        fault = "there is no manifest, so nothing says what these results are"
        raise StoreError(place, fault, remedy="Name the folder of a sweep, such as results/war_size, or run it again.")
    if manifest.get("kind") != SWEEP:
        raise StoreError(folder.address, "results of a run of a scenario lie here, no sweep", remedy="Name a sweep.")
    return manifest


def points_in(folder: Folder, manifest: Manifest) -> Any:
    """The table of points of a sweep, with the key of each, as Arrow table; StoreError if it is not whole."""
    content = folder.read(POINTS)
    place = f"{folder.address}/{POINTS}"
    if content is None:
        raise StoreError(place, "the table of points is missing", remedy=_AGAIN)
    if hashlib.sha256(content).hexdigest() != manifest.get("points_sha256"):
        raise StoreError(place, "it is not the table of points that the manifest names", remedy=_AGAIN)
    return pq.read_table(pa.BufferReader(content))


def _points_table(plan: SweepPlan) -> bytes:
    """The table of points in bytes."""
    sink = pa.BufferOutputStream()
    frame = plan.points.table.assign(key=plan.keys)
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def _told(plan: SweepPlan) -> dict[str, Any]:
    """What a manifest says of a sweep before it starts."""
    experiment = plan.points.experiment
    scenarios = {variant.scenario.digest: variant.scenario for variant in plan.points.variants}
    return {
        "kind": SWEEP,
        "format_version": RESULTS_FORMAT,
        "experiment": experiment.name,
        "question": experiment.question,
        "digest": experiment.digest,
        "text": experiment.text,
        "sources": plan.sources,
        "rules": {file.name: file.digest for file in files_in_use()},
        **versions("SALib", *_OF_BACKEND[plan.backend]),
        "engine": plan.engine,
        "backend": plan.backend,
        "seed": experiment.seed,
        "design": experiment.design,
        "samples": experiment.samples,
        "replications": experiment.replications,
        "pairing": experiment.pairing,
        "retention": experiment.retention.model_dump(),
        "outcomes": list(experiment.outcomes),
        "goals": dict(experiment.goals),
        "factors": [{"path": one.path, "role": one.role, "numeric": one.numeric} for one in plan.points.factors],
        "scenarios": {digest: one.name for digest, one in scenarios.items()},
        "scenario_texts": {one.name: one.text for one in list(scenarios.values())[::-1]},
        "parameters": sorted({one.parameters for one in scenarios.values()}),
        "points": len(plan.points),
        "runs": plan.runs,
    }
