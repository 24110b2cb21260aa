"""What is recorded of some runs, quarter by quarter: outcomes, what can be compared with the record, or every world."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import ModuleType
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import NDArray

from hedgesim.engines.case import Case, RunInputs, run_inputs
from hedgesim.model.arrays import COUNTRY, RUN, TARGET, Array, bound, swap
from hedgesim.model.derived import Baseline, Derived, derive, presence_of
from hedgesim.model.named_outcomes import MEAN_TRUST, named_in, numbers_of, quantities
from hedgesim.model.outcomes import country_outcomes, first_times, system_outcomes
from hedgesim.model.setting import Axes
from hedgesim.model.shocks import Conditions
from hedgesim.model.world import LEADERS, World, at_step, not_finite, stack

Values = NDArray[np.float64]

SYSTEM = "system"
"""Entity of what is not of one country."""

Record = Callable[..., Any]
"""What is kept of a quarter: a function of the form of `record_outcomes` that gives a dataclass of arrays."""


@dataclass(frozen=True)
class Quarter:
    """The outcomes of some runs in one quarter or, with a leading step axis, in several."""

    values: Float[Array, "column run"]
    """In the order of `Outcomes.columns`."""
    summits: Bool[Array, "format run"]
    """Whether leaders met."""
    failed: Float[Array, " run"]
    """1 where shares are not finite."""
    further: Float[Array, "further run"]
    """In the order of `Case.further`."""
    names: tuple[tuple[str, ...], tuple[str, ...]]
    """Names of the outcomes of countries and of the system."""


@dataclass(frozen=True)
class Outcomes:
    """Every outcome of some runs, in NumPy's arrays, whichever engine ran them."""

    axes: Axes
    countries: tuple[str, ...]
    """Names of the outcomes of countries."""
    system: tuple[str, ...]
    """Names of the outcomes of the complete system."""
    values: Float[Values, "column step run"]
    """Step 0 is the start. Columns are those of `columns`."""
    meetings: Float[Values, "format run"]
    """How often its leaders met after the start."""
    failed: NDArray[np.int64]
    """The first step at which shares are not finite, -1 if there is none, axes (run,)."""
    further: Mapping[str, Values] = field(default_factory=dict)
    """Outcomes of single places by the names that the case has, axes (step, run)."""

    def columns(self) -> list[tuple[str, str]]:
        """Outcome and entity of every column: each outcome of countries country by country, then the system's."""
        own = [(name, code) for name in self.countries for code in self.axes.countries]
        return own + [(name, SYSTEM) for name in self.system]

    def of_country(self, name: str) -> Values:
        """One outcome of countries, axes (country, step, run)."""
        n = len(self.axes.countries)
        first = self.countries.index(name) * n
        return self.values[first : first + n]

    def of_system(self, name: str) -> Values:
        """One outcome of the system, axes (step, run)."""
        return self.values[len(self.countries) * len(self.axes.countries) + self.system.index(name)]

    def of_runs(self, chosen: NDArray[np.bool_]) -> Outcomes:
        """The outcomes of some of the runs; chosen: axes (run,)."""
        if chosen.all():
            return self
        values, meetings = self.values[..., chosen], self.meetings[:, chosen]
        further = {name: of[:, chosen] for name, of in self.further.items()}
        return replace(self, values=values, meetings=meetings, failed=self.failed[chosen], further=further)

    def final_further(self, name: str) -> Values:
        """A further outcome as a run has it: its total over quarters or its last value, axes (run,)."""
        values = self.further[name]
        return np.asarray(values[1:].sum(axis=0) if self.is_total(name) else values[-1])

    def is_total(self, name: str) -> bool:
        """Whether a further outcome is summed over quarters."""
        return named_in(self.axes)[name].family.total


def record_outcomes(case: Case, world: World, baseline: Baseline, conditions: Conditions, *, before: Array) -> Quarter:
    """The outcomes of a quarter; before: rungs of the formats a quarter earlier."""
    xp = world.xp
    presence = presence_of(xp, world.share, case.setting.weight)
    countries, system = _outcomes_in(case, world, baseline, conditions, presence=presence, before=before)
    trust = bound(xp, world.trust + conditions.trust, 0.0, 1.0)
    mean_trust = xp.sum(case.setting.tie * trust, axis=TARGET, keepdims=True)
    by_option = swap(xp, presence, COUNTRY, TARGET)
    n_countries, n_runs = by_option.shape[TARGET], by_option.shape[RUN]
    parts = [
        xp.reshape(by_option, (-1, n_runs)),
        *(_rows(xp, values, (n_countries, n_runs)) for values in (*countries.values(), mean_trust)),
        *(_rows(xp, values, (1, n_runs)) for values in system.values()),
    ]
    shares = (f"presence_{option}" for option in case.setting.axes.options)
    further = xp.zeros((0, n_runs))
    if case.further:
        found = quantities(world, presence, countries, trust, mean_trust)
        further = numbers_of(xp, case.further, found, case.setting.axes)
    return Quarter(
        values=xp.concat(parts, axis=0),
        summits=world.meeting[0, 0, :, :] >= LEADERS,
        failed=not_finite(presence),
        further=further,
        names=((*shares, *countries, MEAN_TRUST), tuple(system)),
    )


