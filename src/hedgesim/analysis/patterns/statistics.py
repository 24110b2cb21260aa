"""Statistics: one number a run from a quantity over the quarters of the run, axes (run,).

True is 1 and false 0. NaN where the statistic has no value in a run.
"""

from __future__ import annotations

import numpy as np

from hedgesim.analysis.hindcast.record import CELL, observed_shares, positions, steps_of
from hedgesim.analysis.patterns.declared import (
    Count,
    Declared,
    Domains,
    Given,
    Quantities,
    Quantity,
    Quarter,
    Quarters,
    Statistic,
    Statistics,
    Within,
    quantity,
    statistic,
)
from hedgesim.analysis.patterns.interval import year
from hedgesim.analysis.patterns.quantities import ratio_of
from hedgesim.analysis.patterns.runs import SimulatedRuns
from hedgesim.model.arrays import Array
from hedgesim.scenario.tables import read_tables


@statistic
def value(runs: SimulatedRuns, of: Quantity, at: Quarter) -> Array:
    """The quantity in a quarter."""
    return of(runs)[runs.step(at)]


@statistic
def mean(runs: SimulatedRuns, of: Quantity, during: Quarters) -> Array:
    """Mean of the quantity over quarters."""
    return np.asarray(of(runs)[runs.steps(during)].mean(axis=0))


@statistic
def total(runs: SimulatedRuns, of: Quantity, during: Quarters) -> Array:
    """Sum of the quantity over quarters."""
    return np.asarray(of(runs)[runs.steps(during)].sum(axis=0))


@statistic
def highest(runs: SimulatedRuns, of: Quantity, during: Quarters) -> Array:
    """Largest value of the quantity in the quarters."""
    return np.asarray(of(runs)[runs.steps(during)].max(axis=0))


@statistic
def change(runs: SimulatedRuns, of: Quantity, since: Quarter, at: Quarter) -> Array:
    """The quantity in a quarter less its value in an earlier one."""
    values = of(runs)
    return np.asarray(values[runs.step(at)] - values[runs.step(since)])


@statistic
def relative_change(runs: SimulatedRuns, of: Quantity, to: Quantity, since: Quarter, at: Quarter) -> Array:
    """Change of one quantity over that of another, both without sign; NaN where the other did not change."""
    return ratio_of(np.abs(change(runs, of, since, at)), np.abs(change(runs, to, since, at)))


@statistic
def difference(runs: SimulatedRuns, of: Quantity, during: Quarters, less: Quarters) -> Array:
    """Mean of the quantity over some quarters less that over others."""
    return mean(runs, of, during) - mean(runs, of, less)


@statistic
def ratio(runs: SimulatedRuns, of: Quantity, during: Quarters, over: Quarters) -> Array:
    """Mean of the quantity over some quarters divided by that over others; NaN where that is 0."""
    return ratio_of(mean(runs, of, during), mean(runs, of, over))


@statistic
def ever(runs: SimulatedRuns, of: Quantity, during: Quarters, given: Given = None) -> Array:
    """Whether the quantity is above 0 in one of the quarters; NaN where `given` was not above 0 before them."""
    return _given(runs, _happens(runs, of, during), during, given)


@statistic
def never(runs: SimulatedRuns, of: Quantity, during: Quarters, given: Given = None) -> Array:
    """Whether the quantity is above 0 in none of the quarters; NaN where `given` was not above 0 before them."""
    return _given(runs, ~_happens(runs, of, during), during, given)


@statistic
def wait(runs: SimulatedRuns, of: Quantity, after: Quarter) -> Array:
    """Quarters from a quarter until the quantity is first above 0 in the run, below 0 if before; NaN if it never is."""
    return _first(of(runs)) - float(runs.step(after))


@statistic
def within(runs: SimulatedRuns, what: Statistic, interval: Within) -> Array:
    """Whether another statistic is in an interval; NaN where it has none."""
    values = what(runs)
    inside = np.asarray([interval.holds(float(one)) for one in values], dtype=float)
    return np.where(np.isnan(values), np.nan, inside)


@statistic
def all_of(runs: SimulatedRuns, each: Statistics) -> Array:
    """Whether all of some statistics are true; NaN where one has no value and none is false."""
    values = np.stack([one(runs) for one in each])
    false = np.any(values == 0.0, axis=0)
    return np.where(false, 0.0, np.where(np.isnan(values).any(axis=0), np.nan, 1.0))


