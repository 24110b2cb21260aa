"""`hedgesim run`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

import hedgesim
from hedgesim.commands._options import (
    AsJson,
    Backend,
    Outcomes,
    Output,
    Overwrite,
    RuleFiles,
    ScenarioName,
    Seed,
    Settings,
    Workers,
    check_counts,
    folder_of_results,
    use_rules,
)
from hedgesim.commands._printing import (
    end_where_all_failed,
    print_failed,
    print_json,
    print_lines,
    print_rows,
    records_of,
    several,
)
from hedgesim.numbers import rounded, significant

if TYPE_CHECKING:
    from hedgesim.results.simulation import Plan
    from hedgesim.results.twins import Twins

INNER = ("twin", "paired")
"""Folders of a twin and of the differences from it."""

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
    without: Annotated[
        list[str] | None, Option(help="Event, shock or change that the twin lacks; may be repeated.")
    ] = None,
    outcomes: Outcomes = None,
    seed: Seed = None,
    settings: Settings = None,
    rule_files: RuleFiles = None,
    overwrite: Overwrite = False,
    charts: Annotated[bool, Option("--charts/--no-charts", help="Whether charts are drawn.")] = True,
    as_json: AsJson = False,
) -> None:
    """Run a scenario, or it and a twin; write tables, draw charts."""
    from hedgesim.engines import engine_of
    from hedgesim.engines.trial import check_followed
    from hedgesim.results.simulation import Plan
    from hedgesim.scenario.twins import read_twin

    chosen = engine_of(engine, backend)
    n_runs = RUNS_BY_ENGINE[engine] if runs is None else runs
    check_counts(runs=n_runs, keep=keep, workers=workers)
    plan = Plan(n_runs, keep, chosen, workers, tuple(outcomes or ()))
    rules = use_rules(rule_files)
    first = hedgesim.read_scenario(scenario, overrides=settings or (), seed=seed)
    second = read_twin(first, twin, without or (), overrides=settings or ()) if twin is not None or without else None
    check_followed(rules, *filter(None, (first, second)))
    if second is None:
        folder = _folder(output, plan, first, overwrite=overwrite)
        results = _run_one(first, plan, folder, charts=charts)
        if as_json:
            print_json(_records(results, folder))
        else:
            _print_closing(results, folder, settings or ())
        end_where_all_failed(results.tables["runs"])
        return
    folder = _folder(output, plan, first, second, overwrite=overwrite)
    both = _run_twins((first, second), plan, folder, charts=charts)
    if as_json:
        differences = {"paired": records_of(both.paired), "left_out": both.left_out}
        print_json({**_records(both.first, folder), "twin": _records(both.twin, folder / "twin"), **differences})
    else:
        _print_twins(both, folder, settings or (), outcomes or ())
    for results in (both.first, both.twin):
        end_where_all_failed(results.tables["runs"])


def _folder(output: str | None, plan: Plan, *scenarios: hedgesim.Scenario, overwrite: bool) -> Path:
    """The folder of a run, or of a run and its twin, which takes results of nothing else and no files of the user's."""
    from hedgesim.plots.run import files_of_charts
    from hedgesim.results.folders import RUN, Folder
    from hedgesim.results.ownership import check_folder
    from hedgesim.results.tables import TABLES

    identity, files = plan.identity_of(*scenarios), [*(f"{name}.parquet" for name in TABLES), *files_of_charts()]

    def check(folder: Path) -> None:
        inner = [Folder(folder).inner(name) for name in INNER if len(scenarios) > 1]
        for place in (folder, *map(Path, inner)):
            check_folder(place, RUN, identity, files=files, overwrite=overwrite)

    return folder_of_results(output, scenarios[0].name, identity, check)


def _run_one(scenario: hedgesim.Scenario, plan: Plan, folder: Path, *, charts: bool) -> hedgesim.Results:
    """Run a scenario, write and draw it, in place of the results in the folder and of their twin."""
    from hedgesim.commands._progress import counting
    from hedgesim.plots.draw import draw
    from hedgesim.results.ownership import remove_inner
    from hedgesim.results.results import write
    from hedgesim.results.simulation import run_scenarios

    with counting(f"running {scenario.name}", plan.runs) as on_runs:
        (results,), _ = run_scenarios((scenario,), plan, folder=folder, on_runs=on_runs)
    remove_inner(folder, INNER)
    write(results, folder, draw=partial(draw, results) if charts else no_charts, overwrite=True)
    return results


