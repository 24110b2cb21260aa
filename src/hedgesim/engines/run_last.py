"""Arrays that say (run, country, domain, target) and are kept as (country, domain, target, run).

A compiler that lays arrays out by the order of their axes walks along the last one, and runs are many where countries
are few. These arrays hold to the axes of the model on the outside, so that its source serves them unchanged.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from types import EllipsisType, ModuleType
from typing import Any

from hedgesim.model.arrays import Array

Index = int | slice | None | EllipsisType


class RunLast:
    """An array whose first axis, of runs, is kept last. Numbers and arrays of no run may stand beside it."""

    __array_ufunc__ = None
    """NumPy leaves an operation of its own array with one of these to the methods below."""

    def __init__(self, kept: Array, space: RunLastSpace) -> None:
        """Wrap an array that has runs as its last axis; space: the namespace it belongs to."""
        self.kept, self.space = kept, space

    def __array_namespace__(self, api_version: str | None = None) -> RunLastSpace:
        """The namespace of functions for these arrays."""
        return self.space

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes, runs first."""
        return (self.kept.shape[-1], *self.kept.shape[:-1])

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return int(self.kept.ndim)

    def __getitem__(self, index: Index | tuple[Index, ...]) -> RunLast:
        """Part of the array, of every run: an index says `...` or `:` for runs."""
        parts = index if isinstance(index, tuple) else (index,)
        if not any(part is ... for part in parts):
            parts = (*parts, ...)
        at = next(n for n, part in enumerate(parts) if part is ...)
        given = sum(part is not None and part is not ... for part in parts)
        whole = (*parts[:at], *(slice(None),) * (self.ndim - given), *parts[at + 1 :])
        if whole[0] != slice(None):
            message = f"index {index!r} does not keep every run"
            raise IndexError(message)
        return RunLast(self.kept[(*whole[1:], slice(None))], self.space)

    def __bool__(self) -> bool:
        """Refused: whether it holds depends on the run."""
        message = "an array has no single truth; choose with xp.where, not with if"
        raise TypeError(message)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """Refused: NumPy cannot be let in while a program is traced."""
        message = "a function of NumPy was given an array that NumPy cannot take; use that of xp"
        raise TypeError(message)

    def __iter__(self) -> Any:
        """Refused: axes are never dropped."""
        message = "an array is not gone through in a loop; axes are never dropped"
        raise TypeError(message)

    def __abs__(self) -> RunLast:
        """The size of each number."""
        return RunLast(abs(self.kept), self.space)

    def __neg__(self) -> RunLast:
        """Minus each number."""
        return RunLast(-self.kept, self.space)

    def __invert__(self) -> RunLast:
        """Not each truth."""
        return RunLast(~self.kept, self.space)


def _binary(operate: Callable[[Any, Any], Any]) -> Callable[[RunLast, Array], RunLast]:
    return lambda self, other: self.space.apply(operate, self, other)


def _turned(operate: Callable[[Any, Any], Any]) -> Callable[[RunLast, Array], RunLast]:
    return lambda self, other: self.space.apply(operate, other, self)


for _name in ("add", "sub", "mul", "truediv", "pow", "and_", "or_", "xor", "lshift", "rshift"):
    setattr(RunLast, f"__{_name.rstrip('_')}__", _binary(getattr(operator, _name)))
    setattr(RunLast, f"__r{_name.rstrip('_')}__", _turned(getattr(operator, _name)))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(RunLast, f"__{_name}__", _binary(getattr(operator, _name)))

_ELEMENTWISE = ("abs", "bitwise_count", "ceil", "exp", "expm1", "floor", "isfinite", "log", "log1p", "round", "sign")
_MORE = ("sqrt", "square", "tanh", "maximum", "minimum", "hypot", "logaddexp", "where")
_REDUCTIONS = ("all", "any", "max", "mean", "min", "prod", "sum")


