"""What statistics look at: the worlds of some runs, and what is derived from them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hedgesim.engines.records import Trajectory
from hedgesim.model import formats as fm
from hedgesim.model.arrays import Array
from hedgesim.model.derived import appeal
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes
from hedgesim.model.world import DORMANT, World


@dataclass(frozen=True)
class Span:
    """Quarters from the first to the last, both included."""

    first: Period
    last: Period

    @property
    def years(self) -> range:
        """The years that it touches."""
        return range(self.first.year, self.last.year + 1)

    def __str__(self) -> str:
        """The quarters in a short form."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def year(number: int) -> Span:
    """The quarters of a year."""
    return Span(Period(number, 1), Period(number, 4))


@dataclass(frozen=True)
class Seen:
    """Runs as statistics see them; arrays have axes (step, run, …), step 0 is the start."""

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
    def sight(self) -> Sight:
        """Effective quantities, shocks included."""
        return self.trajectory.sight()

    @cached_property
    def outcomes(self) -> Mapping[str, Array]:
        """Outcomes of countries and of the system by name, axes (step, run, country or 1)."""
        return {
            name: np.asarray(values)[..., 0, 0] for part in self.trajectory.outcomes() for name, values in part.items()
        }

    @cached_property
    def formality(self) -> Array:
        """Formality of formats as they are, axes (step, run, format)."""
        case = self.trajectory.case
        formats, parameters = case.setting.formats, case.parameters.formats
        formal = fm.formality(np, self.worlds.level, self.worlds, formats=formats, parameters=parameters)
        return np.asarray(formal)[..., 0, 0, :]

    @cached_property
    def support(self) -> Array:
        """Support of countries for formats as they are, log odds, axes (step, run, country, format)."""
        case, baseline = self.trajectory.case, self.trajectory.future.start.baseline
        plain = appeal(self.worlds, self.sight, setting=case.setting, parameters=case.parameters) + baseline.residual
        cost = np.asarray(self.sight.sovereignty)[..., 0, :] * self.formality[..., None, :]
        return np.asarray(plain)[..., 0, :] - cost

    @property
    def at_work(self) -> Array:
        """Whether formats are at work, axes (step, run, format)."""
        return np.asarray(self.worlds.level[..., 0, 0, :] > DORMANT)

    def place(self, axis: str, name: str) -> int:
        """Place of a name on an axis."""
        names: Sequence[str] = getattr(self.axes, axis)
        return names.index(name)

    def places(self, axis: str, names: Sequence[str]) -> list[int]:
        """Places of names on an axis."""
        return [self.place(axis, name) for name in names]

    def step(self, quarter: Period) -> int:
        """The step of a quarter."""
        return quarter.index - self.axes.start.index

    def steps(self, span: Span) -> slice:
        """The steps of a span."""
        return slice(self.step(span.first), self.step(span.last) + 1)
