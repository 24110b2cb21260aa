"""Alignment: the value of each option, the quantal response to it, and what countries feel about powers."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model.arrays import Array, bound, namespace, positive, softmax
from hedgesim.model.parameter import parameter
from hedgesim.model.view import View

LOWEST_SHARE = 0.003
"""Floor of a starting share, so that its logarithm stays finite."""


@dataclass(frozen=True)
class Taste:
    """What a country weighs when it values its options: shared weights that a rule may replace."""

    capacity: float = parameter(
        1.0,
        unit="1",
        within=(0, 3),
        meaning="weight of a power's growing capacity (beta_c)",
        source="assumption",
    )
    access: float = parameter(
        0.9,
        unit="1",
        within=(0, 3),
        meaning="weight of access: routes, markets, remittances (beta_v)",
        source="assumption",
    )
    offer: float = parameter(1.0, unit="1", within=(0, 3), meaning="weight of offers (beta_o)", source="assumption")
    affinity: float = parameter(
        0.6, unit="1", within=(0, 2), meaning="weight of public opinion (beta_a)", source="assumption"
    )
    strain: float = parameter(
        0.8,
        unit="1",
        within=(0, 2),
        meaning="pull of protectors on a strained government (beta_s)",
        source="david1991",
    )
    boost: float = parameter(
        0.1,
        unit="1",
        within=(0, 1),
        meaning="weight of the stimulus of meetings (beta_b)",
        source="assumption",
    )
    threat: float = parameter(
        1.0,
        unit="1",
        within=(-1, 3),
        meaning="recoil from threat (beta_t); negative leans toward it",
        source="walt1987",
    )
    sanctions: float = parameter(
        1.5,
        unit="1",
        within=(0, 4),
        meaning="weight of the risk of secondary sanctions (beta_z)",
        source="assumption",
    )
    trust: float = parameter(
        1.0,
        unit="1",
        within=(0, 3),
        meaning="weight of trust in the region's value (beta_r)",
        source="assumption",
    )
    need: float = parameter(
        1.0,
        unit="1",
        within=(0, 3),
        meaning="weight of what must be replaced in the region's value (beta_n)",
        source="assumption",
    )
    concentration: float = parameter(
        2.0,
        unit="1",
        within=(0, 6),
        meaning="cost of putting more eggs in one basket (alpha)",
        source="kuik2008",
    )
    rivalry: float = parameter(
        1.0,
        unit="1",
        within=(0, 3),
        meaning="cost of holding rivals side by side (kappa)",
        source="lim_cooper2015",
    )
    concession: float = parameter(
        0.3,
        unit="1",
        within=(0, 2),
        meaning="price in autonomy of clearing issues with a threatening power",
        source="azizova2024",
    )


@dataclass(frozen=True)
class AlignmentParameters:
    """How portfolios, threat, reliability and affinity move."""

    inertia: float = parameter(
        1.0,
        unit="1",
        within=(0.2, 5),
        meaning="scale of the domains' rates of adjustment (eta)",
        source="assumption",
    )
    threat_rate: float = parameter(
        0.3,
        unit="1/quarter",
        within=(0.05, 1),
        meaning="speed of threat perception (eta_t)",
        source="assumption",
    )
    lowest_intention: float = parameter(
        0.05,
        unit="1",
        within=(0.001, 0.2),
        meaning="intention below which nobody's is thought to fall",
        source="assumption",
    )
    reliability_gain: float = parameter(
        0.15, unit="1/quarter", within=(0.02, 0.6), meaning="speed of reliability, upward", source="kydd2005"
    )
    reliability_loss: float = parameter(
        0.25,
        unit="1/quarter",
        within=(0.02, 0.9),
        meaning="speed of reliability, downward",
        source="kydd2005",
    )
    delivery_noise: float = parameter(
        0.1, unit="1", within=(0, 0.4), meaning="spread of delivered over promised", source="assumption"
    )
    resentment: float = parameter(
        1.5, unit="1", within=(0, 4), meaning="public opinion lost per unit of threat", source="assumption"
    )
    opinion_rate: float = parameter(
        0.2, unit="1/quarter", within=(0.02, 1), meaning="speed of public opinion", source="assumption"
    )
    clearing: float = parameter(
        3.0,
        unit="1",
        within=(0, 8),
        meaning="readiness to clear issues with a threatening power",
        source="azizova2024",
    )
    calming: float = parameter(
        0.2,
        unit="1",
        within=(0, 1),
        meaning="intention toward the country lowered by full clearing",
        source="azizova2024",
    )
    noise: float = parameter(
        0.15,
        unit="1",
        within=(0, 0.6),
        meaning="spread of unmodelled reasons in an option's value",
        source="mckelvey_palfrey1995",
    )
    trend: float = parameter(
        1.0,
        unit="1",
        within=(0, 2),
        meaning="part of the earlier growth of capacity that goes on",
        source="assumption",
    )
    start: float = parameter(
        1.0,
        unit="1",
        within=(0, 1),
        meaning="part of the uncertainty of hollow starting shares that is drawn",
        source="assumption",
    )


def value_of_options(view: View, taste: Taste) -> Array:
    """Value of each option, axes (run, country, domain, option), in units of log odds."""
    xp = view.xp
    powers = _value_of_powers(view, taste)
    region = (
        taste.trust * view.trust_rise
        + taste.boost * view.boost_home
        + taste.need * view.need
        + taste.access * view.access_region
    )
    other = taste.access * view.access_other + 0.0 * region
    return view.log_share + view.noise + xp.concat((powers, region, other), axis=-1)


def _value_of_powers(view: View, taste: Taste) -> Array:
    """What is added to the log of the starting share of every power, axes (run, country, domain, power)."""
    given = taste.capacity * view.capacity_rise + taste.strain * view.protection - taste.sanctions * view.sanction_cost
    benefit = (
        (given + taste.affinity * view.affinity_rise)
        + taste.access * view.access_powers
        + taste.offer * view.offer_rise
        + taste.boost * view.boost_lead
    )
    standing = view.reliability_rise + view.coercion - taste.rivalry * view.friction
    return (
        view.reliability * benefit
        + standing
        + taste.concession * view.conceded
        - taste.threat * view.exposed_threat
        - (taste.concentration / 2.0) * view.crowding
    )


def respond(share: Array, value: Array, rate: Array) -> Array:
    """Move one quarter toward the quantal response to `value` [mckelvey_palfrey1995].

    share, value: axes (run, country, domain, option); shares sum to 1. rate: part of the way moved in a quarter,
    0..1, axes (run, country, domain, 1).
    """
    return share + rate * (softmax(namespace(value), value) - share)


def respond_tie(view: View, rate: Array) -> Array:
    """Next spread of the region share over the other countries, axes (run, country, 1, country)."""
    xp = view.xp
    grown = view.tie_start * xp.exp(view.tie_value)
    return view.tie + rate * (grown / xp.sum(grown, axis=-1, keepdims=True) - view.tie)


def concede(view: View, parameters: AlignmentParameters) -> Array:
    """How far outstanding issues with each power are cleared, 0..1, axes (run, country, 1, power)."""
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


def draw_start(xp: ModuleType, share: Array, hollow: Array, *, gammas: Array, part: Array) -> Array:
    """Starting shares of each run: hollow cells redrawn among themselves, evidence kept.

    gammas: gamma numbers of shape evidence x share, so that the hollow cells of a row are Dirichlet.
    part: 0 keeps the table, 1 draws fully.
    """
    drawn = gammas * hollow
    mass = xp.sum(share * hollow, axis=-1, keepdims=True)
    total = xp.sum(drawn, axis=-1, keepdims=True)
    fresh = xp.where(hollow > 0.0, mass * drawn / xp.where(total > 0.0, total, 1.0), share)
    mixed = share + part * (fresh - share)
    floored = bound(xp, mixed, LOWEST_SHARE, 1.0)
    return floored / xp.sum(floored, axis=-1, keepdims=True)
