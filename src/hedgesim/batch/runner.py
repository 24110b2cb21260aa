"""Runs a case many times on one engine and gathers what the runs leave behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgesim.batch.frames import kept_tables, outcome_tables
from hedgesim.engines.case import Case
from hedgesim.engines.trajectory import Trajectory

RunEngine = Callable[[Case, int], Trajectory]
"""What makes one run of a case."""

TOTALS = ("leader_meetings", "first_time_formats")
"""Outcomes that are counted per quarter, and so summed over a run."""


@dataclass(frozen=True)
class Gathered:
    """Tables of some runs: `runs`, the outcomes by entity of all runs, and the full tables of those kept."""

    runs: pd.DataFrame
    outcomes: dict[str, pd.DataFrame]
    kept: dict[str, pd.DataFrame]


def run_many(
    case: Case, n_runs: int, *, keep: int, engine: RunEngine, on_run: Callable[[], None] = lambda: None
) -> Gathered:
    """Runs 0 .. n_runs - 1 of a case.

    keep: of so many of the first runs the full trajectories are kept. on_run: called after each run. A run
    whose shares are no numbers any more is a row of `runs` with its reason, and in no other table.
    """
    rows, outcomes, kept = [], [], []
    for run in range(n_runs):
        trajectory = engine(case, run)
        reason = failure(trajectory)
        tables = outcome_tables(trajectory) if not reason else {}
        rows.append(_row(case, run, tables, reason))
        if not reason:
            outcomes.append(tables)
            if run < keep:
                kept.append(kept_tables(trajectory))
        on_run()
    return Gathered(pd.DataFrame(rows), _stacked(outcomes), _stacked(kept))


def failure(trajectory: Trajectory) -> str:
    """Why a run failed, empty if it did not."""
    bad = np.asarray(trajectory.worlds.failed())[..., 0] > 0.0
    if not bad.any():
        return ""
    period = trajectory.case.setting.axes.periods[int(np.flatnonzero(bad)[0])]
    return f"shares are not numbers from {period}"


def _row(case: Case, run: int, tables: dict[str, pd.DataFrame], reason: str) -> dict[str, object]:
    """Final outcomes of a run: totals of what is counted, and what stands in the last quarter."""
    head: dict[str, object] = {"run": run, "seed": case.seed}
    if reason:
        return {**head, "failed": reason}
    countries, system = tables["countries"], tables["system"]
    last = countries["period"] == case.setting.axes.periods[-1]
    final = countries[last].set_index("entity")
    standing = system.iloc[-1].drop(["run", "period", "entity", *TOTALS])
    presence = [column for column in final.columns if column.startswith("presence_")]
    return {
        **head,
        **{name: int(system[name].sum()) for name in TOTALS},
        **{str(name): standing[name] for name in standing.index},
        **{name: float(final[name].mean()) for name in ("hedging_index", *presence)},
        **{f"hedging_index_{code}": float(value) for code, value in final["hedging_index"].items()},
        "failed": None,
    }


def _stacked(parts: list[dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Tables of successive runs as one each."""
    names = parts[0] if parts else {}
    return {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in names}
