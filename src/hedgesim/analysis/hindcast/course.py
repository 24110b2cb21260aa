"""A run from before the training years to their end and beyond, beside the record: what was fitted, and what not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hedgesim.analysis.calibration.likelihood import meetings_of
from hedgesim.analysis.calibration.record import record_of, steps_of
from hedgesim.analysis.hindcast.forecasts import observe_draws
from hedgesim.engines.case import Case
from hedgesim.engines.choice import Engine
from hedgesim.engines.records import Observation
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes
from hedgesim.scenario.tables import Tables

LEVELS = (0.05, 0.5, 0.95)
KEY = ["country", "domain", "option"]


def course(
    case: Case, tables: Tables, draws: Mapping[str, Sequence[float]], engine: Engine, *, runs: int
) -> dict[str, pd.DataFrame]:
    """Shares and meetings of a scenario year by year beside what was observed; hollow shares are left out.

    tables: uncut. draws: of the parameters. runs: of every draw.

    Returns:
        Tables `course_shares` (country, domain, option, year, low, high, q05, q50, q95) and `course_meetings` (format,
        rung, year, count, mean, q05, q95). Runs alone are in the bands, not the errors of the record. The band of a
        share starts at the middle of what was observed in its first year, as the starting share rests on another
        statistical basis, and goes on by the change of its root in the runs.
    """
    axes = case.setting.axes
    seen, _ = observe_draws(case, draws, engine, runs)
    last = Period.from_index(axes.start.index + axes.n_steps).year
    years = range(axes.start.year, min(last, int(tables.mapping["record"]["until"])) + 1)
    table = tables.table("record").astype({"year": int})
    table = table[table["year"].isin(years) & table["country"].isin(axes.countries)]
    parts = [_of_cell(own, seen, case) for _, own in table.groupby(KEY)]
    record = record_of(tables, case.setting, years)
    counts = meetings_of(record, seen, axes)
    low, _, high = np.quantile(counts, LEVELS, axis=0)
    meetings = record.meetings.table.assign(mean=counts.mean(axis=0), q05=low, q95=high)
    return {"course_shares": pd.concat(parts, ignore_index=True), "course_meetings": meetings}


def _of_cell(own: pd.DataFrame, seen: Observation, case: Case) -> pd.DataFrame:
    """One share in every year of which it was observed; nothing of a hollow one."""
    axes: Axes = case.setting.axes
    own = own.sort_values("year")
    row = own.iloc[0]
    i, d = axes.countries.index(row["country"]), axes.domains.index(row["domain"])
    o = axes.options.index(row["option"])
    if case.setting.hollow[0, i, d, o]:
        return own.iloc[:0][[*KEY, "year", "low", "high"]]
    anchor = 0.5 * (np.sqrt(row["low"]) + np.sqrt(row["high"]))
    roots = np.stack([np.sqrt(seen.share[steps_of(axes, year), :, i, d, o].mean(axis=0)) for year in own["year"]])
    told = np.clip(anchor + roots - roots[0], 0.0, 1.0) ** 2
    low, middle, high = np.quantile(told, LEVELS, axis=-1)
    return own[[*KEY, "year", "low", "high"]].assign(q05=low, q50=middle, q95=high)
