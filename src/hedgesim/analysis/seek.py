"""The smallest change of some numbers of a scenario with which the mean of an outcome meets a condition.

How large a change is: the root of the sum over the numbers of its square, each as a share of its range. All points are
tried under the same random numbers, so the mean is a function of the numbers without noise from point to point. One
number: values at equal steps over the range, then bisection between the nearest that meets the condition and its
neighbour towards the start. Several: points of a Sobol sequence [sobol1967], every number alone and the corners of the
box; from the nearest ones that meet the condition bisection towards the start, and from there COBYLA along the
border of what meets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy import optimize
from scipy.stats import qmc

from hedgesim.analysis.condition import Condition
from hedgesim.analysis.trials import Trial, Trials, Values
from hedgesim.errors import HedgesimError

STEPS = 16
"""Steps over the range of one number."""

FINEST = 2.0**-10
"""Share of a range to which the answer is exact, given the runs."""

MOST_NUMBERS = 6
"""Numbers that are varied together."""

POINTS = 32
"""Points of the sequence per number, rounded up to a power of two."""

STARTS = 3
"""Points from which COBYLA starts."""

REACH = 0.1
"""First step of COBYLA, as a share of a range."""

MOST_MOVES = 60
"""Points that COBYLA tries from one start."""

NEAR = 0.02
"""Change to either side of the answer, as a share of a range, from which the slope is taken."""


@dataclass(frozen=True)
class Found:
    """What a search found.

    trials: all points that were tried, in order, the values in force first. answer: the nearest that meets the
    condition, None where none does. size: how far it is from the values in force. error: standard error of that, from
    the runs; not a number where the outcome does not rise or fall there. best: places in trials of the points that were
    the nearest so far, in order.
    """

    trials: Trials
    condition: Condition
    answer: Trial | None
    size: float
    error: float
    best: tuple[int, ...]

    @property
    def values(self) -> list[tuple[float, float]]:
        """The number of every range at the answer, and its standard error; not numbers without an answer."""
        if self.answer is None:
            return [(float("nan"), float("nan"))] * len(self.trials.ranges)
        share = self.error / self.size if self.size else 0.0
        numbers = zip(self.trials.numbers(self.answer), self.trials.ranges, strict=True)
        return [(number, abs(number - one.now) * share) for number, one in numbers]

    @property
    def closest(self) -> Trial:
        """The point whose mean comes closest to the condition."""
        known = [trial for trial in self.trials.tried if trial.mean == trial.mean]
        return min(known, key=lambda trial: self.condition.lacking(trial.mean))

    @property
    def path(self) -> pd.DataFrame:
        """Every point that was tried: its numbers, the mean and its error, failed runs, whether it meets, its size."""
        return pd.DataFrame(
            [
                dict(zip((one.path for one in self.trials.ranges), self.trials.numbers(trial), strict=True))
                | {"mean": trial.mean, "error": trial.error, "failed": trial.failed}
                | {"meets": _meets(trial, self.condition), "size": _size(trial, self.trials)}
                for trial in self.trials.tried
            ]
        )

    @property
    def shown(self) -> pd.DataFrame:
        """Of one number all points; of several the start and those that were the nearest so far, or the closest."""
        if len(self.trials.ranges) == 1:
            return self.path
        others = self.best or (self.trials.tried.index(self.closest),)
        return self.path.iloc[list(dict.fromkeys((0, *others)))]


def seek(trials: Trials, condition: Condition) -> Found:
    """Search for the smallest change.

    Raises:
        HedgesimError: there are too many numbers, or every run fails at the values in force.
    """
    if len(trials.ranges) > MOST_NUMBERS:
        fault = f"{len(trials.ranges)} numbers are too many to search together"
        raise HedgesimError("--vary", fault, f"Name at most {MOST_NUMBERS}.")
    (now,) = trials.at(trials.start)
    if now.mean != now.mean:
        raise HedgesimError("seek", "every run fails with the values in force", "Run the scenario to see why.")
    if not _meets(now, condition):
        if len(trials.ranges) == 1:
            _along(trials, condition)
        else:
            _in_box(trials, condition)
    best = _best(trials, condition)
    if not best:
        return Found(trials, condition, None, float("nan"), float("nan"), ())
    answer = trials.tried[best[-1]]
    size = _size(answer, trials)
    return Found(trials, condition, answer, size, _error(trials, answer, size), best)


def _meets(trial: Trial, condition: Condition) -> bool:
    return bool(condition.holds(np.asarray([trial.mean]))[0])


def _size(trial: Trial, trials: Trials) -> float:
    """How far a point is from the values in force."""
    return float(np.linalg.norm(np.asarray(trial.place) - trials.start))


def _best(trials: Trials, condition: Condition) -> tuple[int, ...]:
    """Places of the points that met the condition and were nearer than all before."""
    found: list[int] = []
    for k, trial in enumerate(trials.tried):
        if _meets(trial, condition) and (not found or _size(trial, trials) < _size(trials.tried[found[-1]], trials)):
            found.append(k)
    return tuple(found)


def _along(trials: Trials, condition: Condition) -> None:
    """Search along one number: to either side of the start the first step that meets the condition, then bisection."""
    start, steps = float(trials.start[0]), np.linspace(0.0, 1.0, STEPS + 1)
    meets = dict(zip(steps, (_meets(one, condition) for one in trials.at(steps[:, None])), strict=True))
    ends = []
    for side in (steps[steps > start], steps[steps < start][::-1]):
        first = next((k for k, step in enumerate(side) if meets[step]), None)
        if first is not None:
            ends.append((float(side[first - 1]) if first else start, float(side[first])))
    nearest = np.inf
    for outside, inside in sorted(ends, key=lambda pair: abs(pair[1] - start)):
        if abs(outside - start) < nearest:
            border = _bisect(trials, condition, np.asarray([outside]), np.asarray([inside]))
            nearest = abs(float(border[0]) - start)


def _bisect(trials: Trials, condition: Condition, outside: Values, inside: Values) -> Values:
    """Between a point that does not meet the condition and one that does: one that does, `FINEST` from the border."""
    while np.abs(inside - outside).max() > FINEST:
        middle = (outside + inside) / 2
        (trial,) = trials.at(middle)
        if _meets(trial, condition):
            inside = middle
        else:
            outside = middle
    return inside


def _in_box(trials: Trials, condition: Condition) -> None:
    """Search over several numbers: points all over the box, then the border near those that are nearest."""
    trials.at(_all_over(trials.start))
    met = [trial for trial in trials.tried if _meets(trial, condition)]
    for trial in sorted(met, key=lambda one: _size(one, trials))[:STARTS]:
        border = _bisect(trials, condition, trials.start, np.asarray(trial.place))
        _slide(trials, condition, border)
    nearest = _best(trials, condition)
    if nearest:
        _bisect(trials, condition, trials.start, np.asarray(trials.tried[nearest[-1]].place))


def _all_over(start: Values) -> Values:
    """Points of the box, axes (point, range): every number alone, the corners, and a Sobol sequence."""
    n, inside = len(start), np.clip(start, 0.0, 1.0)
    steps = np.linspace(0.0, 1.0, STEPS // 2 + 1)
    alone = [np.where(np.arange(n) == k, step, inside) for k in range(n) for step in steps]
    corners = list(product((0.0, 1.0), repeat=n))
    points = qmc.Sobol(n, scramble=False).random_base2(_exponent(n))
    return np.concatenate([np.asarray(alone), np.asarray(corners), points])


def _exponent(ranges: int) -> int:
    """Of two: how many points of the sequence there are."""
    return int(np.ceil(np.log2(POINTS * ranges)))


def _slide(trials: Trials, condition: Condition, border: Values) -> None:
    """Move along the border towards the start."""

    def within(place: Values) -> float:
        (trial,) = trials.at(np.clip(place, 0.0, 1.0))
        return -condition.lacking(trial.mean) if trial.mean == trial.mean else -1.0

    def size(place: Values) -> float:
        return float(((place - trials.start) ** 2).sum())

    optimize.minimize(
        size,
        border,
        method="COBYLA",
        bounds=[(0.0, 1.0)] * len(border),
        constraints=[{"type": "ineq", "fun": within}],
        options={"rhobeg": REACH, "tol": FINEST, "maxiter": MOST_MOVES},
    )


def _error(trials: Trials, answer: Trial, size: float) -> float:
    """Standard error of the size of the change: that of the mean over the slope of the mean towards the answer."""
    if size == 0.0:
        return 0.0
    there = np.asarray(answer.place)
    towards = (there - trials.start) / size
    ends = [np.clip(there + side * NEAR * towards, 0.0, 1.0) for side in (-1.0, 1.0)]
    low, high = np.nanmean(trials.values(np.stack(ends)), axis=1)
    slope = float(high - low) / float(np.linalg.norm(ends[1] - ends[0]))
    return abs(answer.error / slope) if slope else float("nan")


def most_runs(ranges: int, runs: int) -> int:
    """How many runs a search takes at most."""
    halvings = int(np.ceil(-np.log2(FINEST)))
    if ranges == 1:
        return runs * (1 + STEPS + 1 + 2 * halvings + 2)
    all_over = (STEPS // 2 + 1) * ranges + 2**ranges + 2 ** _exponent(ranges)
    return runs * (1 + all_over + STARTS * (halvings + MOST_MOVES) + halvings + 2)
