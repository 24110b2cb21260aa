"""`hedgesim hindcast`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

import hedgesim
from hedgesim.analysis.hindcast import HINDCAST, HISTORY
from hedgesim.commands._options import (
    AsJson,
    Calibration,
    FitBackend,
    Output,
    Overwrite,
    check_counts,
    check_least,
    folder_of_findings,
    posterior_of,
)
from hedgesim.commands._printing import print_json, print_lines, print_rows, print_table, records_of, unchanged

if TYPE_CHECKING:
    import pandas as pd

    from hedgesim.engines import Engine
    from hedgesim.engines.case import Case
    from hedgesim.scenario.tables import Tables


SKILL = "{value:+} ({low:+} to {high:+})"

PRINTED = ("skills", "coverage", "votes")


def hindcast(
    scenario: Annotated[
        str, Argument(metavar="[SCENARIO]", help="Scenario that starts in the last quarter of the fitted years.")
    ] = HINDCAST,
    calibration: Calibration = "fitted_2021",
    output: Output = None,
    runs: Annotated[int, Option(help="Runs of every draw from the posterior.")] = 4,
    past: Annotated[int, Option(help="Runs of earlier years, for the coverage of bands.")] = 1000,
    backend: FitBackend = "auto",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Forecast the years after the fitted years; score the forecasts."""
    from hedgesim import engines
    from hedgesim.analysis.forecasts import forecasts_of
    from hedgesim.analysis.hindcast.hindcast import EXPECTED, study
    from hedgesim.analysis.hindcast.scores import LEAST_SAMPLES, flat_band, reliability
    from hedgesim.commands._progress import counting
    from hedgesim.plots.batches import packaged_names
    from hedgesim.plots.chart import Batch
    from hedgesim.plots.evidence import draw_forecasts
    from hedgesim.plots.record import draw_history
    from hedgesim.results.ownership import IDENTITY, identity_of
    from hedgesim.results.results import write_findings

    check_counts(runs=runs)
    check_least("--past", past, LEAST_SAMPLES, "too few for a band")
    engine, posterior = engines.engine_of("ensemble", engines.fastest(backend)), posterior_of(calibration)
    base, variants, tables = _variants(scenario, calibration)
    identity = identity_of([base, *variants.values()], runs, past, engine.backend)
    folder = folder_of_findings(output, "hindcast", identity, overwrite=overwrite)
    total = runs * len(next(iter(posterior.values()))) * (len(variants) + 1)
    with counting(f"forecasting {scenario}", total) as on_runs:
        found = study(base, variants, tables, posterior, engine, runs=runs, on_runs=on_runs)
    everything = {**found.tables(), "forecasts": forecasts_of(found.base), **_years_over(calibration, engine, past)}
    about = {**found.facts, "calibration": calibration, "past": past, "trained": found.base.origin}
    drawn = f"Scenario {scenario}, parameters: {calibration}, {about['draws']} draws of them, {runs} runs each."
    fitted = f"Parameters: {calibration}, {past} runs."
    batch = Batch("hindcast", everything, packaged_names(), caption=fitted, manifest=about)

    def draw(charts: Path) -> list[Path]:
        forecasts = draw_forecasts(everything, reliability(everything), charts, flat=flat_band, caption=drawn)
        return [*forecasts, *draw_history(batch, charts)]

    about = {IDENTITY: identity, **about}
    write_findings(folder, "hindcast", everything, about, draw=draw, overwrite=overwrite)
    if as_json:
        own = {name: records_of(everything[name]) for name in PRINTED}
        print_json({"expected": EXPECTED, "folder": str(folder), **own})
        return
    print_lines(EXPECTED)
    _print_scores(everything)
    print_lines(f"Tables and charts: {folder}")


def _years_over(calibration: str, engine: Engine, runs: int) -> dict[str, pd.DataFrame]:
    """Of the years that are over: their runs beside the record, bands from earlier years, and what these hold of it."""
    from hedgesim.analysis.hindcast.history import bands_ahead, coverage_of_bands, history
    from hedgesim.engines.case import case_of
    from hedgesim.scenario.tables import read_tables

    over = case_of(hedgesim.read_scenario(HISTORY, overrides=[f"parameters={calibration}"]))
    ahead = bands_ahead(_origins(calibration), read_tables(), engine, runs=runs)
    drawn = history(over, read_tables(), engine, runs=runs)
    return {**drawn, "ahead": ahead, "coverage": coverage_of_bands(ahead)}


