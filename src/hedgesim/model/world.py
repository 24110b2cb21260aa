"""The whole system at one step: arrays with axes (run, country, domain, target), never dropped."""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import ModuleType

from hedgesim.model.arrays import Array, namespace

NONE, GUEST, OBSERVER, MEMBER = 0.0, 1.0, 2.0, 3.0
"""Statuses of a country in a format."""
STATUSES = ("none", "guest", "observer", "member")

DORMANT, WORKING, MINISTERIAL, LEADERS, INSTITUTION = 0.0, 1.0, 2.0, 3.0, 4.0
"""Levels of a format; the first four are also the codes of what met."""
LEVELS = ("dormant", "working", "ministerial", "leaders", "institution")
MEETINGS = ("none", "working", "ministers", "leaders")


@dataclass(frozen=True)
class World:
    """What everybody decides on; an axis that a quantity does not have has length 1.

    Axes below leave out the run axis, which always comes first.
    """

    share: Array
    """(country, domain, option): portfolio shares, 0..1, sum to 1 over options."""
    tie: Array
    """(country, 1, country): how the region share is spread over the other countries, sums to 1."""
    threat: Array
    """(country, 1, power): perceived threat, 0..1 [walt1987]."""
    reliability: Array
    """(country, 1, power): delivered over promised, 0..1 in the long run."""
    affinity: Array
    """(country, 1, power): public opinion of the power, -1..1."""
    trust: Array
    """(country, 1, country): trust built between countries, 0..1."""
    attention: Array
    """(1, 1, power): attention that a power pays to these countries, 0..1."""
    offer: Array
    """(country, domain, power): what the power offers, in units of attention."""
    coercion: Array
    """(country, 1, power): pressure applied by the power, in units of value."""
    concession: Array
    """(country, 1, power): outstanding issues cleared with a threatening power, 0..1."""
    past: Array
    """(country, 4, power): presence of each power in the last four quarters, oldest first."""
    status: Array
    """(country, 1, format): NONE, GUEST, OBSERVER or MEMBER."""
    fatigue: Array
    """(country, 1, 1): weight of recent meetings attended."""
    joined: Array
    """(country, 1, power): 1 where the country joined sanctions against the power."""
    leakage: Array
    """(country, 1, power): re-export of sanctioned goods, 0..1."""
    momentum: Array
    """(1, 1, format): drive of a format, 0..1."""
    level: Array
    """(1, 1, format): DORMANT .. INSTITUTION."""
    since: Array
    """(1, 1, format): quarters since the last meeting."""
    cadence: Array
    """(1, 1, format): quarters between regular meetings."""
    turn: Array
    """(1, 1, format): number of the member whose turn it is to host."""
    boost: Array
    """(1, 1, format): stimulus of recent meetings."""
    procedures: Array
    """(1, 1, format): 1 once rules of procedure were adopted."""
    secretariat: Array
    """(1, 1, format): 1 once a secretariat exists."""
    highest: Array
    """(1, 1, format): highest rung at which the format has ever met, 0..3."""
    meeting: Array
    """(1, 1, format): what met this quarter: 0 nothing, 1 working, 2 ministers, 3 leaders."""

    @property
    def xp(self) -> ModuleType:
        """The Array API namespace of the arrays."""
        return namespace(self.share)

    def at(self, step: int) -> World:
        """The world of one step out of those of all, which have a leading step axis."""
        return World(**{item.name: getattr(self, item.name)[step, ...] for item in fields(World)})

    def failed(self) -> Array:
        """(run,): 1 where shares are not numbers any more."""
        xp = self.xp
        total = xp.sum(self.share, axis=(-3, -2, -1))
        return xp.astype(~xp.isfinite(total), xp.float64)


def stack(worlds: list[World]) -> World:
    """Worlds of successive steps as one, with a leading step axis: axes (step, run, country, domain, target)."""
    xp = worlds[0].xp
    names = [item.name for item in fields(World)]
    return World(**{name: xp.stack([getattr(w, name) for w in worlds], axis=0) for name in names})
