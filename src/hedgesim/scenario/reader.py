"""From a scenario file to a checked scenario."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hedgesim.errors import Place, ScenarioError
from hedgesim.scenario.files import SCENARIOS, find_named, folder_inside
from hedgesim.scenario.known_names import KnownNames, known_names
from hedgesim.scenario.layers import apply_overrides, merge_chain, read_chain
from hedgesim.scenario.positions import Node, child_at, plain
from hedgesim.scenario.schema import Scenario


def read_scenario(
    source: str | Path,
    *,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    names: Callable[[Path | None], KnownNames] = known_names,
) -> Scenario:
    """Read and check a scenario.

    source: path of a YAML file, else the name of a packaged scenario. overrides: `PATH=VALUE` texts, as
    given to `--set`, applied to the file in their order. seed: wins over the `seed:` of the file. names: finds the
    names that a scenario may use from its own tables folder (None: the packaged tables).

    Raises:
        ScenarioError: anything wrong with the file, its ancestors or the overrides; the first fault by
            position, with the others in `.others`.
        HedgesimError: tables of its own that cannot be read.
    """
    path = find_named(source, SCENARIOS, "scenario")
    trees = read_chain(path)
    files = [tree.place.file for tree in trees]
    if child_at(trees[0], "purpose") is None and (question := child_at(trees[0], "question")) is not None:
        raise ScenarioError(question.anchor, "this is an experiment, not a scenario", "Run it with hedgesim sweep.")
    tree = apply_overrides(merge_chain(trees), overrides)
    if seed is not None:
        place = Place(f"--seed {seed}")
        entries = tree.value if isinstance(tree.value, Mapping) else {}
        tree = replace(tree, value={**entries, "seed": Node(seed, place, place)})
    folder = _tables_folder(tree, path, files)
    scenario = Scenario.of_tree(tree, path, files=files, context=names(folder).for_scenario(plain(tree)))
    scenario._tables_folder = folder
    return scenario


def _tables_folder(tree: Node, path: Path, files: Sequence[str]) -> Path | None:
    """Find the scenario's own tables, beside the file that names them."""
    tables = child_at(tree, "tables")
    if tables is None or not isinstance(tables.value, str):
        return None
    owner = Path(tables.place.file) if tables.place.file in files else path
    return folder_inside(owner.parent, tables.value, tables.place)
