"""`hedgesim plan`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from hedgesim.commands._options import (
    AsJson,
    Backend,
    ExperimentName,
    Quick,
    RuleFiles,
    Store,
    Workers,
    check_counts,
    use_rules,
)
from hedgesim.commands._printing import print_json, print_rows, several
from hedgesim.commands._sweeps import plan_with_folder, repeats

if TYPE_CHECKING:
    from hedgesim.experiment import Experiment


def plan(
    experiment: ExperimentName,
    output: Store = None,
    workers: Workers = 1,
    backend: Backend = "numpy",
    quick: Quick = False,
    rule_files: RuleFiles = None,
    as_json: AsJson = False,
) -> None:
    """Estimate runs, disk and time of an experiment with a trial."""
    from hedgesim.results.space import size
    from hedgesim.results.sweep import probe

    use_rules(rule_files)
    check_counts(workers=workers)
    planned, folder = plan_with_folder(experiment, output, backend=backend, quick=quick)
    found, points, read = probe(planned, folder), planned.points, planned.experiment
    if as_json:
        print_json({**asdict(found), "points": len(points), "seconds": found.seconds(workers), "disk": found.disk})
        return
    n_samples = int(points.table["sample"].nunique())
    time = timedelta(seconds=round(found.seconds(workers)))
    rows = [
        ["scenarios", ", ".join(read.scenarios)],
        ["design", f"{read.design}, {several(n_samples, 'sample')}"],
        *_groups(read, n_samples),
        ["levers", several(len(points) // n_samples // len(read.scenarios), "combination")],
        ["points", f"{len(points)}{repeats(planned.repeated)}, in {several(len(points.variants), 'ensemble')}"],
        ["replications", f"{read.replications}, pairing: {read.pairing}"],
        ["runs", f"{found.runs}, {found.missing} of them missing in {folder}"],
        ["disk", f"{size(found.disk)} to be written ({found.bytes_a_run:.0f} bytes per run)"],
        ["time", f"{time} with --workers {workers} ({found.rate:.0f} runs/s each, measured in a trial)"],
    ]
    print_rows(["", read.question], rows)


def _groups(read: Experiment, n_samples: int) -> list[list[str]]:
    """The row of groups: how many samples they save."""
    if not read.groups:
        return []
    each, (d, n) = read.model_copy(update={"groups": {}}), (len(read.uncertainties), len({*read.moved_together}))
    return [["groups", f"{several(d, 'uncertainty', 'uncertainties')} in {several(n, 'group')}: {n_samples} samples "
                       f"instead of {each.n_samples}"]]  # fmt: skip
