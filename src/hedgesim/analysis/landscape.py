"""Landscape theory: actors divide into two sides until no single one would move [axelrod_bennett1993]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hedgesim.errors import HedgesimError, texts, whole
from hedgesim.model.noise import draw_uniform
from hedgesim.scenario.schema import LARGEST_SEED

MOST_ACTORS = 20
"""Actors up to which every bipartition is examined; beyond, minima are searched for by descent."""

STARTS, MOST_STARTS = 1000, 1_000_000
"""Descents by default, and at most."""

SEED = 1
"""Seed of the starts of descents by default."""

_BLOCK = 2**14
"""Bipartitions examined at once: their arrays take some ten megabytes."""

_ALIKE = 1e-9
"""By what fraction two numbers may differ that should be equal but were computed in different ways."""

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
Fault = tuple[HedgesimError, tuple[int, ...]]


@dataclass(frozen=True)
class Landscape:
    """Actors with sizes, and their propensities to be on one side [axelrod_bennett1993].

    A bipartition puts every actor on one of two sides, one of which may be empty. Its energy is the sum of
    size x size x propensity over the pairs on different sides, each counted both ways: low where friends are
    together and rivals apart. Bipartitions are given as flags `apart`, axes (bipartition, actor).

    Raises:
        HedgesimError: fewer than two actors, one named twice, arrays of another shape or not of real numbers, a size
            that is not above 0, a propensity that is not a number or differs by direction, numbers whose products leave
            the range of numbers.
    """

    actors: tuple[str, ...]
    size: Values
    """(actor,): above 0, on any one scale."""
    propensity: Values
    """(actor, actor): symmetric; positive attracts, negative repels. The diagonal is ignored."""

    def __post_init__(self) -> None:
        """Take lists as arrays, and refuse actors from which no landscape can be computed."""
        object.__setattr__(self, "actors", texts("actors", self.actors))
        for name in ("size", "propensity"):
            object.__setattr__(self, name, _real(name, getattr(self, name)))
        for error, _ in faults(self.actors, self.size, self.propensity):
            raise error

    @cached_property
    def pull(self) -> Values:
        """(actor, actor): size x size x propensity of every pair, 0 on the diagonal."""
        return _pull(self.size, self.propensity)

    @cached_property
    def _slack(self) -> Values:
        """(actor,): what rounding may add to or take from the change of energy of a move."""
        n, step = len(self.actors), float(np.finfo(float).eps)
        slack: Values = 2.0 * (n + 3) * step * np.abs(self.pull).sum(axis=-1)
        return slack

    def energy(self, apart: Flags) -> Values:
        """Energy of bipartitions, axes (bipartition,)."""
        other = self._flags(apart).astype(float)
        energy: Values = 2.0 * ((other @ self.pull) * (1.0 - other)).sum(axis=-1)
        return energy

    def rise(self, apart: Flags) -> Values:
        """By how much energy rises if one actor alone changes sides, axes (bipartition, actor)."""
        side = 1.0 - 2.0 * self._flags(apart)
        rise: Values = 2.0 * side * (side @ self.pull)
        return rise

    def _flags(self, apart: Flags) -> Flags:
        """Bipartitions as an array; HedgesimError for what is none."""
        flags = np.asarray(apart)
        if flags.dtype != np.bool_ or flags.ndim != 2 or flags.shape[1] != len(self.actors):
            remedy = "Write a row for each bipartition, like [[False, True]]."
            raise HedgesimError("apart", f"it must be true or false for each of {len(self.actors)} actors", remedy)
        return flags

    def minima(self, starts: int = STARTS, seed: int = SEED) -> Minima:
        """Local minima under single moves, lowest first: all up to 20 actors, beyond those that descents find.

        A move that leaves energy as it is, within rounding, does not unseat a minimum.

        starts: descents, 1 to 1 000 000. seed: of where they start, 0 or more. Neither matters up to 20 actors.

        Raises:
            HedgesimError: starts or seed out of range.
        """
        starts, seed = whole("starts", starts), whole("seed", seed)
        for name, value, low, high in (("starts", starts, 1, MOST_STARTS), ("seed", seed, 0, LARGEST_SEED)):
            if not low <= value <= high:
                raise HedgesimError(f"--{name} {value}", "it is out of range", f"Give --{name} from {low} to {high}.")
        return self.all_minima() if len(self.actors) <= MOST_ACTORS else self.minima_by_descent(starts, seed)

    def all_minima(self) -> Minima:
        """Every local minimum, out of all bipartitions; time doubles with every actor, memory does not."""
        n = len(self.actors)
        total, kept = 2 ** (n - 1), []
        for first in range(0, total, _BLOCK):
            number = np.arange(first, min(first + _BLOCK, total), dtype=np.int64)
            apart = (((2 * number[:, None]) >> np.arange(n)) & 1).astype(np.bool_)
            kept.append(apart[(self.rise(apart) >= -self._slack).all(axis=-1)])
        return Minima.of(self, np.concatenate(kept))

    def minima_by_descent(self, starts: int, seed: int) -> Minima:
        """The local minima in which descents end that start at random: a search, which may miss some.

        A descent moves the actor whose move lowers energy most, of equals the first, until no move lowers it. Starts
        are addressed by seed, number and actor, so more of them only add to what fewer find.
        """
        ended: Counter[bytes] = Counter()
        for first in range(0, starts, _BLOCK // 8):
            rows = self._descended(self._start(range(first, min(first + _BLOCK // 8, starts)), seed))
            ended.update(row.tobytes() for row in rows ^ rows[:, :1])
        found = np.frombuffer(b"".join(ended), dtype=np.bool_).reshape(-1, len(self.actors))
        return Minima.of(self, found, Search(starts, seed, np.asarray(list(ended.values()))))

    def _start(self, runs: range, seed: int) -> Flags:
        """Random bipartitions, every actor on either side with equal chance."""
        addresses = tuple(("landscape", actor, "side") for actor in self.actors)
        apart: Flags = draw_uniform(np, seed, runs, addresses)[0].T < 0.5
        return np.ascontiguousarray(apart)

    def _descended(self, apart: Flags) -> Flags:
        """Bipartitions after descent."""
        rows = np.arange(len(apart))
        while len(rows):
            rise = self.rise(apart[rows])
            down = np.where(rise < -self._slack, rise, 0.0)
            mover = down.argmin(axis=-1)
            goes = down[np.arange(len(rows)), mover] < 0.0
            rows = rows[goes]
            apart[rows, mover[goes]] ^= True
        return apart


@dataclass(frozen=True)
class Search:
    """Descents: how many, with what seed, and in each minimum how many ended, axes (minimum,)."""

    starts: int
    seed: int
    ended: NDArray[np.int64]


@dataclass(frozen=True)
class Minima:
    """Local minima of a landscape, lowest first; of equal ones first those with fewer of the first actors apart."""

    landscape: Landscape
    apart: Flags
    """(minimum, actor): whether the actor is on the other side than the first actor."""
    energy: Values
    """(minimum,)"""
    search: Search | None
    """How they were searched for; None if every bipartition was examined."""

    @staticmethod
    def of(landscape: Landscape, apart: Flags, search: Search | None = None) -> Minima:
        """Minima in order; apart: no two alike, the first actor never apart."""
        energy = landscape.energy(apart)
        scale = float(np.abs(landscape.pull).sum()) or 1.0
        order = np.lexsort((*apart.T[::-1], np.round(energy / scale, 12)))
        if search is not None:
            search = Search(search.starts, search.seed, search.ended[order])
        return Minima(landscape, apart[order], energy[order], search)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.apart)

    def sides(self, place: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The two sides of a minimum in the order of actors, that of the first actor first; the other may be empty."""
        place = whole("place", place, 0, len(self) - 1)
        flags = list(zip(self.landscape.actors, self.apart[place], strict=True))
        return tuple(a for a, apart in flags if not apart), tuple(a for a, apart in flags if apart)


