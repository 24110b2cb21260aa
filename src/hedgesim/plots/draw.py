"""Draws the charts that belong to results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim.errors import StoreError, check_path
from hedgesim.model.period import Period
from hedgesim.plots.labels import Names
from hedgesim.plots.run import draw_pairs, draw_run
from hedgesim.results.ownership import drawn, write_files
from hedgesim.results.results import Results
from hedgesim.results.simulation import Twins
from hedgesim.results.tables import RUNS
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs
from hedgesim.scenario.calibrations import in_words
from hedgesim.scenario.impulses import impulses_of


def draw(results: Results, folder: str | Path) -> list[Path]:
    """Draw every chart of a scenario that was run in this process into a folder, as PNG and SVG.

    Raises:
        StoreError: the results were read from a folder, which does not hold the names and shocks of the scenario.
    """
    check_path("folder", folder)
    scenario, inputs = _scenario_of(results)
    caption = (
        f"Scenario {scenario.name}, {results.manifest['runs']} runs, seed {scenario.seed}, "
        f"{in_words(scenario.parameters)}."
    )
    return draw_run(
        results.tables, names_of(inputs), shocks=shocks_shown(scenario, inputs), folder=Path(folder), caption=caption
    )


def _scenario_of(results: Results) -> tuple[Scenario, ScenarioInputs]:
    if results.scenario is None or results.inputs is None:
        fault = "only a scenario that was run in this process can be drawn"
        raise StoreError(results.tables.place, fault, remedy="Run it again: hedgesim run draws its charts.")
    return results.scenario, results.inputs


def draw_grid(results: Results, scenario: Scenario, folder: Path) -> list[Path]:
    """Draw the outcome of a grid against every setting that varies, into a folder."""
    from hedgesim.plots.sweeps import draw_grid as draw_grid_pages

    grid: Mapping[str, Sequence[str]] = results.manifest["grid"]
    outcome, runs = results.manifest["outcome"], results.manifest["runs"]
    caption = f"Scenario {scenario.name}, {runs} runs a point, seed {scenario.seed}, {in_words(scenario.parameters)}."
    return draw_grid_pages(results.table(RUNS), list(grid), outcome=outcome, folder=folder, caption=caption)


def draw_twins(twins: Twins, folder: Path) -> list[Path]:
    """Draw the paired differences of the presence of twins into a folder."""
    results, (name, other) = twins.first, twins.names
    scenario, inputs = _scenario_of(results)
    caption = (
        f"{name} less {other} in {inputs.setting.axes.periods[-1]}, {twins.paired['n'].max()} runs paired"
        f" by random numbers, seed {scenario.seed}, {in_words(scenario.parameters)}."
    )
    title = f"{name} less {other}"
    return draw_pairs(twins.paired, names_of(inputs), folder=folder, title=title, caption=caption)


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
    caption = (
        f"{experiment_in_words(manifest)}, {manifest['replications']} runs a point, seed {manifest['seed']},"
        f" {'; '.join(map(in_words, manifest['parameters']))}."
    )
    runs, title = results.table(RUNS, columns=columns), str(manifest["question"])

    def draw_into(charts: Path) -> list[Path]:
        return draw_sweep_pages(runs, varied, outcomes=outcomes, folder=charts, title=title, caption=caption)

    write_files(folder, drawn(draw_into), manifest)


def experiment_in_words(manifest: Mapping[str, Any]) -> str:
    """The experiment of a sweep for captions, which say so if it was a trial."""
    trial = " (a trial with --quick, whose numbers mean little)" if manifest.get("quick") else ""
    return f"Experiment {manifest['experiment']}{trial}"


def names_of(inputs: ScenarioInputs) -> Names:
    """Names and colours of the axes; the corners of the ternary: the aggressor, its largest peer, the opposite bloc."""
    formats, axes = inputs.tables.table("formats"), inputs.tables.table("axes")
    titles = dict(zip(formats["format"], formats["name"], strict=True))
    return Names.from_axes(axes, formats=titles, corners=_corners(inputs, axes))


def _corners(inputs: ScenarioInputs, axes: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Corners of the ternary: the aggressor, the opposite bloc, and the largest power of neither."""
    setting = inputs.setting
    powers = pd.Series(setting.bloc.ravel(), index=setting.axes.powers)
    aggressor = setting.axes.powers[int(setting.aggressor.ravel().argmax())]
    opposite = tuple(powers.index[powers * powers[aggressor] < 0.0])
    mass = pd.Series(setting.capability.ravel(), index=setting.axes.powers)
    rest = mass.drop([aggressor, *opposite])
    if not opposite or rest.empty:
        return {}
    third = str(rest.idxmax())
    names = axes[axes["axis"] == "power"].set_index("code")["name"]
    bloc = str(names[opposite[0]]) if len(opposite) == 1 else " + ".join(opposite)
    return {str(names[aggressor]): (aggressor,), str(names[third]): (third,), bloc: opposite}


def shocks_shown(scenario: Scenario, inputs: ScenarioInputs) -> pd.DataFrame:
    """Dated shocks that act during the runs, one row per shock, columns period and name."""
    impulses = impulses_of(scenario, inputs.tables.table("shocks"))
    dated = {(line.onset, line.name) for line in impulses if line.onset <= scenario.end.index - scenario.start.index}
    rows = [(str(Period.from_index(scenario.start.index + int(onset))), name) for onset, name in sorted(dated)]
    return pd.DataFrame(rows, columns=["period", "name"])
