"""Where a store lies: a folder of this computer, or any address that fsspec knows; files appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from hedgesim.batch.results import OTHER_FOLDER, prepare_folder, reason_of
from hedgesim.errors import StoreError

DRAFT = ".part"
"""How the names of files end that are not written to their end."""

OLD = 3600.0
"""Seconds after which nobody is writing at a draft any more."""


class Folder(Protocol):
    """A folder of a store; names are relative to it and have no `..`."""

    @property
    def address(self) -> str:
        """How the folder is found again, from other processes too."""
        ...

    def prepare(self) -> None:
        """Make sure that the folder is there and can be written; StoreError if not."""
        ...

    def names(self, inner: str) -> Sequence[str]:
        """Names of the files in an inner folder, sorted, drafts left out; none where there is no such folder."""
        ...

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None where there is none."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole, over the one of that name; StoreError if that fails, and nothing is left of it."""
        ...

    def move(self, name: str, new: str) -> None:
        """Give a file another name, if it is still there."""
        ...

    def source(self) -> tuple[str, Any]:
        """What pyarrow reads its files from: the path of the folder, and the file system (None: this computer's)."""
        ...


class LocalFolder:
    """A folder of this computer."""

    def __init__(self, path: Path) -> None:
        """Take the path as it is; nothing is made."""
        self.path = path

    @property
    def address(self) -> str:
        """The absolute path."""
        return str(self.path.absolute())

    def prepare(self) -> None:
        """See `Folder`; drafts that a process left behind when it was killed go once they are old."""
        prepare_folder(self.path)
        for draft in self.path.rglob(f".*{DRAFT}"):
            with suppress(FileNotFoundError):
                if time.time() - draft.stat().st_mtime > OLD:
                    draft.unlink()

    def names(self, inner: str) -> Sequence[str]:
        """See `Folder`."""
        place = self.path / inner
        if not place.is_dir():
            return []
        return sorted(f"{inner}/{file.name}" for file in place.iterdir() if not file.name.endswith(DRAFT))

    def read(self, name: str) -> bytes | None:
        """See `Folder`."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None
        except NotADirectoryError as error:
            fault = "a file stands where a folder of results should"
            raise StoreError(self.path, fault, remedy="Name the folder of a run or of a sweep.") from error
        except OSError as error:
            raise unreadable(self.path / name, error) from error

    def write(self, name: str, content: bytes) -> None:
        """See `Folder`: under another name first, flushed to the disk, then renamed."""
        place = self.path / name
        draft = place.with_name(f".{place.name}.{secrets.token_hex(6)}{DRAFT}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise unwritten(place, error) from error

    def move(self, name: str, new: str) -> None:
        """See `Folder`."""
        place = self.path / new
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).replace(place)
        except FileNotFoundError:
            return
        except OSError as error:
            raise unwritten(place, error) from error

    def source(self) -> tuple[str, Any]:
        """See `Folder`."""
        return str(self.path), None


def unwritten(place: object, error: Exception) -> StoreError:
    """What to say when a file could not be written."""
    fault = f"writing stopped ({reason_of(error)})"
    return StoreError(place, fault, remedy=f"What was written before is kept. Free some space, or: {OTHER_FOLDER}")


def unreadable(place: object, error: Exception) -> StoreError:
    """What to say when a file could not be read."""
    return StoreError(place, f"cannot be read ({reason_of(error)})", remedy="Check the disk and the permissions.")
