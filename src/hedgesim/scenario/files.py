"""Files of scenarios: found, read as text, and read as a table in CSV."""

from __future__ import annotations

import csv
import io
import math
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hedgesim.errors import LIKE_A_NUMBER, Place, ScenarioError, check_path, choose_from, shown

MOST_BYTES, MOST_LINES = 256 * 1024, 2**20
ENDINGS = (".yaml", ".yml")
SCENARIOS = "scenarios"
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
"""A decimal number as files write it."""

_AFTER_QUOTES = re.compile(r'"[ \t]+(?=[,\r\n]|\Z)')
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")


def shown_path(path: Path) -> str:
    """Write a path relative to the working folder, where it is inside."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def read_text(path: Path, most: int = MOST_BYTES, kind: str = "scenario file (YAML)") -> str:
    """Read a UTF-8 text file of at most so many bytes; kind: what it should be, for remedies.

    Raises:
        ScenarioError: missing, a directory, not a regular file, too large (judged by its size on disk, before it is
            read), unreadable, binary or not UTF-8.
    """
    place = Place(str(path))
    try:
        status = path.stat()
    except FileNotFoundError:
        raise ScenarioError(place, "there is no such file", "Check the spelling of the path.") from None
    except (OSError, ValueError) as error:
        raise _unreadable(place, error) from None
    if stat.S_ISDIR(status.st_mode):
        raise ScenarioError(place, "is a directory", f"Name one {kind}.")
    if not stat.S_ISREG(status.st_mode):
        raise ScenarioError(place, "is not a regular file", f"Name a {kind} on disk.")
    if status.st_size > most:
        raise _too_large(place, status.st_size, most, kind)
    try:
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as error:
        raise _unreadable(place, error) from None
    if len(content) > most:
        raise _too_large(place, len(content), most, kind)
    try:
        if b"\0" in content:
            raise ValueError
        return content.decode("utf-8-sig")
    except ValueError:
        remedy = f"Name a {kind}, saved as UTF-8."
        raise ScenarioError(place, "is a binary file, not a text in UTF-8", remedy) from None


def _unreadable(place: Place, error: OSError | ValueError) -> ScenarioError:
    """Say why a file cannot be read."""
    reason = getattr(error, "strerror", None) or "the path is not valid"
    return ScenarioError(place, f"cannot be read ({reason})", "Check the path and its permissions.")


def _too_large(place: Place, size: int, most: int, kind: str) -> ScenarioError:
    """Say how large the file is and how large it may be."""
    fault = f"the file has {size} bytes, more than the {most} bytes ({most // 1024} kB) that are read"
    small = "Keep the scenario small and put its numbers into a tables folder."
    return ScenarioError(place, fault, small if kind.startswith("scenario") else f"Name a smaller {kind}.")


def path_inside(folder: Path, text: str, place: Place, kind: str = "scenario file") -> Path:
    """Resolve a path that a file of a kind names, which must stay inside that file's own folder.

    Raises:
        ScenarioError: an absolute path, or one that leaves the folder by `..` or through a link.
    """
    remedy = f"Name a path below the folder of the {kind}, without links that leave it."
    if Path(text).is_absolute():
        raise ScenarioError(place, f"{shown(text)} is an absolute path", remedy)
    try:
        inside = (folder / text).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        raise ScenarioError(place, f"{shown(text)} is not a usable path", remedy) from None
    if not inside:
        raise ScenarioError(place, f"{shown(text)} leaves the folder of the {kind}", remedy)
    return _on_disk(folder / text)


def _on_disk(path: Path) -> Path:
    """A path as the disk writes its name, whose letters may be composed of several characters."""
    apart = path.with_name(unicodedata.normalize("NFD", path.name)) if path.name else path
    return apart if not _exists(path) and _exists(apart) else path


def folder_inside(folder: Path, text: str, place: Place) -> Path:
    """Resolve the tables folder that a scenario file names; neither it nor a file in it may lead outside."""
    tables = path_inside(folder, text, place)
    if not tables.is_dir():
        raise ScenarioError(place, f"there is no folder {shown(text)} beside the scenario file", "Check its spelling.")
    for entry in sorted(tables.iterdir()):
        path_inside(tables, entry.name, place)
    return tables.resolve()


def packaged_scenarios() -> dict[str, Path]:
    """List the scenarios that come with hedgesim, name -> file, in the order of their names."""
    return packaged_files(SCENARIOS)


def packaged_files(folder: str) -> dict[str, Path]:
    """List the YAML files of a folder that comes with hedgesim, name -> file, in the order of their names."""
    place = next((candidate for candidate in _folders(folder) if candidate.is_dir()), None)
    return {file.stem: file for file in sorted(place.glob("*.yaml"))} if place is not None else {}


def _folders(folder: str) -> Iterator[Path]:
    """Where a folder may be: inside the installed package, or at the root of a source checkout."""
    here = Path(__file__).resolve()
    yield here.parents[1] / folder
    yield here.parents[3] / folder


def find_named(source: str | Path, folder: str, what: str) -> Path:
    """Find a file given as a path, or by the name of one in a folder that comes with hedgesim.

    Raises:
        ScenarioError: neither a file nor a known name.
        HedgesimError: neither text nor a path.
    """
    check_path("source", source)
    path, text = Path(source), str(source)
    packaged = packaged_files(folder)
    if text in packaged and not (_exists(path) and path.is_file()):
        return Path(shown_path(packaged[text]))
    if not isinstance(source, str) or (text and _exists(path)) or is_path(text):
        return _on_disk(path)
    remedy = f"Give the path of a file or the name of a packaged {what}. {choose_from(text, packaged)}"
    raise ScenarioError(text or '""', f"there is no {what} {shown(text)}" if text else "the name is empty", remedy)


def find_beside(text: str, place: Place, folder: Path) -> Path:
    """Find the scenario that an experiment names: a file below its folder, else a packaged one.

    Raises:
        ScenarioError: a path that leaves the folder, or an unknown name.
    """
    if is_path(text):
        return path_inside(folder, text, place, "experiment file")
    packaged = packaged_scenarios()
    if text not in packaged:
        remedy = f"Give the path of a file or the name of a packaged scenario. {choose_from(text, packaged)}"
        raise ScenarioError(place, f"there is no scenario {shown(text)}", remedy)
    return Path(shown_path(packaged[text]))


def is_path(text: str) -> bool:
    """Whether a text can only be the path of a file, not the name of something packaged."""
    return text.endswith(ENDINGS) or "/" in text or "\\" in text


def find_ancestor(text: str, place: Place, folder: Path) -> Path:
    """Find the file that `extends` names: a file in the folder of the scenario, else a packaged one.

    Raises:
        ScenarioError: a path that leaves the folder, a missing file, an unknown name.
    """
    if not is_path(text):
        packaged = packaged_scenarios()
        if text in packaged:
            return Path(shown_path(packaged[text]))
        siblings = [text + ending for ending in ENDINGS if _exists(folder / (text + ending))]
        remedy = f'Write extends: "{siblings[0]}".' if siblings else choose_from(text, packaged)
        raise ScenarioError(place, f"extends names an unknown scenario {shown(text)}", remedy)
    path = path_inside(folder, text, place)
    if not _exists(path):
        fault = f"extends names a missing file {shown(text)}"
        raise ScenarioError(place, fault, "Name a file relative to this one, or a packaged scenario.")
    return path


def _exists(path: Path) -> bool:
    """Return whether there is anything of that name; a text that cannot be a name names nothing."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


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
            if not name:
                raise ScenarioError(place, f"column {k + 1} has no name", "Name it, or delete its cells.")
            if name in header[:k]:
                raise ScenarioError(place, f"the column {name} is there twice", "Keep one of them.")
        self.check_lengths()

    def check_lengths(self) -> None:
        """Refuse lines that do not have one cell for each column of the header."""
        for line in self.lines:
            if len(line.cells) != len(self.header.cells):
                fault = f"{len(line.cells)} cells under {len(self.header.cells)} columns"
                remedy = "Write one cell for each column, numbers as 0.5, and quote cells that hold a comma."
                raise ScenarioError(self.place(line), fault, remedy)


