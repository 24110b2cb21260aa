"""`hedgesim grid`."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from hedgesim.commands._options import (
    Output,
    Overwrite,
    RuleFiles,
    ScenarioName,
    Seed,
    check_counts,
    folder_of_results,
    use_rules,
)
from hedgesim.commands._printing import end_where_all_failed, print_failed, print_lines, print_rows
from hedgesim.numbers import with_error

if TYPE_CHECKING:
    import pandas as pd


def grid(
    scenario: ScenarioName,
    vary: Annotated[
        list[str], Option(metavar="PATH=A,B,C", help="Values of one setting; repeat it for a second setting.")
    ],
    output: Output = None,
    runs: Annotated[int, Option(help="Runs per point.")] = 10,
    outcome: Annotated[str, Option(help="Column of the table of runs that is drawn.")] = "hedging_index",
    seed: Seed = None,
    rule_files: RuleFiles = None,
    overwrite: Overwrite = False,
) -> None:
    """Run a scenario over a small grid; draw an outcome."""
    import hedgesim
    from hedgesim.commands._progress import counting
    from hedgesim.engines.rule_check import check_followed
    from hedgesim.plots.run import draw_grid
    from hedgesim.results.folders import RUN
    from hedgesim.results.grid import grid_identity, grid_of, run_grid
    from hedgesim.results.ownership import charts_of, check_folder
    from hedgesim.results.results import write

    check_counts(runs=runs)
    rules = use_rules(rule_files)
    points, read = grid_of(vary), hedgesim.read_scenario(scenario, seed=seed)
    check_followed(rules, read)
    identity = grid_identity(read, points, runs=runs, outcome=outcome)
    files = ("runs.parquet", *charts_of([outcome]))

    def check(place: Path) -> None:
        check_folder(place, RUN, identity, files=files, overwrite=overwrite)

    folder = folder_of_results(output, f"{read.name}_grid", identity, check)
    with counting(f"running {read.name}", runs * math.prod(map(len, points.values()))) as on_runs:
        results = run_grid(read, scenario, points, runs=runs, outcome=outcome, folder=folder, on_runs=on_runs)
    write(results, folder, draw=partial(draw_grid, results, read), overwrite=overwrite)
    table = results.table("runs")
    print_failed(table)
    _print_means(table, list(points), outcome)
    print_lines(f"Table and chart: {folder}")
    end_where_all_failed(table)


def _print_means(table: pd.DataFrame, paths: list[str], outcome: str) -> None:
    """The mean of an outcome at every point, and by how much it differs from that at the first, run by run."""
    by_run = table.pivot(index="run", columns=paths, values=outcome).sort_index(axis="columns")
    less = by_run.sub(by_run.iloc[:, 0], axis="index")
    columns = [[with_error(*pair) for pair in zip(of.mean(), of.sem(), strict=True)] for of in (by_run, less)]
    numbers = [map(str, point if isinstance(point, tuple) else [point]) for point in by_run]
    rows = [[*point, *cells] for point, *cells in zip(numbers, columns[0], ["", *columns[1][1:]], strict=True)]
    print_rows([*paths, f"mean {outcome}", "less the first, run by run"], rows)
    print_lines(
        "±: Monte Carlo standard error. Run k has the same random numbers at every point, so a difference is known"
        " better than the means."
    )
