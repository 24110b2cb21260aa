"""Draws the charts that belong to results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from hedgesim.engines.records import SYSTEM
from hedgesim.errors import HedgesimError, check_path
from hedgesim.model.period import Period
from hedgesim.model.setting import Setting
from hedgesim.plots.chart import RECORD_COLUMNS, Batch, Known
from hedgesim.plots.labels import Names
from hedgesim.plots.quantities import sentence
from hedgesim.plots.run import TWINS, draw_pairs, draw_run
from hedgesim.plots.theme import COLORS
from hedgesim.plots.trust import Trust, start_of
from hedgesim.results.ownership import drawn, write_files
from hedgesim.results.results import Results
from hedgesim.results.simulation import Twins
from hedgesim.results.tables import PRESENCE, RUNS, SUMMARY
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs
from hedgesim.scenario.calibrations import coverage_of, in_words, patterns_of
from hedgesim.scenario.impulses import Impulse, impulses_of
from hedgesim.scenario.known_names import OTHER_OPTIONS
from hedgesim.scenario.notes import in_short, notes_of
from hedgesim.scenario.tables import Tables, read_tables

SMALL = "small"
"""Grade of shocks that charts do not mark unless the scenario makes them larger or brings them itself."""

START_TABLES = ("shares", "rivalry", "formats", "memberships", "trust", "proximity")
"""Tables of the start whose assumptions charts count."""


def draw(results: Results, folder: str | Path) -> list[Path]:
    """Draw every chart of a run into a folder, as PNG and SVG.

    Results that were read from a folder have the names and shocks of their scenario where it can be read again.
    """
    check_path("folder", folder)
    return draw_run(batch_of(results), Path(folder))


def batch_of(results: Results, name: str = "") -> Batch:
    """Results of a run as a batch, called as asked, else as its scenario.

    Names and shocks come from the scenario in the manifest where it can be read again, which needs its tables; else
    countries and powers are called by their codes, and no shocks are marked.
    """
    manifest, scenario, inputs = results.manifest, results.scenario, results.inputs
    called = name or str(manifest.get("scenario") or "results")
    runs = int(manifest["runs"])
    caption = f"{called}, {runs} run{'s' * (runs != 1)}, seed {manifest['seed']}."
    origin = f"{sentence(in_words(str(manifest['parameters'])))}."
    if scenario is None or inputs is None:
        scenario = scenario_in(manifest)
        inputs = read_inputs(scenario) if scenario is not None else None
    if scenario is None or inputs is None:
        names = codes_in(results)
        return Batch(called, results.tables, names, caption=caption, notes=(origin,), manifest=manifest)
    shocks, hidden = shocks_shown(scenario, inputs)
    unmarked = f"Small shocks that are not marked: {hidden}." if hidden else ""
    known = Known(trust_in(scenario, inputs), recorded_meetings(scenario))
    notes = (origin, unmarked, in_short(notes_of(scenario, inputs)))
    return Batch(called, results.tables, names_of(inputs), shocks, caption, notes, known, manifest)


def scenario_in(manifest: Mapping[str, Any]) -> Scenario | None:
    """The scenario that a manifest of a run holds as text; None if it cannot be read here."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{Path(str(manifest.get('scenario') or 'scenario')).name}.yaml"
        path.write_text(str(manifest.get("scenario_text", "")), encoding="utf-8")
        try:
            return read_scenario(path)
        except HedgesimError:
            return None


def codes_in(results: Results) -> Names:
    """Names of results whose tables are not known: the codes themselves, in the colours of the theme."""
    entities = results.table(SUMMARY, ["entity"])["entity"].unique()
    options = [name.removeprefix(PRESENCE) for name in map(str, results.table(RUNS)) if name.startswith(PRESENCE)]
    countries = sorted(str(code) for code in entities if code != SYSTEM)
    own, others = (
        {code: (code, COLORS[rank % len(COLORS)]) for rank, code in enumerate(codes)} for codes in (countries, options)
    )
    return Names(own, others, powers=tuple(code for code in others if code not in OTHER_OPTIONS))


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
    whole = {TWINS: twins.paired, SUMMARY: second.tables[SUMMARY]}
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
    own = tuple(formats.loc[formats["role"] == "own", "format"])
    return replace(names, own=own, hosts=_hosts(formats, names.powers), aggressor=aggressor)


def _hosts(formats: pd.DataFrame, powers: Sequence[str]) -> dict[str, str]:
    """The power that each format is with: its counterpart, else the one that leads it."""
    rows = formats.set_index("format")
    both = rows["counterpart"].where(rows["counterpart"].isin(list(powers)), rows["lead"])
    return {str(code): str(power) for code, power in both.items() if power in powers}


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