def read_csv(path: Path, most_bytes: int = LARGEST_TABLE) -> CsvTable:
    """Read a table: lines end in any way, letters are composed (NFC), lines and last columns without text do not count.

    Raises:
        ScenarioError: as of `read_text`; quotes without end, too many lines or none, another separator than commas.
    """
    path = Path(shown_path(path))
    text = unicodedata.normalize("NFC", read_text(path, most_bytes, "table (CSV)"))
    text = _AFTER_QUOTES.sub('"', text)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    lines: list[Line] = []
    try:
        for row in reader:
            if len(lines) > MOST_LINES:
                raise ScenarioError(Place(str(path), reader.line_num), f"more than {MOST_LINES} lines", "Divide it.")
            if any(cells := tuple(map(str.strip, row))):
                lines.append(Line(reader.line_num, cells))
    except csv.Error as error:
        place, fault = Place(str(path), reader.line_num), f"this is not a table ({error})"
        raise ScenarioError(place, fault, "Check its quotes and commas.") from None
    if not lines:
        raise ScenarioError(Place(str(path)), "the file is empty", "Write a header, and lines below it.")
    header = Line(lines[0].number, lines[0].cells[: max(map(_width, lines))])
    if len(header.cells) == 1 and set(header.cells[0]) & {";", "\t"}:
        place, fault = Place(str(path), header.number), "the columns are not separated by commas"
        raise ScenarioError(place, fault, "Separate them by commas, and write numbers as 0.5.")
    n = len(header.cells)
    return CsvTable(path, header, tuple(Line(line.number, line.cells[: max(n, _width(line))]) for line in lines[1:]))


def _width(line: Line) -> int:
    """How many cells there are up to the last one with text."""
    n = len(line.cells)
    while not line.cells[n - 1]:
        n -= 1
    return n


def number_in(cell: str) -> float:
    """A cell as a finite number; NaN where it is none."""
    value = float(cell) if NUMBER.fullmatch(cell) else math.nan
    return value if math.isfinite(value) else math.nan


def number_like(text: str) -> str:
    """What to write in place of a text that is no number."""
    return f"Write {text.replace(',', '.')}, with a point." if _DECIMAL_COMMA.fullmatch(text) else LIKE_A_NUMBER
