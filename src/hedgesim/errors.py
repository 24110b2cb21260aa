"""What is said to the user when something cannot be done: place, fault, remedy, on one line."""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral

LONGEST_SHOWN_VALUE = 60
NO_MEANINGS: Mapping[str, str] = {}
"""No known name has a meaning in words."""
ALIKE, ALIKE_IN_WORDS = 0.6, 0.73
"""How much a name must look like a known one, or like its meaning (ratio of difflib)."""
MOST_ALIKE = 8
"""Names that look most like one, among which the best is sought."""
SHORTEST_BEGINNING = 3
"""Letters that the beginning of a word must have more of."""
LONGEST_SHOWN_LIST = 20
LONGEST_PLACE = 600


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
        return f"{self.file}:{self.line}" if self.column is None else f"{self.file}:{self.line}:{self.column}"


DEFAULT_PLACE = Place("default")
LIKE_A_NUMBER = "Write it like 0.5."
"""How a number is written."""


class HedgesimError(ValueError):
    """An input that cannot be used: where it is, what is wrong, and what to do about it."""

    def __init__(self, place: object, fault: str, remedy: str) -> None:
        super().__init__(place, fault, remedy)
        self.place = place if isinstance(place, Place) else Place(str(place))
        self.fault, self.remedy = _one_line(fault).rstrip("."), _one_line(remedy)

    def __str__(self) -> str:
        """Write `place: fault. remedy` on one line, whatever the texts hold."""
        return f"{_short(_one_line(str(self.place)))}: {self.fault}. {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        """Send it from one process to another."""
        return type(self), (self.place, self.fault, self.remedy)


class StoreError(HedgesimError):
    """A results folder that cannot be written or read."""


class WorkerError(HedgesimError):
    """Worker processes that cannot do the work."""


class ScenarioError(HedgesimError):
    """A scenario or experiment file that cannot be used.

    `others` holds the further errors found in the same reading, in the order of the file.
    """

    def __init__(self, place: object, fault: str, remedy: str, others: Sequence[ScenarioError] = ()) -> None:
        super().__init__(place, fault, remedy)
        self.others = tuple(others)

    def __reduce__(self) -> tuple[object, ...]:
        """Send it, with the others, from one process to another."""
        return type(self), (self.place, self.fault, self.remedy, self.others)

    @classmethod
    def of(cls, errors: Sequence[HedgesimError]) -> ScenarioError:
        """The first of some errors, with the others attached."""
        first, *others = errors
        return cls(first.place, first.fault, first.remedy, [cls(one.place, one.fault, one.remedy) for one in others])

    @property
    def all(self) -> tuple[ScenarioError, ...]:
        """This error and the others, first one first."""
        return (self, *self.others)


def printable(text: str) -> str:
    """The text on one line, literally: white space as spaces, characters that steer a terminal or turn text as escapes.

    Joiners, without which Persian and some emoji read differently, and hard spaces stay.
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character.isprintable() or character in "\u00a0\u200c\u200d":
        return character
    return " " if character.isspace() else character.encode("unicode_escape").decode()


def _one_line(text: str) -> str:
    """Fold white space into single spaces and make every character visible."""
    return " ".join(printable(text).split())


def _short(place: str) -> str:
    """Cut the middle out of a place that fills the screen, such as an option with a long value."""
    half = LONGEST_PLACE // 2
    return place if len(place) <= LONGEST_PLACE else f"{place[:half]} … {place[-half:]}"


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
        text = text[: LONGEST_SHOWN_VALUE - 4] + ('..."' if isinstance(value, str) else "...")
    return text


def listed(names: Iterable[str]) -> str:
    """Write names as a sorted list for a message, cut when it is long."""
    return in_order(sorted(set(names)))


def in_order(names: Sequence[str]) -> str:
    """Write names in their order, cut when there are many."""
    more = len(names) - LONGEST_SHOWN_LIST
    return ", ".join(names[:LONGEST_SHOWN_LIST]) + (f" and {more} more" if more > 0 else "")


