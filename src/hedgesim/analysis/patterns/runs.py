"""Simulated runs as statistics read them: the worlds of every quarter, and what is derived from them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hedgesim.analysis.patterns.interval import Span
from hedgesim.engines.records import Trajectory
from hedgesim.model import formats as fm
from hedgesim.model.arrays import RUN, TARGET, Array
from hedgesim.model.derived import Derived
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes
from hedgesim.model.world import DORMANT, World

Names = str | Sequence[str] | slice | None
ALL = slice(None)


@dataclass(frozen=True)
class SimulatedRuns:
    """Runs of one scenario; step 0 is the start."""

    trajectory: Trajectory

    @property
    def axes(self) -> Axes:
        """Names along every axis."""
        return self.trajectory.case.setting.axes

    @property
    def worlds(self) -> World:
        """The world of every step."""
        return self.trajectory.worlds

    @cached_property
    def derived(self) -> Derived:
        """Quantities with shocks in them."""
        return self.trajectory.derived()

    @cached_property
    def outcomes(self) -> Mapping[str, Array]:
        """Outcomes of countries and of the system by name, axes (step, country or 1, 1, 1, run)."""
        countries, system = self.trajectory.outcomes_by_name()
        return {**countries, **system}

    @property
    def formality(self) -> Array:
        """Formality of formats, 0..1, axes (step, run, format)."""
        return self.at(self.trajectory.case.setting.formats.formality + 0.0 * self.worlds.ladder, target=ALL)

    @cached_property
    def support(self) -> Array:
        """Modelled stance of countries on formats as they are, log odds, axes (step, country, 1, format, run)."""
        setting, conditions = self.trajectory.case.setting, self.trajectory.inputs.conditions
        free, reserve = fm.stance_on(
            self.derived.trusted,
            setting.regional_weight,
            setting.left * (1.0 - self.worlds.forgotten),
            np.clip(setting.personalisation + conditions.leadership, 0.0, 1.0),
            setting.neutrality,
            self.trajectory.case.parameters.stance,
        )
        return free - setting.formats.formality * reserve

    @cached_property
    def tie(self) -> Array:
        """Shares of partners in dealings with the region, by ways to them, axes (step, country, 1, country, run)."""
        way = self.trajectory.case.setting.tie * np.exp(self.trajectory.inputs.conditions.passage)
        total = way.sum(axis=TARGET, keepdims=True)
        return way / np.where(total > 0.0, total, 1.0) + 0.0 * self.worlds.trust

    @property
    def at_work(self) -> Array:
        """Whether formats are at work, axes (step, run, format)."""
        return self.at(self.worlds.ladder, target=ALL) > DORMANT

    def at(
        self, values: Array, country: Names = None, domain: Names = None, target: Names = None, along: str = "options"
    ) -> Array:
        """Values of some names, from axes (step, country, domain, target, run).

        Names are one, several, a slice of the axis, or left out where it has length 1. along: the axis of the names of
        targets: options (powers first), countries or formats.

        Returns:
            Axes (step, run), then one for every argument but single names, in the order of the arguments.
        """
        values = np.moveaxis(np.asarray(values), RUN, 1)[:, :, :, :, self._places(along, target)]
        return values[:, :, :, self._places("domains", domain)][:, :, self._places("countries", country)]

    def _places(self, axis: str, names: Names) -> int | list[int] | slice:
        known: Sequence[str] = getattr(self.axes, axis)
        if names is None or isinstance(names, slice):
            return names or 0
        return known.index(names) if isinstance(names, str) else [known.index(name) for name in names]

    def step(self, quarter: Period) -> int:
        """The step of a quarter."""
        return quarter.index - self.axes.start.index

    def steps(self, span: Span) -> slice:
        """The steps of some quarters."""
        return slice(self.step(span.first), self.step(span.last) + 1)
