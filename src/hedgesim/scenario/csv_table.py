"""Tables on file as comma-separated values (CSV): their lines, and what is refused of them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hedgesim.errors import Place, ScenarioError
from hedgesim.scenario.files import read_text, shown_path

LARGEST_TABLE = 16_000_000
"""Bytes of a table file above which it is refused before it is read."""


class Line(NamedTuple):
    """A line of a table: its number, from 1, and its cells without blanks around them."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class CsvTable:
    """A table on file: its header and the lines below; lines without any text are left out."""

    path: Path
    header: Line
    lines: tuple[Line, ...]

    def place(self, line: Line) -> Place:
        """Where a line is."""
        return Place(str(self.path), line.number)

    def column(self, name: str) -> list[str]:
        """Cells of a column of the header."""
        k = self.header.cells.index(name)
        return [line.cells[k] for line in self.lines]

    def check(self, columns: Sequence[str]) -> None:
        """Refuse a header that lacks one of the columns or has one twice, and lines of another length."""
        header, place = self.header.cells, self.place(self.header)
        for name in columns:
            if name not in header:
                raise ScenarioError(place, f"the column {name} is missing", f"The columns are {', '.join(columns)}.")
        for k, name in enumerate(header):
            if name in header[:k]:
                raise ScenarioError(place, f"the column {name} is there twice", "Keep one of them.")
        self.check_lengths()

    def check_lengths(self) -> None:
        """Refuse lines that do not have one cell for each column of the header."""
        for line in self.lines:
            if len(line.cells) != len(self.header.cells):
                fault = f"{len(line.cells)} cells under {len(self.header.cells)} columns"
                remedy = "Write one cell for each column; quote cells that hold a comma."
                raise ScenarioError(self.place(line), fault, remedy)


def read_csv(path: Path, most_bytes: int = LARGEST_TABLE, *, strict: bool = True) -> CsvTable:
    """Read a table; strict: whether text after a closing quote is refused.

    Raises:
        ScenarioError: as of `read_text`; quotes that do not end, or no line at all.
    """
    path = Path(shown_path(path))
    text = read_text(path, most_bytes, "table (CSV)")
    reader = csv.reader(io.StringIO(text, newline=""), strict=strict, skipinitialspace=True)
    lines = []
    try:
        for row in reader:
            if any(cells := tuple(map(str.strip, row))):
                lines.append(Line(reader.line_num, cells))
    except csv.Error as error:
        place, fault = Place(str(path), reader.line_num), f"this is not a table ({error})"
        raise ScenarioError(place, fault, "Check its quotes and commas.") from None
    if not lines:
        raise ScenarioError(Place(str(path)), "the file is empty", "Write a header, and lines below it.")
    return CsvTable(path, lines[0], tuple(lines[1:]))


def number_in(cell: str) -> float:
    """A cell as a finite number; NaN where it is none."""
    try:
        value = float(cell)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
