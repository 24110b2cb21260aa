"""The array type, the names of its axes, and the small formulas that several parts of the model share.

Every array of the model has the axes (country, domain, target, run); an axis that a quantity does not have has length
1, and no axis is ever dropped. Runs are last: they are many, and are next to one another in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""An array of any namespace of the Array API standard."""

Number: TypeAlias = float | Array
"""A parameter: one number, or a number for each run, axes (1, 1, 1, run)."""

COUNTRY, DOMAIN, TARGET, RUN = -4, -3, -2, -1
"""The axes, counted from the end: a leading axis of steps changes none of them."""


fusion_barriers: dict[str, Callable[..., tuple[Array, ...]]] = {}
"""By name of a namespace, a function by which its compiler computes arrays once; NumPy needs none."""


def namespace(*arrays: Array) -> ModuleType:
    """The Array API namespace of some arrays; NumPy's arrays may be among those of another."""
    for array in arrays:
        if type(array) is not np.ndarray:
            other: ModuleType = array.__array_namespace__()
            return other
    return np


def in_numpy(x: Array) -> bool:
    """Whether an array is NumPy's."""
    return isinstance(x, np.ndarray)


def logistic(xp: ModuleType, x: Array) -> Array:
    """Probability with log-odds `x`."""
    return 1.0 / (1.0 + xp.exp(-x))


def logarithm(xp: ModuleType, x: Array) -> Array:
    """Logarithm of 1e-30 .. 1e30.

    Compiled: that of single precision, and a step toward it by the series of log(1 + e), to 1e-15, in less time than a
    compiled logarithm of double precision takes.
    """
    if in_numpy(x):
        return xp.log(x)
    near = xp.astype(xp.log(xp.astype(x, xp.float32)), xp.float64)
    e = x * xp.exp(-near) - 1.0
    return near + e * (1.0 - 0.5 * e)


FARTHEST = 700.0
"""Log odds whose exponential is still a number."""


def tilted(xp: ModuleType, share: Array, x: Array) -> Array:
    """Shares proportional to share x exp(x) over targets; x farther than 700 from that of the first is that far."""
    grown = share * xp.exp(bound(xp, x - x[..., :1, :], -FARTHEST, FARTHEST))
    grown /= xp.sum(grown, axis=TARGET, keepdims=True)
    return grown


def positive(xp: ModuleType, x: Array) -> Array:
    """`x` where positive, else 0."""
    return at_least(xp, x, 0.0)


def nonzero(xp: ModuleType, x: Array) -> Array:
    """`x` where positive, else 1, to divide by."""
    return xp.where(x > 0.0, x, 1.0)


def bound(xp: ModuleType, x: Array, low: Number, high: Number) -> Array:
    """`x` kept within [low, high]."""
    return xp.clip(x, low, high)


def at_least(xp: ModuleType, x: Array, low: Number) -> Array:
    """`x` where above `low`, else `low`."""
    return xp.clip(x, low, np.inf)


def indicator(xp: ModuleType, holds: Array) -> Array:
    """1 where it holds, else 0."""
    return xp.astype(holds, xp.float64)


def spread(x: Number, like: Array) -> Array:
    """`x` with the shape that it and `like` broadcast to."""
    return x + 0.0 * like


def known_zero(x: Number) -> bool:
    """Whether all numbers are 0, where that is known while computing: in NumPy. Only to skip needless work."""
    return isinstance(x, float | int | np.ndarray) and not np.any(x)


def all_countries(xp: ModuleType, holds: Array) -> Array:
    """Whether it holds of every country, axes (…, 1, domain, target, run)."""
    if in_numpy(holds):
        return xp.all(holds, axis=COUNTRY, keepdims=True)
    return reduce(xp.logical_and, [holds[..., i : i + 1, :, :, :] for i in range(holds.shape[COUNTRY])])


def fusion_barrier(xp: ModuleType, *arrays: Array) -> tuple[Array, ...]:
    """The same arrays; a compiler computes them here, once, and not again in every expression that uses them."""
    barrier = fusion_barriers.get(xp.__name__)
    return barrier(*arrays) if barrier else arrays


