"""Tables by name, each read when it is asked for, and no more of it than is asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow.parquet import filters_to_expression

from hedgesim.errors import StoreError
from hedgesim.results.folders import Folder

Where = Sequence[tuple[str, str, Any]]
"""Conditions that all hold, as in `pandas.read_parquet(filters=…)`: column, one of `OPERATORS`, value."""

OPERATORS = ("=", "==", "!=", "<", "<=", ">", ">=", "in", "not in")
AGAIN = "Run it again: what is damaged is replaced."


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
        if isinstance(columns, str) or not all(isinstance(one, tuple | list) and len(one) == 3 for one in where):
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
            values = [value] if isinstance(value, str) or not several else list(value)
            if (several and isinstance(value, str)) or any(isinstance(one, str) is not text for one in values):
                needs = ("a text", "a number", "a list of texts", "a list of numbers")[2 * several + (not text)]
                fault = f"{value!r} does not fit column {column!r}"
                raise StoreError(self.place, fault, remedy=f"With {operator} it needs {needs}.")

    def scan(self, data: Any, columns: Sequence[str], where: Where) -> pd.DataFrame:
        """Some columns of the rows of a pyarrow dataset or table that meet conditions."""
        try:
            return frame_of(data.to_table(columns=list(columns), filter=condition_of(where)))
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
        data = ds.dataset(pa.Table.from_pandas(frame, preserve_index=False))
        wanted = list(frame.columns) if columns is None else columns
        self.check(name, wanted, where, are_text(data.schema))
        return self.scan(data, wanted, where)


class FolderTables(Tables):
    """Tables in the folder of a run, a file each."""

    def __init__(self, folder: Folder, names: Sequence[str]) -> None:
        """Take a folder and the tables in it."""
        self.place, self._folder, self._names = folder.address, folder, names

    def names(self) -> Sequence[str]:
        """See `Tables`."""
        return self._names

    def rows(self, name: str, columns: Sequence[str] | None, where: Where) -> pd.DataFrame:
        """See `Tables`."""
        data = dataset_of(self._folder, name, [f"{name}.parquet"])
        wanted = data.schema.names if columns is None else list(columns)
        self.check(name, wanted, where, are_text(data.schema))
        return self.scan(data, wanted, where)


def dataset_of(folder: Folder, name: str, files: Sequence[str], *, differ: bool = False) -> Any:
    """The files of a table as one pyarrow dataset, whose pages are checked as they are read.

    differ: whether the files may have columns of their own.
    """
    root, system = folder.source()
    checked = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    try:
        form = ds.ParquetFileFormat(default_fragment_scan_options=checked)
        data = ds.dataset([f"{root}/{file}" for file in files], format=form, filesystem=system)
        if not differ:
            return data
        return data.replace_schema(pa.unify_schemas([one.physical_schema for one in data.get_fragments()]))
    except (OSError, pa.ArrowException) as error:
        raise StoreError(folder.address, f"table {name} cannot be read ({error})", remedy=AGAIN) from error


def condition_of(where: Where) -> Any:
    """Conditions as a pyarrow expression; None without any."""
    return filters_to_expression([(column, operator, value) for column, operator, value in where]) if where else None


def are_text(schema: Any) -> dict[str, bool]:
    """Column -> whether it holds text."""
    return {one.name: pa.types.is_string(one.type) or pa.types.is_large_string(one.type) for one in schema}


def frame_of(table: Any) -> pd.DataFrame:
    """A pyarrow table as a frame."""
    return cast(pd.DataFrame, table.to_pandas(strings_to_categorical=False))
