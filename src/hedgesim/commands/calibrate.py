"""`hedgesim calibrate`."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from hedgesim.commands._options import AsJson, Output, Overwrite, check_least, folder_of_results
from hedgesim.commands._printing import print_aside, print_json, print_lines, print_table, records_of

if TYPE_CHECKING:
    from hedgesim.analysis.calibration.fit import Calibration

LEAST_WALKERS, LEAST_STEPS, LEAST_DRAWS = 32, 20, 8
"""Smallest numbers that mean anything; a move takes at least twice as many walkers as numbers."""


def calibrate(
    output: Output = None,
    walkers: Annotated[int, Option(help="Walkers of every chain.")] = 64,
    steps: Annotated[
        int, Option(help="Steps of every walker. A third as many steps before them are discarded.")
    ] = 2000,
    draws: Annotated[int, Option(help="Joint draws that are kept.")] = 512,
    seed: Annotated[int, Option(help="Seed of the chains.")] = 2021,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Fit the parameters of the model to the record up to 2021."""
    from hedgesim.analysis.calibration import events, fit
    from hedgesim.results.folders import Folder
    from hedgesim.results.manifest import now
    from hedgesim.results.ownership import identity_of
    from hedgesim.scenario.tables import read_tables

    check_least("--walkers", walkers, LEAST_WALKERS, "too few to fit anything")
    check_least("--steps", steps, LEAST_STEPS, "too few to fit anything")
    check_least("--draws", draws, LEAST_DRAWS, "too few to draw from")
    plan = fit.FitPlan(
        events.EventPlan(walkers, steps, steps // 3, seed),
        events.EventPlan(walkers // 2, steps // 5, steps // 10, seed),
        draws,
    )
    folder = folder_of_results(
        output, "calibration", identity_of([], asdict(plan)), partial(_check_folder, overwrite=overwrite)
    )
    Folder(folder).prepare()
    began = now()
    fitted = fit.calibrate(read_tables(), plan, on_fit=lambda name: print_aside(f"fitted: {name}"))
    fit.write_calibration(folder, fitted, began=began)
    if as_json:
        print_json({"folder": str(folder), **fitted.facts, "parameters": records_of(fitted.parameters)})
        return
    _print_fit(fitted)
    print_lines(f"Calibration: {folder}")


def _check_folder(folder: Path, *, overwrite: bool) -> None:
    """Refuse a folder with another calibration, which may have taken a day, or with files of the user's own."""
    from hedgesim.errors import StoreError
    from hedgesim.results.folders import OTHER_FOLDER, Folder
    from hedgesim.scenario.calibrations import MANIFEST, PARAMETERS, POSTERIOR

    place = Folder(folder)
    is_ours = place.is_file(MANIFEST) is True
    there = [name for name in (MANIFEST, PARAMETERS, POSTERIOR) if place.is_file(name) is not None]
    if there and not (is_ours and overwrite):
        fault = "the folder already has a calibration" if is_ours else f"{there[0]} is already in the folder"
        remedy = " --overwrite replaces it." if is_ours else ""
        raise StoreError(folder, fault, remedy=f"{OTHER_FOLDER}{remedy}")


def _print_fit(fitted: Calibration) -> None:
    """The posterior beside the prior, and how many numbers the record decides."""
    table = fitted.parameters
    own = table[table["identified"] != ""]
    columns = {"prior": "prior_value", "± ": "prior_sd", "5 %": "posterior_q05", "median": "posterior_q50"}
    columns |= {"95 %": "posterior_q95", "width": "width_ratio", "used": "value"}
    numbers = {name: f"{{{column}}}" for name, column in columns.items()}
    print_table(own, {"parameter": "{parameter}", "of": "{record}", **numbers, "identified": "{identified}"})
    fitted_to = int((own["identified"] == "yes").sum())
    print_lines(
        f"{len(table)} parameters: the record up to 2021 contains information on {len(own)} and identifies "
        f"{fitted_to}.",
        "Width: posterior width / prior width. Identified: the posterior variance is at most half of the prior "
        "variance. The other parameters keep their prior.",
    )
