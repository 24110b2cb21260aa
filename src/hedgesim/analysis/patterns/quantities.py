"""Quantities that a run has in every quarter: arrays with axes (step, run), step 0 is the start."""

from __future__ import annotations

import numpy as np

from hedgesim.analysis.patterns.arguments import (
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
    Rung,
    Status,
)
from hedgesim.analysis.patterns.seen import Seen
from hedgesim.model import outcomes
from hedgesim.model.arrays import Array
from hedgesim.model.world import MEMBER


def share(seen: Seen, country: Country, domain: Domain, option: Option) -> Array:
    """Share of an option in a domain of a country, 0..1."""
    i, d = seen.place("countries", country), seen.place("domains", domain)
    return np.asarray(seen.worlds.share[..., i, d, seen.place("options", option)])


def presence(seen: Seen, countries: Countries, option: Option) -> Array:
    """Presence of an option, mean over countries, share of the portfolio."""
    held = seen.sight.presence[..., 0, seen.place("options", option)]
    return np.asarray(held)[..., seen.places("countries", countries)].mean(axis=-1)


def largest_presence(seen: Seen, countries: Countries, powers: Powers) -> Array:
    """Largest presence of one of the powers in one of the countries, share of the portfolio."""
    held = np.asarray(seen.sight.presence)[..., 0, :][..., seen.places("options", powers)]
    return held[..., seen.places("countries", countries), :].max(axis=(-2, -1))


def tie(seen: Seen, country: Country, partner: Country) -> Array:
    """Part of a country's dealings with the region that goes to a partner, 0..1."""
    i, j = seen.place("countries", country), seen.place("countries", partner)
    return np.asarray(seen.worlds.tie[..., i, 0, j])


def passage(seen: Seen, country: Country, domain: Domain, partner: Country) -> Array:
    """Share of the region in a domain of a country times the tie with a partner, share of the domain."""
    return share(seen, country, domain, "region") * tie(seen, country, partner)


def affinity(seen: Seen, countries: Countries, power: Power) -> Array:
    """Public opinion of a power with shocks, mean over countries, -1..1."""
    liked = np.asarray(seen.sight.affinity)[..., 0, seen.place("powers", power)]
    return liked[..., seen.places("countries", countries)].mean(axis=-1)


def threat(seen: Seen, countries: Countries, power: Power) -> Array:
    """Perceived threat from a power, mean over countries, 0..1."""
    felt = np.asarray(seen.worlds.threat)[..., 0, seen.place("powers", power)]
    return felt[..., seen.places("countries", countries)].mean(axis=-1)


def attention(seen: Seen, power: Power) -> Array:
    """Attention that a power pays to the countries, 0..1."""
    return np.asarray(seen.worlds.attention)[..., 0, 0, seen.place("powers", power)]


def trust(seen: Seen, country: Country, partner: Country) -> Array:
    """Trust of a country in a partner with shocks, 0..1."""
    i, j = seen.place("countries", country), seen.place("countries", partner)
    return np.asarray(seen.sight.trust)[..., i, 0, j]


def diversity(seen: Seen, countries: Countries, domain: Domain) -> Array:
    """Diversity over powers in a domain, mean over countries, 0..1 [hirschman1945]."""
    held = np.asarray(seen.worlds.share)[..., seen.place("domains", domain), : len(seen.axes.powers)]
    spread = np.asarray(outcomes.diversity(np, held[..., seen.places("countries", countries), :]))
    return spread[..., 0].mean(axis=-1)


def outcome(seen: Seen, outcome: OutcomeName, countries: Countries = ()) -> Array:
    """An outcome that `hedgesim outcomes` lists; of a country's the mean over the countries named, else over all."""
    values = seen.outcomes[outcome]
    chosen = seen.places("countries", countries) if countries else slice(None)
    return np.asarray(values[..., chosen].mean(axis=-1))


def joined(seen: Seen, countries: Countries, powers: Powers) -> Array:
    """Number of pairs of a country and a power against which it has joined sanctions."""
    pairs = np.asarray(seen.worlds.joined)[..., 0, :][..., seen.places("powers", powers)]
    return np.sum(pairs[..., seen.places("countries", countries), :] > 0.0, axis=(-2, -1), dtype=float)


