"""The array type, and the few small formulas that several parts of the model share."""

from __future__ import annotations

from functools import reduce
from operator import or_
from types import ModuleType
from typing import Any, TypeAlias

import array_api_compat.numpy as numpy_namespace
import numpy as np
from array_api_compat import array_namespace, is_numpy_array

Array: TypeAlias = Any
"""An array of any namespace of the Array API standard; axes (run, country, domain, target), never dropped."""


Bits: TypeAlias = tuple[Array, ...]
"""Truths packed into unsigned 32-bit numbers."""

BITS = 32


def namespace(*arrays: Array) -> ModuleType:
    """The Array API namespace that arrays belong to; of several, that of those which keep runs apart."""
    spaces = [numpy_namespace if type(array) is np.ndarray else array_namespace(array) for array in arrays]
    space: ModuleType = next((one for one in spaces if hasattr(one, "runs_first")), spaces[0])
    return space


def logistic(xp: ModuleType, x: Array) -> Array:
    """Probability with log-odds `x`."""
    return 1.0 / (1.0 + xp.exp(-x))


def softmax(xp: ModuleType, x: Array) -> Array:
    """Shares proportional to exp(x) along the last axis."""
    grown = xp.exp(x - _largest(xp, x))
    return grown / xp.sum(grown, axis=-1, keepdims=True)


def _largest(xp: ModuleType, x: Array) -> Array:
    """The largest along the last axis; to a compiler as comparisons, which it joins with what follows them."""
    if is_numpy_array(x):
        return xp.max(x, axis=-1, keepdims=True)
    return reduce(xp.maximum, [x[..., k : k + 1] for k in range(x.shape[-1])])


def positive(xp: ModuleType, x: Array) -> Array:
    """`x` where positive, else 0."""
    return xp.maximum(x, 0.0)


def bound(xp: ModuleType, x: Array, low: float, high: float) -> Array:
    """`x` kept within [low, high]."""
    return xp.minimum(xp.maximum(x, low), high)


def flag(xp: ModuleType, holds: Array) -> Array:
    """1 where it holds, else 0."""
    return xp.astype(holds, xp.float64)


def surely_zero(x: Array) -> bool:
    """Whether all numbers are 0, where that can be asked while computing: in NumPy. Only to skip work that is vain."""
    return isinstance(x, float | int | np.ndarray) and not np.any(x)


def settle(xp: ModuleType, *arrays: Array) -> tuple[Array, ...]:
    """The same arrays; a compiler is told to compute them here, once, and not anew in whatever uses them."""
    settled: tuple[Array, ...] = xp.settle(*arrays) if hasattr(xp, "settle") else arrays
    return settled


def side_by_side(xp: ModuleType, x: Array) -> Array:
    """The same numbers, axes (run, country, domain, target), with runs next to one another in memory.

    Formulas keep the order in memory of what they are given, so that a quarter walks along runs, not along short axes.
    """
    if not is_numpy_array(x):
        return x
    last = xp.permute_dims(x, (*range(1, x.ndim), 0))
    return runs_first(xp, xp.reshape(xp.reshape(last, (-1,)), last.shape))


def runs_first(xp: ModuleType, x: Array) -> Array:
    """An array that has runs as its last axis with runs as its first."""
    if hasattr(xp, "runs_first"):
        return xp.runs_first(x)
    return xp.permute_dims(x, (x.ndim - 1, *range(x.ndim - 1)))


def carry(xp: ModuleType, x: Array, matrix: Array) -> Array:
    """`x`, axes (..., run, country, domain, from), carried along its last axis by a matrix (from, to) of no run."""
    if hasattr(xp, "carry"):
        return xp.carry(x, matrix)
    n = x.ndim
    last = xp.permute_dims(x, (*range(n - 4), n - 3, n - 2, n - 1, n - 4))
    moved = xp.matmul(xp.matrix_transpose(matrix), last)
    return xp.permute_dims(moved, (*range(n - 4), n - 1, n - 4, n - 3, n - 2))


def contract(of: Array, what: Array) -> Array:
    """Sum over k of `of`, axes (..., country, 1, k), times `what`, axes (..., 1, k, target).

    Each run has its own numbers on both sides, and k is short: adding term by term walks along runs.
    """
    total = of[..., :1] * what[..., :1, :]
    for k in range(1, of.shape[-1]):
        total = total + of[..., k : k + 1] * what[..., k : k + 1, :]
    return total


def pair_sums(xp: ModuleType, row: Array, column: Array) -> Array:
    """Sum over k of `row`, axes (..., i, 1, k), times `column`, axes (..., j, 1, k): axes (..., i, 1, j).

    Here k is long: NumPy takes a column at a time, a compiler all terms in one loop.
    """
    if not is_numpy_array(row):
        (total,) = settle(xp, contract(row, swap(xp, swap(xp, column, -3, -1), -3, -2)))
        return total
    columns = [xp.sum(row * column[..., j : j + 1, :, :], axis=-1, keepdims=True) for j in range(column.shape[-3])]
    return xp.concat(columns, axis=-1)


def pack(xp: ModuleType, holds: Array, axis: int) -> Bits:
    """Truths along an axis, counted from the end, as bits of whole numbers, 32 to a number; the axis keeps length 1."""
    ones, after = flag(xp, holds), (slice(None),) * (-axis - 1)
    words = []
    for first in range(0, holds.shape[axis], BITS):
        part = ones[(..., slice(first, min(first + BITS, holds.shape[axis])), *after)]
        weight = 2.0 ** xp.arange(part.shape[axis], dtype=xp.float64)
        weighted = part * xp.reshape(weight, (-1, *(1,) * len(after)))
        words.append(xp.astype(xp.sum(weighted, axis=axis, keepdims=True), xp.uint32))
    return tuple(words)


def meet(one: Bits, other: Bits) -> Array:
    """Whether any bit is set on both sides."""
    met = [(a & b) != 0 for a, b in zip(one, other, strict=True)]
    return reduce(or_, met)


def count_common(xp: ModuleType, one: Bits, other: Bits) -> Array:
    """How many bits are set on both sides."""
    return sum(xp.astype(_count_bits(xp, a & b), xp.float64) for a, b in zip(one, other, strict=True))


def _count_bits(xp: ModuleType, word: Array) -> Array:
    """How many of the 32 bits are set; where the namespace has no function for it, in pairs, fours and bytes."""
    if hasattr(xp, "bitwise_count"):
        return xp.bitwise_count(word)

    def number(value: int) -> Array:
        return xp.asarray(value, dtype=xp.uint32)

    pairs = word - ((word >> number(1)) & number(0x55555555))
    fours = (pairs & number(0x33333333)) + ((pairs >> number(2)) & number(0x33333333))
    eights = (fours + (fours >> number(4))) & number(0x0F0F0F0F)
    return (eights * number(0x01010101)) >> number(24)


def pick(xp: ModuleType, x: Array, places: tuple[int, ...]) -> Array:
    """Some entries of the last axis, in their order; neighbours are taken together."""
    starts = [n for n, place in enumerate(places) if n == 0 or place != places[n - 1] + 1]
    ends = [*starts[1:], len(places)]
    return xp.concat([x[..., places[a] : places[b - 1] + 1] for a, b in zip(starts, ends, strict=True)], axis=-1)


def swap(xp: ModuleType, x: Array, one: int, other: int) -> Array:
    """`x` with two of its last axes, counted from the end as -1, -2 ..., exchanged."""
    order = list(range(x.ndim))
    order[one], order[other] = order[other], order[one]
    return xp.permute_dims(x, tuple(order))
