"""What every engine leaves behind of many runs: every outcome of every quarter, as one array of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hedgesim.engines.case import Case
from hedgesim.engines.trajectory import Trajectory, outcomes_in
from hedgesim.model.arrays import Array, flag, swap
from hedgesim.model.setting import Axes
from hedgesim.model.shocks import Conditions
from hedgesim.model.sight import Baseline, stand
from hedgesim.model.world import LEADERS, World

Values = NDArray[np.float64]

TRUST = "trust"
"""Outcome of a country: mean trust in the other countries, weighted by ties."""

SYSTEM = "system"
"""Entity of what is not of one country."""


@dataclass(frozen=True)
class Outcomes:
    """Outcomes of some runs. Arrays are NumPy's, whatever made the runs; runs lie side by side in memory."""

    axes: Axes
    countries: tuple[str, ...]
    """Names of the outcomes of countries."""
    system: tuple[str, ...]
    """Names of the outcomes of the whole system."""
    values: Values
    """(run, step, column): step 0 is the start. Columns are those of `columns`."""
    meetings: Values
    """(run, format): how often its leaders met after the start."""
    failed: NDArray[np.int64]
    """(run,): the first step at which shares are no numbers any more, -1 if there is none."""

    def columns(self) -> list[tuple[str, str]]:
        """Outcome and entity of every column: each outcome of countries country by country, then the system's."""
        own = [(name, code) for name in self.countries for code in self.axes.countries]
        return own + [(name, SYSTEM) for name in self.system]

    def of_country(self, name: str) -> Values:
        """One outcome of countries, axes (run, step, country)."""
        n = len(self.axes.countries)
        first = self.countries.index(name) * n
        return self.values[:, :, first : first + n]

    def of_system(self, name: str) -> Values:
        """One outcome of the system, axes (run, step)."""
        first = len(self.countries) * len(self.axes.countries)
        return self.values[:, :, first + self.system.index(name)]


@dataclass(frozen=True)
class Quarter:
    """What is noted of some runs in one quarter or, with a leading step axis, in several."""

    values: Array
    """(run, column): outcomes, in the order of `Outcomes.columns`."""
    summits: Array
    """(run, format): 1 where leaders met."""
    failed: Array
    """(run,): 1 where shares are no numbers."""
    names: tuple[tuple[str, ...], tuple[str, ...]]
    """Names of the outcomes of countries and of the system."""


def note(case: Case, world: World, baseline: Baseline, conditions: Conditions, *, before: Array) -> Quarter:
    """Note a quarter of some runs; before: highest rungs of the formats a quarter earlier."""
    xp = world.xp
    standing = stand(world, baseline, conditions, case.setting)
    risk = conditions.sanctionrisk
    countries, system = outcomes_in(case, world, baseline, standing, risk=risk, before=before)
    felt = xp.sum(world.tie * standing.trust, axis=-1, keepdims=True)
    presence = swap(xp, standing.presence, -3, -1)
    n_runs, n_countries = presence.shape[0], presence.shape[-1]
    own = [xp.broadcast_to(q[..., 0, 0], (n_runs, n_countries)) for q in (*countries.values(), felt)]
    parts = [xp.reshape(presence, (n_runs, -1)), *own, *(q[..., 0, 0] for q in system.values())]
    shares = (f"presence_{option}" for option in case.setting.axes.options)
    return Quarter(
        values=xp.concat(parts, axis=-1),
        summits=flag(xp, world.meeting[:, 0, 0, :] >= LEADERS),
        failed=world.failed(),
        names=((*shares, *countries, TRUST), tuple(system)),
    )


def gather(case: Case, quarters: Quarter) -> Outcomes:
    """Outcomes from what was noted of all quarters, the start first, in NumPy: axes (step, run, ...)."""
    bad = quarters.failed > 0.0
    return Outcomes(
        axes=case.setting.axes,
        countries=quarters.names[0],
        system=quarters.names[1],
        values=np.swapaxes(quarters.values, 0, 1),
        meetings=quarters.summits[1:].sum(axis=0),
        failed=np.where(bad.any(axis=0), bad.argmax(axis=0), -1),
    )


def stacked(quarters: Sequence[Quarter]) -> Quarter:
    """What was noted of successive quarters, with a leading step axis, in NumPy."""
    values, summits, failed = (
        np.stack([np.asarray(getattr(quarter, name)) for quarter in quarters])
        for name in ("values", "summits", "failed")
    )
    return Quarter(values, summits, failed, quarters[0].names)


def outcomes_of(trajectory: Trajectory) -> Outcomes:
    """Outcomes of every run of a trajectory, presence and mean trust included."""
    case, future, worlds = trajectory.case, trajectory.future, trajectory.worlds
    baseline, highest = future.start.baseline, worlds.highest
    quarters = [
        note(case, worlds.at(t), baseline, future.conditions.at(t), before=highest[max(0, t - 1), ...])
        for t in range(case.setting.axes.n_steps + 1)
    ]
    return gather(case, stacked(quarters))
