"""How much disk and memory runs will take, asked before they start."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hedgesim.engines.case import Case
from hedgesim.errors import StoreError
from hedgesim.results.blocks import columns_of_places, final_columns
from hedgesim.results.tables import TABLES

BYTES_A_NUMBER = 9.0
"""On disk: eight, and what row groups and half-filled dictionaries add; measured, numbers take 7 to 8.6."""

BYTES_A_LABEL = 0.5
"""On disk, of a code or another word that repeats itself; measured, at most 0.3."""

BYTES_A_WORD = 16.0
"""In memory, of a code or another word."""

BESIDE = 20e6
"""On disk: summary, charts and manifest."""

NUMBERS = ("float64", "int64")


@dataclass(frozen=True)
class Need:
    """Bytes that some runs take: for a row per run, and for the runs kept in full."""

    rows: float
    kept: float

    @property
    def most(self) -> str:
        """The option that asks for most of it."""
        return "--keep" if self.kept > self.rows else "--runs"


def check_space(folder: Path | None, cases: Sequence[Case], *, runs: int, keep: int) -> None:
    """Refuse runs whose tables the disk of a folder, if one is given, or memory cannot hold; StoreError if so."""
    if folder is not None:
        check_disk(folder, cases, runs=runs, keep=keep)
    check_memory(cases, runs=runs, keep=keep)


def check_disk(folder: Path, cases: Sequence[Case], *, runs: int, keep: int) -> None:
    """Refuse runs whose tables the disk of a folder cannot hold; StoreError if so."""
    need = _sum([on_disk(case, runs=runs, keep=keep) for case in cases])
    check_free(folder, need.rows + need.kept, runs=runs, most=need.most)


def check_free(folder: Path, need: float, *, runs: int, most: str = "runs") -> None:
    """Refuse runs that need more bytes than the disk of a folder has free; StoreError if so.

    A folder that cannot be inspected passes; creating it reports why.
    """
    try:
        standing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        free = shutil.disk_usage(standing).free
    except (OSError, ValueError, StopIteration):
        return
    if BESIDE + need > free:
        fault = f"{runs} runs need about {size(BESIDE + need)}, {size(free)} are free"
        raise StoreError(folder, fault, remedy=f"Give fewer {most} or another folder with -o.")


def check_memory(cases: Sequence[Case], *, runs: int, keep: int) -> None:
    """Refuse runs whose tables do not fit the memory of this computer; StoreError if so."""
    need = _sum([in_memory(case, runs=runs, keep=keep) for case in cases])
    asked = runs if need.most == "--runs" else keep
    check_bytes(need.rows + need.kept, runs=runs, place=f"{need.most} {asked}", most=need.most)


def check_bytes(need: float, *, runs: int, place: str = "", most: str = "--runs") -> None:
    """Refuse runs that need more bytes than the memory of this computer; StoreError if so."""
    there = memory_of_computer()
    if there is not None and need > there:
        fault = f"{runs} runs need about {size(need)} of memory, this computer has {size(there)}"
        raise StoreError(place or f"--runs {runs}", fault, remedy=f"Give fewer {most}.")


def memory_of_computer() -> float | None:
    """Physical memory in bytes, None where the system does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE")) * float(os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return None


def on_disk(case: Case, *, runs: int, keep: int, places: bool = True) -> Need:
    """Bytes of the tables as they are written, rather too many than too few; places: as of `blocks.final_outcomes`."""
    rows, kept = _need(case, BYTES_A_NUMBER, BYTES_A_LABEL, places=places)
    return Need(runs * rows, min(keep, runs) * kept)


def in_memory(case: Case, *, runs: int, keep: int) -> Need:
    """Bytes of the tables in memory; those of kept runs twice, because they are joined from blocks."""
    rows, kept = _need(case, 8.0, BYTES_A_WORD, places=True)
    return Need(runs * rows, min(keep, runs) * 2.0 * kept)


def _need(case: Case, a_number: float, a_label: float, *, places: bool) -> tuple[float, float]:
    """Bytes of a row of the table of runs, and of all tables of a run that is kept."""
    axes, kept = case.setting.axes, 0.0
    for table in (table for table in TABLES.values() if table.fill is not None):
        numbers = sum(column.kind in NUMBERS and column.name != "run" for column in table.columns)
        labels = len(table.columns) - numbers
        numbers += len(axes.options) if table.further else 0
        kept += table.rows_a_quarter(axes) * len(axes.periods) * (a_number * numbers + a_label * labels)
    columns = [*final_columns(axes), *(columns_of_places(axes) if places else ())]
    return a_number * (3 + len(case.varied) + len(columns)), kept  # 3: run, seed and reason


def size(n: float) -> str:
    """Bytes for a message: 1.2 TB, 80 GB."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if n < 999.5 or unit == "TB":
            break
        n /= 1000.0
    return f"{n:.1f} {unit}" if n < 9.95 and unit != "bytes" else f"{n:.0f} {unit}"


def _sum(needs: Sequence[Need]) -> Need:
    return Need(sum(need.rows for need in needs), sum(need.kept for need in needs))
