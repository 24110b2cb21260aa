"""Cooperation formats: the stance of countries, and the ladder from ministers to leaders."""

from __future__ import annotations

from dataclasses import dataclass

from hedgesim.model.arrays import (
    COUNTRY,
    DOMAIN,
    TARGET,
    Array,
    indicator,
    logistic,
    map_targets,
    namespace,
    sum_products,
    swap,
)
from hedgesim.model.parameter import parameter
from hedgesim.model.setting import Formats
from hedgesim.model.world import DORMANT, LEADERS, MEMBER, MINISTERS, World

USUAL_TRUST = 0.6
"""Trust about which the effect of trust is measured."""

MAJORITY = 0.75
"""Regional weight that must be willing for a step of the five themselves."""

CONTACT = 0.25
"""Formality of coming to a meeting."""

MEMBERSHIP = 0.6
"""Formality of a seat in the own meetings."""

PAIRS = 15.0
"""Pairs of six: the rate of a step is that of the six times this over the pairs that must be squared."""

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
    xp = namespace(status)
    working = ladder > DORMANT
    return indicator(xp, ((status == MEMBER) & working) | ((eligible > 0.0) & ~working))


def trust_in(trust: Array, party: Array) -> Array:
    """Mean trust of each country in the other parties of each format, axes (country, 1, format, run)."""
    xp = namespace(trust)
    total = sum_products(trust, swap(xp, party, COUNTRY, DOMAIN))
    others = xp.sum(party, axis=COUNTRY, keepdims=True) - party
    return total / xp.maximum(others, 1.0)


def stance_on(
    trusted: Array, weight: Array, left: Array, personalisation: Array, neutrality: Array, parameters: StanceParameters
) -> tuple[Array, Array]:
    """Stance of each country on an informal body, and what each unit of formality takes from it, log odds.

    trusted: mean trust in the other parties, axes (country, 1, format, run). weight: in the region. left: bodies that
    the ruler has left and that are not forgotten. The others: 0..1. All but the first axes (country, 1, 1, run).
    """
    free = (
        parameters.willing
        + parameters.trust * (trusted - USUAL_TRUST)
        + parameters.weight * weight
        - parameters.left * left
    )
    return free, parameters.personal * personalisation + parameters.neutral * neutrality


def logit(q: Array) -> Array:
    """Log odds of a probability: a logistic number from a uniform one."""
    xp = namespace(q)
    return xp.log(q) - xp.log(1.0 - q)


def starting_stance(stance: Array, willing: Array, uniform: Array) -> Array:
    """Unmodelled part of the stance at the start, log odds: those in a body are willing, the others are not.

    stance: the modelled part. willing: 1 for those in the body.
    """
    xp = namespace(uniform)
    refused = logistic(xp, -stance)
    return logit(xp.where(willing > 0.0, refused + uniform * (1.0 - refused), uniform * refused))


def move_stance(unmodelled: Array, uniform: Array, succession: Array, parameters: StanceParameters) -> Array:
    """Unmodelled part one quarter later: drawn again at a succession, and else so that half remains after a half-life."""
    xp = namespace(uniform)
    again = xp.maximum(1.0 - 0.5 ** (1.0 / parameters.half_life) + 0.0 * uniform, succession)
    fresh = uniform < again
    return xp.where(fresh, logit(xp.where(fresh, uniform / again, 0.5)), unmodelled)


def ladder_rate(
    world: World,
    *,
    alarm: Array,
    willing: Array,
    trusted: Array,
    weight: Array,
    wealth: Array,
    formats: Formats,
    parameters: LadderParameters,
) -> Array:
    """Rate per quarter at which a format climbs one rung, axes (1, 1, format, run).

    alarm: axes (1, 1, 1, run). willing: 1 for countries willing to sit in the format, axes (country, 1, format, run).
    trusted: mean trust in the other parties. weight: of countries in the region. wealth: log of the GDP of the lead
    over `UNIT_GDP`, axes (1, 1, format, run).
    """
    xp, p = world.xp, parameters
    founders = formats.eligible
    own_ministers = xp.max(formats.own * indicator(xp, world.ladder >= MINISTERS), axis=TARGET, keepdims=True)
    talks = xp.exp(p.ministers + p.gdp * wealth + p.alarm * alarm) * (xp.exp(p.alone + 0.0 * alarm) + own_ministers)
    summits = xp.exp(p.leaders + p.alarm * alarm) * world.seated
    shares = weight * founders
    heavy = xp.sum(shares * willing, axis=COUNTRY, keepdims=True) >= MAJORITY * xp.sum(
        shares, axis=COUNTRY, keepdims=True
    )
    n = xp.maximum(xp.sum(founders, axis=COUNTRY, keepdims=True), 1.0)
    everyone = xp.sum(founders * willing, axis=COUNTRY, keepdims=True) >= n
    close = xp.where(n < 3.0, xp.sum(founders * weight * trusted, axis=COUNTRY, keepdims=True) / n, 1.0)
    own = xp.exp(p.own + 0.0 * alarm)
    return (
        formats.dialogue * xp.where(world.ladder < MINISTERS, talks, summits)
        + formats.own * own * heavy
        + formats.small * own * everyone * close * (PAIRS / formats.pairs)
    )


def is_ready(ladder: Array, formats: Formats) -> Array:
    """1 where every format that must come first has met, axes (1, 1, format, run)."""
    xp = namespace(ladder)
    after = formats.after[0, :, :, 0]
    low, high = (indicator(xp, after >= rung) for rung in (MINISTERS, LEADERS))
    missing = map_targets(xp, indicator(xp, ladder < MINISTERS), low)
    missing = missing + map_targets(xp, indicator(xp, ladder < LEADERS), high)
    return indicator(xp, missing < 0.5)


def chance(rate: Array) -> Array:
    """Probability that an event of this rate happens within the quarter."""
    return 1.0 - namespace(rate).exp(-rate)
