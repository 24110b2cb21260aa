"""A content-addressed store of the runs of a sweep: Parquet files whose names hold the digest of their bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from hedgesim.results.folders import Folder
from hedgesim.results.parquet import parquet_bytes, to_arrow
from hedgesim.results.tables import RUNS, SUMMARY

KEY = "key"
"""Column that says to which point a row belongs: see the table of points."""

BOUNDS = ("first", "last")
"""Columns of the summary in the store: over which runs, first .. last - 1, a row is taken."""

DAMAGED = "damaged"
"""Folder into which damaged files are put aside."""

DIGITS = 20
"""Hexadecimal digits of the digests by which points and chunks are found."""

ABOUT = b"hedgesim_part"

PART = re.compile(rf"(?P<table>[a-z]+)/(?P<address>[0-9a-f]{{{DIGITS}}})-[0-9a-f]{{{DIGITS}}}\.parquet")
"""Names of files of chunks. A name of another form, wherever it is written, is not ours and is never followed."""

MISSING = "it is missing"
"""What is wrong with a file that a chunk names and that is not there."""

Bounds = tuple[int, int]
"""Successive runs of a point, first .. last - 1."""


class PointRuns(NamedTuple):
    """Successive runs of a point, first .. last - 1; key: the digest of all that decides about the point's runs."""

    key: str
    first: int
    last: int


@dataclass(frozen=True)
class Chunk:
    """Some runs of some points that are stored together, in a file for each table.

    runs: all that the chunk is about. written: of each, those that are in its table of runs (others before them are in
    other chunks). summary: whether it has statistics of each. keep: runs below it are kept in full. files: names by
    table. rows, failed: of the table of runs.
    """

    runs: tuple[PointRuns, ...]
    written: tuple[Bounds, ...]
    summary: bool
    keep: int
    files: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    failed: int = 0

    @cached_property
    def address(self) -> str:
        """The digest of what is to be in it."""
        each = [[*one, *of] for one, of in zip(self.runs, self.written, strict=True)]
        return _digest(json.dumps([each, self.summary, self.keep]).encode())


@dataclass(frozen=True)
class Contents:
    """What is in a store: intact chunks, and damaged files with what is wrong with each.

    broken: files of runs that are intact but whose chunk is not; without it nothing says what they belong to. foreign:
    what a store does not write; it is named and left alone.
    """

    chunks: tuple[Chunk, ...] = ()
    damaged: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()

    @cached_property
    def _written(self) -> dict[str, list[Bounds]]:
        """The runs in the store by key."""
        found: dict[str, list[Bounds]] = {}
        for chunk in self.chunks:
            for one, written in zip(chunk.runs, chunk.written, strict=True):
                found.setdefault(one.key, []).append(written)
        return {key: sorted(of) for key, of in found.items()}

    @cached_property
    def _kept(self) -> dict[PointRuns, tuple[bool, int]]:
        """Of which runs there are statistics, and up to which number they are kept in full."""
        found: dict[PointRuns, tuple[bool, int]] = {}
        for chunk in self.chunks:
            for one in chunk.runs:
                summary, keep = found.get(one, (False, 0))
                found[one] = (summary or chunk.summary, max(keep, min(chunk.keep, one.last)))
        return found

    def missing(self, one: PointRuns) -> list[Bounds]:
        """Runs of a point that are not in the store."""
        left, at = [], one.first
        for first, last in self._written.get(one.key, ()):
            if last <= at or first >= one.last:
                continue
            if first > at:
                left.append((at, first))
            at = max(at, last)
        return [*left, (at, one.last)] if at < one.last else left

    def to_write(self, one: PointRuns, *, summary: bool, keep: int) -> Bounds | None:
        """Which runs of a point have to be written, possibly none of them; None if nothing has to be simulated."""
        runs, (has_summary, has_keep) = self.missing(one), self._kept.get(one, (False, 0))
        wanted = min(one.last, keep)
        if not runs:
            complete = (has_summary or not summary) and (wanted <= one.first or has_keep >= wanted)
            return None if complete else (one.first, one.first)
        return runs[0][0], runs[-1][1]


def keyed(name: str, frame: pd.DataFrame) -> Any:
    """A frame as the declared Arrow table, which starts with the key of the point."""
    extra = [KEY, *(BOUNDS if name == SUMMARY else ())]
    table = to_arrow(name, frame.drop(columns=extra))
    for column in reversed(extra):
        values = pa.array(frame[column], pa.string() if column == KEY else pa.int64())
        table = table.add_column(0, pa.field(column, values.type, nullable=False), values)
    return table


