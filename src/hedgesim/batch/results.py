"""The results folder: Parquet tables with declared columns and a manifest, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hedgesim.batch.columns import PRESENCE, TABLES, Column
from hedgesim.errors import StoreError

RESULTS_FORMAT = 1
MANIFEST = "manifest.json"
COMPRESSION = "zstd"
COMPRESSION_LEVEL = 3
ROW_GROUP_ROWS = 131_072


# The column before which the open columns of a table stand.
_OPEN_BEFORE: Mapping[str, str] = {"runs": "failed", "countries": "hedging_index"}


def table_schema(name: str, frame: pd.DataFrame) -> Any:
    """The pyarrow schema of table `name` for a frame: the declared columns and the open ones it brings.

    `countries` takes a column presence_<OPTION> per option; `runs` takes parameters and final outcomes.
    Raises StoreError for an unknown table, and for a missing or an undeclared column.
    """
    place = f"table {name}"
    if name not in TABLES:
        raise StoreError(place, "there is no such table", remedy=f"Tables are {', '.join(TABLES)}.")
    declared = TABLES[name]
    known = [column.name for column in declared]
    brought = [str(column) for column in frame.columns]
    missing = [one.name for one in declared if one.name not in brought and not one.may_be_absent]
    extra = [column for column in brought if column not in known]
    wrong = [column for column in extra if not _is_open(name, column)]
    if missing or wrong or len(set(brought)) < len(brought):
        fault = f"columns missing: {missing or 'none'}, not declared: {wrong or 'none'}, all: {brought}"
        raise StoreError(place, fault, remedy=f"Declared are {', '.join(known)}.")
    fields: list[Any] = []
    for column in declared:
        if column.name == _OPEN_BEFORE.get(name):
            fields.extend(_open_field(name, one, frame=frame) for one in extra)
        if column.name in brought:
            fields.append(column.field())
    return pa.schema(fields, metadata={"table": name, "format_version": str(RESULTS_FORMAT)})


def _is_open(table: str, column: str) -> bool:
    """Whether an undeclared column is allowed in a table."""
    return table == "runs" or (table == "countries" and column.startswith(PRESENCE) and column != PRESENCE)


def _open_field(table: str, column: str, *, frame: pd.DataFrame) -> Any:
    """The field of an undeclared column: a share in `countries`, whatever the frame holds in `runs`."""
    if table == "countries":
        return Column(column, "float64", "share").field()
    found = pa.array(frame[column], from_pandas=True).type
    kinds = [kind for kind, holds in _KINDS.items() if holds(found)]
    return Column(column, kinds[0] if kinds else "string", "as declared", may_be_empty=True).field()


_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "int64": pa.types.is_integer,
    "bool": pa.types.is_boolean,
    "float64": lambda kind: pa.types.is_floating(kind) or pa.types.is_null(kind),
}


def to_arrow(name: str, frame: pd.DataFrame) -> Any:
    """A frame as the declared pyarrow table; a number that does not fit its type raises StoreError."""
    schema = table_schema(name, frame)
    columns = [_to_column(name, field, values=frame[field.name]) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _to_column(table: str, field: Any, *, values: pd.Series[Any]) -> Any:
    """One column in its declared type, checked for empty cells and infinite numbers."""
    place = f"table {table}, column {field.name}"
    try:
        column = pa.array(values, from_pandas=True).cast(field.type, safe=True)
    except (pa.ArrowException, TypeError) as error:
        raise StoreError(place, f"not {field.type}: {error}", remedy=f"Give {field.type} values.") from error
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if column.null_count and not field.nullable:
        raise StoreError(place, f"{column.null_count} cells are empty", remedy="Every row needs a value here.")
    if pa.types.is_floating(field.type) and pc.any(pc.is_inf(column)).as_py():
        raise StoreError(place, "a number is infinite", remedy="Write an empty cell where it is undefined.")
    return column


OTHER_FOLDER = "Name another folder with -o."


def prepare_folder(folder: Path) -> None:
    """Make sure before any work that a results folder can be made and written; StoreError if not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".writable"):
            pass
    except FileExistsError as error:
        raise StoreError(folder, "a file stands where the folder should", remedy=OTHER_FOLDER) from error
    except (OSError, ValueError) as error:
        fault = f"cannot be written ({reason_of(error)})"
        raise StoreError(folder, fault, remedy=OTHER_FOLDER) from error


def reason_of(error: Exception) -> str:
    """The system's words for a failure, without the path it repeats."""
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return words[:1].lower() + words[1:]


def write_results(folder: Path, tables: Mapping[str, pd.DataFrame], *, manifest: Mapping[str, object]) -> None:
    """Write checked tables and, last, the manifest; equal frames give equal bytes.

    All tables are checked before the first byte is written. A folder without a manifest is unfinished: the
    old one goes first, then every file is written beside its place and renamed, then tables of an earlier
    run that this one lacks go. The manifest gains `format_version` and, per table, rows and SHA-256.
    """
    checked = {name: to_arrow(name, frame) for name, frame in tables.items()}
    prepare_folder(folder)
    try:
        (folder / MANIFEST).unlink(missing_ok=True)
        listed = {name: _write_table(folder, name, table=table) for name, table in checked.items()}
        for name in TABLES.keys() - tables.keys():
            _place(folder, name).unlink(missing_ok=True)
        full = {**manifest, "format_version": RESULTS_FORMAT, "tables": listed}
        text = json.dumps(full, indent=2, ensure_ascii=False, allow_nan=False, default=str)
        _write_whole(folder / MANIFEST, lambda file: file.write((text + "\n").encode()))
    except OSError as error:
        fault = f"writing stopped ({reason_of(error)})"
        raise StoreError(folder, fault, remedy="Free some space or name another folder with -o.") from error


def _place(folder: Path, name: str) -> Path:
    """Where a table lies."""
    return folder / f"{name}.parquet"


def _write_table(folder: Path, name: str, *, table: Any) -> dict[str, object]:
    """Write one table, row group by row group; return its entry in the manifest."""
    options = {
        "row_group_size": ROW_GROUP_ROWS,
        "compression": COMPRESSION,
        "compression_level": COMPRESSION_LEVEL,
        "write_page_checksum": True,
    }
    place = _place(folder, name)
    _write_whole(place, lambda file: pq.write_table(table, file, **options))
    with place.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return {"rows": table.num_rows, "sha256": digest.hexdigest()}


def _write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file under a temporary name, flush it to the disk, then give it its name."""
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


class BrokenManifest(StoreError):
    """A manifest that cannot be read as one."""


def read_manifest(folder: Path) -> dict[str, object]:
    """The manifest of a results folder; StoreError if it is missing, broken or of a newer format."""
    place = folder / MANIFEST
    try:
        content = place.read_bytes()
    except OSError as error:
        fault = f"there are no finished results here ({reason_of(error)})"
        raise StoreError(place, fault, remedy="Run the scenario again.") from error
    return manifest_of(content, place)


def manifest_of(content: bytes, place: object) -> dict[str, object]:
    """A manifest from its bytes; place: where they lie.

    Raises:
        BrokenManifest: it is none.
        StoreError: it is of a newer format.
    """
    try:
        manifest = json.loads(content)
        version = manifest["format_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenManifest(place, "not a manifest of results", remedy="Run it again.") from error
    if not isinstance(version, int) or version > RESULTS_FORMAT:
        fault = f"results format {version} is newer than {RESULTS_FORMAT}, the newest known here"
        raise StoreError(place, fault, remedy="Update hedgesim.")
    return dict(manifest)
