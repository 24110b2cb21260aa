"""How the reader says what is wrong: place, fault, remedy, on one line."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LONGEST_SHOWN_VALUE = 60
LONGEST_SHOWN_LIST = 20


@dataclass(frozen=True, order=True)
class Place:
    """Where a value is written: a file with line and column (from 1), or an option of the command line."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """Write the place as file:line:column, or as the file or option alone."""
        if self.line is None:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


DEFAULT_PLACE = Place("default")


class ScenarioError(ValueError):
    """A scenario that cannot be used, said in one line: place, fault, remedy.

    `others` holds the further errors found in the same reading, in the order of the file.
    """

    def __init__(self, place: Place | str, fault: str, remedy: str, *, others: Sequence["ScenarioError"] = ()) -> None:
        super().__init__(str(place), fault, remedy)
        self.place = Place(place) if isinstance(place, str) else place
        self.fault = _one_line(fault)
        self.remedy = _one_line(remedy)
        self.others = tuple(others)

    def __str__(self) -> str:
        """Write the error on one line, whatever the file holds."""
        return f"{_one_line(str(self.place))}: {self.fault}. {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        """Let worker processes hand the error on."""
        return _rebuilt, (self.place, self.fault, self.remedy, self.others)

    @property
    def all(self) -> tuple["ScenarioError", ...]:
        """This error and the others, first one first."""
        return (self, *self.others)


def _rebuilt(place: Place, fault: str, remedy: str, others: tuple[ScenarioError, ...]) -> ScenarioError:
    """Make the error again after pickling."""
    return ScenarioError(place, fault, remedy, others=others)


def _one_line(text: str) -> str:
    """Fold line breaks and control characters into spaces and escape what cannot be printed."""
    folded = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()
    return folded.encode("utf-8", "backslashreplace").decode("utf-8")


def shown(value: object) -> str:
    """Write a value for a message: text in quotes, lists and mappings by their kind, all of it short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    if len(text) > LONGEST_SHOWN_VALUE:
        text = text[: LONGEST_SHOWN_VALUE - 4] + '..."'
    return text


def listed(names: Iterable[str]) -> str:
    """Write names as a sorted list for a message, cut when it is long."""
    ordered = sorted(set(names))
    if len(ordered) > LONGEST_SHOWN_LIST:
        return ", ".join(ordered[:LONGEST_SHOWN_LIST]) + f" and {len(ordered) - LONGEST_SHOWN_LIST} more"
    return ", ".join(ordered)


def closest(name: str, known: Iterable[str]) -> str | None:
    """Find the known name that looks most like `name`, upper and lower case alike; None when none is near."""
    by_lower = {candidate.lower(): candidate for candidate in sorted(known)}
    near = difflib.get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[near[0]] if near else None


def choose_from(name: str, known: Iterable[str]) -> str:
    """Say as a remedy which known name may be meant, and which there are."""
    candidates = list(known)
    near = closest(name, candidates)
    guess = f'Did you mean "{near}"? ' if near is not None else ""
    return f"{guess}Known: {listed(candidates)}." if candidates else "None is known here."
