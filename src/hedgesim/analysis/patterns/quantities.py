"""Quantities: numbers that a run has in every quarter, arrays with axes (step, run); step 0 is the start."""

from __future__ import annotations

import numpy as np

from hedgesim.analysis.patterns.declared import (
    Countries,
    Country,
    Domain,
    Format,
    Formats,
    Number,
    Option,
    OutcomeName,
    Power,
    Powers,
    Quantities,
    Rung,
    Status,
    quantity,
)
from hedgesim.analysis.patterns.runs import ALL, SimulatedRuns
from hedgesim.model import outcomes
from hedgesim.model.arrays import DOMAIN, TARGET, Array
from hedgesim.model.setting import REGION
from hedgesim.model.world import DORMANT, RUNGS, STATUSES


@quantity
def share(runs: SimulatedRuns, country: Country, domain: Domain, option: Option) -> Array:
    """Share of an option in a domain of a country, 0..1."""
    return runs.at(runs.worlds.share, country, domain, option)


@quantity
def presence(runs: SimulatedRuns, countries: Countries, option: Option) -> Array:
    """Presence of an option, mean over countries, share of the portfolio."""
    return runs.at(runs.derived.presence, countries, target=option).mean(axis=-1)


@quantity
def largest_presence(runs: SimulatedRuns, countries: Countries, powers: Powers) -> Array:
    """Largest presence of one of the powers in one of the countries, share of the portfolio."""
    return runs.at(runs.derived.presence, countries, target=powers).max(axis=(-2, -1))


@quantity
def tie(runs: SimulatedRuns, country: Country, partner: Country) -> Array:
    """Share of a country's dealings with the region that goes to a partner, as ways to all partners have it, 0..1."""
    return runs.at(runs.tie, country, target=partner, along="countries")


@quantity
def closeness(runs: SimulatedRuns, country: Country, partner: Country) -> Array:
    """Mean over a pair of trust with shocks times weight in the region, which makes steps of two fast or slow, 0..1."""
    weight = runs.trajectory.case.setting.regional_weight + 0.0 * runs.derived.strain
    ends = ((country, partner), (partner, country))
    return np.mean([runs.at(weight, one) * trust(runs, one, other) for one, other in ends], axis=0)


@quantity
def passage(runs: SimulatedRuns, country: Country, domain: Domain, partner: Country) -> Array:
    """Share of the region in a domain of a country times the tie with a partner, share of the domain."""
    return share(runs, country, domain, REGION) * tie(runs, country, partner)


@quantity
def affinity(runs: SimulatedRuns, countries: Countries, power: Power) -> Array:
    """Public opinion of a power, mean over countries, -1..1; it falls with threat."""
    case = runs.trajectory.case
    liked = case.setting.affinity - case.parameters.response.resentment * runs.worlds.threat
    return runs.at(np.clip(liked, -1.0, 1.0), countries, target=power).mean(axis=-1)


@quantity
def threat(runs: SimulatedRuns, countries: Countries, power: Power) -> Array:
    """Rise of perceived threat from a power, mean over countries."""
    return runs.at(runs.worlds.threat, countries, target=power).mean(axis=-1)


@quantity
def attention(runs: SimulatedRuns, power: Power) -> Array:
    """Attention that a power pays to the countries, 0..1."""
    return runs.at(runs.worlds.attention, target=power)


@quantity
def trust(runs: SimulatedRuns, country: Country, partner: Country) -> Array:
    """Trust of a country in a partner with shocks, 0..1."""
    return runs.at(runs.derived.trust, country, target=partner, along="countries")


@quantity
def diversity(runs: SimulatedRuns, countries: Countries, domain: Domain) -> Array:
    """Diversity over powers in a domain, mean over countries, 0..1 [hirschman1945]."""
    held = runs.at(runs.worlds.share, countries, domain, slice(len(runs.axes.powers)))
    return outcomes.diversity(np, held[..., None])[..., 0, 0].mean(axis=-1)


@quantity
def outcome(runs: SimulatedRuns, outcome: OutcomeName, countries: Countries = ()) -> Array:
    """An outcome that `hedgesim outcomes` lists; of a country's the mean over the countries named, else over all."""
    return runs.at(runs.outcomes[outcome], countries or ALL).mean(axis=-1)


@quantity
def joined(runs: SimulatedRuns, countries: Countries, powers: Powers) -> Array:
    """Number of pairs of a country and a power against which it has joined sanctions."""
    return np.sum(runs.at(runs.worlds.joined, countries, target=powers) > 0.0, axis=(-2, -1), dtype=float)


@quantity
def meetings(runs: SimulatedRuns, formats: Formats, rung: Rung, seated: Countries = ()) -> Array:
    """Number of the formats that meet in the quarter at the rung or a higher one, with the heads of the seated."""
    met = runs.at(runs.worlds.meeting, target=formats, along="formats") >= RUNGS.index(rung)
    came = runs.at(runs.worlds.came, seated, target=formats, along="formats") > 0.0
    return np.sum(met & came.all(axis=-2), axis=-1, dtype=float)


