"""Reading results: any table of a run's folder or of a sweep's, and no more of it than is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from hedgesim.batch.address import folder_at
from hedgesim.batch.folder import Folder
from hedgesim.batch.parts import BOUNDS, KEY, SUMMARY
from hedgesim.batch.records import SWEEP, manifest_in, points_in
from hedgesim.batch.results import MANIFEST, StoreError
from hedgesim.batch.store import RUNS, survey

Where = Sequence[tuple[str, str, Any]]
"""Conditions that all hold, as in `pandas.read_parquet(filters=…)`: column, one of = != < <= > >= in not in, value."""

POINT = "point"
OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: a.isin(list(b)),
    "not in": lambda a, b: ~a.isin(list(b)),
}
_AGAIN = "Run it again: what is damaged is made anew."


def open_results(folder: str | Path) -> Results:
    """Open the folder of a run or of a sweep, or a sweep at an address that fsspec knows.

    A sweep that is not finished opens too, with what is there.

    Raises:
        StoreError: there are no results, or those of a newer version.
    """
    place = folder_at(folder)
    manifest = manifest_in(place)
    if manifest is None:
        where, fault = f"{place.address}/{MANIFEST}", "there are no finished results here"
        raise StoreError(where, fault, remedy="Run the scenario or the sweep again.")
    return Sweep(place, manifest) if manifest.get("kind") == SWEEP else Results(place, manifest)


class Results:
    """Results on disk: tables are read when they are asked for."""

    def __init__(self, folder: Folder, manifest: Mapping[str, Any]) -> None:
        """Open results whose manifest is known; see `open_results`."""
        self._folder = folder
        self.manifest: Mapping[str, Any] = manifest

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(self._files())

    def table(self, name: str, columns: Sequence[str] | None = None, where: Where = ()) -> pd.DataFrame:
        """A table as a frame, rows in the order of points, runs and quarters.

        columns: those to be read, in this order; all by default. where: conditions that rows meet; what they rule out
        is not read where the files tell so.

        Raises:
            StoreError: no such table, column or operator, or a file that is damaged or missing.
        """
        files = self._files()
        if name not in files:
            fault = f"these results have no table {name!r}"
            raise StoreError(self._folder.address, fault, remedy=f"They have {', '.join(files) or 'none'}.")
        return self._read(name, columns, where)

    def _files(self) -> Mapping[str, Sequence[str]]:
        listed = self.manifest.get("tables", {})
        return {name: (f"{name}.parquet",) for name in listed} if isinstance(listed, dict) else {}

    def _read(self, name: str, columns: Sequence[str] | None, where: Where) -> pd.DataFrame:
        data = self._dataset(name)
        wanted = data.schema.names if columns is None else list(columns)
        self._check(name, [*wanted, *(column for column, _, _ in where)], data.schema.names)
        return _frame(self._scan(data, wanted, where))

    def _check(self, name: str, asked: Sequence[str], known: Sequence[str]) -> None:
        """Refuse columns that a table does not have."""
        for column in asked:
            if column not in known:
                fault = f"table {name} has no column {column!r}"
                raise StoreError(self._folder.address, fault, remedy=f"It has {', '.join(known)}.")

    def _dataset(self, name: str) -> Any:
        """The files of a table as one."""
        root, files = self._folder.source()
        paths = [f"{root}/{file}" for file in self._files()[name]]
        try:
            return ds.dataset(paths, format=_format(), filesystem=files)
        except (OSError, pa.ArrowException) as error:
            raise StoreError(self._folder.address, f"table {name} cannot be read ({error})", remedy=_AGAIN) from error

    def _scan(self, data: Any, columns: Sequence[str], where: Where) -> Any:
        """Some columns of the rows that meet conditions."""
        condition = None
        for column, operator, value in where:
            one = self._operator(operator)(pc.field(column), value)
            condition = one if condition is None else condition & one
        try:
            return data.to_table(columns=list(columns), filter=condition)
        except (OSError, pa.ArrowException, TypeError) as error:
            fault = f"cannot be read ({str(error).splitlines()[0]})"
            raise StoreError(self._folder.address, fault, remedy=_AGAIN) from error

    def _operator(self, name: str) -> Callable[[Any, Any], Any]:
        if name not in OPERATORS:
            fault = f"there is no operator {name!r}"
            raise StoreError(self._folder.address, fault, remedy=f"Use one of {', '.join(OPERATORS)}.")
        return OPERATORS[name]


class Sweep(Results):
    """Results of a sweep: every table has the point of a row, that of runs also what varies between points."""

    _listed: Mapping[str, Sequence[str]] | None = None

    def points(self) -> pd.DataFrame:
        """The table of points: point, sample, scenario, what varies by path, and the key of their rows in the parts."""
        return _frame(points_in(self._folder, self.manifest))

    def _files(self) -> Mapping[str, Sequence[str]]:
        """Files by table: those of the manifest, or while the sweep is unfinished those that are there and sound."""
        if self._listed is None:
            listed: dict[str, list[str]] = {}
            if self.manifest.get("ended"):
                listed = {str(name): list(files) for name, files in self.manifest["tables"].items()}
            else:
                for part in survey(self._folder).parts:
                    for name, file in part.files.items():
                        listed.setdefault(name, []).append(file)
            self._listed = listed
        return self._listed

    def _read(self, name: str, columns: Sequence[str] | None, where: Where) -> pd.DataFrame:
        points, data = self.points(), self._dataset(name)
        of_points = [column for column in points.columns if column not in {KEY, "first_draw"}]
        of_rows = [column for column in data.schema.names if column not in {KEY, *BOUNDS}]
        shown = of_points if name == RUNS else [POINT]
        wanted = [*shown, *of_rows] if columns is None else list(columns)
        self._check(name, [*wanted, *(column for column, _, _ in where)], [*of_points, *of_rows])
        for column, operator, value in where:
            if column in of_points:
                points = points[self._operator(operator)(points[column], value)]
        rest = [(column, operator, value) for column, operator, value in where if column not in of_points]
        if "run" in of_rows:
            rest.append(("run", "<", self._runs_of(name)))
        led = [column for column in (*BOUNDS, *ORDER[name]) if column in data.schema.names]
        read = list(dict.fromkeys([KEY, *led, *(column for column in wanted if column in of_rows)]))
        if any(column in of_points for column, _, _ in where):
            rest.append((KEY, "in", points[KEY].unique().tolist()))
        rows = _frame(self._scan(data, read, rest))
        placed = rows.merge(points, on=KEY, how="inner", sort=False)
        return self._ordered(name, placed)[wanted]

    def _runs_of(self, name: str) -> int:
        """How many runs of a point a table has; an earlier sweep into the same folder may have made more."""
        return int(self.manifest["replications"] if name == RUNS else self.manifest["retention"]["keep"])

    def _ordered(self, name: str, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows in the order of points and runs, each once; statistics of all runs of a point as one."""
        if name == SUMMARY:
            rows = _joined(rows, int(self.manifest["replications"]))
            return rows.sort_values([POINT], kind="stable", ignore_index=True)
        by = [POINT, *ORDER[name]]
        ordered = rows.sort_values(by[:2], kind="stable", ignore_index=True)
        return ordered.drop_duplicates(by, ignore_index=True)


