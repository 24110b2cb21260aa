"""What does not change during a run: the axes, and the tables as arrays that broadcast against the world."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from hedgesim.model.arrays import DOMAIN, Array, in_domains, places_of
from hedgesim.model.given import Given
from hedgesim.model.period import Period
from hedgesim.model.shocks import Shocks
from hedgesim.model.world import DORMANT, LEADERS, MINISTERS

BILATERAL, TRILATERAL = 1.0, 3.0
"""Pairs of two and of three parties."""

PACT_FORMALITY = 0.6
"""Formality from which a body in the security domain counts as a pact."""

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

    own: Float[Array, "1 1 format #run"]
    """1 for meetings of the five themselves."""
    dialogue: Float[Array, "1 1 format #run"]
    """1 for talks of the five with a power."""
    small: Float[Array, "1 1 format #run"]
    """1 for small groups, exercises and treaties, whose steps the parties take."""
    treaty: Float[Array, "1 1 format #run"]
    """1 for treaties, which are signed at own summits and never meet."""
    body: Float[Array, "1 1 format #run"]
    """1 for bodies with a charter, which have members and a calendar."""
    customs: Float[Array, "1 format power #run"]
    """1 where the format is a customs union with the power."""
    lead: Float[Array, "1 format power #run"]
    """1 for the power in the lead."""
    covers: Float[Array, "1 domain format #run"]
    """1 where the format deals with the domain."""
    eligible: Float[Array, "country 1 format #run"]
    """1 for those who may found it."""
    opens_to: Float[Array, "country 1 format #run"]
    """1 for those who may come as guests later."""
    wealth: Float[Array, "1 1 format #run"]
    """Of a dialogue, log of the GDP of the other side over 2 tn USD."""
    pairs: Float[Array, "1 1 format #run"]
    """Pairs of parties that must be squared for a step."""
    after: Float[Array, "1 format format #run"]
    """Rung that the first must have reached before the second can meet."""
    formality: Float[Array, "1 1 format #run"]
    """0..1."""
    ceiling: Float[Array, "1 1 format #run"]
    """Highest rung open to it."""
    cadence: Float[Array, "1 1 format #run"]
    """Quarters between the meetings of a body."""
    ladder: Float[Array, "1 1 format #run"]
    """Rung at the start."""
    status: Float[Array, "country 1 format #run"]
    """Status at the start."""
    since: Float[Array, "1 1 format #run"]
    """Quarters since the last meeting, at the start; NaN where it is not known and drawn."""
    seated: Float[Array, "1 1 1 #run"]
    """1 where all heads had sat at one own meeting before the start."""
    absorptions: tuple[tuple[int, int, float], ...] = ()
    """Places of a body and of one that may absorb it, and the quarter since the start in which its lead enters."""
    given: tuple[Given, ...] = ()
    """What the scenario gives from a quarter on."""

    @property
    def leads(self) -> NDArray[np.float64]:
        """1 where the power leads the format, axes (power, format)."""
        return np.asarray(self.lead)[0, :, :, 0].T

    @cached_property
    def owns(self) -> tuple[int, ...]:
        """Places of the meetings of the five themselves."""
        return places_of(self.own)

    @cached_property
    def own_unmet(self) -> tuple[int, ...]:
        """Places of those of them that had not met before the start."""
        return places_of(self.own, self.ladder == DORMANT)

    @cached_property
    def pairs_of_two(self) -> tuple[int, ...]:
        """Places of the small groups of two."""
        return places_of(self.small, self.pairs <= BILATERAL)

    @cached_property
    def groups(self) -> tuple[int, ...]:
        """Places of the small groups of three or more."""
        return places_of(self.small, self.pairs >= TRILATERAL)

    @cached_property
    def unborn(self) -> tuple[int, ...]:
        """Places of the treaties and bodies that do not exist at the start."""
        return places_of(self.treaty + self.body, self.ladder == DORMANT)

    @cached_property
    def unions(self) -> tuple[tuple[int, ...], NDArray[np.float64]]:
        """Places of the customs unions with a power, and 1 where one is with which power, axes (union, power)."""
        customs = np.asarray(self.customs)[0, :, :, 0]
        places = places_of(np.any(customs > 0.0, axis=-1))
        return places, customs[list(places)]

    @cached_property
    def led(self) -> tuple[tuple[tuple[int, ...], NDArray[np.float64]], ...]:
        """Of each power and, last, of nobody from outside: places of the formats in its lead, and what they cover.

        What they cover: 1 where a format deals with a domain, axes (format, domain).
        """
        leads, covers = self.leads, np.asarray(self.covers)[0, :, :, 0].T
        home = np.asarray(self.dialogue)[0, 0, :, 0] + np.sum(leads, axis=0) == 0.0
        return tuple((places, covers[list(places)]) for places in map(places_of, (*leads, home)))

    @cached_property
    def home_grown(self) -> NDArray[np.float64]:
        """1 for own meetings and small groups that no power leads, treaties excepted, axes (1, 1, format, 1)."""
        small = np.asarray(self.small) * (1.0 - np.sum(self.leads, axis=0)[:, None])
        return (np.asarray(self.own) + small) * (1.0 - np.asarray(self.treaty))

    @cached_property
    def firsts(self) -> tuple[tuple[int, ...], tuple[Array, Array]]:
        """Places of the formats that others come after; 1 where ministers, and where leaders, must have met first.

        Axes of both (first format, format).
        """
        after = np.asarray(self.after)[0, :, :, 0]
        places = places_of(np.max(after, axis=1))
        ministers, leaders = (1.0 * (after[list(places)] >= rung) for rung in (MINISTERS, LEADERS))
        return places, (ministers, leaders)


FORM = ("share", "prior_dominated", "evidence", "security", "energy", "economy", "formats")
"""Fields that say what is drawn at the start, what domains are, and what formats may do; the rest are numbers."""


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
    politics: Float[Array, "1 domain 1 #run"]
    """How political the domain is, 0..1."""
    pace: Float[Array, "1 domain 1 #run"]
    """Share of the way to the value moved in a quarter."""
    security: Float[Array, "1 domain 1 #run"]
    """1 for the security domain."""
    energy: Float[Array, "1 domain 1 #run"]
    """1 for the energy domain."""
    economy: Float[Array, "1 domain 1 #run"]
    """1 for the domain of goods trade."""
    legs: Float[Array, "1 1 option #run"]
    """Where re-exported goods come from, per unit of flow."""
    turnover: Float[Array, "country 1 1 #run"]
    """Of goods trade, bn USD/year."""
    proximity: Float[Array, "country 1 power #run"]
    """0..1."""
    capability: Float[Array, "1 1 power #run"]
    """Military mass relative to the largest, 0..1."""
    attention: Float[Array, "1 1 power #run"]
    """Base attention, 0..1."""
    solidarity: Float[Array, "1 1 power #run"]
    """Worth as protector of a strained government, 0..1."""
    affinity: Float[Array, "country 1 power #run"]
    """At the start, -1..1."""
    trust: Float[Array, "country 1 country #run"]
    """At the start, 0..1."""
    rivalry: Float[Array, "1 power power #run"]
    """Symmetric, 0..1."""
    regional_weight: Float[Array, "country 1 1 #run"]
    """Square root of the shares in the region's GDP and population."""
    personalisation: Float[Array, "country 1 1 #run"]
    """Of the ruler's power, 0..1."""
    neutrality: Float[Array, "country 1 1 #run"]
    """By statute, 0..1."""
    left: Float[Array, "country 1 1 #run"]
    """Bodies that the ruler of the start had left."""
    votes_sovereignty: Float[Array, "country year choice #run"]
    """Earlier votes on resolutions on sovereignty."""
    votes_rights: Float[Array, "country year choice #run"]
    """The same on rights."""
    vote_age: Float[Array, "1 year 1 #run"]
    """Years before the start."""
    aggressor: Float[Array, "1 1 power #run"]
    """1 for the power a hostile resolution is about."""
    formats: Formats
    shocks: Shocks

    @cached_property
    def n_powers(self) -> int:
        """How many powers there are: options begin with them."""
        return len(self.axes.powers)

    @cached_property
    def in_security(self) -> Any:
        """Index of the security domain."""
        return in_domains(self.security)

    @cached_property
    def sanctionable(self) -> tuple[Any, Any]:
        """Indices of the domains that sanctions reach: goods trade and energy."""
        return in_domains(self.economy), in_domains(self.energy)

    @cached_property
    def pacts(self) -> tuple[int, ...]:
        """Places of the bodies led by a power, in the security domain and of enough formality to bind."""
        f = self.formats
        led = np.sum(f.leads, axis=0) > 0.0
        secure = np.sum(np.asarray(f.covers) * np.asarray(self.security), axis=DOMAIN) > 0.0
        return places_of(led, secure, np.asarray(f.formality) >= PACT_FORMALITY, f.body)
