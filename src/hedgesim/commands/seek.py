"""`hedgesim seek`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from hedgesim.commands._options import (
    AsJson,
    Backend,
    Output,
    Overwrite,
    RuleFiles,
    ScenarioName,
    Seed,
    Settings,
    check_counts,
    folder_of_findings,
    use_rules,
)
from hedgesim.commands._printing import print_json, print_lines, print_rows, records_of, several
from hedgesim.numbers import apart, significant, with_error

if TYPE_CHECKING:
    import hedgesim
    from hedgesim.analysis.seek import Found


def seek(
    scenario: ScenarioName,
    vary: Annotated[
        list[str], Option(metavar="PATH=LOW,HIGH", help="Number to change and its range; may be repeated.")
    ],
    when: Annotated[str, Option(metavar="'OUTCOME < X'", help="Condition that the mean must meet; also <=, > and >=.")],
    output: Output = None,
    runs: Annotated[int, Option(help="Runs at every point, with the same random numbers.")] = 200,
    seed: Seed = None,
    settings: Settings = None,
    backend: Backend = "numpy",
    rule_files: RuleFiles = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Find the smallest change of some numbers that meets a condition."""
    from hedgesim.analysis import seek as search
    from hedgesim.analysis.condition import Condition
    from hedgesim.analysis.trials import trials_of
    from hedgesim.commands._progress import counting
    from hedgesim.engines import engine_of
    from hedgesim.engines.rule_check import check_followed
    from hedgesim.results.ownership import IDENTITY, identity_of, own_rules
    from hedgesim.results.results import write_findings

    check_counts(runs=runs)
    rules, condition, engine = use_rules(rule_files), Condition.read(when), engine_of("ensemble", backend)
    read, trials = trials_of(scenario, vary, condition.outcome, overrides=settings or (), seed=seed)
    trials.runs, trials.engine = runs, engine
    check_followed(rules, read)
    identity = identity_of([read], condition.text, runs, backend, [str(one) for one in trials.ranges], own_rules())
    folder = folder_of_findings(output, "seek", identity, overwrite=overwrite) if output is not None else None
    with counting(f"seeking {condition.text}", search.most_runs(len(vary), runs)) as trials.on_runs:
        found = search.seek(trials, condition)
    facts = _facts(found, read)
    if folder is not None:
        about = {IDENTITY: identity, "scenario_text": read.text, "backend": backend, "seed": read.seed, **facts}
        write_findings(folder, "seek", {"path": found.path}, about, overwrite=overwrite)
    if as_json:
        print_json({"folder": folder and str(folder), **facts, "path": records_of(found.path)})
        return
    _print(found)
    if folder is not None:
        print_lines(f"Table: {folder}")


def _facts(found: Found, scenario: hedgesim.Scenario) -> dict[str, Any]:
    """What was sought and what was found, for JSON and the manifest."""
    answer = {
        one.path: {"from": one.now, "low": one.low, "high": one.high, "to": _known(value), "error": _known(error)}
        for one, (value, error) in zip(found.trials.ranges, found.values, strict=True)
    }
    nearest = found.answer or found.closest
    return {
        "scenario": scenario.name,
        "when": found.condition.text,
        "runs": found.trials.runs,
        "met": found.answer is not None,
        "changes": answer,
        "mean": nearest.mean,
        "error": _known(nearest.error),
        "failed_runs": nearest.failed,
        "tried": len(found.trials.tried),
    }


def _known(number: float) -> float | None:
    """A number, or nothing where it is not defined, as JSON has it."""
    return None if number != number else number


def _print(found: Found) -> None:
    """The path of the search, and the answer."""
    trials, outcome = found.trials, found.condition.outcome
    table = found.shown
    numbers = {one.path: apart(table[one.path], 4) for one in trials.ranges}
    means, errors = apart(table["mean"], 4), [significant(error, 2) for error in table["error"]]
    meets = ["yes" if met else "no" for met in table["meets"]]
    print_rows(
        [*numbers, f"mean {outcome}", "± error", "meets"], zip(*numbers.values(), means, errors, meets, strict=True)
    )
    tried = f"{several(len(trials.tried), 'point')} tried, {several(trials.runs, 'run')} each, same random numbers"
    print_lines(f"{tried}{'' if len(table) == len(trials.tried) else '; --json has all of them'}.")
    nearest = found.answer or found.closest
    mean = with_error(nearest.mean, nearest.error)
    if found.answer is None:
        print_lines(f"No point that was tried in the range meets {found.condition.text}: the nearest mean is {mean}.")
    elif not found.size:
        print_lines(f"{found.condition.text} holds without a change: {mean}.")
    else:
        for one, (value, error) in zip(trials.ranges, found.values, strict=True):
            print_lines(f"{one.path}: from {significant(one.now)} to {with_error(value, error)}.")
        print_lines(
            f"At this point the mean of {outcome} is {mean}. ± of a mean: its Monte Carlo standard error. ± of a"
            " number: how far other random numbers would move it (error of the mean over its slope there); more --runs"
            " make it smaller."
        )
        print_lines(
            "If the outcome changes direction between the points that were tried, a smaller change may exist there."
        )
    if nearest.failed:
        print_lines(f"Left out: {several(nearest.failed, 'run')} that failed there.")