class RunLastSpace:
    """The functions of the Array API standard that model and rules use, for arrays with runs kept last.

    What is not listed here, such as the names of types, is that of the namespace beneath; so is the answer to a
    function all of whose arrays are of no run.
    """

    def __init__(self, base: ModuleType, settled: Callable[..., tuple[Array, ...]] = lambda *arrays: arrays) -> None:
        """base: the namespace of the arrays as they are kept. settled: gives arrays back, computed once."""
        self.base, self.settled = base, settled

    def __getattr__(self, name: str) -> Any:
        """An elementwise function, a reduction, or whatever the namespace beneath calls so."""
        if name in _ELEMENTWISE or name in _MORE:
            return lambda *arrays: self.apply(getattr(self.base, name), *arrays)
        if name in _REDUCTIONS:
            return lambda x, **options: self._reduce(getattr(self.base, name), x, **options)
        return getattr(self.base, name)

    def apply(self, function: Callable[..., Array], *arrays: Array) -> Array:
        """An elementwise function of arrays that broadcast against each other."""
        n = max((x.ndim for x in arrays if isinstance(x, RunLast)), default=0)
        return self._wrapped(function(*(self._beside(x, n) for x in arrays)), n)

    def _wrapped(self, answer: Array, n: int) -> Array:
        return RunLast(answer, self) if n else answer

    def _beside(self, x: Array, n: int) -> Array:
        """An array as it is kept beside others of n axes: runs last, of length 1 where there is none."""
        if isinstance(x, RunLast):
            return x.kept
        if not n or not getattr(x, "ndim", 0):
            return x
        return self.base.moveaxis(x, 0, -1) if x.ndim == n else x[..., None]

    def _reduce(
        self,
        function: Callable[..., Array],
        x: Array,
        *,
        axis: int | tuple[int, ...] | None = None,
        keepdims: bool = False,
    ) -> Array:
        if not isinstance(x, RunLast):
            return function(x, axis=axis, keepdims=keepdims)
        if axis is None:
            message = "runs are never reduced; name the axis, such as axis=-1"
            raise IndexError(message)
        axes = tuple(self._place(x, a) for a in (axis if isinstance(axis, tuple) else (axis,)))
        return RunLast(function(x.kept, axis=axes, keepdims=keepdims), self)

    @staticmethod
    def _place(x: RunLast, axis: int) -> int:
        """Where an axis, other than that of runs, is kept."""
        place = axis % x.ndim - 1
        if place < 0:
            message = "runs are never reduced, joined or exchanged with another axis"
            raise IndexError(message)
        return place

    def concat(self, arrays: Sequence[Array], *, axis: int) -> Array:
        """Arrays joined along an axis."""
        first = next((x for x in arrays if isinstance(x, RunLast)), None)
        if first is None:
            return self.base.concat(arrays, axis=axis)
        kept = [self._beside(x, first.ndim) for x in arrays]
        return RunLast(self.base.concat(kept, axis=self._place(first, axis)), self)

    def permute_dims(self, x: Array, axes: Sequence[int]) -> Array:
        """The axes in another order, runs first as before."""
        if not isinstance(x, RunLast):
            return self.base.permute_dims(x, axes)
        order = [self._place(x, axis) for axis in axes[1:]]
        return RunLast(self.base.permute_dims(x.kept, (*order, x.ndim - 1)), self)

    def reshape(self, x: Array, shape: Sequence[int]) -> Array:
        """The same numbers in other axes, runs first as before."""
        if not isinstance(x, RunLast):
            return self.base.reshape(x, shape)
        return RunLast(self.base.reshape(x.kept, (*shape[1:], x.shape[0])), self)

    def broadcast_to(self, x: Array, shape: Sequence[int]) -> Array:
        """The numbers repeated to a shape with runs first."""
        return RunLast(self.base.broadcast_to(self._beside(x, len(shape)), (*shape[1:], shape[0])), self)

    def astype(self, x: Array, dtype: Any) -> Array:
        """The numbers in another type."""
        return RunLast(x.kept.astype(dtype), self) if isinstance(x, RunLast) else self.base.astype(x, dtype)

    def zeros_like(self, x: Array) -> Array:
        """Zeros of the same shape."""
        return self.apply(self.base.zeros_like, x)

    def cumulative_sum(self, x: Array, *, axis: int) -> Array:
        """Sums up to each place along an axis."""
        if not isinstance(x, RunLast):
            return self.base.cumulative_sum(x, axis=axis)
        return RunLast(self.base.cumulative_sum(x.kept, axis=self._place(x, axis)), self)

    def take(self, x: Array, indices: Array, *, axis: int) -> Array:
        """Entries by their places along an axis: places of no run in `x`, or places of each run in a table of none."""
        if isinstance(indices, RunLast):
            return RunLast(self.base.take(x, indices.kept, axis=axis), self)
        if not isinstance(x, RunLast):
            return self.base.take(x, indices, axis=axis)
        return RunLast(self.base.take(x.kept, indices, axis=self._place(x, axis)), self)

    def carry(self, x: Array, matrix: Array) -> Array:
        """`x` carried along its last axis by a matrix of no run; see `hedgesim.model.arrays.carry`."""
        if not isinstance(x, RunLast):
            return self.base.matmul(x, matrix)
        return RunLast(self.base.matmul(self.base.matrix_transpose(self.base.asarray(matrix)), x.kept), self)

    def settle(self, *arrays: Array) -> tuple[Array, ...]:
        """Arrays that are computed once; see `hedgesim.model.arrays.settle`."""
        settled = iter(self.settled(*(x.kept for x in arrays if isinstance(x, RunLast))))
        return tuple(RunLast(next(settled), self) if isinstance(x, RunLast) else x for x in arrays)

    def runs_first(self, x: Array) -> RunLast:
        """An array that has runs as its last axis."""
        return RunLast(x, self)
