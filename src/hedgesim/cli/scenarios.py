"""Commands on scenarios."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hedgesim.cli.app import AsJson, Output, RuleFiles, ScenarioName, Seed, Settings, app


@app.command()
def run(
    scenario: ScenarioName,
    output: Output = None,
    runs: Annotated[
        int | None, typer.Option("--runs", help="Number of runs: 1000 with ensemble, 20 with mesa.")
    ] = None,
    keep: Annotated[int, typer.Option("--keep", help="Full trajectories of so many of the first runs.")] = 100,
    engine: Annotated[str, typer.Option("--engine", help="ensemble: many runs at once; mesa: agents.")] = "ensemble",
    backend: Annotated[
        str, typer.Option("--backend", help="Arithmetic of the ensemble: numpy; jax: compiled.")
    ] = "numpy",
    workers: Annotated[int, typer.Option("--workers", help="Processes that share the runs.")] = 1,
    twin: Annotated[str | None, typer.Option("--twin", help="Scenario run with the same random numbers.")] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", help="Event or shock that the twin lacks; may be repeated.")
    ] = None,
    seed: Seed = None,
    settings: Settings = None,
    rule_files: RuleFiles = None,
    as_json: AsJson = False,
) -> None:
    """Run a scenario, write its tables and draw its charts; with a twin, compare the two run by run."""
    from hedgesim.console import printing, running
    from hedgesim.scenario.twins import read_scenario, read_twin

    plan = running.plan_of(engine, backend, runs=runs, keep=keep, workers=workers)
    running.use_rules(rule_files or ())
    checked = read_scenario(scenario, overrides=settings or (), seed=seed)
    other = read_twin(checked, twin, without or (), overrides=settings or ())
    folder = output or Path("results") / checked.name
    if other is None:
        results = running.run_with_progress(checked, plan, folder)
        records = printing.as_records(results, folder)
    else:
        twins = running.run_twins_with_progress((checked, other), plan, folder)
        records = printing.twins_as_records(twins, folder)
    if as_json:
        typer.echo(json.dumps(records, indent=2))
    elif other is None:
        printing.print_closing(results, folder)
    else:
        printing.print_twins(twins, folder)


@app.command()
def grid(
    scenario: ScenarioName,
    vary: Annotated[
        list[str],
        typer.Option("--vary", metavar="PATH=A,B,C", help="Values of one setting; give it twice for a plane."),
    ],
    output: Output = None,
    runs: Annotated[int, typer.Option("--runs", help="Runs per point.")] = 10,
    outcome: Annotated[
        str, typer.Option("--outcome", help="Column of the table of runs that is drawn.")
    ] = "hedging_index",
    seed: Seed = None,
) -> None:
    """Run a scenario at every point of a small grid of settings, and draw an outcome against each."""
    from hedgesim.console import running

    running.check_counts(runs=runs)
    running.run_grid(scenario, vary, runs=runs, outcome=outcome, seed=seed, output=output)


@app.command()
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files or names of scenarios, experiments.")],
    rule_files: RuleFiles = None,
) -> None:
    """Check scenario and experiment files and print every fault with its place and remedy."""
    from hedgesim.console import running, sweeping

    running.use_rules(rule_files or ())
    experiments = {name for name in files if sweeping.is_experiment(name)}
    of = {name: sweeping.faults_of_experiment if name in experiments else running.faults_of for name in files}
    faults = [fault for name in files for fault in of[name](name)]
    for fault in faults:
        typer.echo(str(fault), err=True)
    if faults:
        raise typer.Exit(2)
    what = "file" if experiments else "scenario"
    typer.echo(f"{len(files)} {what}{'s' if len(files) > 1 else ''} without fault.")


@app.command()
def diff(first: ScenarioName, second: ScenarioName, as_json: AsJson = False) -> None:
    """Print in what two scenarios differ once `extends` is worked in."""
    from hedgesim.console import printing
    from hedgesim.scenario import difference
    from hedgesim.scenario.twins import read_scenario

    rows = difference(read_scenario(first), read_scenario(second))
    printing.print_rows(
        ["path", first, second],
        [[row.path, printing.text_of(row.value_a), printing.text_of(row.value_b)] for row in rows],
        as_json=as_json,
    )


@app.command()
def schema(
    of: Annotated[str, typer.Argument(metavar="[scenario|experiment]", help="Kind of file.")] = "scenario",
) -> None:
    """Print the JSON Schema of scenario or experiment files, for completion in editors."""
    from hedgesim.console import running

    typer.echo(json.dumps(running.schema_of(of), indent=2))


@app.command()
def sources(scenario: ScenarioName, as_json: AsJson = False) -> None:
    """Print every number a scenario uses with its source, and count the assumptions."""
    from hedgesim.console import printing
    from hedgesim.scenario.twins import read_scenario

    printing.print_sources(read_scenario(scenario), as_json=as_json)


@app.command()
def outcomes(as_json: AsJson = False) -> None:
    """Print every outcome with unit, meaning and source."""
    from hedgesim.console import printing

    printing.print_outcomes(as_json=as_json)


@app.command()
def rules(rule_files: RuleFiles = None, as_json: AsJson = False) -> None:
    """Print the rules that countries and powers may follow, with their parameters."""
    from hedgesim.console import printing, running

    running.use_rules(rule_files or ())
    printing.print_rules(as_json=as_json)


@app.command()
def scenarios(as_json: AsJson = False) -> None:
    """Print the packaged scenarios with their purpose."""
    from hedgesim.console import printing

    printing.print_scenarios(as_json=as_json)