def _rows(xp: ModuleType, values: Array, shape: tuple[int, int]) -> Array:
    """One outcome by entity and run; shape: how many of them there are."""
    rows = values[:, 0, 0, :]
    return rows if rows.shape == shape else xp.broadcast_to(rows, shape)


def outcomes_from(case: Case, quarters: Quarter) -> Outcomes:
    """The outcomes of runs from those of all quarters, with a leading step axis, in NumPy."""
    bad = np.asarray(quarters.failed) > 0.0
    return Outcomes(
        axes=case.setting.axes,
        countries=quarters.names[0],
        system=quarters.names[1],
        values=np.swapaxes(np.asarray(quarters.values), 0, 1),
        meetings=np.asarray(quarters.summits)[1:].sum(axis=0, dtype=np.float64),
        failed=np.where(bad.any(axis=0), bad.argmax(axis=0), -1),
        further=dict(zip(case.further, np.swapaxes(np.asarray(quarters.further), 0, 1), strict=True)),
    )


@dataclass(frozen=True)
class Observation:
    """What can be compared with the record, of some runs in one quarter or, with a leading step axis, in several."""

    share: Float[Array, "country domain option run"]
    """Shares, 0..1."""
    meeting: Float[Array, "format run"]
    """What met: 0 nothing, 1 ministers, 2 leaders."""
    status: Float[Array, "country format run"]
    """NONE, GUEST, OBSERVER or MEMBER."""
    joined: Float[Array, "country run"]
    """1 where the country has joined sanctions against a power."""


def record_observation(
    case: Case, world: World, baseline: Baseline, conditions: Conditions, *, before: Array
) -> Observation:
    """What can be observed of a quarter; arguments as of `record_outcomes`."""
    xp, axes = world.xp, case.setting.axes
    n_countries, n_runs = len(axes.countries), world.share.shape[RUN]
    status = xp.broadcast_to(world.status, (n_countries, 1, len(axes.formats), n_runs))
    joined = xp.broadcast_to(world.joined, (n_countries, 1, len(axes.powers), n_runs))
    return Observation(
        share=world.share,
        meeting=world.meeting[0, 0, :, :],
        status=status[:, 0, :, :],
        joined=xp.max(joined[:, 0, :, :], axis=1),
    )


def record_world(case: Case, world: World, baseline: Baseline, conditions: Conditions, *, before: Array) -> World:
    """Every number of a quarter; arguments as of `record_outcomes`."""
    return world


def join_runs(blocks: Sequence[Observation]) -> Observation:
    """Observations of several blocks of runs side by side, in NumPy."""
    names = [item.name for item in fields(Observation)]
    return Observation(**{name: np.concatenate([getattr(one, name) for one in blocks], axis=RUN) for name in names})


@dataclass(frozen=True)
class Trajectory:
    """Worlds of some runs; arrays have axes (step, country, domain, target, run), step 0 is the start."""

    case: Case
    runs: tuple[int, ...]
    inputs: RunInputs
    worlds: World

    def derived(self) -> Derived:
        """What follows from the world and the shocks of each quarter."""
        baseline, conditions = self.inputs.start.baseline, self.inputs.conditions
        return derive(self.worlds, baseline, conditions, setting=self.case.setting)

    def outcomes_by_name(self) -> tuple[dict[str, Array], dict[str, Array]]:
        """Outcomes of countries and of the system by name; axes (step, country or 1, 1, 1, run)."""
        ladder = self.worlds.ladder
        before = self.worlds.xp.concat((ladder[:1, ...], ladder[:-1, ...]), axis=0)
        presence = presence_of(self.worlds.xp, self.worlds.share, self.case.setting.weight)
        baseline, conditions = self.inputs.start.baseline, self.inputs.conditions
        return _outcomes_in(self.case, self.worlds, baseline, conditions, presence=presence, before=before)

    def outcomes(self) -> Outcomes:
        """Outcomes of every run, presence and mean trust included."""
        return outcomes_from(self.case, self.record(record_outcomes))

    def record(self, record: Record) -> Any:
        """What is recorded of every quarter, with a leading step axis."""
        baseline, ladder, n = self.inputs.start.baseline, self.worlds.ladder, self.case.setting.axes.n_steps + 1
        records = (
            record(
                self.case,
                at_step(self.worlds, t),
                baseline,
                at_step(self.inputs.conditions, t),
                before=ladder[max(0, t - 1), ...],
            )
            for t in range(n)
        )
        return stack(records, n)


def trajectory_of(case: Case, runs: Sequence[int], worlds: World, xp: ModuleType = np) -> Trajectory:
    """The trajectory of runs from their worlds."""
    return Trajectory(case, tuple(runs), run_inputs(xp, case, runs), worlds)


def _outcomes_in(
    case: Case, world: World, baseline: Baseline, conditions: Conditions, *, presence: Array, before: Array
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Outcomes of countries and of the system by name, axes (…, country or 1, 1, 1, run), in one or more quarters.

    presence: of options. before: rungs of the formats a quarter earlier.
    """
    setting = case.setting
    countries = country_outcomes(world, baseline, conditions, presence, setting=setting, parameters=case.parameters)
    system = system_outcomes(world, baseline, presence, setting=setting)
    return countries, {**system, "first_time_formats": first_times(world.xp, world.ladder, before)}
