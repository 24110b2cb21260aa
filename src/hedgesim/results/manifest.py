"""The manifest of results: it says what made them, has known keys only, and has digests by which damage is seen."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hedgesim.errors import StoreError
from hedgesim.results.folders import MANIFEST, RESULTS_FORMAT, RUN, SWEEP, Folder, Manifest
from hedgesim.scenario.tables import OWN_SOURCES, read_tables

SEAL = "sha256"
"""Key of the digest of a manifest's bytes without that digest itself."""

SEALED = 2
"""First format of results whose manifest carries a digest."""

OF_ALL = frozenset(
    {"format_version", "identity", "charts", "tables", "seed", "runs", "engine", "hedgesim", "python", "packages"}
)

IN_SWEEPS = (OF_ALL - {"tables"}) | {
    *("kind", "experiment", "question", "digest", "text", "design", "samples", "replications", "pairing", "sources"),
    *("rules", "backend", "retention", "outcomes", "goals", "factors", "scenarios", "scenario_texts", "parameters"),
    *("points", "points_sha256", "began", "ended", "quick", "repeated"),
}
"""Keys that a manifest of a sweep has."""

LATER = frozenset({"identity", "charts", "quick", "repeated"})
"""Those of them that manifests without a digest may lack."""

KNOWN: Mapping[str, frozenset[str]] = {
    RUN: OF_ALL
    | {
        *("scenario", "scenario_digest", "scenario_text", "backend", "workers", "runs_at_once", "parameters", "rules"),
        *("keep", "began", "ended", "twin", "left_out", "outcome", "grid", "notes", "until_error", "region"),
        "outcomes",
    },
    SWEEP: IN_SWEEPS | {"tables", "failed", "groups", "region"},
}
"""Keys that a manifest may have, by kind; those of findings differ from command to command."""

LAYERS = ("model", "rules", "scenario", "experiment", "engines", "results", "data")
"""Folders of the package whose files decide about the numbers in a store."""

PACKAGES = ("numpy", "scipy", "pandas", "pyarrow")
OF_BACKEND: Mapping[str, tuple[str, ...]] = {"numpy": (), "jax": ("jax", "jaxlib")}

AGAIN = "Run it again: what is damaged is replaced."

FEWEST_DIGITS = 20
"""Hexadecimal digits that tell whether bytes are those that were written."""


def write_manifest(folder: Folder, manifest: Manifest) -> None:
    """Write a manifest, complete or not at all."""
    folder.write(MANIFEST, sealed(manifest))


def sealed(manifest: Manifest) -> bytes:
    """A manifest as the bytes of its file, with its digest in it."""

    def text(seal: str) -> bytes:
        return f"{json.dumps({**manifest, SEAL: seal}, indent=2, ensure_ascii=False, default=str)}\n".encode()

    return text(hashlib.sha256(text("")).hexdigest())


def manifest_in(folder: Folder) -> dict[str, Any] | None:
    """The manifest of a folder, None if there is none; StoreError if it is damaged or of a newer version."""
    content = folder.read(MANIFEST)
    place = f"{folder.address}/{MANIFEST}"
    if content is None:
        return None
    if fault := fault_of(content):
        raise StoreError(place, fault, remedy="Run it again.")
    manifest: dict[str, Any] = json.loads(content)
    if _is_newer(manifest):
        fault = f"results format {manifest['format_version']} is newer than {RESULTS_FORMAT}, the newest known here"
        raise StoreError(place, fault, remedy="Update hedgesim.")
    return {key: value for key, value in manifest.items() if key != SEAL}


def warn_of_age(folder: Folder, manifest: Manifest) -> None:
    """Warn, once, of a manifest of a version that wrote no digest in it; the digests of its tables are checked."""
    if manifest["format_version"] < SEALED:
        _warn_of_age(f"{folder.address}/{MANIFEST}")


