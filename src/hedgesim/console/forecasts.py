"""What the command line does to fit the model and to score its forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from hedgesim import session
from hedgesim.analysis.calibration.files import write_calibration
from hedgesim.analysis.calibration.fit import Calibration, FitPlan
from hedgesim.analysis.calibration.fit import calibrate as fit
from hedgesim.analysis.calibration.record import check_years
from hedgesim.analysis.hindcast.baselines import PERSISTENCE
from hedgesim.analysis.hindcast.forecast import history, parameters_in
from hedgesim.analysis.hindcast.hindcast import BASE, study
from hedgesim.analysis.hindcast.scores import flat_band, reliability
from hedgesim.analysis.simulation import now
from hedgesim.batch.findings import check_folder, write_findings
from hedgesim.batch.results import prepare_folder
from hedgesim.console.printing import print_rows, records_of
from hedgesim.console.progress import counting
from hedgesim.console.running import check_counts
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.choice import engine_of, fastest
from hedgesim.errors import HedgesimError
from hedgesim.plots.courses import draw_courses
from hedgesim.plots.forecasts import draw_forecasts
from hedgesim.scenario import Scenario
from hedgesim.scenario.calibrations import PRIOR, calibrations, posterior_table
from hedgesim.scenario.impulses import impulses_of
from hedgesim.scenario.tables import read_tables

HISTORY = "history"
"""Scenario whose years are drawn beside the record."""

HINDCAST = "hindcast"
"""What the manifest of a hindcast says that it is."""

LEAST = {"walkers": 4, "steps": 10, "warm_up": 0, "replications": 2, "sets": 64}
"""Smallest numbers that mean anything."""


def fit_plan(walkers: int, steps: int, *, warm_up: int, replications: int, sets: int, seed: int) -> FitPlan:
    """How large a calibration is; numbers that mean nothing are refused."""
    given = {"walkers": walkers, "steps": steps, "warm_up": warm_up, "replications": replications, "sets": sets}
    for name, value in given.items():
        if value < LEAST[name]:
            option = "--" + name.replace("_", "-")
            fault = "too few to fit anything"
            raise HedgesimError(f"{option} {value}", fault, f"Give {option} {LEAST[name]} or more.")
    if sets < walkers:
        fault = f"the {walkers} walkers start from the likeliest"
        raise HedgesimError(f"--sets {sets}", fault, f"Give --sets {walkers} or more.")
    return FitPlan(sets, walkers, steps, warm_up, replications, seed=seed)


def calibrate(name: str, until: str, plan: FitPlan, *, output: Path, backend: str, as_json: bool) -> None:
    """Fit shared parameters to the record of a scenario's years up to a quarter, write and print what was found."""
    scenario = session.read_scenario(name, overrides=[f"end={until}", f"parameters={PRIOR}"])
    engine = engine_of("ensemble", fastest(backend))
    check_years(read_tables(scenario.tables_folder), range(scenario.start.year, scenario.end.year + 1))
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


def hindcast(name: str, calibration: str, *, runs: int, output: Path, backend: str, as_json: bool) -> None:
    """Forecast and score the years of a scenario, write and draw what was found."""
    check_counts(runs=runs)
    engine, posterior = engine_of("ensemble", fastest(backend)), posterior_of(calibration)
    scenario, variants = read_variants(name, calibration)
    check_folder(output, HINDCAST)
    prepare_folder(output)
    total = runs * len(posterior["log_likelihood"]) * (len(variants) + 2)
    with counting(f"telling {name}", total) as on_runs:
        found = study(
            scenario,
            variants,
            read_tables(scenario.tables_folder),
            posterior,
            engine,
            runs=runs,
            on_runs=on_runs,
        )
    past = history(_history(calibration), read_tables(), parameters_in(posterior), engine, runs=1)
    tables = {**found.tables(), **past}
    write_findings(output, HINDCAST, tables, {**found.facts, "calibration": calibration})
    caption = (
        f"Scenario {name}, parameters: {calibration}, {found.facts['draws']} draws of the posterior, {runs} runs each."
    )
    draw_forecasts(tables, reliability(tables), output / "charts", flat=flat_band, caption=caption)
    draw_courses(tables, output / "charts", trained=found.base.origin, caption=f"Parameters: {calibration}.")
    if as_json:
        told = {table: records_of(found.tables()[table]) for table in ("skills", "left_out", "votes")}
        Console(soft_wrap=True).print_json(data={"folder": str(output), **told})
        return
    print_hindcast(found.tables(), output)


def _history(calibration: str) -> Case:
    return case_of(session.read_scenario(HISTORY, overrides=[f"parameters={calibration}"]))


def read_variants(name: str, calibration: str) -> tuple[Scenario, dict[str, Scenario]]:
    """A scenario with the values of a calibration, and the same with every recorded shock half and twice as large."""
    given = [f"parameters={calibration}"]
    base = session.read_scenario(name, overrides=given)
    lines = impulses_of(base, read_tables(base.tables_folder).table("shocks"))
    events = dict.fromkeys(line.event for line in lines if line.event)

    def sized(factor: float) -> Scenario:
        return session.read_scenario(name, overrides=[*given, *(f"shock_sizes.{event}={factor:g}" for event in events)])

    return base, {"shocks half as large": sized(0.5), "shocks twice as large": sized(2.0)}


def posterior_of(calibration: str) -> dict[str, list[float]]:
    """The posterior of a calibration by name; HedgesimError where there is none."""
    try:
        return posterior_table(calibration)
    except KeyError as error:
        known = ", ".join(name for name in calibrations() if name != PRIOR) or "none is shipped"
        place, fault = f"--calibration {calibration}", "there is no such calibration"
        raise HedgesimError(place, fault, f"Name one of: {known}.") from error


def print_hindcast(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Skills with their intervals, the countries left out, and the forecast votes."""
    skills = tables["skills"]
    base = skills[skills["variant"] == BASE]
    rows = [
        [
            str(row.part),
            str(row.score),
            str(row.baseline),
            f"{row.own:.4f}",
            f"{row.of_baseline:.4f}",
            _skill(row),
            str(row.cases),
        ]
        for row in base.itertuples()
    ]
    print_rows(["part", "score", "baseline", "model", "baseline's", "skill (90 %)", "cases"], rows)
    others = skills[(skills["baseline"] == PERSISTENCE) & (skills["variant"] != BASE)]
    rows = [[str(row.variant), str(row.part), _skill(row)] for row in others.itertuples()]
    print_rows(["variant", "part", "skill against persistence"], rows)
    print_table(tables["left_out"], "{:.4g}")
    print_table(tables["votes"], "{:.2f}")
    say = Console(soft_wrap=True).print
    say(
        "Skill: 1 less the score over the baseline's; above 0 is better. Votes are forecast; none is sourced or scored."
    )
    say(f"Tables and charts: {folder}")


def print_table(table: pd.DataFrame, number: str) -> None:
    """A table as it is, with its numbers in a form such as `{:.2f}`."""
    rows = [
        [number.format(cell) if isinstance(cell, float) else str(cell) for cell in row.values()]
        for row in table.to_dict("records")
    ]
    print_rows(list(table.columns), rows)


def _skill(row: Any) -> str:
    return f"{row.value:+.3f} ({row.low:+.3f} to {row.high:+.3f})"


def print_fit(fitted: Calibration, folder: Path) -> None:
    """The posterior beside the prior, and how well the chain did."""
    table = fitted.parameters[fitted.parameters["role"] != "swept"].sort_values("width_ratio")
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
