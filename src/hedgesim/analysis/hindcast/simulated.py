"""What runs show of what is recorded: changes of yearly shares, and how often formats met.

Shares are compared on the scale of the angle arcsin(root of the share), on which drift moves every share alike: a
forecast starts from the recorded share and goes on by the change of the angle in a run, for a starting share may rest
on another statistical basis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hedgesim.analysis.calibration.drift import LOWEST_SHARE, angle
from hedgesim.analysis.hindcast.record import CELL, Record, positions, steps_of
from hedgesim.engines import Engine
from hedgesim.engines.case import Case
from hedgesim.engines.records import Observation, join_runs, record_observation
from hedgesim.engines.variation import VariedNumber, with_varied_numbers
from hedgesim.model.arrays import RUN, Array
from hedgesim.model.world import RUNGS

Draws = Mapping[str, Sequence[float]]
"""Equally likely values of shared parameters, by path."""

QUARTERS = 4


def observe(case: Case, engine: Engine, runs: int, draws: Draws | None = None) -> Observation:
    """What can be observed of some runs; with draws run k takes draw k modulo their number."""
    draws = draws or {}
    blocks = []
    for first in range(0, runs, engine.together):
        numbers = range(first, min(runs, first + engine.together))
        own = {path: np.asarray(held)[np.asarray(numbers) % len(held)] for path, held in draws.items()}
        varied = with_varied_numbers(case, {path: [VariedNumber(parameter=path)] for path in own}, own)
        blocks.append(engine.record(varied, numbers, record_observation))
    return join_runs(blocks)


def yearly_angles(observation: Observation, case: Case, cells: pd.DataFrame, year: int) -> Array:
    """Angles of the mean shares of a year in runs, axes (row, run); cells: country, domain, option.

    Where the runs do not cover the complete year, it is the year of the starting shares.

    Raises:
        KeyError: the runs cover no quarter of the year.
    """
    axes, steps = case.setting.axes, steps_of(case.setting.axes, year)
    i, d, o = positions(axes, cells, *CELL)
    if steps.stop - steps.start == QUARTERS:
        return angle(observation.share[steps][:, i, d, o].mean(axis=0))
    start = np.maximum(case.setting.share[..., 0], LOWEST_SHARE)
    start = start / start.sum(axis=-1, keepdims=True)
    return np.repeat(angle(start[i, d, o])[:, None], observation.share.shape[RUN], axis=-1)


def moved(before: Array, change: Array) -> Array:
    """Shares from the angle before and its change, any axes."""
    found: Array = np.sin(np.clip(before + change, 0.0, 0.5 * np.pi)) ** 2
    return found


def meeting_counts(record: Record, observation: Observation) -> Array:
    """How often each format of the record met at its rung in its year, axes (run, row)."""
    (place,) = positions(record.axes, record.meetings, "format")
    rung = record.meetings["rung"].map(RUNGS.index).to_numpy(dtype=np.float64)
    counts = np.empty((observation.meeting.shape[RUN], len(place)))
    for year in record.years:
        chosen = (record.meetings["year"] == year).to_numpy()
        held = observation.meeting[steps_of(record.axes, year)][:, place[chosen]] == rung[chosen][:, None]
        counts[:, chosen] = held.sum(axis=0).T
    return counts