def _run_twins(
    scenarios: tuple[hedgesim.Scenario, hedgesim.Scenario], plan: Plan, folder: Path, *, charts: bool
) -> Twins:
    """Run a scenario and its twin, write and draw both and their differences."""
    from hedgesim.commands._progress import counting
    from hedgesim.plots.draw import draw, draw_twins
    from hedgesim.results.results import write
    from hedgesim.results.simulation import run_twins
    from hedgesim.scenario.twins import name_of_twin

    title = f"running {scenarios[0].name} and {name_of_twin(*scenarios)}"
    with counting(title, 2 * plan.runs) as on_runs:
        twins = run_twins(scenarios, plan, folder=folder, on_runs=on_runs)
    for results, place in ((twins.first, folder), (twins.twin, folder / "twin")):
        write(results, place, draw=partial(draw, results) if charts else no_charts, overwrite=True)
    write(
        twins.differences(), folder / "paired", draw=partial(draw_twins, twins) if charts else no_charts, overwrite=True
    )
    return twins


def no_charts(_: Path) -> tuple[()]:
    """Draw nothing."""
    return ()


def _records(results: hedgesim.Results, folder: Path) -> dict[str, Any]:
    """The closing table and the folder of the results, for JSON."""
    return {
        "folder": str(folder),
        "manifest": dict(results.manifest),
        "closing": records_of(results.closing()),
        "notes": _notes(results),
    }


def _print_closing(results: hedgesim.Results, folder: Path, settings: Sequence[str]) -> None:
    from hedgesim.scenario.calibrations import in_words

    assert results.case is not None
    periods, runs, closing = results.case.setting.axes.periods, results.tables["runs"], results.closing()
    manifest = results.manifest
    print_lines(f"{manifest['scenario']}: {several(len(runs), 'run')}, {int(runs['failed'].notna().sum())} failed")
    print_failed(runs)
    rows = []
    for row in closing.to_dict("records"):
        numbers, error = rounded((row[name] for name in ("before", "after", "change")), row["error"])
        rows.append([_label(row), *numbers, error])
    if rows:
        print_rows(["", periods[0], periods[-1], "change", "± error"], rows)
    print_lines(f"Error: Monte Carlo standard error. {in_words(str(manifest['parameters'])).capitalize()}.")
    print_lines(*(f"Set: {text}." for text in settings), *_notes(results))
    print_lines(f"{_written(folder)}: {folder}")


def _written(folder: Path) -> str:
    from hedgesim.results.ownership import CHARTS

    return "Tables and charts" if (folder / CHARTS).is_dir() else "Tables"


def _label(row: Mapping[Any, Any]) -> str:
    words = str(row["quantity"]).replace("presence_", "presence of ").replace("_", " ")
    return words if row["entity"] in {"all", "system", "named"} else f"  {words}, {row['entity']}"


def _notes(results: hedgesim.Results) -> Sequence[str]:
    """What the scenario does that the numbers do not show."""
    from hedgesim.scenario.notes import notes_of

    assert results.scenario is not None
    assert results.inputs is not None
    return notes_of(results.scenario, results.inputs)


def _print_twins(found: Twins, folder: Path, settings: Sequence[str], outcomes: Sequence[str]) -> None:
    """The differences between twins, with their errors: of the outcomes that are named, else all that differ."""
    differing = found.of_outcomes(outcomes) if outcomes else found.differing()
    for name, results in zip(found.names, (found.first, found.twin), strict=True):
        print_failed(results.tables["runs"], f"{name}: ")
    rows = []
    for row in differing.to_dict("records"):
        (mean, low, high), error = rounded((row[name] for name in ("mean", "q05", "q95")), row["error"])
        cells = mean, error, low, high, row["n"], significant(row["gain"], 2)
        rows.append([row["outcome"], row["entity"], row["option"], *cells])
    if rows:
        print_rows(["outcome", "of", "option", "change", "± error", "5 %", "95 %", "runs", "gain"], rows)
    name, other = found.names
    omitted = "others are in the table paired" if outcomes else "zero differences are omitted"
    print_lines(f"Change: {name} less {other}, run by run with the same random numbers; {omitted}.")
    if found.paired.empty:
        print_lines("No run succeeded on both sides.")
    elif not rows:
        print_lines(f"Nothing differs: {name} and {other} are the same in every run.")
    elif found.paired["n"].max() == 1:
        print_lines("One run has no error and no gain: give more --runs.")
    gain = found.gain_in_words()
    if gain:
        print_lines(f"Gain: factor by which pairing reduces the variance against independent seeds; {gain}.")
    if found.left_out:
        print_lines(f"Left out: {found.left_out} runs that failed on either side.")
    print_lines(*(f"Set on both sides, so that it is no difference: {text}." for text in settings))
    notes, others = _notes(found.first), _notes(found.twin)
    print_lines(*(note if note in others else f"{name}: {note}" for note in notes))
    print_lines(*(f"{other}: {note}" for note in others if note not in notes))
    print_lines(f"{_written(folder)}: {folder}, {folder / 'twin'}, {folder / 'paired'}")
