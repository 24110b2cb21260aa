"""The tables in the store of a sweep, in which every row has its point."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from hedgesim.errors import StoreError, shown
from hedgesim.numbers import QUANTILES
from hedgesim.results.folders import MANIFEST, Folder
from hedgesim.results.manifest import AGAIN, WholeFiles
from hedgesim.results.parquet import Tables, Where, are_text, condition_of, datasets_of, frame_of
from hedgesim.results.reduction import EXACT
from hedgesim.results.store import BOUNDS, KEY, contents_of, digest_in, files_by_table, is_part
from hedgesim.results.tables import POINT, RUNS, STATISTICS, SUMMARY, SUMMARY_KEYS, TABLES

POINTS = "points.parquet"


class SweepTables(Tables):
    """Tables in the folder of a sweep; see `Tables`."""

    def __init__(self, folder: Folder, manifest: Mapping[str, Any]) -> None:
        """Take the folder of a sweep and its manifest."""
        self.place, self._folder, self._manifest = folder.address, folder, manifest
        self._files: Mapping[str, Sequence[str]] | None = None
        self._whole = WholeFiles(folder)

    def points(self) -> pd.DataFrame:
        """The table of points; StoreError if it is not complete."""
        return frame_of(self._points())

    def names(self) -> Sequence[str]:
        """See `Tables`."""
        return list(self._listed())

    def rows(self, name: str, columns: Sequence[str] | None, where: Where) -> pd.DataFrame:
        """See `Tables`."""
        points = self._points()
        files = self._listed()[name]
        self._whole.check(name, {file: digest_in(file) for file in files})
        data = datasets_of(self._folder, name, files, differ=len(self._manifest["scenarios"]) > 1)
        of_points = [column for column in points.column_names if column not in {KEY, "first_draw"}]
        of_rows = [column for column in data.schema.names if column not in {KEY, *BOUNDS}]
        wanted = [*(of_points if name == RUNS else [POINT]), *of_rows] if columns is None else list(columns)
        texts = {**are_text(points.schema), **are_text(data.schema)}
        self.check(name, wanted, where, {column: texts[column] for column in (*of_points, *of_rows)})
        first = [one for one in where if one[0] in of_points]
        later = [one for one in where if name == SUMMARY and one[0] in STATISTICS]
        pushed: list[tuple[str, str, Any]] = [one for one in where if one not in (*first, *later)]
        if first:
            points = points.filter(condition_of(first))
            pushed.append((KEY, "in", points[KEY].unique().to_pylist()))
        if "run" in of_rows:
            pushed.append(("run", "<", self._runs_of(name)))
        leading = [column for column in (*BOUNDS, *TABLES[name].keys) if column in data.schema.names]
        read = list(dict.fromkeys([KEY, *leading, *(column for column in wanted if column in of_rows)]))
        rows = self.scan(data.pieces, read, pushed).merge(frame_of(points), on=KEY, how="inner", sort=False)
        placed = self._ordered(name, rows)
        if name == RUNS and not where:
            self._check_rows(len(placed), len(points))
        if later:
            placed = frame_of(pa.Table.from_pandas(placed, preserve_index=False).filter(condition_of(later)))
        return placed[wanted].reset_index(drop=True)

    def _check_rows(self, found: int, points: int) -> None:
        """Refuse a table of runs that a finished sweep cannot have: it has one row for each run of each point."""
        expected = points * int(self._manifest["replications"])
        if self._manifest["ended"] and found != expected:
            raise StoreError(self.place, f"table runs has {found} of {expected} rows", remedy=AGAIN)

    def _points(self) -> Any:
        """The table of points with the key of each, as pyarrow table."""
        content = self._folder.read(POINTS)
        place, remedy = f"{self.place}/{POINTS}", "Run the sweep again."
        if content is None:
            raise StoreError(place, "the table of points is missing", remedy)
        if hashlib.sha256(content).hexdigest() != self._manifest.get("points_sha256"):
            raise StoreError(place, "it is not the table of points that the manifest names", remedy)
        return pq.read_table(pa.BufferReader(content))

    def _listed(self) -> Mapping[str, Sequence[str]]:
        """Files by table: those of the manifest, or while the sweep is unfinished those that are there and intact.

        Only what the experiment asks for: an earlier sweep into the same folder may have written more.
        """
        if self._files is None:
            ended = self._manifest.get("ended")
            listed = self._in_manifest() if ended else files_by_table(contents_of(self._folder).chunks)
            retention = self._manifest["retention"]
            wanted = {RUNS: True, SUMMARY: retention["summary"]}
            self._files = {name: files for name, files in listed.items() if wanted.get(name, retention["keep"])}
        return self._files

    def _in_manifest(self) -> Mapping[str, Sequence[str]]:
        """Files by table as the manifest lists them; StoreError for a name of another form than a sweep writes."""
        listed: Mapping[str, Sequence[str]] = self._manifest["tables"]
        for table, file in ((table, file) for table, files in listed.items() for file in files):
            if not is_part(file, table):
                fault = f"it lists {shown(file)}, which is not the name of a file of a sweep"
                raise StoreError(f"{self.place}/{MANIFEST}", fault, remedy="Run the sweep again.")
        return listed

    def _runs_of(self, name: str) -> int:
        """How many runs of a point a table has; an earlier sweep into the same folder may have written more."""
        return int(self._manifest["replications"] if name == RUNS else self._manifest["retention"]["keep"])

    def _ordered(self, name: str, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows in the order of points and runs, each once; statistics of all runs of a point as one."""
        if name == SUMMARY:
            rows = _joined(rows, int(self._manifest["replications"]))
            return rows.sort_values([POINT], kind="stable", ignore_index=True)
        by = [POINT, *TABLES[name].keys]
        ordered = rows.sort_values(by[:2], kind="stable", ignore_index=True)
        return ordered.drop_duplicates(by, ignore_index=True)


def _joined(rows: pd.DataFrame, replications: int) -> pd.DataFrame:
    """Statistics of successive runs as those of all runs of a point: mean and spread exactly [chan1983].

    Quantiles are means of those of successive runs, weighted by their number: the estimate by batches, which is off by
    about one in 2 048. Rows that a change of the number of replications has left behind do not count.
    """
    whole = (rows["first"] % EXACT == 0) & (rows["last"] == np.minimum(rows["first"] + EXACT, replications))
    keys = [POINT, *SUMMARY_KEYS]
    chosen = rows[whole].drop_duplicates([*keys, "first"], ignore_index=True)
    if len(chosen) == 0 or (chosen["first"] == 0).all():
        return chosen
    groups = chosen.groupby(keys, sort=False)
    weight = chosen["n"] / groups["n"].transform("sum")
    mean = (weight * chosen["mean"]).groupby([chosen[key] for key in keys], sort=False).transform("sum")
    within = (chosen["n"] - 1) * chosen["sd"].fillna(0.0) ** 2 + chosen["n"] * (chosen["mean"] - mean) ** 2
    parts = chosen.assign(mean=mean, sd=within, **{name: weight * chosen[name] for name in QUANTILES})
    sums: dict[str, str] = {"mean": "first", "sd": "sum", "n": "sum", **dict.fromkeys(QUANTILES, "sum")}
    others = {name: "first" for name in parts.columns if name not in {*sums, *keys}}
    joined = parts.groupby(keys, sort=False, as_index=False).agg({**sums, **others})
    return joined.assign(sd=np.sqrt(joined["sd"] / (joined["n"] - 1)))
