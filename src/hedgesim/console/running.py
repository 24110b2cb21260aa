"""What the command line runs: a scenario, a scenario and its twin, the points of a grid; refused before it starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hedgesim.console.printing import print_grid
from hedgesim.console.progress import counting
from hedgesim.engines.choice import engine_of
from hedgesim.errors import HedgesimError, ScenarioError
from hedgesim.experiment import experiment_schema
from hedgesim.plots.draw import clear, draw, draw_grid, draw_twins
from hedgesim.results.grid import grid_of
from hedgesim.results.grid import run_grid as run_grid_of
from hedgesim.results.results import Results, write
from hedgesim.results.simulation import DEFAULT_RUNS, Plan, Twins, run, run_twins
from hedgesim.results.tables import RUNS
from hedgesim.rules.files import read_rule_file, use
from hedgesim.scenario import Scenario, json_schema
from hedgesim.scenario.arrays import source
from hedgesim.scenario.twins import name_of_twin, read_scenario

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
    with counting(f"running {scenario.name}", plan.runs) as on_runs:
        results = run(
            scenario,
            plan.runs,
            keep=plan.keep,
            engine=plan.engine.name,
            backend=plan.engine.backend,
            workers=plan.workers,
            folder=folder,
            on_runs=on_runs,
        )
    clear(folder)
    write(results, folder)
    draw(results, folder / "charts")
    return results


def run_twins_with_progress(scenarios: tuple[Scenario, Scenario], plan: Plan, folder: Path) -> Twins:
    """Run a scenario and its twin run by run, write and draw both and what differs, showing how far it is."""
    title = f"running {scenarios[0].name} and {name_of_twin(*scenarios)}"
    with counting(title, 2 * plan.runs) as on_runs:
        twins = run_twins(scenarios, plan, folder=folder, on_runs=on_runs)
    clear(folder)
    places = ((twins.first, folder), (twins.twin, folder / "twin"))
    for results, place in (*places, (twins.differences(), folder / "paired")):
        write(results, place)
    draw_twins(twins, folder / "paired")
    for results, place in places:
        draw(results, place / "charts")
    return twins


def run_grid(name: str, vary: Sequence[str], *, runs: int, outcome: str, seed: int | None, output: Path | None) -> None:
    """Run the points of a grid, write their table of runs and draw the outcome against each setting."""
    grid, scenario = grid_of(vary), read_scenario(name, seed=seed)
    folder = output or Path("results") / f"{scenario.name}_grid"
    total = runs * math.prod(map(len, grid.values()))
    with counting(f"running {scenario.name}", total) as on_runs:
        results = run_grid_of(scenario, name, grid, runs=runs, outcome=outcome, folder=folder, on_runs=on_runs)
    clear(folder)
    write(results, folder)
    draw_grid(results, scenario, folder)
    print_grid(results.table(RUNS), grid, outcome=outcome, folder=folder)


def faults_of(name: str) -> Sequence[Exception]:
    """Every fault of a scenario file and of its tables."""
    try:
        scenario = read_scenario(name)
        source(scenario)
    except ScenarioError as error:
        return error.all
    except HedgesimError as error:
        return [error]
    return []


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind of file."""
    schemas: dict[str, Callable[[], dict[str, Any]]] = {"scenario": json_schema, "experiment": experiment_schema}
    if kind not in schemas:
        fault = "there is no such kind of file"
        raise HedgesimError(f"schema {kind}", fault, f"Name one of {', '.join(schemas)}.")
    return schemas[kind]()
