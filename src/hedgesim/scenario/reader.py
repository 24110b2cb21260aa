"""Reads scenarios: a file, what it `extends`, value by value, and single values by `--set PATH=VALUE`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hedgesim.errors import HedgesimError, Place, ScenarioError, choose_from, shown, texts, whole
from hedgesim.scenario.arrays import faults_of_sizes, faults_of_tables
from hedgesim.scenario.files import SCENARIOS, find_ancestor, find_named, folder_inside, packaged_scenarios
from hedgesim.scenario.known_names import KnownNames, known_names
from hedgesim.scenario.schema import Scenario
from hedgesim.scenario.yaml_tree import KeyPath, Node, child_at, compose, dotted, plain, read_tree, tree_of

LONGEST_CHAIN = 16
DELETABLE = (
    ("shocks",),
    ("changes",),
    ("sources",),
    ("settings",),
    ("shock_sizes",),
    ("shock_dates",),
    ("rules", "countries"),
    ("rules", "powers"),
)
"""Mappings under which `null` deletes an inherited key."""
OWN: dict[KeyPath, str] = {("shocks",): "own shock", ("changes",): "change"}
"""Mappings to which `--set` adds whole entries only: a value below an unknown key is a misspelt key."""

EXAMPLE = "Write it like --set end=2024Q4."


def read_chain(path: Path) -> list[Node]:
    """Read a scenario file and every file it extends, the named file first.

    Raises:
        ScenarioError: a missing ancestor, a cycle or a very long chain, naming the chain.
    """
    trees = [read_tree(path)]
    files, known = [path], [path.resolve()]
    while (extends := _ancestor_of(trees[-1])) is not None:
        ancestor = find_ancestor(str(extends.value), extends.place, files[-1].parent)
        chain = " extends ".join(str(file) for file in [*files, ancestor])
        if ancestor.resolve() in known:
            raise ScenarioError(extends.place, f"extends runs in a circle: {chain}", "Break the circle.")
        if len(files) >= LONGEST_CHAIN:
            raise ScenarioError(extends.place, f"more than {LONGEST_CHAIN} files extend each other", "Use fewer.")
        files.append(ancestor)
        known.append(ancestor.resolve())
        trees.append(_read_ancestor(ancestor, extends.place, chain))
    return trees


def _ancestor_of(tree: Node) -> Node | None:
    """Find what a file extends."""
    extends = child_at(tree, "extends")
    if extends is None or extends.value is None:
        return None
    if not isinstance(extends.value, str):
        fault = f"extends must be text, not {shown(plain(extends))}"
        raise ScenarioError(extends.place, fault, "Name one file or packaged scenario.")
    return extends


def _read_ancestor(path: Path, place: Place, chain: str) -> Node:
    """Read an ancestor; an error about the complete file names the line that extends it."""
    try:
        return read_tree(path)
    except ScenarioError as error:
        if error.place.line is not None:
            raise
        fault = f"extends cannot be followed ({chain}): {error.place}: {error.fault}"
        raise ScenarioError(place, fault, error.remedy) from None


def merge_chain(trees: list[Node], faults: list[HedgesimError]) -> Node:
    """Merge every file over the one it extends; `extends` itself is used up where it was followed.

    faults: here are added those of what is deleted and not inherited.
    """
    merged = Node({}, trees[-1].place)
    for tree in reversed(trees):
        entries = tree.value if isinstance(tree.value, Mapping) else {}
        own = replace(tree, value={key: one for key, one in entries.items() if key != "extends"})
        merged = _over(merged, own, (), faults)
    return merged


def _over(below: Node | None, above: Node, path: tuple[str, ...], faults: list[HedgesimError]) -> Node:
    """Merge one value over another: mappings key by key, all else replaced."""
    if not isinstance(above.value, Mapping):
        return above
    inherited = below.value if below is not None and isinstance(below.value, Mapping) else {}
    merged = dict(inherited)
    for key, child in above.value.items():
        if not (child.value is None and _is_deletable((*path, key))):
            merged[key] = _over(inherited.get(key), child, (*path, key), faults)
        elif key in merged:
            del merged[key]
        elif key in Scenario.advice:
            merged[key] = child
        else:
            fault = f"null deletes {shown(dotted((*path, key)))}, but no such key is inherited"
            faults.append(HedgesimError(child.anchor, fault, f"Leave the line out. {choose_from(key, merged)}"))
    return replace(above, value=merged)


def _is_deletable(path: KeyPath) -> bool:
    """Return whether `null` at a path deletes the key."""
    return any(len(path) > len(prefix) and path[: len(prefix)] == prefix for prefix in DELETABLE)


def apply_overrides(tree: Node, overrides: Sequence[str], faults: list[HedgesimError]) -> Node:
    """Apply `PATH=VALUE` texts to a scenario, in their order.

    faults: here are added those of texts that cannot be applied: no `=`, an unknown path, a value that is not YAML;
    their place is `--set …`.

    PATH is dotted, list positions count from 0 (`shocks.peace.channels.0.size`); VALUE is a YAML scalar,
    flow list or flow mapping; null deletes where it does so in a file.
    """
    for text in overrides:
        try:
            tree = _applied(tree, text)
        except ScenarioError as error:
            faults += error.all
    return tree


def _applied(tree: Node, text: str) -> Node:
    """A scenario with one value replaced."""
    path, found, value = text.partition("=")
    if not found:
        raise ScenarioError(Place(f"--set '{text}'"), "there is no = in it", EXAMPLE)
    if not path.strip():
        raise ScenarioError(Place(f"--set '{text}'"), "there is no path before the =", EXAMPLE)
    place, path = Place(f"--set '{path.strip()}'"), path.strip()
    if path == "extends":
        raise ScenarioError(place, "extends is followed before --set", "Change it in the file.")
    return _put(tree, (), path.split("."), _value(value, Place(f"--set {text}")), place)


def _value(text: str, place: Place) -> Node:
    """Read the VALUE of an override."""
    node = compose(text, lambda _line, _column: place)
    if node is None:
        raise ScenarioError(place, "there is no value after =", f"{EXAMPLE} Write null for no value.")
    return replace(node, key_place=place)


def _put(node: Node | None, above: KeyPath, rest: list[str], leaf: Node, place: Place) -> Node:
    """Return the value at a path with a leaf put in at the rest of the path, each key of which the schema knows."""
    if not rest:
        return leaf
    part, *rest = [".".join(rest)] if above == ("settings",) else rest  # keys of settings hold dots themselves
    held, holder = node.value if node is not None else None, dotted(above) or "a scenario"
    if node is not None and isinstance(held, tuple):
        if not (part.isascii() and part.isdecimal() and int(part) < len(held)):
            remedy = f"It has {len(held)} entries, counted from 0."
            raise ScenarioError(place, f"{holder} has no position {shown(part)}", remedy)
        new = [_put(one, (*above, k), rest, leaf, place) if k == int(part) else one for k, one in enumerate(held)]
        return replace(node, value=tuple(new))
    path, entries = (*above, part), dict(held) if isinstance(held, Mapping) else {}
    if not part or not Scenario.forms_at(path):
        known = Scenario.keys_at(above)
        remedy = choose_from(part, known) if known else f"{holder} holds no further keys."
        raise ScenarioError(place, f"{holder} has no key {shown(part)}", remedy)
    if above in OWN and part not in entries and (rest or not isinstance(leaf.value, Mapping)):
        raise ScenarioError(place, f"the scenario has no {OWN[above]} {shown(part)}", choose_from(part, entries))
    entries[part] = _put(entries.get(part), path, rest, leaf, place)
    if entries[part].value is None and _is_deletable(path):
        del entries[part]
    return replace(node or Node({}, leaf.place, leaf.place), value=entries)


def read_scenario(
    source: str | Path,
    *,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    names: Callable[[Path | None], KnownNames] = known_names,
) -> Scenario:
    """Read and check a scenario.

    source: path of a YAML file, else the name of a packaged scenario. overrides: `PATH=VALUE` texts, as
    given to `--set`, applied to the file in their order. seed: in place of the `seed:` of the file. names: finds the
    names that a scenario may use from its own tables folder (None: the packaged tables).

    Raises:
        ScenarioError: anything wrong with the file, its ancestors or the overrides; the first fault by
            position, with the others in `.others`.
        HedgesimError: tables of its own that cannot be read, or an argument of another type.
    """
    path, overrides = find_named(source, SCENARIOS, "scenario"), texts("overrides", overrides)
    trees = read_chain(path)
    files = [tree.place.file for tree in trees]
    _refuse_experiment(trees[0])
    faults: list[HedgesimError] = []
    tree = apply_overrides(merge_chain(trees, faults), overrides, faults)
    if seed is not None:
        seed = whole("seed", seed)
        place = Place(f"--seed {seed}")
        entries = tree.value if isinstance(tree.value, Mapping) else {}
        held = entries.get("seed")
        if held is not None and held.place.file.startswith("--set") and held.value != seed:
            faults.append(HedgesimError(place, f"{held.place} sets another seed", "Leave one of them out."))
        tree = replace(tree, value={**entries, "seed": Node(seed, place, place)})
    return _checked(tree, path, _tables_folder(tree, path, files), files=files, names=names, faults=faults)


def _refuse_experiment(tree: Node) -> None:
    """Say that a file is an experiment."""
    if child_at(tree, "purpose") is None and (question := child_at(tree, "question")) is not None:
        raise ScenarioError(question.anchor, "this is an experiment, not a scenario", "Run it with hedgesim sweep.")


def read_opened(text: str, name: str, *, overrides: Sequence[str] = ()) -> Scenario:
    """Read and check the text of a scenario file that is not on this disk; no file but packaged ones is read.

    name: what it is called, and the place in errors. overrides: as of `read_scenario`.

    Raises:
        ScenarioError: as of `read_scenario`; it extends a file, or has a folder of tables.
    """
    first = tree_of(text, name)
    _refuse_experiment(first)
    extends, trees = _ancestor_of(first), [first]
    if extends is not None:
        packaged = packaged_scenarios()
        if str(extends.value) not in packaged:
            fault = f"extends names {shown(extends.value)}, and a file that is opened here extends packaged scenarios"
            remedy = f"Name the file on the command line. {choose_from(str(extends.value), packaged)}"
            raise ScenarioError(extends.place, fault, remedy)
        trees += read_chain(packaged[str(extends.value)])
    faults: list[HedgesimError] = []
    tree = apply_overrides(merge_chain(trees, faults), texts("overrides", overrides), faults)
    tables = child_at(tree, "tables")
    if tables is not None and tables.value is not None:
        fault = "a file that is opened here has no folder of tables beside it"
        raise ScenarioError(tables.anchor, fault, "Name the file on the command line.")
    return _checked(tree, Path(name), None, files=[one.place.file for one in trees], faults=faults)


def scenario_of_text(
    text: str,
    path: Path,
    folder: Path | None = None,
    *,
    names: Callable[[Path | None], KnownNames] = known_names,
) -> Scenario:
    """The scenario of a complete text, such as `Scenario.text`.

    path: what it is called, and the place in errors. folder: its own tables, which the text cannot find. names: as of
    `read_scenario`.

    Raises:
        ScenarioError: anything wrong with the text.
    """
    tree = compose(text, lambda line, column: Place(str(path), line, column))
    if tree is None or not isinstance(tree.value, Mapping):
        raise ScenarioError(Place(str(path)), "it holds no scenario", "Name the file of the scenario.")
    return _checked(tree, path, folder, names=names)


def _checked(
    tree: Node,
    path: Path,
    folder: Path | None,
    *,
    files: Sequence[str] = (),
    names: Callable[[Path | None], KnownNames] = known_names,
    faults: Sequence[HedgesimError] = (),
) -> Scenario:
    """The scenario of a tree; folder: its own tables; faults: that were found before."""

    def of_tables(rest: Scenario) -> Sequence[HedgesimError]:
        rest._tables_folder = folder
        return (*faults_of_tables(rest), *faults_of_sizes(rest)) if names is known_names else ()

    context = names(folder).for_scenario(plain(tree))
    scenario = Scenario.of_tree(tree, path, files=files, context=context, faults=faults, further=of_tables)
    scenario._tables_folder = folder
    if unused := list(faults_of_sizes(scenario)) if names is known_names else []:
        raise ScenarioError.of(unused)
    return scenario


def _tables_folder(tree: Node, path: Path, files: Sequence[str]) -> Path | None:
    """Find the scenario's own tables, beside the file that names them."""
    tables = child_at(tree, "tables")
    if tables is None or not isinstance(tables.value, str):
        return None
    owner = Path(tables.place.file) if tables.place.file in files else path
    return folder_inside(owner.parent, tables.value, tables.place)
