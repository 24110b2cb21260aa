"""All findings of pydantic in a file at once: those that it seeks only where nothing else is wrong, too."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Mapping, Sized
from fnmatch import fnmatchcase
from functools import reduce
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hedgesim.scenario.yaml_tree import KeyPath, dotted

Model = TypeVar("Model", bound=BaseModel)

ROUNDS = 8
"""Times that a file is checked at most."""

AT_KEY = "[key]"
"""Last step of a location in pydantic's findings: the key is at fault, not its value."""

STAND_INS: Mapping[str, Any] = {"purpose": "-", "seed": 0, "source": "assumption", "size": 0.0}
"""Values of required keys on which no other check depends."""


def findings_of(
    check: Callable[[Any], Model], data: Any, depends: Mapping[str, Collection[str]] | None
) -> tuple[list[ErrorDetails], Model | None]:
    """Everything that pydantic finds in plain data, and the model of what is left when that is taken out, if any.

    Beside an unknown key, which may be a misspelt one, nothing else that only then is found is a fault.
    depends: patterns of dotted paths, and first keys without parts of which faults at such paths may be none; None: the
    data are checked once.
    """
    found: list[ErrorDetails] = []
    taken: list[KeyPath] = []
    misspelt: set[KeyPath] = set()
    data = copy.deepcopy(data)
    for _ in range(ROUNDS):
        try:
            return found, check(data)
        except ValidationError as error:
            details = [one for one in error.errors(include_url=False) if not _is_echo(one)]
        paths = [path_of(one) for one in details]
        fresh = [not {path, path[:-1]} & misspelt and not _follows(path, taken, depends or {}) for path in paths]
        found += [one for one, is_fresh in zip(details, fresh, strict=True) if is_fresh]
        misspelt |= {path[:-1] for path, one in zip(paths, details, strict=True) if one["type"] == "extra_forbidden"}
        before = len(taken)
        for path in paths:
            _take(data, path, taken)
        if depends is None or len(taken) == before:
            break
    return found, None


def _is_echo(detail: ErrorDetails) -> bool:
    """Return whether a list is called too short only because faulty entries, reported too, were not counted."""
    return detail["type"] == "too_short" and length_of(detail["input"]) >= detail["ctx"]["min_length"]


def length_of(value: object) -> int:
    """How many entries a value has."""
    return len(value) if isinstance(value, Sized) else 1


def path_of(detail: ErrorDetails) -> KeyPath:
    """Where a finding of pydantic is."""
    return tuple(key for key in detail["loc"] if key != AT_KEY)


def _follows(path: KeyPath, taken: Iterable[KeyPath], depends: Mapping[str, Collection[str]]) -> bool:
    """Whether a fault may only be there because something was taken out, at that path, below it, or elsewhere."""
    firsts = {key for pattern, keys in depends.items() if fnmatchcase(dotted(path), pattern) for key in keys}
    return any(path == out[: len(path)] or out[0] in firsts for out in taken)


def _take(data: Any, path: KeyPath, taken: list[KeyPath]) -> None:
    """Take what is at a path out of plain data, or the nearest key that holds it and was not taken before.

    Entries of lists stay, so that the others keep their places.
    """
    if any(path[: len(out)] == out != path for out in taken):
        return
    for out in (path[:n] for n in range(len(path), 0, -1)):
        holder, last = reduce(_entry, out[:-1], data), out[-1]
        if isinstance(holder, dict) and out not in taken and (last in holder or last in STAND_INS):
            if last in STAND_INS:
                holder[last] = STAND_INS[str(last)]
            else:
                del holder[last]
            taken.append(out)
            return


def _entry(holder: Any, key: str | int) -> Any:
    """One entry of a list or mapping; None where there is none."""
    if isinstance(holder, dict):
        return holder.get(key)
    return holder[key] if isinstance(holder, list) and isinstance(key, int) and key < len(holder) else None