@statistic
def variation_of_gaps(runs: SimulatedRuns, of: Quantity, during: Quarters, fewest: Count) -> Array:
    """Standard deviation over mean of the quarters between the events; NaN with fewer gaps."""
    events = of(runs)[runs.steps(during)] > 0.0
    gaps = [np.diff(np.flatnonzero(run)) for run in events.T]
    return np.asarray([np.std(g, ddof=1) / np.mean(g) if len(g) >= max(2, fewest) else np.nan for g in gaps])


@statistic
def precedes(runs: SimulatedRuns, first: Quantity, then: Quantity) -> Array:
    """Whether one event comes in an earlier quarter than another, or alone; NaN where the other never comes."""
    one, other = _first(first(runs)), _first(then(runs))
    earlier = np.where(np.isnan(one), np.inf, one) < other
    return np.where(np.isnan(other), np.nan, earlier.astype(float))


@statistic
def peaks(runs: SimulatedRuns, of: Quantity, during: Quarters, over: Quarters) -> Array:
    """Whether the largest total of a year among some years is above that of every year among others."""
    best, rest = (np.max([total(runs, of, year(number)) for number in span.years], axis=0) for span in (during, over))
    return np.asarray(best > rest, dtype=float)


@statistic
def order(
    runs: SimulatedRuns, during: Quarters, first: Quantities, then: Quantities = (), last: Quantities = ()
) -> Array:
    """Whether the means over quarters of all `first` are above those of all others, and those of all `last` below."""
    top, middle, bottom = ([mean(runs, one, during) for one in side] for side in (first, then, last))
    held = np.ones(len(top[0]), dtype=bool)
    for above, below in ((top, middle + bottom), (top + middle, bottom)):
        if below:
            held &= np.min(above, axis=0) > np.max(below, axis=0)
    return held.astype(float)


@statistic
def beyond_record(runs: SimulatedRuns, domains: Domains, during: Quarters) -> Array:
    """By how much the simulated share of a year is beside every recorded one, 0 within its bounds; axes (cell, run).

    A share starts at what was recorded a year before, because starting shares may rest on another basis, and goes on
    by its change since the start, of which both are angles whose sine is the root of the share. Cells that were not
    recorded in the year before are left out.
    """
    setting, start = runs.trajectory.case.setting, runs.trajectory.inputs.start.baseline
    now, known = during.first.year, observed_shares(read_tables(), setting)
    known = known[known["domain"].isin(domains)]
    before = known[known["year"] == now - 1]
    cells = known[known["year"] == now].merge(before, on=CELL, suffixes=("", "_before"))
    place = positions(runs.axes, cells, *CELL)
    low, high, *anchor = (_angle(cells[name].to_numpy())[:, None] for name in ("low", "high", *_BEFORE))
    year = runs.worlds.share[steps_of(runs.axes, now)].mean(axis=0)
    moved = sum(anchor) / 2.0 + _angle(year[place]) - _angle(start.table[place])
    share = np.sin(np.clip(moved, 0.0, np.pi / 2.0))
    return share**2 - np.clip(share, np.sin(low), np.sin(high)) ** 2


_BEFORE = ("low_before", "high_before")


def _angle(share: Array) -> Array:
    return np.arcsin(np.sqrt(share))


def _happens(runs: SimulatedRuns, of: Quantity, during: Quarters) -> Array:
    """Whether a quantity is above 0 in one of the quarters, axes (run,)."""
    return np.any(of(runs)[runs.steps(during)] > 0.0, axis=0)


def _first(values: Array) -> Array:
    """The first step at which a quantity is above 0, NaN where it never is; values: axes (step, run)."""
    event = values > 0.0
    return np.where(event.any(axis=0), event.argmax(axis=0), np.nan)


def _given(runs: SimulatedRuns, truth: Array, during: Quarters, given: Given) -> Array:
    """A statement about quarters, NaN where a condition did not hold in the quarter before them."""
    known = np.ones_like(truth) if given is None else given(runs)[max(0, runs.step(during.first) - 1)] > 0.0
    return np.where(known, truth.astype(float), np.nan)


COMPUTED: tuple[Declared, ...] = (quantity, statistic)
"""All quantities and all statistics; complete, because this module imports the quantities and comes last."""
