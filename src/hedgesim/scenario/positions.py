"""YAML with positions: text becomes a tree of plain values, each with its file, line and column."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import yaml

from hedgesim.errors import Place, ScenarioError, shown
from hedgesim.scenario.source_file import read_text

Scalar = str | int | float | bool | None
Plain = Scalar | list["Plain"] | dict[str, "Plain"]
Placing = Callable[[int, int], Place]

DEEPEST_NESTING = 16
MOST_DIGITS = 18

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_TAB_INDENT = re.compile(r"^ *\t[ \t]*\S", re.MULTILINE)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.?(inf|infinity)|[-+]?\.?nan", re.IGNORECASE)
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True)
class Node:
    """One value of a scenario file: a scalar, a tuple of nodes or a mapping of nodes, and where it stands."""

    value: "Scalar | tuple[Node, ...] | Mapping[str, Node]"
    place: Place
    key_place: Place | None = None

    @property
    def anchor(self) -> Place:
        """The place of the key that holds the value, else of the value."""
        return self.key_place or self.place


class _Mark(Protocol):
    """What both loaders of PyYAML say about a position; lines and columns count from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


@dataclass
class _Open:
    """A list or mapping whose end has not come yet; `key` waits for its value."""

    children: dict[str, Node] | list[Node]
    place: Place
    key_place: Place | None
    key: str | None = None
    waiting_since: Place | None = None


def read_tree(path: Path, needs: str = "purpose, start, end and seed, or extends") -> Node:
    """Read a file as a tree whose root is a mapping; faults are errors with line and column.

    needs: the keys that the file must have, in words.
    """
    name = str(path)
    root = compose(read_text(path), lambda line, column: Place(name, line, column))
    if root is None or root.value is None:
        raise ScenarioError(Place(name), "the file is empty", f"Write at least {needs}.")
    if not isinstance(root.value, Mapping):
        raise ScenarioError(root.place, "the file does not hold keys and values", "Write lines like start: 2021Q1.")
    return root