def _origins(calibration: str) -> dict[int, Case]:
    """Cases of the scenario that start at the end of every year from which later shares are recorded, by year."""
    from hedgesim.analysis.calibration.bands import HORIZONS
    from hedgesim.analysis.calibration.drift import recorded
    from hedgesim.engines.case import case_of
    from hedgesim.scenario.tables import read_tables

    years = sorted(int(year) for year in recorded(read_tables())["year"].unique())
    found, given = {}, [f"parameters={calibration}", "earlier_shocks=none"]
    for year in years[:-1]:
        ends = [f"start={year}Q4", f"end={min(year + max(HORIZONS), years[-1])}Q4", *given]
        found[year] = case_of(hedgesim.read_scenario(HISTORY, overrides=ends))
    return found


def _variants(name: str, calibration: str) -> tuple[hedgesim.Scenario, dict[str, hedgesim.Scenario], Tables]:
    """A scenario with the values of a calibration and with every recorded shock half and twice as large; its tables."""
    from hedgesim.scenario.impulses import impulses_of
    from hedgesim.scenario.tables import read_tables

    given = [f"parameters={calibration}"]
    base = hedgesim.read_scenario(name, overrides=given)
    tables = read_tables(base.tables_folder)
    shocks = tables.table("shocks")
    known = set(shocks.loc[shocks["role"] == "cause", "event"])
    events = dict.fromkeys(line.event for line in impulses_of(base, tables) if line.event in known)
    others = {}
    for words, factor in (("half", 0.5), ("twice", 2.0)):
        sizes = [f"shock_sizes.{event}={factor:g}" for event in events]
        others[f"shocks {words} as large"] = hedgesim.read_scenario(name, overrides=[*given, *sizes])
    return base, others, tables


def _print_scores(tables: Mapping[str, pd.DataFrame]) -> None:
    """Skill for levels, and apart for meetings, statuses and votes; coverage of bands; the forecast votes."""
    from hedgesim.analysis.hindcast.baselines import PERSISTENCE
    from hedgesim.analysis.hindcast.hindcast import BASE, VOTES

    skills = tables["skills"]
    base = skills[skills["variant"] == BASE]
    parts = {
        "Levels of shares": base[base["score"] == "crps"],
        "Meetings": base[base["part"] == "meetings"],
        "Votes of the last recorded years, which were not used for fitting": base[base["part"] == VOTES],
    }
    for title, own in parts.items():
        print_lines("", title)
        _print_skills(own)
    print_lines("", "Changes of status, sums of Brier scores")
    sums = tables["statuses"].groupby(["change", "forecaster"])["brier"].sum().unstack().reset_index()
    print_rows(sums.columns, sums.itertuples(index=False), digits=3)
    print_lines("", "Shocks of another size, against persistence")
    others = skills[(skills["baseline"] == PERSISTENCE) & (skills["variant"] != BASE)]
    print_table(others, {**unchanged(["variant", "part"]), "skill": SKILL})
    print_lines("", "Cells of the record inside the 90 % bands of runs from earlier years")
    counts = unchanged(["cells", "inside", "below", "above"])
    columns = {**unchanged(["domain", "years"]), "years ahead": "{ahead}", **counts, "median PIT": "{median_pit}"}
    print_table(tables["coverage"], columns)
    print_lines("", "Forecast votes, not scored: the record has no later vote")
    print_rows(tables["votes"].columns, tables["votes"].itertuples(index=False), digits=3)
    print_lines("Skill: 1 - score of the model / score of the baseline; above 0 the model is better.")


def _print_skills(own: pd.DataFrame) -> None:
    scores = {"baseline": "{baseline}", "model": "{own}", "of baseline": "{of_baseline}"}
    print_table(own, {**unchanged(["part", "score"]), **scores, "skill (90 %)": SKILL, "cases": "{cases}"})
