"""Votes of countries in the UN General Assembly, from their own earlier votes."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import COUNTRY, DOMAIN, TARGET, Array, namespace
from hedgesim.model.parameter import parameter
from hedgesim.model.period import QUARTERS

CHOICES = ("no", "absent", "abstain", "yes")
KINDS = ("sovereignty", "rights")


@dataclass(frozen=True)
class VoteParameters:
    """How much earlier votes count."""

    prior: float = parameter(0.5, "votes", (0.01, 10), "weight of what all countries did (kappa)", "fit2019")
    other_kind: float = parameter(0.25, "1", (0, 1), "weight of votes on the other kind of resolution (rho)", "fit2019")
    half_life: float = parameter(3.0, "years", (0.5, 40), "after which a vote counts half", "fit2019")


def vote_probabilities(counts: Array, other: Array, age: Array, step: Array, parameters: VoteParameters) -> Array:
    """Probability of every choice on a resolution of a kind, axes (…, country, 1, choice, run).

    counts, other: votes on resolutions of this kind and of the other, axes (country, year, choice, run). age: of each
    year at the start, years, axes (1, year, 1, 1). step: quarters since the start, axes (…, 1, 1, 1, 1). What all
    countries did on both kinds counts for `prior` votes; one vote for every choice is added to it.
    """
    xp, p = namespace(counts), parameters
    weight = 0.5 ** ((age + step / QUARTERS) / p.half_life)
    seen = xp.sum(weight * (counts + p.other_kind * other), axis=DOMAIN, keepdims=True)
    cast = xp.sum(counts + other, axis=(COUNTRY, DOMAIN), keepdims=True) + 1.0
    usual = cast / xp.sum(cast, axis=TARGET, keepdims=True)
    return (seen + p.prior * usual) / (xp.sum(seen, axis=TARGET, keepdims=True) + p.prior)
