"""`hedgesim run`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

import hedgesim
from hedgesim.analysis.headline import SAME_IN_ALL, SHOWN
from hedgesim.commands._headline import NAME_MORE, print_headline
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
    one_by_one,
    use_rules,
)
from hedgesim.commands._printing import (
    end_where_all_failed,
    print_aside,
    print_failed,
    print_json,
    print_lines,
    print_rows,
    records_of,
    several,
)
from hedgesim.commands._until import MOST, UntilError, end_where_not_met, until_in_words, until_of
from hedgesim.numbers import HIGH, LOW, rounded, sentence

if TYPE_CHECKING:
    from hedgesim.results.simulation import Plan
    from hedgesim.results.twins import Twins
    from hedgesim.results.until import Until

RUNS_BY_ENGINE = {"ensemble": 1000, "mesa": 20}


def run(
    scenario: ScenarioName,
    output: Output = None,
    runs: Annotated[int | None, Option(help=f"Number of runs. By default: 1000, with mesa 20. {MOST}")] = None,
    until_error: UntilError = None,
    keep: Annotated[int, Option(help="Number of runs, from the first, that keep full trajectories.")] = 100,
    engine: Annotated[str, Option(help="ensemble: many runs at once; mesa: agents.")] = "ensemble",
    backend: Backend = "numpy",
    workers: Workers = 1,
    twin: Annotated[str | None, Option(help="Scenario to compare with, run with the same random numbers.")] = None,
    without: Annotated[
        list[str] | None,
        Option(
            callback=one_by_one("--without"), help="Event, shock or change that the twin leaves out; may be repeated."
        ),
    ] = None,
    outcomes: Outcomes = None,
    seed: Seed = None,
    settings: Settings = None,
    rule_files: RuleFiles = None,
    overwrite: Overwrite = False,
    charts: Annotated[bool, Option("--charts/--no-charts", help="Draw charts, or not.")] = True,
    as_json: AsJson = False,
) -> None:
    """Run a scenario, or a scenario and its twin; write tables, draw charts."""
    from hedgesim.engines import engine_of
    from hedgesim.engines.rule_check import check_followed
    from hedgesim.plots.run import draw
    from hedgesim.results.results import write
    from hedgesim.results.simulation import Plan
    from hedgesim.results.until import MOST_RUNS, remove_unfinished
    from hedgesim.scenario.twins import read_twin

    chosen = engine_of(engine, backend)
    usual = RUNS_BY_ENGINE[engine]
    until = until_of(until_error, usual, alone=twin is None and not without)
    n_runs = runs if runs is not None else MOST_RUNS if until else usual
    check_counts(runs=n_runs, keep=keep, workers=workers)
    plan = Plan(n_runs, keep, chosen, workers, tuple(outcomes or ()))
    rules = use_rules(rule_files)
    first = hedgesim.read_scenario(scenario, overrides=settings or (), seed=seed)
    second = read_twin(first, twin, without or (), overrides=settings or ()) if twin is not None or without else None
    check_followed(rules, *filter(None, (first, second)))
    if second is None:
        folder = _folder(output, plan, first, until=until, overwrite=overwrite)
        results, replaces = _run_one(first, plan, folder, until=until)
        write(results, folder, draw=partial(draw, results) if charts else no_charts, overwrite=overwrite or replaces)
        if until:
            remove_unfinished(folder)
        if as_json:
            print_json(_records(results, folder))
        else:
            _print_closing(results, folder, settings or ())
        end_where_all_failed(results.tables["runs"])
        end_where_not_met(results)
        return
    folder = _folder(output, plan, first, second, overwrite=overwrite)
    both = _run_twins((first, second), plan, folder, charts=charts, overwrite=overwrite)
    if as_json:
        differences = {"paired": records_of(both.paired), "left_out": both.left_out}
        print_json({**_records(both.first, folder), "twin": _records(both.twin, folder / "twin"), **differences})
    else:
        _print_twins(both, folder, settings or (), outcomes or ())
    for results in (both.first, both.twin):
        end_where_all_failed(results.tables["runs"])


def _folder(
    output: str | None, plan: Plan, *scenarios: hedgesim.Scenario, until: Until | None = None, overwrite: bool
) -> Path:
    """The folder of a run, or of a run and its twin, which takes results of nothing else and no files of the user's."""
    from hedgesim.plots.run import files_of_charts
    from hedgesim.results.folders import RUN, Folder
    from hedgesim.results.ownership import INNER, check_folder
    from hedgesim.results.tables import TABLES
    from hedgesim.results.until import check_extended, identity_but_for_runs

    files = [*(f"{name}.parquet" for name in TABLES), *files_of_charts()]
    identity = identity_but_for_runs(scenarios[0], plan) if until else plan.identity_of(*scenarios)

    def check(folder: Path) -> None:
        if until:
            check_extended(folder, scenarios[0], plan, files=files, overwrite=overwrite)
            return
        inner = [Folder(folder).inner(name) for name in INNER if len(scenarios) > 1]
        for place in (folder, *map(Path, inner)):
            check_folder(place, RUN, identity, files=files, overwrite=overwrite)

    return folder_of_results(output, scenarios[0].name, identity, check)


