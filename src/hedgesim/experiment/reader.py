"""From an experiment file to a checked experiment."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from pydantic import ValidationError

from hedgesim.errors import ScenarioError
from hedgesim.experiment.checks import structural_faults
from hedgesim.experiment.schema import Experiment, Origin, keys_at
from hedgesim.scenario.faults import raise_first
from hedgesim.scenario.packaged import find_named, packaged_files
from hedgesim.scenario.positions import Node, child_at, plain, read_tree, walk
from hedgesim.scenario.translate import faults_of

FOLDER = "experiments"
NEEDS = {
    "question": "Add a line such as question: what the experiment is to answer.",
    "scenarios": "Add a line such as scenarios: [war_2022].",
    "outcomes": "Add a line such as outcomes: [hedging_index].",
    "seed": "Add a line such as seed: 2022.",
    "values": "Add a list of values.",
}

packaged_experiments = partial(packaged_files, FOLDER)
"""The experiments that come with hedgesim, name -> file, in the order of their names."""


def read_experiment(source: str | Path) -> Experiment:
    """Read and check an experiment; its scenarios are read with its points, see `points_of`.

    source: path of a YAML file, else the name of a packaged experiment.

    Raises:
        ScenarioError: anything wrong with the file; the first fault by position, with the others in `.others`.
    """
    path = find_named(source, FOLDER, "experiment")
    tree = read_tree(path, needs="question, scenarios, outcomes and seed")
    if child_at(tree, "question") is None and (purpose := child_at(tree, "purpose")) is not None:
        raise ScenarioError(purpose.anchor, "this is a scenario, no experiment", "Run it with hedgesim run.")
    experiment = _validated(tree)
    raise_first(tree, structural_faults(experiment), [tree.place.file])
    return experiment.from_origin(Origin(path.stem, path, {keys: node.place for keys, node in walk(tree)}))


def _validated(tree: Node) -> Experiment:
    """Check the values one by one against the schema."""
    try:
        return Experiment.model_validate(plain(tree))
    except ValidationError as error:
        raise_first(tree, faults_of(error.errors(include_url=False), keys_at, NEEDS), [tree.place.file])
        raise
