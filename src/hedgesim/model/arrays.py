"""The array type, the names of its axes, and the small formulas that several parts of the model share.

Every array of the model has the axes (country, domain, target, run); an axis that a quantity does not have has length
1, and no axis is ever dropped. Runs are last: they are many, and are next to one another in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from types import ModuleType
from typing import Any, TypeAlias

import array_api_compat.numpy as numpy_namespace
import numpy as np
from array_api_compat import array_namespace, is_numpy_array
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""An array of any namespace of the Array API standard."""

Number: TypeAlias = float | Array
"""A parameter: one number, or a number for each run, axes (1, 1, 1, run)."""

COUNTRY, DOMAIN, TARGET, RUN = -4, -3, -2, -1
"""The axes, counted from the end: a leading axis of steps changes none of them."""

Bits: TypeAlias = tuple[Array, ...]
"""Truth values packed into unsigned 32-bit integers."""

BITS = 32

fusion_barriers: dict[str, Callable[..., tuple[Array, ...]]] = {}
"""By name of a namespace, a function by which its compiler computes arrays once; NumPy needs none."""


def namespace(*arrays: Array) -> ModuleType:
    """The Array API namespace of some arrays; NumPy's arrays may be among those of another."""
    for array in arrays:
        if type(array) is not np.ndarray:
            return array_namespace(array)
    return numpy_namespace


def logistic(xp: ModuleType, x: Array) -> Array:
    """Probability with log-odds `x`."""
    return 1.0 / (1.0 + xp.exp(-x))


def softmax(xp: ModuleType, x: Array) -> Array:
    """Shares proportional to exp(x) over targets."""
    if is_numpy_array(x):
        largest = xp.max(x, axis=TARGET, keepdims=True)
    else:  # a compiler fuses comparisons with what follows them
        largest = reduce(xp.maximum, [x[..., k : k + 1, :] for k in range(x.shape[TARGET])])
    grown = xp.exp(x - largest)
    return grown / xp.sum(grown, axis=TARGET, keepdims=True)


def positive(xp: ModuleType, x: Array) -> Array:
    """`x` where positive, else 0."""
    return xp.maximum(x, 0.0)


def bound(xp: ModuleType, x: Array, low: Number, high: Number) -> Array:
    """`x` kept within [low, high]."""
    return xp.minimum(xp.maximum(x, low), high)


def indicator(xp: ModuleType, holds: Array) -> Array:
    """1 where it holds, else 0."""
    return xp.astype(holds, xp.float64)


def spread(x: Number, like: Array) -> Array:
    """`x` with the shape that it and `like` broadcast to."""
    return x + 0.0 * like


def known_zero(x: Number) -> bool:
    """Whether all numbers are 0, where that is known while computing: in NumPy. Only to skip needless work."""
    return isinstance(x, float | int | np.ndarray) and not np.any(x)


def fusion_barrier(xp: ModuleType, *arrays: Array) -> tuple[Array, ...]:
    """The same arrays; a compiler computes them here, once, and not again in every expression that uses them."""
    barrier = fusion_barriers.get(xp.__name__)
    return barrier(*arrays) if barrier else arrays


def map_targets(xp: ModuleType, x: Array, matrix: Array) -> Array:
    """`x`, axes (…, from, run), times a matrix (from, to) that is the same in every run: axes (…, to, run)."""
    return xp.matmul(xp.matrix_transpose(matrix), x)


def sum_products(of: Array, what: Array) -> Array:
    """Sum over k of `of`, axes (…, country, 1, k, run), times `what`, axes (…, 1, k, target, run).

    Both sides differ between runs, and k is short: adding term by term goes along runs.
    """
    total = of[..., :1, :] * what[..., :1, :, :]
    for k in range(1, of.shape[TARGET]):
        total = total + of[..., k : k + 1, :] * what[..., k : k + 1, :, :]
    return total


def pair_sums(xp: ModuleType, row: Array, column: Array) -> Array:
    """Sum over k of `row`, axes (…, i, 1, k, run), times `column`, axes (…, j, 1, k, run): axes (…, i, 1, j, run).

    Here k is long: NumPy takes a column at a time, a compiler all terms in one loop.
    """
    if not is_numpy_array(row):
        (total,) = fusion_barrier(xp, sum_products(row, swap(xp, swap(xp, column, COUNTRY, TARGET), COUNTRY, DOMAIN)))
        return total
    columns = [column[..., j : j + 1, :, :, :] for j in range(column.shape[COUNTRY])]
    return xp.concat([xp.sum(row * one, axis=TARGET, keepdims=True) for one in columns], axis=TARGET)


def pack_bits(xp: ModuleType, holds: Array, axis: int) -> Bits:
    """Truth values along an axis, counted from the end, 32 to an unsigned integer; the axis keeps length 1."""
    ones: Any = xp.astype(holds, xp.float64)
    after, words = (slice(None),) * (-axis - 1), []
    for first in range(0, holds.shape[axis], BITS):
        some = ones[(..., slice(first, min(first + BITS, holds.shape[axis])), *after)]
        weight = xp.reshape(2.0 ** xp.arange(some.shape[axis], dtype=xp.float64), (-1, *(1,) * len(after)))
        words.append(xp.astype(xp.sum(some * weight, axis=axis, keepdims=True), xp.uint32))
    return tuple(words)


def any_common(one: Bits, other: Bits) -> Array:
    """Whether any bit is set on both sides."""
    common = (one[0] & other[0]) != 0
    for a, b in zip(one[1:], other[1:], strict=True):
        common = common | ((a & b) != 0)
    return common


def count_common(xp: ModuleType, one: Bits, other: Bits) -> Array:
    """How many bits are set on both sides."""
    count = xp.bitwise_count if hasattr(xp, "bitwise_count") else _count_bits
    total = xp.astype(count(one[0] & other[0]), xp.float64)
    for a, b in zip(one[1:], other[1:], strict=True):
        total = total + xp.astype(count(a & b), xp.float64)
    return total


def _count_bits(word: Array) -> Array:
    """How many of the 32 bits are set, in a namespace that has no function for it: in pairs, fours and bytes."""
    xp = namespace(word)
    number = [xp.asarray(value, dtype=xp.uint32) for value in (1, 2, 4, 24, *_BIT_MASKS)]
    one, two, four, shift, by_pairs, by_fours, by_eights, every = number
    pairs = word - ((word >> one) & by_pairs)
    fours = (pairs & by_fours) + ((pairs >> two) & by_fours)
    eights = (fours + (fours >> four)) & by_eights
    return (eights * every) >> shift


_BIT_MASKS = (0x55555555, 0x33333333, 0x0F0F0F0F, 0x01010101)


def take_targets(xp: ModuleType, x: Array, places: tuple[int, ...]) -> Array:
    """Some targets, in their order; neighbours are taken together."""
    starts = [n for n, place in enumerate(places) if n == 0 or place != places[n - 1] + 1]
    ends = [*starts[1:], len(places)]
    stretches = [slice(places[a], places[b - 1] + 1) for a, b in zip(starts, ends, strict=True)]
    return xp.concat([x[..., some, :] for some in stretches], axis=TARGET)


def swap(xp: ModuleType, x: Array, one: int, other: int) -> Array:
    """`x` with two of its axes, counted from the end, exchanged."""
    order = list(range(x.ndim))
    order[one], order[other] = order[other], order[one]
    return xp.permute_dims(x, tuple(order))
