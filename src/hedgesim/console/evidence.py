"""What the command line does to score patterns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from hedgesim import session
from hedgesim.analysis.patterns.pattern import REPORTED, read_patterns
from hedgesim.analysis.patterns.scenarios import PatternScenarios, Variation, draws_of, unused
from hedgesim.analysis.patterns.scoring import (
    BASE,
    FEWEST_RUNS,
    NULLS,
    POOLED,
    Scores,
    score_all,
    variants_of,
)
from hedgesim.analysis.simulation import now
from hedgesim.batch.findings import check_folder, write_findings
from hedgesim.batch.results import prepare_folder
from hedgesim.console.printing import print_rows, records_of
from hedgesim.console.progress import counting
from hedgesim.errors import HedgesimError, choose_from
from hedgesim.plots.patterns import draw_patterns
from hedgesim.scenario.calibrations import PRIOR, SHIPPED, calibrations, in_words

KIND = "patterns"
DIGITS = 3


@dataclass(frozen=True)
class Plan:
    """How many runs, and with which parameters."""

    runs: int
    variation: Variation


def plan_of(runs: int, calibration: str | None, *, posterior: bool) -> Plan:
    """What is to be scored; too few runs for a score, unknown calibrations and a posterior of none are refused."""
    if runs < FEWEST_RUNS:
        fault = "too few for a score, a share near .8 would have a standard error above .05"
        raise HedgesimError(f"--runs {runs}", fault, f"Give --runs {FEWEST_RUNS} or more.")
    if calibration is not None and calibration not in calibrations():
        place, fault = f"--calibration {calibration}", "there is no such calibration"
        raise HedgesimError(place, fault, choose_from(calibration, calibrations()))
    if posterior and calibration in {None, PRIOR}:
        fitted = [name for name in calibrations() if name != PRIOR]
        remedy = f"Give --calibration {fitted[0]} too." if fitted else "Fit one with hedgesim calibrate."
        raise HedgesimError("--posterior", "only a calibration has one", remedy)
    draws = draws_of(calibration) if posterior and calibration is not None else {}
    return Plan(runs, Variation(parameters=calibration, draws=draws))


def bases_of(scenario: str | None, file: str | None, *, seed: int | None) -> PatternScenarios:
    """The scenarios that patterns are run on, checked with the patterns before anything runs."""
    like = None if scenario is None else session.read_scenario(scenario)
    bases = PatternScenarios(read_patterns(file), like, seed)
    bases.check()
    return bases


def score_with_progress(bases: PatternScenarios, plan: Plan, folder: Path) -> Scores:
    """Score, write the tables and draw the chart, showing how far it is."""
    check_folder(folder, KIND)
    prepare_folder(folder)
    began = now()
    total = plan.runs * len(bases.patterns.scenarios_needed) * len(variants_of(plan.variation))
    with counting("scoring patterns", total) as on_runs:
        scores = score_all(bases, plan.variation, runs=plan.runs, on_runs=on_runs)
    facts = {**_facts(bases, plan), "totals": scores.totals, "began": began, "ended": now()}
    write_findings(folder, KIND, {"parts": scores.parts, "patterns": scores.patterns}, facts)
    draw_patterns(scores.parts, folder / "charts", caption=_caption(bases, plan))
    return scores


def _facts(bases: PatternScenarios, plan: Plan) -> dict[str, Any]:
    like = bases.like
    return {
        "patterns_file": bases.patterns.path.name,
        "patterns_digest": bases.patterns.digest,
        "scenario": None if like is None else like.name,
        "scenario_digest": None if like is None else like.digest,
        "parameters": _parameters(bases, plan),
        "posterior_draws": next((len(held) for held in plan.variation.draws.values()), 0),
        "runs": plan.runs,
        "seed": bases.seed,
    }


def _parameters(bases: PatternScenarios, plan: Plan) -> str:
    own = SHIPPED if bases.like is None else bases.like.parameters
    return plan.variation.parameters or own


def _caption(bases: PatternScenarios, plan: Plan) -> str:
    who = "" if bases.like is None else f"Scenario {bases.like.name}; "
    seed = "seeds of the scenarios" if bases.seed is None else f"seed {bases.seed}"
    drawn = ", drawn from the posterior" if plan.variation.draws else ""
    words = in_words(_parameters(bases, plan))
    text = f"{who}{plan.runs} runs of every scenario, {seed}, {words}{drawn}."
    return text[0].upper() + text[1:]


def print_scores(scores: Scores, bases: PatternScenarios, folder: Path, *, as_json: bool) -> None:
    """Every part with what was observed and simulated, every pattern with its verdicts, and how many count."""
    if as_json:
        told = {"folder": str(folder), "totals": scores.totals, "not_used": _unused(bases)}
        tables = {"patterns": records_of(_finite(scores.patterns)), "parts": records_of(_finite(scores.parts))}
        Console(soft_wrap=True).print_json(data={**told, **tables})
        return
    base = scores.parts[scores.parts["variant"] == BASE]
    columns = ["", "part", "observed", "simulated", "accepted", "verdict"]
    print_rows(columns, [_part_row(row) for row in base.to_dict("records")])
    say = Console(soft_wrap=True).print
    say("")
    columns = ["pattern", "says", "verdict", *(name.replace("_", " ") for name in NULLS), POOLED, "counts"]
    print_rows(columns, [_pattern_row(row) for row in scores.patterns.to_dict("records")])
    say("")
    for line in summary_lines(scores, bases):
        say(line)
    say(f"Tables and chart: {folder}")


def _finite(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with nothing in place of infinite numbers."""
    return frame.replace([math.inf, -math.inf], math.nan)


