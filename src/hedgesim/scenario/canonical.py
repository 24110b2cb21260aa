"""One way to write a scenario: canonical JSON for its digest, canonical YAML for people; what differs between two."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from hedgesim.errors import DEFAULT_PLACE, Place, ScenarioError
from hedgesim.scenario.positions import resolve

if TYPE_CHECKING:
    from hedgesim.scenario.schema import Scenario

WIDEST_LINE = 110


class _Writer(yaml.SafeDumper):
    """Writes text so that our reader, which knows fewer words and more numbers than PyYAML, reads it back."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write repeated values out."""
        return True


def _write_text(writer: _Writer, text: str) -> yaml.ScalarNode:
    """Quote text that would be read back as a number or a word such as true."""
    try:
        quoted = resolve(text, Place("")) != text
    except ScenarioError:
        quoted = True
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style='"' if quoted else None)


_Writer.add_representer(str, _write_text)


def digest_of(keys: dict[str, Any]) -> str:
    """Compute the SHA-256 of plain data, whatever the order of its keys."""
    text = json.dumps(keys, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def canonical_text(keys: dict[str, Any]) -> str:
    """Write plain data as YAML in the given order of keys."""
    text: str = yaml.dump(keys, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=WIDEST_LINE)
    return text


@dataclass(frozen=True)
class DifferenceRow:
    """One value that differs; value and place are None on the side that has no such key.

    path: dotted as in `--set`. A value that is not written has the place `default`.
    """

    path: str
    value_a: Any
    value_b: Any
    place_a: Place | None
    place_b: Place | None


def difference(a: Scenario, b: Scenario) -> tuple[DifferenceRow, ...]:
    """List every value that differs between two scenarios, in the order of their keys; names do not count."""
    of_a, of_b = dict(_leaves(a.keys)), dict(_leaves(b.keys))
    return tuple(
        DifferenceRow(
            path,
            of_a.get(path),
            of_b.get(path),
            a.places.get(path, DEFAULT_PLACE) if path in of_a else None,
            b.places.get(path, DEFAULT_PLACE) if path in of_b else None,
        )
        for path in {**of_a, **of_b}
        if path not in of_a or path not in of_b or of_a[path] != of_b[path]
    )


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
