"""What a scenario gives from a quarter on, whatever countries decide: a status in a format, a format open or closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jaxtyping import Float

from hedgesim.model.arrays import Array, indicator
from hedgesim.model.world import DORMANT, MEMBER, NONE, World


@dataclass(frozen=True)
class Given:
    """Something given from `step` on up to, and without, `until`; quarters since the start."""

    step: float
    until: float
    where: Float[Array, "#country 1 format 1"]
    """1 where it holds."""


@dataclass(frozen=True)
class GivenStatus(Given):
    """A status, while the format is at work."""

    status: float


@dataclass(frozen=True)
class GivenRung(Given):
    """A format is closed, or in its first quarter opened at a rung."""

    rung: float
    founders: Float[Array, "country 1 format 1"]
    """1 for the members of a format that opens."""


def as_given(world: World, step: Array, given: Sequence[Given]) -> World:
    """The world with what is given at a step, in the order given; step: axes (1, 1, 1, 1)."""
    for one in given:
        acts = (one.where > 0.0) & (step >= one.step) & (step < one.until)
        if isinstance(one, GivenStatus):
            seated = acts & (world.ladder > DORMANT)
            world = replace(world, status=world.xp.where(seated, one.status, world.status))
        elif isinstance(one, GivenRung) and one.rung == DORMANT:
            world = _closed(world, acts)
        elif isinstance(one, GivenRung):
            world = _opened(world, acts & (step == one.step) & (world.ladder < one.rung), one)
    return world


def _closed(world: World, where: Array) -> World:
    """The world with some formats dormant; where: axes (1, 1, format, #run)."""
    xp = world.xp
    return replace(
        world,
        ladder=xp.where(where, DORMANT, world.ladder),
        status=xp.where(where, NONE, world.status),
        meeting=xp.where(where, DORMANT, world.meeting),
        came=xp.where(where, 0.0, world.came),
    )


def _opened(world: World, where: Array, one: GivenRung) -> World:
    """The world with some formats at a higher rung; one that was dormant gets its founders as members."""
    xp = world.xp
    founded = where & (world.ladder == DORMANT) & (one.founders > 0.0)
    return replace(
        world,
        ladder=xp.where(where, one.rung, world.ladder),
        status=xp.where(founded, MEMBER, world.status),
        since=world.since * (1.0 - indicator(xp, where)),
    )
