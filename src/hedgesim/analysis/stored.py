"""A stored sweep as analyses need it: complete, of the experiment asked for, with the outcomes asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from hedgesim.errors import HedgesimError, StoreError, choose_from, shown
from hedgesim.experiment import Experiment
from hedgesim.model.named_outcomes import is_further
from hedgesim.results.folders import SWEEP, Folder
from hedgesim.results.manifest import manifest_in
from hedgesim.results.results import Results, open_results
from hedgesim.results.sweep_status import status_of
from hedgesim.results.tables import POINT, RUNS
from hedgesim.scenario.tables import names_by_code

SAMPLE = "sample"
SCENARIO = "scenario"


@dataclass(frozen=True)
class Varied:
    """What varies in a sweep, by path: what is sampled, and what is crossed with every sample."""

    uncertainties: tuple[str, ...]
    levers: tuple[str, ...]

    @property
    def groups(self) -> list[str]:
        """The columns of scenario and levers."""
        return [SCENARIO, *self.levers]


def varied_in(results: Results) -> Varied:
    """What varies in a sweep."""
    paths: dict[str, list[str]] = {"uncertainties": [], "levers": []}
    for one in results.manifest["factors"]:
        paths.get(str(one["role"]), []).append(str(one["path"]))
    return Varied(tuple(paths["uncertainties"]), tuple(paths["levers"]))


def whole_sweep(experiment: Experiment, folder: str, command: str) -> Results:
    """Open the sweep of an experiment, every file checked.

    command: what runs or repairs it, for messages.

    Raises:
        HedgesimError: never swept, unfinished, damaged, another experiment, or edited since.
        StoreError: the folder cannot be read.
    """
    place = Folder(folder)
    try:
        manifest = manifest_in(place)
    except StoreError as error:
        raise HedgesimError(error.place, error.fault, f"{error.remedy} Or run it again: {command}") from error
    if manifest is None:
        raise HedgesimError(folder, f"there is no sweep of {experiment.name} here", f"Run it: {command}")
    known = manifest.get("digest") == experiment.digest or manifest.get("experiment") == experiment.name
    if manifest.get("kind") != SWEEP or not known:
        other = manifest.get("experiment") or "a scenario"
        fault = f"here are results of {other}, not of {experiment.name}"
        raise HedgesimError(folder, fault, "Name its folder with -o.")
    command += "".join(f" --rules {name}.py" for name in manifest["rules"])
    if manifest["digest"] != experiment.digest:
        fault = f"{experiment.name} has changed since it was swept"
        raise HedgesimError(folder, fault, f"Sweep it again, which runs only what is new: {command}")
    status = status_of(folder)
    if status.damaged:
        name, fault = next(iter(status.damaged.items()))
        many = f"{len(status.damaged)} damaged files, such as {name}" if len(status.damaged) > 1 else name
        raise HedgesimError(folder, f"{many}: {fault}", f"What is damaged is replaced by: {command}")
    if not status.finished:
        fault = f"the sweep is not finished: {status.missing} of {status.planned} runs are missing"
        raise HedgesimError(folder, fault, f"Go on with: {command}")
    return open_results(folder)


def place_of(results: Results) -> str:
    """What errors about a sweep call it."""
    return str(results.manifest["experiment"])


def check_whole(results: Results) -> None:
    """Refuse what is no sweep, or not finished."""
    if not isinstance(results, Results) or "experiment" not in results.manifest:
        fault, remedy = "these are not results of a sweep", "Give what sweep or open_results returned for one."
        raise HedgesimError("results", fault, remedy)
    if not results.manifest.get("ended"):
        raise HedgesimError(place_of(results), "the sweep is not finished", "Sweep the experiment to its end.")


def undefined_in(runs: pd.DataFrame, outcome: str) -> pd.Series[bool]:
    """Where runs succeeded without an outcome, such as that of a country that is not in their list."""
    return runs[outcome].isna() & runs["failed"].isna()


def check_outcomes(results: Results, outcomes: Sequence[str], place: str) -> None:
    """Refuse outcomes that no run has; HedgesimError with the known ones.

    place: the option that named them.
    """
    if int(results.manifest["failed"]) >= int(results.manifest["runs"]):
        fault = f"all {results.manifest['runs']} runs failed"
        raise HedgesimError(place_of(results), fault, "The column failed of the table of runs says why.")
    varied, points = varied_in(results), {POINT, SAMPLE, "run", "seed"}
    empty = results.table(RUNS, where=[("run", "<", 0)])
    known = [
        name
        for name in empty.select_dtypes("number").columns
        if name not in points and name not in (*varied.uncertainties, *varied.levers)
    ]
    for name in outcomes:
        if name not in known:
            add = f"Add {name} to the experiment's outcomes and sweep again. " if is_further(name) else ""
            remedy = add + choose_from(name, known, names_by_code())
            raise HedgesimError(place, f"there is no outcome {shown(name)} of a run", remedy)
