"""What makes the numbers of a run: the digest of the sources, and the versions of what they rest on."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from functools import cache
from pathlib import Path

PARTS = ("model", "rules", "scenario", "experiment", "engines", "batch", "data")
"""Folders of the package whose files decide about the numbers in a store."""

PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "array-api-compat")


@cache
def digest_of_sources() -> str:
    """SHA-256 of every file that decides about the numbers of a run."""
    root = Path(__file__).resolve().parents[1]
    files = sorted(
        file
        for part in PARTS
        for file in (root / part).rglob("*")
        if file.is_file() and file.suffix in {".py", ".csv", ".yaml"}
    )
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.relative_to(root).as_posix()}\0{file.stat().st_size}\0".encode())
        whole.update(file.read_bytes())
    return whole.hexdigest()


def digest_of_folder(folder: Path | None) -> str:
    """SHA-256 of the files of a folder of tables; nothing without one."""
    if folder is None:
        return ""
    whole = hashlib.sha256()
    for file in sorted(entry for entry in folder.iterdir() if entry.is_file()):
        whole.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        whole.update(file.read_bytes())
    return whole.hexdigest()


def versions(*more: str) -> dict[str, object]:
    """Versions of hedgesim, Python and the packages that numbers rest on."""
    return {
        "hedgesim": importlib.metadata.version("hedgesim"),
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in (*PACKAGES, *more)},
    }
