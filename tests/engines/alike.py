"""Whether worlds are the same, and some runs and quarters of them."""

import numpy as np

from hedgesim.model.world import World
from worlds import declared_axes

EXACT = {"level", "meeting", "status"}
"""What is counted, not computed, and so the same to the last bit."""


def assert_same_worlds(one: World, other: World, within: float = 1e-12) -> None:
    """Sums in another order differ in the last bits; the numbers of worlds are of the order of 1."""
    for name in declared_axes(World):
        here, there = np.asarray(getattr(one, name)), getattr(other, name)
        assert here.shape == there.shape, name
        assert np.max(np.abs(here - there)) <= (0.0 if name in EXACT else within), name


def run_of(worlds: World, place: int) -> World:
    """One run of several, its axis kept."""
    return World(**{name: getattr(worlds, name)[..., [place]] for name in declared_axes(World)})


def quarters_of(worlds: World, n: int) -> World:
    """The first quarters of stacked worlds."""
    return World(**{name: getattr(worlds, name)[:n] for name in declared_axes(World)})
