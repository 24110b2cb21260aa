"""`hedgesim hindcast`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

import hedgesim
from hedgesim.commands._options import (
    AsJson,
    Calibration,
    FitBackend,
    Output,
    Overwrite,
    check_counts,
    folder_of_findings,
    posterior_of,
)
from hedgesim.commands._printing import print_json, print_lines, print_rows, print_table, records_of, unchanged

if TYPE_CHECKING:
    import pandas as pd

    from hedgesim.scenario.tables import Tables

HISTORY = "history"
"""Scenario whose years are drawn beside the record."""


def hindcast(
    scenario: Annotated[
        str, Argument(metavar="[SCENARIO]", help="Scenario that starts in the last quarter of the training years.")
    ] = "hindcast_2022",
    calibration: Calibration = "trained_2015_2021",
    output: Output = None,
    runs: Annotated[int, Option(help="Runs of every draw from the posterior.")] = 4,
    backend: FitBackend = "auto",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Forecast the years after training; score against baselines."""
    from hedgesim import engines
    from hedgesim.analysis.hindcast.forecast import history, parameters_in
    from hedgesim.analysis.hindcast.hindcast import study
    from hedgesim.analysis.hindcast.scores import flat_band, reliability
    from hedgesim.commands._progress import counting
    from hedgesim.engines import case
    from hedgesim.plots.evidence import draw_forecasts, draw_history
    from hedgesim.results.findings import write_findings
    from hedgesim.results.ownership import IDENTITY, identity_of
    from hedgesim.scenario.tables import read_tables

    check_counts(runs=runs)
    engine, posterior = engines.engine_of("ensemble", engines.fastest(backend)), posterior_of(calibration)
    base, variants, tables = _variants(scenario, calibration)
    identity = identity_of([base, *variants.values()], runs, engine.backend)
    folder = folder_of_findings(output, "hindcast", identity, overwrite=overwrite)
    total = runs * len(posterior["log_likelihood"]) * (len(variants) + 2)
    with counting(f"forecasting {scenario}", total) as on_runs:
        found = study(base, variants, tables, posterior, engine, runs=runs, on_runs=on_runs)
    past = case.case_of(hedgesim.read_scenario(HISTORY, overrides=[f"parameters={calibration}"]))
    own = found.tables()
    everything = {**own, **history(past, read_tables(), parameters_in(posterior), engine, runs=1)}
    drawn = f"{found.facts['draws']} draws of the posterior, {runs} runs each"
    caption = f"Scenario {scenario}, parameters: {calibration}, {drawn}."
    fitted = f"Parameters: {calibration}."

    def draw(charts: Path) -> list[Path]:
        return [
            *draw_forecasts(everything, reliability(everything), charts, flat=flat_band, caption=caption),
            *draw_history(everything, charts, trained=found.base.origin, caption=fitted),
        ]

    facts = {IDENTITY: identity, **found.facts, "calibration": calibration}
    write_findings(folder, "hindcast", everything, facts, draw=draw)
    if as_json:
        print_json({"folder": str(folder), **{name: records_of(own[name]) for name in ("skills", "left_out", "votes")}})
        return
    _print_scores(own)
    print_lines(f"Tables and charts: {folder}")


def _variants(name: str, calibration: str) -> tuple[hedgesim.Scenario, dict[str, hedgesim.Scenario], Tables]:
    """A scenario with the values of a calibration and with every recorded shock half and twice as large; its tables."""
    from hedgesim.scenario.impulses import impulses_of
    from hedgesim.scenario.tables import read_tables

    given = [f"parameters={calibration}"]
    base = hedgesim.read_scenario(name, overrides=given)
    tables = read_tables(base.tables_folder)
    events = dict.fromkeys(line.event for line in impulses_of(base, tables.table("shocks")) if line.event)
    others = {}
    for words, factor in (("half", 0.5), ("twice", 2.0)):
        sizes = [f"shock_sizes.{event}={factor:g}" for event in events]
        others[f"shocks {words} as large"] = hedgesim.read_scenario(name, overrides=[*given, *sizes])
    return base, others, tables


def _print_scores(tables: Mapping[str, pd.DataFrame]) -> None:
    """Skills with their intervals, the countries left out, and the forecast votes."""
    from hedgesim.analysis.hindcast.baselines import PERSISTENCE
    from hedgesim.analysis.hindcast.hindcast import BASE

    skills = tables["skills"]
    skill = "{value:+} ({low:+} to {high:+})"
    scores = {"baseline": "{baseline}", "model": "{own}", "of baseline": "{of_baseline}"}
    columns = {**unchanged(["part", "score"]), **scores, "skill (90 %)": skill, "cases": "{cases}"}
    print_table(skills[skills["variant"] == BASE], columns)
    others = skills[(skills["baseline"] == PERSISTENCE) & (skills["variant"] != BASE)]
    print_table(others, {**unchanged(["variant", "part"]), "skill against persistence": skill})
    for name in ("left_out", "votes"):
        print_rows(tables[name].columns, tables[name].itertuples(index=False), digits=3)
    print_lines("Skill: 1 less the score over that of the baseline; above 0 the model is better.")
    print_lines("Votes are forecasts without a sourced record, so they are not scored.")
