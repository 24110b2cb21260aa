"""Parquet files of results: their schema and bytes, and how they are read."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from numbers import Real
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow.parquet import filters_to_expression

from hedgesim.errors import StoreError
from hedgesim.results.folders import RESULTS_FORMAT, Folder
from hedgesim.results.manifest import AGAIN, WholeFiles
from hedgesim.results.tables import RUNS, TABLES, Column

Where = Sequence[tuple[str, str, Any]]
"""Conditions that all hold, as in `pandas.read_parquet(filters=…)`: column, one of `OPERATORS`, value."""

OPERATORS = ("=", "==", "!=", "<", "<=", ">", ">=", "in", "not in")
FILES_A_PIECE = 256
"""Files that are read at once."""


class Tables(Mapping[str, pd.DataFrame]):
    """Tables by name; contract: an implementation says which there are and reads one."""

    place: str
    """What errors call it."""

    @abstractmethod
    def names(self) -> Sequence[str]:
        """Names of the tables."""

    @abstractmethod
    def rows(self, name: str, columns: Sequence[str] | None, where: Where) -> pd.DataFrame:
        """Some columns of the rows of a table that there is; see `read`."""

    def points(self) -> pd.DataFrame:
        """The points of a sweep; StoreError where there are none."""
        raise StoreError(self.place, "only results of a sweep have points", remedy="Read the table runs.")

    def read(self, name: str, columns: Sequence[str] | None = None, where: Where = ()) -> pd.DataFrame:
        """A table as a frame.

        columns: those to be read, in this order; all by default. where: conditions that rows meet.

        Raises:
            StoreError: no such table, column or operator, or a file that is damaged or missing.
        """
        conditions = where if isinstance(where, Sequence) else [where]
        if isinstance(columns, str) or not all(isinstance(one, tuple | list) and len(one) == 3 for one in conditions):
            fault = "columns is a list of names, where a list of conditions"
            raise StoreError(self.place, fault, remedy='Write columns=["run"], where=[("run", "<", 3)].')
        if name not in self:
            fault = f"these results have no table {name!r}"
            raise StoreError(self.place, fault, remedy=f"They have {', '.join(self.names()) or 'none'}.")
        return self.rows(name, columns, where)

    def check(self, name: str, asked: Sequence[str], where: Where, is_text: Mapping[str, bool]) -> None:
        """Refuse columns that a table does not have and conditions that do not fit; is_text: of the known columns."""
        for column in [*asked, *(column for column, _, _ in where)]:
            if column not in is_text:
                fault = f"table {name} has no column {column!r}"
                raise StoreError(self.place, fault, remedy=f"It has {', '.join(is_text)}.")
        for column, operator, value in where:
            if operator not in OPERATORS:
                fault = f"there is no operator {operator!r}"
                raise StoreError(self.place, fault, remedy=f"Use one of {', '.join(OPERATORS)}.")
            several, text = operator in {"in", "not in"}, is_text[column]
            listed = isinstance(value, Collection) and not isinstance(value, str)
            values = list(value) if listed else [value]
            if several is not listed or not all(isinstance(one, str) if text else _is_number(one) for one in values):
                needs = ("a text", "a number", "a list of texts", "a list of numbers")[2 * several + (not text)]
                fault = f"{value!r} does not fit column {column!r}"
                raise StoreError(self.place, fault, remedy=f"With {operator} it needs {needs}.")

    def scan(self, pieces: Iterable[Any], columns: Sequence[str], where: Where) -> pd.DataFrame:
        """Some columns of the rows of pyarrow datasets that meet conditions."""
        wanted, condition = list(columns), condition_of(where)
        try:
            parts = [piece.to_table(columns=wanted, filter=condition).combine_chunks() for piece in pieces]
            return frame_of(pa.concat_tables(parts))
        except (OSError, pa.ArrowException, TypeError) as error:
            fault = f"cannot be read ({str(error).splitlines()[0]})"
            raise StoreError(self.place, fault, remedy=AGAIN) from error

    def __getitem__(self, name: str) -> pd.DataFrame:
        """A table in full; KeyError for one that is not there."""
        if name not in self:
            raise KeyError(name)
        return self.read(name)

    def __contains__(self, name: object) -> bool:
        return name in self.names()

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __len__(self) -> int:
        return len(self.names())


class FrameTables(Tables):
    """Tables in memory."""

    place = "results"

    def __init__(self, frames: Mapping[str, pd.DataFrame]) -> None:
        """Take frames by name."""
        self._frames = dict(frames)

    def names(self) -> Sequence[str]:
        """See `Tables`."""
        return list(self._frames)

    def rows(self, name: str, columns: Sequence[str] | None, where: Where) -> pd.DataFrame:
        """See `Tables`; a table in full is the frame itself."""
        frame = self._frames[name]
        if columns is None and not where:
            return frame
        wanted = list(frame.columns) if columns is None else columns
        needed = dict.fromkeys([*wanted, *(column for column, _, _ in where)])
        if frame.columns.isin(list(needed)).sum() == len(needed):
            frame = frame[list(needed)]  # else the check names all there are
        data = ds.dataset(pa.Table.from_pandas(frame, preserve_index=False))
        self.check(name, wanted, where, are_text(data.schema))
        return self.scan([data], wanted, where)


class FolderTables(Tables):
    """Tables in the folder of a run, a file each."""

    def __init__(self, folder: Folder, digests: Mapping[str, str]) -> None:
        """Take a folder and the tables in it with the SHA-256 of each."""
        self.place, self._folder, self._digests = folder.address, folder, digests
        self._whole = WholeFiles(folder)

    def names(self) -> Sequence[str]:
        """See `Tables`."""
        return list(self._digests)

    def rows(self, name: str, columns: Sequence[str] | None, where: Where) -> pd.DataFrame:
        """See `Tables`."""
        self._whole.check(name, {f"{name}.parquet": self._digests[name]})
        data = datasets_of(self._folder, name, [f"{name}.parquet"])
        wanted = data.schema.names if columns is None else list(columns)
        self.check(name, wanted, where, are_text(data.schema))
        return self.scan(data.pieces, wanted, where)


class Datasets(NamedTuple):
    """The files of a table as pyarrow datasets of some files each, made one by one: one of all files holds on to each.

    schema: of all of them.
    """

    schema: Any
    pieces: Iterator[Any]


def datasets_of(folder: Folder, name: str, files: Sequence[str], *, differ: bool = False) -> Datasets:
    """The files of a table, whose pages are checked as they are read.

    differ: whether the files may have columns of their own.
    """
    checked = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    form = ds.ParquetFileFormat(default_fragment_scan_options=checked)

    def piece(first: int, schema: Any = None) -> Any:
        paths, system = folder.source(files[first : first + FILES_A_PIECE])
        return ds.dataset(paths, schema=schema, format=form, filesystem=system)

    firsts = range(0, len(files), FILES_A_PIECE)
    try:
        if differ:
            schemas = [one.physical_schema for first in firsts for one in piece(first).get_fragments()]
            schema = pa.unify_schemas([each.remove_metadata() for each in schemas])
        else:
            schema = piece(0).schema
    except (OSError, pa.ArrowException) as error:
        raise StoreError(folder.address, f"table {name} cannot be read ({error})", remedy=AGAIN) from error
    return Datasets(schema, (piece(first, schema) for first in firsts))


def _is_number(value: object) -> bool:
    """Whether a value is a number, or true or false, of Python or NumPy; what is not a number (NaN) equals nothing."""
    return isinstance(value, Real | np.bool_) and value == value


def condition_of(where: Where) -> Any:
    """Conditions as a pyarrow expression; None without any."""
    return filters_to_expression([(column, operator, value) for column, operator, value in where]) if where else None


def are_text(schema: Any) -> dict[str, bool]:
    """Column -> whether it holds text."""
    return {one.name: pa.types.is_string(one.type) or pa.types.is_large_string(one.type) for one in schema}


def frame_of(table: Any) -> pd.DataFrame:
    """A pyarrow table as a frame."""
    return cast(pd.DataFrame, table.to_pandas(strings_to_categorical=False))


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
