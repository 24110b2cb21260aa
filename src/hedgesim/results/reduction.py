"""Many runs reduced to a few numbers while they are simulated, so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hedgesim.numbers import QUANTILES

LEVELS = tuple(QUANTILES.values())

EXACT = 2048
"""Runs up to which every value is kept and quantiles are exact; also how many are processed at a time."""

BINS = 1024
"""Bins of the counts that take the place of values beyond that; a quantile is off by at most one bin's width, or two
where bins were widened."""

MARGIN = 0.5
"""By what share of the range of the exact values the bins reach beyond it, at either end."""

FEW = 0.01
"""Share of `EXACT` values that may be beyond the bins on either side, where no quantile lies."""

SLAB = 32
"""Numbers per run that are processed at once: with all their runs they fit the cache of a processor."""

NARROWEST = 1e-12
"""Range of a number that never changes, as a share of its size."""

Values = NDArray[np.float64]


@dataclass
class Reduction:
    """Mean, spread and quantiles over runs of many numbers at once.

    shape: axes of the numbers of one run. They are finite and come in blocks of runs, in the order of runs; how they
    are divided into blocks changes no bit of the result, because `EXACT` runs are processed at a time. most: runs
    that will come at the most, where these are few, so that no more memory is taken.
    """

    shape: tuple[int, ...]
    most: int = EXACT
    _waiting: Values = field(init=False, repr=False)
    _n_waiting: int = 0
    _n: int = 0
    _mean: Values = field(init=False, repr=False)
    _squares: Values = field(init=False, repr=False)
    _bins: _Bins | None = None

    def __post_init__(self) -> None:
        """Reserve memory for the runs that wait."""
        self._waiting = np.empty((*self.shape, min(self.most, EXACT)))
        self._mean, self._squares = np.zeros(self._flat.shape[0]), np.zeros(self._flat.shape[0])

    def add(self, block: Values) -> None:
        """Take in the numbers of some runs, axes (*shape, run)."""
        first = 0
        while first < block.shape[-1]:
            if self._n_waiting == EXACT:
                self._work_off()
            n = min(block.shape[-1] - first, EXACT - self._n_waiting)
            self._waiting[..., self._n_waiting : self._n_waiting + n] = block[..., first : first + n]
            self._n_waiting += n
            first += n

    @property
    def n(self) -> int:
        """How many runs were taken in."""
        return self._n + self._n_waiting

    def state(self) -> dict[str, NDArray[Any]]:
        """All that was taken in, as arrays."""
        bins = {} if self._bins is None else {name: getattr(self._bins, name) for name in _BINS}
        moments = {"n": np.asarray(self._n), "mean": self._mean, "squares": self._squares}
        return {**moments, "waiting": self._waiting[..., : self._n_waiting], **bins}

    def resume(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take a state in place of what was taken in; ValueError where it does not fit."""
        waiting = state["waiting"]
        self._n, self._n_waiting = int(state["n"]), waiting.shape[-1]
        self._waiting[..., : self._n_waiting] = waiting
        self._mean[:], self._squares[:] = state["mean"], state["squares"]
        self._bins = _Bins(*(state[name] for name in _BINS)) if _BINS[0] in state else None

    def mean(self) -> Values:
        """Mean over runs, axes `shape`; NaN without any."""
        return self._moments()[0].reshape(self.shape) if self.n else np.full(self.shape, np.nan)

    def variance(self) -> Values:
        """Variance of a sample, axes `shape`; NaN for fewer than two runs."""
        if self.n < 2:
            return np.full(self.shape, np.nan)
        squares = self._moments()[1]
        return (squares / (self.n - 1)).reshape(self.shape)

    def sd(self) -> Values:
        """Spread of a sample, axes `shape`; NaN for fewer than two runs."""
        spread: Values = np.sqrt(self.variance())
        return spread

    def error(self) -> Values:
        """Standard error of the mean, axes `shape`; NaN for fewer than two runs."""
        error: Values = np.sqrt(self.variance() / max(self.n, 1))
        return error

    def quantiles(self) -> Values:
        """Quantiles over runs, axes (quantile, *shape): exact for few runs, to within a bin's width for many."""
        waiting, shape = self._flat[:, : self._n_waiting], (len(LEVELS), *self.shape)
        if self.n == 0:
            return np.full(shape, np.nan)
        bins = self._bins.widened(waiting) if self._bins is not None and self._n_waiting else self._bins
        parts = [
            np.quantile(waiting[part], LEVELS, axis=-1) if bins is None else bins.quantiles(waiting[part], part)
            for part in _slabs(len(waiting))
        ]
        return np.concatenate(parts, axis=-1).reshape(shape)

    @property
    def _flat(self) -> Values:
        """What waits, axes (number, run)."""
        return self._waiting.reshape(-1, self._waiting.shape[-1])

    def _moments(self) -> tuple[Values, Values]:
        """Mean and sum of squares about it of all runs, also of those that wait."""
        return self._joined(self._flat[:, : self._n_waiting]) if self._n_waiting else (self._mean, self._squares)

    def _joined(self, numbers: Values) -> tuple[Values, Values]:
        """Moments joined with those of further runs, in the stable way [chan1983]; numbers: axes (number, run)."""
        mean, squares = np.empty(len(numbers)), np.empty(len(numbers))
        for part in _slabs(len(numbers)):
            mean[part] = numbers[part].mean(axis=-1)
            apart = numbers[part] - mean[part, None]
            squares[part] = np.vecdot(apart, apart)
        more = numbers.shape[-1]
        total, gap = self._n + more, mean - self._mean
        return self._mean + gap * (more / total), self._squares + squares + gap**2 * (self._n * more / total)

    def _work_off(self) -> None:
        """Turn the runs that wait into moments and counts."""
        self._mean, self._squares = self._joined(self._flat)
        self._n += EXACT
        self._bins = _Bins.about(self._flat) if self._bins is None else self._bins.widened(self._flat)
        for part in _slabs(len(self._flat)):
            self._bins.counts[part] += self._bins.count(self._flat[part], part)
        self._n_waiting = 0


