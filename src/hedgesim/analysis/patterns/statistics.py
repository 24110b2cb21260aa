"""Statistics: what is made of a quantity over the quarters of a run, one number a run, axes (run,).

True is 1 and false 0. NaN where a run does not get as far as the statistic.
"""

from __future__ import annotations

import numpy as np

from hedgesim.analysis.patterns.arguments import (
    Count,
    Names,
    OneOfEach,
    Quantity,
    Quarter,
    Quarters,
    Statistic,
    Statistics,
    Within,
)
from hedgesim.analysis.patterns.seen import Seen, year
from hedgesim.model.arrays import Array


def value(seen: Seen, of: Quantity, at: Quarter) -> Array:
    """The quantity in a quarter."""
    return of(seen)[seen.step(at)]


def mean(seen: Seen, of: Quantity, during: Quarters) -> Array:
    """Mean of the quantity over quarters."""
    return np.asarray(of(seen)[seen.steps(during)].mean(axis=0))


def total(seen: Seen, of: Quantity, during: Quarters) -> Array:
    """Sum of the quantity over quarters."""
    return np.asarray(of(seen)[seen.steps(during)].sum(axis=0))


def highest(seen: Seen, of: Quantity, during: Quarters) -> Array:
    """Largest value of the quantity in the quarters."""
    return np.asarray(of(seen)[seen.steps(during)].max(axis=0))


def change(seen: Seen, of: Quantity, since: Quarter, at: Quarter) -> Array:
    """The quantity in a quarter less its value in an earlier one."""
    values = of(seen)
    return np.asarray(values[seen.step(at)] - values[seen.step(since)])


def relative_change(seen: Seen, of: Quantity, to: Quantity, since: Quarter, at: Quarter) -> Array:
    """Change of one quantity over that of another, both without sign; NaN where the other did not change."""
    return _over(np.abs(change(seen, of, since, at)), np.abs(change(seen, to, since, at)))


def difference(seen: Seen, of: Quantity, during: Quarters, less: Quarters) -> Array:
    """Mean of the quantity over some quarters less that over others."""
    return mean(seen, of, during) - mean(seen, of, less)


def ratio(seen: Seen, of: Quantity, during: Quarters, over: Quarters) -> Array:
    """Mean of the quantity over some quarters divided by that over others; NaN where that is nil."""
    return _over(mean(seen, of, during), mean(seen, of, over))


def ever(seen: Seen, of: Quantity, during: Quarters, given: Quantity | None = None) -> Array:
    """Whether the quantity is above 0 in one of the quarters; NaN where `given` was not above 0 before them."""
    return _given(seen, _happens(seen, of, during), during, given)


def never(seen: Seen, of: Quantity, during: Quarters, given: Quantity | None = None) -> Array:
    """Whether the quantity is above 0 in none of the quarters; NaN where `given` was not above 0 before them."""
    return _given(seen, ~_happens(seen, of, during), during, given)


def wait(seen: Seen, of: Quantity, after: Quarter) -> Array:
    """Quarters from a quarter until the quantity is first above 0 in the run, below 0 if before; NaN if it never is."""
    return _first(of(seen)) - float(seen.step(after))


def lies(seen: Seen, what: Statistic, within: Within) -> Array:
    """Whether another statistic lies in an interval; NaN where it has none."""
    values = what(seen)
    inside = np.asarray([within.holds(float(one)) for one in values], dtype=float)
    return np.where(np.isnan(values), np.nan, inside)


def all_of(seen: Seen, each: Statistics) -> Array:
    """Whether all of some statistics are true; NaN where one has no value and none is false."""
    values = np.stack([one(seen) for one in each])
    false = np.any(values == 0.0, axis=0)
    return np.where(false, 0.0, np.where(np.isnan(values).any(axis=0), np.nan, 1.0))


def variation_of_gaps(seen: Seen, of: Quantity, during: Quarters, fewest: Count) -> Array:
    """Standard deviation over mean of the quarters between the events; NaN with fewer gaps."""
    events = of(seen)[seen.steps(during)] > 0.0
    gaps = [np.diff(np.flatnonzero(run)) for run in events.T]
    return np.asarray([np.std(g, ddof=1) / np.mean(g) if len(g) >= max(2, fewest) else np.nan for g in gaps])


def precedes(seen: Seen, first: Quantity, then: Quantity) -> Array:
    """Whether one event comes in an earlier quarter than another, or alone; NaN where the other never comes."""
    one, other = _first(first(seen)), _first(then(seen))
    earlier = np.where(np.isnan(one), np.inf, one) < other
    return np.where(np.isnan(other), np.nan, earlier.astype(float))


def peaks(seen: Seen, of: Quantity, during: Quarters, over: Quarters) -> Array:
    """Whether the largest total of a year among some years is above that of every year among others."""
    best, rest = (np.max([total(seen, of, year(number)) for number in span.years], axis=0) for span in (during, over))
    return np.asarray(best > rest, dtype=float)


def order(seen: Seen, of: OneOfEach, among: Names, during: Quarters, first: Names = (), last: Names = ()) -> Array:
    """Whether the means of the quantity over quarters of the `first` are above, and of the `last` below, all others."""
    means = {name: mean(seen, of.with_name(name), during) for name in {*among, *first, *last}}
    held = np.ones(len(next(iter(means.values()))), dtype=bool)
    for high, low in ((first, set(among) - set(first)), (set(among) - set(last), last)):
        if high and low:
            held &= np.min([means[name] for name in high], axis=0) > np.max([means[name] for name in low], axis=0)
    return held.astype(float)


def exactly(seen: Seen, of: OneOfEach, among: Names, these: Names, during: Quarters) -> Array:
    """Whether the quantity is above 0 in one of the quarters for just these of some names."""
    right = [ever(seen, of.with_name(name), during) == float(name in these) for name in among]
    return np.all(right, axis=0).astype(float)


def _happens(seen: Seen, of: Quantity, during: Quarters) -> Array:
    """Whether a quantity is above 0 in one of the quarters, axes (run,)."""
    return np.any(of(seen)[seen.steps(during)] > 0.0, axis=0)


def _first(values: Array) -> Array:
    """The first step at which a quantity is above 0, NaN where it never is; values: axes (step, run)."""
    event = values > 0.0
    return np.where(event.any(axis=0), event.argmax(axis=0), np.nan)


def _over(above: Array, below: Array) -> Array:
    return np.where(below != 0.0, above / np.where(below != 0.0, below, 1.0), np.nan)


def _given(seen: Seen, truth: Array, during: Quarters, given: Quantity | None) -> Array:
    """A statement about quarters, NaN where a condition did not hold in the quarter before them."""
    known = np.ones_like(truth) if given is None else given(seen)[max(0, seen.step(during.first) - 1)] > 0.0
    return np.where(known, truth.astype(float), np.nan)
