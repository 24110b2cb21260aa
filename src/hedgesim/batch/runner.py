"""Runs a case many times on one engine and gathers what the runs leave behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgesim.batch.frames import SYSTEM, Outcomes, Values, kept_tables, outcomes_of
from hedgesim.batch.reduction import Reduction
from hedgesim.engines.case import Case
from hedgesim.engines.choice import Engine
from hedgesim.engines.trajectory import Trajectory

TOTALS = ("leader_meetings", "first_time_formats")
"""Outcomes that are counted per quarter, and so summed over a run."""

STANDING = "hedging_index"
"""Outcome of which the last value of every country stands in the table of runs."""


@dataclass(frozen=True)
class Gathered:
    """What some runs leave behind.

    runs: a row per run with its final outcomes, or why it failed. summary: statistics over runs by period, entity
    and outcome. ends: outcomes by entity in the first and the last quarter of every run, `countries` and `system`;
    what is counted per quarter stands in the last as its total. kept: full tables of the first runs.
    """

    runs: pd.DataFrame
    summary: pd.DataFrame
    ends: dict[str, pd.DataFrame]
    kept: dict[str, pd.DataFrame]


def run_many(
    case: Case, n_runs: int, *, keep: int, engine: Engine, on_runs: Callable[[int], None] = lambda _: None
) -> Gathered:
    """Runs 0 .. n_runs - 1 of a case.

    keep: of so many of the first runs the full trajectories are kept. on_runs: called with the number of runs just
    made. A run whose shares are no numbers any more is a row of `runs` with its reason, and in no other table.
    """
    reduction, names = Reduction(), None
    rows: list[pd.DataFrame] = []
    ends: list[dict[str, pd.DataFrame]] = []
    kept: list[dict[str, pd.DataFrame]] = []
    for runs in _blocks(n_runs, keep, engine.together):
        trajectory = engine.make(case, runs)
        reasons = failures(trajectory)
        good = np.asarray([not reason for reason in reasons])
        outcomes = outcomes_of(trajectory)
        rows.append(_rows(trajectory, outcomes, reasons))
        sound = outcomes.of_runs(good)
        if good.any():
            names = sound.cell_names(case.setting.axes)
            reduction.add(sound.cells())
            ends.append(_ends(case, sound, np.asarray(runs)[good]))
        if runs[0] < keep:
            kept.append(_without_failed(kept_tables(trajectory), np.asarray(runs)[~good]))
        on_runs(len(runs))
    summary = _summary(names, reduction)
    return Gathered(pd.concat(rows, ignore_index=True), summary, _stacked(ends), _stacked(kept))


def _blocks(n_runs: int, keep: int, together: int) -> Iterator[range]:
    """Runs to be made at once; no block holds both kept and other runs."""
    first = 0
    while first < n_runs:
        border = keep if first < keep else n_runs
        last = min(first + together, border, n_runs)
        yield range(first, last)
        first = last


def failures(trajectory: Trajectory) -> list[str]:
    """Why each run failed, empty if it did not."""
    bad = np.asarray(trajectory.worlds.failed()) > 0.0
    periods = trajectory.case.setting.axes.periods
    return [f"shares are not numbers from {periods[int(column.argmax())]}" if column.any() else "" for column in bad.T]


def _rows(trajectory: Trajectory, outcomes: Outcomes, reasons: list[str]) -> pd.DataFrame:
    """Final outcomes of each run: totals of what is counted, and what stands in the last quarter."""
    axes = trajectory.case.setting.axes
    countries, system = outcomes.countries, outcomes.system
    presence = [name for name in countries if name.startswith("presence_")]
    columns: dict[str, Values] = {
        **{name: system[name].sum(axis=1) for name in TOTALS},
        **{name: v[:, -1] for name, v in system.items() if name not in TOTALS},
        **{name: countries[name][:, -1].mean(axis=-1) for name in (STANDING, *presence)},
        **{f"{STANDING}_{code}": countries[STANDING][:, -1, n] for n, code in enumerate(axes.countries)},
    }
    failed = np.asarray([bool(reason) for reason in reasons])
    numbers = {name: np.where(failed, np.nan, v) for name, v in columns.items()}
    frame = pd.DataFrame({"run": list(trajectory.runs), "seed": trajectory.case.seed, **numbers})
    if not failed.any():
        frame = frame.astype(dict.fromkeys(TOTALS, np.int64))
    return frame.assign(failed=pd.Series([reason or None for reason in reasons], dtype=object))


def _ends(case: Case, outcomes: Outcomes, runs: Values) -> dict[str, pd.DataFrame]:
    """Outcomes in the first and the last quarter, counted ones as totals in the last."""
    axes = case.setting.axes
    ends = (axes.periods[0], axes.periods[-1])
    system = {name: v[:, [0, -1]].copy() for name, v in outcomes.system.items()}
    for name in TOTALS:
        system[name][:, 1] = outcomes.system[name][:, 1:].sum(axis=1)
    own = pd.MultiIndex.from_product([list(runs), ends, axes.countries], names=["run", "period", "entity"])
    common = pd.MultiIndex.from_product([list(runs), ends], names=["run", "period"])
    countries = {name: v[:, [0, -1]].ravel() for name, v in outcomes.countries.items()}
    return {
        "countries": pd.DataFrame(countries, index=own).reset_index(),
        SYSTEM: pd.DataFrame({k: v.ravel() for k, v in system.items()}, index=common).reset_index(),
    }


def _summary(names: pd.DataFrame | None, reduction: Reduction) -> pd.DataFrame:
    """Statistics over runs, rows sorted by period, entity and outcome."""
    keys = ["period", "entity", "outcome"]
    if names is None:
        return pd.DataFrame(columns=[*keys, "mean", "sd", *QUANTILE_NAMES, "n"])
    statistics = dict(zip(QUANTILE_NAMES, reduction.quantiles(), strict=True))
    whole = names.assign(mean=reduction.mean(), sd=reduction.sd(), **statistics, n=reduction.n())
    return whole.sort_values(keys, kind="stable", ignore_index=True)


QUANTILE_NAMES = ("q05", "q25", "q50", "q75", "q95")


def _without_failed(tables: dict[str, pd.DataFrame], failed: Values) -> dict[str, pd.DataFrame]:
    return {name: frame[~frame["run"].isin(failed)] for name, frame in tables.items()}


def _stacked(parts: list[dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Tables of successive runs as one each."""
    names = parts[0] if parts else {}
    return {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in names}
