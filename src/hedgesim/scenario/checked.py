"""Files checked by pydantic: the base of their models, and how what pydantic finds becomes errors with places."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, PrivateAttr, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError

from hedgesim.errors import LIKE_A_NUMBER, HedgesimError, Place, ScenarioError, choose_from, shown
from hedgesim.scenario.files import number_like
from hedgesim.scenario.findings import AT_KEY, findings_of, length_of, path_of
from hedgesim.scenario.yaml_tree import KeyPath, Node, canonical_text, dotted, place_of, plain, walk

FROZEN = ConfigDict(extra="forbid", frozen=True, strict=True)
DIALECT = "https://json-schema.org/draft/2020-12/schema"
MOST_FAULTS = 300
"""Faults of one reading that are reported; a file with more is broken in one way."""

PATH, WHERE = "\0path", "\0where"
"""In a fault: the dotted path of the value, or of what holds it where a key or an entry of a list is at fault."""

OURS = "said_by_hedgesim"
Remedy = str | Callable[[], str]

_MAPPING = ("{path} must be a mapping of keys to values, not {value}", "Write it like {{key: value}}, or leave it out.")
WORDS = {
    "string_type": (
        "{path} must be text, not {value}",
        "Write it like a word, in quotes where it looks like a number.",
    ),
    "int_type": ("{path} must be a whole number, not {value}", "Write it like 2022."),
    "float_type": ("{path} must be a number, not {value}", LIKE_A_NUMBER),
    "bool_type": ("{path} must be true or false, not {value}", "Write it like true."),
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "tuple_type": ("{path} must be a list, not {value}", "Write it like [a, b]."),
    "string_too_short": ("{path} is empty", "Write some text."),
    "too_short": (
        "{path} has {count} of at least {min_length} entries",
        "Name at least {min_length}, or leave the key out.",
    ),
    "greater_than": ("{path} is {value} but must be above {gt}", "Write a number above {gt}."),
    "greater_than_equal": ("{path} is {value} but must be at least {ge}", "Write a number at least {ge}."),
    "less_than_equal": ("{path} is {value} but must be at most {le}", "Write a number at most {le}."),
    "literal_error": ("{path} is {value}, which is not allowed", "Known: {expected}."),
}
"""Fault and remedy by pydantic's type of error."""

UNFIT = ("{path} cannot be {value}", "See `hedgesim schema` for what may be here.")


@dataclass(frozen=True)
class Fault:
    """Something wrong at a path below the value that a validator checks; `at_key`: its key is at fault."""

    path: KeyPath
    fault: str
    remedy: Remedy
    at_key: bool = False


def misfit(fault: str, remedy: Remedy, other: KeyPath = ()) -> PydanticCustomError:
    """Make the error that a validator of one value raises; the remedy is called when it is shown.

    other: a second value that may be at fault; the one in the file that was named is.
    """
    said = fault.replace(PATH, "the value").replace(WHERE, "it")
    return PydanticCustomError(OURS, "{said}", {"said": said, "fault": fault, "remedy": remedy, "other": other})


def refuse(faults: Iterable[Fault]) -> None:
    """Raise, from a validator, everything that it found; without faults do nothing."""
    lines = []
    for one in islice(faults, MOST_FAULTS):
        path = (*one.path, AT_KEY) if one.at_key else one.path
        lines.append(InitErrorDetails(type=misfit(one.fault, one.remedy), loc=path, input=None))
    if lines:
        raise ValidationError.from_exception_data("faults", lines)