@dataclass(frozen=True)
class _Bins:
    """Counts of equal bins, axes (number, bin), from where and how wide they are, axes (number, 1)."""

    low: Values
    width: Values
    counts: NDArray[np.int64]

    @staticmethod
    def about(numbers: Values) -> _Bins:
        """Empty bins that hold numbers, axes (number, run), with a margin on either side."""
        low, high = numbers.min(axis=-1, keepdims=True), numbers.max(axis=-1, keepdims=True)
        reach = np.maximum(high - low, NARROWEST * np.maximum(np.abs(high), 1.0))
        width = reach * (1.0 + 2.0 * MARGIN) / BINS
        return _Bins(low - MARGIN * reach, width, np.zeros((len(numbers), BINS), dtype=np.int64))

    def widened(self, numbers: Values) -> _Bins:
        """Bins that hold further numbers too, axes (number, run): wider ones where more than few are beyond these.

        Each count moves to the bin in which the middle of its old one lies. Wider ones reach beyond the numbers, so
        that they are at least half as wide again, and what several moves misplace stays below one bin.
        """
        high = self.low + self.width * BINS
        outside = [side.sum(axis=-1) > FEW * EXACT for side in (numbers < self.low, numbers > high)]
        rows = np.flatnonzero(outside[0] | outside[1])
        low, width, counts = self.low.copy(), self.width.copy(), self.counts.copy() if len(rows) else self.counts
        for n in rows:
            ends = min(low[n, 0], numbers[n].min()), max(high[n, 0], numbers[n].max())
            reach = MARGIN * (ends[1] - ends[0])
            start, stop = (end + side * reach * out[n] for end, side, out in zip(ends, (-1, 1), outside, strict=True))
            middles = low[n] + width[n] * (np.arange(BINS) + 0.5)
            low[n], width[n] = start, (stop - start) / BINS
            place = np.clip((middles - low[n]) / width[n], 0.0, BINS - 1.0).astype(np.intp)
            counts[n] = np.bincount(place, weights=self.counts[n], minlength=BINS)
        return _Bins(low, width, counts)

    def count(self, numbers: Values, part: slice) -> NDArray[np.int64]:
        """How many numbers of a slab fall into each bin; what is beyond the bins goes into the outermost."""
        place = numbers - self.low[part]
        place *= 1.0 / self.width[part]
        np.clip(place, 0.0, BINS - 1.0, out=place)
        bins = place.astype(np.intp)
        bins += np.arange(len(bins))[:, None] * BINS
        return np.bincount(bins.ravel(), minlength=len(bins) * BINS).reshape(-1, BINS)

    def quantiles(self, waiting: Values, part: slice) -> Values:
        """Quantiles of a slab, those that wait included, as if a bin's numbers were spread evenly in it."""
        counts = self.counts[part] + self.count(waiting, part)
        below = np.cumsum(counts, axis=-1) / counts.sum(axis=-1, keepdims=True)
        edges = np.stack([np.argmax(below >= q, axis=-1) for q in LEVELS], axis=-1)
        upper = np.take_along_axis(below, edges, axis=-1)
        lower = np.where(edges > 0, np.take_along_axis(below, np.maximum(edges - 1, 0), axis=-1), 0.0)
        inside = np.clip((np.asarray(LEVELS) - lower) / np.maximum(upper - lower, 1e-300), 0.0, 1.0)
        return np.transpose(self.low[part] + self.width[part] * (edges + inside))


_BINS = ("low", "width", "counts")


def _slabs(n: int) -> Iterator[slice]:
    """The first axis of n numbers, slab by slab."""
    return (slice(first, first + SLAB) for first in range(0, n, SLAB))
