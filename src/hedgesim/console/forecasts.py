"""What the command line does to fit the model and to score its forecasts."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from hedgesim import session
from hedgesim.analysis.calibration.files import write_calibration
from hedgesim.analysis.calibration.fitting import Calibration, FitPlan
from hedgesim.analysis.calibration.fitting import calibrate as fit
from hedgesim.analysis.simulation import now
from hedgesim.batch.results import prepare_folder
from hedgesim.console.printing import print_rows, records_of
from hedgesim.console.progress import counting
from hedgesim.console.running import UsageFault
from hedgesim.engines.choice import engine_of
from hedgesim.scenario.calibrations import PRIOR
from hedgesim.scenario.tables import read_tables

LEAST = {"walkers": 4, "steps": 10, "warm_up": 0, "replications": 2, "sets": 64}
"""Smallest numbers that mean anything."""


def fit_plan(walkers: int, steps: int, *, warm_up: int, replications: int, sets: int, seed: int) -> FitPlan:
    """How large a calibration is; numbers that mean nothing are refused."""
    given = {"walkers": walkers, "steps": steps, "warm_up": warm_up, "replications": replications, "sets": sets}
    for name, value in given.items():
        if value < LEAST[name]:
            option = "--" + name.replace("_", "-")
            message = f"{option} {value}: too few to fit anything. Give {option} {LEAST[name]} or more."
            raise UsageFault(message)
    return FitPlan(sets, walkers, steps, warm_up, replications, seed=seed)


def calibrate(name: str, until: str, plan: FitPlan, *, output: Path, backend: str, as_json: bool) -> None:
    """Fit shared parameters to the record of a scenario's years up to a quarter, write and print what was found."""
    scenario = session.read_scenario(name, overrides=[f"end={until}", f"parameters={PRIOR}"])
    engine = engine_of("ensemble", backend)
    prepare_folder(output)
    began = now()
    with counting(f"fitting {scenario.name} to {until}", plan.runs) as on_runs:
        fitted = fit(scenario, read_tables(scenario.tables_folder), plan, engine, on_runs=on_runs)
    write_calibration(output, fitted, scenario, began=began)
    if as_json:
        told = {"folder": str(output), **fitted.facts, "parameters": records_of(fitted.parameters)}
        Console(soft_wrap=True).print_json(data=told)
        return
    print_fit(fitted, output)


def print_fit(fitted: Calibration, folder: Path) -> None:
    """The posterior beside the prior, and how well the chain did."""
    table = fitted.parameters[fitted.parameters["role"] == "fitted"].sort_values("width_ratio")
    columns = [
        "prior_low",
        "prior_mode",
        "prior_high",
        "posterior_q05",
        "posterior_q50",
        "posterior_q95",
        "width_ratio",
    ]
    rows = [[row["parameter"], *(f"{row[c]:.3g}" for c in columns)] for row in table.to_dict("records")]
    print_rows(["fitted", "prior from", "mode", "to", "posterior 5 %", "median", "95 %", "width"], rows)
    facts, say = fitted.facts, Console(soft_wrap=True).print
    swept = int((fitted.parameters["role"] == "swept").sum())
    say(f"{len(table)} fitted, {swept} only swept; width: of the posterior over the prior's. {facts['runs']} runs.")
    say(f"Moves accepted {facts['accepted']:.2f}, correlation time {facts['correlation_time']:.0f} steps.")
    say(f"Calibration: {folder}")