def closest(name: str, known: Iterable[str], meanings: Mapping[str, str] = NO_MEANINGS) -> str | None:
    """Find the known name that is meant, upper and lower case alike; None when none is near.

    It looks most like `name`, or its meaning does, or it holds `name`, or all words of `name` are in its meaning; parts
    of `name` may be meanings, where a name in words stands for a code. A name of quite another length only looks alike
    by chance.
    """
    by_lower = {candidate.lower(): candidate for candidate in sorted(known)}
    text, words = name.lower(), set(_words(name))
    similar = [one for one in by_lower if abs(len(one) - len(text)) <= max(2, len(text) // 3)]
    holding = [one for one in by_lower if len(text) > 2 and text in one]
    said = {one: _words(meanings.get(code, "")) for one, code in by_lower.items()}
    meant = [one for one, its in said.items() if words and all(_begins(word, its) for word in words)]
    titled = [one for one in meant if len(said[one]) == len(words) and words == set(said[one])]
    called = {" ".join(its): one for one, its in said.items() if its}
    alike = _most_alike(text, similar, ALIKE)
    named = [called[one] for one in _most_alike(" ".join(_words(name)), called, ALIKE_IN_WORDS)]
    coded = [one for one in (_coded(text, meanings),) if one in by_lower]
    near = titled or coded or alike or named or sorted(holding, key=len) or sorted(meant, key=len)
    return by_lower[near[0]] if near else None


def _begins(word: str, words: Iterable[str]) -> bool:
    """Whether a word is among others, or is the beginning of one of them, as an adjective of a country is."""
    return any(one == word or (len(word) > SHORTEST_BEGINNING and one.startswith(word)) for one in words)


def _most_alike(text: str, known: Iterable[str], cutoff: float) -> list[str]:
    """The name that looks most like a text, in a list; of several that which adds vowels or an end."""
    found = difflib.get_close_matches(text, list(known), n=MOST_ALIKE, cutoff=cutoff)
    best = [one for one in found if _ratio(one, text) == _ratio(found[0], text)]
    return sorted(best, key=lambda one: (_consonants(one) != _consonants(text), not one.startswith(text)))[:1]


def _ratio(one: str, text: str) -> float:
    return difflib.SequenceMatcher(None, one, text).ratio()


def _consonants(text: str) -> str:
    return re.sub("[aeiou]", "", text)


def _coded(text: str, meanings: Mapping[str, str]) -> str:
    """A name whose parts, between underscores, are codes where they were the names in words of some."""
    codes = {" ".join(_words(meaning)): code for code, meaning in meanings.items()}
    parts = ([*_most_alike(part, codes, ALIKE_IN_WORDS), part][0] for part in text.split("_"))
    return "_".join(codes.get(part, part) for part in parts).lower() if "_" in text else ""


def _words(text: str) -> list[str]:
    """Words in lower case, letters without accents."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(one))
    return re.findall(r"[^\W_]+", plain)


def choose_from(name: str, known: Iterable[str], meanings: Mapping[str, str] = NO_MEANINGS) -> str:
    """The remedy for an unknown name: which known name may be meant, and which there are."""
    candidates = list(known)
    near = closest(name, candidates, meanings)
    guess = f'Did you mean "{near}"? ' if near is not None else ""
    return f"{guess}Known: {listed(candidates)}." if candidates else "None is known here."


def whole(name: str, value: object, least: int | None = None, most: int | None = None) -> int:
    """An argument of Python as a whole number, which may be NumPy's; true is none."""
    number = int(value) if not isinstance(value, bool) and isinstance(value, Integral) else None
    if number is not None and (least is None or number >= least) and (most is None or number <= most):
        return number
    range_ = "" if least is None else f" of at least {least}" if most is None else f" from {least} to {most}"
    fault, example = f"it must be a whole number{range_}", max(2, least or 0)
    example = example if most is None else min(example, most)
    raise HedgesimError(f"{name}={shown(value)}", fault, f"Write it like {name}={example}.")


def texts(name: str, values: object) -> tuple[str, ...]:
    """An argument of Python as a list of texts; one text alone is none."""
    if isinstance(values, Iterable) and not isinstance(values, str):
        found = tuple(values)
        if all(isinstance(one, str) for one in found):
            return found
    example = shown(values if isinstance(values, str) else "...")
    raise HedgesimError(f"{name}={shown(values)}", "it must be a list of texts", f"Write {name}=[{example}].")


def check_path(name: str, value: object) -> None:
    """Refuse an argument of Python that is no path, or one of an encoding that no file can hold."""
    check_type(name, value, (str, os.PathLike), f'Write a path or a name, like {name}="...".')
    check_encoding(str(value))


def check_encoding(word: str) -> None:
    """Refuse a path or another word that is not UTF-8: manifests, charts and pages could not hold it."""
    if any("\ud800" <= character <= "\udfff" for character in word):
        raise HedgesimError(word, "it is not text in UTF-8", "Give the file or folder a name in UTF-8.")


def check_type(name: str, value: object, kinds: type | tuple[type, ...], remedy: str) -> None:
    """Refuse an argument of Python of another type."""
    if not isinstance(value, kinds):
        raise HedgesimError(f"{name}={shown(value)}", f"it is of another type, {type(value).__name__}", remedy)
