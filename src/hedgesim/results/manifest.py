"""The manifest of results: what they are, and what produced their numbers."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hedgesim.errors import StoreError
from hedgesim.results.folders import Folder
from hedgesim.results.parquet import RESULTS_FORMAT

MANIFEST = "manifest.json"
SWEEP = "sweep"
"""Kind of the results of an experiment; those of a run have none."""

LAYERS = ("model", "rules", "scenario", "experiment", "engines", "results", "data")
"""Folders of the package whose files decide about the numbers in a store."""

PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "array-api-compat")
OF_BACKEND: Mapping[str, tuple[str, ...]] = {"numpy": (), "jax": ("jax", "jaxlib")}

Manifest = Mapping[str, Any]


def write_manifest(folder: Folder, manifest: Manifest) -> None:
    """Write a manifest, complete or not at all."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False, default=str)
    folder.write(MANIFEST, f"{text}\n".encode())


def manifest_in(folder: Folder) -> dict[str, Any] | None:
    """The manifest of a folder, None if there is none; StoreError if it is broken or of a newer version."""
    content = folder.read(MANIFEST)
    place = f"{folder.address}/{MANIFEST}"
    if content is None:
        return None
    if is_broken(content):
        raise StoreError(place, "not a manifest of results", remedy="Run it again.")
    manifest: dict[str, Any] = json.loads(content)
    version = manifest["format_version"]
    if not isinstance(version, int) or version > RESULTS_FORMAT:
        fault = f"results format {version} is newer than {RESULTS_FORMAT}, the newest known here"
        raise StoreError(place, fault, remedy="Update hedgesim.")
    return manifest


def is_broken(content: bytes) -> bool:
    """Whether bytes are not those of a manifest."""
    try:
        return "format_version" not in dict(json.loads(content))
    except (ValueError, TypeError):
        return True


@cache
def digest_of_sources() -> str:
    """SHA-256 of every file that decides about the numbers of a run."""
    root = Path(__file__).resolve().parents[1]
    files = (file for layer in LAYERS for file in (root / layer).rglob("*") if file.suffix in {".py", ".csv", ".yaml"})
    return _digest_of({file.relative_to(root).as_posix(): file for file in files})


def digest_of_folder(folder: Path | None) -> str:
    """SHA-256 of the files of a folder of tables; nothing without one."""
    return "" if folder is None else _digest_of({file.name: file for file in folder.iterdir()})


def _digest_of(files: Mapping[str, Path]) -> str:
    """SHA-256 of files with their names."""
    whole = hashlib.sha256()
    for name, file in sorted(files.items(), key=lambda named: named[1]):
        if file.is_file():
            whole.update(f"{name}\0{file.stat().st_size}\0".encode())
            whole.update(file.read_bytes())
    return whole.hexdigest()


def versions(*more: str) -> dict[str, object]:
    """Versions of hedgesim, Python and the packages that numbers rest on."""
    return {
        "hedgesim": importlib.metadata.version("hedgesim"),
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in (*PACKAGES, *more)},
    }


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
