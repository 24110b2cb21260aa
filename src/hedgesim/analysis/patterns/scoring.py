"""Scores: statistics over runs set against the acceptance intervals, part by part and pattern by pattern."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from hedgesim.analysis.patterns.bases import Bases
from hedgesim.analysis.patterns.judging import HOLDS, judge, verdict_of
from hedgesim.analysis.patterns.measuring import Key, OnRuns, measure
from hedgesim.analysis.patterns.pattern import Part, Patterns
from hedgesim.analysis.patterns.variation import Variation
from hedgesim.model.arrays import Array

DEFAULT_RUNS = 200
CLOSEST_SHARE, LARGEST_ERROR = 0.8, 0.05
FEWEST_RUNS = math.ceil(CLOSEST_SHARE * (1.0 - CLOSEST_SHARE) / LARGEST_ERROR**2)
"""Runs from which a share near .8 has a standard error of at most .05; a 5 % quantile needs fewer, 1/.05."""


def score(bases: Bases, variation: Variation, runs: int, *, on_runs: OnRuns = lambda _: None) -> pd.DataFrame:
    """Every part of every pattern scored, a row each.

    Columns: pattern, number, says, kind (part, control, told), on, less, observed, summary, simulated with its limits
    low and high, median, q05, q95, n, missing, runs,
    interval, verdict, sure; see `Judgement`.

    Raises:
        ValueError: too few runs for a score.
    """
    if runs < FEWEST_RUNS:
        message = f"{runs} runs are too few for a score, which takes {FEWEST_RUNS}"
        raise ValueError(message)
    values = measure(bases, variation, range(runs), on_runs=on_runs)
    return scored(bases.patterns, values)


def scored(patterns: Patterns, values: Mapping[Key, Array]) -> pd.DataFrame:
    """The rows of `score` from statistics that are known."""
    return pd.DataFrame([_row(part, values[part.key]) for part in patterns.parts])


def _row(part: Part, values: Array) -> dict[str, object]:
    found = judge(part, values)
    return {
        "pattern": part.pattern,
        "number": part.number,
        "says": part.says,
        "kind": part.kind,
        "on": part.on,
        "less": part.less or "",
        "observed": observed_in_words(part),
        "summary": part.summary,
        "interval": "" if part.interval is None else str(part.interval),
        **vars(found),
        "runs": len(values),
    }


def observed_in_words(part: Part) -> str:
    """What was observed as text, empty where nothing is told."""
    seen = part.observed
    return "" if seen is None else f"{seen:g}" if isinstance(seen, float) else seen


BASE, POOLED = "base", "pooled"
NULL_RULES = ("habit", "random")
NO_SHOCK = "no_shock"
NULLS = (*NULL_RULES, NO_SHOCK)
"""A pattern that all of these satisfy does not discriminate."""
AIM = 12
"""Patterns that should hold and discriminate."""


def variants_of(variation: Variation) -> dict[str, Variation]:
    """What is scored by name: a model, three from which a pattern has to tell it, and one with countries all alike."""
    nulls = {rule: replace(variation, rule=rule) for rule in NULL_RULES}
    return {
        BASE: variation,
        **nulls,
        NO_SHOCK: replace(variation, calm=True),
        POOLED: replace(variation, pooled=True),
    }


@dataclass(frozen=True)
class Scores:
    """The model and its variants scored.

    parts: rows of `score` with a column variant. patterns: a row per pattern and placebo: pattern, statement, placebo,
    verdict, satisfied by habit, random and no_shock, pooled (its verdict), discriminating, counts (it holds and
    discriminates, and is no placebo).
    """

    parts: pd.DataFrame
    patterns: pd.DataFrame

    @property
    def totals(self) -> dict[str, int]:
        """Numbers of patterns: all, that hold, that discriminate, that do both, and that do both when pooled."""
        table = self.patterns[~self.patterns["placebo"]]
        told = table["discriminating"]
        return {
            "patterns": len(table),
            "hold": int((table["verdict"] == HOLDS).sum()),
            "discriminating": int(told.sum()),
            "count": int(table["counts"].sum()),
            "count_pooled": int((told & (table[POOLED] == HOLDS)).sum()),
            "aim": AIM,
        }


def score_all(
    bases: Bases, variation: Variation | None = None, *, runs: int = DEFAULT_RUNS, on_runs: OnRuns = lambda _: None
) -> Scores:
    """Score a variation of the model, the same under the null models, and the same pooled.

    Raises:
        ScenarioError: parts whose names or quarters their scenarios lack.
        ValueError: too few runs for a score.
    """
    bases.check()
    tables = [
        score(bases, one, runs, on_runs=on_runs).assign(variant=name)
        for name, one in variants_of(variation or Variation()).items()
    ]
    parts = pd.concat(tables, ignore_index=True)
    return Scores(parts, patterns_of(bases.patterns, parts))


def patterns_of(patterns: Patterns, parts: pd.DataFrame) -> pd.DataFrame:
    """The row of every pattern from those of its parts in every variant."""
    rows = []
    for pattern in patterns.patterns:
        own = parts[parts["pattern"] == pattern.name].sort_values("number")
        verdicts = {
            name: verdict_of(pattern, list(own.loc[own["variant"] == name, "verdict"]))
            for name in (BASE, *NULLS, POOLED)
        }
        satisfied = {name: verdicts[name] == HOLDS for name in NULLS}
        told = not all(satisfied.values())
        counts = told and verdicts[BASE] == HOLDS and not pattern.placebo
        rows.append(
            {
                "pattern": pattern.name,
                "statement": pattern.statement,
                "placebo": pattern.placebo,
                "verdict": verdicts[BASE],
                **satisfied,
                "discriminating": told,
                POOLED: verdicts[POOLED],
                "counts": counts,
            }
        )
    return pd.DataFrame(rows)
