"""Cooperation formats: the stance of countries, and the ladder from ministers to leaders."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model.arrays import (
    COUNTRY,
    DOMAIN,
    TARGET,
    Array,
    all_countries,
    at_least,
    fusion_barrier,
    indicator,
    logarithm,
    logistic,
    map_targets,
    namespace,
    place_targets,
    sum_products,
    swap,
    take_targets,
)
from hedgesim.model.parameter import parameter
from hedgesim.model.setting import Formats
from hedgesim.model.world import DORMANT, LEADERS, MEMBER, MINISTERS, World

AGAIN = 12
"""Times that a stance at the start is drawn again at most."""

USUAL_TRUST = 0.6
"""Trust about which the effect of trust is measured."""

MAJORITY = 0.75
"""Regional weight that must be willing for a step of the five themselves."""

CONTACT = 0.25
"""Formality of coming to a meeting."""

MEMBERSHIP = 0.6
"""Formality of a seat in the own meetings."""

PAIRS = 15.0
"""Pairs of six: the rate of a step is that of opening talks times this over the pairs that must be squared."""

FEWEST = 2.0
"""Parties that a body or a treaty needs."""

UNIT_GDP = 2.0
"""GDP at which a power has the base rate, tn USD."""


@dataclass(frozen=True)
class StanceParameters:
    """What makes a country willing to sit in a body, log odds."""

    willing: float = parameter(3.1, "log odds", (-5, 10), "willingness, all else nil (a)", "fit2021")
    trust: float = parameter(2.7, "log odds", (-10, 10), "effect of trust in the other parties (w)", "kydd2005")
    weight: float = parameter(
        3.1, "log odds", (-2, 10), "the largest gain most from order (s_W)", "olson1965;mattli1999"
    )
    personal: float = parameter(3.6, "log odds", (0, 12), "cost of formality to a personal ruler (c_p)", "ali2024")
    neutral: float = parameter(3.2, "log odds", (0, 12), "cost of formality to a neutral state (c_n)", "ali2024")
    left: float = parameter(1.05, "log odds", (0, 5), "reluctance per body that the ruler has left (r)", "fit2021")
    half_life: float = parameter(24.0, "quarters", (2, 400), "half-life of unmodelled reasons of one ruler", "fit2021")


@dataclass(frozen=True)
class LadderParameters:
    """Rates per quarter of the steps from ministers to leaders, log."""

    ministers: float = parameter(
        -4.6, "log 1/quarter", (-9, 0), "a power of 2 tn opens ministers' talks (b1)", "fit2021"
    )
    gdp: float = parameter(0.97, "1", (0, 3), "effect of the power's GDP (eta)", "fit2021")
    alone: float = parameter(
        -2.5, "log", (-6, 0), "the same before the five's own ministers have met (delta_M)", "fit2021"
    )
    alarm: float = parameter(1.9, "1", (-3, 6), "effect of alarm (theta)", "fit2021")
    leaders: float = parameter(-4.3, "log 1/quarter", (-9, 0), "talks rise to leaders' level (b2)", "fit2021")
    own: float = parameter(-0.8, "log 1/quarter", (-5, 3), "a step of the five themselves (h0)", "fit2021")
    virtual: float = parameter(0.4, "1", (0, 1), "rate of steps when nobody can be hosted", "assumption")
    accession: float = parameter(
        0.05, "1/quarter", (0, 1), "accession of a willing country to a formal body", "fit2021"
    )
    leaving: float = parameter(0.02, "1/quarter", (0, 1), "exit of an unwilling member of a formal body", "fit2021")


@dataclass(frozen=True)
class CalendarParameters:
    """How often formats meet, and what meetings do to trust."""

    hold: float = parameter(1.2, "log odds", (-3, 5), "an own meeting that is due is held (hold)", "fit2021")
    repeat: float = parameter(-2.0, "log 1/quarter", (-6, 1), "an outside-led summit is repeated", "fit2021")
    ministers: float = parameter(-1.3, "log 1/quarter", (-6, 1), "ministers meet (m)", "fit2021")
    ministers_alarm: float = parameter(0.7, "1", (-2, 4), "effect of alarm on it (theta_m)", "fit2021")
    trust_gain: float = parameter(
        0.03, "1/meeting", (0, 0.2), "share of the way to the ceiling of trust made", "kydd2005"
    )
    trust_ceiling: float = parameter(0.9, "1", (0.5, 1), "trust that meetings cannot lift beyond", "assumption")


def parties_of(status: Array, eligible: Array, ladder: Array) -> Array:
    """Whose stance counts: members, or who may found a dormant format; axes (country, 1, format, run), 0 or 1."""
    working = ladder > DORMANT
    return indicator(namespace(status), (working & (status == MEMBER)) | (~working & (eligible > 0.0)))


def trust_in(trust: Array, party: Array) -> Array:
    """Mean trust of each country in the other parties of each format, the usual one where there are none.

    Axes (country, 1, format, run).
    """
    xp = namespace(trust)
    above = sum_products((trust - USUAL_TRUST) * apart(xp, trust), swap(xp, party, COUNTRY, DOMAIN))
    others = xp.sum(party, axis=COUNTRY, keepdims=True) - party
    return USUAL_TRUST + above / at_least(xp, others, 1.0)


def apart(xp: ModuleType, trust: Array) -> Array:
    """1 for every pair of countries, 0 for a country and itself, axes (country, 1, country, 1)."""
    return (1.0 - xp.eye(trust.shape[TARGET], dtype=xp.float64))[:, None, :, None]


def stance_on(
    trusted: Array, weight: Array, left: Array, personalisation: Array, neutrality: Array, parameters: StanceParameters
) -> tuple[Array, Array]:
    """Stance of each country on an informal body, and what each unit of formality takes from it, log odds.

    trusted: mean trust in the other parties, axes (country, 1, format, run). weight: in the region. left: bodies that
    the ruler has left and that are not forgotten. The others: 0..1. All but the first axes (country, 1, 1, run).
    """
    p = parameters
    usual = p.willing - p.trust * USUAL_TRUST + p.weight * weight - p.left * left
    return p.trust * trusted + usual, p.personal * personalisation + p.neutral * neutrality


def logit(q: Array) -> Array:
    """Log odds of a probability: a logistic number from a uniform one."""
    xp = namespace(q)
    return logarithm(xp, q / (1.0 - q))


def starting_stance(stance: Array, sits: Array, asked: Array, uniform: Array) -> Array:
    """Unmodelled part of the stance at the start, log odds.

    Who sits in a format is willing, who was asked and does not is not, and of the others nothing is known.
    stance: the modelled part. sits, asked: 1 where it holds, axes (country, 1, format, run).
    """
    xp = namespace(uniform)
    refused = uniform * xp.where(asked > 0.0, logistic(xp, -stance), 1.0)
    return xp.where(sits > 0.0, -logit(uniform * logistic(xp, stance)), logit(refused))


def not_yet_met(stance: Array, uniform: Array, weight: Array, formats: Formats) -> Array:
    """Uniform numbers of the stance, drawn again where the five would have met by themselves and have not.

    An own meeting that is open to enough weight of the region comes within quarters; so where there was none, enough
    weight was not willing. Numbers are drawn again until that is so, from what is left of them. stance: the modelled
    part. Axes (country, 1, format, run), of the result too.
    """
    if not formats.own_unmet:
        return uniform
    xp, unwilling = namespace(uniform), logistic(namespace(uniform), -stance)
    unmet = indicator(xp, formats.ladder == DORMANT)
    for _ in range(AGAIN):
        willing = uniform > unwilling
        left = xp.where(willing, (uniform - unwilling) / (1.0 - unwilling), uniform / unwilling)
        again = (_own_steps(willing, weight, formats) * unmet > 0.0) & (left > 0.0) & (left < 1.0)
        uniform = xp.where(again, left, uniform)
    return uniform


def move_stance(unmodelled: Array, uniform: Array, succession: Array, parameters: StanceParameters) -> Array:
    """Unmodelled part one quarter later: drawn again at a succession, and else so that half stays after a half-life.

    A uniform number below the chance of a new draw gives that draw, as the logit of what it is of this chance.
    """
    xp = namespace(uniform)
    again = xp.maximum(xp.asarray(1.0 - 0.5 ** (1.0 / parameters.half_life)), succession)
    return xp.where(uniform < again, logarithm(xp, uniform / xp.abs(again - uniform)), unmodelled)


def small_rate(alarm: Array, parameters: LadderParameters) -> Array:
    """Rate per quarter of a step of as many pairs as six countries have, axes (1, 1, 1, run): that of opening talks."""
    return namespace(alarm).exp(parameters.ministers + parameters.alarm * alarm)


def ladder_rate(
    world: World, *, alarm: Array, willing: Array, trusted: Array, weight: Array, formats: Formats, p: LadderParameters
) -> Array:
    """Rate per quarter at which a format climbs, axes (1, 1, format, run); treaties climb at own summits only.

    alarm: axes (1, 1, 1, run). willing: whether countries would sit in it, axes (country, 1, format, run). trusted:
    mean trust in the other parties. weight: of countries in the region.
    """
    xp, founders = world.xp, formats.eligible > 0.0
    opening = small_rate(alarm, p)
    ministers_met = xp.max(formats.own * indicator(xp, world.ladder >= MINISTERS), axis=TARGET, keepdims=True)
    talks = opening * xp.exp(p.gdp * formats.wealth) * (ministers_met + xp.exp(xp.asarray(p.alone)))
    summits = xp.exp(p.leaders + p.alarm * alarm) * world.seated
    (everyone,) = fusion_barrier(xp, indicator(xp, all_countries(xp, willing | ~founders)))
    return (
        formats.dialogue * xp.where(world.ladder < MINISTERS, talks, summits)
        + xp.exp(xp.asarray(p.own)) * _own_steps(willing, weight, formats)
        + formats.small * opening * everyone * (PAIRS / formats.pairs) * _closeness(trusted, weight, formats)
        + (formats.treaty * opening * (PAIRS / formats.pairs) + formats.body * p.accession) * _born(willing, formats)
    )


def _own_steps(willing: Array, weight: Array, formats: Formats) -> Array:
    """1 for own meetings that enough weight of the region is willing to sit in, else 0, axes (1, 1, format, run)."""
    xp, own = namespace(willing), formats.owns
    shares = weight * take_targets(xp, formats.eligible, own)
    enough = MAJORITY * xp.sum(shares, axis=COUNTRY, keepdims=True)
    heavy = xp.sum(xp.where(take_targets(xp, willing, own), shares, 0.0), axis=COUNTRY, keepdims=True) >= enough
    return place_targets(xp, indicator(xp, heavy), own, willing.shape[TARGET])


def _closeness(trusted: Array, weight: Array, formats: Formats) -> Array:
    """Of two, mean of weight times trust in the other; of more 1, axes (1, 1, format, run)."""
    xp, two = namespace(trusted), formats.pairs_of_two
    founders = take_targets(xp, formats.eligible, two)
    n = xp.maximum(xp.sum(founders, axis=COUNTRY, keepdims=True), 1.0)
    close = xp.sum(founders * weight * take_targets(xp, trusted, two), axis=COUNTRY, keepdims=True) / n
    return 1.0 + place_targets(xp, close - 1.0, two, trusted.shape[TARGET])


def _born(willing: Array, formats: Formats) -> Array:
    """1 for treaties and bodies that did not exist at the start and have enough willing founders, else 0."""
    xp, new = namespace(willing), formats.unborn
    ready = take_targets(xp, willing, new) & (take_targets(xp, formats.eligible, new) > 0.0)
    enough = xp.sum(indicator(xp, ready), axis=COUNTRY, keepdims=True) >= FEWEST
    return place_targets(xp, indicator(xp, enough), new, willing.shape[TARGET])


def is_ready(ladder: Array, seated: Array, formats: Formats) -> Array:
    """Whether every format that must come first has met, axes (1, 1, format, run).

    Of own meetings leaders have met once all heads sat at one.
    """
    xp, (first, needed) = namespace(ladder), formats.firsts
    ministers, leaders = map(xp.asarray, needed)
    rung, own = (take_targets(xp, x, first) for x in (ladder, formats.own))
    complete = indicator(xp, rung >= LEADERS) * xp.where(own > 0.0, seated, 1.0)
    missing = map_targets(xp, indicator(xp, rung < MINISTERS), ministers) + map_targets(xp, 1.0 - complete, leaders)
    (ready,) = fusion_barrier(xp, missing < 0.5)
    return ready


def chance(rate: Array) -> Array:
    """Probability that an event of this rate happens within the quarter."""
    return 1.0 - namespace(rate).exp(-rate)
