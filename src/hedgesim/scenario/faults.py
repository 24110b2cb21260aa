"""Faults found in a merged scenario, and how they become errors with places."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from hedgesim.errors import Place, ScenarioError
from hedgesim.scenario.positions import Node, child_at

KeyPath = tuple[str | int, ...]


MOST_FAULTS = 300
"""Faults of one kind that are looked into; a file with more is broken in one way."""


@dataclass(frozen=True)
class Fault:
    """Something wrong at a path of the scenario; `at_key` points at the key instead of its value."""

    path: KeyPath
    fault: str
    remedy: str
    at_key: bool = False


def dotted(path: KeyPath) -> str:
    """Write a path as in `--set`: keys and list positions (from 0) joined by dots."""
    return ".".join(str(key) for key in path)


def place_of(tree: Node, path: KeyPath, *, at_key: bool = False) -> Place:
    """Find where a path is written, or the key of the nearest mapping that should hold it."""
    node = tree
    for key in path:
        child = child_at(node, key)
        if child is None:
            return node.anchor
        node = child
    return node.anchor if at_key else node.place


def raise_first(tree: Node, faults: Iterable[Fault], files: list[str]) -> None:
    """Raise the first fault by position, with the others attached; without faults do nothing.

    files: the chain of files, the named one first; options of the command line come before them.
    """
    errors = [
        ScenarioError(place_of(tree, fault.path, at_key=fault.at_key), fault.fault, fault.remedy)
        for fault in islice(faults, MOST_FAULTS)
    ]
    if not errors:
        return
    errors.sort(key=lambda error: _position(error.place, files))
    first, *others = errors
    raise ScenarioError(first.place, first.fault, first.remedy, others=others)


def _position(place: Place, files: list[str]) -> tuple[int, int, int]:
    """Order places by file of the chain, line and column."""
    rank = files.index(place.file) if place.file in files else -1
    return rank, place.line or 0, place.column or 0
