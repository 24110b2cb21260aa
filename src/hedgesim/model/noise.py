"""Random numbers addressed by (seed, run, stream, entity, step); nothing here keeps a state.

The generator is Threefry-4x32 with 13 rounds [salmon2011]: a keyed bijection of counters, so any number can be
drawn alone, in any order, on any back end, and adding an entity or a stream moves no other number. The four words of
a call are those of four successive steps.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv, gammaincinv, gammaln, ndtr, ndtri

from hedgesim.model.arrays import Array, bound, fusion_barrier, in_numpy, logarithm, namespace

Address = tuple[str, str, str]
"""A stream and two names, such as a country and a format, by which a series of random numbers is addressed."""

_ROTATIONS = ((10, 26), (11, 21), (13, 27), (23, 5), (6, 20), (17, 11), (25, 10), (18, 20))
_PARITY = 0x1BD11BDA
_ROUNDS = 13
"""Twelve rounds pass BigCrush [salmon2011]."""
_WORD = 0xFFFFFFFF
WORDS = 4
"""Steps whose numbers one call gives."""


def threefry(xp: ModuleType, key: Sequence[Array], counter: Sequence[Array], rounds: int = _ROUNDS) -> list[Array]:
    """Four random 32-bit words for a key and a counter of four 32-bit words each [salmon2011].

    key, counter: unsigned 32-bit arrays that broadcast against each other.
    """
    extended = [*key, key[0] ^ key[1] ^ key[2] ^ key[3] ^ xp.asarray(_PARITY, dtype=xp.uint32)]
    whole = xp.zeros(np.broadcast_shapes(*(k.shape for k in (*key, *counter))), dtype=xp.uint32)
    x = [whole + (counter[i] + key[i]) for i in range(WORDS)]
    for n in range(rounds):
        first, second = _ROTATIONS[n % 8]
        a, b = (1, 3) if n % 2 == 0 else (3, 1)
        x[0] += x[a]
        x[a] = _rotated(x[a], first)
        x[a] ^= x[0]
        x[2] += x[b]
        x[b] = _rotated(x[b], second)
        x[b] ^= x[2]
        if n % 4 == 3:
            s = n // 4 + 1
            for i in range(WORDS):
                x[i] += extended[(s + i) % 5]
            x[3] += s
    return x


def _rotated(x: Array, by: int) -> Array:
    low = x >> (32 - by)
    x <<= by
    x |= low
    return x


LARGEST_RUN = 2**31 - 1
"""Highest number of a run, which is one word of an address."""


def address(name: str) -> int:
    """The 32-bit word by which a name addresses its random numbers; two names may share one by bad luck."""
    return zlib.crc32(name.encode())


@cache
def _words(addresses: tuple[Address, ...]) -> NDArray[np.uint32]:
    """The words of stream and names of every address, axes (3, address)."""
    names = [name for names in addresses for name in names]
    known = {name: zlib.crc32(name.encode()) for name in set(names)}
    return np.asarray([known[name] for name in names], dtype=np.uint32).reshape(-1, 3).T


def draw_words(
    xp: ModuleType, seed: int, runs: Sequence[int] | Array, addresses: tuple[Address, ...], *, four: int | Array = 0
) -> tuple[Array, ...]:
    """Random 32-bit words of four successive steps, axes (address, run) each.

    four: the steps are 4 * four .. 4 * four + 3. Each number depends only on seed, run, its own address and the step:
    not on which other addresses, runs or steps are drawn with it.
    """
    names = _words(addresses)[:, :, None]
    run = xp.asarray(runs, dtype=xp.uint32)[None, :]
    low, high = (xp.asarray([[word & _WORD]], dtype=xp.uint32) for word in (seed, seed >> 32))
    step, zero = xp.reshape(xp.asarray(four, dtype=xp.uint32), (1, 1)), xp.zeros((1, 1), dtype=xp.uint32)

    def words_of(some: slice) -> list[Array]:
        stream, one, other = (xp.asarray(word[some]) for word in names)
        return threefry(xp, (low, high, run, stream), (one, other, step, zero))

    if not in_numpy(run):
        return fusion_barrier(xp, *words_of(slice(None)))
    words = np.empty((WORDS, len(addresses), len(runs)), dtype=np.uint32)
    at_once = max(1, _AT_ONCE // max(1, len(runs)))  # a cache holds a part at a time
    for first in range(0, len(addresses), at_once):
        some = slice(first, first + at_once)
        for word, part in zip(words, words_of(some), strict=True):
            word[some] = part
    return tuple(words)


def draw_uniform(
    xp: ModuleType, seed: int, runs: Sequence[int] | Array, addresses: tuple[Address, ...], *, four: int | Array = 0
) -> tuple[Array, ...]:
    """Uniform numbers in (0, 1) of 32 bits in four successive steps; arguments as of `draw_words`."""
    return tuple(unit(word) for word in draw_words(xp, seed, runs, addresses, four=four))


_AT_ONCE = 25_000
"""Numbers of a step that NumPy draws at once."""


def unit(word: Array) -> Array:
    """Uniform numbers in (0, 1), axes of the words: their 32 bits and a half."""
    return _between(namespace(word).astype(word, namespace(word).float64), 2.0**-32)


def _between(whole: Array, step: float) -> Array:
    """The middles of steps, from their numbers, which are written over."""
    whole += 0.5
    whole *= step
    return whole


def halves(word: Array) -> tuple[Array, Array]:
    """Two uniform numbers in (0, 1) of 16 bits each from one word."""
    xp = namespace(word)
    bits = (word >> 16, word & (_LEVELS - 1))
    first, second = (_between(xp.astype(half, xp.float64), 1.0 / _LEVELS) for half in bits)
    return first, second


_LEVELS = 2**16


@cache
def _normals() -> NDArray[np.float64]:
    """Standard normal numbers in the middle of equally likely steps, scaled to a variance of 1."""
    z = ndtri((np.arange(_LEVELS) + 0.5) / _LEVELS)
    return z / np.sqrt(np.mean(z * z))


def normal_of(word: Array) -> Array:
    """Standard normal numbers from the first 16 bits of words, within 4.2 of 0, from a table."""
    xp = namespace(word)
    return fusion_barrier(xp, _entries(xp, xp.asarray(_normals()), xp.astype(word >> 16, xp.int64)))[0]


_CENTRE = (
    (
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.387132872796366608,
    ),
    (
        5226.495278852545925,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ),
)
_TAIL = (
    (
        7.7454501427834140764e-4,
        0.0227238449892691845833,
        0.24178072517745061177,
        1.27045825245236838258,
        3.64784832476320460504,
        5.7694972214606914055,
        4.6303378461565452959,
        1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9,
        5.475938084995344946e-4,
        0.0151986665636164571966,
        0.14810397642748007459,
        0.68976733498510000455,
        1.6763848301838038494,
        2.05319162663775882187,
        1.0,
    ),
)
"""Coefficients of numerator and denominator [wichura1988]."""


def normal(uniform: Array) -> Array:
    """Standard normal numbers by the inverse distribution function.

    uniform: of at most 32 bits, so within 2**-33 of 0 and 1 at the nearest, which spares the farthest tail of
    [wichura1988]; in NumPy SciPy's own is faster, and the two agree to 1e-13.
    """
    xp = namespace(uniform)
    if in_numpy(uniform):
        numbers: Array = ndtri(uniform)
        return numbers
    q = uniform - 0.5
    central = xp.abs(q) <= 0.425
    nearest = xp.minimum(uniform, 1.0 - uniform)
    r = xp.where(central, 0.180625 - q * q, xp.sqrt(-logarithm(xp, nearest)) - 1.6)
    above, below = (_polynomial(xp, r, central, both) for both in zip(_CENTRE, _TAIL, strict=True))
    return xp.where(central, q, xp.sign(q)) * (above / below)


def _polynomial(xp: ModuleType, r: Array, central: Array, both: tuple[Sequence[float], Sequence[float]]) -> Array:
    """A polynomial in r, highest power first, whose coefficients are those of the centre or of the tail."""
    (highest, *rest) = zip(*both, strict=True)
    total = xp.where(central, xp.asarray(highest[0]), highest[1])
    for centre, tail in rest:
        total = total * r + xp.where(central, xp.asarray(centre), tail)
    return total


_KNOTS = 257
_REACH = 6.4
"""Where the table of gamma numbers ends, in standard deviations of the normal numbers it is entered with."""


def gamma(uniform: Array, shape: NDArray[np.float64]) -> Array:
    """Gamma numbers of unit scale by the inverse distribution function.

    shape: > 0, NumPy's, broadcastable to `uniform`. Quantiles are interpolated in a table by cubics; the error is below
    1e-7.
    """
    xp = namespace(uniform)
    shapes, place = np.unique(shape, return_inverse=True)
    tables = np.stack([_quantiles(float(a)) for a in shapes])
    step = 2.0 * _REACH / (_KNOTS - 1)
    entry = (bound(xp, normal(uniform), -_REACH, _REACH) + _REACH) / step
    knot = xp.minimum(xp.floor(entry), float(_KNOTS - 2))
    t = entry - knot
    at = xp.astype(knot, xp.int64) + xp.asarray(place.reshape(shape.shape) * _KNOTS)
    value, slope = (xp.asarray(np.ascontiguousarray(tables[:, n, :]).ravel()) for n in (0, 1))
    here, there = _entries(xp, value, at), _entries(xp, value, at + 1)
    rise, leave, arrive = there - here, step * _entries(xp, slope, at), step * _entries(xp, slope, at + 1)
    cubic = here + t * (leave + t * ((3.0 * rise - 2.0 * leave - arrive) + t * (leave + arrive - 2.0 * rise)))
    return xp.maximum(cubic, 0.0)


def _entries(xp: ModuleType, table: Array, at: Array) -> Array:
    """Entries of a table at places of any shape."""
    return xp.reshape(xp.take(table, xp.reshape(at, (-1,)), axis=0), at.shape)


@cache
def _quantiles(shape: float) -> NDArray[np.float64]:
    """Gamma quantiles at evenly spaced normal numbers and their slopes, axes (2, knot)."""
    z = np.linspace(-_REACH, _REACH, _KNOTS)
    x = np.where(z < 0.0, gammaincinv(shape, ndtr(z)), gammainccinv(shape, ndtr(-z)))
    above = np.maximum(x, 1e-60)
    log_density = (shape - 1.0) * np.log(above) - above - gammaln(shape)
    slope = np.exp(-0.5 * z * z - 0.5 * np.log(2.0 * np.pi) - log_density)
    return np.stack([x, np.where(x > 1e-60, slope, 0.0)])
