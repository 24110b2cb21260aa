"""Scenario files on disk: what is refused before a byte is parsed, and how far a file may reach."""

import os
import stat
from pathlib import Path

from hedgesim.errors import Place, ScenarioError, shown

MOST_BYTES = 256 * 1024


def shown_path(path: Path) -> str:
    """Write a path as seen from the working folder, where it lies inside."""
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
    _check_kind(status, place, most, kind)
    try:
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as error:
        raise _unreadable(place, error) from None
    if len(content) > most:
        raise _too_large(place, len(content), most)
    return _decoded(content, place, kind)


def _unreadable(place: Place, error: OSError | ValueError) -> ScenarioError:
    """Say why a file cannot be read."""
    reason = getattr(error, "strerror", None) or "the path is not valid"
    return ScenarioError(place, f"cannot be read ({reason})", "Check the path and its permissions.")


def _check_kind(status: os.stat_result, place: Place, most: int, kind: str) -> None:
    """Refuse directories, devices and large files."""
    if stat.S_ISDIR(status.st_mode):
        raise ScenarioError(place, "is a directory", f"Name one {kind}.")
    if not stat.S_ISREG(status.st_mode):
        raise ScenarioError(place, "is not a regular file", f"Name a {kind} on disk.")
    if status.st_size > most:
        raise _too_large(place, status.st_size, most)


def _too_large(place: Place, size: int, most: int) -> ScenarioError:
    """Say how large the file is and how large it may be."""
    return ScenarioError(
        place,
        f"the file has {size} bytes, more than the {most} bytes ({most // 1024} kB) that are read",
        "Keep the scenario small and put its numbers into a tables folder." if most == MOST_BYTES else "Divide it.",
    )


def _decoded(content: bytes, place: Place, kind: str) -> str:
    """Decode UTF-8, with or without a byte order mark."""
    binary = ScenarioError(place, "is a binary file, not a text in UTF-8", f"Name a {kind}, saved as UTF-8.")
    if b"\0" in content:
        raise binary
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise binary from None


def path_inside(folder: Path, text: str, place: Place) -> Path:
    """Resolve a path that a scenario file names, which must stay inside that file's own folder.

    Raises:
        ScenarioError: an absolute path, or one that leaves the folder by `..` or through a link.
    """
    remedy = "Name a path below the folder of the scenario file, without links that leave it."
    if Path(text).is_absolute():
        raise ScenarioError(place, f"{shown(text)} is an absolute path", remedy)
    try:
        inside = (folder / text).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        raise ScenarioError(place, f"{shown(text)} is not a usable path", remedy) from None
    if not inside:
        raise ScenarioError(place, f"{shown(text)} leaves the folder of the scenario file", remedy)
    return folder / text


def folder_inside(folder: Path, text: str, place: Place) -> Path:
    """Resolve the tables folder that a scenario file names; neither it nor a file in it may lead outside."""
    tables = path_inside(folder, text, place)
    if not tables.is_dir():
        raise ScenarioError(place, f"there is no folder {shown(text)} beside the scenario file", "Check its spelling.")
    for entry in sorted(tables.iterdir()):
        path_inside(tables, entry.name, place)
    return tables.resolve()
