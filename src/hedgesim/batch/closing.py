"""What a reader wants first: levels before and after and what was counted, with Monte Carlo error."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgesim.batch.columns import PRESENCE
from hedgesim.batch.reduction import Reduction
from hedgesim.batch.rows import COUNTS, STANDING, TOTALS
from hedgesim.engines.outcomes import SYSTEM, Outcomes, Values

ALL = "all"
"""Entity of a mean over countries."""

CLOSING = ("quantity", "entity", "before", "after", "change", "error", "n")


class Closing:
    """The closing table of a case, gathered from every run while the runs are made.

    Levels (presence by option, hedging index) are means over runs in the first and the last quarter, over all
    countries and for the index also per country; `error` is the standard error of the change. What is counted per
    quarter is a total per run after the first quarter, realignments the countries that stand realigned in the last;
    `before` and `change` of these are empty and `error` is that of the value.
    """

    def __init__(self) -> None:
        """Start without runs."""
        self._keys: list[tuple[str, str]] = []
        self._levels: Reduction | None = None
        self._counts = Reduction((len(COUNTS),))

    def add(self, outcomes: Outcomes) -> None:
        """Take in runs that did not fail."""
        if self._levels is None:
            self._keys = _keys(outcomes)
            self._levels = Reduction((3, len(self._keys)))
        first, last = _levels_at(outcomes, 0), _levels_at(outcomes, -1)
        self._levels.add(np.stack([first, last, last - first]))
        after = {name: outcomes.of_system(name)[:, 1:].sum(axis=1) for name in TOTALS}
        self._counts.add(np.stack([after.get(name, outcomes.of_system(name)[:, -1]) for name in COUNTS]))

    def table(self) -> pd.DataFrame:
        """The table, columns `CLOSING`: means over countries, then the index per country, then counts."""
        if self._levels is None:
            return pd.DataFrame(columns=list(CLOSING))
        means, errors, n = self._levels.mean(), self._levels.error(), self._levels.n
        levels = [(*key, *means[:, k], errors[2, k], n) for k, key in enumerate(self._keys)]
        totals = zip(COUNTS, self._counts.mean(), self._counts.error(), strict=True)
        counts = [(name, SYSTEM, np.nan, mean, np.nan, error, n) for name, mean, error in totals]
        return pd.DataFrame([*levels, *counts], columns=list(CLOSING))


def _keys(outcomes: Outcomes) -> list[tuple[str, str]]:
    """Quantity and entity of every level."""
    means = [name for name in outcomes.countries if name.startswith(PRESENCE)]
    return [(name, ALL) for name in (*means, STANDING)] + [(STANDING, code) for code in outcomes.axes.countries]


def _levels_at(outcomes: Outcomes, step: int) -> Values:
    """Levels at a step, axes (level, run)."""
    means = [outcomes.of_country(name)[:, step].mean(axis=-1) for name, entity in _keys(outcomes) if entity == ALL]
    return np.concatenate([np.stack(means), outcomes.of_country(STANDING)[:, step].T])