def _run_one(
    scenario: hedgesim.Scenario, plan: Plan, folder: Path, *, until: Until | None
) -> tuple[hedgesim.Results, bool]:
    """Run a scenario; give its results, and whether they extend those that are in the folder."""
    from hedgesim.commands._progress import counting
    from hedgesim.results.simulation import run_scenarios
    from hedgesim.results.until import run_until, runs_there

    def on_resumed(runs: int) -> None:
        print_aside(f"continuing from {several(runs, 'run')} that are already in {folder}")

    with counting(f"running {scenario.name}", plan.runs) as on_runs:
        if until:
            results = run_until(scenario, plan, until, folder, on_growth=on_runs, on_resumed=on_resumed)
            return results, runs_there(folder, scenario, plan) > 0
        (results,), _ = run_scenarios((scenario,), plan, folder=folder, on_runs=on_runs)
        return results, False


def _run_twins(
    scenarios: tuple[hedgesim.Scenario, hedgesim.Scenario], plan: Plan, folder: Path, *, charts: bool, overwrite: bool
) -> Twins:
    """Run a scenario and its twin, write and draw both and their differences."""
    from hedgesim.commands._progress import counting
    from hedgesim.plots.run import draw, draw_twins
    from hedgesim.results.ownership import PAIRED, TWIN
    from hedgesim.results.results import write_together
    from hedgesim.results.twins import run_twins
    from hedgesim.scenario.twins import name_of_twin

    title = f"running {scenarios[0].name} and {name_of_twin(*scenarios)}"
    with counting(title, 2 * plan.runs) as on_runs:
        twins = run_twins(scenarios, plan, folder=folder, on_runs=on_runs)
    both = ((one, place, partial(draw, one)) for one, place in ((twins.first, folder), (twins.twin, folder / TWIN)))
    parts = (*both, (twins.differences(), folder / PAIRED, partial(draw_twins, twins)))
    write_together(((one, place, of if charts else no_charts) for one, place, of in parts), overwrite=overwrite)
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
    from hedgesim.results.region import REGION, names_in
    from hedgesim.scenario.calibrations import in_words

    assert results.case is not None
    periods, runs, closing = results.case.setting.axes.periods, results.tables["runs"], results.closing()
    manifest = results.manifest
    names, fits = names_in([manifest]), in_words(str(manifest["parameters"]), elsewhere=REGION in manifest)
    print_lines(f"{manifest['scenario']}: {several(len(runs), 'run')}, {int(runs['failed'].notna().sum())} failed")
    print_failed(runs)
    rows = []
    for row in closing.to_dict("records"):
        columns = ("before", "after", "change", LOW, HIGH)
        (*numbers, low, high), error = rounded((row[name] for name in columns), row["error"])
        rows.append([_label(row, names), *numbers, error, f"{low} to {high}"])
    if rows:
        last = periods[-1]
        heads = [f"mean {periods[0]}", f"mean {last}", "mean change", "Monte Carlo error", f"90 % of runs {last}"]
        print_rows(["", *heads], rows)
    print_lines(*until_in_words(results))
    print_lines(
        "Monte Carlo error: standard error of the mean change, or else of the mean. More runs make it smaller, but not"
        f" the range of runs. {SAME_IN_ALL}",
        f"{sentence(fits)}.",
    )
    print_lines(*(f"Set: {text}." for text in settings), *_notes(results))
    print_lines(f"{_written(folder)}: {folder}")


