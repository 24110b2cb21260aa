"""Folders of results, on this computer or at an address, whose files appear complete or not at all."""

from __future__ import annotations

import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hedgesim.errors import StoreError, shown
from hedgesim.results.drafts import DRAFT, DRAFTS, name_of_draft, reason_of, remedy_for

MANIFEST = "manifest.json"
RUN = "a run"
"""What results are whose manifest does not say it: of a run or a grid."""

SWEEP = "sweep"
"""Kind of the results of an experiment; those of a run have none."""

Manifest = Mapping[str, Any]
Drafts = Sequence[tuple[str, str]]
"""Names of files, and where each of them is under another name."""

RESULTS_FORMAT = 2
OTHER_FOLDER = "Name another folder with -o."

NAME = re.compile(r"(?:[\w-]+/)?\w[\w.+,-]*")
"""Names of files in a folder of results, at most one folder deep; anything else that a file says is no name."""

OLD = 3600.0
"""Seconds after which a draft counts as abandoned."""


class LocalFiles:
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


def remote_files(address: str) -> tuple[Any, str]:
    """The file system of an address and the path in it."""
    try:
        import fsspec

        files, root = fsspec.core.url_to_fs(address)
    except ModuleNotFoundError as error:
        remedy = "Install it with: pip install 'hedgesim[distributed]'."
        raise StoreError(address, f"{error.name} is not installed", remedy=remedy) from error
    except (ValueError, ImportError) as error:
        raise StoreError(address, f"cannot be reached ({reason_of(error)})", remedy=OTHER_FOLDER) from error
    return files, str(root)


