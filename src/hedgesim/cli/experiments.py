"""Commands on experiments and their sweeps."""

from __future__ import annotations

from typing import Annotated

import typer

from hedgesim.cli.app import AsJson, Backend, ExperimentName, Quick, RuleFiles, Store, Workers, app


@app.command()
def plan(
    experiment: ExperimentName,
    output: Store = None,
    workers: Workers = 1,
    backend: Backend = "numpy",
    quick: Quick = False,
    rule_files: RuleFiles = None,
    as_json: AsJson = False,
) -> None:
    """Print how many runs an experiment takes, and what disk and time, from a short probe."""
    from hedgesim.console import running, sweeping

    running.use_rules(rule_files or ())
    read = sweeping.experiment_of(experiment, quick=quick)
    folder = sweeping.folder_of(read, output, quick=quick)
    sweeping.print_plan(read, backend=backend, workers=workers, folder=folder, as_json=as_json)


@app.command()
def sweep(
    experiment: ExperimentName,
    output: Store = None,
    workers: Workers = 1,
    dask: Annotated[
        str | None, typer.Option("--dask", metavar="ADDRESS", help="Dask scheduler whose workers make the runs.")
    ] = None,
    backend: Backend = "numpy",
    quick: Quick = False,
    rule_files: RuleFiles = None,
    as_json: AsJson = False,
) -> None:
    """Run an experiment: make what is missing in its folder, and draw outcomes against everything that varies."""
    from hedgesim.console import running, sweeping

    running.use_rules(rule_files or ())
    read = sweeping.experiment_of(experiment, quick=quick)
    folder = sweeping.folder_of(read, output, quick=quick)
    results, _ = sweeping.sweep_with_progress(read, folder, backend=backend, workers=workers, dask=dask)
    sweeping.print_sweep(results, folder, as_json=as_json)


@app.command()
def status(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Folder or address of a sweep.")],
    as_json: AsJson = False,
) -> None:
    """Print what is there, failed, missing and damaged in the folder of a sweep; every file is checked."""
    from hedgesim.console import sweeping

    sweeping.print_status(folder, as_json=as_json)


@app.command()
def sensitivity(
    experiment: ExperimentName,
    output: Store = None,
    method: Annotated[
        str | None, typer.Option("--method", help="sobol, morris or given; by default what the design was made for.")
    ] = None,
    outcomes: Annotated[
        list[str] | None, typer.Option("--outcome", help="Column of the table of runs; may be repeated.")
    ] = None,
    level: Annotated[float, typer.Option("--level", help="Level of the confidence intervals.")] = 0.95,
    resamples: Annotated[int, typer.Option("--resamples", help="Resamples of the bootstrap.")] = 100,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of the bootstrap: by default the sweep's.")] = None,
    quick: Quick = False,
    as_json: AsJson = False,
) -> None:
    """Print which uncertainty moves an outcome: indices of a finished sweep, with confidence intervals."""
    from hedgesim.analysis import sensitivity as analysis
    from hedgesim.console import sensitivity as console

    results, folder = console.open_sweep(experiment, output, quick=quick)
    found = analysis.sensitivity(results, outcomes or (), method=method, level=level, resamples=resamples, seed=seed)
    console.report_sensitivity(found, results, folder, as_json=as_json)


@app.command()
def discover(
    experiment: ExperimentName,
    when: Annotated[
        str,
        typer.Option("--when", metavar="'OUTCOME < X'", help="What makes a run one of interest; also <=, > and >=."),
    ],
    output: Store = None,
    of: Annotated[str, typer.Option("--of", help="Cases: means over the runs of a point, or runs.")] = "means",
    boxes: Annotated[int, typer.Option("--boxes", help="Boxes at most, each among what those before leave.")] = 1,
    density: Annotated[
        float | None, typer.Option("--density", help="Take the widest box so dense: by default the last.")
    ] = None,
    peel: Annotated[float, typer.Option("--peel", help="Part of a box that a step takes away.")] = 0.05,
    paste: Annotated[float, typer.Option("--paste", help="Part of a box that a step gives back.")] = 0.05,
    mass: Annotated[float, typer.Option("--mass", help="Part of all cases that a box holds at least.")] = 0.05,
    quick: Quick = False,
    as_json: AsJson = False,
) -> None:
    """Print under which values an outcome meets a condition: boxes of a finished sweep, with coverage and density."""
    from hedgesim.analysis import discovery
    from hedgesim.analysis.boxes import Peeling
    from hedgesim.console import sensitivity as console

    condition = discovery.Condition.read(when)
    results, folder = console.open_sweep(experiment, output, quick=quick)
    plan = Peeling(peel, paste, mass, boxes, density)
    console.report_discovery(discovery.discover(results, condition, of=of, plan=plan), results, folder, as_json=as_json)


@app.command()
def experiments(as_json: AsJson = False) -> None:
    """Print the packaged experiments with their questions."""
    from hedgesim.console import sweeping

    sweeping.print_experiments(as_json=as_json)
