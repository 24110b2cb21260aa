"""`--set PATH=VALUE`: single values laid over a scenario from the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hedgesim.errors import Place, ScenarioError, choose_from, shown
from hedgesim.scenario.json_schema import allows, keys_at
from hedgesim.scenario.merge import is_deletable
from hedgesim.scenario.positions import Node, child_at, compose

EXAMPLE = "Write it like --set end=2024Q4."
DOTTED = ("settings",)
"""Mappings whose keys hold dots themselves."""
NAMED = (("shocks",),)
"""Mappings in which `--set` changes what is there and adds nothing."""


def apply_overrides(tree: Node, overrides: Sequence[str]) -> Node:
    """Lay `PATH=VALUE` texts over a scenario, in their order.

    PATH is dotted, list positions count from 0 (`shocks.peace.channels.0.size`); VALUE is a YAML scalar or
    flow list; null deletes where it does so in a file.

    Raises:
        ScenarioError: no `=`, an unknown path, a value that is not YAML; its place is `--set …`.
    """
    for text in overrides:
        path, found, value = text.partition("=")
        if not found:
            raise ScenarioError(Place(f"--set '{text}'"), "there is no = in it", EXAMPLE)
        keys = _keys(tree, path.strip())
        tree = _put(tree, keys, _value(value, Place(f"--set {text}")))
    return tree


def _value(text: str, place: Place) -> Node:
    """Read the VALUE of an override."""
    node = compose(text, lambda _line, _column: place)
    if node is None:
        raise ScenarioError(place, "there is no value after =", f"{EXAMPLE} Write null for no value.")
    return replace(node, key_place=place)


def _keys(tree: Node, path: str) -> tuple[str | int, ...]:
    """Split a PATH into keys, each of which the schema knows."""
    place = Place(f"--set '{path}'")
    keys: tuple[str | int, ...] = ()
    parts = path.split(".")
    while parts:
        whole = len(keys) == 1 and keys[0] in DOTTED
        part = ".".join(parts) if whole else parts[0]
        parts = [] if whole else parts[1:]
        _check_key(tree, keys, part, place)
        keys = (*keys, int(part) if isinstance(_at(tree, keys), tuple) else part)
    if keys == ("extends",):
        raise ScenarioError(place, "extends is settled before --set", "Change it in the file.")
    return keys


def _check_key(tree: Node, keys: tuple[str | int, ...], part: str, place: Place) -> None:
    """Refuse a key that the schema does not know, a list position or a shock that is not there."""
    held = _at(tree, keys)
    holder = f"{'.'.join(map(str, keys))}" if keys else "a scenario"
    if isinstance(held, tuple):
        if not (part.isascii() and part.isdecimal() and int(part) < len(held)):
            raise ScenarioError(
                place,
                f"{holder} has no position {shown(part)}",
                f"It has {len(held)} entries, counted from 0.",
            )
    elif not part or not allows((*keys, part)):
        known = keys_at(keys)
        remedy = choose_from(part, known) if known else f"{holder} holds no further keys."
        raise ScenarioError(place, f"{holder} has no key {shown(part)}", remedy)
    elif keys in NAMED and part not in (held or {}):
        raise ScenarioError(place, f"the scenario has no own shock {shown(part)}", choose_from(part, held or ()))


def _at(tree: Node, keys: tuple[str | int, ...]) -> tuple[Node, ...] | Mapping[str, Node] | None:
    """Find the list or mapping at a path; None when there is none yet."""
    node: Node | None = tree
    for key in keys:
        node = child_at(node, key) if node is not None else None
    value = node.value if node is not None else None
    return value if isinstance(value, tuple | Mapping) else None


def _put(tree: Node, keys: tuple[str | int, ...], leaf: Node, above: tuple[str, ...] = ()) -> Node:
    """Return the tree with one value replaced, added or deleted."""
    key, rest = keys[0], keys[1:]
    path = (*above, str(key))
    child = child_at(tree, key) or Node({}, leaf.place, leaf.place)
    new = _put(child, rest, leaf, path) if rest else leaf
    if isinstance(tree.value, tuple) and isinstance(key, int):
        return replace(tree, value=(*tree.value[:key], new, *tree.value[key + 1 :]))
    entries = dict(tree.value) if isinstance(tree.value, Mapping) else {}
    if new.value is None and is_deletable(path):
        entries.pop(str(key), None)
    else:
        entries[str(key)] = new
    return replace(tree, value=entries)