def compose(text: str, placing: Placing) -> Node | None:
    """Turn YAML text into a tree; None when there is nothing in it.

    Only text, numbers, true, false, null, lists and mappings with text keys come out (YAML 1.2 core words, so
    `no` and `2022-02-24` stay text). Anchors, aliases, merge keys, tags and directives are refused.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _check_characters(text, placing)
    try:
        return _build(yaml.parse(text, Loader=_LOADER), placing)
    except yaml.MarkedYAMLError as error:
        place = _marked(error.problem_mark or error.context_mark, placing)
        raise ScenarioError(
            place,
            f"this is not valid YAML: {error.problem or error.context}",
            "Check indentation, colons, quotes and brackets near here.",
        ) from None
    except yaml.YAMLError:
        raise ScenarioError(placing(1, 1), "this is not valid YAML", "Save it as plain UTF-8 text.") from None


def _check_characters(text: str, placing: Placing) -> None:
    """Refuse control characters and tabs used as indentation."""
    if found := _UNPRINTABLE.search(text):
        code = f"U+{ord(found.group()):04X}"
        raise ScenarioError(
            _place_of(text, found.start(), placing), f"the character {code} may not stand here", "Delete it."
        )
    if found := _TAB_INDENT.search(text):
        tab = text.index("\t", found.start())
        raise ScenarioError(_place_of(text, tab, placing), "a tab is used as indentation", "Use spaces.")


def _place_of(text: str, offset: int, placing: Placing) -> Place:
    """Turn an offset into line and column."""
    return placing(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _marked(mark: _Mark | None, placing: Placing) -> Place:
    """Turn a mark of PyYAML, which counts from 0, into a place."""
    return placing(mark.line + 1, mark.column + 1) if mark is not None else placing(1, 1)


def _build(events: Iterator[yaml.Event], placing: Placing) -> Node | None:
    """Build the tree from parsing events, without recursion."""
    stack: list[_Open] = []
    root: Node | None = None
    for event in events:
        place = _marked(event.start_mark, placing)
        _refuse(event, place, root)
        if isinstance(event, yaml.ScalarEvent):
            node: Node | None = _take_scalar(event, place, stack)
        elif isinstance(event, yaml.CollectionStartEvent):
            _open(event, place, stack)
            node = None
        elif isinstance(event, yaml.CollectionEndEvent):
            node = _close(stack)
        else:
            node = None
        if node is not None and stack:
            _attach(node, stack[-1])
        elif node is not None:
            root = node
    return root


def _refuse(event: yaml.Event, place: Place, root: Node | None) -> None:
    """Refuse what a scenario never needs: anchors, aliases, tags, directives, a second document."""
    if isinstance(event, yaml.AliasEvent):
        raise ScenarioError(place, f"the alias *{event.anchor} is not allowed", "Write the value out.")
    if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
        raise ScenarioError(place, f"the anchor &{event.anchor} is not allowed", "Write the value out.")
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
        raise ScenarioError(place, f"the tag {shown(event.tag)} is not allowed", "Delete the tag.")
    if isinstance(event, yaml.DocumentStartEvent):
        if event.version or event.tags:
            raise ScenarioError(place, "a % directive is not allowed", "Delete the line that starts with %.")
        if root is not None:
            raise ScenarioError(place, "a second YAML document starts here", "Keep one scenario per file.")


def _take_scalar(event: yaml.ScalarEvent, place: Place, stack: list[_Open]) -> Node | None:
    """Take a scalar as the key of the open mapping, or else as a value."""
    value = _scalar(event, place)
    top = stack[-1] if stack else None
    if top is None or not isinstance(top.children, dict) or top.key is not None:
        return Node(value, place)
    if not isinstance(value, str):
        raise ScenarioError(place, f"the key {event.value or 'null'} is not text", "Put the key in quotes.")
    if value == "<<":
        raise ScenarioError(place, "the merge key << is not allowed", "Use extends, or write the keys out.")
    if value in top.children:
        first = top.children[value].anchor
        raise ScenarioError(place, f"the key {shown(value)} stands twice (first at {first})", "Keep one of the two.")
    top.key, top.waiting_since = value, place
    return None


def _open(event: yaml.CollectionStartEvent, place: Place, stack: list[_Open]) -> None:
    """Start a list or a mapping."""
    top = stack[-1] if stack else None
    if top is not None and isinstance(top.children, dict) and top.key is None:
        raise ScenarioError(place, "a list or mapping stands where a key should", "Use text as keys.")
    if len(stack) >= DEEPEST_NESTING:
        raise ScenarioError(
            place, f"values are nested deeper than {DEEPEST_NESTING} levels", "No key needs so many levels."
        )
    children: dict[str, Node] | list[Node] = {} if isinstance(event, yaml.MappingStartEvent) else []
    stack.append(_Open(children, place, top.waiting_since if top is not None else None))


def _close(stack: list[_Open]) -> Node:
    """Finish the innermost list or mapping."""
    done = stack.pop()
    value = done.children if isinstance(done.children, dict) else tuple(done.children)
    return Node(value, done.place, done.key_place)


def _attach(node: Node, parent: _Open) -> None:
    """Put a finished value into its parent."""
    if isinstance(parent.children, list):
        parent.children.append(node)
    elif parent.key is not None:
        parent.children[parent.key] = replace(node, key_place=parent.waiting_since)
        parent.key = parent.waiting_since = None


def _scalar(event: yaml.ScalarEvent, place: Place) -> Scalar:
    """Read one scalar; only unquoted ones may be numbers or words such as true."""
    if _UNPRINTABLE.search(event.value):
        raise ScenarioError(place, "the text holds a control character", "Delete the escape sequence.")
    return resolve(event.value, place) if event.implicit[0] else event.value


def resolve(text: str, place: Place) -> Scalar:
    """Read unquoted text by the YAML 1.2 core rules, decimal numbers only; NaN and infinity are refused."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        if len(text) > MOST_DIGITS:
            raise ScenarioError(place, f"the number {shown(text)} is too large", "Write a smaller number.")
        return int(text)
    number = float(text) if _FLOAT.fullmatch(text) else 0.0
    if _NOT_FINITE.fullmatch(text) or number in (float("inf"), float("-inf")):
        raise ScenarioError(place, f"{text[:MOST_DIGITS]} is not a finite number", "Write a finite number.")
    return number if _FLOAT.fullmatch(text) else text


def plain(node: Node) -> Plain:
    """Strip the places from a tree."""
    if isinstance(node.value, Mapping):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain(child) for child in node.value]
    return node.value


def walk(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Go through a tree from the root, each node with its path."""
    yield path, node
    children = node.value.items() if isinstance(node.value, Mapping) else ()
    entries = enumerate(node.value) if isinstance(node.value, tuple) else children
    for key, child in entries:
        yield from walk(child, (*path, key))


def child_at(node: Node, key: str | int) -> Node | None:
    """Find one entry of a list or mapping; None when it is not there."""
    if isinstance(node.value, Mapping):
        return node.value.get(str(key))
    if isinstance(node.value, tuple) and isinstance(key, int) and 0 <= key < len(node.value):
        return node.value[key]
    return None
