"""Results of a run, a grid, a sweep or an analysis: opened, written whole, never overwritten unasked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from hedgesim.errors import StoreError, check_path, check_type, texts
from hedgesim.results.folders import RUN, SWEEP, Folder
from hedgesim.results.manifest import (
    WholeFiles,
    digest_of_sources,
    digests_of,
    fault_of_keys,
    manifest_in,
    versions,
    warn_of_age,
)
from hedgesim.results.ownership import IDENTITY, Draw, Part, check_folder, drawn, write_files
from hedgesim.results.parquet import FolderTables, FrameTables, Tables, Where, parquet_bytes, to_arrow
from hedgesim.scenario.checked import digest_of

if TYPE_CHECKING:
    from xarray import Dataset

    from hedgesim.engines.case import Case
    from hedgesim.scenario import Scenario
    from hedgesim.scenario.arrays import ScenarioInputs


@dataclass(frozen=True)
class Results:
    """Results: tables by name, and the manifest, which says what produced them.

    tables: a mapping from names to frames; those of a folder are read when they are asked for. Only of a scenario that
    was run in this process, `scenario`, `case` (the scenario in arrays) and `inputs` (its own tables) are known.
    """

    manifest: Mapping[str, Any]
    tables: Tables
    scenario: Scenario | None = None
    case: Case | None = None
    inputs: ScenarioInputs | None = None
    ending: pd.DataFrame | None = None
    """What `closing` gives."""

    @staticmethod
    def of(frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> Results:
        """Results in memory, from frames by name."""
        return Results(manifest, FrameTables(frames))

    def table(self, name: str, columns: Sequence[str] | None = None, where: Where = ()) -> pd.DataFrame:
        """A table as a frame, rows in the order of points, runs and quarters.

        columns: those to be read, in this order; all by default. where: conditions that rows meet; what they exclude
        is not read where the files allow it.

        Raises:
            StoreError: no such table, column or operator, or a file that is damaged or missing.
        """
        return self.tables.read(name, columns, where)

    def to_xarray(self, tables: Sequence[str] = ()) -> Dataset:
        """Tables as one labelled data set; its `to_netcdf` writes netCDF. Wants `pip install 'hedgesim[exports]'`.

        tables: names; by default all of the runs that are kept in full, or without any the table of runs. Dimensions
        are what identifies a row: point (of a sweep) or what varies (of a grid), run, period, country, domain, option
        and so on. Presence, a column for each option in tables, is one variable. A column that an earlier table has too
        is called TABLE_COLUMN. Variables have units and meaning.

        Raises:
            StoreError: xarray is not installed, no such table, or tables of different runs.
        """
        from hedgesim.results.labelled import dataset_of

        return dataset_of(self.tables, texts("tables", tables), self.manifest)

    def closing(self) -> pd.DataFrame:
        """Presence, hedging index, meetings and realignments before and after, with Monte Carlo error, of all runs.

        Raises:
            StoreError: these results were not run in this process.
        """
        if self.ending is None:
            fault = "the closing table is known only of a scenario that was just run"
            raise StoreError(self.tables.place, fault, remedy="Read the table summary.")
        return self.ending

    def points(self) -> pd.DataFrame:
        """The table of points of a sweep: point, sample, scenario, what varies by path, and the key of their rows.

        Raises:
            StoreError: these are not results of a sweep.
        """
        return self.tables.points()


def check_results(name: str, value: object) -> None:
    """Refuse an argument of Python that is no results, such as the name of their folder."""
    check_type(name, value, Results, "Give what run, sweep or open_results returned.")


def open_results(folder: str | Path) -> Results:
    """Open the folder of a run, a grid or a sweep, or a sweep at an address that fsspec knows.

    A sweep that is not finished opens too, with what is there.

    Raises:
        StoreError: there are no results, or those of a newer version.
    """
    check_path("folder", folder)
    place = Folder(folder if isinstance(folder, str) else Path(folder))
    manifest = manifest_in(place)
    kind = RUN if manifest is None else manifest.get("kind", RUN)
    if manifest is None or (kind == RUN and manifest.get("ended", "") is None):
        fault = "there are no finished results here" if place.is_there() else "there is no such folder"
        raise StoreError(place.address, fault, remedy="Check the path, or run the scenario or the sweep again.")
    if kind in {RUN, SWEEP}:
        warn_of_age(place, manifest)
    if kind == SWEEP:
        from hedgesim.results.sweep_tables import SweepTables

        return Results(manifest, SweepTables(place, manifest))
    if kind != RUN:
        raise StoreError(
            place.address, f"these are results of {kind}", remedy="Name the folder of a run or of a sweep."
        )
    return Results(manifest, FolderTables(place, digests_of(place, manifest)))


def write(results: Results, folder: str | Path, *, draw: Draw = lambda _: (), overwrite: bool = False) -> None:
    """Write checked tables, charts and, last, the manifest into a folder; equal frames give equal bytes.

    draw: what draws the charts. overwrite: whether other results in the folder may be replaced. All tables are checked
    and all charts drawn before the first byte is written, and old results stay until the new ones are complete. The
    manifest takes known keys only; it gains `format_version`, `charts`, its digest and, per table, rows and SHA-256.
    Results without an identity have that of their tables.

    Raises:
        StoreError: the folder cannot be written, or has other results or files of your own with these names.
        HedgesimError: the folder is no path, or the results are none.
    """
    check_results("results", results)
    write_together([(results, folder, draw)], overwrite=overwrite)


def write_together(parts: Iterable[tuple[Results, str | Path, Draw]], *, overwrite: bool) -> None:
    """Write results, each with what draws their charts, into folders of their own, all or none; see `write`."""
    write_files(*[_part(*part, overwrite=overwrite) for part in parts], overwrite=overwrite)


def _part(results: Results, folder: str | Path, draw: Draw, *, overwrite: bool) -> Part:
    """Results as files, their charts drawn."""
    check_path("folder", folder)
    place, manifest = Path(folder), results.manifest
    if fault := fault_of_keys(manifest, RUN):
        raise StoreError(place, fault, remedy="Keep what else is to be known in a file beside it.")
    checked = {name: to_arrow(name, frame) for name, frame in results.tables.items()}
    files = {f"{name}.parquet": parquet_bytes(table) for name, table in checked.items()}
    listed = {
        name: {"rows": table.num_rows, "sha256": hashlib.sha256(files[f"{name}.parquet"]).hexdigest()}
        for name, table in checked.items()
    }
    whole = {IDENTITY: digest_of(listed), **manifest, "tables": listed}
    check_folder(place, RUN, whole[IDENTITY], files=files, overwrite=overwrite)
    return Part(place, files | drawn(draw), whole)


def write_findings(
    folder: Path,
    kind: str,
    tables: Mapping[str, pd.DataFrame],
    facts: Mapping[str, Any],
    *,
    draw: Draw = lambda _: (),
    overwrite: bool = False,
) -> None:
    """Write tables as Parquet, charts, and a manifest with what produced them, in place of the same findings.

    kind: the command that found them. facts: what else the manifest says. draw: what draws the charts. overwrite:
    whether other findings of this command may be replaced.

    Raises:
        StoreError: the folder cannot be written, or has results of another command or files of your own.
    """
    files = {f"{name}.parquet": table.to_parquet(index=False) for name, table in tables.items()}
    listed = {
        name: {"rows": len(table), "sha256": hashlib.sha256(files[f"{name}.parquet"]).hexdigest()}
        for name, table in tables.items()
    }
    made_by = {"sources_digest": digest_of_sources(), **versions()}
    manifest = {"kind": kind, "tables": listed, **facts, **made_by}
    write_files(Part(folder, files | drawn(draw), manifest), overwrite=overwrite)


def read_findings(folder: Path, kind: str) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables and the manifest of what a command found, each file compared with its digest.

    Raises:
        StoreError: they are not there, not of this command, or damaged.
    """
    again, place = f"Run: hedgesim {kind}.", Folder(folder)
    manifest = manifest_in(place)
    if manifest is None:
        raise StoreError(folder, f"there are no results of hedgesim {kind} here", remedy=again)
    if manifest.get("kind") != kind:
        raise StoreError(folder, f"this is not a folder of hedgesim {kind}", remedy=again)
    if manifest.get("ended", "") is None:
        raise StoreError(folder, "writing stopped before its end", remedy=again)
    whole, digests = WholeFiles(place), digests_of(place, manifest)
    for name, digest in digests.items():
        whole.check(name, {f"{name}.parquet": digest})
    return {name: pd.read_parquet(place.check_file(f"{name}.parquet")) for name in digests}, manifest