_FEW = 40
"""Rows of a matrix up to which a compiler has sums in place of a product of matrices."""


def map_targets(xp: ModuleType, x: Array, matrix: Array) -> Array:
    """`x`, axes (…, from, run), times a matrix (from, to) that is the same in every run: axes (…, to, run)."""
    n, columns = x.shape[TARGET], xp.matrix_transpose(matrix)
    if in_numpy(x) or not 0 < n <= _FEW:
        return xp.matmul(columns, x)
    return reduce(xp.add, [columns[:, k : k + 1] * x[..., k : k + 1, :] for k in range(n)])


def sum_products(of: Array, what: Array) -> Array:
    """Sum over k of `of`, axes (…, country, 1, k, run), times `what`, axes (…, 1, k, target, run).

    Where both sides differ between runs, adding term by term goes along runs; k is short.
    """
    if in_numpy(of):
        if what.shape[RUN] == 1:
            return np.matmul(np.swapaxes(what[..., 0], -1, -2)[..., None, :, :], of)
        return np.einsum("...iokr,...oktr->...iotr", of, what)
    total = of[..., :1, :] * what[..., :1, :, :]
    for k in range(1, of.shape[TARGET]):
        total = total + of[..., k : k + 1, :] * what[..., k : k + 1, :, :]
    return total


def sum_along(xp: ModuleType, axis: int, one: Array, other: Array) -> Array:
    """Sum of `one` times `other` along an axis, which keeps length 1; NumPy needs no array of the products."""
    if not in_numpy(one):
        return xp.sum(one * other, axis=axis, keepdims=True)
    rest = "cdtr".replace("cdtr"[axis], "")
    return np.expand_dims(np.einsum(f"...cdtr,...cdtr->...{rest}", one, other), axis)


def places_of(*masks: Array) -> tuple[int, ...]:
    """Places along an axis that all masks choose, one value each; never arrays of a compiler."""
    chosen = [np.ravel(np.asarray(mask) != 0.0) for mask in masks]
    return tuple(int(place) for place in np.flatnonzero(np.all(chosen, axis=0)))


def in_domains(mask: Array) -> Any:
    """Index of the domain that a mask, axes (1, domain, 1, 1), chooses; of none where it chooses none."""
    places = places_of(mask)
    chosen = slice(places[0], places[0] + 1) if places else slice(0, 0)
    return (..., chosen, slice(None), slice(None))


def take_targets(xp: ModuleType, x: Array, places: tuple[int, ...]) -> Array:
    """Some targets, in their order; neighbours are taken together."""
    parts = [x[..., some, :] for some in _stretches(places)]
    return parts[0] if len(parts) == 1 else xp.concat(parts, axis=TARGET)


@cache
def _stretches(places: tuple[int, ...]) -> tuple[slice, ...]:
    """Slices that take some places in their order, neighbours together; an empty one where there are none."""
    if not places:
        return (slice(0, 0),)
    starts = [n for n, place in enumerate(places) if n == 0 or place != places[n - 1] + 1]
    ends = [*starts[1:], len(places)]
    stretches = [slice(places[a], places[b - 1] + 1) for a, b in zip(starts, ends, strict=True)]
    return tuple(stretches)


def place_targets(xp: ModuleType, x: Array, places: tuple[int, ...], n: int) -> Array:
    """Numbers of some targets, among all `n`, 0 for the others."""

    def zeros(length: int) -> Array:
        return xp.zeros((*x.shape[:TARGET], length, x.shape[RUN]), dtype=xp.float64)

    parts, first = [], 0
    for place, k in sorted((place, k) for k, place in enumerate(places)):
        parts += [zeros(place - first), x[..., k : k + 1, :]]
        first = place + 1
    parts.append(zeros(n - first))
    (placed,) = fusion_barrier(xp, xp.concat(parts, axis=TARGET))
    return placed


def swap(xp: ModuleType, x: Array, one: int, other: int) -> Array:
    """`x` with two of its axes, counted from the end, exchanged."""
    order = list(range(x.ndim))
    order[one], order[other] = order[other], order[one]
    return xp.permute_dims(x, tuple(order))
