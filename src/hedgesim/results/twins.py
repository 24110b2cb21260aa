"""A scenario and its counterfactual twin under the same random numbers, and their paired differences."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hedgesim.results.ownership import IDENTITY, PAIRED, TWIN
from hedgesim.results.region import REGION
from hedgesim.results.results import Results
from hedgesim.results.simulation import OnRuns, Plan, run_scenarios, silent
from hedgesim.scenario import Scenario


@dataclass(frozen=True)
class Twins:
    """Results of a scenario and of its twin, and their paired differences.

    paired: columns `hedgesim.results.summary.PAIRED`, over all runs that failed on neither side. left_out: runs that
    failed on either.
    """

    first: Results
    twin: Results
    paired: pd.DataFrame
    left_out: int

    @property
    def names(self) -> tuple[str, str]:
        """What the scenario and its twin are called."""
        from hedgesim.scenario.twins import name_of_twin

        assert self.first.scenario is not None
        assert self.twin.scenario is not None
        return self.first.scenario.name, name_of_twin(self.first.scenario, self.twin.scenario)

    def differences(self) -> Results:
        """The paired differences as results of their own."""
        name, twin = self.names
        kept = ("seed", "runs", IDENTITY, REGION)
        facts = {key: self.first.manifest[key] for key in kept if key in self.first.manifest}
        return Results.of({PAIRED: self.paired}, {"scenario": name, TWIN: twin, **facts, "left_out": self.left_out})

    def differing(self) -> pd.DataFrame:
        """The differences without what never differs."""
        return self.paired[(self.paired[["mean", "q05", "q95"]] != 0.0).any(axis=1) | (self.paired["error"] > 0.0)]

    def gain_in_words(self) -> str:
        """By how much pairing cut the variance of differences: the median, and the smallest; empty if unknown.

        The presence of the aggressor is named separately, because most twins are about it.
        """
        known = self.paired.dropna(subset="gain")
        if known.empty:
            return ""
        assert self.first.case is not None
        setting = self.first.case.setting
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


def run_twins(
    scenarios: tuple[Scenario, Scenario], plan: Plan, *, folder: Path | None = None, on_runs: OnRuns = silent
) -> Twins:
    """Run a scenario and its twin, block by block in turn, under the same random numbers; see `run`.

    Raises:
        ValueError: the seeds differ, so that run k of one is not a twin of run k of the other.
    """
    seeds = [scenario.seed for scenario in scenarios]
    if seeds[0] != seeds[1]:
        message = f"seeds {seeds[0]} and {seeds[1]} differ: twins need one seed. Give both the same."
        raise ValueError(message)
    (first, twin), paired = run_scenarios(scenarios, plan, folder=folder, on_runs=on_runs)
    return Twins(first, twin, paired.table(), paired.left_out)
