"""YAML: text becomes a tree of plain values, each with its file, line and column, and plain values become text."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hedgesim.errors import Place, ScenarioError, shown
from hedgesim.scenario.files import NUMBER, read_text

KeyPath = tuple[str | int, ...]
"""Keys and list positions (from 0) that lead from the top of a file to a value."""

Scalar = str | int | float | bool | None
Plain = Scalar | list["Plain"] | dict[str, "Plain"]
Placing = Callable[[int, int], Place]

DEEPEST_NESTING = 16
MOST_DIGITS = 18
WIDEST_LINE = 110

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
"""A character beyond U+FFFF as JSON escapes it, in two parts, which YAML does not know."""

_TAB_INDENT = re.compile(r"^ *\t[ \t]*\S", re.MULTILINE)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_NOT_FINITE = re.compile(r"[-+]?\.?(inf|infinity)|[-+]?\.?nan", re.IGNORECASE)
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True)
class Node:
    """One value of a scenario file: a scalar, a tuple of nodes or a mapping of nodes, and where it is."""

    value: "Scalar | tuple[Node, ...] | Mapping[str, Node]"
    place: Place
    key_place: Place | None = None

    @property
    def anchor(self) -> Place:
        """The place of the key that holds the value, else of the value."""
        return self.key_place or self.place


def read_tree(
    path: Path, needs: str = "purpose, start, end and seed, or extends", kind: str = "scenario file (YAML)"
) -> Node:
    """Read a file as a tree whose root is a mapping; faults are errors with line and column.

    needs: the keys that the file must have, in words. kind: what the file is, for remedies.
    """
    return tree_of(read_text(path, kind=kind), str(path), needs)


def tree_of(text: str, name: str, needs: str = "purpose, start, end and seed, or extends") -> Node:
    """The tree of a text; name: of its file, for places; else as `read_tree`."""
    root = compose(text, lambda line, column: Place(name, line, column))
    if root is None or root.value is None:
        raise ScenarioError(Place(name), "the file is empty", f"Write at least {needs}.")
    if not isinstance(root.value, Mapping):
        raise ScenarioError(root.place, "the file does not hold keys and values", f"Write at least {needs}.")
    return root


def compose(text: str, placing: Placing) -> Node | None:
    """Turn YAML text into a tree; None when there is nothing in it.

    Only text, numbers, true, false, null, lists and mappings with text keys come out (YAML 1.2 core words, so
    `no` and `2022-02-24` stay text), letters composed (NFC). Anchors, aliases, merge keys, tags and directives are
    refused.
    """
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    _check_characters(text, placing)
    text = _SURROGATES.sub(_joined, text)
    try:
        return _document(yaml.parse(text, Loader=_LOADER), placing)
    except yaml.MarkedYAMLError as error:
        place = _marked(error.problem_mark or error.context_mark, placing)
        raise ScenarioError(place, *_not_yaml(error)) from None
    except yaml.YAMLError:
        raise ScenarioError(placing(1, 1), "this is not valid YAML", "Save it as plain UTF-8 text.") from None


def _not_yaml(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    """What is wrong where a text is not YAML, as far as its parser can tell, and what to do."""
    problem, context = str(error.problem or ""), str(error.context or "")
    here, opened = (mark.line + 1 if mark else 1 for mark in (error.problem_mark, error.context_mark))
    if "mapping values are not allowed" in problem:
        return "this is not valid YAML: a second colon", "Put the text in quotes; or mend the indentation."
    if "quoted scalar" in context or "flow" in context:
        what = "a quote" if "quoted" in context else "a bracket"
        fault = f"this is not valid YAML: {what} opened at line {opened} is not closed"
        return fault, f"Close it at line {here}, or above it."
    fault = f"this is not valid YAML: {problem or context}"
    return fault, f"Look at line {here}, or just above it, for indentation, colons, quotes and brackets."


def _joined(pair: re.Match[str]) -> str:
    """One escape in place of two."""
    high, low = int(pair[2], 16), int(pair[3], 16)
    return f"{pair[1]}\\U{0x10000 + ((high - 0xD800) << 10) + low - 0xDC00:08X}"


def _check_characters(text: str, placing: Placing) -> None:
    """Refuse control characters and tabs used as indentation."""
    if found := _UNPRINTABLE.search(text):
        offset, fault, remedy = found.start(), f"the character U+{ord(found.group()):04X} may not be here", "Delete it."
    elif found := _TAB_INDENT.search(text):
        offset, fault, remedy = text.index("\t", found.start()), "a tab is used as indentation", "Use spaces."
    else:
        return
    place = placing(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
    raise ScenarioError(place, fault, remedy)


def _marked(mark: Any, placing: Placing) -> Place:
    """Turn a mark of PyYAML, which counts from 0, into a place."""
    return placing(mark.line + 1, mark.column + 1) if mark is not None else placing(1, 1)


def _document(events: Iterator[yaml.Event], placing: Placing) -> Node | None:
    """Build the tree of the only document from parsing events.

    `yaml.compose` would do it too, but it follows aliases, forgets tags and recurses without limit.
    """
    root: Node | None = None
    for event in events:
        place = _marked(event.start_mark, placing)
        if isinstance(event, yaml.DocumentStartEvent):
            if event.version or event.tags:
                raise ScenarioError(place, "a % directive is not allowed", "Delete the line that starts with %.")
            if root is not None:
                raise ScenarioError(place, "a second YAML document starts here", "Keep one scenario per file.")
        elif isinstance(event, yaml.NodeEvent):
            root = _node(event, events, placing)
    return root


def _node(
    event: yaml.Event, events: Iterator[yaml.Event], placing: Placing, key_place: Place | None = None, depth: int = 0
) -> Node:
    """The value that starts with an event, with all that is in it; depth: how many lists and mappings are around it."""
    place = _marked(event.start_mark, placing)
    _refuse(event, place)
    if isinstance(event, yaml.ScalarEvent):
        return Node(_scalar(event, place), place, key_place)
    if depth >= DEEPEST_NESTING:
        fault = f"values are nested deeper than {DEEPEST_NESTING} levels"
        raise ScenarioError(place, fault, "No key needs so many levels.")
    entries, children = list[Node](), dict[str, Node]()
    is_list = isinstance(event, yaml.SequenceStartEvent)
    for inner in events:
        if isinstance(inner, yaml.CollectionEndEvent):
            break
        if is_list:
            entries.append(_node(inner, events, placing, depth=depth + 1))
            continue
        at_key = _marked(inner.start_mark, placing)
        _refuse(inner, at_key)
        key = _key(inner, at_key, children)
        children[key] = _node(next(events), events, placing, at_key, depth + 1)
    return Node(tuple(entries) if is_list else children, place, key_place)


def _refuse(event: yaml.Event, place: Place) -> None:
    """Refuse what a scenario never needs: anchors, aliases, tags."""
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if isinstance(event, yaml.AliasEvent):
        raise ScenarioError(place, f"the alias *{anchor} is not allowed", "Write the value out.")
    if anchor is not None:
        raise ScenarioError(place, f"the anchor &{anchor} is not allowed", "Write the value out.")
    if tag is not None:
        raise ScenarioError(place, f"the tag {shown(tag)} is not allowed", "Delete the tag.")


def _key(event: yaml.Event, place: Place, children: Mapping[str, Node]) -> str:
    """Read a key of a mapping, which is text that is not there yet."""
    if not isinstance(event, yaml.ScalarEvent):
        raise ScenarioError(place, "a list or mapping is where a key should be", "Use text as keys.")
    key = _scalar(event, place)
    if not isinstance(key, str):
        remedy = "Put the key in quotes; if it is the rest of a number, write that with a point, like 0.5."
        raise ScenarioError(place, f"the key {event.value or 'null'} is not text", remedy)
    if key == "<<":
        raise ScenarioError(place, "the merge key << is not allowed", "Use extends, or write the keys out.")
    if key in children:
        first = children[key].anchor
        raise ScenarioError(place, f"the key {shown(key)} is there twice (first at {first})", "Keep one of the two.")
    return key


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
    number = float(text) if NUMBER.fullmatch(text) else 0.0
    if _NOT_FINITE.fullmatch(text) or number in (float("inf"), float("-inf")):
        raise ScenarioError(place, f"{text[:MOST_DIGITS]} is not a finite number", "Write a finite number.")
    return number if NUMBER.fullmatch(text) else text


def plain(node: Node) -> Plain:
    """Strip the places from a tree."""
    if isinstance(node.value, Mapping):
        return dict(zip(node.value, map(plain, node.value.values()), strict=True))
    return list(map(plain, node.value)) if isinstance(node.value, tuple) else node.value


def walk(node: Node, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Node]]:
    """Go through a tree from the root, each node with its path."""
    yield path, node
    children = node.value.items() if isinstance(node.value, Mapping) else ()
    for key, child in enumerate(node.value) if isinstance(node.value, tuple) else children:
        yield from walk(child, (*path, key))


def child_at(node: Node, key: str | int) -> Node | None:
    """Find one entry of a list or mapping; None when it is not there."""
    if isinstance(node.value, Mapping):
        return node.value.get(str(key))
    if isinstance(node.value, tuple) and isinstance(key, int) and 0 <= key < len(node.value):
        return node.value[key]
    return None


def dotted(path: KeyPath) -> str:
    """Write a path as in `--set`: keys and list positions (from 0) joined by dots."""
    return ".".join(str(key) for key in path)


def place_of(tree: Node, path: KeyPath, *, at_key: bool = False) -> Place:
    """Find where a path is written; where its last key is missing, the key of the mapping that should hold it."""
    node, found = tree, True
    for key in path:
        child = child_at(node, key)
        node, found = (child, True) if child is not None else (node, False)
    return node.anchor if at_key or not found else node.place


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


def canonical_text(keys: dict[str, Any]) -> str:
    """Write plain data as YAML in the given order of keys."""
    text: str = yaml.dump(keys, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=WIDEST_LINE)
    return text
