"""`hedgesim patterns`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

import hedgesim
from hedgesim.commands._options import (
    AsJson,
    Output,
    Overwrite,
    RuleFiles,
    check_calibration,
    check_least,
    folder_of_findings,
    use_rules,
)
from hedgesim.commands._printing import print_json, print_lines, print_rows, print_table, records_of, unchanged
from hedgesim.errors import HedgesimError
from hedgesim.numbers import apart, significant

if TYPE_CHECKING:
    import pandas as pd

    from hedgesim.analysis.patterns.scenarios import PatternScenarios, Variation
    from hedgesim.analysis.patterns.scoring import Scores


def patterns(
    scenario: Annotated[
        str | None,
        Argument(
            metavar="[SCENARIO]", help="Scenario to score, with its rules, parameters, settings, shocks and data."
        ),
    ] = None,
    output: Output = None,
    runs: Annotated[int, Option(help="Runs of every scenario that the patterns need.")] = 200,
    calibration: Annotated[
        str | None, Option(metavar="NAME", help="Calibration that replaces the one of the scenario.")
    ] = None,
    posterior: Annotated[
        bool, Option("--posterior", help="Draw the parameters of each run from the posterior.")
    ] = False,
    file: Annotated[
        str | None,
        Option("--patterns", metavar="FILE", help="File with your own patterns, used instead of those of the package."),
    ] = None,
    seed: Annotated[int | None, Option(help="Seed that replaces the seeds of the scenarios.")] = None,
    rule_files: RuleFiles = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Score the model and null models against recorded patterns."""
    from hedgesim.analysis.patterns.pattern import read_patterns
    from hedgesim.analysis.patterns.scenarios import PatternScenarios, unused
    from hedgesim.results.ownership import identity_of, own_rules

    use_rules(rule_files)
    varied = _variation(runs, calibration, posterior=posterior)
    like = None if scenario is None else hedgesim.read_scenario(scenario)
    based = PatternScenarios(read_patterns(file), like, seed)
    based.check()
    asked = [based.patterns.digest, varied.parameters, posterior, runs, based.seed, own_rules()]
    identity = identity_of([] if like is None else [like], *asked)
    folder = folder_of_findings(output, "patterns", identity, overwrite=overwrite)
    scores, curves = _score(based, varied, runs, folder, identity, overwrite=overwrite)
    not_used = [] if like is None else list(unused(like))
    if as_json:
        finite = (table.replace([math.inf, -math.inf], math.nan) for table in (scores.patterns, scores.parts, curves))
        tables = dict(zip(("patterns", "parts", "curves"), map(records_of, finite), strict=True))
        print_json({"folder": str(folder), "totals": scores.totals, "not_used": not_used, **tables})
        return
    _print_scores(scores)
    _print_curves(based, curves)
    if like is not None and not_used:
        print_lines(f"Not used of {like.name}: {', '.join(not_used)}. Patterns are about recorded events.")
    print_lines(f"Tables and chart: {folder}")


def _variation(runs: int, calibration: str | None, *, posterior: bool) -> Variation:
    """The parameters to score; too few runs, an unknown calibration or one without posterior is refused."""
    from hedgesim.analysis.patterns.scenarios import Variation, draws_of
    from hedgesim.analysis.patterns.scoring import FEWEST_RUNS
    from hedgesim.scenario.calibrations import PRIOR, calibrations

    fault = "too few for a score, a share near .8 would have a standard error above .05"
    check_least("--runs", runs, FEWEST_RUNS, fault)
    if calibration is not None:
        check_calibration(calibration, calibrations())
    if posterior and calibration in {None, PRIOR}:
        fitted = [name for name in calibrations() if name != PRIOR]
        remedy = f"Give --calibration {fitted[0]} too." if fitted else "Fit one with hedgesim calibrate."
        raise HedgesimError("--posterior", "only a calibration has one", remedy)
    draws = draws_of(calibration) if posterior and calibration is not None else {}
    return Variation(parameters=calibration, draws=draws)


def _score(
    based: PatternScenarios, varied: Variation, runs: int, folder: Path, identity: str, *, overwrite: bool
) -> tuple[Scores, pd.DataFrame]:
    """Score, also along the curves, write the tables and draw the chart."""
    from hedgesim.analysis.patterns import scoring
    from hedgesim.analysis.patterns.scoring import score_curves, simulations_of
    from hedgesim.commands._progress import counting
    from hedgesim.plots.evidence import draw_patterns
    from hedgesim.results.manifest import now
    from hedgesim.results.ownership import IDENTITY
    from hedgesim.results.results import write_findings
    from hedgesim.scenario.calibrations import SHIPPED, in_words

    began, like = now(), based.like
    parameters = varied.parameters or (SHIPPED if like is None else like.parameters)
    simulations = len(based.patterns.scenarios_needed) * len(scoring.variants_of(varied))
    with counting("scoring patterns", runs * (simulations + simulations_of(based.patterns))) as on_runs:
        scores = scoring.score_all(based, varied, runs=runs, on_runs=on_runs)
        curves = score_curves(based, varied, runs=runs, on_runs=on_runs)
    facts = {
        IDENTITY: identity,
        "patterns_file": based.patterns.path.name,
        "patterns_digest": based.patterns.digest,
        "scenario": None if like is None else like.name,
        "scenario_digest": None if like is None else like.digest,
        "parameters": parameters,
        "posterior_draws": next((len(values) for values in varied.draws.values()), 0),
        "runs": runs,
        "seed": based.seed,
        "totals": scores.totals,
        "began": began,
        "ended": now(),
    }
    who = "" if like is None else f"Scenario {like.name}; "
    seed = "seeds of the scenarios" if based.seed is None else f"seed {based.seed}"
    drawn = ", drawn from the posterior" if varied.draws else ""
    caption = f"{who}{runs} runs of every scenario, {seed}, {in_words(parameters)}{drawn}."
    tables = {"parts": scores.parts, "patterns": scores.patterns, **({} if curves.empty else {"curves": curves})}
    draw = partial(draw_patterns, scores.parts, caption=caption)
    write_findings(folder, "patterns", tables, facts, draw=draw, overwrite=overwrite)
    return scores, curves


