"""The manifest of results: it carries its own digest, by which damage is seen, and it has known keys only."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any

from hedgesim.errors import StoreError
from hedgesim.results.folders import MANIFEST, RESULTS_FORMAT, RUN, SWEEP, Folder, Manifest

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
    },
    SWEEP: IN_SWEEPS | {"tables", "failed", "groups", "region"},
}
"""Keys that a manifest may have, by kind; those of findings differ from command to command."""


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
    if not isinstance(manifest, dict) or "format_version" not in manifest:
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
    version = manifest["format_version"]
    return not isinstance(version, int) or version > RESULTS_FORMAT
