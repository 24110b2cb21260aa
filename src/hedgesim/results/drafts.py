"""Files of this computer appear complete or not at all: written under another name beside it, flushed, then renamed."""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from hedgesim.errors import StoreError

DRAFT = ".part"
"""Ending of the names of files that are not yet complete."""

DRAFTS = re.compile(rf"\.(?:writable-|\w[\w.+,-]*\.)[0-9a-f]{{12}}{re.escape(DRAFT)}")
"""Names of drafts in a folder of results."""

FIRST = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "Free some space"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "Check the permissions"),
}
"""What to do first, by the system's number of a failure."""


def name_of_draft(name: str) -> str:
    """Another name for a file that is not yet complete; no two are alike."""
    return f".{name}.{secrets.token_hex(6)}{DRAFT}"


def reason_of(error: Exception) -> str:
    """The system's words for a failure, without the path it repeats."""
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return words[:1].lower() + words[1:]


def remedy_for(error: Exception, other: str) -> str:
    """What to do about something that could not be written. other: a sentence that says where else to write it."""
    first = FIRST.get(error.errno or 0) if isinstance(error, OSError) else None
    return f"{first}, or: {other}" if first else other


@contextmanager
def new_file(path: Path, *, overwrite: bool) -> Iterator[IO[bytes]]:
    """A file to write to, which takes its name when it is complete. overwrite: whether it may replace one.

    Raises:
        StoreError: it could not be written, or there is one that may not be replaced; that is as it was.
    """
    draft = path.with_name(name_of_draft(path.name))
    try:
        if path.exists() and not path.is_file():
            raise StoreError(path, "this is not a regular file", "Name a new one.")
        with draft.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if os.path.lexists(path) and not overwrite:
            raise StoreError(path, "there is such a file", "Name a new one.")
        draft.replace(path)
    except (OSError, ValueError) as error:
        if isinstance(error, StoreError):
            raise
        fault = f"it cannot be written ({reason_of(error)})"
        raise StoreError(path, fault, remedy_for(error, "Name a file in another folder.")) from error
    finally:
        with suppress(OSError, ValueError):
            draft.unlink()


def write_file(path: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a file, complete or not at all; see `new_file`."""
    with new_file(path, overwrite=overwrite) as stream:
        stream.write(content)


@contextmanager
def locked(folder: str | Path) -> Iterator[None]:
    """Let other processes that lock the same folder wait; where the system cannot lock folders, they do not."""
    with ExitStack() as stack:
        with suppress(ImportError, OSError):
            import fcntl

            opened = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, opened)
            fcntl.flock(opened, fcntl.LOCK_EX)
        yield
