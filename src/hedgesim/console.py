"""What the command line prints, and the progress it shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from hedgesim import session
from hedgesim.analysis.explanation import explain_shares
from hedgesim.analysis.grid import Grid, grid_of, points_of, run_points
from hedgesim.analysis.simulation import Results, run_case
from hedgesim.analysis.twins import compare
from hedgesim.batch.results import prepare_folder
from hedgesim.engines.case import case_of
from hedgesim.engines.choice import ENGINES
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.parameter import parameters_of
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario import Scenario, ScenarioError, packaged_scenarios
from hedgesim.scenario.arrays import source
from hedgesim.scenario.citations import citations_of, count_of
from hedgesim.scenario.tables import TableError

WIDTH_OF_FILES = 240
"""Characters of a table's line where it is not printed on a terminal."""


DEFAULT_RUNS = {"mesa": 20, "ensemble": 1000}
"""Runs of `hedgesim run` unless it is told otherwise, by engine."""


class UsageFault(ValueError):
    """An option that cannot be used, said in one line: place, fault, remedy."""


def check_counts(*, runs: int, keep: int) -> None:
    """Refuse numbers of runs that mean nothing."""
    if runs < 1:
        message = f"--runs {runs}: there must be at least one run. Give --runs 1 or more."
        raise UsageFault(message)
    if keep < 0:
        message = f"--keep {keep}: a number of runs cannot be negative. Give --keep 0 or more."
        raise UsageFault(message)


def runs_of(engine: str, runs: int | None) -> int:
    """The number of runs: as given, else what the engine makes in a few seconds."""
    if engine not in ENGINES:
        message = f"--engine {engine}: there is no such engine. Name one of {', '.join(ENGINES)}."
        raise UsageFault(message)
    return DEFAULT_RUNS[engine] if runs is None else runs