def write_chunk(folder: Folder, chunk: Chunk, tables: Mapping[str, Any]) -> Chunk:
    """Write the tables of a chunk, that of runs last, and give it its files.

    Raises:
        StoreError: a file could not be written; what is in the store already is as it was.
    """
    files = {name: _write(folder, name, chunk.address, table) for name, table in tables.items() if name != RUNS}
    runs = tables[RUNS]
    done = replace(chunk, files=files, rows=runs.num_rows, failed=int(runs.num_rows - runs["failed"].null_count))
    about = {**runs.schema.metadata, ABOUT: json.dumps(_facts(done)).encode()}
    name = _write(folder, RUNS, chunk.address, runs.replace_schema_metadata(about))
    return replace(done, files={**files, RUNS: name})


def _write(folder: Folder, table: str, address: str, content: Any) -> str:
    """Write a table as a file whose name holds the address and the digest of its bytes; give the name."""
    whole = parquet_bytes(content)
    name = f"{table}/{address}-{_digest(whole)}.parquet"
    folder.write(name, whole)
    return name


def _facts(chunk: Chunk) -> dict[str, Any]:
    """What the file of runs says of its chunk."""
    names = ("address", "files", "written", "summary", "keep", "rows", "failed")
    facts = {name: getattr(chunk, name) for name in names}
    return {**facts, "stretches": [one._asdict() for one in chunk.runs]}


def _chunk_in(name: str, content: bytes) -> Chunk | None:
    """What a file of runs says of its chunk; None if it does not say it."""
    try:
        schema = pq.read_schema(pa.BufferReader(content))
        held = json.loads((schema.metadata or {})[ABOUT])
        chunk = Chunk(
            runs=tuple(PointRuns(**one) for one in held["stretches"]),
            written=tuple((int(first), int(last)) for first, last in held["written"]),
            files={**held["files"], RUNS: name},
            **{name: held[name] for name in ("summary", "keep", "rows", "failed")},
        )
        ours = all(is_part(file, table, chunk.address) for table, file in chunk.files.items())
    except (pa.ArrowException, KeyError, TypeError, ValueError):
        return None
    return chunk if ours else None


def is_part(name: object, table: str = RUNS, address: str | None = None) -> bool:
    """Whether a name is one of a file of a chunk of that table and address, by its form."""
    found = PART.fullmatch(name) if isinstance(name, str) else None
    return found is not None and found["table"] == table and address in {None, found["address"]}


def contents_of(folder: Folder) -> Contents:
    """Read every chunk and check each of its files against the digest in its name.

    Of chunks with one address, which two sweeps at once may leave, the first counts. Files that no chunk names are
    left over from one that was never finished and are ignored.
    """
    chunks: dict[str, Chunk] = {}
    damaged: dict[str, str] = {}
    broken: list[str] = []
    there = folder.names(RUNS)
    for name in filter(is_part, there):
        content, fault = _checked(folder, name)
        chunk = None if fault else _chunk_in(name, content)
        if chunk is None:
            damaged[name] = fault or "it does not say what it holds"
        elif chunk.address not in chunks:
            others = [other for other in chunk.files.values() if other != name]
            wrong = {other: fault for other in others if (fault := _checked(folder, other)[1])}
            damaged |= wrong
            if wrong:
                broken.append(name)
            else:
                chunks[chunk.address] = chunk
    foreign = tuple(name for name in there if not is_part(name))
    return Contents(tuple(chunks.values()), damaged, tuple(broken), foreign)


def set_aside(folder: Folder, found: Contents) -> None:
    """Move damaged files to where they can still be inspected; their chunk then counts as missing."""
    for name in (*found.damaged, *found.broken):
        if found.damaged.get(name) != MISSING:
            folder.move(name, f"{DAMAGED}/{name.replace('/', '-')}")


def is_there(folder: Folder, address: str) -> bool:
    """Whether a chunk of an address has come into the store."""
    return any(name.startswith(f"{RUNS}/{address}-") for name in folder.names(RUNS))


def files_by_table(chunks: Iterable[Chunk]) -> dict[str, list[str]]:
    """The files of chunks, sorted, by table."""
    files: dict[str, list[str]] = {}
    for chunk in chunks:
        for table, name in chunk.files.items():
            files.setdefault(table, []).append(name)
    return {table: sorted(names) for table, names in sorted(files.items())}


def digest_in(name: str) -> str:
    """The digest of a file's bytes that its name holds."""
    return name.removesuffix(".parquet").rpartition("-")[2]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGITS]


def _checked(folder: Folder, name: str) -> tuple[bytes, str]:
    """The bytes of a file, and what is wrong with them."""
    if folder.is_file(name) is False:
        return b"", "it is not a file but a folder, a link or a pipe"
    content = folder.read(name)
    if content is None:
        return b"", MISSING
    wrong = _digest(content) != digest_in(name)
    return content, f"its bytes ({len(content)}) do not have the digest in its name" if wrong else ""
