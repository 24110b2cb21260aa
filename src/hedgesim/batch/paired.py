"""Two cases run by run under the same random numbers: their differences, gathered while the runs are made."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgesim.batch.blocks import Block, of_runs
from hedgesim.batch.columns import PRESENCE
from hedgesim.batch.reduction import QUANTILES, Reduction
from hedgesim.batch.rows import COUNTS, STANDING, TOTALS
from hedgesim.engines.outcomes import SYSTEM, Outcomes, Values

COMPARED = (*COUNTS, "cohesion")
"""Outcomes of the system that are compared, totals of what is counted per quarter."""

PAIRED = ("outcome", "entity", "option", "mean", "error", "q05", "q95", "n", "gain")
"""What is compared, of whom and, for presence, of which option; how much more of it there is in the first case than
in its twin (mean over runs with standard error, and 5 to 95 % of runs); in how many runs; and by what factor pairing
cut the variance of the difference against independent seeds."""

NEGLIGIBLE = 1e-24
"""Variance of a difference, as part of that of the two sides, that is only rounding: the difference is one number."""

Key = tuple[str, str, str]


class Paired:
    """Differences of two cases of one seed, over all runs that failed on neither side.

    What only one of them has (a country, an option, a format) is left out.
    """

    def __init__(self) -> None:
        """Start without runs."""
        self.left_out = 0
        self._keys: list[Key] = []
        self._numbers: Reduction | None = None

    def add(self, first: Block, twin: Block) -> None:
        """Take in the same runs of both."""
        sound = first.sound() & twin.sound()
        self.left_out += int((~sound).sum())
        if not sound.any():
            return
        a, b = (compared(of_runs(block.outcomes, sound)) for block in (first, twin))
        if self._numbers is None:
            self._keys = [key for key in a if key in b]
            self._numbers = Reduction((3, len(self._keys)))
        one, other = (np.stack([side[key] for key in self._keys]) for side in (a, b))
        self._numbers.add(np.stack([one - other, one, other]))

    def table(self) -> pd.DataFrame:
        """The differences, columns `PAIRED`."""
        if self._numbers is None:
            return pd.DataFrame(columns=list(PAIRED))
        numbers = self._numbers
        quantiles = numbers.quantiles()[:, 0]
        low, high = (quantiles[QUANTILES.index(part)] for part in (0.05, 0.95))
        frame = pd.DataFrame(self._keys, columns=list(PAIRED[:3]))
        return frame.assign(
            mean=numbers.mean()[0], error=numbers.error()[0], q05=low, q95=high, n=numbers.n, gain=self._gain()
        )

    def _gain(self) -> Values:
        """Variance of a difference of independent runs over that of paired runs; NaN where paired runs never differ."""
        assert self._numbers is not None
        paired, one, other = self._numbers.variance()
        apart = one + other
        differs = paired > NEGLIGIBLE * apart
        return np.where(differs, apart / np.where(differs, paired, 1.0), np.nan)


def compared(outcomes: Outcomes) -> dict[Key, Values]:
    """Everything that is compared of some runs, each axes (run,).

    Presence and the hedging index per country in the last quarter, outcomes of the system, and meetings of leaders
    per format after the start.
    """
    axes = outcomes.axes
    presence = [name for name in outcomes.countries if name.startswith(PRESENCE)]
    at_end = {name: outcomes.of_country(name)[:, -1] for name in (*presence, STANDING)}
    found: dict[Key, Values] = {}
    for n, code in enumerate(axes.countries):
        for name in presence:
            found["presence", code, name.removeprefix(PRESENCE)] = at_end[name][:, n]
    for n, code in enumerate(axes.countries):
        found[STANDING, code, ""] = at_end[STANDING][:, n]
    for name in COMPARED:
        values = outcomes.of_system(name)
        found[name, SYSTEM, ""] = values.sum(axis=1) if name in TOTALS else values[:, -1]
        if name == "leader_meetings":
            found |= {(name, code, ""): outcomes.meetings[:, n] for n, code in enumerate(axes.formats)}
    return found