def progress() -> Progress:
    """A progress bar on standard error, gone when done; none where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


@dataclass(frozen=True)
class Plan:
    """How many runs on which engine, how many kept whole, and where to."""

    runs: int
    keep: int
    engine: str
    folder: Path


def run_with_progress(scenario: Scenario, plan: Plan) -> Results:
    """Run a scenario, write its tables and draw its charts, showing how far it is."""
    case, engine = case_of(scenario), ENGINES[plan.engine]()
    prepare_folder(plan.folder)
    with progress() as bar:
        task = bar.add_task(f"running {scenario.name}", total=plan.runs + 1)
        advance = partial(bar.advance, task)
        results = run_case(scenario, case, runs=plan.runs, keep=plan.keep, engine=engine, on_runs=advance)
        bar.update(task, description="drawing charts")
        session.write(results, plan.folder)
        session.draw(results, plan.folder / "charts")
    return results


def run_twin(results: Results, twin: Scenario, plan: Plan, *, as_json: bool) -> None:
    """Run a twin beside finished results, compare the two run by run, write and draw what differs."""
    other = run_with_progress(twin, replace(plan, folder=plan.folder / "twin"))
    differences = compare(results, other)
    session.write_twins(results, other, differences, folder=plan.folder / "paired")
    told = differences[(differences[["mean", "q05", "q95"]] != 0.0).any(axis=1)]
    rows = [[str(row.outcome), str(row.entity), str(row.option), *_cells(row)] for row in told.itertuples()]
    print_rows(["outcome", "of", "option", "change", "± error", "5 %", "95 %", "runs", "gain"], rows, as_json=as_json)
    if not as_json:
        other_name = session.name_of_twin(results.scenario, twin)
        text = f"Change: {results.scenario.name} less {other_name}, run by run with the same random numbers."
        gain = "Gain: by how much pairing cuts the variance against independent seeds; median"
        console = Console(soft_wrap=True)
        console.print(f"{text} What never differs is left out. {gain} {differences['gain'].median():.1f}.")
        console.print(f"Tables and charts: {plan.folder}, {plan.folder / 'twin'}, {plan.folder / 'paired'}")


def _cells(row: Any) -> list[str]:
    small = [f"{value:.4f}" for value in (row.error, row.q05, row.q95)]
    return [f"{row.mean:+.4f}", *small, str(row.n), "" if row.gain != row.gain else f"{row.gain:.1f}"]


def run_grid(name: str, vary: Sequence[str], *, runs: int, outcome: str, seed: int | None, output: Path | None) -> None:
    """Run the points of a grid, write their table of runs and draw the outcome against each setting."""
    grid = grid_of(vary)
    scenarios = [session.read_scenario(name, overrides=texts, seed=seed) for texts in points_of(grid)]
    cases = [case_of(scenario) for scenario in scenarios]
    _check_outcome(outcome, run_points(grid, cases[:1], runs=1))
    folder = output or Path("results") / f"{scenarios[0].name}_grid"
    prepare_folder(folder)
    with progress() as bar:
        task = bar.add_task(f"running {len(cases)} points", total=runs * len(cases))
        table = run_points(grid, cases, runs=runs, on_runs=partial(bar.advance, task))
    session.write_grid(table, grid, folder=folder, outcome=outcome, scenario=scenarios[0], runs=runs)
    _print_grid(table, grid, outcome)
    Console().print(f"Table and chart: {folder}")


def _check_outcome(outcome: str, probe: pd.DataFrame) -> None:
    """Refuse an outcome that the table of runs does not have, by the table of one run."""
    known = [column for column in probe.select_dtypes("number").columns if column not in {"run", "seed"}]
    if outcome not in known:
        message = f"--outcome {outcome}: the table of runs has no such number. Name one of {', '.join(known)}."
        raise UsageFault(message)


def _print_grid(table: pd.DataFrame, grid: Grid, outcome: str) -> None:
    rows = table.groupby(list(grid), sort=True)[outcome].agg(["mean", "sem"]).reset_index()
    print_rows(
        [*grid, f"mean {outcome}", "error"],
        [[*map(str, row[:-2]), f"{row[-2]:.3f}", f"{row[-1]:.3f}"] for row in rows.itertuples(index=False)],
    )


def faults_of(name: str) -> Sequence[Exception]:
    """Every fault of a scenario file and of its tables."""
    try:
        scenario = session.read_scenario(name)
        source(scenario)
    except ScenarioError as error:
        return error.all
    except TableError as error:
        return [error]
    return []


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[str]], *, as_json: bool = False) -> None:
    """Rows as a table, or as JSON records."""
    if as_json:
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        Console(soft_wrap=True).print_json(json.dumps(records))
        return
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(width=None if Console().is_terminal else WIDTH_OF_FILES).print(table)


def text_of(value: object) -> str:
    """A value of a scenario as text; nothing for a key that is not there."""
    return "" if value is None else json.dumps(value) if not isinstance(value, str) else value


def as_records(results: Results, folder: Path) -> dict[str, Any]:
    """The closing table and where the results lie, for JSON."""
    closing = results.closing()
    rows = closing.astype(object).where(closing.notna(), None).to_dict("records")
    return {"folder": str(folder), "manifest": dict(results.manifest), "closing": rows}


def print_closing(results: Results, folder: Path) -> None:
    """The closing table of a run."""
    periods = results.case.setting.axes.periods
    closing = results.closing()
    n, failed = len(results.tables["runs"]), int(results.tables["runs"]["failed"].notna().sum())
    table = Table(title=f"{results.scenario.name}: {n} runs, {failed} failed", title_justify="left", box=None)
    for column in ("", periods[0], periods[-1], "change", "± error"):
        table.add_column(column, justify="left" if not column else "right")
    for row in closing.to_dict("records"):
        table.add_row(_label(row), *(_number(row[key]) for key in ("before", "after", "change", "error")))
    console = Console()
    console.print(table)
    console.print(f"Error: Monte Carlo standard error. Parameters: {results.scenario.parameters}, not calibrated.")
    console.print(f"Tables and charts: {folder}")


def _label(row: dict[Any, Any]) -> str:
    quantity, entity = str(row["quantity"]), str(row["entity"])
    words = quantity.replace("presence_", "presence of ").replace("_", " ")
    return words if entity in {"all", "system"} else f"  {words}, {entity}"


def _number(value: float) -> str:
    return "" if value != value else f"{value:.3f}"


def print_outcomes(*, as_json: bool) -> None:
    """Every outcome with table, unit, meaning and source."""
    rows = [[name, item.table, item.unit, item.meaning, item.source] for name, item in OUTCOMES.items()]
    print_rows(["outcome", "table", "unit", "meaning", "source"], rows, as_json=as_json)


def print_rules(*, as_json: bool) -> None:
    """Every rule with its first line and its parameters."""
    rows = []
    for kind, known in (("country", country_rules()), ("power", power_rules())):
        for name, rule in known.items():
            own = "; ".join(f"{p.name} {p.default:g} ({p.low:g}-{p.high:g})" for p in parameters_of(rule))
            rows.append([name, kind, (rule.__doc__ or "").splitlines()[0], own])
    print_rows(["rule", "of a", "what it does", "parameters"], rows, as_json=as_json)


def print_scenarios(*, as_json: bool) -> None:
    """Every packaged scenario with its purpose."""
    checked = [session.read_scenario(path) for path in packaged_scenarios().values()]
    rows = [[one.name, f"{one.start}-{one.end}", one.purpose] for one in checked]
    print_rows(["scenario", "quarters", "purpose"], rows, as_json=as_json)


def print_sources(scenario: Scenario, *, as_json: bool) -> None:
    """Every number of a scenario with its citation, how many are assumptions, and what explains the start."""
    numbers = citations_of(scenario, source(scenario))
    rows = [[str(cell) for cell in row] for row in numbers.itertuples(index=False)]
    print_rows(list(numbers.columns), rows, as_json=as_json)
    if as_json:
        return
    counts = count_of(numbers)
    print_rows(list(counts.columns), [[str(c) for c in row] for row in counts.itertuples(index=False)])
    found = explain_shares(case_of(scenario))
    if found is None:
        Console(soft_wrap=True).print("Too few starting shares are not hollow to say what explains them.")
        return
    terms = [f"{row.regressor} {row.coefficient:.2f} ± {row.error:.2f}" for row in found.coefficients.itertuples()]
    text = f"Of {found.n} starting shares of powers that are not hollow, shared terms explain R2 = {found.r2:.2f}"
    Console(soft_wrap=True).print(f"{text} (log share on {', '.join(terms)}); the rest is residual.")