def _written(folder: Path) -> str:
    from hedgesim.results.ownership import CHARTS

    return "Tables and charts" if (folder / CHARTS).is_dir() else "Tables"


def _label(row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    """What a row is about, with the name beside a code."""
    from hedgesim.model.named_outcomes import named

    if row["entity"] == "named" and (one := named(str(row["quantity"]))) is not None:
        return one.in_words()
    what, _, option = str(row["quantity"]).partition("presence_")
    words = f"presence of {_called(option, names)}" if option and not what else str(row["quantity"]).replace("_", " ")
    return words if row["entity"] in {"all", "system"} else f"  {words}, {_called(row['entity'], names)}"


def _called(code: str, names: Mapping[str, str]) -> str:
    return f"{code} ({names[code]})" if names.get(code, code) != code else code.replace("_", " ")


def _notes(results: hedgesim.Results) -> Sequence[str]:
    """What the scenario does that the numbers do not show."""
    from hedgesim.engines.felt import unweighed
    from hedgesim.scenario.notes import notes_of

    assert results.scenario is not None
    assert results.inputs is not None
    assert results.case is not None
    return *notes_of(results.scenario, results.inputs), *unweighed(results.scenario, results.case)


def _print_twins(found: Twins, folder: Path, settings: Sequence[str], outcomes: Sequence[str]) -> None:
    """How the scenario differs from its twin, as `hedgesim compare` prints it: in what is named, or most."""
    from hedgesim.analysis.comparison import compare, of_outcomes
    from hedgesim.scenario.twins import difference

    name, other = found.names
    for called, results in ((name, found.first), (other, found.twin)):
        print_failed(results.tables["runs"], f"{called}: ")
    if found.paired.empty:
        print_lines("No run succeeded on both sides.")
    else:
        compared = compare(found.twin, found.first, names=(other, name), outcomes=outcomes)
        chosen = of_outcomes(compared, outcomes) if outcomes else compared.differences
        again = shlex.join(["hedgesim", "compare", str(folder / "twin"), str(folder), "--all"])
        batches = found.twin, found.first
        print_headline(compared, chosen, None if outcomes else SHOWN, f"{again} prints them", batches=batches)
        if found.paired["n"].max() == 1:
            print_lines("One run has no error: give more --runs.")
        print_lines(*([] if outcomes else [NAME_MORE]))
    if gain := found.gain_in_words():
        print_lines(f"Factor by which pairing reduces the variance against independent seeds: {gain}.")
    apart = {row.path for row in difference(*(one.scenario for one in (found.first, found.twin) if one.scenario))}
    shared = [text for text in settings if text.partition("=")[0].strip() not in apart]
    print_lines(*(f"Set on both sides, so it makes no difference: {text}." for text in shared))
    if shared:
        print_lines(
            "To see the effect of --set, run once with it and once without it, and compare: hedgesim compare WITHOUT "
            "WITH."
        )
    notes, others = _notes(found.first), _notes(found.twin)
    print_lines(*(note if note in others else f"{name}: {note}" for note in notes))
    print_lines(*(f"{other}: {note}" for note in others if note not in notes))
    print_lines(f"{_written(folder)}: {folder}, {folder / 'twin'}, {folder / 'paired'} (differences)")
