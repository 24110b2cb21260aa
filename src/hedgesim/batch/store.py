"""A content-addressed store of the runs of a sweep: Parquet parts whose names hold the digest of their bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hedgesim.batch.folder import Folder
from hedgesim.batch.results import COMPRESSION, COMPRESSION_LEVEL, ROW_GROUP_ROWS

RUNS = "runs"
"""The table that every part has; its file is written last and says what else the part is made of."""

DAMAGED = "damaged"
"""Folder into which damaged files are put aside."""

DIGITS = 20
"""Hexadecimal digits of the digests by which points and parts are found."""

ABOUT = b"hedgesim_part"

MISSING = "it is missing"
"""What is wrong with a file that a part names and that is not there."""


@dataclass(frozen=True)
class Stretch:
    """Successive runs of a point, first .. last - 1; key: the digest of all that decides about the point's runs."""

    key: str
    first: int
    last: int

    @property
    def runs(self) -> range:
        """The numbers of its runs."""
        return range(self.first, self.last)


@dataclass(frozen=True)
class Part:
    """Some stretches in the store.

    files: names of its files by table. written: runs that stand in the table of runs, by stretch (those before stand
    in other parts). summary: whether statistics of every stretch are there. keep: runs below it are kept whole.
    rows, failed: of the table of runs.
    """

    address: str
    files: Mapping[str, str]
    stretches: tuple[Stretch, ...]
    written: tuple[tuple[int, int], ...]
    summary: bool
    keep: int
    rows: int
    failed: int


@dataclass(frozen=True)
class Survey:
    """What is in a store: sound parts, and damaged files with what is wrong with each.

    broken: files of runs that are sound but whose part is not; without it nothing can tell what they belong to.
    """

    parts: tuple[Part, ...]
    damaged: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[str, ...] = ()


def digest_of_text(text: str) -> str:
    """The digest by which something is found."""
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def address_of(part: Part) -> str:
    """The address of a part: the digest of what is to be in it."""
    stretches = [[one.key, one.first, one.last, *of] for one, of in zip(part.stretches, part.written, strict=True)]
    return digest_of_text(json.dumps([stretches, part.summary, part.keep]))


def write_part(folder: Folder, part: Part, tables: Mapping[str, Any]) -> Part:
    """Write the tables of a part, that of runs last, and give it its files.

    Raises:
        StoreError: a file could not be written; what is in the store already is as it was.
    """
    files = {name: _written(folder, name, part.address, table) for name, table in tables.items() if name != RUNS}
    runs = tables[RUNS]
    done = replace(part, files=files, rows=runs.num_rows, failed=_failed(runs))
    about = {**runs.schema.metadata, ABOUT: json.dumps(asdict(done)).encode()}
    name = _written(folder, RUNS, part.address, runs.replace_schema_metadata(about))
    return replace(done, files={**files, RUNS: name})


def _failed(runs: Any) -> int:
    return int(runs.num_rows - runs["failed"].null_count)


def _written(folder: Folder, table: str, address: str, content: Any) -> str:
    """Write a table as a file whose name holds the address and the digest of its bytes; give the name."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        content,
        sink,
        row_group_size=ROW_GROUP_ROWS,
        compression=COMPRESSION,
        compression_level=COMPRESSION_LEVEL,
        write_page_checksum=True,
    )
    whole = sink.getvalue().to_pybytes()
    name = f"{table}/{address}-{_digest(whole)}.parquet"
    folder.write(name, whole)
    return name


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGITS]


def survey(folder: Folder) -> Survey:
    """Read every part and check each of its files against the digest in its name.

    Of parts with one address, which two sweeps at once may leave, the first counts. Files that no part names are
    left over from a part that was never finished and count for nothing.
    """
    parts: dict[str, Part] = {}
    damaged: dict[str, str] = {}
    broken = []
    for name in folder.names(RUNS):
        content, fault = _sound(folder, name)
        if fault:
            damaged[name] = fault
            continue
        part = _part_in(name, content)
        if part is None:
            damaged[name] = "it does not say what it holds"
        elif part.address not in parts:
            wrong = {
                other: fault for other in part.files.values() if other != name and (fault := _fault(folder, other))
            }
            damaged |= wrong
            if wrong:
                broken.append(name)
            else:
                parts[part.address] = part
    return Survey(tuple(parts.values()), damaged, tuple(broken))


def set_aside(folder: Folder, found: Survey) -> None:
    """Move what is damaged out of the way, where it can still be looked at, so that its part is missing as a whole."""
    for name in (*found.damaged, *found.broken):
        if found.damaged.get(name) != MISSING:
            folder.move(name, f"{DAMAGED}/{name.replace('/', '-')}")


def is_there(folder: Folder, address: str) -> bool:
    """Whether a part of an address has come into the store."""
    return any(name.startswith(f"{RUNS}/{address}-") for name in folder.names(RUNS))


def _fault(folder: Folder, name: str) -> str:
    return _sound(folder, name)[1]


def _sound(folder: Folder, name: str) -> tuple[bytes, str]:
    """The bytes of a file, and what is wrong with them."""
    content = folder.read(name)
    if content is None:
        return b"", MISSING
    told = name.removesuffix(".parquet").rpartition("-")[2]
    return content, "" if _digest(content) == told else f"its bytes ({len(content)}) have not the digest in its name"


def _part_in(name: str, content: bytes) -> Part | None:
    """What a file of runs says of its part."""
    try:
        schema = pq.read_schema(pa.BufferReader(content))
        held = json.loads((schema.metadata or {})[ABOUT])
        stretches = tuple(Stretch(**one) for one in held["stretches"])
        written = tuple((int(first), int(last)) for first, last in held["written"])
        files = {**held["files"], RUNS: name}
        return Part(**{**held, "stretches": stretches, "written": written, "files": files})
    except (pa.ArrowException, KeyError, TypeError, ValueError):
        return None
