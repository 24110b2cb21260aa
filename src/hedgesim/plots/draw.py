"""Draws the charts that belong to results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim.errors import StoreError, check_path
from hedgesim.model.period import Period
from hedgesim.model.setting import Setting
from hedgesim.plots.labels import Names
from hedgesim.plots.paired import draw_pairs
from hedgesim.plots.run import RECORD_COLUMNS, Known, draw_run
from hedgesim.plots.trust import Trust, start_of
from hedgesim.results.ownership import drawn, write_files
from hedgesim.results.results import Results
from hedgesim.results.tables import RUNS
from hedgesim.results.twins import Twins
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs
from hedgesim.scenario.calibrations import coverage_of, in_words, patterns_of
from hedgesim.scenario.impulses import Impulse, impulses_of
from hedgesim.scenario.notes import in_short, notes_of
from hedgesim.scenario.tables import Tables, read_tables

SMALL = "small"
"""Grade of shocks that charts do not mark unless the scenario makes them larger or brings them itself."""

START_TABLES = ("shares", "rivalry", "formats", "memberships", "trust", "proximity")
"""Tables of the start whose assumptions charts count."""


def draw(results: Results, folder: str | Path) -> list[Path]:
    """Draw every chart of a scenario that was run in this process into a folder, as PNG and SVG.

    Raises:
        StoreError: the results were read from a folder, which does not hold the names and shocks of the scenario.
    """
    check_path("folder", folder)
    scenario, inputs = _scenario_of(results)
    runs = int(results.manifest["runs"])
    caption = (
        f"Scenario {scenario.name}, {runs} run{'s' * (runs != 1)}, seed {scenario.seed}, "
        f"{in_words(scenario.parameters)}."
    )
    shocks, hidden = shocks_shown(scenario, inputs)
    if hidden:
        caption += f" Small shocks that are not marked: {hidden}."
    caption = f"{caption} {in_short(notes_of(scenario, inputs))}".strip()
    known = Known(trust_in(scenario, inputs), recorded_meetings(scenario))
    return draw_run(results.tables, names_of(inputs), shocks=shocks, folder=Path(folder), caption=caption, known=known)


def trust_in(scenario: Scenario, inputs: ScenarioInputs) -> Trust:
    """How far the charts of a scenario may be trusted."""
    axes = inputs.setting.axes
    named = {"country": axes.countries, "partner": axes.countries, "power": axes.powers, "rival": axes.powers}
    tables = {name: inputs.tables.table(name) for name in START_TABLES}
    return Trust(
        start_of(tables, {**named, "format": axes.formats}),
        coverage_of(scenario.parameters),
        patterns_of(scenario.parameters),
    )


def recorded_meetings(scenario: Scenario) -> pd.DataFrame:
    """Meetings that were held, of any date, columns `RECORD_COLUMNS`; what a run is compared with, never its input."""
    rows = read_tables(scenario.tables_folder).table("meetings")
    held = rows[rows["held"] > 0.0]
    return held.assign(period=[str(Period.of_date(date)) for date in held["date"]])[list(RECORD_COLUMNS)]


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
    trust = trust_in(scenario, read_inputs(scenario)).line(*START_TABLES)
    words = in_words(scenario.parameters)
    caption = f"Scenario {scenario.name}, {runs} runs a point, seed {scenario.seed}, {words}. {trust}"
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
    names, trust = names_of(inputs), trust_in(scenario, inputs)
    return draw_pairs(twins.paired, names, folder=folder, title=title, caption=caption, trust=trust)


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


def experiment_in_words(manifest: Mapping[str, Any]) -> str:
    """The experiment of a sweep for captions, which say so if it was a trial."""
    trial = " (a trial with --quick, whose numbers mean little)" if manifest.get("quick") else ""
    return f"Experiment {manifest['experiment']}{trial}"


def names_of(inputs: ScenarioInputs) -> Names:
    """Names and colours of the axes; the corners of the ternary: the aggressor, its largest peer, the opposite bloc."""
    formats, axes, setting = inputs.tables.table("formats"), inputs.tables.table("axes"), inputs.setting
    titles = dict(zip(formats["format"], formats["name"], strict=True))
    aggressors = [code for code, is_one in zip(setting.axes.powers, setting.aggressor.ravel(), strict=True) if is_one]
    aggressor = aggressors[0] if aggressors else ""
    names = Names.from_axes(axes, formats=titles, corners=_corners(setting, axes, aggressor) if aggressor else {})
    return replace(names, own=tuple(formats.loc[formats["role"] == "own", "format"]), aggressor=aggressor)


def _corners(setting: Setting, axes: pd.DataFrame, aggressor: str) -> dict[str, tuple[str, ...]]:
    """Corners of the ternary: the aggressor, its rivals, and the largest power of the rest; none without rivals."""
    place = setting.axes.powers.index(aggressor)
    rivalry = pd.Series(setting.rivalry[0, place, :, 0], index=setting.axes.powers)
    opposite = tuple(rivalry.index[rivalry > 0.5])
    mass = pd.Series(setting.capability.ravel(), index=setting.axes.powers)
    rest = mass.drop([aggressor, *opposite])
    if not opposite or rest.empty:
        return {}
    third = str(rest.idxmax())
    names = axes[axes["axis"] == "power"].set_index("code")["name"]
    bloc = str(names[opposite[0]]) if len(opposite) == 1 else " + ".join(opposite)
    return {str(names[aggressor]): (aggressor,), str(names[third]): (third,), bloc: opposite}


def shocks_shown(scenario: Scenario, inputs: ScenarioInputs) -> tuple[pd.DataFrame, int]:
    """Dated events and changes during the runs, one row each (period, name), and how many small events are left out.

    An event has many shocks, an alarm among them: it is named once, in the quarter in which it first acts.
    """
    last, names = scenario.end.index - scenario.start.index, _event_names(inputs.tables)
    onsets: dict[str, Impulse] = {}
    for line in impulses_of(scenario, inputs.tables):
        event = line.event or line.shock
        if 0 <= line.onset <= last and (event not in onsets or line.onset < onsets[event].onset):
            onsets[event] = line
    small = _small_events(inputs.tables) - scenario.shock_sizes.keys()
    rows = [
        (str(Period.from_index(scenario.start.index + int(line.onset))), names.get(event, line.name))
        for event, line in onsets.items()
        if event not in small
    ]
    hidden = len(onsets) - len(rows)
    rows += [(str(change.date), change.name or change.in_words) for change in scenario.changes.values()]
    frame = pd.DataFrame(rows, columns=["period", "name"])
    return frame.sort_values("period", kind="stable", ignore_index=True), hidden


def _event_names(tables: Tables) -> dict[str, str]:
    """Name of each recorded event: of the shock with its id, else of its first shock; what follows a colon goes."""
    rows = tables.table("shocks")
    rows = rows.assign(other=rows["shock"] != rows["event"]).sort_values("other", kind="stable")
    first = rows.drop_duplicates("event")
    return {event: name.partition(":")[0] for event, name in zip(first["event"], first["name"], strict=True)}


def _small_events(tables: Tables) -> set[str]:
    """Recorded events of which every shock and the alarm are small."""
    grades = pd.concat([tables.table(name)[["event", "grade"]] for name in ("shocks", "alarms")])
    return {str(event) for event, own in grades.groupby("event")["grade"] if (own == SMALL).all()}
