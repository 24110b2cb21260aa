"""Counterfactual twins: two scenarios under the same random numbers, compared run by run while they run."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from hedgesim.analysis.simulation import Plan, Results, now, results_of
from hedgesim.batch.runner import OnRuns, run_pairs
from hedgesim.batch.space import check_memory
from hedgesim.engines.case import Case
from hedgesim.scenario import Scenario


@dataclass(frozen=True)
class Twins:
    """Results of a scenario and of its twin, and their paired differences.

    paired: columns `hedgesim.batch.paired.PAIRED`, over all runs that failed on neither side. left_out: runs that
    failed on either.
    """

    first: Results
    twin: Results
    paired: pd.DataFrame
    left_out: int

    def differing(self) -> pd.DataFrame:
        """The differences without what never differs."""
        return self.paired[(self.paired[["mean", "q05", "q95"]] != 0.0).any(axis=1) | (self.paired["error"] > 0.0)]


def run_twins(
    scenarios: tuple[Scenario, Scenario], cases: tuple[Case, Case], plan: Plan, *, on_runs: OnRuns = lambda _: None
) -> Twins:
    """Run a scenario and its twin, block by block in turn, under the same random numbers.

    Raises:
        ValueError: the seeds differ, so that run k of one is no twin of run k of the other.
        StoreError, WorkerError: as of `hedgesim.run`.
    """
    seeds = [case.seed for case in cases]
    if seeds[0] != seeds[1]:
        message = f"seeds {seeds[0]} and {seeds[1]} differ: twins need one seed. Give both the same."
        raise ValueError(message)
    check_memory(cases, runs=plan.runs, keep=plan.keep)
    began = now()
    pair = run_pairs(cases, plan.runs, keep=plan.keep, engine=plan.engine, workers=plan.workers, on_runs=on_runs)
    first, twin = (
        results_of(scenario, case, gathered, plan=plan, began=began)
        for scenario, case, gathered in zip(scenarios, cases, (pair.first, pair.twin), strict=True)
    )
    return Twins(first, twin, pair.paired, pair.left_out)


def gain_in_words(twins: Twins) -> str:
    """By how much pairing cut the variance of differences: the median, and where it did least; empty if unknown.

    The presence of the aggressor is named apart, for it is what most twins are about.
    """
    known = twins.paired.dropna(subset="gain")
    if known.empty:
        return ""
    setting = twins.first.case.setting
    aggressor = setting.axes.powers[int(setting.aggressor.ravel().argmax())]
    about = known[(known["outcome"] == "presence") & (known["option"] == aggressor)]
    parts = [f"median {known['gain'].median():.1f}", f"smallest {_smallest(known)}"]
    if len(about):
        parts.append(f"smallest for the presence of {aggressor} {_smallest(about)}")
    return ", ".join(parts)


def _smallest(rows: pd.DataFrame) -> str:
    """The smallest gain and where it is."""
    row = rows.sort_values("gain", kind="stable").iloc[0]
    words = str(row["outcome"]).replace("_", " ")
    what = f"{words} of {row['option']} in {row['entity']}" if row["option"] else f"{words}, {row['entity']}"
    return f"{row['gain']:.1f} ({what})"
