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
from hedgesim.batch.reduction import EXACT
from hedgesim.batch.store import RUNS, survey
from hedgesim.errors import StoreError

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
        fault = "there are no finished results here"
        raise StoreError(place.address, fault, remedy="Check the path, or run the scenario or the sweep again.")
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
        if isinstance(columns, str) or not all(isinstance(one, tuple | list) and len(one) == 3 for one in where):
            fault = "columns is a list of names, where a list of conditions"
            remedy = 'Write columns=["run"], where=[("run", "<", 3)].'
            raise StoreError(self._folder.address, fault, remedy=remedy)
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
        self._check(name, wanted, where, _are_text(data.schema))
        return _frame(self._scan(data, wanted, where))

    def _check(self, name: str, asked: Sequence[str], where: Where, known: Mapping[str, bool]) -> None:
        """Refuse columns that a table does not have and conditions that do not fit; known: whether each holds text."""
        for column in [*asked, *(column for column, _, _ in where)]:
            if column not in known:
                fault = f"table {name} has no column {column!r}"
                raise StoreError(self._folder.address, fault, remedy=f"It has {', '.join(known)}.")
        for column, operator, value in where:
            self._operator(operator)
            several, text = operator in {"in", "not in"}, known[column]
            values = [value] if isinstance(value, str) or not several else list(value)
            if (several and isinstance(value, str)) or any(isinstance(one, str) is not text for one in values):
                needs = ("a text", "a number", "a list of texts", "a list of numbers")[2 * several + (not text)]
                fault = f"{value!r} does not fit column {column!r}"
                raise StoreError(self._folder.address, fault, remedy=f"With {operator} it needs {needs}.")

    def _dataset(self, name: str) -> Any:
        """The files of a table as one; scenarios that differ in their axes have columns of their own."""
        root, files = self._folder.source()
        paths = [f"{root}/{file}" for file in self._files()[name]]
        try:
            data = ds.dataset(paths, format=_format(), filesystem=files)
            if len(self.manifest.get("scenarios", ())) < 2:
                return data
            whole = pa.unify_schemas([one.physical_schema for one in data.get_fragments()])
            return data.replace_schema(whole)
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
            self._listed = {name: files for name, files in listed.items() if self._is_wanted(name)}
        return self._listed

    def _is_wanted(self, name: str) -> bool:
        """Whether the experiment asks for a table; an earlier sweep into the same folder may have made more."""
        retention = self.manifest["retention"]
        return name == RUNS or bool(retention["summary"] if name == SUMMARY else retention["keep"])

    def _read(self, name: str, columns: Sequence[str] | None, where: Where) -> pd.DataFrame:
        points, data = self.points(), self._dataset(name)
        of_points = [column for column in points.columns if column not in {KEY, "first_draw"}]
        of_rows = [column for column in data.schema.names if column not in {KEY, *BOUNDS}]
        shown = of_points if name == RUNS else [POINT]
        wanted = [*shown, *of_rows] if columns is None else list(columns)
        numeric = {column: pd.api.types.is_numeric_dtype(points[column]) for column in of_points}
        texts = {**{column: not numeric[column] for column in of_points}, **_are_text(data.schema)}
        self._check(name, wanted, where, {column: texts[column] for column in (*of_points, *of_rows)})
        first = [one for one in where if one[0] in of_points]
        joined = [one for one in where if name == SUMMARY and one[0] in JOINED]
        pushed: list[tuple[str, str, Any]] = [one for one in where if one not in (*first, *joined)]
        for column, operator, value in first:
            points = points[self._operator(operator)(points[column], value)]
        if first:
            pushed.append((KEY, "in", points[KEY].unique().tolist()))
        if "run" in of_rows:
            pushed.append(("run", "<", self._runs_of(name)))
        led = [column for column in (*BOUNDS, *ORDER[name]) if column in data.schema.names]
        read = list(dict.fromkeys([KEY, *led, *(column for column in wanted if column in of_rows)]))
        rows = _frame(self._scan(data, read, pushed))
        placed = self._ordered(name, rows.merge(points, on=KEY, how="inner", sort=False))
        for column, operator, value in joined:
            placed = placed[self._operator(operator)(placed[column], value)]
        return placed[wanted].reset_index(drop=True)

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


QUANTILES = ("q05", "q25", "q50", "q75", "q95")

JOINED = ("mean", "sd", *QUANTILES, "n")
"""Columns of the summary that are known only when the stretches of a point are joined."""

ORDER: Mapping[str, tuple[str, ...]] = {
    RUNS: ("run",),
    SUMMARY: ("period", "entity", "outcome", *JOINED),
    "countries": ("run", "period", "country"),
    "system": ("run", "period"),
    "shares": ("run", "period", "country", "domain", "option"),
    "relations": ("run", "period", "country", "power"),
    "formats": ("run", "period", "format"),
    "memberships": ("run", "period", "country", "format"),
    "ties": ("run", "period", "country", "partner"),
}
"""Columns that tell the rows of a point apart, by table; of the summary all, for it may have to be joined."""


def _joined(rows: pd.DataFrame, replications: int) -> pd.DataFrame:
    """Statistics of stretches as those of all runs of a point: mean and spread exactly [chan1983].

    Quantiles are means of those of the stretches, weighted by their runs: the estimate by batches, which is off by
    about a part in 2 048. A stretch that a change of the number of replications has left behind does not count.
    """
    whole = (rows["first"] % EXACT == 0) & (rows["last"] == np.minimum(rows["first"] + EXACT, replications))
    chosen = rows[whole]
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
    joined = parts.groupby(keys, sort=False, as_index=False).agg({**sums, **others})
    return joined.assign(sd=np.sqrt(joined["sd"] / (joined["n"] - 1)))


def _are_text(schema: Any) -> dict[str, bool]:
    """Column -> whether it holds text."""
    return {one.name: pa.types.is_string(one.type) or pa.types.is_large_string(one.type) for one in schema}


def _format() -> Any:
    """Parquet whose pages are checked as they are read."""
    return ds.ParquetFileFormat(
        default_fragment_scan_options=ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    )


def _frame(table: Any) -> pd.DataFrame:
    return cast(pd.DataFrame, table.to_pandas(strings_to_categorical=False))
