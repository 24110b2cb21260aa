"""`hedgesim sweep`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from typer import Option

from hedgesim.commands._options import (
    AsJson,
    Backend,
    ExperimentName,
    Overwrite,
    Quick,
    RuleFiles,
    Store,
    Workers,
    check_counts,
    use_rules,
)
from hedgesim.commands._printing import (
    end_where_all_failed,
    print_aside,
    print_failed,
    print_json,
    print_lines,
    print_rows,
    print_table,
    records_of,
    unchanged,
)
from hedgesim.commands._sweeps import plan_with_folder, repeats, runs_of
from hedgesim.errors import HedgesimError
from hedgesim.numbers import BAND, QUANTILES

if TYPE_CHECKING:
    import pandas as pd

    from hedgesim.results.plan import SweepPlan
    from hedgesim.results.results import Results


def sweep(
    experiment: ExperimentName,
    output: Store = None,
    workers: Workers = 1,
    dask: Annotated[str | None, Option(metavar="ADDRESS", help="Dask scheduler; its workers compute the runs.")] = None,
    backend: Backend = "numpy",
    quick: Quick = False,
    rule_files: RuleFiles = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Run the missing runs of an experiment; draw its outcomes."""
    from hedgesim.analysis.regret import regrets_of
    from hedgesim.model.named_outcomes import is_yes_or_no
    from hedgesim.results.sweep_status import undefined_runs

    use_rules(rule_files)
    check_counts(workers=workers)
    if dask is not None and workers > 1:
        remedy = "Give --dask or --workers, not both."
        raise HedgesimError(f"--workers {workers}", "the cluster has workers of its own", remedy)
    plan, folder = plan_with_folder(experiment, output, backend=backend, quick=quick, overwrite=overwrite)
    results = _run(plan, folder, workers=workers, dask=dask, overwrite=overwrite)
    manifest = results.manifest
    outcomes = [str(name) for name in manifest["outcomes"]]
    groups = [one["path"] for one in manifest["factors"] if one["role"] != "uncertainties"]
    table, regrets, undefined = _by_group(results, groups, outcomes), regrets_of(results), undefined_runs(results)
    if as_json:
        judged = {outcome: records_of(found) for (outcome, _), found in regrets.items()}
        tables = {"outcomes": records_of(table), "regrets": judged, "undefined": undefined}
        print_json({"folder": folder, "manifest": dict(manifest), **tables})
        return
    spreads = {
        name: f"{{{name}_mean}}" if is_yes_or_no(name) else f"{{{name}_q50}} ({{{name}_q05}} to {{{name}_q95}})"
        for name in outcomes
    }
    print_table(table, {**unchanged([*groups, "runs", "failed"]), **spreads})
    shares = [name for name in outcomes if is_yes_or_no(name)]
    print_lines("Median (5 to 95 % of runs, over all samples of the uncertainties).")
    print_lines(*([f"Share of runs in which this holds: {', '.join(shares)}."] if shares else []))
    for name, n in undefined.items():
        print_lines(f"Undefined: {n} runs without {name}; they are left out.")
    for (outcome, goal), found in regrets.items():
        print_lines(f"Regret in {outcome.replace('_', ' ')} ({goal} is good), the most robust first:")
        print_rows(found.columns, found.itertuples(index=False), digits=4)
    points = f"{manifest['points']} points{repeats(manifest['repeated'])}"
    print_lines(manifest["question"], f"{points}, {runs_of(results)}", f"Tables and charts: {folder}")
    failed = results.table("runs", columns=["failed"])
    print_failed(failed)
    end_where_all_failed(failed)


def _run(plan: SweepPlan, folder: str, *, workers: int, dask: str | None, overwrite: bool) -> Results:
    """Run what is missing of an experiment and draw its charts; refuse first what the disk cannot hold."""
    from hedgesim.commands._progress import counting
    from hedgesim.plots.run import draw_sweep
    from hedgesim.results import sweep as sweeps
    from hedgesim.results.folders import Folder
    from hedgesim.results.space import check_free
    from hedgesim.results.store import contents_of

    place = Folder(folder)
    sweeps.check_sweep(place, plan, overwrite=overwrite)
    missing = plan.missing_runs(contents_of(place))
    if place.path is not None and missing:
        check_free(place.path, plan.bytes_on_disk(missing), runs=missing)
    with counting(f"running {plan.experiment.name}", missing) as on_runs:
        results = sweeps.sweep(
            plan, folder, workers=workers, dask=dask, on_runs=on_runs, on_trouble=print_aside, overwrite=overwrite
        )
    if place.path is not None:
        draw_sweep(results, place.path)
    return results


def _by_group(results: Results, groups: Sequence[str], outcomes: Sequence[str]) -> pd.DataFrame:
    """Runs, failed runs and quantiles of outcomes of every scenario and combination of levers."""
    from hedgesim.model.named_outcomes import is_yes_or_no

    runs = results.table("runs", columns=["point", "run", *groups, *outcomes, "failed"])
    keys = runs["point"].map(results.points().set_index("point")["key"])
    own = ~runs[["run", *groups]].assign(key=keys).duplicated()  # points that are alike were run once
    grouped = runs.assign(runs=own, failed=own & runs["failed"].notna()).groupby(list(groups), sort=False, dropna=False)
    table = grouped[["runs", "failed"]].sum()
    for outcome in outcomes:
        for name in BAND:
            table[f"{outcome}_{name}"] = grouped[outcome].quantile(QUANTILES[name])
        if is_yes_or_no(outcome):
            table[f"{outcome}_mean"] = grouped[outcome].mean()
    return table.reset_index()
