"""A grid: an experiment held in memory, in which a few settings of one scenario take a few values each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from hedgesim.engines import engine_of
from hedgesim.engines.case import case_of
from hedgesim.errors import Place, ScenarioError, StoreError, shown
from hedgesim.experiment import Experiment
from hedgesim.experiment.schema import MOST_REPLICATIONS
from hedgesim.results.chunks import run_chunk
from hedgesim.results.folders import Folder
from hedgesim.results.ownership import IDENTITY, identity_of, own_rules
from hedgesim.results.plan import SweepPlan
from hedgesim.results.results import Results
from hedgesim.results.space import check_space
from hedgesim.results.store import KEY, Contents
from hedgesim.results.tables import POINT, RUNS
from hedgesim.scenario import Scenario
from hedgesim.scenario.files import number_in
from hedgesim.scenario.yaml_tree import Node

Grid = Mapping[str, Sequence[str]]
"""Values by the dotted path of what varies, as written."""


def grid_of(texts: Sequence[str]) -> Grid:
    """Read `PATH=A,B,C` texts; ScenarioError for one that is not."""
    grid: dict[str, Sequence[str]] = {}
    for text in texts:
        path, equals, values = (part.strip() for part in text.partition("="))
        numbers = [value.strip() for value in values.split(",") if value.strip()]
        place = f"--vary {text}"
        if not equals or not path or not numbers:
            raise ScenarioError(place, "it is not PATH=A,B,C", "Write --vary settings.taste.threat=0,1,2.")
        read = {number: number_in(number) for number in numbers}
        if words := [number for number, value in read.items() if math.isnan(value)]:
            remedy = "Write numbers like 0.5. An experiment varies other values: hedgesim sweep."
            raise ScenarioError(place, f"a grid varies numbers, and {shown(words[0])} is none", remedy)
        if path in grid or len({*read.values()}) < len(numbers):
            raise ScenarioError(place, "a grid varies a path once over different numbers", "Write each once, like 0.5.")
        grid[path] = numbers
    return grid


def _number(text: str) -> int | float:
    """A number as it is written: an integer without a point."""
    return int(text) if text.lstrip("+-").isdecimal() else float(text)


def grid_experiment(scenario: Scenario, name: str, grid: Grid, *, runs: int, outcome: str) -> Experiment:
    """The experiment of a grid.

    scenario: as it is read; name: by which it is found. runs: of every point. outcome: column of the table of runs.

    Raises:
        ScenarioError: a path cannot vary, or there is no such outcome.
        StoreError: too many runs.
    """
    if runs > MOST_REPLICATIONS:
        fault = f"a point of a grid has at most {MOST_REPLICATIONS} runs, which no memory holds"
        raise StoreError(f"--runs {runs}", fault, "Give fewer --runs.")

    def node(value: Any, place: str = "grid") -> Node:
        if isinstance(value, dict):
            value = {key: one if isinstance(one, Node) else node(one, place) for key, one in value.items()}
        elif isinstance(value, list):
            value = tuple(one if isinstance(one, Node) else node(one, place) for one in value)
        return Node(value, Place(place), Place(place))

    def lever(path: str, values: Sequence[str]) -> Node:
        levels = [node(_number(value), f"--vary {path}={value}") for value in values]
        return node(levels, f"--vary {path}={','.join(values)}")

    levers = {path: lever(path, values) for path, values in grid.items()}
    facts = {
        "question": f"What does {outcome} depend on?",
        "scenarios": [node(name, name)],
        "levers": levers,
        "outcomes": [node(outcome, f"--outcome {outcome}")],
        "replications": runs,
        "seed": scenario.seed,
    }
    return Experiment.of_tree(node(facts), Path())


def grid_identity(scenario: Scenario, grid: Grid, *, runs: int, outcome: str) -> str:
    """What the results of a grid are: see `ownership.identity_of`."""
    return identity_of((scenario,), runs, outcome, dict(grid), own_rules())


def run_grid(
    scenario: Scenario,
    name: str,
    grid: Grid,
    *,
    runs: int,
    outcome: str,
    folder: Path | None = None,
    on_runs: Callable[[int], None] = lambda _: None,
) -> Results:
    """Run every point of a grid: one table, of runs, with a column per path that varies.

    folder: where it will be written, which is checked before the first run. For the others see `grid_experiment`.

    Raises:
        ScenarioError: as of `grid_experiment`, or the scenario cannot be read with a value.
        StoreError: there is too little memory or disk.
    """
    cases, all_runs = [case_of(scenario)], runs * math.prod(map(len, grid.values()))
    check_space(folder, cases, runs=all_runs, keep=0)
    plan = SweepPlan.of(grid_experiment(scenario, name, grid, runs=runs, outcome=outcome))
    if folder is not None:
        Folder(folder).prepare()
    table = run_in_memory(plan, on_runs=on_runs)
    columns = [column for column in table.columns if column not in {*grid, "run", "seed"}]
    table = table[["run", "seed", *grid, *columns]]
    identity = grid_identity(scenario, grid, runs=runs, outcome=outcome)
    facts: dict[str, Any] = {
        IDENTITY: identity,
        "seed": scenario.seed,
        "runs": runs,
        "outcome": outcome,
        "grid": dict(grid),
    }
    return Results.of({RUNS: table}, {"scenario": scenario.name, **facts})


def run_in_memory(plan: SweepPlan, *, on_runs: Callable[[int], None]) -> pd.DataFrame:
    """The table of runs of all points, sorted by point and run, with a column per path that varies."""
    engine, parts = engine_of(plan.engine, plan.backend), []
    for task in plan.tasks(Contents()):
        parts.append(run_chunk(task, engine)[RUNS])
        on_runs(parts[-1].num_rows)
    points = plan.points.table.assign(key=plan.keys).drop(columns=["sample", "scenario", "first_draw"])
    rows = pa.concat_tables(parts, promote_options="default").to_pandas()
    ordered = points.merge(rows, on=KEY, how="left").sort_values([POINT, "run"], kind="stable", ignore_index=True)
    return ordered.drop(columns=[POINT, KEY])
