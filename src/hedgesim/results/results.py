"""Results of a run, a grid or a sweep, in memory or in a folder: opened, written, never overwritten unasked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim.engines.case import Case
from hedgesim.errors import StoreError, check_path
from hedgesim.results.folders import MANIFEST, RESULTS_FORMAT, SWEEP, Folder, manifest_in, write_manifest
from hedgesim.results.parquet import FolderTables, FrameTables, Tables, Where, parquet_bytes, to_arrow
from hedgesim.results.tables import TABLES
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


def open_results(folder: str | Path) -> Results:
    """Open the folder of a run, a grid or a sweep, or a sweep at an address that fsspec knows.

    A sweep that is not finished opens too, with what is there.

    Raises:
        StoreError: there are no results, or those of a newer version.
    """
    check_path("folder", folder)
    place = Folder(folder if isinstance(folder, str) else Path(folder))
    manifest = manifest_in(place)
    if manifest is None:
        fault = "there are no finished results here"
        raise StoreError(place.address, fault, remedy="Check the path, or run the scenario or the sweep again.")
    if manifest.get("kind") == SWEEP:
        from hedgesim.results.sweep_tables import SweepTables

        return Results(manifest, SweepTables(place, manifest))
    return Results(manifest, FolderTables(place, list(manifest.get("tables", ()))))


def write(results: Results, folder: str | Path) -> None:
    """Write tables and, last, the manifest into a folder; StoreError if it cannot be written."""
    check_path("folder", folder)
    write_results(Path(folder), results.tables, manifest=results.manifest)


def write_results(folder: Path, tables: Mapping[str, pd.DataFrame], *, manifest: Mapping[str, object]) -> None:
    """Write checked tables and, last, the manifest; equal frames give equal bytes.

    All tables are checked before the first byte is written. A folder without a manifest is unfinished: the
    old one goes first, then every file is written beside its place and renamed, then tables of an earlier
    run that this one lacks go. The manifest gains `format_version` and, per table, rows and SHA-256.
    """
    checked = {name: to_arrow(name, frame) for name, frame in tables.items()}
    place = Folder(folder)
    place.prepare()
    listed = {}
    try:
        (folder / MANIFEST).unlink(missing_ok=True)
        for name, table in checked.items():
            content = parquet_bytes(table)
            place.write(f"{name}.parquet", content)
            listed[name] = {"rows": table.num_rows, "sha256": hashlib.sha256(content).hexdigest()}
        for name in TABLES.keys() - tables.keys():
            (folder / f"{name}.parquet").unlink(missing_ok=True)
        write_manifest(place, {**manifest, "format_version": RESULTS_FORMAT, "tables": listed})
    except (OSError, StoreError) as error:
        fault = error.fault if isinstance(error, StoreError) else f"writing stopped ({error.strerror})"
        raise StoreError(folder, fault, remedy="Free some space or name another folder with -o.") from error
