"""A scenario of years that are over beside the record, and how often its bands hold it, one to five years ahead."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hedgesim.analysis.calibration import LAST_YEAR
from hedgesim.analysis.calibration.bands import HORIZONS
from hedgesim.analysis.calibration.drift import angle, recorded
from hedgesim.analysis.hindcast.record import CELL, observed_shares, positions, record_of
from hedgesim.analysis.hindcast.scores import pit
from hedgesim.analysis.hindcast.simulated import from_record, meeting_counts, moved, observe, yearly_angles
from hedgesim.engines import Engine
from hedgesim.engines.case import Case
from hedgesim.engines.records import Observation
from hedgesim.model.arrays import Array
from hedgesim.model.period import Period
from hedgesim.model.shares import LOWEST_SHARE
from hedgesim.numbers import ENDS_AND_MIDDLE, INTERVAL
from hedgesim.scenario.tables import Tables

FITTED, LATER = f"to {LAST_YEAR}", f"after {LAST_YEAR}"
"""Years that the drift was fitted to, and years that nothing was fitted to."""

BINS = 10
"""Parts of a PIT histogram."""


def history(case: Case, tables: Tables, engine: Engine, *, runs: int) -> dict[str, pd.DataFrame]:
    """Runs of a scenario beside the record, without prior-dominated shares.

    tables: uncut.

    Returns:
        Tables `history_shares` (country, domain, option, year, low, high, q05, q50, q95) and `history_meetings`
        (format, rung, year, count, mean, q05, q95). A band of shares starts at the first recorded year and goes on by
        the change of the angle in runs.
    """
    axes = case.setting.axes
    observation = observe(case, engine, runs)
    last = Period.from_index(axes.start.index + axes.n_steps).year
    years = range(axes.start.year, min(last, int(tables.mapping["record"]["until"])) + 1)
    shares = observed_shares(tables, case.setting)
    shares = shares[shares["year"].isin(years)].sort_values("year")
    bands = [_band(own, observation, case) for _, own in shares.groupby(CELL)]
    record = record_of(tables, case.setting, years)
    counts = meeting_counts(record, observation)
    low, high = np.quantile(counts, INTERVAL, axis=0)
    return {
        "history_shares": pd.concat(bands, ignore_index=True),
        "history_meetings": record.meetings.assign(mean=counts.mean(axis=0), q05=low, q95=high),
    }


def _band(own: pd.DataFrame, observation: Observation, case: Case) -> pd.DataFrame:
    """The band of one share; own: its rows of the table `record`, by year."""
    first = own.iloc[0]
    anchor = 0.5 * (angle(first["low"]) + angle(first["high"]))
    angles = np.stack([yearly_angles(observation, case, own[:1], year)[0] for year in own["year"]])
    low, middle, high = np.quantile(moved(anchor, angles - angles[0]), ENDS_AND_MIDDLE, axis=-1)
    return own[[*CELL, "year", "low", "high"]].assign(q05=low, q50=middle, q95=high)


def bands_ahead(cases: Mapping[int, Case], tables: Tables, engine: Engine, *, runs: int) -> pd.DataFrame:
    """Every exactly recorded share against the band of runs from each of the five years before it.

    cases: by year of origin, of a scenario that starts in its last quarter. tables: uncut.

    Columns: country, domain, option, year (of origin), horizon, observed, low, high (5 and 95 %), pit, years (`FITTED`
    or `LATER`). A band starts from the recorded share of the year of origin, if that is at least `LOWEST_SHARE`.
    """
    shares = recorded(tables)
    known = shares.set_index([*CELL, "year"])["share"]
    parts = []
    for origin, case in cases.items():
        own = shares[(shares["year"] == origin) & (shares["share"] >= LOWEST_SHARE)]
        own = own[np.min(np.stack(positions(case.setting.axes, own, *CELL)), axis=0) >= 0].reset_index(drop=True)
        started = from_record(case, tables, origin)
        observation = observe(started, engine, runs)
        for horizon in HORIZONS:
            later = pd.MultiIndex.from_frame(own[[*CELL, "year"]].assign(year=origin + horizon))
            observed: Array = known.reindex(later).to_numpy()
            if np.isnan(observed).all():
                continue
            members = np.sin(yearly_angles(observation, started, own, origin + horizon)) ** 2
            low, high = np.quantile(members, INTERVAL, axis=-1)
            columns = {"horizon": horizon, "observed": observed, "low": low, "high": high}
            found = own.drop(columns="share").assign(**columns, pit=pit(observed, members))
            parts.append(found[~np.isnan(observed)])
    table = pd.concat(parts, ignore_index=True)
    return table.assign(years=np.where(table["year"] + table["horizon"] <= LAST_YEAR, FITTED, LATER))


def coverage_of_bands(found: pd.DataFrame) -> pd.DataFrame:
    """Cells inside their 90 % band, by domain, years and years ahead; found: of `bands_ahead`.

    Columns: domain, years, ahead, cells, inside, below, above (cells), median_pit, and pit_0 .. pit_9: cells by tenth
    of the PIT, which are alike where bands are right.
    """
    by = ["domain", "years", "ahead"]
    below, above = found["observed"] < found["low"], found["observed"] > found["high"]
    tenth = np.minimum((found["pit"] * BINS).astype(int), BINS - 1)
    table = found.rename(columns={"horizon": "ahead"})
    table = table.assign(inside=~below & ~above, below=below, above=above, cells=1)
    counts = table.assign(**{f"pit_{k}": tenth == k for k in range(BINS)}).groupby(by)
    names = ["cells", "inside", "below", "above", *(f"pit_{k}" for k in range(BINS))]
    sums = counts[names].sum().astype(int)
    sums.insert(4, "median_pit", counts["pit"].median())
    return sums.reset_index()


def later(coverage: pd.DataFrame) -> pd.DataFrame:
    """Of `coverage_of_bands` the years that nothing was fitted to."""
    return coverage[coverage["years"] == LATER].drop(columns="years")
