"""From an address to the folder that lies there."""

from __future__ import annotations

from pathlib import Path

from hedgesim.batch.folder import Folder, LocalFolder


def folder_at(address: str | Path) -> Folder:
    """The folder at an address: `scheme://…` by fsspec, else a path of this computer."""
    if "://" in str(address):
        from hedgesim.batch.remote import RemoteFolder

        return RemoteFolder(str(address))
    return LocalFolder(Path(address))
