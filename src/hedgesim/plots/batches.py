"""Results, in memory or in folders, as charts need them: with the names, colours and shocks of their scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

from hedgesim.analysis.comparison import last_parts
from hedgesim.engines.records import SYSTEM
from hedgesim.errors import HedgesimError, printable
from hedgesim.plots.chart import RUN, SWEEP, Batch, Chart, Known
from hedgesim.plots.labels import Names
from hedgesim.plots.quantities import sentence
from hedgesim.plots.region import names_of, packaged_names, recorded_meetings, shocks_shown, trust_in
from hedgesim.plots.run import TWINS, lacking
from hedgesim.results.findings import read_findings
from hedgesim.results.folders import Folder
from hedgesim.results.manifest import manifest_in
from hedgesim.results.results import Results, open_results
from hedgesim.results.tables import PRESENCE, RUNS, SUMMARY
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.calibrations import in_words
from hedgesim.scenario.known_names import OTHER_OPTIONS, with_any_rule
from hedgesim.scenario.notes import in_short, notes_of
from hedgesim.scenario.reader import scenario_of_text
from hedgesim.scenario.twins import leaves_of

MOST = 6
"""Results that one page shows."""

TWIN = "twin"
"""Folder of a twin in that of a run."""


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
        if missing := lacking(chart, batch):
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
        fault = f"{chart.name} is drawn from results of {needs.kind}, and these are of {held}"
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
    if (folder / TWINS).is_dir():
        whole[TWINS] = open_results(folder / TWINS).table(TWINS)
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
    """The scenario that a manifest of a run holds as text, to be shown and not to be run; None if it cannot be read.

    Its rules may be those of a file that is not here.
    """
    text = str(manifest.get("scenario_text", ""))
    if "tables" in leaves_of(text):
        return None
    try:
        return scenario_of_text(text, Path(f"{manifest.get('scenario') or 'scenario'}.yaml"), names=with_any_rule)
    except HedgesimError:
        return None


def codes_in(results: Results) -> Names:
    """Names of results whose tables are not known: the codes themselves, in the colours of the packaged tables."""
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
    origin = f"{sentence('; '.join(map(in_words, manifest['parameters'])))}."
    name = printable(str(manifest["experiment"]))
    return Batch(name, results.tables, Names({}, {}), caption=caption, notes=(origin,), manifest=manifest)


def experiment_in_words(manifest: Mapping[str, Any]) -> str:
    """The experiment of a sweep for captions, which say so if it was a trial."""
    trial = " (a trial with --quick, whose numbers mean little)" if manifest.get("quick") else ""
    return f"Experiment {manifest['experiment']}{trial}"
