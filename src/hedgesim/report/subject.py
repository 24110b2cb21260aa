"""What a page is about: results that can be reported, with the scenarios in their manifests read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hedgesim.errors import HedgesimError, StoreError
from hedgesim.plots.batches import batch_of, names_of, sweep_batch, trust_in
from hedgesim.plots.chart import Batch, Known
from hedgesim.results.folders import RESULTS_FORMAT, SWEEP
from hedgesim.results.recorded import scenario_in
from hedgesim.results.results import Results
from hedgesim.results.tables import RUNS
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs

FEWEST, MOST = 1, 6
"""Batches on one page."""


@dataclass(frozen=True)
class Subject:
    """A batch on a page: results, what charts need of them, and the scenario, if it can be read here."""

    name: str
    results: Results
    chart: Batch
    scenario: Scenario | None
    inputs: ScenarioInputs | None
    folder: str = ""
    """Where the commands of the page write it."""

    @property
    def is_sweep(self) -> bool:
        """Whether it is a sweep of an experiment, not runs of a scenario."""
        return "factors" in self.results.manifest

    @property
    def question(self) -> str:
        """The question of the experiment, or what the scenario is for."""
        asked = self.results.manifest.get("question")
        return str(asked or (self.scenario.purpose if self.scenario else self.name))

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return int(self.results.manifest["runs"])


def subjects_of(batches: Sequence[Results], names: Sequence[str]) -> tuple[Subject, ...]:
    """The batches of a page.

    Raises:
        HedgesimError: too many batches, runs beside sweeps, or results that cannot be reported.
    """
    if not FEWEST <= len(batches) <= MOST:
        fault = f"{len(batches)} batches do not fit on a page"
        raise HedgesimError("report", fault, f"Give {FEWEST} to {MOST} of them.")
    for results, name in zip(batches, names, strict=True):
        _check(results, name)
    kinds = {"factors" in results.manifest for results in batches}
    if len(kinds) > 1:
        raise HedgesimError("report", "a sweep and runs of a scenario cannot be on one page", "Report each by itself.")
    return tuple(_subject(results, name) for results, name in zip(batches, names, strict=True))


def _check(results: Results, name: str) -> None:
    """Refuse results that a page cannot be made of."""
    manifest = results.manifest
    if manifest.get("format_version", RESULTS_FORMAT) < RESULTS_FORMAT:
        fault = f"these results have format {manifest['format_version']}, without a digest of the manifest"
        raise StoreError(name, fault, remedy="Run it again with this version, then report it.")
    if manifest.get("kind") == SWEEP and not manifest.get("ended"):
        raise HedgesimError(name, "the sweep is not finished", "Finish it with hedgesim sweep.")
    if "grid" in manifest or RUNS not in results.tables:
        what = "a grid" if "grid" in manifest else "differences between twins"
        raise HedgesimError(name, f"these are results of {what}", "Name the folder of a run or of a sweep.")
    if results.table(RUNS, columns=["failed"])["failed"].notna().all():
        raise HedgesimError(name, "no run succeeded", "The column failed of the table of runs says why.")


def _subject(results: Results, name: str) -> Subject:
    scenario, inputs = results.scenario, results.inputs
    if scenario is None or inputs is None:
        scenario = scenario_in(_as_run(results.manifest))
        inputs = read_inputs(scenario) if scenario is not None else None
    if "factors" not in results.manifest:
        return Subject(
            name, results, batch_of(replace(results, scenario=scenario, inputs=inputs), name), scenario, inputs
        )
    chart = replace(sweep_batch(results), name=name)
    if scenario is not None and inputs is not None:
        chart = replace(chart, names=names_of(inputs), known=Known(trust_in(scenario, inputs)))
    return Subject(name, results, chart, scenario, inputs)


def _as_run(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """A manifest that names one scenario, with its text and parameters; that of a sweep names its first."""
    if "factors" not in manifest:
        return manifest
    name, text = next(iter(manifest["scenario_texts"].items()))
    return {**manifest, "scenario": name, "scenario_text": text, "parameters": manifest["parameters"][0]}
