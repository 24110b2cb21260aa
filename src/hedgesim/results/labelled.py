"""Results as labelled arrays of xarray, which writes them as netCDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgesim.errors import StoreError
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.results.parquet import Tables
from hedgesim.results.tables import POINT, PRESENCE, RUNS, SUMMARY, SUMMARY_KEYS, TABLES

if TYPE_CHECKING:
    from xarray import Dataset

OPTION, COUNTRY, PARTNER = "option", "country", "partner"
ABOUT = ("scenario", "experiment", "question", "hedgesim", "seed", "runs", "identity", "parameters", "began", "ended")
"""Entries of the manifest that a data set carries; texts all of them, as a seed may be too large for netCDF."""


def dataset_of(tables: Tables, names: Sequence[str], manifest: Mapping[str, Any]) -> Dataset:
    """Some tables as one data set; see `Results.to_xarray`."""
    try:
        import xarray
    except ModuleNotFoundError as error:
        remedy = "Install it with: pip install 'hedgesim[exports]'."
        raise StoreError("to_xarray", "the package xarray is not installed", remedy) from error
    wanted = list(names) or _of_kept_runs(tables) or [RUNS]
    whole = xarray.Dataset()
    for name in wanted:
        part = _arrays(name, tables.read(name), manifest, xarray.Dataset)
        part = part.rename({of: f"{name}_{of}" for of in part.data_vars if of in whole})
        try:
            whole = xarray.merge([whole, part], join="exact", compat="identical")
        except ValueError as error:
            fault = f"the table {name} has other runs, quarters or codes than those before it"
            raise StoreError(tables.place, fault, "Ask for it alone.") from error
    known = {key: str(manifest[key]) for key in ABOUT if manifest.get(key) is not None}
    return whole.assign_attrs(known)


def _of_kept_runs(tables: Tables) -> list[str]:
    """The tables of the runs that are kept in full."""
    return [name for name in tables if TABLES[name].fill is not None]


def _arrays(name: str, frame: pd.DataFrame, manifest: Mapping[str, Any], dataset: type[Dataset]) -> Dataset:
    """One table: a dimension for each of its keys, a variable for each of its other columns."""
    keys = _keys(name, frame, manifest)
    labels = {key: frame[key].unique() for key in keys}
    if PARTNER in labels:
        labels[PARTNER] = labels[COUNTRY]
    places = tuple(pd.Index(of).get_indexer(frame[key]) for key, of in labels.items())
    shape = tuple(map(len, labels.values()))
    if frame.duplicated(keys).any():
        fault = f"rows of the table {name} do not differ in {', '.join(keys)}"
        raise StoreError("to_xarray", fault, "Read it with table().")
    columns = [str(column) for column in frame if column not in {*keys, "seed"}]
    by_option = _by_option(columns) if name != SUMMARY else {}
    filled = {column: _filled(frame[column], shape, places) for column in columns}
    variables: dict[str, Any] = {
        column: (keys, array, _about(name, column))
        for column, array in filled.items()
        if column not in by_option.values()
    }
    coordinates = {key: (key, np.asarray(of, dtype=_kind(frame[key]))) for key, of in labels.items()}
    if by_option:
        stacked = np.stack([filled[column] for column in by_option.values()], axis=-1)
        variables[PRESENCE.rstrip("_")] = ([*keys, OPTION], stacked, _about(name, PRESENCE.rstrip("_")))
        coordinates[OPTION] = (OPTION, np.asarray(list(by_option), dtype=object))
    return dataset(variables, coordinates)


def _keys(name: str, frame: pd.DataFrame, manifest: Mapping[str, Any]) -> list[str]:
    """What identifies a row of a table, as far as it is in the frame."""
    known = [of for of, table in TABLES.items() if table.keys]
    if name not in known:
        raise StoreError("to_xarray", f"the table {name} has no axes", f"Name some of {', '.join(known)}.")
    own = SUMMARY_KEYS if name == SUMMARY else TABLES[name].keys
    return [*(key for key in (POINT, *manifest.get("grid", ())) if key in frame), *own]


def _by_option(columns: Sequence[str]) -> dict[str, str]:
    """Columns of presence by option; those of an option in one country have a further word and are left out."""
    options = {column.removeprefix(PRESENCE): column for column in columns if column.startswith(PRESENCE)}
    return {option: column for option, column in options.items() if "_" not in option}


def _filled(column: pd.Series[Any], shape: tuple[int, ...], places: tuple[Any, ...]) -> Any:
    """A column as an array; where there is no row it is not a number, an empty text, or false."""
    kind = _kind(column)
    if kind.kind in "iu" and np.prod(shape) > len(column):
        kind = np.dtype(float)
    array = np.full(shape, {"f": np.nan, "O": ""}.get(kind.kind, 0), dtype=kind)
    array[places] = column.fillna("").astype(str).to_numpy() if kind.kind == "O" else column.to_numpy()
    return array


def _kind(column: pd.Series[Any]) -> np.dtype[Any]:
    """The type of an array of a column: that of its numbers, or of any text."""
    kind = column.dtype
    return kind if isinstance(kind, np.dtype) and kind.kind in "biuf" else np.dtype(object)


def _about(table: str, column: str) -> dict[str, str]:
    """Unit and meaning of a variable."""
    declared = {one.name: one.unit for one in TABLES[table].columns}
    outcome = OUTCOMES.get(column)
    if outcome is not None:
        return {"units": outcome.unit, "long_name": outcome.meaning}
    return {"units": declared[column]} if column in declared else {}
