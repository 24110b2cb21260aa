"""Runs that are gathered but not yet enough, in one file beside the results: what a kill leaves, to go on from."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hedgesim.errors import StoreError
from hedgesim.results.folders import OTHER_FOLDER, Folder
from hedgesim.results.manifest import digest_of_sources

UNFINISHED = "unfinished.npz"
"""Name of the file. It holds arrays and a text in JSON, nothing that runs when it is read."""

SECONDS_BETWEEN = 30.0
"""How often it is written."""

ABOUT, JOINED = "about", "."

Arrays = Mapping[str, NDArray[Any]]
"""Arrays by name."""


class Unfinished:
    """The unfinished runs of one question in a folder."""

    def __init__(self, folder: Path, identity: str) -> None:
        """Take a folder and what was asked for, but for how many runs."""
        self._folder, self._identity = Folder(folder), identity
        self._saved = time.monotonic()

    def check(self, *, overwrite: bool) -> None:
        """Refuse a folder in which a file of this name is of something else; StoreError."""
        if self._folder.is_file(UNFINISHED) is None:
            return
        about = self._about()
        if about is None:
            fault, remedy = "this file is damaged or not of these results", f"Move it away, or: {OTHER_FOLDER}"
            raise StoreError(f"{self._folder.address}/{UNFINISHED}", fault, remedy)
        if about["identity"] != self._identity and not overwrite:
            fault = "unfinished runs of something else are here"
            raise StoreError(self._folder.address, fault, f"{OTHER_FOLDER} --overwrite replaces them.")

    def load(self) -> tuple[dict[str, Arrays], str] | None:
        """The state of each part, and when the runs began; None where there is nothing to go on from.

        Runs that another version of hedgesim left are no part of a batch of this one.
        """
        about = self._about()
        if about is None or about["identity"] != self._identity or about["sources"] != digest_of_sources():
            return None
        parts: dict[str, dict[str, NDArray[Any]]] = {}
        try:
            with np.load(io.BytesIO(self._folder.read(UNFINISHED) or b"")) as held:
                for name in held.files:
                    part, joined, key = name.partition(JOINED)
                    if joined:
                        parts.setdefault(part, {})[key] = held[name]
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return None
        return {**parts}, str(about["began"])

    def is_due(self) -> bool:
        """Whether it is some time since the state was written."""
        return time.monotonic() - self._saved >= SECONDS_BETWEEN

    def save(self, parts: Mapping[str, Arrays], began: str) -> None:
        """Write the state of each part, in place of an earlier one."""
        about = {"identity": self._identity, "sources": digest_of_sources(), "began": began}
        text = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        arrays = {f"{part}{JOINED}{key}": array for part, state in parts.items() for key, array in state.items()}
        sink = io.BytesIO()
        np.savez(sink, allow_pickle=False, **{ABOUT: text}, **arrays)
        self._folder.write(UNFINISHED, sink.getvalue())
        self._saved = time.monotonic()

    def _about(self) -> dict[str, Any] | None:
        """What the file says of itself; None if there is none, or it does not say it."""
        try:
            with np.load(io.BytesIO(self._folder.read(UNFINISHED) or b"")) as held:
                about = json.loads(held[ABOUT].tobytes())
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
            return None
        known = isinstance(about, dict) and {"identity", "sources", "began"} <= about.keys()
        return about if known else None


def remove_unfinished(folder: Path) -> None:
    """Remove the file of unfinished runs from a folder whose results are finished."""
    Folder(folder).remove(UNFINISHED)
