"""Draws the charts that belong to results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from hedgesim.errors import check_path
from hedgesim.plots.batches import batch_of, experiment_in_words
from hedgesim.plots.region import START_TABLES, trust_in
from hedgesim.plots.run import draw_pairs, draw_run
from hedgesim.plots.trust import Trust
from hedgesim.results.ownership import PAIRED, drawn, write_files
from hedgesim.results.results import Results
from hedgesim.results.tables import RUNS, SUMMARY
from hedgesim.results.twins import Twins
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.calibrations import coverage_of, in_words


def draw(results: Results, folder: str | Path) -> list[Path]:
    """Draw every chart of a run into a folder, as PNG and SVG.

    Results that were read from a folder have the names and shocks of their scenario where it can be read again.
    """
    check_path("folder", folder)
    return draw_run(batch_of(results), Path(folder))


def draw_grid(results: Results, scenario: Scenario, folder: Path) -> list[Path]:
    """Draw the outcome of a grid against every setting that varies, into a folder."""
    from hedgesim.plots.sweeps import draw_grid as draw_grid_pages

    grid: Mapping[str, Sequence[str]] = results.manifest["grid"]
    outcome, runs = results.manifest["outcome"], results.manifest["runs"]
    trust = trust_in(scenario, read_inputs(scenario)).line(*START_TABLES)
    words = in_words(scenario.parameters)
    caption = f"Scenario {scenario.name}, {runs} runs a point, seed {scenario.seed}, {words}. {trust}"
    return draw_grid_pages(results.table(RUNS), list(grid), outcome=outcome, folder=folder, caption=caption)


def draw_twins(twins: Twins, folder: Path) -> list[Path]:
    """Draw the paired differences of the presence of twins into a folder."""
    name, other = twins.names
    first, second = batch_of(twins.twin, other), batch_of(twins.first, name)
    whole = {PAIRED: twins.paired, SUMMARY: second.tables[SUMMARY]}
    return draw_pairs(first, replace(second, tables=whole), folder)


def draw_sweep(results: Results, folder: Path) -> None:
    """Draw the outcomes of a sweep against everything that varies into `charts` of its folder, as PNG and SVG.

    They replace the charts that its manifest lists.
    """
    from hedgesim.experiment.points import Factor
    from hedgesim.plots.sweeps import draw_sweep as draw_sweep_pages

    manifest = results.manifest
    varied = [Factor(one["path"], one["numeric"]) for one in manifest["factors"]]
    outcomes = [str(name) for name in manifest["outcomes"]]
    columns = ["point", "run", *(factor.path for factor in varied), *outcomes, "failed"]
    parameters = [str(name) for name in manifest["parameters"]]
    coverage = pd.concat(map(coverage_of, parameters)) if len(parameters) == 1 else pd.DataFrame()
    caption = (
        f"{experiment_in_words(manifest)}, {manifest['replications']} runs a point, seed {manifest['seed']},"
        f" {'; '.join(map(in_words, parameters))}. {Trust(coverage=coverage).line()}"
    )
    runs, title = results.table(RUNS, columns=columns), str(manifest["question"])

    def draw_into(charts: Path) -> list[Path]:
        return draw_sweep_pages(runs, varied, outcomes=outcomes, folder=charts, title=title, caption=caption)

    write_files(folder, drawn(draw_into), manifest)
