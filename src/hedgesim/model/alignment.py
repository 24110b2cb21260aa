"""Alignment: the value of each option, the quantal response to it, and what countries feel about powers."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model.arrays import TARGET, Array, Number, bound, namespace, positive, softmax, spread
from hedgesim.model.parameter import parameter
from hedgesim.model.view import View

LOWEST_SHARE = 0.003
"""Floor of a starting share, so that its logarithm stays finite."""


@dataclass(frozen=True)
class Taste:
    """What a country weighs when it values its options: shared weights that a rule may replace."""

    capacity: float = parameter(1.0, "1", (0, 3), "weight of a power's growing capacity (beta_c)", "assumption")
    access: float = parameter(0.9, "1", (0, 3), "weight of access: routes, markets, remittances (beta_v)", "assumption")
    offer: float = parameter(1.0, "1", (0, 3), "weight of offers (beta_o)", "assumption")
    affinity: float = parameter(0.6, "1", (0, 2), "weight of public opinion (beta_a)", "assumption")
    strain: float = parameter(0.8, "1", (0, 2), "pull of protectors on a strained government (beta_s)", "david1991")
    boost: float = parameter(0.1, "1", (0, 1), "weight of the stimulus of meetings (beta_b)", "assumption")
    threat: float = parameter(1.0, "1", (-1, 3), "recoil from threat (beta_t); negative leans toward it", "walt1987")
    sanctions: float = parameter(1.5, "1", (0, 4), "weight of the risk of secondary sanctions (beta_z)", "assumption")
    trust: float = parameter(1.0, "1", (0, 3), "weight of trust in the region's value (beta_r)", "assumption")
    need: float = parameter(
        1.0, "1", (0, 3), "weight of what must be replaced in the region's value (beta_n)", "assumption"
    )
    concentration: float = parameter(2.0, "1", (0, 6), "cost of putting more eggs in one basket (alpha)", "kuik2008")
    rivalry: float = parameter(1.0, "1", (0, 3), "cost of holding rivals side by side (kappa)", "lim_cooper2015")
    concession: float = parameter(
        0.3, "1", (0, 2), "price in autonomy of clearing issues with a threatening power", "azizova2024"
    )


@dataclass(frozen=True)
class AlignmentParameters:
    """How portfolios, threat, reliability and affinity move."""

    inertia: float = parameter(1.0, "1", (0.2, 5), "scale of the domains' rates of adjustment (eta)", "assumption")
    threat_rate: float = parameter(0.3, "1/quarter", (0.05, 1), "speed of threat perception (eta_t)", "assumption")
    lowest_intention: float = parameter(
        0.05, "1", (0.001, 0.2), "intention below which nobody's is thought to fall", "assumption"
    )
    reliability_gain: float = parameter(0.15, "1/quarter", (0.02, 0.6), "speed of reliability, upward", "kydd2005")
    reliability_loss: float = parameter(0.25, "1/quarter", (0.02, 0.9), "speed of reliability, downward", "kydd2005")
    delivery_noise: float = parameter(0.1, "1", (0, 0.4), "spread of delivered over promised", "assumption")
    resentment: float = parameter(1.5, "1", (0, 4), "public opinion lost per unit of threat", "assumption")
    opinion_rate: float = parameter(0.2, "1/quarter", (0.02, 1), "speed of public opinion", "assumption")
    clearing: float = parameter(3.0, "1", (0, 8), "readiness to clear issues with a threatening power", "azizova2024")
    calming: float = parameter(0.2, "1", (0, 1), "intention toward the country lowered by full clearing", "azizova2024")
    noise: float = parameter(
        0.15, "1", (0, 0.6), "spread of unmodelled reasons in an option's value", "mckelvey_palfrey1995"
    )
    trend: float = parameter(1.0, "1", (0, 2), "share of the earlier growth of capacity that goes on", "assumption")
    start: float = parameter(
        1.0, "1", (0, 1), "share of the uncertainty of prior-dominated starting shares that is drawn", "assumption"
    )


def value_of_options(view: View, taste: Taste) -> Array:
    """Value of each option, axes (country, domain, option, run), in units of log odds."""
    xp = view.xp
    given = taste.capacity * view.capacity_rise + taste.strain * view.protection - taste.sanctions * view.sanction_cost
    benefit = (
        (given + taste.affinity * view.affinity_rise)
        + taste.access * view.access_powers
        + taste.offer * view.offer_rise
        + taste.boost * view.boost_lead
    )
    standing = view.reliability_rise + view.coercion - taste.rivalry * view.friction
    powers = (
        view.reliability * benefit
        + standing
        + taste.concession * view.conceded
        - taste.threat * view.exposed_threat
        - (taste.concentration / 2.0) * view.crowding
    )
    region = (
        taste.trust * view.trust_rise
        + taste.boost * view.boost_home
        + taste.need * view.need
        + taste.access * view.access_region
    )
    other = spread(taste.access * view.access_other, region)
    return view.log_share + view.noise + xp.concat((powers, region, other), axis=TARGET)


def respond(share: Array, value: Array, rate: Array) -> Array:
    """Move one quarter toward the quantal response to `value` [mckelvey_palfrey1995].

    share, value: axes (country, domain, option, run); shares sum to 1. rate: share of the way moved in a quarter,
    0..1, axes (country, domain, 1, run).
    """
    return share + rate * (softmax(namespace(value), value) - share)


def respond_tie(view: View, rate: Array) -> Array:
    """Next spread of the region share over the other countries, axes (country, 1, country, run)."""
    xp = view.xp
    grown = view.tie_start * xp.exp(view.tie_value)
    return view.tie + rate * (grown / xp.sum(grown, axis=TARGET, keepdims=True) - view.tie)


def concede(view: View, parameters: AlignmentParameters) -> Array:
    """How far outstanding issues with each power are cleared, 0..1, axes (country, 1, power, run)."""
    xp = view.xp
    return 1.0 - xp.exp(-parameters.clearing * positive(xp, view.threat_rise) / (1.0 + view.sovereignty))


def threat_toward(xp: ModuleType, capability: Array, proximity: Array, *, offence: Array, intention: Array) -> Array:
    """Threat that the four sources add up to: their geometric mean [walt1987]; all 0..1."""
    product = capability * proximity * offence * intention
    return xp.sqrt(xp.sqrt(product))


def move_reliability(xp: ModuleType, reliability: Array, delivered: Array, parameters: AlignmentParameters) -> Array:
    """Reliability after one quarter: it follows delivered over promised, faster down than up [kydd2005]."""
    gap = delivered - reliability
    falls = xp.astype(gap < 0.0, xp.float64)
    rate = parameters.reliability_gain + (parameters.reliability_loss - parameters.reliability_gain) * falls
    return reliability + rate * gap


def move_affinity(affinity: Array, start: Array, threat_rise: Array, parameters: AlignmentParameters) -> Array:
    """Public opinion of each power after one quarter: it recoils from threat and otherwise returns."""
    return affinity + parameters.opinion_rate * (start - parameters.resentment * threat_rise - affinity)


def starting_shares(xp: ModuleType, share: Array, prior_dominated: Array, *, gammas: Array, portion: Number) -> Array:
    """Starting shares of each run: prior-dominated cells redrawn among themselves, evidence kept.

    gammas: gamma numbers of shape evidence x share, so that these cells of a row are Dirichlet.
    portion: 0 keeps the table, 1 draws fully.
    """
    drawn = gammas * prior_dominated
    mass = xp.sum(share * prior_dominated, axis=TARGET, keepdims=True)
    total = xp.sum(drawn, axis=TARGET, keepdims=True)
    fresh = xp.where(prior_dominated > 0.0, mass * drawn / xp.where(total > 0.0, total, 1.0), share)
    mixed = share + portion * (fresh - share)
    floored = bound(xp, mixed, LOWEST_SHARE, 1.0)
    return floored / xp.sum(floored, axis=TARGET, keepdims=True)
