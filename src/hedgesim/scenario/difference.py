"""What differs, in effect, between two scenarios."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hedgesim.errors import DEFAULT_PLACE, Place
from hedgesim.scenario.schema import Scenario


@dataclass(frozen=True)
class DifferenceRow:
    """One value that differs; value and place are None on the side that has no such key.

    path: dotted as in `--set`. A value nobody wrote has the place `default`.
    """

    path: str
    value_a: Any
    value_b: Any
    place_a: Place | None
    place_b: Place | None


def difference(a: Scenario, b: Scenario) -> tuple[DifferenceRow, ...]:
    """List every value that differs between two scenarios, in the order of their keys; names do not count."""
    leaves_a, leaves_b = dict(_leaves(a.keys)), dict(_leaves(b.keys))
    paths = [*leaves_a, *(path for path in leaves_b if path not in leaves_a)]
    rows = (
        DifferenceRow(
            path,
            leaves_a.get(path),
            leaves_b.get(path),
            _place(a, path) if path in leaves_a else None,
            _place(b, path) if path in leaves_b else None,
        )
        for path in paths
    )
    return tuple(row for row in rows if not _same(row))


def _same(row: DifferenceRow) -> bool:
    """Tell whether both sides have the key, with equal values."""
    return row.place_a is not None and row.place_b is not None and bool(row.value_a == row.value_b)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Go through the values of plain data; lists of names are one value each."""
    if isinstance(value, dict) and (value or not path):
        children = value.items()
    elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        children = {str(k): entry for k, entry in enumerate(value)}.items()
    else:
        yield path, value
        return
    for key, child in children:
        yield from _leaves(child, f"{path}.{key}" if path else str(key))


def _place(scenario: Scenario, path: str) -> Place:
    """Find where a value is written."""
    return scenario.origins.get(path, DEFAULT_PLACE)
