"""What does not change during a run: the axes, and the tables as arrays that broadcast against the world."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from hedgesim.model.arrays import TARGET, Array, namespace
from hedgesim.model.period import Period
from hedgesim.model.shocks import Shocks
from hedgesim.model.world import LEADERS

REGION, OTHER = "region", "other"
"""The last two options: the other countries of the region, and all others with the country itself."""


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
        return (*self.powers, REGION, OTHER)

    @property
    def periods(self) -> tuple[str, ...]:
        """The start and every later quarter."""
        return tuple(str(Period.from_index(self.start.index + t)) for t in range(self.n_steps + 1))


@dataclass(frozen=True)
class Formats:
    """Fixed features of the formats; axes (country, domain, format, run), run of length 1."""

    outside: Float[Array, "1 1 format #run"]
    """1 if led from outside, 0 if home-grown."""
    lead: Float[Array, "1 format power #run"]
    """1 for the power in the lead."""
    covers: Float[Array, "1 domain format #run"]
    """1 where the format deals with the domain."""
    eligible: Float[Array, "country 1 format #run"]
    """1 for those who may found it."""
    opens_to: Float[Array, "country 1 format #run"]
    """1 for those who may come as guests later."""
    base_formality: Float[Array, "1 1 format #run"]
    """Formality without procedures and secretariat, 0..1."""
    exclusivity: Float[Array, "1 1 format #run"]
    """How far membership excludes ties with the lead's rivals, 0..1."""
    ceiling: Float[Array, "1 1 format #run"]
    """Highest level open to it."""
    hosted: Float[Array, "1 1 format #run"]
    """1 where a member hosts in turn (home-grown)."""
    treaty: Float[Array, "1 1 format #run"]
    """1 for treaties, which are signed and never meet."""
    cadence: Float[Array, "1 1 format #run"]
    """Quarters between meetings at the start."""
    level: Float[Array, "1 1 format #run"]
    """Level at the start."""
    status: Float[Array, "country 1 format #run"]
    """Status at the start."""
    since: Float[Array, "1 1 format #run"]
    """Quarters since the last meeting, at the start; NaN where it is not known and drawn."""
    procedures: Float[Array, "1 1 format #run"]
    """1 with rules of procedure at the start."""
    secretariat: Float[Array, "1 1 format #run"]
    """1 with a secretariat at the start."""
    charter: Float[Array, "1 1 format #run"]
    """1 for formal bodies, which are founded with procedures and a secretariat."""

    @property
    def leads(self) -> Array:
        """1 where the power leads the format, axes (power, format)."""
        return namespace(self.lead).matrix_transpose(self.lead[0, :, :, 0])

    @cached_property
    def home_grown(self) -> tuple[int, ...]:
        """Places of the formats that may be home-grown."""
        return tuple(int(f) for f in np.flatnonzero(np.any(np.asarray(self.outside) < 1.0, axis=(0, 1, 3))))

    @cached_property
    def absorbers(self) -> tuple[int, ...]:
        """Places of the formats that may ever absorb others: led from outside, and open to becoming institutions."""
        led = np.sum(np.asarray(self.lead), axis=TARGET)[:, None]
        rises = np.maximum(np.asarray(self.ceiling), np.asarray(self.level)) >= LEADERS
        may = (np.asarray(self.outside) * led > 0.0) & (rises | (np.asarray(self.treaty) > 0.0))
        return tuple(int(g) for g in np.flatnonzero(np.any(may, axis=(0, 1, 3))))


FORM = ("share", "prior_dominated", "evidence", "formats")
"""Fields of the setting that say what is drawn at the start and which formats may do what; the rest are numbers."""


@dataclass(frozen=True)
class Setting:
    """The tables of a scenario as arrays. Runs have length 1, or that of the runs of a sweep."""

    axes: Axes
    share: Float[Array, "country domain option #run"]
    """Starting shares."""
    prior_dominated: Float[Array, "country domain option #run"]
    """1 where the prior weighs more than half."""
    evidence: Float[Array, "country domain option #run"]
    """Weight of evidence behind the share, in observations."""
    tie: Float[Array, "country 1 country #run"]
    weight: Float[Array, "country domain 1 #run"]
    """Weight of the domain in presence, sums to 1."""
    exposure: Float[Array, "1 domain 1 #run"]
    """How much threat matters in the domain, 0..1."""
    inertia_rate: Float[Array, "1 domain 1 #run"]
    """Share of the way to the target moved in a quarter."""
    sanctionable: Float[Array, "1 domain 1 #run"]
    """1 where sanctions bite."""
    security: Float[Array, "1 domain 1 #run"]
    """1 for the security domain."""
    proximity: Float[Array, "country 1 power #run"]
    """0..1."""
    offence: Float[Array, "1 1 power #run"]
    """Offensive capability and conduct, 0..1."""
    capability: Float[Array, "1 1 power #run"]
    """Military mass relative to the largest, 0..1."""
    trend: Float[Array, "1 domain power #run"]
    """Log growth of capacity per quarter."""
    intention: Float[Array, "1 1 power #run"]
    """Aggressive intention at the start, 0..1."""
    attention: Float[Array, "1 1 power #run"]
    """Base attention, 0..1."""
    delivery: Float[Array, "1 1 power #run"]
    """Delivered over promised, 0..1."""
    solidarity: Float[Array, "1 1 power #run"]
    """Worth as protector of a strained government, 0..1."""
    bloc: Float[Array, "1 1 power #run"]
    """Bloc score, -1..1."""
    affinity: Float[Array, "country 1 power #run"]
    """At the start, -1..1."""
    trust: Float[Array, "country 1 country #run"]
    """At the start, 0..1."""
    rivalry: Float[Array, "1 power power #run"]
    """Symmetric, 0..1."""
    sovereignty: Float[Array, "country 1 1 #run"]
    """Sovereignty cost of formality, 0..3."""
    participation: Float[Array, "country 1 1 #run"]
    """Log-odds of being absent from a vote without pressure."""
    peril_proximity: Float[Array, "country 1 1 #run"]
    """Nearness to a threat from somebody without power to offer, 0..1."""
    aggressor: Float[Array, "1 1 power #run"]
    """1 for the power a hostile resolution is about."""
    formats: Formats
    shocks: Shocks

    @property
    def n_powers(self) -> int:
        """How many powers there are: options begin with them."""
        return len(self.axes.powers)