def _real(name: str, value: object) -> Values:
    """Numbers of any kind but complex ones as an array of floats; HedgesimError for what is none."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "iuf":
        raise HedgesimError(name, "it must hold real numbers, in rows of equal length", "Write it like [1.0, 2.0].")
    return array.astype(float)


def _pull(size: Values, propensity: Values) -> Values:
    """Size x size x propensity of every pair, 0 on the diagonal, axes (actor, actor)."""
    with np.errstate(all="ignore"):
        mean = propensity / 2.0 + propensity.T / 2.0
        pull: Values = size[:, None] * size * mean
    np.fill_diagonal(pull, 0.0)
    return pull


def faults(actors: tuple[str, ...], size: Values, propensity: Values) -> Iterator[Fault]:
    """Why there is no landscape of actors, and the positions of those at fault; arguments as of `Landscape`.

    Positions are of one actor whose name or size is at fault, of two whose propensity is, else there are none. Only
    the first fault counts: those after it assume that there is none before.
    """
    n = len(actors)
    if n < 2:
        few = "there are no actors" if n == 0 else "there is one actor"
        yield HedgesimError("actors", few, "Two sides need two actors or more: add some."), ()
    for i, actor in enumerate(actors):
        if actor in actors[:i]:
            yield HedgesimError("actors", f"{actor} occurs twice", "Name each actor once."), (i,)
    if size.shape != (n,) or propensity.shape != (n, n):
        fault = f"{n} actors, sizes of shape {size.shape}, propensities of shape {propensity.shape}"
        yield HedgesimError("actors", fault, "Give a size to every actor and a propensity to every pair."), ()
    for i, actor in enumerate(actors):
        if not 0.0 < size[i] < np.inf:
            fault = f"the size of {actor} is {size[i]:g}, and an actor without size has no effect"
            yield HedgesimError("sizes", fault, "Write a number above 0, or leave the actor out of both tables."), (i,)
    off, pull = ~np.eye(n, dtype=np.bool_), _pull(size, propensity)
    largest = float(np.abs(propensity[off & np.isfinite(propensity)]).max(initial=0.0))
    with np.errstate(all="ignore"):
        alike = np.isclose(propensity, propensity.T, rtol=_ALIKE, atol=1e-12 * largest)
        lost = (propensity != 0.0) & ((pull == 0.0) | ~np.isfinite(4.0 * n * n * pull))
    for wrong, what, remedy in (
        (~np.isfinite(propensity), "is not a number", "Write a number such as -0.5."),
        (~alike, "differs by direction", "Write the same number in both places."),
        (lost, "times their sizes is out of the range of numbers", "Give sizes in another unit."),
    ):
        for i, j in np.argwhere(np.tril(wrong | wrong.T) & off).tolist():
            numbers = f"({propensity[j, i]:g} and {propensity[i, j]:g})"
            fault = f"the propensity of {actors[j]} and {actors[i]} {what} {numbers}"
            yield HedgesimError("propensities", fault, remedy), (i, j)
