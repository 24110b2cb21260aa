"""What the command line runs: a scenario, a scenario and its twin, the points of a grid; refused before it starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim import session
from hedgesim.analysis.grid import grid_of, run_points
from hedgesim.analysis.simulation import DEFAULT_RUNS, Plan, Results, run_case
from hedgesim.analysis.twins import Twins, run_twins
from hedgesim.batch.results import prepare_folder
from hedgesim.batch.space import check_disk, check_memory
from hedgesim.console.printing import print_grid
from hedgesim.console.progress import counting
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.choice import engine_of
from hedgesim.errors import HedgesimError, ScenarioError
from hedgesim.experiment import Experiment
from hedgesim.rules.files import read_rule_file, use
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import source
from hedgesim.scenario.checked import CheckedFile

RUNS_BY_ENGINE = {"ensemble": DEFAULT_RUNS, "mesa": 20}
"""Runs of `hedgesim run` unless it is told otherwise, by engine."""


def plan_of(engine: str, backend: str, *, runs: int | None, keep: int, workers: int) -> Plan:
    """What is to be run; numbers that mean nothing and engines that cannot be had are refused."""
    chosen = engine_of(engine, backend)
    n_runs = RUNS_BY_ENGINE[engine] if runs is None else runs
    check_counts(runs=n_runs, keep=keep, workers=workers)
    return Plan(n_runs, keep, chosen, workers)


def check_counts(*, runs: int, keep: int = 0, workers: int = 1) -> None:
    """Refuse numbers that mean nothing."""
    if runs < 1:
        raise HedgesimError(f"--runs {runs}", "there must be at least one run", "Give --runs 1 or more.")
    if keep < 0:
        raise HedgesimError(f"--keep {keep}", "a number of runs cannot be negative", "Give --keep 0 or more.")
    if workers < 1:
        raise HedgesimError(f"--workers {workers}", "there must be at least one process", "Give --workers 1 or more.")


def use_rules(paths: Sequence[Path]) -> None:
    """Make the rules of the user's own files known; HedgesimError if one is not as it should be."""
    use([read_rule_file(path) for path in paths])


def run_with_progress(scenario: Scenario, plan: Plan, folder: Path) -> Results:
    """Run a scenario, write its tables and draw its charts, showing how far it is."""
    case = case_of(scenario)
    _prepare(folder, [case], runs=plan.runs, keep=plan.keep)
    with counting(f"running {scenario.name}", plan.runs) as on_runs:
        results = run_case(scenario, case, plan, on_runs=on_runs)
    session.clear(folder)
    session.write(results, folder)
    session.draw(results, folder / "charts")
    return results


def run_twins_with_progress(scenarios: tuple[Scenario, Scenario], plan: Plan, folder: Path) -> Twins:
    """Run a scenario and its twin run by run, write and draw both and what differs, showing how far it is."""
    cases = (case_of(scenarios[0]), case_of(scenarios[1]))
    _prepare(folder, cases, runs=plan.runs, keep=plan.keep)
    title = f"running {scenarios[0].name} and {session.name_of_twin(*scenarios)}"
    with counting(title, 2 * plan.runs) as on_runs:
        twins = run_twins(scenarios, cases, plan, on_runs=on_runs)
    session.clear(folder)
    for results, place in ((twins.first, folder), (twins.twin, folder / "twin")):
        session.write(results, place)
    session.write_twins(twins, folder / "paired")
    for results, place in ((twins.first, folder), (twins.twin, folder / "twin")):
        session.draw(results, place / "charts")
    return twins


def _prepare(folder: Path, cases: Sequence[Case], *, runs: int, keep: int) -> None:
    """Refuse before the first run what cannot be kept or written."""
    check_disk(folder, cases, runs=runs, keep=keep)
    check_memory(cases, runs=runs, keep=keep)
    prepare_folder(folder)


def run_grid(name: str, vary: Sequence[str], *, runs: int, outcome: str, seed: int | None, output: Path | None) -> None:
    """Run the points of a grid, write their table of runs and draw the outcome against each setting."""
    grid = grid_of(vary)
    scenarios = session.read_points(name, grid, seed=seed)
    cases = [case_of(scenario) for scenario in scenarios]
    _check_outcome(outcome, run_points(grid, cases[:1], runs=1))
    folder = output or Path("results") / f"{scenarios[0].name}_grid"
    _prepare(folder, cases, runs=runs, keep=0)
    with counting(f"running {len(cases)} points", runs * len(cases)) as on_runs:
        table = run_points(grid, cases, runs=runs, on_runs=on_runs)
    session.clear(folder)
    session.write_grid(table, grid, folder=folder, outcome=outcome, scenario=scenarios[0], runs=runs)
    print_grid(table, grid, outcome=outcome, folder=folder)


def _check_outcome(outcome: str, probe: pd.DataFrame) -> None:
    """Refuse an outcome that the table of runs does not have, by the table of one run."""
    known = [column for column in probe.select_dtypes("number").columns if column not in {"run", "seed"}]
    if outcome not in known:
        fault = "the table of runs has no such number"
        raise HedgesimError(f"--outcome {outcome}", fault, f"Name one of {', '.join(known)}.")


def faults_of(name: str) -> Sequence[Exception]:
    """Every fault of a scenario file and of its tables."""
    try:
        scenario = session.read_scenario(name)
        source(scenario)
    except ScenarioError as error:
        return error.all
    except HedgesimError as error:
        return [error]
    return []


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind of file."""
    schemas: dict[str, type[CheckedFile]] = {"scenario": Scenario, "experiment": Experiment}
    if kind not in schemas:
        fault = "there is no such kind of file"
        raise HedgesimError(f"schema {kind}", fault, f"Name one of {', '.join(schemas)}.")
    return schemas[kind].json_schema()
