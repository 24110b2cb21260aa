"""Scores: the statistic of every part run by run, set against its interval, for the model and its variants."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hedgesim.analysis.patterns.declared import Computed
from hedgesim.analysis.patterns.pattern import Key, Part, Pattern, Patterns
from hedgesim.analysis.patterns.runs import SimulatedRuns
from hedgesim.analysis.patterns.scenarios import PatternScenarios, Variation
from hedgesim.analysis.patterns.verdict import HOLDS, judge, verdict_of
from hedgesim.engines.case import Case
from hedgesim.engines.ensemble import simulate
from hedgesim.model.arrays import Array
from hedgesim.results.simulation import OnRuns

DEFAULT_RUNS = 200
CLOSEST_SHARE, LARGEST_ERROR = 0.8, 0.05
FEWEST_RUNS = math.ceil(CLOSEST_SHARE * (1.0 - CLOSEST_SHARE) / LARGEST_ERROR**2)
"""Runs from which a share near .8 has a standard error of at most .05; a 5 % quantile needs fewer, 1/.05."""
BLOCK = 100
"""Runs that are simulated together; every quarter of them is in memory, some 100 MB."""

BASE, POOLED = "base", "pooled"
NULL_RULES = ("habit", "random")
NO_SHOCK = "no_shock"
NULLS = (*NULL_RULES, NO_SHOCK)
"""A pattern that all of these satisfy does not discriminate."""
NONE, SOME, ALL = "none", "some", "all"
"""How many of the judged parts of a pattern are built in."""
AIM = 12
"""Patterns that should hold and discriminate."""


def measure(
    scenarios: PatternScenarios, variation: Variation, runs: Sequence[int], *, on_runs: OnRuns = lambda _: None
) -> dict[Key, Array]:
    """The statistic of every part, axes (run,) or (cell, run); NaN where a run failed or it has no value.

    Scenarios that parts share are simulated once. runs: numbers of the runs; run k of one scenario has the same random
    numbers as run k of another. on_runs: called with the number of runs just simulated of one scenario.
    """
    parts = scenarios.patterns.parts
    found: dict[tuple[str, Key], Array] = {}
    for name in scenarios.patterns.scenarios_needed:
        wanted = {key: part.statistic for key, part in parts.items() if name in part.scenarios}
        case = variation.of(scenarios.case(name, variation.parameters))
        blocks = [runs[first : first + BLOCK] for first in range(0, len(runs), BLOCK)]
        values = [_statistics(variation.drawn(case, block), block, wanted, on_runs) for block in blocks]
        found |= {(name, key): np.concatenate([one[key] for one in values], axis=-1) for key in wanted}
    return {
        key: found[part.on, key] if part.less is None else found[part.on, key] - found[part.less, key]
        for key, part in parts.items()
    }


def _statistics(case: Case, runs: Sequence[int], wanted: Mapping[Key, Computed], on_runs: OnRuns) -> dict[Key, Array]:
    """Statistics of some runs of a case. Numbers may overflow on the way: the run then fails."""
    with np.errstate(all="ignore"):
        simulated = SimulatedRuns(simulate(case, runs))
        failed = np.asarray(simulated.worlds.failed()).any(axis=0)
        values = {key: np.where(failed, np.nan, statistic(simulated)) for key, statistic in wanted.items()}
    on_runs(len(runs))
    return values


def score(
    scenarios: PatternScenarios, variation: Variation, runs: int, *, on_runs: OnRuns = lambda _: None
) -> pd.DataFrame:
    """Every part of every pattern scored, a row each.

    Columns: pattern, number, says, kind (part, control, reported), on, less, observed, record, built_in (why, if it
    is), summary, interval, those of `Judgement`, runs.

    Raises:
        ValueError: too few runs for a score.
    """
    if runs < FEWEST_RUNS:
        message = f"{runs} runs are too few for a score, which takes {FEWEST_RUNS}"
        raise ValueError(message)
    return scored(scenarios.patterns, measure(scenarios, variation, range(runs), on_runs=on_runs))


def scored(patterns: Patterns, values: Mapping[Key, Array]) -> pd.DataFrame:
    """The rows of `score` from statistics that are known."""
    return pd.DataFrame([_row(key, part, values[key]) for key, part in patterns.parts.items()])


def _row(key: Key, part: Part, values: Array) -> dict[str, object]:
    observed = part.observed
    return {
        "pattern": key[0],
        "number": key[1],
        "says": part.says,
        "kind": part.kind,
        "on": part.on,
        "less": part.less or "",
        "observed": "" if observed is None else f"{observed:g}" if isinstance(observed, float) else str(observed),
        "record": part.record or "",
        "built_in": part.built_in or "",
        "summary": part.summary,
        "interval": "" if part.interval is None else str(part.interval),
        **vars(judge(part, values)),
        "runs": values.shape[-1],
    }


def variants_of(variation: Variation) -> dict[str, Variation]:
    """What is scored, by name: the model, three null models from which patterns have to distinguish it, one pooled."""
    return {
        BASE: variation,
        **{rule: replace(variation, rule=rule) for rule in NULL_RULES},
        NO_SHOCK: replace(variation, calm=True),
        POOLED: replace(variation, pooled=True),
    }


@dataclass(frozen=True)
class Scores:
    """The model and its variants scored.

    parts: rows of `score` with a column variant. patterns: a row per pattern and placebo: pattern, statement, placebo,
    verdict, satisfied by habit, random and no_shock, pooled (its verdict), discriminating, counts (it holds and
    discriminates, and is not a placebo), built_in (of its judged parts: none, some or all).
    """

    parts: pd.DataFrame
    patterns: pd.DataFrame

    @property
    def totals(self) -> dict[str, int]:
        """Numbers of patterns: all, that hold, discriminate, do both (of them built in), and do both when pooled."""
        table = self.patterns[~self.patterns["placebo"]]
        discriminating = table["discriminating"]
        return {
            "patterns": len(table),
            "hold": int((table["verdict"] == HOLDS).sum()),
            "discriminating": int(discriminating.sum()),
            "count": int(table["counts"].sum()),
            "count_built_in": int((table["counts"] & (table["built_in"] == ALL)).sum()),
            "count_pooled": int((discriminating & (table[POOLED] == HOLDS)).sum()),
            "aim": AIM,
        }


def score_all(
    scenarios: PatternScenarios,
    variation: Variation | None = None,
    *,
    runs: int = DEFAULT_RUNS,
    on_runs: OnRuns = lambda _: None,
) -> Scores:
    """Score a variation of the model, the same under the null models, and the same pooled.

    Raises:
        ScenarioError: parts whose names or quarters their scenarios lack.
        ValueError: too few runs for a score.
    """
    scenarios.check()
    variants = variants_of(variation or Variation())
    tables = [score(scenarios, one, runs, on_runs=on_runs).assign(variant=name) for name, one in variants.items()]
    parts = pd.concat(tables, ignore_index=True)
    return Scores(parts, patterns_of(scenarios.patterns, parts))


def verdicts_of(patterns: Patterns, parts: pd.DataFrame) -> dict[str, str]:
    """The verdict on every pattern and placebo, from the rows of `score` of one variant."""
    held = parts.groupby("pattern")["verdict"].agg(list)
    return {name: verdict_of(pattern, held[name]) for name, pattern in patterns.all.items()}


def built_in_of(pattern: Pattern) -> str:
    """How many of the judged parts of a pattern are built in: none, some or all."""
    marks = [part.built_in is not None for part in pattern.parts if part.interval is not None]
    return ALL if all(marks) else SOME if any(marks) else NONE


def patterns_of(patterns: Patterns, parts: pd.DataFrame) -> pd.DataFrame:
    """The row of every pattern from those of its parts in every variant."""
    verdicts = {name: verdicts_of(patterns, own) for name, own in parts.groupby("variant")}
    rows = []
    for name, pattern in patterns.all.items():
        satisfied = {null: verdicts[null][name] == HOLDS for null in NULLS}
        verdict, discriminating = verdicts[BASE][name], not all(satisfied.values())
        placebo = name in patterns.placebos
        rows.append(
            {
                "pattern": name,
                "statement": pattern.statement,
                "placebo": placebo,
                "verdict": verdict,
                **satisfied,
                "discriminating": discriminating,
                POOLED: verdicts[POOLED][name],
                "counts": discriminating and verdict == HOLDS and not placebo,
                "built_in": built_in_of(pattern),
            }
        )
    return pd.DataFrame(rows)


def score_curves(
    scenarios: PatternScenarios, variation: Variation, *, runs: int, on_runs: OnRuns = lambda _: None
) -> pd.DataFrame:
    """Every part of the patterns of every curve at every value: the columns of `score`, and curve, value.

    Raises:
        ScenarioError: a value out of the range of a parameter.
        ValueError: too few runs for a score.
    """
    tables = []
    for name, curve in scenarios.patterns.curves.items():
        based = replace(scenarios, patterns=scenarios.patterns.only(curve.patterns))
        own = {path: values for path, values in variation.draws.items() if path not in curve.parameters}
        for value in curve.values:
            settings = {**variation.settings, **dict.fromkeys(curve.parameters, value)}
            scored = score(based, replace(variation, settings=settings, draws=own), runs, on_runs=on_runs)
            tables.append(scored.assign(curve=name, value=value))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def simulations_of(patterns: Patterns) -> int:
    """How many times a scenario is simulated for all curves."""
    curves = patterns.curves.values()
    return sum(len(curve.values) * len(patterns.only(curve.patterns).scenarios_needed) for curve in curves)
