"""`hedgesim calibrate`."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

import hedgesim
from hedgesim.commands._options import AsJson, FitBackend, Output, Overwrite, check_least, folder_of_results
from hedgesim.commands._printing import print_json, print_lines, print_table, records_of

if TYPE_CHECKING:
    from hedgesim.analysis.calibration.fit import Calibration, FitPlan

LEAST = {"walkers": 4, "steps": 10, "warm_up": 0, "replications": 2, "sets": 64}
"""Smallest numbers that mean anything."""


def calibrate(
    scenario: Annotated[
        str, Argument(metavar="[SCENARIO]", help="Scenario whose years are fitted; its end is replaced by --until.")
    ] = "history",
    until: Annotated[str, Option(help="Last quarter that is fitted.")] = "2021Q4",
    output: Output = None,
    walkers: Annotated[int, Option(help="Walkers; at least twice the number of fitted parameters.")] = 128,
    steps: Annotated[int, Option(help="Steps of every walker after the warm-up.")] = 500,
    warm_up: Annotated[int, Option(help="First steps of every walker, which are discarded.")] = 200,
    replications: Annotated[int, Option(help="Runs of every parameter set.")] = 16,
    sets: Annotated[int, Option(help="Parameter sets of the screening.")] = 4096,
    seed: Annotated[int, Option(help="Seed of the sampler.")] = 2021,
    backend: FitBackend = "auto",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Fit the shared parameters to the years of training."""
    from hedgesim import engines
    from hedgesim.analysis.calibration import files, fit, record
    from hedgesim.commands._progress import counting
    from hedgesim.results.folders import Folder, now
    from hedgesim.results.ownership import identity_of
    from hedgesim.scenario.calibrations import PRIOR
    from hedgesim.scenario.tables import read_tables

    plan = fit.FitPlan(sets, walkers, steps, warm_up, replications, seed=seed)
    _check(plan)
    read = hedgesim.read_scenario(scenario, overrides=[f"end={until}", f"parameters={PRIOR}"])
    engine, tables = engines.engine_of("ensemble", engines.fastest(backend)), read_tables(read.tables_folder)
    record.check_years(tables, range(read.start.year, read.end.year + 1))
    identity = identity_of([read], asdict(plan), engine.backend)
    folder = folder_of_results(output, "calibration", identity, partial(_check_folder, overwrite=overwrite))
    Folder(folder).prepare()
    began = now()
    with counting(f"fitting {read.name} to {until}", plan.runs) as on_runs:
        fitted = fit.calibrate(read, tables, plan, engine, on_runs=on_runs)
    files.write_calibration(folder, fitted, read, began=began)
    if as_json:
        print_json({"folder": str(folder), **fitted.facts, "parameters": records_of(fitted.parameters)})
        return
    _print_fit(fitted)
    print_lines(f"Calibration: {folder}")


def _check_folder(folder: Path, *, overwrite: bool) -> None:
    """Refuse a folder with another calibration, which may have taken a day, or with files of the user's own."""
    from hedgesim.errors import StoreError
    from hedgesim.results.file_systems import OTHER_FOLDER
    from hedgesim.results.folders import Folder
    from hedgesim.scenario.calibrations import MANIFEST, PARAMETERS, POSTERIOR

    place = Folder(folder)
    is_ours = place.is_file(MANIFEST) is True
    there = [name for name in (MANIFEST, PARAMETERS, POSTERIOR) if place.is_file(name) is not None]
    if there and not (is_ours and overwrite):
        fault = "a calibration is here" if is_ours else f"{there[0]} is here"
        remedy = " --overwrite replaces it." if is_ours else ""
        raise StoreError(folder, fault, remedy=f"{OTHER_FOLDER}{remedy}")


def _check(plan: FitPlan) -> None:
    """Refuse numbers out of range."""
    for name, least in LEAST.items():
        check_least(f"--{name.replace('_', '-')}", getattr(plan, name), least, "too few to fit anything")
    check_least("--sets", plan.sets, plan.walkers, f"the {plan.walkers} walkers start from the likeliest")


def _print_fit(fitted: Calibration) -> None:
    """The posterior beside the prior, and diagnostics of the chain."""
    table = fitted.parameters[fitted.parameters["role"] != "swept"].sort_values("width_ratio")
    columns = {"prior from": "prior_low", "mode": "prior_mode", "to": "prior_high", "posterior 5 %": "posterior_q05"}
    columns |= {"median": "posterior_q50", "95 %": "posterior_q95", "width": "width_ratio"}
    numbers = {name: f"{{{column}}}" for name, column in columns.items()}
    print_table(table, {"fitted": "{parameter}", **numbers})
    facts, swept = fitted.facts, int((fitted.parameters["role"] == "swept").sum())
    print_lines(f"{len(table)} fitted, {swept} only swept; width: posterior over prior. {facts['runs']} runs.")
    print_lines(f"Moves accepted {facts['accepted']:.2g}, correlation time {facts['correlation_time']:.0f} steps.")