def _part_row(row: dict[Any, Any]) -> list[str]:
    mark = "" if row["sure"] else " ~"
    says = f"{row['says']} (control)" if row["kind"] == "control" else str(row["says"])
    verdict = "" if row["kind"] == REPORTED else f"{row['verdict']}{mark}"
    return [str(row["pattern"]), says, str(row["observed"]), in_short(row), str(row["interval"]), verdict]


def in_short(row: dict[Any, Any]) -> str:
    """What was simulated: the share of runs with its limits, else the summary with 5 to 95 % of runs."""
    out = row["runs"] - row["n"]
    left = f"; {out} of {row['runs']} runs left out" if out else ""
    if not row["n"]:
        return "no run gets so far"
    if row["summary"] == "share":
        return f"{100 * row['simulated']:.0f} % of runs ({100 * row['low']:.0f} to {100 * row['high']:.0f}){left}"
    middle = row["median"] if row["summary"] in {"q05", "q95"} else row["simulated"]
    mean = " on average" if row["summary"] == "mean" else ""
    return f"{number(middle)}{mean} ({number(row['q05'])} to {number(row['q95'])}){left}"


def number(value: float) -> str:
    """A number in few digits; infinite waits are `never`."""
    if math.isinf(value):
        return "never"
    return f"{value:.{DIGITS}g}"


def _pattern_row(row: dict[Any, Any]) -> list[str]:
    satisfied = ["yes" if row[name] else "no" for name in NULLS]
    counts = "" if row["placebo"] else "yes" if row["counts"] else "no" if row["discriminating"] else "does not tell"
    return [str(row["pattern"]), str(row["statement"]), str(row["verdict"]), *satisfied, str(row[POOLED]), counts]


def summary_lines(scores: Scores, bases: PatternScenarios) -> list[str]:
    """How many patterns hold, discriminate and count, and what the marks mean."""
    n = scores.totals
    lines = [
        f"{n['hold']} of {n['patterns']} patterns hold; {n['discriminating']} tell the model from habit, chance and no"
        f" shock; {n['count']} do both and count (aim: {n['aim']}); with countries all alike {n['count_pooled']} do.",
        "habit, random, no shock: whether the pattern holds there too; one that holds in all three does not tell.",
        "~: the verdict is another one somewhere within the 95 % limits of so many runs.",
    ]
    if bases.like is not None and (left := _unused(bases)):
        lines.append(f"Not used of {bases.like.name}: {', '.join(left)}. Patterns are about what was recorded.")
    return lines


def _unused(bases: PatternScenarios) -> list[str]:
    """What is not used of the scenario that is scored."""
    return [] if bases.like is None else list(unused(bases.like))
