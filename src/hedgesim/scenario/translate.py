"""pydantic's findings in plain words: which key, what is wrong, what to write."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from hedgesim.errors import choose_from, closest, listed, shown
from hedgesim.scenario.faults import Fault, KeyPath, dotted
from hedgesim.scenario.fields import PLAIN_WORDS
from hedgesim.scenario.json_schema import keys_at

Words = tuple[str, str]
KeysAt = Callable[[KeyPath], tuple[str, ...]]
WHAT_TO_WRITE = {
    "purpose": "Add a line such as purpose: what the scenario shows.",
    "start": "Add a line such as start: 2021Q1.",
    "end": "Add a line such as end: 2026Q4.",
    "seed": "Add a line such as seed: 2022, or pass --seed.",
    "source": "Name a key of the table of sources, or write source: assumption.",
    "size": "Add a number such as size: 0.3.",
    "channels": "Add a list of channels.",
    "rate": "Add a number such as rate: 0.05, in arrivals per quarter.",
}


def faults_of(
    details: Iterable[ErrorDetails], keys: KeysAt = keys_at, needs: Mapping[str, str] = WHAT_TO_WRITE
) -> Iterator[Fault]:
    """Turn the findings of pydantic into faults; keys: what may stand below a path, needs: what to write for a key."""
    return (_fault(detail, keys, needs) for detail in details if not _is_echo(detail))


def _is_echo(detail: ErrorDetails) -> bool:
    """Tell whether a list is called too short only because faulty entries, reported too, were not counted."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _fault(detail: ErrorDetails, keys: KeysAt, needs: Mapping[str, str]) -> Fault:
    """Turn one finding into a fault."""
    path: KeyPath = tuple(detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(path, keys(path[:-1]))
    if kind == "missing":
        key = str(path[-1])
        owner = f" in {dotted(path[:-1])}" if path[:-1] else ""
        return Fault(path, f"{key} is missing{owner}", needs.get(key, f"Add {key}."))
    if kind == "float_type" and (near := _misspelt_rule(path, detail["input"])):
        return _unknown_key(path, near)
    if kind == PLAIN_WORDS:
        return Fault(path, f"{dotted(path)} {context['fault']}", str(context["remedy"]))
    words = WORDS.get(kind, _unfit)
    fault, remedy = words(detail["input"], context)
    return Fault(path, f"{dotted(path)} {fault}", remedy)


def _unknown_key(path: KeyPath, known: tuple[str, ...]) -> Fault:
    """Say that a key is unknown, and which one may be meant."""
    owner = f" in {dotted(path[:-1])}" if path[:-1] else ""
    return Fault(path, f"unknown key {shown(path[-1])}{owner}", choose_from(str(path[-1]), known), at_key=True)


def _misspelt_rule(path: KeyPath, value: object) -> tuple[str, ...]:
    """Tell whether a parameter with a text as value is a misspelt `rule`."""
    is_choice = path[:1] == ("rules",) and len(path) == 4
    return ("rule",) if is_choice and isinstance(value, str) and closest(str(path[-1]), ["rule"]) else ()


def _kind(what: str, example: str) -> Callable[[Any, Any], Words]:
    """Make the words for a value of the wrong kind."""
    return lambda value, _context: (f"must be {what}, not {shown(value)}", f"Write it like {example}.")


def _limit(comparison: str, key: str) -> Callable[[Any, Any], Words]:
    """Make the words for a number out of range."""

    def words(value: Any, context: Any) -> Words:
        limit = context[key]
        bound = f"{comparison} {limit:g}" if isinstance(limit, float) else f"{comparison} {limit}"
        return f"is {shown(value)} but must be {bound}", f"Write a number {bound}."

    return words


def _too_short(value: Any, context: Any) -> Words:
    """Say how many entries are needed."""
    fewest = context["min_length"]
    return f"has {len(value)} of at least {fewest} entries", f"Name at least {fewest}, or leave the key out."


def _not_listed(value: Any, context: Any) -> Words:
    """Say which words are allowed."""
    expected = str(context.get("expected", "")).replace("'", "")
    return f"is {shown(value)}, which is not allowed", f"Known: {listed([expected])}."


def _unfit(value: Any, _context: Any) -> Words:
    """Say that a value does not fit, where nothing more is known."""
    return f"cannot be {shown(value)}", "See `hedgesim schema` for what may stand here."


WORDS: dict[str, Callable[[Any, Any], Words]] = {
    "string_type": _kind("text", "a word, in quotes where it looks like a number"),
    "int_type": _kind("a whole number", "2022"),
    "float_type": _kind("a number", "0.5"),
    "bool_type": _kind("true or false", "true"),
    "dict_type": _kind("a mapping of keys to values", "{key: value}, or leave it out"),
    "model_type": _kind("a mapping of keys to values", "{key: value}, or leave it out"),
    "tuple_type": _kind("a list", "[a, b]"),
    "string_too_short": lambda _value, _context: ("is empty", "Write some text."),
    "too_short": _too_short,
    "greater_than": _limit("above", "gt"),
    "greater_than_equal": _limit("at least", "ge"),
    "less_than_equal": _limit("at most", "le"),
    "literal_error": _not_listed,
}
