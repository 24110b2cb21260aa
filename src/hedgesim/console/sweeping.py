"""What the command line does with experiments: plan, sweep, status."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from hedgesim import session
from hedgesim.analysis.sweeping import Estimate, Status, makers_of, plan_of, probe, regrets_of, run_plan, status_of
from hedgesim.batch.address import folder_at
from hedgesim.batch.folder import LocalFolder
from hedgesim.batch.opening import Sweep
from hedgesim.batch.plan import SweepPlan, missing_runs
from hedgesim.batch.space import check_free, size
from hedgesim.batch.store import survey
from hedgesim.console.printing import print_rows, records_of
from hedgesim.console.progress import counting
from hedgesim.console.running import check_counts
from hedgesim.errors import HedgesimError, ScenarioError
from hedgesim.experiment import Experiment, design_points, packaged_experiments, read_experiment
from hedgesim.scenario.calibrations import in_words
from hedgesim.scenario.positions import child_at, read_tree

QUICK = "quick"
"""What the folder of a quick sweep is called beside that of the whole one."""


def experiment_of(name: str, *, quick: bool) -> Experiment:
    """An experiment by path or by name, cut down to a trial if it is to be quick."""
    read = read_experiment(name)
    return read.quick() if quick else read


def folder_of(experiment: Experiment, output: str | None, *, quick: bool) -> str:
    """Where the results of an experiment go."""
    return output or str(Path("results") / (f"{experiment.name}_{QUICK}" if quick else experiment.name))


def print_plan(experiment: Experiment, *, backend: str, workers: int, folder: str, as_json: bool) -> None:
    """How many runs an experiment takes, and what disk and time, from a short probe."""
    check_counts(runs=1, workers=workers)
    plan = plan_of(experiment, backend=backend)
    found = probe(plan, folder)
    points = plan.points
    n_samples = int(points.table["sample"].nunique())
    rows = [
        ["scenarios", ", ".join(experiment.scenarios)],
        ["design", f"{experiment.design}, {_several(n_samples, 'sample')}"],
        ["levers", _several(len(points) // n_samples // len(experiment.scenarios), "combination")],
        ["points", f"{len(points)}, in {_several(len(points.variants), 'ensemble')}"],
        ["replications", f"{experiment.replications}, pairing: {experiment.pairing}"],
        ["runs", f"{found.runs}, {found.missing} of them missing in {folder}"],
        ["disk", f"{size(found.disk)} to be written ({found.bytes_a_run:.0f} bytes a run)"],
        ["time", f"{_time(found, workers)} with --workers {workers} ({found.rate:.0f} runs/s each, by a probe)"],
    ]
    if as_json:
        told = {**asdict(found), "points": len(points), "seconds": found.seconds(workers), "disk": found.disk}
        Console(soft_wrap=True).print_json(data=told)
        return
    print_rows(["", experiment.question], rows)


def _several(n: int, word: str) -> str:
    return f"{n} {word}{'s' if n != 1 else ''}"


def _time(found: Estimate, workers: int) -> str:
    return str(timedelta(seconds=round(found.seconds(workers))))


def sweep_with_progress(
    experiment: Experiment, folder: str, *, backend: str, workers: int, dask: str | None
) -> tuple[Sweep, list[Path]]:
    """Run what is missing of an experiment and draw its charts, showing how far it is."""
    check_counts(runs=1, workers=workers)
    if dask is not None and workers > 1:
        remedy = "Give --dask or --workers, not both."
        raise HedgesimError(f"--workers {workers}", "the cluster has workers of its own", remedy)
    plan = plan_of(experiment, backend=backend)
    makers = makers_of(workers, dask)
    missing = _check_space(plan, folder)
    with counting(f"running {experiment.name}", missing) as on_runs:
        results = run_plan(plan, folder, makers, on_part=lambda part: on_runs(part.runs), on_trouble=_say_trouble)
    place = folder_at(folder)
    charts = session.draw_sweep(results, place.path) if isinstance(place, LocalFolder) else []
    return results, charts


def _check_space(plan: SweepPlan, folder: str) -> int:
    """Refuse a sweep that the disk cannot hold; give how many runs are missing."""
    place = folder_at(folder)
    missing = missing_runs(plan, survey(place))
    if isinstance(place, LocalFolder) and missing:
        check_free(place.path, plan.bytes_on_disk(missing), runs=missing)
    return missing


def _say_trouble(line: str) -> None:
    print(line, file=sys.stderr)


def print_sweep(results: Sweep, folder: str, *, as_json: bool) -> None:
    """Every outcome over the runs of each scenario and each combination of levers."""
    manifest = results.manifest
    outcomes = [str(name) for name in manifest["outcomes"]]
    groups = [one["path"] for one in manifest["factors"] if one["role"] != "uncertainties"]
    runs = results.table("runs", columns=[*groups, *outcomes, "failed"])
    table = _by_group(runs, groups, outcomes)
    regrets = regrets_of(results)
    if as_json:
        judged = {outcome: records_of(found) for (outcome, _), found in regrets.items()}
        told = {"folder": folder, "manifest": dict(manifest), "outcomes": records_of(table), "regrets": judged}
        Console(soft_wrap=True).print_json(data=told, default=str)
        return
    led = [*groups, "runs", "failed"]
    rows = [[*(str(row[name]) for name in led), *(_spread(row, name) for name in outcomes)] for row in _rows(table)]
    print_rows([*led, *outcomes], rows)
    say = Console(soft_wrap=True).print
    say("Median (5 to 95 % of runs, over all samples of the uncertainties).")
    for (outcome, goal), found in regrets.items():
        say(f"Regret in {outcome.replace('_', ' ')} ({goal} is good), the most robust first:")
        print_rows([*found.columns], [[_cell(cell) for cell in row] for row in found.itertuples(index=False)])
    say(f"{manifest['question']}")
    say(f"{manifest['runs']} runs, {manifest['failed']} failed; {'; '.join(map(in_words, manifest['parameters']))}.")
    say(f"Parts, points and charts: {folder}")


def _rows(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return table.to_dict("records")


def _spread(row: Mapping[Any, Any], outcome: str) -> str:
    """Median and 5 to 95 % of runs."""
    middle, low, high = (float(row[f"{outcome}_{name}"]) for name in ("q50", "q05", "q95"))
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"


def _cell(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _by_group(runs: pd.DataFrame, groups: list[str], outcomes: list[str]) -> pd.DataFrame:
    """Runs, failed runs and quantiles of outcomes of every scenario and combination of levers."""
    grouped = runs.groupby(groups, sort=False, dropna=False)
    told: dict[str, Any] = {"runs": grouped.size(), "failed": grouped["failed"].count()}
    for outcome in outcomes:
        for name, q in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95)):
            told[f"{outcome}_{name}"] = grouped[outcome].quantile(q)
    return pd.DataFrame(told).reset_index()


def print_status(folder: str, *, as_json: bool) -> Status:
    """What is in the store of a sweep; give it."""
    found = status_of(folder)
    if as_json:
        Console(soft_wrap=True).print_json(data=asdict(found))
        return found
    rows = [
        ["planned", f"{found.planned}"],
        ["there", f"{found.there}"],
        ["failed", f"{found.failed}"],
        ["missing", f"{found.missing}"],
        ["damaged files", f"{len(found.damaged)}"],
        ["parts of earlier versions", f"{found.unused}"],
    ]
    print_rows(["runs", folder], rows)
    say = Console(soft_wrap=True).print
    for name, fault in found.damaged.items():
        say(f"{name}: {fault}")
    say(
        "The sweep is finished." if found.finished else "Run the same sweep again: it makes what is missing or damaged."
    )
    return found


def print_experiments(*, as_json: bool) -> None:
    """Every packaged experiment with its question."""
    checked = [read_experiment(path) for path in packaged_experiments().values()]
    rows = [[one.name, one.design, str(design_points(one).runs), one.question] for one in checked]
    print_rows(["experiment", "design", "runs", "question"], rows, as_json=as_json)


def faults_of_experiment(name: str) -> Sequence[ScenarioError]:
    """Every fault of an experiment file, and the first of its scenarios as it has them."""
    try:
        design_points(read_experiment(name))
    except ScenarioError as error:
        return error.all
    return []


def is_experiment(name: str) -> bool:
    """Whether a file holds an experiment, or a name is that of a packaged one."""
    try:
        return name in packaged_experiments() or child_at(read_tree(Path(name)), "question") is not None
    except ScenarioError:
        return False
