"""`hedgesim run`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

import hedgesim
from hedgesim.commands._options import (
    AsJson,
    Backend,
    Output,
    RuleFiles,
    ScenarioName,
    Seed,
    Settings,
    Workers,
    check_counts,
    use_rules,
)
from hedgesim.commands._printing import print_json, print_lines, print_rows, records_of, several
from hedgesim.numbers import rounded, significant

if TYPE_CHECKING:
    from hedgesim.results.simulation import Plan, Twins

RUNS_BY_ENGINE = {"ensemble": 1000, "mesa": 20}


def run(
    scenario: ScenarioName,
    output: Output = None,
    runs: Annotated[int | None, Option(help="Number of runs: by default 1000 with ensemble, 20 with mesa.")] = None,
    keep: Annotated[int, Option(help="Number of runs, from the first, whose full trajectories are kept.")] = 100,
    engine: Annotated[str, Option(help="ensemble: many runs at once; mesa: agents.")] = "ensemble",
    backend: Backend = "numpy",
    workers: Workers = 1,
    twin: Annotated[str | None, Option(help="Scenario run with the same random numbers, for comparison.")] = None,
    without: Annotated[list[str] | None, Option(help="Event or shock that the twin lacks; may be repeated.")] = None,
    seed: Seed = None,
    settings: Settings = None,
    rule_files: RuleFiles = None,
    as_json: AsJson = False,
) -> None:
    """Run a scenario, or it and a twin; write tables, draw charts."""
    from hedgesim.commands._progress import counting
    from hedgesim.engines import engine_of
    from hedgesim.results.simulation import Plan, run_scenarios

    chosen = engine_of(engine, backend)
    n_runs = RUNS_BY_ENGINE[engine] if runs is None else runs
    check_counts(runs=n_runs, keep=keep, workers=workers)
    plan = Plan(n_runs, keep, chosen, workers)
    use_rules(rule_files)
    first = hedgesim.read_scenario(scenario, overrides=settings or (), seed=seed)
    folder = output or Path("results") / first.name
    if twin is None and not without:
        with counting(f"running {first.name}", plan.runs) as on_runs:
            (results,), _ = run_scenarios((first,), plan, folder=folder, on_runs=on_runs)
        from hedgesim.plots.draw import clear, draw
        from hedgesim.results.results import write

        clear(folder)
        write(results, folder)
        draw(results, folder / "charts")
        if as_json:
            print_json(_records(results, folder))
        else:
            _print_closing(results, folder)
        return
    from hedgesim.scenario.twins import read_twin

    second = read_twin(first, twin, without or (), overrides=settings or ())
    both = _run_twins((first, second), plan, folder)
    if as_json:
        differences = {"paired": records_of(both.paired), "left_out": both.left_out}
        print_json({**_records(both.first, folder), "twin": _records(both.twin, folder / "twin"), **differences})
    else:
        _print_twins(both, folder)


def _run_twins(scenarios: tuple[hedgesim.Scenario, hedgesim.Scenario], plan: Plan, folder: Path) -> Twins:
    """Run a scenario and its twin, write and draw both and their differences."""
    from hedgesim.commands._progress import counting
    from hedgesim.plots.draw import clear, draw, draw_twins
    from hedgesim.results.results import write
    from hedgesim.results.simulation import run_twins
    from hedgesim.scenario.twins import name_of_twin

    title = f"running {scenarios[0].name} and {name_of_twin(*scenarios)}"
    with counting(title, 2 * plan.runs) as on_runs:
        twins = run_twins(scenarios, plan, folder=folder, on_runs=on_runs)
    clear(folder)
    both = ((twins.first, folder), (twins.twin, folder / "twin"))
    for results, place in (*both, (twins.differences(), folder / "paired")):
        write(results, place)
    draw_twins(twins, folder / "paired")
    for results, place in both:
        draw(results, place / "charts")
    return twins


def _records(results: hedgesim.Results, folder: Path) -> dict[str, Any]:
    """The closing table and the folder of the results, for JSON."""
    return {"folder": str(folder), "manifest": dict(results.manifest), "closing": records_of(results.closing())}


def _print_closing(results: hedgesim.Results, folder: Path) -> None:
    from hedgesim.scenario.calibrations import in_words

    assert results.case is not None
    periods, runs, closing = results.case.setting.axes.periods, results.tables["runs"], results.closing()
    manifest = results.manifest
    print_lines(f"{manifest['scenario']}: {several(len(runs), 'run')}, {int(runs['failed'].notna().sum())} failed")
    rows = []
    for row in closing.to_dict("records"):
        numbers, error = rounded((row[name] for name in ("before", "after", "change")), row["error"])
        rows.append([_label(row), *numbers, error])
    print_rows(["", periods[0], periods[-1], "change", "± error"], rows)
    print_lines(f"Error: Monte Carlo standard error. {in_words(str(manifest['parameters'])).capitalize()}.")
    print_lines(f"Tables and charts: {folder}")


def _label(row: Mapping[Any, Any]) -> str:
    words = str(row["quantity"]).replace("presence_", "presence of ").replace("_", " ")
    return words if row["entity"] in {"all", "system"} else f"  {words}, {row['entity']}"


def _print_twins(found: Twins, folder: Path) -> None:
    """The differences between twins, with their errors."""
    differing = found.differing()
    rows = []
    for row in differing.to_dict("records"):
        (mean, low, high), error = rounded((row[name] for name in ("mean", "q05", "q95")), row["error"])
        cells = mean, error, low, high, row["n"], significant(row["gain"], 2)
        rows.append([row["outcome"], row["entity"], row["option"], *cells])
    if rows:
        print_rows(["outcome", "of", "option", "change", "± error", "5 %", "95 %", "runs", "gain"], rows)
    name, other = found.names
    print_lines(f"Change: {name} less {other}, run by run with the same random numbers; zero differences are omitted.")
    if found.paired.empty:
        print_lines("No run succeeded on both sides; the column failed of the table runs says why.")
    elif not rows:
        print_lines(f"Nothing differs: {name} and {other} are the same in every run.")
    elif found.paired["n"].max() == 1:
        print_lines("One run has no error and no gain: give more --runs.")
    gain = found.gain_in_words()
    if gain:
        print_lines(f"Gain: factor by which pairing reduces the variance against independent seeds; {gain}.")
    if found.left_out:
        print_lines(f"Left out: {found.left_out} runs that failed on either side.")
    print_lines(f"Tables and charts: {folder}, {folder / 'twin'}, {folder / 'paired'}")