class CheckedFile(BaseModel):
    """A checked file, known by its effective keys, whatever it is called and however it is written."""

    model_config = FROZEN
    advice: ClassVar[Mapping[str, str]] = {}
    """What to write for a key that is missing."""
    depends: ClassVar[Mapping[str, Collection[str]] | None] = None
    """As of `findings_of`."""

    _path: Path = PrivateAttr(default=Path())
    _name: str = PrivateAttr(default="")
    _places: dict[str, Place] = PrivateAttr(default_factory=dict)

    @classmethod
    def of_tree(
        cls,
        tree: Node,
        path: Path,
        *,
        files: Iterable[str] = (),
        context: Any = None,
        faults: Sequence[HedgesimError] = (),
        further: Callable[[Self], Iterable[HedgesimError]] = lambda _: (),
    ) -> Self:
        """Check the values of a file.

        files: the chain of files, the named one first; options of the command line come before them. context: what
        validators know besides the file. faults: that were found before. further: finds other faults, where there are
        some, in what is left without.

        Raises:
            ScenarioError: the first fault by position, with the others attached.
        """
        found, checked = findings_of(lambda data: cls.model_validate(data, context=context), plain(tree), cls.depends)
        if checked is not None:
            checked._path = path
            checked._places = {dotted(keys): node.place for keys, node in walk(tree) if keys}
            if not found and not faults:
                return checked
        ranks = {file: rank for rank, file in enumerate([tree.place.file, *files])}

        def rank(place: Place) -> int:
            return ranks.get(place.file, -1)

        found_here = cls._errors(found, tree, rank)
        errors: list[HedgesimError] = [*faults, *found_here, *(further(checked) if checked else ())]
        errors.sort(key=lambda one: (rank(one.place), one.place.line or 0, one.place.column or 0))
        raise ScenarioError.of(errors)

    @classmethod
    def _errors(cls, details: list[ErrorDetails], tree: Node, rank: Callable[[Place], int]) -> Iterator[ScenarioError]:
        """Turn pydantic's findings into errors with places; rank: of the file of a place, the named one first."""
        for detail in islice(details, MOST_FAULTS):
            at_key = detail["loc"][-1:] == (AT_KEY,) or detail["type"] == "extra_forbidden"
            path = path_of(detail)
            fault, remedy = cls._words(detail, path)
            held = path[:-1] if at_key or (path and isinstance(path[-1], int)) else path
            fault = fault.replace(PATH, dotted(path)).replace(WHERE, dotted(held))
            paths = [path, *filter(None, [detail.get("ctx", {}).get("other")])]
            place = min((place_of(tree, one, at_key=at_key) for one in paths), key=rank)
            yield ScenarioError(place, fault, remedy)

    @classmethod
    def _words(cls, detail: ErrorDetails, path: KeyPath) -> tuple[str, str]:
        """Say in plain words what is wrong, and what to write."""
        kind, context, value = detail["type"], detail.get("ctx", {}), shown(detail["input"])
        owner = f" in {dotted(path[:-1])}" if path[:-1] else ""
        if kind == OURS:
            remedy = context["remedy"]
            return context["fault"], remedy if isinstance(remedy, str) else remedy()
        if kind == "extra_forbidden":
            return f"unknown key {shown(path[-1])}{owner}", choose_from(str(path[-1]), cls.keys_at(path[:-1]))
        if kind == "missing":
            return f"{path[-1]} is missing{owner}", cls.advice.get(str(path[-1]), f"Add {path[-1]}.")
        if detail["input"] is None and path and str(path[-1]) in cls.advice:
            return f"{path[-1]} is empty{owner}", cls.advice[str(path[-1])]
        given = {key: f"{one:g}" if isinstance(one, float) else str(one) for key, one in context.items()}
        given |= {"path": PATH, "value": value, "count": str(length_of(detail["input"]))}
        fault, remedy = WORDS.get(kind, UNFIT)
        if kind == "float_type" and isinstance(detail["input"], str):
            remedy = number_like(detail["input"])
        return fault.format(**given), remedy.format(**given).replace("'", "")

    @property
    def name(self) -> str:
        """Name of the file without folder and ending; of a twin, what it lacks too."""
        return self._name or self._path.stem

    @property
    def path(self) -> Path:
        """The file that was read."""
        return self._path

    @property
    def places(self) -> Mapping[str, Place]:
        """Place of every value written in a file or option, by dotted path such as `shocks.peace.date`."""
        return self._places

    def place(self, *keys: str | int) -> Place:
        """Find where the value at a path is written, or else the nearest key that holds it."""
        path = dotted(keys)
        while path not in self._places and path:
            path = path.rpartition(".")[0]
        return self._places.get(path, Place(str(self.path)))

    @property
    def keys(self) -> dict[str, Any]:
        """Every key with its effective value as plain data; keys without a value are left out."""
        return self.model_dump(mode="json", exclude_none=True)

    @property
    def digest(self) -> str:
        """SHA-256 of the effective keys."""
        return digest_of(self.keys)

    @property
    def text(self) -> str:
        """The effective keys as canonical YAML, which reads back as the same."""
        return canonical_text(self.keys)

    @classmethod
    @cache
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema (2020-12) of such a file."""
        schema = cls.model_json_schema()
        return {"$schema": DIALECT, **schema, "title": f"hedgesim {cls.__name__.lower()}"}

    @classmethod
    def forms_at(cls, path: KeyPath) -> list[dict[str, Any]]:
        """The JSON Schema of a path, one entry per alternative; none where no such path may be."""
        schema = cls.json_schema()
        forms = [schema]
        for key in path:
            steps = [step for form in forms if (step := _step(form, key)) is not None]
            forms = [form for step in steps for form in _alternatives(schema["$defs"], step)]
        return forms

    @classmethod
    def keys_at(cls, path: KeyPath) -> tuple[str, ...]:
        """The keys that are named below a path; none where any name, or no key at all, may be."""
        return tuple(key for form in cls.forms_at(path) for key in form.get("properties", {}))


def _step(form: dict[str, Any], key: str | int) -> dict[str, Any] | None:
    """Go from a schema to that of one key or list position."""
    items = form.get("items") if str(key).isdecimal() else None
    found = form.get("properties", {}).get(key) or items or form.get("additionalProperties")
    return found if isinstance(found, dict) else None


def _alternatives(definitions: Mapping[str, Any], form: dict[str, Any]) -> list[dict[str, Any]]:
    """Follow references and alternatives."""
    if "$ref" in form:
        return _alternatives(definitions, definitions[form["$ref"].rpartition("/")[2]])
    return [one for each in form["anyOf"] for one in _alternatives(definitions, each)] if "anyOf" in form else [form]


def digest_of(keys: dict[str, Any]) -> str:
    """Compute the SHA-256 of plain data, whatever the order of its keys."""
    text = json.dumps(keys, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Or:
    """In JSON Schema, something else may be given in place of the value."""

    other: Mapping[str, Any]

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Name both."""
        return {"anyOf": [handler(core), dict(self.other)]}


OrNull = Or({"type": "null"})
"""null may be given in place of the value: it deletes an inherited key."""
