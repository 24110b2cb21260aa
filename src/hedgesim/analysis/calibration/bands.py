"""Bands of the drift alone: how often a recorded share lies in the band that the year of origin gives.

Nothing of the mechanisms acts here. Every origin starts from the recorded yearly share, one option against all the
others together, whose spread is that of the option among many. On average a step leaves a share where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from hedgesim.analysis.calibration.drift import Drift
from hedgesim.analysis.hindcast.record import CELL
from hedgesim.analysis.hindcast.scores import pit
from hedgesim.model.arrays import Array
from hedgesim.model.noise import draw_uniform, normal
from hedgesim.model.period import QUARTERS
from hedgesim.model.shares import LOWEST_SHARE, START, YEAR
from hedgesim.numbers import INTERVAL

HORIZONS = (1, 2, 3, 4, 5)
"""Years ahead."""

SIDES = ("option", "others")


def origins(shares: pd.DataFrame) -> pd.DataFrame:
    """Every share and year from which a later one is known: country, domain, option, year, share."""
    last = shares.groupby(CELL)["year"].transform("max")
    table = shares[(shares["share"] >= LOWEST_SHARE) & (shares["share"] < 1.0) & (shares["year"] < last)]
    return table.reset_index(drop=True)


def yearly_members(starts: pd.DataFrame, drift: Drift, *, years: int, draws: int, seed: int) -> Iterator[Array]:
    """Yearly mean shares one, two ... years ahead, axes (start, draw) each.

    starts: of `origins`. The steps are those of the model: quarterly noise in the root of the share, the width of which
    is drawn once a calendar year, after a pull to the start.
    """
    start = starts["share"].to_numpy()[:, None]
    sigma = starts["domain"].map(drift.sigma).to_numpy(dtype=np.float64)
    step = (sigma / np.sqrt(YEAR))[None, :, None]

    def moved(share: Array, width: Array, z: Array, part: float = 1.0) -> Array:
        sides = np.stack([share, 1.0 - share])
        spread = np.sqrt(part) * step * width / np.sqrt(np.maximum(sides, LOWEST_SHARE))
        sides = sides * (1.0 + spread * z) ** 2 / (1.0 + spread**2)
        return np.asarray(sides[0] / sides.sum(axis=0))

    width, first = _noise(starts, drift, year=0, draws=draws, seed=seed)
    share = moved(np.broadcast_to(start, width.shape[1:]), width, first[0], START)
    for year in range(1, years + 1):
        width, noise = _noise(starts, drift, year=year, draws=draws, seed=seed)
        total = np.zeros_like(share)
        for z in noise:
            share = moved(start + drift.phi ** (1 / QUARTERS) * (share - start), width, z)
            total += share
        yield total / QUARTERS


def _noise(starts: pd.DataFrame, drift: Drift, *, year: int, draws: int, seed: int) -> tuple[Array, tuple[Array, ...]]:
    """Width of a year and normal numbers of its four quarters, axes (side, start, draw); each addressed by its cell."""
    cells = starts[[*CELL, "year"]].itertuples(index=False, name=None)
    names = [(f"{country} {domain}", f"{option} {origin}") for country, domain, option, origin in cells]

    def uniform(stream: str) -> tuple[Array, ...]:
        addresses = tuple((f"band {stream} {side}", *name) for side in SIDES for name in names)
        numbers = draw_uniform(np, seed, range(draws), addresses, four=year)
        return tuple(number.reshape(len(SIDES), len(names), draws) for number in numbers)

    width = np.sqrt(drift.nu / stats.chi2.ppf(uniform("width")[0], drift.nu))
    return width, tuple(normal(number) for number in uniform("step"))


def forecasts(
    shares: pd.DataFrame,
    drift: Drift,
    *,
    horizons: Sequence[int] = HORIZONS,
    draws: int = 1000,
    seed: int = 1,
) -> pd.DataFrame:
    """Every recorded share against the bands of the years before it.

    shares: country, domain, option, year, share. Columns: country, domain, option, year (of origin), horizon, observed,
    low, high (5 and 95 %), pit. The drift is given: nothing is fitted here, and no year bounds it.
    """
    starts = origins(shares)
    known = shares.set_index([*CELL, "year"])["share"]
    tables = []
    members = yearly_members(starts, drift, years=max(horizons), draws=draws, seed=seed)
    for horizon, own in enumerate(members, start=1):
        later = pd.MultiIndex.from_frame(starts[[*CELL, "year"]].assign(year=starts["year"] + horizon))
        observed = known.reindex(later).to_numpy()
        low, high = np.quantile(own, INTERVAL, axis=-1)
        columns = {"horizon": horizon, "observed": observed, "low": low, "high": high, "pit": pit(observed, own)}
        found = starts.drop(columns="share").assign(**columns)
        if horizon in horizons:
            tables.append(found[~np.isnan(observed)])
    return pd.concat(tables, ignore_index=True)


def coverage(found: pd.DataFrame, by: Sequence[str] = ("domain", "horizon")) -> pd.DataFrame:
    """Share of the cells inside their band, and where the others are; found: of `forecasts`.

    Columns: cells, inside, below, above (0..1), median_pit (.5 where bands are centred).
    """
    flags = found.assign(
        below=(found["observed"] < found["low"]).astype(float), above=(found["observed"] > found["high"]).astype(float)
    )
    groups = flags.groupby(list(by), sort=False)
    table = groups.agg(
        cells=("pit", "size"), below=("below", "mean"), above=("above", "mean"), median_pit=("pit", "median")
    )
    return table.assign(inside=1.0 - table["below"] - table["above"]).reset_index()
