"""Random numbers addressed by (seed, run, stream, entity, step); nothing here keeps a state.

The generator is Threefry-4x32 with 20 rounds [salmon2011]: a keyed bijection of counters, so any number can be
drawn alone, in any order, on any back end, and adding an entity or a stream moves no other number.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from types import ModuleType

import numpy as np
from scipy.special import gammaincinv, ndtr, ndtri

from hedgesim.model.arrays import Array, namespace

_ROTATIONS = ((10, 26), (11, 21), (13, 27), (23, 5), (6, 20), (17, 11), (25, 10), (18, 20))
_PARITY = 0x1BD11BDA
_ROUNDS = 20
_WORD = 0xFFFFFFFF


def threefry(xp: ModuleType, key: Sequence[Array], counter: Sequence[Array]) -> tuple[Array, ...]:
    """Four random 32-bit words for a key and a counter of four 32-bit words each [salmon2011].

    key, counter: unsigned 32-bit arrays that broadcast against each other.
    """
    parity = xp.asarray(_PARITY, dtype=xp.uint32)
    extended = [*key, key[0] ^ key[1] ^ key[2] ^ key[3] ^ parity]
    x = [counter[i] + key[i] for i in range(4)]
    for n in range(_ROUNDS):
        first, second = _ROTATIONS[n % 8]
        a, b = (1, 3) if n % 2 == 0 else (3, 1)
        x[0] = x[0] + x[a]
        x[a] = _rotate(xp, x[a], first) ^ x[0]
        x[2] = x[2] + x[b]
        x[b] = _rotate(xp, x[b], second) ^ x[2]
        if n % 4 == 3:
            s = n // 4 + 1
            x = [x[i] + extended[(s + i) % 5] for i in range(4)]
            x[3] = x[3] + xp.asarray(s, dtype=xp.uint32)
    return tuple(x)


def _rotate(xp: ModuleType, x: Array, by: int) -> Array:
    left, right = xp.asarray(by, dtype=xp.uint32), xp.asarray(32 - by, dtype=xp.uint32)
    return (x << left) | (x >> right)


def address(name: str) -> int:
    """The 32-bit word by which a name addresses its random numbers; two names may share one by bad luck."""
    return zlib.crc32(name.encode())


def draw_uniform(
    xp: ModuleType,
    seed: int,
    runs: Sequence[int],
    stream: str,
    *,
    entities: Sequence[str],
    others: Sequence[str] = ("",),
    n_steps: int = 1,
) -> Array:
    """Uniform numbers in (0, 1), axes (step, run, entity, other).

    Each number depends only on seed, run, stream, the two names and the step: not on which other names,
    runs or steps are drawn with it.
    """
    shape = ((1, -1, 1, 1), (1, 1, -1, 1), (1, 1, 1, -1), (-1, 1, 1, 1))
    words = (list(runs), [address(e) for e in entities], [address(o) for o in others], range((n_steps + 1) // 2))
    run, entity, other, pair = (
        xp.reshape(xp.asarray(list(w), dtype=xp.uint32), s) for w, s in zip(words, shape, strict=True)
    )
    full = (seed & _WORD, (seed >> 32) & _WORD, address(stream))
    low, high, name = (xp.asarray([[[[w]]]], dtype=xp.uint32) for w in full)
    zero = xp.zeros_like(pair)
    out = threefry(xp, (low, high, run, name), (entity + zero, other + zero, pair, zero))
    both = xp.stack((_unit(xp, out[0], out[1]), _unit(xp, out[2], out[3])), axis=1)
    steps = xp.reshape(both, (-1, *both.shape[2:]))
    return steps[:n_steps, ...]


def _unit(xp: ModuleType, high: Array, low: Array) -> Array:
    """A double in (0, 1) from the upper 27 and 26 bits of two words."""
    a = xp.astype(high >> xp.asarray(5, dtype=xp.uint32), xp.float64)
    b = xp.astype(low >> xp.asarray(6, dtype=xp.uint32), xp.float64)
    return (a * 67108864.0 + b + 0.5) / 9007199254740992.0


def normal(uniform: Array) -> Array:
    """Standard normal numbers by the inverse distribution function."""
    return namespace(uniform).asarray(ndtri(np.asarray(uniform)))


def gamma(uniform: Array, shape: Array) -> Array:
    """Gamma numbers of unit scale by the inverse distribution function; `shape` > 0."""
    return namespace(uniform).asarray(gammaincinv(np.asarray(shape), np.asarray(uniform)))


def expectile(tau: Array) -> Array:
    """The expectile of the standard normal distribution at `tau` in (0, 1).

    The level at which a quantity that rises with rate tau and falls with rate 1 - tau toward normal targets
    stands still on average [newey_powell1987].
    """
    tau = np.asarray(tau, dtype=float)
    e = 0.0 * tau
    for _ in range(60):
        density, below = np.exp(-0.5 * e * e) / np.sqrt(2.0 * np.pi), ndtr(e)
        e = (2.0 * tau - 1.0) * density / (tau * (1.0 - below) + (1.0 - tau) * below)
    return e
