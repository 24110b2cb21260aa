"""`hedgesim check`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from typer import Argument, Exit

import hedgesim
from hedgesim.commands._options import RuleFiles, use_rules
from hedgesim.commands._printing import print_aside, print_lines, several
from hedgesim.errors import HedgesimError, ScenarioError


def check(
    files: Annotated[list[str], Argument(metavar="FILE...", help="Files or names of scenarios and experiments.")],
    rule_files: RuleFiles = None,
) -> None:
    """Check scenario and experiment files; print every fault."""
    use_rules(rule_files)
    experiments = {name for name in files if _is_experiment(name)}
    faults = [fault for name in files for fault in _faults_of(name, experiment=name in experiments)]
    for fault in faults:
        print_aside(fault)
    if faults:
        raise Exit(2)
    for name in files:
        if name not in experiments:
            print_lines(*(note if note.startswith(f"{name}:") else f"{name}: {note}" for note in _notes_of(name)))
    print_lines(f"{several(len(files), 'file' if experiments else 'scenario')} without fault.")


def _is_experiment(name: str) -> bool:
    """Whether a file holds an experiment, or a name is that of a packaged one."""
    from hedgesim.experiment import packaged_experiments
    from hedgesim.scenario.yaml_tree import child_at, read_tree

    try:
        return name in packaged_experiments() or child_at(read_tree(Path(name)), "question") is not None
    except ScenarioError:
        return False


def _notes_of(name: str) -> Sequence[str]:
    """What a scenario without fault does that its numbers do not show, and its own sources."""
    from hedgesim.engines.case import case_of
    from hedgesim.engines.felt import unweighed
    from hedgesim.scenario.arrays import read_inputs
    from hedgesim.scenario.citations import own_sources
    from hedgesim.scenario.notes import notes_of, notices_of

    scenario = hedgesim.read_scenario(name)
    inputs = read_inputs(scenario)
    unfelt = unweighed(scenario, case_of(scenario, inputs.setting))
    parent, inherited = _inherited(name)
    notes = [
        f"{note} (Comes from {parent}; you need not change anything.)" if note in inherited else note
        for note in (*notes_of(scenario, inputs), *own_sources(scenario))
    ]
    return [*notes, *notices_of(scenario, inputs.tables), *unfelt]


def _inherited(name: str) -> tuple[str, Sequence[str]]:
    """What a file extends, and the notes of that."""
    from hedgesim.scenario.arrays import read_inputs
    from hedgesim.scenario.notes import notes_of
    from hedgesim.scenario.yaml_tree import child_at, read_tree

    extends = child_at(read_tree(Path(name)), "extends") if Path(name).is_file() else None
    if extends is None or not extends.value:
        return "", ()
    parent = str(extends.value)
    beside = Path(name).parent / parent
    scenario = hedgesim.read_scenario(beside if beside.is_file() else parent)
    return parent, notes_of(scenario, read_inputs(scenario))


def _faults_of(name: str, *, experiment: bool) -> Sequence[HedgesimError]:
    """Every fault of a scenario, with tables and rules, or of an experiment and the first of its scenarios with any."""
    from hedgesim.engines.case import case_of
    from hedgesim.experiment import design_points, read_experiment

    try:
        if experiment:
            design_points(read_experiment(name))
        else:
            case_of(hedgesim.read_scenario(name))
    except ScenarioError as error:
        return error.all
    except HedgesimError as error:
        return [error]
    return []
