"""What the command line prints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from hedgesim.analysis.explanation import explain_shares
from hedgesim.engines.case import case_of
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.parameter import parameters_of
from hedgesim.results.grid import Grid
from hedgesim.results.results import Results
from hedgesim.results.simulation import Twins
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario import Scenario, packaged_scenarios
from hedgesim.scenario.arrays import source
from hedgesim.scenario.calibrations import in_words
from hedgesim.scenario.citations import citations_of, count_of
from hedgesim.scenario.twins import read_scenario

WIDTH_OF_FILES = 240
"""Characters of a table's line where it is not printed on a terminal."""


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
    return {"folder": str(folder), "manifest": dict(results.manifest), "closing": records_of(results.closing())}


def records_of(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """Rows for JSON, with nothing where a number is not defined."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def print_closing(results: Results, folder: Path) -> None:
    """The closing table of a run."""
    assert results.case is not None
    assert results.scenario is not None
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
    console.print(f"Error: Monte Carlo standard error. {in_words(results.scenario.parameters).capitalize()}.")
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
    checked = [read_scenario(path) for path in packaged_scenarios().values()]
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


def print_twins(twins: Twins, folder: Path) -> None:
    """What differs between twins, and how surely."""
    told = twins.differing()
    rows = [[str(row.outcome), str(row.entity), str(row.option), *_cells(row)] for row in told.itertuples()]
    if rows:
        print_rows(["outcome", "of", "option", "change", "± error", "5 %", "95 %", "runs", "gain"], rows)
    say = Console(soft_wrap=True).print
    name, other = twins.names
    say(f"Change: {name} less {other}, run by run with the same random numbers. What never differs is left out.")
    if twins.paired.empty:
        say("No run came through on both sides; the table runs says why.")
    elif not rows:
        say(f"Nothing differs: {name} and {other} are the same in every run.")
    elif twins.paired["n"].max() == 1:
        say("One run has no error and no gain: give more --runs.")
    gain = twins.gain_in_words()
    if gain:
        say(f"Gain: by what factor pairing cuts the variance against independent seeds; {gain}.")
    if twins.left_out:
        say(f"Left out: {twins.left_out} runs that failed on either side.")
    say(f"Tables and charts: {folder}, {folder / 'twin'}, {folder / 'paired'}")


def twins_as_records(twins: Twins, folder: Path) -> dict[str, Any]:
    """Both closing tables, the paired differences and where the results lie, for JSON."""
    twin = as_records(twins.twin, folder / "twin")
    return {
        **as_records(twins.first, folder),
        "twin": twin,
        "paired": records_of(twins.paired),
        "left_out": twins.left_out,
    }


def _cells(row: Any) -> list[str]:
    error, gain = (
        "" if row.error != row.error else f"{row.error:.1g}",
        "" if row.gain != row.gain else f"{row.gain:.1f}",
    )
    return [f"{row.mean:+.4f}", error, f"{row.q05:.4f}", f"{row.q95:.4f}", str(row.n), gain]


def print_grid(table: pd.DataFrame, grid: Grid, *, outcome: str, folder: Path) -> None:
    """Mean and error of an outcome at every point of a grid."""
    rows = table.groupby(list(grid), sort=True)[outcome].agg(["mean", "sem"]).reset_index()
    print_rows(
        [*grid, f"mean {outcome}", "error"],
        [[*map(str, row[:-2]), *map(_number, row[-2:])] for row in rows.itertuples(index=False)],
    )
    Console().print(f"Table and chart: {folder}")