def _print_scores(scores: Scores) -> None:
    """Every part with what was observed and simulated, every pattern with its verdicts, and the totals."""
    from hedgesim.analysis.patterns.pattern import CONTROL, REPORTED
    from hedgesim.analysis.patterns.scoring import BASE, NULLS, POOLED

    base = scores.parts[scores.parts["variant"] == BASE].rename(columns={"interval": "accepted"})
    base["part"] = base["says"] + base["kind"].map({CONTROL: " (control)"}).fillna("")
    base["part"] += (base["built_in"] != "").map({True: " (built in)", False: ""})
    base["observed"] = [observed_in_words(row) for row in base.to_dict("records")]
    base["simulated"] = [simulated_in_words(row) for row in base.to_dict("records")]
    base["verdict"] = (base["verdict"] + base["sure"].map({True: "", False: " ~"})).where(base["kind"] != REPORTED, "")
    print_table(base, {"": "{pattern}", **unchanged(["part", "observed", "simulated", "accepted", "verdict"])})
    print_lines("")
    table = scores.patterns.replace({name: {True: "yes", False: "no"} for name in NULLS})
    nulls = {name.replace("_", " "): f"{{{name}}}" for name in NULLS}
    columns = {**unchanged(["pattern", "statement", "verdict"]), **nulls, **unchanged([POOLED, "counts"])}
    columns["built in"] = "{built_in}"
    print_table(table.assign(counts=[_counts(row) for row in table.to_dict("records")]), columns)
    n = scores.totals
    print_lines(
        "",
        f"{n['hold']} of {n['patterns']} patterns hold; {n['discriminating']} discriminate the model from habit,"
        f" chance and no shock; {n['count']} do both and count (aim: {n['aim']}), {n['count_built_in']} of them wholly"
        f" built in; with countries all alike {n['count_pooled']} do.",
        "habit, random, no shock: whether the pattern also holds there. A pattern that holds in all three does not "
        "discriminate.",
        "built in: number of judged parts that follow from the structure or from the inputs. That such a part holds "
        "is not a finding.",
        "~: the verdict changes within the 95 % limits of this number of runs.",
    )


def _counts(row: Mapping[Any, Any]) -> str:
    known = "yes" if row["counts"] else "no" if row["discriminating"] else "does not discriminate"
    return "" if row["placebo"] else known


def _print_curves(based: PatternScenarios, curves: pd.DataFrame) -> None:
    """A row for every judged part of a curve, a column for every value."""
    for name, curve in based.patterns.curves.items():
        print_lines("", f"Curve {name}: {curve.says}; {', '.join(curve.parameters)}")
        print_rows(*curve_rows(curves[curves["curve"] == name]))


def curve_rows(curve: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Head and rows of a curve: every judged part with its interval, and by value what is simulated; * if it fails."""
    rows = []
    for (pattern, _), own in curve[curve["interval"] != ""].groupby(["pattern", "number"], sort=False):
        cells = [_at_value(row) for row in own.to_dict("records")]
        rows.append([pattern, own["says"].iloc[0], own["interval"].iloc[0], *cells])
    return ["", "part", "accepted", *(f"{value:g}" for value in curve["value"].unique())], rows


def _at_value(row: Mapping[Any, Any]) -> str:
    from hedgesim.analysis.patterns.verdict import HOLDS

    share = row["summary"] == "share"
    value = f"{significant(100 * row['simulated'], 2)} %" if share else significant(row["simulated"])
    return value + ("" if row["verdict"] == HOLDS else " *")


def observed_in_words(row: Mapping[Any, Any]) -> str:
    """What was observed, and beside it what the record itself shows where that is not what is stated."""
    return f"{row['observed']} (record: {row['record']})" if row["record"] else str(row["observed"])


def simulated_in_words(row: Mapping[Any, Any]) -> str:
    """The share of runs with its limits, else the summary with 5 to 95 % of runs."""
    out = row["runs"] - row["n"]
    left = f"; {out} of {row['runs']} runs left out" if out else ""
    if not row["n"]:
        return "no run has a value"
    if row["summary"] == "share":
        share, low, high = apart((100 * row[name] for name in ("simulated", "low", "high")), 2)
        return f"{share} % of runs ({low} to {high}){left}"
    if row["summary"] == "coverage":
        share, low, high = apart((100 * row[name] for name in ("simulated", "low", "high")), 2)
        return f"{share} % of cells ({low} to {high}){left}"
    middle = row["median"] if row["summary"] in {"q05", "q95"} else row["simulated"]
    mean = " on average" if row["summary"] == "mean" else ""
    value, low, high = ("never" if text == "inf" else text for text in apart([middle, row["q05"], row["q95"]]))
    return f"{value}{mean} ({low} to {high}){left}"
