"""The files of finished results, checked against their digests, as members of an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hedgesim.errors import StoreError
from hedgesim.results.folders import MANIFEST, RUN, SWEEP, Folder
from hedgesim.results.manifest import WholeFiles, digests_of, manifest_in
from hedgesim.results.ownership import IDENTITY, INNER, own_files
from hedgesim.results.sweep_status import status_of
from hedgesim.results.sweep_tables import POINTS
from hedgesim.results.tables import TABLES

AGAIN = "Run the same command again: what is missing or damaged is made again."
MEDIA = {
    "csv": "text/csv",
    "cff": "application/yaml",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "png": "image/png",
    "py": "text/x-python",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "yaml": "application/yaml",
}
"""Media types by the ending of a name."""


@dataclass(frozen=True)
class Member:
    """A file of an archive. name: its path in it. about: what it is. read: gives its bytes, always the same."""

    name: str
    about: str
    read: Callable[[], bytes]

    @property
    def media_type(self) -> str:
        """What kind of file it is."""
        return MEDIA.get(self.name.rpartition(".")[2], "application/octet-stream")


def of_bytes(name: str, about: str, content: bytes) -> Member:
    """A member that is in memory."""
    return Member(name, about, lambda: content)


@dataclass(frozen=True)
class Held:
    """Finished and undamaged results in a folder. inside: the folder of the archive in which they will be."""

    folder: Folder
    inside: str
    manifest: Mapping[str, Any]

    @property
    def is_sweep(self) -> bool:
        """Whether they are of an experiment."""
        return self.manifest.get("kind") == SWEEP

    def tables(self) -> dict[str, Sequence[str]]:
        """The files of each table."""
        listed = self.manifest["tables"]
        return {name: list(files) if self.is_sweep else [f"{name}.parquet"] for name, files in sorted(listed.items())}

    def members(self) -> Iterator[Member]:
        """The manifest, the tables and the charts that the manifest lists; nothing else that lies there."""
        yield self._member(MANIFEST, "what made the results, with the digest of every table")
        if self.is_sweep:
            yield self._member(POINTS, "the points of the experiment and the key of each")
        for name, files in self.tables().items():
            meaning = TABLES[name].meaning if name in TABLES else name
            yield from (self._member(file, f"table {name}: {meaning}") for file in files)
        charts = sorted(name for name in own_files(self.manifest) if "/" in name)
        yield from (self._member(name, "chart") for name in charts)

    def _member(self, name: str, about: str) -> Member:
        return Member(f"{self.inside}/{name}", about, partial(_content, self.folder, name))


def _content(folder: Folder, name: str) -> bytes:
    """The bytes of a file of results."""
    content = folder.read(name)
    if content is None:
        raise StoreError(f"{folder.address}/{name}", "the file is missing", AGAIN)
    return content


def results_in(folder: Folder, inside: str) -> Held:
    """The results of a run or a sweep in a folder.

    Raises:
        StoreError: there are none, they are of something else, or unfinished or damaged.
    """
    manifest = manifest_in(folder)
    if manifest is None:
        fault = "there are no finished results here" if folder.is_there() else "there is no such folder"
        raise StoreError(folder.address, fault, "Name the folder of a run or of a sweep.")
    kind = manifest.get("kind", RUN)
    if kind not in {RUN, SWEEP} or "grid" in manifest:
        what = "a grid" if "grid" in manifest else f"hedgesim {kind}"
        fault = f"results of {what} do not hold all that made them"
        raise StoreError(folder.address, fault, "Name the folder of a run or of a sweep.")
    held = Held(folder, inside, manifest)
    _check(held)
    return held


def _check(held: Held) -> None:
    """Refuse results that are unfinished or damaged; StoreError."""
    folder, manifest = held.folder, held.manifest
    if IDENTITY not in manifest:
        raise StoreError(folder.address, "an earlier version of hedgesim wrote these results", AGAIN)
    if manifest.get("ended", "") is None:
        raise StoreError(folder.address, "the results are not finished", AGAIN)
    if not held.is_sweep:
        whole, digests = WholeFiles(folder), digests_of(folder, manifest)
        for name, digest in digests.items():
            whole.check(name, {f"{name}.parquet": digest})
        return
    status = status_of(folder.address)
    for name, fault in status.damaged.items():
        raise StoreError(f"{folder.address}/{name}", f"the file is damaged: {fault}", AGAIN)
    if not status.finished:
        raise StoreError(folder.address, f"{status.missing} runs of the sweep are missing", AGAIN)


def with_inner(held: Held) -> list[Held]:
    """Results, and those of the twin and of the differences that were written together with them."""
    found = [held]
    for name in () if held.is_sweep or held.folder.path is None else INNER:
        place = Folder(held.folder.inner(name))
        manifest = manifest_in(place)
        if manifest is not None and manifest.get(IDENTITY) == held.manifest.get(IDENTITY):
            found.append(results_in(place, f"{held.inside}/{name}"))
    if 1 < len(found) <= len(INNER):
        fault = "of the results of a scenario, its twin and their differences one is missing"
        raise StoreError(held.folder.address, fault, AGAIN)
    return found
