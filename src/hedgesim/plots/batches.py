"""Results, in memory or in folders, as charts need them: with the names, colours and shocks of their scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pandas as pd

from hedgesim.analysis.comparison import last_parts
from hedgesim.engines.records import SYSTEM
from hedgesim.errors import HedgesimError, printable
from hedgesim.model.period import Period
from hedgesim.model.setting import Setting
from hedgesim.numbers import sentence
from hedgesim.plots.chart import RECORD_COLUMNS, RUN, SWEEP, Batch, Chart, Known
from hedgesim.plots.labels import Names
from hedgesim.plots.trust import Trust, start_of
from hedgesim.results.folders import Folder
from hedgesim.results.manifest import manifest_in
from hedgesim.results.ownership import PAIRED, TWIN
from hedgesim.results.recorded import scenario_in
from hedgesim.results.region import AXES, REGION, fitted_elsewhere
from hedgesim.results.results import Results, open_results, read_findings
from hedgesim.results.tables import PRESENCE, RUNS, SUMMARY
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs
from hedgesim.scenario.calibrations import PRIOR, coverage_of, in_words, patterns_of
from hedgesim.scenario.cells import OTHER_OPTIONS
from hedgesim.scenario.impulses import Impulse, impulses_of
from hedgesim.scenario.notes import in_short, notes_of
from hedgesim.scenario.tables import Tables, read_tables

MOST = 6
"""Results that one page shows."""


def open_batches(chart: Chart, places: Sequence[str]) -> list[Batch]:
    """The results in some folders for a chart: of one run with its twin both, the twin first, where it needs two.

    Raises:
        HedgesimError: results of another kind, unfinished ones, too few, too many, or without what the chart shows.
    """
    fewest, kind = chart.needs.fewest, chart.needs.kind
    if not places or len(places) > MOST:
        raise HedgesimError(
            chart.name, f"it is drawn from 1 to {MOST} results, not {len(places)}", "Name their folders."
        )
    batches = [_opened(chart, place) for place in places]
    if kind == RUN and len(batches) == 1 and fewest > 1 and Folder(places[0]).path is not None:
        batches = _with_twin(chart, places[0], batches[0])
    if len(batches) < fewest:
        fault = f"{chart.name} needs {fewest} results, and {places[0]} has no twin"
        raise HedgesimError(chart.name, fault, "Name two folders of runs, or run the scenario with --twin.")
    batches = _distinct(batches, places)
    for batch, place in zip(batches, places, strict=False):
        if missing := chart.lacking(batch):
            more = " --keep 100" if kind == RUN else ""
            remedy = f"Make it: {chart.needs.made_by}{more}."
            raise HedgesimError(place, f"{chart.name} cannot be drawn: {missing}", remedy)
    return batches


def _opened(chart: Chart, place: str) -> Batch:
    """The batch in a folder of the kind that a chart needs."""
    folder = Folder(place)
    manifest = manifest_in(folder) or {}
    held, needs = str(manifest.get("kind", RUN)), chart.needs
    if manifest and held not in {needs.kind, needs.also}:
        made = "grid" if "grid" in manifest else held
        fault = f"{chart.name} is drawn from results of {needs.kind}, and these are of {made}"
        raise HedgesimError(place, fault, f"Make them: {needs.made_by}.")
    if manifest and held not in {RUN, SWEEP} and folder.path is not None:
        return findings_batch(folder.path, held)
    results = open_results(place)
    if needs.kind == SWEEP and not manifest.get("ended"):
        raise HedgesimError(place, "the sweep is not finished", "Finish it with hedgesim sweep.")
    return sweep_batch(results) if needs.kind == SWEEP else batch_of(results)


def _with_twin(chart: Chart, place: str, batch: Batch) -> list[Batch]:
    """The twin of a run that was run with one, and the run with the differences of all runs."""
    folder = Path(place)
    if not (folder / TWIN).is_dir():
        return [batch]
    whole = {name: batch.tables[name] for name in chart.needs.tables if name in batch.tables}
    if (folder / PAIRED).is_dir():
        whole[PAIRED] = open_results(folder / PAIRED).table(PAIRED)
    return [batch_of(open_results(folder / TWIN)), replace(batch, tables=whole)]


def _distinct(batches: Sequence[Batch], places: Sequence[str]) -> list[Batch]:
    """Batches by the names of their scenarios, or of their folders where these are not distinct."""
    if len({batch.name for batch in batches}) == len(batches) or len(places) != len(batches):
        return list(batches)
    return [replace(batch, name=printable(name)) for batch, name in zip(batches, last_parts(places), strict=True)]


def findings_batch(folder: Path, kind: str) -> Batch:
    """What a command found, as a batch."""
    tables, manifest = read_findings(folder, kind)
    name = printable(str(manifest.get("experiment") or manifest.get("scenario") or kind))
    counts = [f"{manifest[key]} {key}" for key in ("runs", "draws") if key in manifest]
    caption = f"{', '.join([name, *counts])}."
    return Batch(name, tables, packaged_names(), caption=caption, manifest=manifest)


def batch_of(results: Results, name: str = "") -> Batch:
    """Results of a run as a batch, called as asked, else as its scenario.

    Names and shocks come from the scenario in the manifest where it can be read again, which needs its tables; else
    countries and powers are called by their codes, and no shocks are marked.
    """
    manifest, scenario, inputs = results.manifest, results.scenario, results.inputs
    called = printable(name or str(manifest.get("scenario") or "results"))
    runs = int(manifest["runs"])
    caption = f"{called}, {runs} run{'s' * (runs != 1)}, seed {manifest['seed']}."
    origin = f"{sentence(in_words(str(manifest['parameters']), elsewhere=REGION in manifest))}."
    if scenario is None or inputs is None:
        scenario = scenario_in(manifest)
        inputs = read_inputs(scenario) if scenario is not None else None
    if scenario is None or inputs is None:
        names = codes_in(results)
        known = Known(Trust(elsewhere=fitted_elsewhere(manifest)))
        return Batch(called, results.tables, names, caption=caption, notes=(origin,), known=known, manifest=manifest)
    shocks, hidden = shocks_shown(scenario, inputs)
    unmarked = f"Small shocks that are not marked: {hidden}." if hidden else ""
    known = Known(trust_in(scenario, inputs), recorded_meetings(scenario))
    notes = (origin, unmarked, in_short(notes_of(scenario, inputs)))
    return Batch(called, results.tables, names_of(inputs), shocks, caption, notes, known, manifest)


def codes_in(results: Results) -> Names:
    """Names of results whose tables are not known: of the manifest, else codes in colours of the packaged tables."""
    if kept := results.manifest.get(REGION):
        axes = pd.DataFrame(kept["axes"], columns=list(AXES))
        return Names.from_axes(axes, formats=kept["formats"], corners={})
    entities = results.table(SUMMARY, ["entity"])["entity"].unique()
    options = [name.removeprefix(PRESENCE) for name in map(str, results.table(RUNS)) if name.startswith(PRESENCE)]
    countries = sorted(str(code) for code in entities if code != SYSTEM)
    packaged = packaged_names()
    own, others = (
        dict(zip(codes, zip(codes, cycle(color for _, color in known.values())), strict=False))
        for codes, known in ((countries, packaged.countries), (options, packaged.options))
    )
    return Names(own, others, powers=tuple(code for code in others if code not in OTHER_OPTIONS))


def sweep_batch(results: Results) -> Batch:
    """A sweep as a batch."""
    manifest = results.manifest
    caption = f"{experiment_in_words(manifest)}, {manifest['replications']} runs a point, seed {manifest['seed']}."
    fits = (in_words(name, elsewhere=REGION in manifest) for name in manifest["parameters"])
    origin, known = f"{sentence('; '.join(fits))}.", Known(Trust(elsewhere=fitted_elsewhere(manifest)))
    name = printable(str(manifest["experiment"]))
    return Batch(name, results.tables, Names({}, {}), caption=caption, notes=(origin,), known=known, manifest=manifest)


def experiment_in_words(manifest: Mapping[str, Any]) -> str:
    """The experiment of a sweep for captions, which say so if it was a trial."""
    trial = " (a trial with --quick, whose numbers mean little)" if manifest.get("quick") else ""
    return f"Experiment {manifest['experiment']}{trial}"


SMALL = "small"
"""Grade of shocks that charts do not mark unless the scenario makes them larger or brings them itself."""

START_TABLES = ("shares", "rivalry", "formats", "memberships", "trust", "proximity")
"""Tables of the start whose assumptions charts count."""


def trust_in(scenario: Scenario, inputs: ScenarioInputs) -> Trust:
    """How far the charts of a scenario may be trusted."""
    axes = inputs.setting.axes
    named = {"country": axes.countries, "partner": axes.countries, "power": axes.powers, "rival": axes.powers}
    tables = {name: inputs.tables.table(name) for name in START_TABLES}
    start = start_of(tables, {**named, "format": axes.formats})
    if scenario.tables_folder is not None:
        return Trust(start, elsewhere=scenario.parameters != PRIOR)
    return Trust(start, coverage_of(scenario.parameters), patterns_of(scenario.parameters))


def recorded_meetings(scenario: Scenario) -> pd.DataFrame:
    """Meetings that were held, of any date, columns `RECORD_COLUMNS`; what a run is compared with, never its input."""
    rows = read_tables(scenario.tables_folder).table("meetings")
    held = rows[rows["held"] > 0.0]
    return held.assign(period=[str(Period.of_date(date)) for date in held["date"]])[list(RECORD_COLUMNS)]


def packaged_names() -> Names:
    """Names and colours of countries and powers in the packaged tables, for results of no one scenario."""
    return Names.from_axes(read_tables().table("axes"), formats={}, corners={})


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
