"""Where folders of results lie: the files of this computer, with the methods of fsspec, or those of an address."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hedgesim.errors import StoreError

OTHER_FOLDER = "Name another folder with -o."


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


def reason_of(error: Exception) -> str:
    """The system's words for a failure, without the path it repeats."""
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return words[:1].lower() + words[1:]
