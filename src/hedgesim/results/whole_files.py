"""Files of results are whole: their bytes are compared with their digests before they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from hedgesim.errors import StoreError
from hedgesim.results.folders import Folder

AGAIN = "Run it again: what is damaged is replaced."

FEWEST_DIGITS = 20
"""Hexadecimal digits that tell whether bytes are those that were written."""


@dataclass(frozen=True)
class WholeFiles:
    """The files of a folder, whose bytes are compared with their digest before the first of them is read."""

    folder: Folder
    _known: set[str] = field(default_factory=set)

    def check(self, table: str, digests: Mapping[str, str]) -> None:
        """Refuse damaged files; StoreError. digests: by name of the file the first digits of its SHA-256, or all."""
        for name, digest in digests.items():
            if name in self._known:
                continue
            content = self.folder.read(name)
            right = content is not None and hashlib.sha256(content).hexdigest()[: len(digest)] == digest
            if not right or len(digest) < FEWEST_DIGITS:
                why = "it is missing" if content is None else "its bytes do not have its digest"
                fault = f"table {table} cannot be read ({name}: {why})"
                raise StoreError(self.folder.address, fault, remedy=AGAIN)
            self._known.add(name)
