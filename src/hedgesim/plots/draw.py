"""Draws the charts that belong to results, into a folder, and removes those that an earlier run left there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim.errors import StoreError, check_path
from hedgesim.model.period import Period
from hedgesim.plots.labels import Names
from hedgesim.plots.run import CHARTS, PAIRED_CHART, draw_pairs, draw_run
from hedgesim.results.folders import MANIFEST, Folder, manifest_in, write_manifest
from hedgesim.results.results import Results
from hedgesim.results.simulation import Twins
from hedgesim.results.tables import RUNS, TABLES
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


def draw_grid(results: Results, scenario: Scenario, folder: Path) -> None:
    """Draw the outcome of a grid against every setting that varies; folder: of the results."""
    from hedgesim.plots.sweeps import draw_grid as draw_grid_pages

    grid: Mapping[str, Sequence[str]] = results.manifest["grid"]
    outcome, runs = results.manifest["outcome"], results.manifest["runs"]
    caption = f"Scenario {scenario.name}, {runs} runs a point, seed {scenario.seed}, {in_words(scenario.parameters)}."
    draw_grid_pages(results.table(RUNS), list(grid), outcome=outcome, folder=folder / "charts", caption=caption)


def draw_twins(twins: Twins, folder: Path) -> None:
    """Draw the paired differences of the presence of twins; folder: of the differences."""
    results, (name, other) = twins.first, twins.names
    scenario, inputs = _scenario_of(results)
    caption = (
        f"{name} less {other} in {inputs.setting.axes.periods[-1]}, {twins.paired['n'].max()} runs paired"
        f" by random numbers, seed {scenario.seed}, {in_words(scenario.parameters)}."
    )
    title = f"{name} less {other}"
    draw_pairs(twins.paired, names_of(inputs), folder=folder / "charts", title=title, caption=caption)


def draw_sweep(results: Results, folder: Path) -> list[Path]:
    """Draw the outcomes of a sweep against everything that varies into `charts` of its folder, as PNG and SVG.

    Charts of before are removed, by the list of the manifest, and nothing else is.
    """
    from hedgesim.experiment.points import Factor
    from hedgesim.plots.sweeps import draw_sweep as draw_sweep_pages

    manifest, charts = results.manifest, folder / "charts"
    for name in manifest["charts"]:
        (charts / Path(name).name).unlink(missing_ok=True)
    varied = [Factor(one["path"], one["numeric"]) for one in manifest["factors"]]
    outcomes = [str(name) for name in manifest["outcomes"]]
    columns = ["point", "run", *(factor.path for factor in varied), *outcomes, "failed"]
    caption = (
        f"{experiment_in_words(manifest)}, {manifest['replications']} runs a point, seed {manifest['seed']},"
        f" {'; '.join(map(in_words, manifest['parameters']))}."
    )
    runs = results.table(RUNS, columns=columns)
    title = str(manifest["question"])
    paths = draw_sweep_pages(runs, varied, outcomes=outcomes, folder=charts, title=title, caption=caption)
    write_manifest(Folder(folder), {**manifest, "charts": [path.name for path in paths]})
    return paths


def experiment_in_words(manifest: Mapping[str, Any]) -> str:
    """The experiment of a sweep for captions, which say so if it was a trial."""
    trial = " (a trial with --quick, whose numbers mean little)" if manifest.get("quick") else ""
    return f"Experiment {manifest['experiment']}{trial}"


def clear(folder: Path) -> None:
    """Remove the charts and the twins that an earlier run left in a results folder, and nothing else.

    Its tables go when new ones are written. A folder without a manifest is left alone.
    """
    for inner in (folder / "twin", folder / "paired"):
        if not inner.is_symlink() and _remove_charts(inner):
            for file in (*(f"{name}.parquet" for name in TABLES), MANIFEST):
                (inner / file).unlink(missing_ok=True)
            _remove_if_empty(inner)
    _remove_charts(folder)


def _remove_charts(folder: Path) -> bool:
    """Remove the charts of a results folder; False if it has no manifest."""
    try:
        manifest = manifest_in(Folder(folder))
    except StoreError:
        return False
    if manifest is None:
        return False
    outcome = str(manifest.get("outcome", "")) if "grid" in manifest else ""
    of_grid = (outcome, f"{outcome}_map") if outcome and "/" not in outcome else ()
    for name in (*CHARTS, PAIRED_CHART, *of_grid):
        for kind in ("png", "svg"):
            (folder / "charts" / f"{name}.{kind}").unlink(missing_ok=True)
    _remove_if_empty(folder / "charts")
    return True


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
        folder.rmdir()


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
