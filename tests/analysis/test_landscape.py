"""Landscapes that can be computed by hand, and laws that hold for every one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgesim.analysis.landscape import MOST_ACTORS, Landscape, Minima
from hedgesim.errors import HedgesimError
from hedgesim.model.noise import draw_uniform

Sides = frozenset[frozenset[str]]


def landscape(size: dict[str, float], propensity: dict[str, float]) -> Landscape:
    """A landscape of actors of one letter; pairs are named by two, those that are not named have 0."""
    actors = tuple(size)
    rows = [[propensity.get(a + b, propensity.get(b + a, 0.0)) for b in actors] for a in actors]
    return Landscape(actors, np.asarray(list(size.values())), np.asarray(rows))


def listed(minima: Minima) -> list[tuple[float, str, str]]:
    return [(float(minima.energy[k]), *map("".join, minima.sides(k))) for k in range(len(minima))]


def by_sides(minima: Minima) -> dict[Sides, float]:
    return {frozenset(map(frozenset, minima.sides(k))): float(e) for k, e in enumerate(minima.energy)}


def test_three_actors_by_hand() -> None:
    # size x size x propensity: AB 2, AC -3, BC -3. Apart A: 2(2 - 3); B: 2(2 - 3); C: 2(-3 - 3); nobody: 0.
    land = landscape({"A": 1.0, "B": 2.0, "C": 3.0}, {"AB": 1.0, "AC": -1.0, "BC": -0.5})
    apart = np.asarray([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)
    assert land.energy(apart).tolist() == [-2.0, -2.0, -12.0, 0.0]
    assert land.rise(apart[2:]).tolist() == [[10.0, 10.0, 12.0], [-2.0, -2.0, -12.0]]
    assert listed(land.all_minima()) == [(-12.0, "AB", "C")]


def test_four_actors_with_three_minima_by_hand() -> None:
    # Together 0; one apart 2(3 + 2 - 4); AB, CD 2(2 - 4 - 4 + 2); AC, BD 2(3 - 4 - 4 + 3); AD, BC 2(3 + 2 + 2 + 3).
    pairs = {"AB": 3.0, "CD": 3.0, "AC": 2.0, "BD": 2.0, "AD": -4.0, "BC": -4.0}
    land = landscape(dict.fromkeys("ABCD", 1.0), pairs)
    assert listed(land.all_minima()) == [(-8.0, "AB", "CD"), (-4.0, "AC", "BD"), (0.0, "ABCD", "")]


def test_a_move_of_equal_energy_unseats_no_minimum() -> None:
    none = landscape(dict.fromkeys("ABC", 1.0), {}).all_minima()
    assert listed(none) == [(0.0, "ABC", ""), (0.0, "AB", "C"), (0.0, "AC", "B"), (0.0, "A", "BC")]
    friends = {"BC": 5.0, "BD": 5.0, "CD": 5.0}
    land = landscape(dict.fromkeys("ABCD", 1.0), {"AB": 0.1, "AC": 0.2, "AD": -0.3, **friends})
    assert 0.1 + 0.2 - 0.3 != 0.0  # equal but for rounding
    assert [sides for _, *sides in listed(land.all_minima())] == [["ABCD", ""], ["A", "BCD"]]


@pytest.mark.parametrize(("n", "ended"), [(MOST_ACTORS, None), (MOST_ACTORS + 4, [20])])
def test_planted_sides_are_found_and_beyond_twenty_by_search(n: int, ended: list[int] | None) -> None:
    """Two groups of n / 2, taken in turn, that like their own and dislike the others: one minimum, -n^2 / 2."""
    actors = tuple(f"S{k:02d}" for k in range(n))
    group = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    minima = Landscape(actors, np.ones(n), np.outer(group, group)).minima(starts=20, seed=3)
    assert minima.energy.tolist() == [-(n**2) / 2]
    assert minima.sides(0) == (actors[::2], actors[1::2])
    assert (minima.search and minima.search.ended.tolist()) == ended


@st.composite
def landscapes(draw: st.DrawFn, most: int = 7) -> Landscape:
    """Landscapes of whole numbers, in which no sum is rounded."""
    n = draw(st.integers(2, most))
    sizes = draw(st.lists(st.integers(1, 9), min_size=n, max_size=n))
    flat = draw(st.lists(st.integers(-5, 5), min_size=n * n, max_size=n * n))
    lower = np.tril(np.asarray(flat, dtype=float).reshape(n, n), -1)
    return Landscape(tuple("ABCDEFGHIJ"[:n]), np.asarray(sizes, dtype=float), lower + lower.T)


def energy_by_loops(land: Landscape, side: tuple[int, ...]) -> float:
    pairs = ((i, j) for i, j in product(range(len(side)), repeat=2) if side[i] != side[j])
    return sum(float(land.size[i]) * float(land.size[j]) * float(land.propensity[i][j]) for i, j in pairs)


def moves(side: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [tuple(1 - s if k == i else s for k, s in enumerate(side)) for i in range(len(side))]


def sides_of(land: Landscape, side: Sequence[int]) -> Sides:
    return frozenset(frozenset(a for a, s in zip(land.actors, side, strict=True) if s == which) for which in (0, 1))


@given(landscapes(most=6))
def test_plain_loops_find_the_same(land: Landscape) -> None:
    minima = land.all_minima()
    energy = {side: energy_by_loops(land, side) for side in product((0, 1), repeat=len(land.actors))}
    lowest = [side for side in energy if all(energy[moved] >= energy[side] for moved in moves(side))]
    assert by_sides(minima) == {sides_of(land, side): energy[side] for side in lowest}
    assert len(by_sides(minima)) == len(minima)
    assert (np.diff(minima.energy) >= 0.0).all()
    assert not minima.apart[:, 0].any()


@given(landscapes(), st.data())
def test_energy_is_that_of_plain_loops_and_rises_by_moves(land: Landscape, data: st.DataObject) -> None:
    n = len(land.actors)
    side = tuple(data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    apart = np.asarray([side], dtype=bool)
    assert land.energy(apart).tolist() == land.energy(~apart).tolist() == [energy_by_loops(land, side)]
    moved = apart ^ np.eye(n, dtype=bool)
    assert (land.energy(moved) - land.energy(apart)).tolist() == land.rise(apart)[0].tolist()


reals = st.floats(-5.0, 5.0).map(lambda x: x if abs(x) > 1e-6 else 0.0)


@given(st.lists(st.floats(0.01, 10.0), min_size=8, max_size=8), st.lists(reals, min_size=64, max_size=64))
def test_no_single_move_improves_a_listed_minimum(sizes: list[float], flat: list[float]) -> None:
    lower = np.tril(np.asarray(flat).reshape(8, 8), -1)
    land = Landscape(tuple("ABCDEFGH"), np.asarray(sizes), lower + lower.T)
    rounding = 1e-13 * np.abs(land.pull).sum()
    minima = land.all_minima()
    assert len(minima) > 0
    assert (land.rise(minima.apart) >= -rounding).all()
    every = np.asarray(list(product((False, True), repeat=8)))
    assert minima.energy[0] == pytest.approx(land.energy(every).min(), abs=rounding)


def wavy(n: int) -> Landscape:
    """A landscape with many minima."""
    wave = np.sin(np.arange(n * n, dtype=float).reshape(n, n) ** 1.3)
    return Landscape(tuple(f"S{k}" for k in range(n)), np.ones(n), wave + wave.T)


def ends(minima: Minima) -> dict[Sides, int]:
    """In which minimum how many descents ended."""
    assert minima.search is not None
    return dict(zip(by_sides(minima), minima.search.ended.tolist(), strict=True))


def test_a_seed_starts_at_the_same_places_and_another_elsewhere() -> None:
    once, again, other = (ends(wavy(24).minima(starts=30, seed=seed)) for seed in (5, 5, 6))
    assert once == again
    assert once.keys() != other.keys()


def descended_by_loops(land: Landscape, side: tuple[int, ...]) -> Sides:
    """The sides in which a descent ends: move who lowers energy most, of equals the first."""
    lowest = min(moves(side), key=lambda moved: energy_by_loops(land, moved))
    if energy_by_loops(land, lowest) >= energy_by_loops(land, side):
        return sides_of(land, side)
    return descended_by_loops(land, lowest)


@given(landscapes(most=5))
def test_descents_end_where_plain_loops_end(land: Landscape) -> None:
    addresses = tuple(("landscape", actor, "side") for actor in land.actors)
    starts = draw_uniform(np, 8, range(12), addresses)[0].T < 0.5
    by_loops = Counter(descended_by_loops(land, tuple(map(int, start))) for start in starts)
    assert ends(land.minima_by_descent(starts=12, seed=8)) == by_loops


@pytest.mark.parametrize("starts", [1, 2048, 2049])  # 2048 are made at once
def test_one_more_start_ends_in_one_minimum(starts: int) -> None:
    land = wavy(9)
    before, after = (ends(land.minima_by_descent(n, seed=2)) for n in (starts, starts + 1))
    assert sum(before.values()) == starts
    more = sorted(after[sides] - before.get(sides, 0) for sides in after)
    assert more == [0] * (len(after) - 1) + [1]
    assert sum(after.values()) == starts + 1
    assert after.keys() <= by_sides(land.all_minima()).keys()


AB, EVEN, TWO = ("A", "B"), [1.0, 1.0], np.zeros((2, 2))
WRONG = {
    "one": (("A",), [1.0], np.ones((1, 1)), "actors: there is one actor. Two sides need two"),
    "too few sizes": (AB, [1.0], TWO, "actors: 2 actors, sizes of shape (1,)"),
    "not square": (AB, EVEN, np.zeros((2, 3)), "actors: 2 actors, sizes of shape (2,), propensities"),
    "negative": (AB, [-1.0, 1.0], TWO, "sizes: the size of A is -1, and"),
    "no number of a size": (AB, [np.nan, 1.0], TWO, "sizes: the size of A is nan"),
    "endless": (AB, [np.inf, 1.0], TWO, "sizes: the size of A is inf"),
    "no number": (AB, EVEN, np.asarray([[0.0, np.nan], [1.0, 0.0]]), "A and B is not a number (nan and 1)"),
    "asymmetric": (AB, EVEN, np.asarray([[0.0, 1.0], [1.1, 0.0]]), "differs by direction (1 and 1.1)"),
    "too small": (AB, [1e-200, 1e-200], 1.0 - np.eye(2), "Give sizes in another unit."),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_landscape_that_means_nothing_is_refused(case: str) -> None:
    actors, size, propensity, words = WRONG[case]
    with pytest.raises(HedgesimError) as refused:
        Landscape(actors, np.asarray(size), propensity)
    assert words in str(refused.value)


def test_rounding_of_a_symmetric_table_and_its_diagonal_do_not_matter() -> None:
    table = np.asarray([[np.nan, 0.3], [0.1 + 0.2, 7.0]])
    assert listed(Landscape(("A", "B"), np.ones(2), table).all_minima()) == [(0.0, "AB", "")]
