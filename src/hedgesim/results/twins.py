"""A scenario and its twin, which were run under the same random numbers, and how they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from hedgesim.results.ownership import IDENTITY
from hedgesim.results.results import Results
from hedgesim.results.summary import PAIRED, key_of


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
        facts = {key: self.first.manifest[key] for key in ("seed", "runs", IDENTITY)}
        return Results.of({"paired": self.paired}, {"scenario": name, "twin": twin, **facts, "left_out": self.left_out})

    def differing(self) -> pd.DataFrame:
        """The differences without what never differs."""
        return self.paired[(self.paired[["mean", "q05", "q95"]] != 0.0).any(axis=1) | (self.paired["error"] > 0.0)]

    def of_outcomes(self, names: Sequence[str]) -> pd.DataFrame:
        """The differences of some outcomes by their names, such as `presence_RUS_KAZ`, also where they are zero."""
        assert self.first.case is not None
        axes = self.first.case.setting.axes
        rows = self.paired.set_index(list(PAIRED[:3]), drop=False)
        return rows.loc[[key for name in names if (key := key_of(name, axes)) in rows.index]].reset_index(drop=True)

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
