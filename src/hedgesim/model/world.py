"""The complete system at one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from types import ModuleType
from typing import Any, TypeVar

from jaxtyping import Float

from hedgesim.model.arrays import COUNTRY, DOMAIN, TARGET, Array, namespace

NONE, GUEST, OBSERVER, MEMBER = 0.0, 1.0, 2.0, 3.0
"""Statuses of a country in a format."""
STATUSES = ("none", "guest", "observer", "member")

DORMANT, WORKING, MINISTERIAL, LEADERS, INSTITUTION = 0.0, 1.0, 2.0, 3.0, 4.0
"""Levels of a format; the first four are also the codes of what met."""
LEVELS = ("dormant", "working", "ministerial", "leaders", "institution")
MEETINGS = ("none", "working", "ministers", "leaders")


@dataclass(frozen=True)
class World:
    """The state on which all decide."""

    share: Float[Array, "country domain option run"]
    """Portfolio shares, 0..1, sum to 1 over options."""
    tie: Float[Array, "country 1 country run"]
    """How the region share is spread over the other countries, sums to 1."""
    threat: Float[Array, "country 1 power run"]
    """Perceived threat, 0..1 [walt1987]."""
    reliability: Float[Array, "country 1 power run"]
    """Delivered over promised, 0..1 in the long run."""
    affinity: Float[Array, "country 1 power run"]
    """Public opinion of the power, -1..1."""
    trust: Float[Array, "country 1 country run"]
    """Trust built between countries, 0..1."""
    attention: Float[Array, "1 1 power run"]
    """Attention that a power pays to these countries, 0..1."""
    offer: Float[Array, "country domain power run"]
    """What the power offers, in units of attention."""
    coercion: Float[Array, "country 1 power run"]
    """Pressure applied by the power, in units of value."""
    concession: Float[Array, "country 1 power run"]
    """Outstanding issues cleared with a threatening power, 0..1."""
    past: Float[Array, "country 4 power run"]
    """Presence of each power in the last four quarters, oldest first."""
    status: Float[Array, "country 1 format run"]
    """NONE, GUEST, OBSERVER or MEMBER."""
    fatigue: Float[Array, "country 1 1 run"]
    """Weight of recent meetings attended."""
    joined: Float[Array, "country 1 power run"]
    """1 where the country joined sanctions against the power."""
    leakage: Float[Array, "country 1 power run"]
    """Re-export of sanctioned goods, 0..1."""
    momentum: Float[Array, "1 1 format run"]
    """Drive of a format, 0..1."""
    level: Float[Array, "1 1 format run"]
    """DORMANT .. INSTITUTION."""
    since: Float[Array, "1 1 format run"]
    """Quarters since the last meeting."""
    cadence: Float[Array, "1 1 format run"]
    """Quarters between regular meetings."""
    turn: Float[Array, "1 1 format run"]
    """Number of the member whose turn it is to host."""
    boost: Float[Array, "1 1 format run"]
    """Stimulus of recent meetings."""
    procedures: Float[Array, "1 1 format run"]
    """1 once rules of procedure were adopted."""
    secretariat: Float[Array, "1 1 format run"]
    """1 once a secretariat exists."""
    highest: Float[Array, "1 1 format run"]
    """Highest rung at which the format has ever met, 0..3."""
    meeting: Float[Array, "1 1 format run"]
    """What met this quarter: 0 nothing, 1 working, 2 ministers, 3 leaders."""

    @property
    def xp(self) -> ModuleType:
        """The Array API namespace of the arrays."""
        return namespace(self.share)

    def failed(self) -> Array:
        """1 where shares are not finite, axes (run,)."""
        xp = self.xp
        total = xp.sum(self.share, axis=(COUNTRY, DOMAIN, TARGET))
        return xp.astype(~xp.isfinite(total), xp.float64)


Stacked = TypeVar("Stacked")


def stack(steps: Sequence[Stacked]) -> Stacked:
    """Dataclasses of arrays of successive steps as one, with a leading step axis; what is no array is of the first."""
    first: Any = steps[0]
    names = [item.name for item in fields(first) if not isinstance(getattr(first, item.name), tuple)]
    xp = namespace(getattr(first, names[0]))
    stacked: Stacked = replace(
        first, **{name: xp.stack([getattr(step, name) for step in steps], axis=0) for name in names}
    )
    return stacked


def at_step(stacked: Stacked, step: int) -> Stacked:
    """One step of a dataclass of arrays with a leading step axis."""
    kind: Any = type(stacked)
    one: Stacked = kind(**{item.name: getattr(stacked, item.name)[step, ...] for item in fields(kind)})
    return one
