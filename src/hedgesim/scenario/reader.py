"""From a scenario file to a checked scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from hedgesim.errors import Place, ScenarioError
from hedgesim.scenario.checks import structural_faults
from hedgesim.scenario.faults import dotted, raise_first
from hedgesim.scenario.merge import merge_chain, read_chain
from hedgesim.scenario.name_checks import name_faults
from hedgesim.scenario.override import apply_overrides
from hedgesim.scenario.packaged import find_scenario
from hedgesim.scenario.positions import Node, child_at, plain, walk
from hedgesim.scenario.schema import Origin, Scenario
from hedgesim.scenario.source_file import folder_inside
from hedgesim.scenario.translate import faults_of
from hedgesim.scenario.vocabulary import Naming, vocabulary_for


def read_scenario(
    source: str | Path,
    *,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    vocabulary: Naming = None,
) -> Scenario:
    """Read and check a scenario.

    source: path of a YAML file, else the name of a packaged scenario. overrides: `PATH=VALUE` texts, as
    given to `--set`, laid over the file in their order. seed: wins over the `seed:` of the file. vocabulary:
    known names, or a function that finds them from the scenario's tables folder; without it names are not
    checked.

    Raises:
        ScenarioError: anything wrong with the file, its ancestors or the overrides; the first fault by
            position, with the others in `.others`.
    """
    path = find_scenario(source)
    trees = read_chain(path)
    files = [tree.place.file for tree in trees]
    if child_at(trees[0], "purpose") is None and (question := child_at(trees[0], "question")) is not None:
        raise ScenarioError(question.anchor, "this is an experiment, no scenario", "Run it with hedgesim sweep.")
    tree = apply_overrides(merge_chain(trees), overrides)
    if seed is not None:
        tree = _with_seed(tree, seed)
    scenario = _validated(tree, files)
    raise_first(tree, structural_faults(scenario), files)
    folder = _tables_folder(tree, path, files)
    raise_first(tree, name_faults(scenario, vocabulary_for(vocabulary, folder)), files)
    places = {dotted(keys): node.place for keys, node in walk(tree) if keys}
    return scenario.from_origin(Origin(path.stem, path, folder, places))


def _with_seed(tree: Node, seed: int) -> Node:
    """Lay the seed of the command line over the file."""
    place = Place(f"--seed {seed}")
    entries = dict(tree.value) if isinstance(tree.value, Mapping) else {}
    return replace(tree, value={**entries, "seed": Node(seed, place, place)})


def _validated(tree: Node, files: list[str]) -> Scenario:
    """Check the values one by one against the schema."""
    try:
        return Scenario.model_validate(plain(tree))
    except ValidationError as error:
        raise_first(tree, faults_of(error.errors(include_url=False)), files)
        raise


def _tables_folder(tree: Node, path: Path, files: list[str]) -> Path | None:
    """Find the scenario's own tables, beside the file that names them."""
    tables = tree.value.get("tables") if isinstance(tree.value, Mapping) else None
    if tables is None or tables.value is None:
        return None
    owner = Path(tables.place.file) if tables.place.file in files else path
    return folder_inside(owner.parent, str(tables.value), tables.place)
