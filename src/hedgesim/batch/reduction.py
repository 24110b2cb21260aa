"""Many runs reduced to a few numbers while they are made, so that memory does not grow with their number."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
EXACT = 2048
"""Runs up to which every value is kept and quantiles are exact."""

BINS = 1024
"""Bins of the counts that take the place of values beyond that; a quantile is off by at most one bin's width."""

MARGIN = 0.5
"""By what part of the range of the exact values the bins reach beyond it, at either end."""

Values = NDArray[np.float64]


@dataclass
class Reduction:
    """Mean, spread and quantiles over runs of many numbers at once.

    Numbers come in blocks with axes (run, cell). NaN is left out and not counted.
    """

    _blocks: list[Values] = field(default_factory=list)
    _n: Values | None = None
    _mean: Values | None = None
    _squares: Values | None = None
    _counts: NDArray[np.int64] | None = None
    _low: Values | None = None
    _width: Values | None = None

    def add(self, block: Values) -> None:
        """Take in the numbers of some runs, axes (run, cell)."""
        self._move_moments(block)
        if self._counts is None:
            self._blocks.append(block)
            if sum(len(b) for b in self._blocks) > EXACT:
                self._start_counting()
        else:
            self._count(block)

    def n(self) -> NDArray[np.int64]:
        """How many runs have a number, per cell."""
        return self._known(self._n).astype(np.int64)

    def mean(self) -> Values:
        """Mean over runs, per cell; NaN without any."""
        return np.where(self.n() > 0, self._known(self._mean), np.nan)

    def sd(self) -> Values:
        """Spread of a sample, per cell; NaN for fewer than two runs."""
        n = self.n()
        return np.where(n > 1, np.sqrt(self._known(self._squares) / np.maximum(n - 1, 1)), np.nan)

    def quantiles(self) -> Values:
        """Quantiles over runs, axes (quantile, cell): exact for few runs, to within a bin's width for many."""
        if self._counts is None:
            return _exact(np.concatenate(self._blocks))
        below = np.cumsum(self._counts, axis=0) / np.maximum(self._counts.sum(axis=0), 1)
        edges = np.stack([np.argmax(below >= q, axis=0) for q in QUANTILES])
        inside = self._inside(below, edges)
        return self._known(self._low) + self._known(self._width) * (edges + inside)

    def _inside(self, below: Values, edges: NDArray[np.intp]) -> Values:
        """Where in its bin each quantile lies, 0..1, as if numbers were spread evenly over a bin."""
        upper = np.take_along_axis(below, edges, axis=0)
        lower = np.where(edges > 0, np.take_along_axis(below, np.maximum(edges - 1, 0), axis=0), 0.0)
        wanted = np.asarray(QUANTILES)[:, None]
        return np.clip((wanted - lower) / np.maximum(upper - lower, 1e-300), 0.0, 1.0)

    def _move_moments(self, block: Values) -> None:
        """Mean and squares joined with those of a block, in the stable way [chan1983]."""
        seen = ~np.isnan(block)
        n = seen.sum(axis=0).astype(float)
        mean = np.where(seen, block, 0.0).sum(axis=0) / np.maximum(n, 1.0)
        squares = np.where(seen, (block - mean) ** 2, 0.0).sum(axis=0)
        if self._n is None or self._mean is None or self._squares is None:
            self._n, self._mean, self._squares = n, mean, squares
            return
        total = np.maximum(self._n + n, 1.0)
        gap = mean - self._mean
        self._squares = self._squares + squares + gap**2 * self._n * n / total
        self._mean = self._mean + gap * n / total
        self._n = self._n + n

    def _start_counting(self) -> None:
        """Turn the values kept so far into counts."""
        kept = np.concatenate(self._blocks)
        low, high = np.nanmin(kept, axis=0), np.nanmax(kept, axis=0)
        reach = np.maximum(high - low, 1e-12)
        self._low = low - MARGIN * reach
        self._width = reach * (1.0 + 2.0 * MARGIN) / BINS
        self._counts = np.zeros((BINS, kept.shape[1]), dtype=np.int64)
        self._blocks = []
        self._count(kept)

    def _count(self, block: Values) -> None:
        """Add a block to the counts; what lies beyond the bins goes into the outermost."""
        counts, low, width = self._counts, self._known(self._low), self._known(self._width)
        assert counts is not None
        n_cells = block.shape[1]
        rows, cells = np.nonzero(~np.isnan(block))
        bins = np.clip(((block - low) / width)[rows, cells], 0, BINS - 1).astype(np.int64)
        flat = np.bincount(bins * n_cells + cells, minlength=BINS * n_cells)
        self._counts = counts + flat.reshape(BINS, n_cells)

    @staticmethod
    def _known(values: Values | None) -> Values:
        assert values is not None, "nothing was added"
        return values


def _exact(values: Values) -> Values:
    """Quantiles of values with axes (run, cell); NaN where a cell has none."""
    unknown = np.isnan(values)
    if not unknown.any():
        return np.quantile(values, QUANTILES, axis=0)
    empty = unknown.all(axis=0)
    found = np.nanquantile(np.where(empty, 0.0, values), QUANTILES, axis=0)
    return np.where(empty, np.nan, found)
