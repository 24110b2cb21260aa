"""The complete system at one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from itertools import chain
from types import ModuleType
from typing import Any, TypeVar

from jaxtyping import Float

from hedgesim.model.arrays import COUNTRY, DOMAIN, TARGET, Array, namespace

NONE, GUEST, OBSERVER, MEMBER = 0.0, 1.0, 2.0, 3.0
"""Statuses of a country in a format."""
STATUSES = ("none", "guest", "observer", "member")

DORMANT, MINISTERS, LEADERS = 0.0, 1.0, 2.0
"""Rungs of the ladder of a format, and the codes of what met in a quarter."""
RUNGS = ("none", "ministers", "leaders")


@dataclass(frozen=True)
class World:
    """The state on which all decide. Shares, and who met, follow from the rest and are kept for all to see."""

    unanswered: Float[Array, "country domain option run"]
    """Shares if nobody had answered to anything, 0..1, sum to 1 over options. Unmodelled reasons move them."""
    response: Float[Array, "country domain option run"]
    """Log odds, what countries have answered to so far."""
    share: Float[Array, "country domain option run"]
    """Portfolio shares, 0..1, sum to 1 over options."""
    threat: Float[Array, "country 1 power run"]
    """Rise of perceived threat since the start [walt1987]."""
    attention: Float[Array, "1 1 power run"]
    """Attention that a power pays to these countries."""
    trust: Float[Array, "country 1 country run"]
    """Trust built between countries, 0..1."""
    joined: Float[Array, "country 1 power run"]
    """1 where the country joined sanctions against the power."""
    stance: Float[Array, "country 1 format run"]
    """Standard normal number behind the unmodelled part of the stance on a format."""
    rulers: Float[Array, "country 1 1 run"]
    """Successions since the start."""
    forgotten: Float[Array, "country 1 1 run"]
    """Share of what earlier rulers left behind that is forgotten, 0..1."""
    status: Float[Array, "country 1 format run"]
    """NONE, GUEST, OBSERVER or MEMBER."""
    ladder: Float[Array, "1 1 format run"]
    """Highest rung at which the format has met: DORMANT, MINISTERS or LEADERS."""
    since: Float[Array, "1 1 format run"]
    """Quarters since the last meeting at the highest rung."""
    turn: Float[Array, "1 1 format run"]
    """Number of the party whose turn it is to host."""
    seated: Float[Array, "1 1 1 run"]
    """1 once all heads sat at one own meeting."""
    meeting: Float[Array, "1 1 format run"]
    """What met this quarter: DORMANT for nothing, MINISTERS or LEADERS."""
    came: Float[Array, "country 1 format run"]
    """1 where the head of the country came to this quarter's leaders' meeting."""

    @property
    def xp(self) -> ModuleType:
        """The Array API namespace of the arrays."""
        return namespace(self.share)

    def failed(self) -> Array:
        """1 where shares are not finite, axes (run,)."""
        return not_finite(self.share)


def not_finite(share: Array) -> Array:
    """1 where shares, or their sums, are not finite, axes (run,)."""
    xp = namespace(share)
    return xp.astype(~xp.isfinite(xp.sum(share, axis=(COUNTRY, DOMAIN, TARGET))), xp.float64)


Stacked = TypeVar("Stacked")


def stack(steps: Iterable[Stacked], n: int) -> Stacked:
    """Dataclasses of arrays of n successive steps as one, with a leading step axis; what is no array is of the first.

    Each step is copied as it comes, so that steps need not all be kept.
    """
    rest = iter(steps)
    first: Any = next(rest)
    names = [item.name for item in fields(first) if not isinstance(getattr(first, item.name), tuple)]
    xp = namespace(getattr(first, names[0]))
    stacked = {name: xp.empty((n, *getattr(first, name).shape), dtype=getattr(first, name).dtype) for name in names}
    for t, step in enumerate(chain((first,), rest)):
        for name, array in stacked.items():
            array[t, ...] = getattr(step, name)
    whole: Stacked = replace(first, **stacked)
    return whole


def at_step(stacked: Stacked, step: int) -> Stacked:
    """One step of a dataclass of arrays with a leading step axis."""
    kind: Any = type(stacked)
    one: Stacked = kind(**{item.name: getattr(stacked, item.name)[step, ...] for item in fields(kind)})
    return one
