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
def experiments(as_json: AsJson = False) -> None:
    """Print the packaged experiments with their questions."""
    from hedgesim.console import sweeping

    sweeping.print_experiments(as_json=as_json)
