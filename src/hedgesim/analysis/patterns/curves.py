"""Curves: patterns judged again with some parameters at other values, so that a verdict is never one value's alone."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from hedgesim.analysis.patterns.pattern import Patterns
from hedgesim.analysis.patterns.scenarios import PatternScenarios, Variation
from hedgesim.analysis.patterns.scoring import score
from hedgesim.results.simulation import OnRuns


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
