"""A store at an address that fsspec knows (s3://, gs://, sftp://, file:// …); the only file that imports fsspec."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from hedgesim.batch.folder import DRAFT, unreadable, unwritten
from hedgesim.batch.results import OTHER_FOLDER, reason_of
from hedgesim.errors import StoreError


class RemoteFolder:
    """A folder at an address such as s3://bucket/sweep; see `hedgesim.batch.folder.Folder`."""

    def __init__(self, address: str) -> None:
        """Find the file system.

        Raises:
            StoreError: fsspec is not installed, or knows no such address.
        """
        self.address = address.rstrip("/")
        try:
            import fsspec

            self._files, self._root = fsspec.core.url_to_fs(self.address)
        except ModuleNotFoundError as error:
            remedy = "Install it with: pip install 'hedgesim[distributed]'."
            raise StoreError(address, f"{error.name} is not installed", remedy=remedy) from error
        except (ValueError, ImportError) as error:
            raise StoreError(address, f"cannot be reached ({reason_of(error)})", remedy=OTHER_FOLDER) from error

    def prepare(self) -> None:
        """See `Folder`: a file is written and removed."""
        trial = f"{self._root}/.writable-{secrets.token_hex(6)}{DRAFT}"
        try:
            self._files.makedirs(self._root, exist_ok=True)
            self._files.pipe_file(trial, b"")
            self._files.rm_file(trial)
        except (OSError, ValueError) as error:
            fault = f"cannot be written ({reason_of(error)})"
            raise StoreError(self.address, fault, remedy=OTHER_FOLDER) from error

    def names(self, inner: str) -> Sequence[str]:
        """See `Folder`."""
        self._files.invalidate_cache()
        place = f"{self._root}/{inner}"
        if not self._files.isdir(place):
            return []
        found = (str(path).rpartition("/")[2] for path in self._files.ls(place, detail=False))
        return sorted(f"{inner}/{name}" for name in found if name and not name.endswith(DRAFT))

    def read(self, name: str) -> bytes | None:
        """See `Folder`."""
        try:
            return bytes(self._files.cat_file(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None
        except OSError as error:
            full = f"{self.address}/{name}"
            raise unreadable(full, error) from error

    def write(self, name: str, content: bytes) -> None:
        """See `Folder`: under another name first, then renamed."""
        place = f"{self._root}/{name}"
        folder, _, last = place.rpartition("/")
        draft = f"{folder}/.{last}.{secrets.token_hex(6)}{DRAFT}"
        try:
            self._files.makedirs(folder, exist_ok=True)
            self._files.pipe_file(draft, content)
            self._files.mv(draft, place)
        except (OSError, ValueError) as error:
            full = f"{self.address}/{name}"
            raise unwritten(full, error) from error

    def move(self, name: str, new: str) -> None:
        """See `Folder`."""
        place = f"{self._root}/{new}"
        try:
            self._files.makedirs(place.rpartition("/")[0], exist_ok=True)
            self._files.mv(f"{self._root}/{name}", place)
        except FileNotFoundError:
            return
        except OSError as error:
            full = f"{self.address}/{new}"
            raise unwritten(full, error) from error

    def source(self) -> tuple[str, Any]:
        """See `Folder`."""
        return self._root, self._files
