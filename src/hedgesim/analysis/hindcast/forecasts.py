"""What the calibrated model says of the years after those it was fitted to, in the form in which they are scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats
from scipy.stats import qmc

from hedgesim.analysis.calibration.likelihood import (
    FREEDOM,
    meetings_of,
    middle_before,
    share_changes,
    spread_before,
)
from hedgesim.analysis.calibration.prior import DISCREPANCY
from hedgesim.analysis.calibration.record import Record, ShareCells
from hedgesim.analysis.hindcast.scores import PLACE
from hedgesim.engines.case import Case
from hedgesim.engines.choice import Engine
from hedgesim.engines.records import Observation, join_runs
from hedgesim.engines.variation import Turn, turned
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array

Draws = Mapping[str, Sequence[float]]
"""Equally likely values of shared parameters and discrepancies, by name."""


@dataclass(frozen=True)
class Forecast:
    """What runs say; a member is one run with one draw of the parameters."""

    shares: Array
    """(cell, member): shares, errors that the model leaves out included."""
    unmoved: Array
    """(cell, member): the same if no share had moved in any run: the model's errors without its mechanisms."""
    counts: Array
    """(member, row): meetings by row of the record."""
    rose: Array
    """(pair,): part of the members in which the status rose."""
    fell: Array
    """(pair,): part of the members in which it fell."""
    joined: Array
    """(country,): part of the members in which the country joined sanctions."""


def observe_draws(case: Case, draws: Draws, engine: Engine, runs: int) -> tuple[Observation, Array]:
    """Runs with draws from the posterior, and the draw of each; no two have the same random numbers."""
    model = {path: np.asarray(values) for path, values in draws.items() if not path.startswith(DISCREPANCY)}
    draw = np.repeat(np.arange(len(next(iter(model.values())))), runs)
    parts = []
    for a in range(0, len(draw), engine.together):
        own = {path: values[draw[a : a + engine.together]] for path, values in model.items()}
        whole = turned(case, {path: [Turn(parameter=path)] for path in own}, own)
        parts.append(engine.observations(whole, range(a, min(len(draw), a + engine.together))))
    return join_runs(parts), draw


def forecast(case: Case, record: Record, draws: Draws, engine: Engine, *, runs: int, seed: int) -> Forecast:
    """The forecast of the years of a record from the scenario's start, with every draw of the parameters.

    runs: of every draw. seed: of the errors that are added.

    Raises:
        HedgesimError: a run failed; its shares are no numbers.
    """
    seen, draw = observe_draws(case, draws, engine, runs)
    axes = case.setting.axes
    scale = np.stack(
        [np.asarray(draws[DISCREPANCY + domain])[draw] for domain in record.shares.table["domain"]], axis=0
    )
    failed = int((~np.isfinite(seen.share)).any(axis=(0, 2, 3, 4)).sum())
    if failed:
        fault = f"{failed} of {len(draw)} runs failed: their shares are no numbers"
        raise HedgesimError(PLACE, fault, "Narrow the parameters or take another calibration.")
    before = middle_before(record.shares)[:, None]
    moved = share_changes(record.shares, seen, axes).T
    i, f = record.statuses.place.T
    change = seen.status[-1][:, i, f] - seen.status[0][:, i, f]
    return Forecast(
        shares=spread_out(record.shares, before + moved, scale, seed=seed),
        unmoved=spread_out(record.shares, before + 0.0 * moved, scale, seed=seed),
        counts=meetings_of(record, seen, axes),
        rose=(change > 0.0).mean(axis=0),
        fell=(change < 0.0).mean(axis=0),
        joined=(seen.joined[-1] > seen.joined[0]).mean(axis=0),
    )


def spread_out(cells: ShareCells, middle: Array, scale: Array, *, seed: int) -> Array:
    """Shares from roots by adding errors, axes (cell, member).

    middle: roots, axes (cell, member). scale: of Student's t errors, axes (cell, member) or (cell, 1). Where the year
    before is known between bounds only, its root is drawn evenly between them.
    """
    n_cells, members = middle.shape
    unit = qmc.LatinHypercube(2 * n_cells, rng=seed).random(members).T
    error: Any = stats.t(FREEDOM)
    before = (unit[n_cells:] - 0.5) * np.sqrt(12.0) * spread_before(cells)[:, None]
    roots = middle + before + scale * error.ppf(unit[:n_cells])
    return np.clip(roots, 0.0, 1.0) ** 2