def meetings(seen: Seen, formats: Formats, rung: Rung, seated: Countries = ()) -> Array:
    """Number of the formats that meet in the quarter at the rung or a higher one, with the seated among the members."""
    places = seen.places("formats", formats)
    met = np.asarray(seen.worlds.meeting)[..., 0, 0, :][..., places] >= rung
    return np.sum(met & _members(seen, seated, formats).all(axis=-2), axis=-1, dtype=float)


def has_met(seen: Seen, format: Format, rung: Rung) -> Array:
    """1 once a format has met at the rung or a higher one, or stood there at the start; else 0."""
    return (np.asarray(seen.worlds.highest)[..., 0, 0, seen.place("formats", format)] >= rung).astype(float)


def level(seen: Seen, format: Format) -> Array:
    """Level of a format: 0 dormant, 1 working, 2 ministerial, 3 leaders, 4 institution."""
    return np.asarray(seen.worlds.level)[..., 0, 0, seen.place("formats", format)]


def holders(seen: Seen, countries: Countries, formats: Formats, status: Status) -> Array:
    """Number of the countries that hold the status or a higher one in any of the formats."""
    return np.sum(_members(seen, countries, formats, status).any(axis=-1), axis=-1, dtype=float)


def exits(seen: Seen, countries: Countries, formats: Formats) -> Array:
    """Number of the countries that cease in the quarter to be a member of any of the formats."""
    before, now = _before_and_now(seen, countries, formats)
    return np.sum(before & ~now, axis=-1, dtype=float)


def switches(seen: Seen, countries: Countries, formats: Formats) -> Array:
    """Number of the countries that begin or cease in the quarter to be a member of any of the formats."""
    before, now = _before_and_now(seen, countries, formats)
    return np.sum(before != now, axis=-1, dtype=float)


def absorbed(seen: Seen, formats: Formats) -> Array:
    """Number of the formats that are absorbed in the quarter: nothing else takes all momentum away."""
    momentum = np.asarray(seen.worlds.momentum)[..., 0, 0, :][..., seen.places("formats", formats)]
    gone = (momentum[1:] == 0.0) & (momentum[:-1] > 0.0)
    return np.sum(np.concatenate((np.zeros_like(gone[:1]), gone)), axis=-1, dtype=float)


def support(seen: Seen, country: Country, format: Format) -> Array:
    """Support of a country for a format as it is, log odds."""
    return np.asarray(seen.support[..., seen.place("countries", country), seen.place("formats", format)])


def formal_part_of_new(seen: Seen, formality: Number) -> Array:
    """Part of the formats at work that were not at the start whose formality is so high; NaN where none is new."""
    new = seen.at_work & ~seen.at_work[:1]
    formal = np.sum(new & (seen.formality >= formality), axis=-1, dtype=float)
    return _part(formal, np.sum(new, axis=-1, dtype=float))


def formalisation(seen: Seen) -> Array:
    """Mean rise of formality of the formats at work both now and at the start; NaN where there is none."""
    both = seen.at_work & seen.at_work[:1]
    risen = np.sum(np.where(both, seen.formality - seen.formality[:1], 0.0), axis=-1)
    return _part(risen, np.sum(both, axis=-1, dtype=float))


def _part(some: Array, whole: Array) -> Array:
    return np.where(whole > 0.0, some / np.where(whole > 0.0, whole, 1.0), np.nan)


def _members(seen: Seen, countries: Countries, formats: Formats, status: float = MEMBER) -> Array:
    """Whether countries hold a status or a higher one in formats, axes (step, run, country, format)."""
    held = np.asarray(seen.worlds.status)[..., 0, :][..., seen.places("formats", formats)]
    return held[..., seen.places("countries", countries), :] >= status


def _before_and_now(seen: Seen, countries: Countries, formats: Formats) -> tuple[Array, Array]:
    """Whether countries were a quarter ago, and are, members of any of the formats, axes (step, run, country)."""
    now = _members(seen, countries, formats).any(axis=-1)
    return np.concatenate((now[:1], now[:-1])), now
