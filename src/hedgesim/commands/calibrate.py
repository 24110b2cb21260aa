"""`hedgesim calibrate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from hedgesim.commands._options import AsJson, check_least
from hedgesim.commands._printing import print_json, print_table, records_of

if TYPE_CHECKING:
    from hedgesim.analysis.calibration.fit import Calibration

LEAST_WALKERS, LEAST_STEPS, LEAST_DRAWS = 32, 20, 8
"""Smallest numbers that mean anything; a move takes at least twice as many walkers as numbers."""


def calibrate(
    output: Annotated[Path, Option("--output", "-o", metavar="DIR", help="Folder of the calibration.")] = Path(
        "results/calibration/fitted_2021"
    ),
    walkers: Annotated[int, Option(help="Walkers of every chain.")] = 64,
    steps: Annotated[int, Option(help="Steps of every walker; a third as many before are discarded.")] = 2000,
    draws: Annotated[int, Option(help="Joint draws that are kept.")] = 512,
    seed: Annotated[int, Option(help="Seed of the chains.")] = 2021,
    as_json: AsJson = False,
) -> None:
    """Fit the numbers of the model to the record up to 2021."""
    from hedgesim.analysis.calibration import events, files, fit
    from hedgesim.results.folders import Folder, now
    from hedgesim.scenario.tables import read_tables

    check_least("--walkers", walkers, LEAST_WALKERS, "too few to fit anything")
    check_least("--steps", steps, LEAST_STEPS, "too few to fit anything")
    check_least("--draws", draws, LEAST_DRAWS, "too few to draw from")
    Folder(output).prepare()
    began = now()
    plan = fit.FitPlan(
        events.EventPlan(walkers, steps, steps // 3, seed),
        events.EventPlan(walkers // 2, steps // 5, steps // 10, seed),
        draws,
    )
    fitted = fit.calibrate(read_tables(), plan, on_fit=lambda name: print(f"fitted: {name}", file=sys.stderr))
    files.write_calibration(output, fitted, began=began)
    if as_json:
        print_json({"folder": str(output), **fitted.facts, "parameters": records_of(fitted.parameters)})
        return
    _print_fit(fitted)
    print(f"Calibration: {output}")


def _print_fit(fitted: Calibration) -> None:
    """The posterior beside the prior, and how many numbers the record decides."""
    table = fitted.parameters
    own = table[table["identified"] != ""]
    columns = {"prior": "prior_value", "± ": "prior_sd", "5 %": "posterior_q05", "median": "posterior_q50"}
    columns |= {"95 %": "posterior_q95", "width": "width_ratio", "used": "value"}
    numbers = {name: f"{{{column}:.3g}}" for name, column in columns.items()}
    print_table(own, {"parameter": "{parameter}", "of": "{record}", **numbers, "identified": "{identified}"})
    fitted_to = int((own["identified"] == "yes").sum())
    print(f"{len(table)} parameters: the record up to 2021 bears on {len(own)} and identifies {fitted_to}.")
    print("Width: posterior over prior; identified: half of the prior variance is gone. The others keep their prior.")
