"""The table of runs: one row per run, filled block by block into columns made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hedgesim.batch.blocks import Block
from hedgesim.batch.columns import PRESENCE
from hedgesim.engines.case import Case
from hedgesim.engines.outcomes import Outcomes, Values

TOTALS = ("leader_meetings", "first_time_formats")
"""Outcomes that are counted per quarter, and so summed over a run."""

COUNTS = (*TOTALS, "realignments")
"""Outcomes that are whole numbers."""

STANDING = "hedging_index"
"""Outcome of which the last value of every country stands in the table of runs."""


class Rows:
    """Final outcomes of every run of a case, or why it failed.

    Columns are run, seed, the outcomes and, last, `failed`.
    """

    def __init__(self, case: Case, n_runs: int) -> None:
        """Make the columns that are known before the first run."""
        self._n = n_runs
        self._columns: dict[str, NDArray[Any]] = {"run": np.arange(n_runs), "seed": np.full(n_runs, case.seed)}
        self._reasons = np.full(n_runs, None, dtype=object)

    def add(self, block: Block) -> None:
        """Fill the rows of some runs."""
        where, sound = slice(block.runs.start, block.runs.stop), block.sound()
        for name, values in final_outcomes(block.outcomes).items():
            if name not in self._columns:
                self._columns[name] = np.full(self._n, -1 if name in COUNTS else np.nan)
            column = self._columns[name]
            column[where] = values if sound.all() else np.where(sound, values, -1 if name in COUNTS else np.nan)
        for run, reason in block.failed.items():
            self._reasons[run] = reason

    def frame(self) -> pd.DataFrame:
        """The table, which shares the memory of the columns; counts are empty, and so floats, where a run failed."""
        if any(reason is not None for reason in self._reasons):
            for name in (name for name in COUNTS if name in self._columns):
                column = self._columns[name]
                self._columns[name] = np.where(column < 0, np.nan, column)
        failed = pd.Series(self._reasons, dtype=object)
        return pd.DataFrame({**self._columns, "failed": failed}, copy=False)


def frame_of(case: Case, runs: Sequence[int], outcomes: Outcomes, failed: Mapping[int, str]) -> pd.DataFrame:
    """Final outcomes of a few runs whose numbers may vary, with a column per path that does.

    failed: why a run failed, by its place; its outcomes are empty.
    """
    bad = np.isin(np.arange(len(runs)), list(failed))
    numbers = {name: np.where(bad, np.nan, values) for name, values in final_outcomes(outcomes).items()}
    frame = pd.DataFrame({"run": list(runs), "seed": case.seed, **case.varied, **numbers})
    if not bad.any():
        frame = frame.astype(dict.fromkeys((name for name in COUNTS if name in numbers), np.int64))
    return frame.assign(failed=pd.Series([failed.get(k) for k in range(len(runs))], dtype=object))


def final_outcomes(outcomes: Outcomes) -> dict[str, Values]:
    """Totals of what is counted and what stands in the last quarter, each axes (run,), by column of the table."""
    presence = [name for name in outcomes.countries if name.startswith(PRESENCE)]
    last = {name: outcomes.of_country(name)[:, -1] for name in (STANDING, *presence)}
    return {
        **{name: outcomes.of_system(name).sum(axis=1) for name in TOTALS},
        **{name: outcomes.of_system(name)[:, -1] for name in outcomes.system if name not in TOTALS},
        **{name: values.mean(axis=-1) for name, values in last.items()},
        **{f"{STANDING}_{code}": last[STANDING][:, n] for n, code in enumerate(outcomes.axes.countries)},
    }