class Folder:
    """A folder of results. Names of files in it have the form `NAME`: a name from a stranger's file is never a path."""

    def __init__(self, place: str | Path) -> None:
        """Find the file system: `scheme://…` by fsspec, else a path of this computer; nothing is written.

        Raises:
            StoreError: the place is empty; fsspec is not installed, or knows no such address.
        """
        if not str(place).strip():
            raise StoreError('""', "the folder has no name", remedy="Name one; . is the current folder.")
        self.path = None if "://" in str(place) else Path(place)
        self._place = str(place).rstrip("/")
        self._files: Any = LocalFiles()
        self._root = self._place if self.path is None else str(self.path)
        if self.path is None:
            self._files, self._root = remote_files(self._place)

    @property
    def address(self) -> str:
        """How the folder is found again, from other processes too."""
        with suppress(OSError):  # the current folder may be gone
            return self._place if self.path is None else str(self.path.absolute())
        return self._place

    def is_there(self) -> bool:
        """Whether there is such a folder."""
        return bool(self._files.isdir(self._root))

    def check_place(self) -> None:
        """Refuse a file where the folder is or should be; StoreError."""
        if self.path is not None and os.path.lexists(self.path) and not self.is_there():
            raise StoreError(self._place, "a file is where the folder should be", remedy=OTHER_FOLDER)

    def prepare(self) -> None:
        """Create the folder if needed, check that it can be written, and remove old drafts of killed processes.

        Raises:
            StoreError: it cannot be created or written.
        """
        self.check_place()
        trial = f"{self._root}/.writable-{secrets.token_hex(6)}{DRAFT}"
        try:
            self._files.makedirs(self._root, exist_ok=True)
            self._files.pipe_file(trial, b"")
            self._files.rm_file(trial)
        except (OSError, ValueError) as error:
            self._discard(trial)
            fault = f"cannot be written ({reason_of(error)})"
            raise StoreError(self._place, fault, remedy_for(error, OTHER_FOLDER)) from error
        if self.path is not None and self.is_file(MANIFEST):
            with suppress(OSError):
                _remove_drafts(self.path)

    def names(self, inner: str) -> Sequence[str]:
        """Names of the files in an inner folder, sorted, drafts left out; none where there is no such folder."""
        self._files.invalidate_cache()
        place = self.inner(inner)
        if not self._files.isdir(place):
            return []
        found = (str(path).rpartition("/")[2] for path in self._files.ls(place, detail=False))
        return sorted(f"{inner}/{name}" for name in found if name and not name.endswith(DRAFT))

    def _at(self, name: str) -> str:
        """Where a name leads; StoreError for what is no name, and where a link would lead out of the folder."""
        if not NAME.fullmatch(name):
            fault = f"{shown(name)} is not the name of a file of results"
            raise StoreError(self._place, fault, remedy=f"Run it again: {OTHER_FOLDER}")
        inner, _, last = name.rpartition("/")
        return f"{self.inner(inner) if inner else self._root}/{last}"

    def inner(self, inner: str) -> str:
        """Where an inner folder is; StoreError for a link."""
        if self.path is not None and (self.path / inner).is_symlink():
            fault = "a link is where a folder should be"
            raise StoreError(f"{self._place}/{inner}", fault, remedy=f"Replace it by a folder, or: {OTHER_FOLDER}")
        return f"{self._root}/{inner}"

    def is_file(self, name: str) -> bool | None:
        """Whether something is a file, and no folder, link or pipe; None where nothing is. At an address all are."""
        place = self._at(name)
        if self.path is None:
            return True
        try:
            return stat.S_ISREG(os.lstat(place).st_mode)
        except (OSError, ValueError):
            return None

    def check_file(self, name: str) -> str:
        """Where a file is; StoreError where something else is in its place."""
        if self.is_file(name) is False:
            fault = "this is not a file but a folder, a link or a pipe"
            raise StoreError(f"{self._place}/{name}", fault, remedy=f"Move it away, or: {OTHER_FOLDER}")
        return self._at(name)

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None where there is none."""
        place = self.check_file(name)
        try:
            return bytes(self._files.cat_file(place))
        except FileNotFoundError:
            return None
        except NotADirectoryError as error:
            fault = "a file is where a folder of results should be"
            raise StoreError(self._place, fault, remedy="Name the folder of a run or of a sweep.") from error
        except (OSError, ValueError) as error:
            fault = f"cannot be read ({reason_of(error)})"
            raise StoreError(f"{self._place}/{name}", fault, remedy="Check the disk and the permissions.") from error

    def write(self, name: str, content: bytes) -> None:
        """Write a file over the one of that name: under another name first, flushed to the disk, then renamed.

        Raises:
            StoreError: that failed, and nothing of the file is left.
        """
        with self.drafts([(name, content)]) as drafts:
            self.keep(drafts)

    @contextmanager
    def drafts(self, files: Iterable[tuple[str, bytes]]) -> Iterator[Drafts]:
        """Files under other names, flushed to the disk; those that are not kept are gone at the end.

        Raises:
            StoreError: one could not be written; none is left.
        """
        made: list[tuple[str, str]] = []
        try:
            for name, content in files:
                folder, _, last = self._at(name).rpartition("/")
                made.append((name, f"{folder}/{name_of_draft(last)}"))
                try:
                    self._files.makedirs(folder, exist_ok=True)
                    self._files.pipe_file(made[-1][1], content)
                except (OSError, ValueError) as error:
                    raise self._unwritten(name, error) from error
            yield made
        finally:
            for _, draft in made:
                self._discard(draft)

    def keep(self, drafts: Drafts) -> None:
        """Give drafts their names, in this order; StoreError."""
        for name, draft in drafts:
            try:
                self._files.mv(draft, self._at(name))
            except (OSError, ValueError) as error:
                raise self._unwritten(name, error) from error

    def _discard(self, draft: str) -> None:
        """Remove a draft, if it is still there, and the inner folder that it was in if that is empty then."""
        folder = draft.rpartition("/")[0]
        with suppress(OSError, ValueError):
            self._files.rm_file(draft)
            if self.path is not None and folder != self._root:
                Path(folder).rmdir()

    def move(self, name: str, new: str) -> None:
        """Give a file another name, if it is still there."""
        old, place = self._at(name), self._at(new)
        try:
            self._files.makedirs(place.rpartition("/")[0], exist_ok=True)
            self._files.mv(old, place)
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            raise self._unwritten(new, error) from error

    def remove(self, name: str) -> None:
        """Remove a file, and the folder that it was in if that is empty then; anything but a file is left alone."""
        if not self.is_file(name):
            return
        try:
            self._files.rm_file(self._at(name))
            if self.path is not None and "/" in name:
                with suppress(OSError):
                    (self.path / name).parent.rmdir()
        except OSError as error:
            raise StoreError(
                f"{self._place}/{name}", f"cannot be removed ({reason_of(error)})", OTHER_FOLDER
            ) from error

    def source(self, names: Iterable[str]) -> tuple[list[str], Any]:
        """What pyarrow reads files from: their paths, and the file system (None: this computer's)."""
        return list(map(self.check_file, names)), None if self.path else self._files

    def _unwritten(self, name: str, error: Exception) -> StoreError:
        fault = f"writing stopped ({reason_of(error)})"
        remedy = f"Complete files are kept. {remedy_for(error, OTHER_FOLDER)}"
        return StoreError(f"{self._place}/{name}", fault, remedy)


def _remove_drafts(folder: Path) -> None:
    """Remove old drafts of killed processes from a folder of results and the folders in it."""
    inner = (place for place in folder.iterdir() if place.is_dir() and not place.is_symlink())
    for draft in (file for place in (folder, *inner) for file in place.iterdir() if DRAFTS.fullmatch(file.name)):
        with suppress(OSError):
            about = draft.lstat()
            if stat.S_ISREG(about.st_mode) and time.time() - about.st_mtime > OLD:
                draft.unlink()
