"""Commands that fit the model to the record and score what it says of later years."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hedgesim.cli.app import AsJson, app

FitBackend = Annotated[
    str,
    typer.Option("--backend", help="Arithmetic of the ensemble: numpy; jax: compiled; auto: jax if it is there."),
]


@app.command()
def calibrate(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="Scenario whose years are fitted; its end is cut.")
    ] = "history",
    until: Annotated[str, typer.Option("--until", help="Last quarter that is fitted.")] = "2021Q4",
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of the calibration.")] = Path(
        "results/calibration"
    ),
    walkers: Annotated[int, typer.Option("--walkers", help="Walkers; at least twice the fitted parameters.")] = 128,
    steps: Annotated[int, typer.Option("--steps", help="Steps of every walker after the warm-up.")] = 500,
    warm_up: Annotated[int, typer.Option("--warm-up", help="Steps that are thrown away.")] = 200,
    replications: Annotated[int, typer.Option("--replications", help="Runs of every parameter set.")] = 16,
    sets: Annotated[int, typer.Option("--sets", help="Parameter sets of the screening.")] = 4096,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the walk.")] = 2021,
    backend: FitBackend = "auto",
    as_json: AsJson = False,
) -> None:
    """Fit shared parameters to the record of the training years; write posterior, priors and how it was done."""
    from hedgesim.console import forecasts

    forecasts.calibrate(
        scenario,
        until,
        forecasts.fit_plan(walkers, steps, warm_up=warm_up, replications=replications, sets=sets, seed=seed),
        output=output,
        backend=backend,
        as_json=as_json,
    )


HindcastScenario = Annotated[
    str, typer.Argument(metavar="[SCENARIO]", help="Scenario that starts in the last quarter known.")
]
Calibrated = Annotated[
    str, typer.Option("--calibration", metavar="NAME", help="Calibration whose posterior is drawn from.")
]
RunsOfDraw = Annotated[int, typer.Option("--runs", help="Runs of every draw from the posterior.")]


@app.command()
def hindcast(
    scenario: HindcastScenario = "hindcast_2022",
    calibration: Calibrated = "trained_2015_2021",
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of the results.")] = Path(
        "results/hindcast"
    ),
    runs: RunsOfDraw = 4,
    backend: FitBackend = "auto",
    as_json: AsJson = False,
) -> None:
    """Tell the years after the training years from their end, and score it against what happened and simple rivals."""
    from hedgesim.console import forecasts

    forecasts.hindcast(scenario, calibration, runs=runs, output=output, backend=backend, as_json=as_json)


@app.command()
def ablate(
    calibration: Calibrated = "trained_2015_2021",
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of the results.")] = Path(
        "results/ablate"
    ),
    runs: Annotated[int, typer.Option("--runs", help="Runs of each side of the war's effect.")] = 256,
    backend: FitBackend = "auto",
    as_json: AsJson = False,
) -> None:
    """Turn each mechanism off by parameters alone: what becomes of forecasts and of the effect of the war."""
    from hedgesim.console import ablation

    ablation.ablate(calibration, runs=runs, output=output, backend=backend, as_json=as_json)
