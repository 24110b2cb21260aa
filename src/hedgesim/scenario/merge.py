"""`extends`: a scenario laid over its ancestors, value by value, each keeping the place it was written."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hedgesim.errors import Place, ScenarioError, choose_from, shown
from hedgesim.scenario.packaged import find_ancestor
from hedgesim.scenario.positions import Node, plain, read_tree

LONGEST_CHAIN = 16
DELETABLE = (("shocks",), ("settings",), ("shock_sizes",), ("rules", "countries"), ("rules", "powers"))
"""Mappings under which `null` deletes an inherited key."""


def read_chain(path: Path) -> list[Node]:
    """Read a scenario file and every file it extends, the named file first.

    Raises:
        ScenarioError: a missing ancestor, a cycle or a very long chain, naming the chain.
    """
    trees = [read_tree(path)]
    files, seen = [path], [path.resolve()]
    while (extends := _ancestor_of(trees[-1])) is not None:
        ancestor = find_ancestor(str(extends.value), extends.place, files[-1].parent)
        chain = " extends ".join(str(file) for file in [*files, ancestor])
        if ancestor.resolve() in seen:
            raise ScenarioError(extends.place, f"extends runs in a circle: {chain}", "Break the circle.")
        if len(files) >= LONGEST_CHAIN:
            raise ScenarioError(extends.place, f"more than {LONGEST_CHAIN} files extend each other", "Use fewer.")
        files.append(ancestor)
        seen.append(ancestor.resolve())
        trees.append(_read_ancestor(ancestor, extends.place, chain))
    return trees


def _ancestor_of(tree: Node) -> Node | None:
    """Find what a file extends."""
    extends = tree.value.get("extends") if isinstance(tree.value, Mapping) else None
    if extends is None or extends.value is None:
        return None
    if not isinstance(extends.value, str):
        fault = f"extends must be text, not {shown(plain(extends))}"
        raise ScenarioError(extends.place, fault, "Name one file or packaged scenario.")
    return extends


def _read_ancestor(path: Path, place: Place, chain: str) -> Node:
    """Read an ancestor; an error about the file as a whole names the line that extends it."""
    try:
        return read_tree(path)
    except ScenarioError as error:
        if error.place.line is not None:
            raise
        fault = f"extends cannot be followed ({chain}): {error.place}: {error.fault}"
        raise ScenarioError(place, fault, error.remedy) from None


def merge_chain(trees: list[Node]) -> Node:
    """Lay every file over the one it extends; `extends` itself is used up where it was followed."""
    merged = _over(Node({}, trees[-1].place), _without_extends(trees[-1]), ())
    for tree in reversed(trees[:-1]):
        merged = _over(merged, _without_extends(tree), ())
    return merged


def _without_extends(tree: Node) -> Node:
    """Drop the `extends` that was followed."""
    if not isinstance(tree.value, Mapping):
        return tree
    return replace(tree, value={key: child for key, child in tree.value.items() if key != "extends"})


def _over(below: Node | None, above: Node, path: tuple[str, ...]) -> Node:
    """Lay one value over another: mappings key by key, all else replaced."""
    if not isinstance(above.value, Mapping):
        return above
    inherited = below.value if below is not None and isinstance(below.value, Mapping) else {}
    merged = dict(inherited)
    for key, child in above.value.items():
        if child.value is None and is_deletable((*path, key)):
            _delete(merged, key, child, path)
        else:
            merged[key] = _over(inherited.get(key), child, (*path, key))
    return replace(above, value=merged)


def is_deletable(path: tuple[str, ...]) -> bool:
    """Tell whether `null` at a path deletes the key."""
    return any(len(path) > len(prefix) and path[: len(prefix)] == prefix for prefix in DELETABLE)


def _delete(merged: dict[str, Node], key: str, child: Node, path: tuple[str, ...]) -> None:
    """Delete an inherited key."""
    if key not in merged:
        name = ".".join((*path, key))
        raise ScenarioError(
            child.anchor,
            f"null deletes {shown(name)}, but no such key is inherited",
            f"Leave the line out. {choose_from(key, merged)}",
        )
    del merged[key]