ORDER: Mapping[str, tuple[str, ...]] = {
    RUNS: ("run",),
    SUMMARY: ("period", "entity", "outcome", "mean", "sd", "q05", "q25", "q50", "q75", "q95", "n"),
    "countries": ("run", "period", "country"),
    "system": ("run", "period"),
    "shares": ("run", "period", "country", "domain", "option"),
    "relations": ("run", "period", "country", "power"),
    "formats": ("run", "period", "format"),
    "memberships": ("run", "period", "country", "format"),
    "ties": ("run", "period", "country", "partner"),
}
"""Columns that tell the rows of a point apart, by table; of the summary all, for it may have to be joined."""

QUANTILES = ("q05", "q25", "q50", "q75", "q95")


def _joined(rows: pd.DataFrame, replications: int) -> pd.DataFrame:
    """Statistics of stretches as those of all runs of a point: mean and spread exactly [chan1983].

    Quantiles are means of those of the stretches, weighted by their runs: the estimate by batches, which is off by
    about a part in 2 048. A stretch that a change of the number of replications has left behind does not count.
    """
    long = min(replications, int((rows["last"] - rows["first"]).max())) if len(rows) else 0
    chosen = rows[
        (rows["last"] == np.minimum(rows["first"] + long, replications)) & (rows["first"] % max(long, 1) == 0)
    ]
    keys = [POINT, "period", "entity", "outcome"]
    chosen = chosen.drop_duplicates([*keys, "first"], ignore_index=True)
    if len(chosen) == 0 or (chosen["first"] == 0).all():
        return chosen
    groups = chosen.groupby(keys, sort=False)
    total = groups["n"].transform("sum")
    weight = chosen["n"] / total
    mean = (weight * chosen["mean"]).groupby([chosen[key] for key in keys], sort=False).transform("sum")
    within = (chosen["n"] - 1) * chosen["sd"].fillna(0.0) ** 2 + chosen["n"] * (chosen["mean"] - mean) ** 2
    parts = chosen.assign(mean=mean, sd=within, n=chosen["n"], **{name: weight * chosen[name] for name in QUANTILES})
    sums: dict[str, str] = {"mean": "first", "sd": "sum", "n": "sum", **dict.fromkeys(QUANTILES, "sum")}
    others = {name: "first" for name in parts.columns if name not in {*sums, *keys}}
    whole = parts.groupby(keys, sort=False, as_index=False).agg({**sums, **others})
    return whole.assign(sd=np.sqrt(whole["sd"] / (whole["n"] - 1)))


def _format() -> Any:
    """Parquet whose pages are checked as they are read."""
    return ds.ParquetFileFormat(
        default_fragment_scan_options=ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    )


def _frame(table: Any) -> pd.DataFrame:
    return cast(pd.DataFrame, table.to_pandas(strings_to_categorical=False))
