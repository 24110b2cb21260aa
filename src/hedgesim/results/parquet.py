"""From frames to Parquet: tables with the declared columns, and their bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hedgesim.errors import StoreError
from hedgesim.results.tables import RUNS, TABLES, Column

RESULTS_FORMAT = 1
ROW_GROUP_ROWS = 131_072
OPTIONS: Mapping[str, Any] = {
    "row_group_size": ROW_GROUP_ROWS,
    "compression": "zstd",
    "compression_level": 3,
    "write_page_checksum": True,
}


def table_schema(name: str, frame: pd.DataFrame) -> Any:
    """The pyarrow schema of table `name` for a frame: the declared columns and the further ones it brings.

    `countries` takes a column presence_<OPTION> per option; `runs` takes parameters and final outcomes.

    Raises:
        StoreError: an unknown table, or a missing or an undeclared column.
    """
    place = f"table {name}"
    if name not in TABLES:
        raise StoreError(place, "there is no such table", remedy=f"Tables are {', '.join(TABLES)}.")
    table = TABLES[name]
    known = [column.name for column in table.columns]
    brought = [str(column) for column in frame.columns]
    missing = [one.name for one in table.columns if one.name not in brought and not one.may_be_absent]
    extra = [column for column in brought if column not in known]
    wrong = [one for one in extra if table.further is None or not one.startswith(table.further) or one == table.further]
    if missing or wrong or len(set(brought)) < len(brought):
        fault = f"columns missing: {missing or 'none'}, not declared: {wrong or 'none'}, all: {brought}"
        raise StoreError(place, fault, remedy=f"Declared are {', '.join(known)}.")
    fields: list[Any] = []
    for column in table.columns:
        if column.name == table.before:
            fields.extend(_further_field(name, one, frame[one]) for one in extra)
        if column.name in brought:
            fields.append(column.field())
    return pa.schema(fields, metadata={"table": name, "format_version": str(RESULTS_FORMAT)})


def _further_field(table: str, column: str, values: pd.Series[Any]) -> Any:
    """The field of an undeclared column: a share in `countries`, whatever the frame holds in `runs`."""
    if table != RUNS:
        return Column(column, "float64", "share").field()
    found = pa.array(values, from_pandas=True).type
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


def parquet_bytes(table: Any) -> bytes:
    """A pyarrow table as the bytes of a Parquet file; equal tables give equal bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **OPTIONS)
    return bytes(sink.getvalue().to_pybytes())
