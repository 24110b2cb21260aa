"""What does not change during a run: the axes, and the tables as arrays that broadcast against the world."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hedgesim.model.arrays import Array
from hedgesim.model.period import Period
from hedgesim.model.shocks import Shocks
from hedgesim.model.world import LEADERS


@dataclass(frozen=True)
class Axes:
    """Names along every axis."""

    countries: tuple[str, ...]
    powers: tuple[str, ...]
    domains: tuple[str, ...]
    formats: tuple[str, ...]
    start: Period
    n_steps: int

    @property
    def options(self) -> tuple[str, ...]:
        """Every power, then `region` and `other`."""
        return (*self.powers, "region", "other")

    @property
    def periods(self) -> tuple[str, ...]:
        """The start and every later quarter."""
        return tuple(str(Period.from_index(self.start.index + t)) for t in range(self.n_steps + 1))


@dataclass(frozen=True)
class Formats:
    """Fixed features of the formats; axes (run, country, domain, format) unless said otherwise."""

    outside: Array
    """(1, 1, format): 1 if led from outside, 0 if home-grown."""
    lead: Array
    """(1, format, power): 1 for the power in the lead."""
    covers: Array
    """(1, domain, format): 1 where the format deals with the domain."""
    eligible: Array
    """(country, 1, format): 1 for those who may found it."""
    opens_to: Array
    """(country, 1, format): 1 for those who may come as guests later."""
    base_formality: Array
    """(1, 1, format): formality without procedures and secretariat, 0..1."""
    exclusivity: Array
    """(1, 1, format): how far membership excludes ties with the lead's rivals, 0..1."""
    ceiling: Array
    """(1, 1, format): highest level open to it."""
    hosted: Array
    """(1, 1, format): 1 where a member hosts in turn (home-grown)."""
    treaty: Array
    """(1, 1, format): 1 for treaties, which are signed and never meet."""
    cadence: Array
    """(1, 1, format): quarters between meetings at the start."""
    level: Array
    """(1, 1, format): level at the start."""
    status: Array
    """(country, 1, format): status at the start."""
    since: Array
    """(1, 1, format): quarters since the last meeting, at the start; NaN where it is not known and drawn."""
    procedures: Array
    """(1, 1, format): 1 with rules of procedure at the start."""
    secretariat: Array
    """(1, 1, format): 1 with a secretariat at the start."""
    charter: Array
    """(1, 1, format): 1 for formal bodies, which are founded with procedures and a secretariat."""

    @cached_property
    def home_grown(self) -> tuple[int, ...]:
        """Places of the formats that may be home-grown."""
        return tuple(int(f) for f in np.flatnonzero(np.any(np.asarray(self.outside) < 1.0, axis=(0, 1, 2))))

    @cached_property
    def absorbers(self) -> tuple[int, ...]:
        """Places of the formats that may ever absorb others: led from outside, and open to becoming institutions."""
        led = np.sum(np.asarray(self.lead), axis=-1)[..., None, :]
        rises = np.maximum(np.asarray(self.ceiling), np.asarray(self.level)) >= LEADERS
        may = (np.asarray(self.outside) * led > 0.0) & (rises | (np.asarray(self.treaty) > 0.0))
        return tuple(int(g) for g in np.flatnonzero(np.any(may, axis=(0, 1, 2))))


FORM = ("share", "hollow", "evidence", "formats")
"""Fields of the setting that say what is drawn at the start and which formats may do what; the rest are numbers."""


@dataclass(frozen=True)
class Setting:
    """The tables of a scenario as arrays; axes (run, country, domain, target), run of length 1."""

    axes: Axes
    share: Array
    """(country, domain, option): starting shares."""
    hollow: Array
    """(country, domain, option): 1 where the prior weighs more than half."""
    evidence: Array
    """(country, domain, option): weight of evidence behind the share, in observations."""
    tie: Array
    """(country, 1, country)"""
    weight: Array
    """(country, domain, 1): weight of the domain in presence, sums to 1."""
    exposure: Array
    """(1, domain, 1): how much threat matters in the domain, 0..1."""
    inertia_rate: Array
    """(1, domain, 1): part of the way to the target moved in a quarter."""
    sanctionable: Array
    """(1, domain, 1): 1 where sanctions bite."""
    security: Array
    """(1, domain, 1): 1 for the security domain."""
    proximity: Array
    """(country, 1, power): 0..1."""
    offence: Array
    """(1, 1, power): offensive capability and conduct, 0..1."""
    capability: Array
    """(1, 1, power): military mass relative to the largest, 0..1."""
    trend: Array
    """(1, domain, power): log growth of capacity per quarter."""
    intention: Array
    """(1, 1, power): aggressive intention at the start, 0..1."""
    attention: Array
    """(1, 1, power): base attention, 0..1."""
    delivery: Array
    """(1, 1, power): delivered over promised, 0..1."""
    solidarity: Array
    """(1, 1, power): worth as protector of a strained government, 0..1."""
    bloc: Array
    """(1, 1, power): bloc score, -1..1."""
    affinity: Array
    """(country, 1, power): at the start, -1..1."""
    trust: Array
    """(country, 1, country): at the start, 0..1."""
    rivalry: Array
    """(1, power, power): symmetric, 0..1."""
    sovereignty: Array
    """(country, 1, 1): sovereignty cost of formality, 0..3."""
    participation: Array
    """(country, 1, 1): log-odds of being absent from a vote when nobody presses."""
    peril_proximity: Array
    """(country, 1, 1): nearness to a threat from somebody without power to offer, 0..1."""
    aggressor: Array
    """(1, 1, power): 1 for the power a hostile resolution is about."""
    formats: Formats
    shocks: Shocks
