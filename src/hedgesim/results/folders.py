"""Folders of results, on this computer or at an address, whose files appear complete or not at all; the manifest."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hedgesim.errors import StoreError

RESULTS_FORMAT = 1

DRAFT = ".part"
"""Ending of the names of files that are not yet complete."""

OLD = 3600.0
"""Seconds after which a draft counts as abandoned."""

OTHER_FOLDER = "Name another folder with -o."


class Folder:
    """A folder of results; names of files are relative to it and have no `..`."""

    def __init__(self, place: str | Path) -> None:
        """Find the file system: `scheme://…` by fsspec, else a path of this computer; nothing is written.

        Raises:
            StoreError: fsspec is not installed, or knows no such address.
        """
        self.path = None if "://" in str(place) else Path(place)
        self._place = str(place).rstrip("/")
        self._files: Any = _LocalFiles()
        self._root = self._place if self.path is None else str(self.path)
        if self.path is None:
            self._files, self._root = _remote_files(self._place)

    @property
    def address(self) -> str:
        """How the folder is found again, from other processes too."""
        return self._place if self.path is None else str(self.path.absolute())

    def prepare(self) -> None:
        """Create the folder if needed, check that it can be written, and remove old drafts of killed processes.

        Raises:
            StoreError: it cannot be created or written.
        """
        trial = f"{self._root}/.writable-{secrets.token_hex(6)}{DRAFT}"
        try:
            self._files.makedirs(self._root, exist_ok=True)
            self._files.pipe_file(trial, b"")
            self._files.rm_file(trial)
        except FileExistsError as error:
            raise StoreError(self._place, "a file is where the folder should be", remedy=OTHER_FOLDER) from error
        except (OSError, ValueError) as error:
            raise StoreError(self._place, f"cannot be written ({_reason(error)})", remedy=OTHER_FOLDER) from error
        for draft in self.path.rglob(f".*{DRAFT}") if self.path else ():
            with suppress(FileNotFoundError):
                if time.time() - draft.stat().st_mtime > OLD:
                    draft.unlink()

    def names(self, inner: str) -> Sequence[str]:
        """Names of the files in an inner folder, sorted, drafts left out; none where there is no such folder."""
        self._files.invalidate_cache()
        place = f"{self._root}/{inner}"
        if not self._files.isdir(place):
            return []
        found = (str(path).rpartition("/")[2] for path in self._files.ls(place, detail=False))
        return sorted(f"{inner}/{name}" for name in found if name and not name.endswith(DRAFT))

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None where there is none."""
        try:
            return bytes(self._files.cat_file(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None
        except NotADirectoryError as error:
            fault = "a file is where a folder of results should be"
            raise StoreError(self._place, fault, remedy="Name the folder of a run or of a sweep.") from error
        except OSError as error:
            fault = f"cannot be read ({_reason(error)})"
            raise StoreError(f"{self._place}/{name}", fault, remedy="Check the disk and the permissions.") from error

    def write(self, name: str, content: bytes) -> None:
        """Write a file over the one of that name: under another name first, flushed to the disk, then renamed.

        Raises:
            StoreError: that failed, and nothing of the file is left.
        """
        folder, _, last = f"{self._root}/{name}".rpartition("/")
        draft = f"{folder}/.{last}.{secrets.token_hex(6)}{DRAFT}"
        try:
            self._files.makedirs(folder, exist_ok=True)
            self._files.pipe_file(draft, content)
            self._files.mv(draft, f"{folder}/{last}")
        except (OSError, ValueError) as error:
            with suppress(OSError):
                self._files.rm_file(draft)
            raise self._unwritten(name, error) from error

    def move(self, name: str, new: str) -> None:
        """Give a file another name, if it is still there."""
        place = f"{self._root}/{new}"
        try:
            self._files.makedirs(place.rpartition("/")[0], exist_ok=True)
            self._files.mv(f"{self._root}/{name}", place)
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            raise self._unwritten(new, error) from error

    def source(self) -> tuple[str, Any]:
        """What pyarrow reads its files from: the path of the folder, and the file system (None: this computer's)."""
        return self._root, None if self.path else self._files

    def _unwritten(self, name: str, error: Exception) -> StoreError:
        fault = f"writing stopped ({_reason(error)})"
        remedy = f"What was written before is kept. Free some space, or: {OTHER_FOLDER}"
        return StoreError(f"{self._place}/{name}", fault, remedy)


class _LocalFiles:
    """The files of this computer with the methods of fsspec: flushed when written, replaced in one step."""

    isdir = staticmethod(os.path.isdir)
    makedirs = staticmethod(os.makedirs)
    mv = staticmethod(os.replace)
    rm_file = staticmethod(os.unlink)

    def invalidate_cache(self) -> None:
        """Nothing is cached."""

    def ls(self, place: str, *, detail: bool) -> list[Path]:
        """Names of what is in a folder."""
        return list(Path(place).iterdir())

    def cat_file(self, place: str) -> bytes:
        """The bytes of a file."""
        return Path(place).read_bytes()

    def pipe_file(self, place: str, content: bytes) -> None:
        """Write a file and flush it to the disk."""
        with Path(place).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _remote_files(address: str) -> tuple[Any, str]:
    """The file system of an address and the path in it."""
    try:
        import fsspec

        files, root = fsspec.core.url_to_fs(address)
    except ModuleNotFoundError as error:
        remedy = "Install it with: pip install 'hedgesim[distributed]'."
        raise StoreError(address, f"{error.name} is not installed", remedy=remedy) from error
    except (ValueError, ImportError) as error:
        raise StoreError(address, f"cannot be reached ({_reason(error)})", remedy=OTHER_FOLDER) from error
    return files, str(root)


def _reason(error: Exception) -> str:
    """The system's words for a failure, without the path it repeats."""
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return words[:1].lower() + words[1:]


MANIFEST = "manifest.json"
RUN = "a run"
"""What results are whose manifest does not say it: of a run or a grid."""

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


def check_folder(folder: Path, kind: str = RUN) -> None:
    """Refuse a folder that holds results of something else, for their manifest would be lost: StoreError."""
    try:
        found = str(json.loads((folder / MANIFEST).read_bytes()).get("kind", RUN))
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError, AttributeError):
        found = "a broken manifest"
    if found != kind:
        raise StoreError(folder, f"results of something else are here ({found})", remedy=OTHER_FOLDER)


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