@cache
def _warn_of_age(place: str) -> None:
    says = "an earlier version wrote it, without a digest of itself, so that damage to it could go unnoticed"
    warnings.warn(f"{place}: {says}. Run it again to have one.", stacklevel=1)


def fault_of(content: bytes) -> str:
    """What is wrong with the bytes of a manifest; nothing if they are whole, or of a newer version."""
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError):
        manifest = None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format_version"), int):
        return "not a manifest of results"
    if _is_newer(manifest):
        return ""
    return _fault_of_seal(content, manifest) or fault_of_keys(manifest, str(manifest.get("kind", RUN)))


def fault_of_keys(manifest: Manifest, kind: str) -> str:
    """Which keys of a manifest are not known or, of one of a sweep, are missing; nothing if all is well."""
    found = manifest.keys() - {SEAL}
    needed = (IN_SWEEPS if SEAL in manifest else IN_SWEEPS - LATER) if kind == SWEEP else frozenset()
    unknown, missing = sorted(found - KNOWN.get(kind, found)), sorted(needed - found)
    says = [f"it {verb} {', '.join(keys)}" for verb, keys in (("knows no key", unknown), ("lacks", missing)) if keys]
    return f"the manifest is not one of results: {' and '.join(says)}" if says else ""


def digests_of(folder: Folder, manifest: Manifest) -> dict[str, str]:
    """The SHA-256 of every table that a manifest lists, but one of a sweep; StoreError if it does not say it."""
    try:
        return {str(name): str(one["sha256"]) for name, one in manifest["tables"].items()}
    except (AttributeError, KeyError, TypeError) as error:
        fault = "the manifest lacks the digest of a table"
        raise StoreError(f"{folder.address}/{MANIFEST}", fault, remedy="Run it again.") from error


def _fault_of_seal(content: bytes, manifest: Manifest) -> str:
    """What is wrong with the digest of a manifest; nothing if it is that of its bytes, or if it may have none."""
    if SEAL not in manifest and manifest["format_version"] < SEALED:
        return ""
    seal = manifest.get(SEAL)
    if not isinstance(seal, str):
        return "the manifest carries no digest of itself"
    right = hashlib.sha256(content.replace(seal.encode(), b"")).hexdigest() == seal
    return "" if right else "the manifest is damaged: its bytes do not have the digest in it"


def _is_newer(manifest: Manifest) -> bool:
    return bool(manifest["format_version"] > RESULTS_FORMAT)


@dataclass(frozen=True)
class WholeFiles:
    """The files of a folder, whose bytes are compared with their digest before the first of them is read."""

    folder: Folder
    _known: set[str] = field(default_factory=set)

    def check(self, table: str, digests: Mapping[str, str]) -> None:
        """Refuse damaged files; StoreError. digests: by name of the file the first digits of its SHA-256, or all."""
        for name, digest in digests.items():
            if name in self._known:
                continue
            content = self.folder.read(name)
            right = content is not None and hashlib.sha256(content).hexdigest()[: len(digest)] == digest
            if not right or len(digest) < FEWEST_DIGITS:
                why = "it is missing" if content is None else "its bytes do not have its digest"
                fault = f"table {table} cannot be read ({name}: {why})"
                raise StoreError(self.folder.address, fault, remedy=AGAIN)
            self._known.add(name)


@cache
def digest_of_sources() -> str:
    """SHA-256 of every file that decides about the numbers of a run."""
    root = Path(__file__).resolve().parents[1]
    files = (file for layer in LAYERS for file in (root / layer).rglob("*") if file.suffix in {".py", ".csv", ".yaml"})
    return _digest_of({file.relative_to(root).as_posix(): file for file in files})


def digest_of_folder(folder: Path | None) -> str:
    """SHA-256 of the tables in a folder and of its citations, whatever else is there; nothing without one."""
    if folder is None:
        return ""
    names = [*(f"{name}.csv" for name in read_tables(folder).forms), OWN_SOURCES]
    return _digest_of({name: folder / name for name in names})


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
