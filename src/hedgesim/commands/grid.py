"""`hedgesim grid`."""

import math
from pathlib import Path
from typing import Annotated

from typer import Option

from hedgesim.commands._options import Output, ScenarioName, Seed, check_counts
from hedgesim.commands._printing import print_lines, print_rows
from hedgesim.numbers import with_error


def grid(
    scenario: ScenarioName,
    vary: Annotated[list[str], Option(metavar="PATH=A,B,C", help="Values of one setting; give it twice for a plane.")],
    output: Output = None,
    runs: Annotated[int, Option(help="Runs per point.")] = 10,
    outcome: Annotated[str, Option(help="Column of the table of runs that is drawn.")] = "hedging_index",
    seed: Seed = None,
) -> None:
    """Run a scenario over a small grid; draw an outcome."""
    import hedgesim
    from hedgesim.commands._progress import counting
    from hedgesim.plots.draw import clear, draw_grid
    from hedgesim.results.grid import grid_of, run_grid
    from hedgesim.results.results import write

    check_counts(runs=runs)
    points, read = grid_of(vary), hedgesim.read_scenario(scenario, seed=seed)
    folder = output or Path("results") / f"{read.name}_grid"
    with counting(f"running {read.name}", runs * math.prod(map(len, points.values()))) as on_runs:
        results = run_grid(read, scenario, points, runs=runs, outcome=outcome, folder=folder, on_runs=on_runs)
    clear(folder)
    write(results, folder)
    draw_grid(results, read, folder)
    table = results.table("runs")
    means = table.groupby(list(points), sort=True)[outcome].agg(["mean", "sem"]).reset_index()
    rows = [[*map(str, row[:-2]), with_error(*row[-2:])] for row in means.itertuples(index=False)]
    print_rows([*points, f"mean {outcome} ± error"], rows)
    print_lines(f"Table and chart: {folder}")
