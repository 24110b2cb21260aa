"""`hedgesim grid`."""

from pathlib import Path
from typing import Annotated

from typer import Option

from hedgesim.commands._options import Output, ScenarioName, Seed
from hedgesim.commands._printing import print_rows
from hedgesim.commands._running import check_counts, prepare_results
from hedgesim.errors import HedgesimError


def grid(
    scenario: ScenarioName,
    vary: Annotated[list[str], Option(metavar="PATH=A,B,C", help="Values of one setting; give it twice for a plane.")],
    output: Output = None,
    runs: Annotated[int, Option(help="Runs per point.")] = 10,
    outcome: Annotated[str, Option(help="Column of the table of runs that is drawn.")] = "hedging_index",
    seed: Seed = None,
) -> None:
    """Run a scenario over a small grid; draw an outcome."""
    from hedgesim import session
    from hedgesim.analysis import grid as grids
    from hedgesim.commands._progress import counting
    from hedgesim.engines.case import case_of

    check_counts(runs=runs)
    points = grids.grid_of(vary)
    scenarios = session.read_points(scenario, points, seed=seed)
    cases = [case_of(one) for one in scenarios]
    probe = grids.run_points(points, cases[:1], runs=1).select_dtypes("number")
    known = [column for column in probe.columns if column not in {"run", "seed"}]
    if outcome not in known:
        fault = "the table of runs has no such number"
        raise HedgesimError(f"--outcome {outcome}", fault, f"Name one of {', '.join(known)}.")
    folder = output or Path("results") / f"{scenarios[0].name}_grid"
    prepare_results(folder, cases, runs=runs, keep=0)
    with counting(f"running {len(cases)} points", runs * len(cases)) as on_runs:
        table = grids.run_points(points, cases, runs=runs, on_runs=on_runs)
    session.clear(folder)
    session.write_grid(table, points, folder=folder, outcome=outcome, scenario=scenarios[0], runs=runs)
    means = table.groupby(list(points), sort=True)[outcome].agg(["mean", "sem"]).reset_index()
    rows = [[*map(str, row[:-2]), *row[-2:]] for row in means.itertuples(index=False)]
    print_rows([*points, f"mean {outcome}", "error"], rows, number=".3f")
    print(f"Table and chart: {folder}")
