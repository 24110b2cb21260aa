"""What commands on several batches share: folders of results, or scenarios, which are run here."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from typer import Option

import hedgesim
from hedgesim.commands._options import check_counts
from hedgesim.errors import HedgesimError

TWIN = "twin"
"""Folder of a twin in that of a run."""

RUNS = 300
"""Runs of a scenario, if no other number is asked for."""

Runs = Annotated[int | None, Option(help=f"Runs of each scenario that is given by name or path. By default: {RUNS}.")]


def batches_of(names: Sequence[str], runs: int | None, outcomes: Sequence[str] = ()) -> list[hedgesim.Results]:
    """Results of every batch; HedgesimError where a number of runs is given and nothing is run."""
    from hedgesim.results.recorded import is_results

    if runs is not None:
        check_counts(runs=runs)
        if all(map(is_results, names)):
            fault = "it has no effect: only folders of results are given, and nothing is run"
            raise HedgesimError(f"--runs {runs}", fault, "Leave it out, or name scenarios.")
    return [batch_of(name, RUNS if runs is None else runs, outcomes) for name in names]


def batch_of(name: str, runs: int, outcomes: Sequence[str] = ()) -> hedgesim.Results:
    """Results of a folder, or of a scenario, which is run here with the outcomes that are asked for."""
    from hedgesim.engines import engine_of
    from hedgesim.model.named_outcomes import named
    from hedgesim.results.recorded import is_results
    from hedgesim.results.simulation import DEFAULT_KEEP, Plan, run_scenarios

    if is_results(name):
        results = hedgesim.open_results(name)
        if "experiment" in results.manifest and not results.manifest.get("ended"):
            raise HedgesimError(name, "the sweep is not finished", "Finish it with hedgesim sweep.")
        return results
    asked = tuple(outcome for outcome in outcomes if (one := named(outcome)) and one.family.places)
    plan = Plan(runs, DEFAULT_KEEP, engine_of("ensemble"), outcomes=asked)
    (results,), _ = run_scenarios((hedgesim.read_scenario(name),), plan)
    return results


def short_names(batches: Sequence[str], held: Sequence[hedgesim.Results]) -> tuple[str, ...]:
    """What batches are called: the last part of a path, or all of it where that is not enough.

    One alone is called as its scenario or experiment. So are several where one is the folder of a twin: its name says
    what it lacks.
    """
    from hedgesim.analysis.comparison import last_parts

    if len(batches) == 1 or any(Path(name).name == TWIN for name in batches):
        known = [one.manifest.get("scenario", one.manifest.get("experiment")) for one in held]
        called = [str(one or name) for one, name in zip(known, batches, strict=True)]
        if len(set(called)) == len(called):
            return tuple(called)
    return last_parts(batches)


def own_folder(name: str) -> str:
    """The folder of a batch as a page may name it: none for a scenario, an address, or a place on this computer alone.

    A path from the root, or out of the folder that one is in, would be of no use to others.
    """
    path = Path(name)
    inside = "://" not in name and not path.is_absolute() and ".." not in path.parts
    return str(path) if inside and path.is_dir() else ""


def twins_aside(batches: Sequence[str]) -> list[str]:
    """Of folders of a run with a twin that is not among the batches: which is meant, and where the other is."""
    given, lines = {Path(name) for name in batches}, []
    for name in batches:
        twin = Path(name) / TWIN
        if "://" in name or twin in given or not twin.is_dir():
            continue
        manifest = hedgesim.open_results(twin).manifest
        lines.append(
            f"{name} means the run itself, {hedgesim.open_results(name).manifest.get('scenario')}. Its twin,"
            f" {manifest.get('scenario')}, is in {twin}: {shlex.join(['hedgesim', 'compare', str(twin), name])}"
        )
    return lines