@quantity
def has_met(runs: SimulatedRuns, format: Format, rung: Rung) -> Array:
    """1 once a format has met at the rung or a higher one, or was there at the start; else 0."""
    highest = np.maximum.accumulate(ladder(runs, format), axis=0)
    return (highest >= RUNGS.index(rung)).astype(float)


@quantity
def ladder(runs: SimulatedRuns, format: Format) -> Array:
    """Rung of a format: 0 none, 1 ministers, 2 leaders."""
    return runs.at(runs.worlds.ladder, target=format, along="formats")


@quantity
def holders(runs: SimulatedRuns, countries: Countries, formats: Formats, status: Status) -> Array:
    """Number of the countries that hold the status or a higher one in any of the formats."""
    return np.sum(_hold(runs, countries, formats, status).any(axis=-1), axis=-1, dtype=float)


@quantity
def exits(runs: SimulatedRuns, countries: Countries, formats: Formats) -> Array:
    """Number of the countries that cease in the quarter to be a member of any of the formats."""
    members: Array = np.any(_hold(runs, countries, formats), axis=-1)
    return np.sum(_quarter_before(members) & ~members, axis=-1, dtype=float)


@quantity
def switches(runs: SimulatedRuns, countries: Countries, formats: Formats) -> Array:
    """Number of the countries that begin or cease in the quarter to be a member of any of the formats."""
    members: Array = np.any(_hold(runs, countries, formats), axis=-1)
    return np.sum(_quarter_before(members) != members, axis=-1, dtype=float)


@quantity
def absorbed(runs: SimulatedRuns, formats: Formats) -> Array:
    """Number of the formats that are absorbed in the quarter: nothing else clears all statuses and the rung at once."""
    members = _hold(runs, runs.axes.countries, formats, "guest").any(axis=-2)
    there = members & (runs.at(runs.worlds.ladder, target=formats, along="formats") > DORMANT)
    cleared = ~members & (runs.at(runs.worlds.ladder, target=formats, along="formats") == DORMANT)
    return np.sum(cleared & _quarter_before(there), axis=-1, dtype=float)


@quantity
def support(runs: SimulatedRuns, country: Country, format: Format) -> Array:
    """Modelled stance of a country on a format as it is, without what the model does not know, log odds."""
    return runs.at(runs.support, country, target=format, along="formats")


@quantity
def formal_share_of_new(runs: SimulatedRuns, formality: Number) -> Array:
    """Share of the formats at work, but not at the start, whose formality is so high; NaN where none is new."""
    new = runs.at_work & ~runs.at_work[:1]
    return ratio_of(np.sum(new & (runs.formality >= formality), axis=-1), np.sum(new, axis=-1))


@quantity
def formalisation(runs: SimulatedRuns) -> Array:
    """Mean rise of formality of the formats at work both now and at the start; NaN where there is none."""
    both = runs.at_work & runs.at_work[:1]
    risen = np.sum(np.where(both, runs.formality - runs.formality[:1], 0.0), axis=-1)
    return ratio_of(risen, np.sum(both, axis=-1))


@quantity
def volume(runs: SimulatedRuns, countries: Countries, option: Option) -> Array:
    """Trade in goods with an option over all trade but re-export, which stands still; mean over countries, share."""
    setting, recorded = runs.trajectory.case.setting, runs.trajectory.case.parameters.response.recorded
    legs = setting.legs.sum(axis=TARGET, keepdims=True) + recorded * setting.aggressor.sum(axis=TARGET, keepdims=True)
    traded = (runs.worlds.share * setting.economy).sum(axis=DOMAIN, keepdims=True)
    return runs.at(traded * (1.0 + legs * runs.outcomes["reexport"]), countries, target=option).mean(axis=-1)


@quantity
def sum_of(runs: SimulatedRuns, each: Quantities) -> Array:
    """Sum of some quantities."""
    return np.sum([one(runs) for one in each], axis=0)


def ratio_of(above: Array, below: Array) -> Array:
    """One number over another, NaN where the other is 0."""
    return np.where(below != 0.0, above / np.where(below != 0.0, below, 1.0), np.nan)


def _hold(runs: SimulatedRuns, countries: Countries, formats: Formats, status: Status = "member") -> Array:
    """Whether countries hold a status or a higher one in formats, axes (step, run, country, format)."""
    return runs.at(runs.worlds.status, countries, target=formats, along="formats") >= STATUSES.index(status)


def _quarter_before(values: Array) -> Array:
    """Values of the quarter before, and at the start those of the start; axes (step, ...)."""
    return np.concatenate((values[:1], values[:-1]))
