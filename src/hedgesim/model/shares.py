"""Shares: drift without known reasons, the response to what countries value, and re-exported goods."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model.arrays import (
    COUNTRY,
    DOMAIN,
    TARGET,
    Array,
    Number,
    at_least,
    bound,
    known_zero,
    namespace,
    places_of,
    tilted,
)
from hedgesim.model.parameter import parameter
from hedgesim.model.view import View

LOWEST_SHARE = 0.003
"""Floor of a starting share; smaller shares drift no faster than this one."""

YEAR = 2.75
"""Variance of the yearly mean's change against the variance of a quarter's step, for a walk in quarters."""

START = 0.875
"""Variance of a yearly mean about the quarter at its end, in the same units."""


@dataclass(frozen=True)
class DriftParameters:
    """Unmodelled reasons: every share has the same yearly spread of arcsin(sqrt(share)), whatever its size."""

    sigma: float = parameter(
        0.018, "rad/year", (0, 0.1), "spread of a yearly share, energy excepted (sigma)", "fit2021"
    )
    sigma_energy: float = parameter(0.17, "rad/year", (0, 0.6), "spread of a yearly share in energy", "fit2021")
    persistence: float = parameter(
        0.957, "1/year", (0.5, 1), "part of the distance from the start that stays after a year (phi)", "fit2021"
    )
    start: float = parameter(
        1.0, "1", (0, 1), "share of the uncertainty of prior-dominated starting shares that is drawn", "assumption"
    )


@dataclass(frozen=True)
class Taste:
    """What a country weighs when it values its options: shared weights that a rule may replace."""

    offer: float = parameter(1.0, "1", (0, 4), "weight of a power's rise of attention (beta_o)", "assumption")
    threat: float = parameter(1.0, "1", (-3, 4), "recoil from threat (beta_t); negative leans toward it", "walt1987")
    access: float = parameter(0.9, "1", (0, 3), "weight of access: routes, markets, remittances (beta_v)", "assumption")
    meetings: float = parameter(0.1, "1", (0, 1), "weight of the formats that a power leads (beta_b)", "assumption")
    need: float = parameter(
        1.0, "1", (0, 3), "weight of what must be replaced in the region's value (beta_n)", "assumption"
    )
    concentration: float = parameter(2.0, "1", (0, 6), "cost of growing dependence on one power (alpha)", "kuik2008")
    strain: float = parameter(0.0, "1", (0, 8), "pull of protectors on a strained government", "david1991")


@dataclass(frozen=True)
class ResponseParameters:
    """How fast portfolios and threat answer, and how much is re-exported."""

    pace: float = parameter(1.0, "1", (0.2, 5), "scale of the domains' rates of adjustment (eta)", "assumption")
    threat_rate: float = parameter(0.3, "1/quarter", (0.05, 1), "speed of threat perception (eta_theta)", "assumption")
    reexport: float = parameter(
        0.08, "1", (0, 0.5), "share of the sanctioned flow that is re-exported (delta)", "assumption"
    )
    reexport_flow: float = parameter(
        120.0, "bn USD/year", (0, 400), "sanctioned imports before sanctions (B0)", "assumption"
    )
    reexport_spread: float = parameter(
        0.7, "log", (0, 1.5), "spread of re-export between runs, which nobody has measured", "assumption"
    )
    recorded: float = parameter(
        0.3, "1", (0, 1), "share of movements inside a customs union that statistics record; knows 2022", "assumption"
    )
    resentment: float = parameter(1.5, "1", (0, 4), "public opinion lost per unit of threat", "assumption")


def value_of_options(view: View, taste: Taste) -> Array:
    """Value of each option against the start, axes (country, domain, option, run), in log odds."""
    xp = view.xp
    powers = (
        view.politics * (taste.offer * view.offer_rise - taste.threat * view.threat)
        + (taste.access * view.access_powers + taste.meetings * view.meetings_lead)
        - taste.concentration * view.dependence
    )
    if not known_zero(taste.strain):
        powers = powers + taste.strain * view.protection
    region = (
        taste.need * view.need + taste.access * view.access_region + view.passage + taste.meetings * view.meetings_home
    )
    other = taste.access * view.access_other + 0.0 * region
    return xp.concat((powers, region, other), axis=TARGET)


def respond(response: Array, value: Array, rate: Array) -> Array:
    """The response one quarter later: part of the way to the value [mckelvey_palfrey1995]; from a rate of 1 all."""
    return response + bound(namespace(rate), rate, 0.0, 1.0) * (value - response)


def shares_of(unanswered: Array, response: Array, *, goods: Array, economy: Array) -> Array:
    """Shares, axes (country, domain, option, run): the quantal response, and re-exported goods on top of it.

    unanswered: shares if nobody had answered. goods: re-exported from and to each option against recorded turnover,
    axes (country, 1, option, run). economy: 1 for the domain of goods trade.
    """
    xp, trade = namespace(response), places_of(economy)
    chosen = tilted(xp, unanswered, response)
    if not trade or known_zero(goods):
        return chosen
    (place,) = trade
    before, here, after = (
        chosen[..., some, :, :] for some in (slice(place), slice(place, place + 1), slice(place + 1, None))
    )
    mixed = (here + goods) / (1.0 + xp.sum(goods, axis=TARGET, keepdims=True))
    return xp.concat((before, mixed, after), axis=DOMAIN)


def spread_of_root(share: Array, energy: Array, tail: Array, parameters: DriftParameters) -> Array:
    """Standard deviation of a quarter's relative step of the root of a share, axes (country, domain, option, run).

    energy: 1 for the energy domain. tail: factor of the calendar year, see `tail_of`.
    """
    xp = namespace(share)
    sigma = parameters.sigma + (parameters.sigma_energy - parameters.sigma) * energy
    return sigma / YEAR**0.5 * tail / xp.sqrt(at_least(xp, share, LOWEST_SHARE))


def tail_of(xp: ModuleType, one: Array, other: Array) -> Array:
    """Square root of 4 over a chi-square number with 4 degrees of freedom, from two uniform numbers."""
    return xp.sqrt(-2.0 / xp.log(one * other))


def moved_by_chance(share: Array, normal: Array, spread: Array) -> Array:
    """Shares after a step of their roots, axes (country, domain, option, run); on average a share stays where it is.

    share: 0..1, sums to 1 over options, as does the result. normal: standard normal numbers. spread: of
    `spread_of_root`, from 0, relative to the root of the share.
    """
    root = 1.0 + spread * normal
    moved = share * (root * root) / (1.0 + spread * spread)
    return moved / namespace(moved).sum(moved, axis=TARGET, keepdims=True)


def move_unanswered(
    unanswered: Array, table: Array, normal: Array, spread: Array, parameters: DriftParameters
) -> Array:
    """Shares if nobody had answered, one quarter later: drawn back to the table, and moved by chance.

    All axes (country, domain, option, run). unanswered, table: shares, 0..1, that sum to 1 over options.
    """
    return moved_by_chance(table + parameters.persistence**0.25 * (unanswered - table), normal, spread)


def starting_unanswered(table: Array, normal: Array, spread: Array) -> Array:
    """The same at the start, whose table has the mean of the year before."""
    return moved_by_chance(table, normal, START**0.5 * spread)


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


def move_threat(
    threat: Array, reach: Array, intention: Array, pressure: Array, parameters: ResponseParameters
) -> Array:
    """Rise of threat one quarter later, axes (country, 1, power, run): linear, twice the shock is twice the threat.

    reach: capability times proximity. intention: what shocks added to it. pressure: by patrons.
    """
    return threat + parameters.threat_rate * (reach * intention + pressure - threat)


def reexport_of(
    sanctions: Array, risk: Array, within: Array, turnover: Array, *, size: Number, parameters: ResponseParameters
) -> Array:
    """Re-export of each country against its turnover, axes (country, 1, power, run): equal flows of all inside.

    sanctions, risk: against each power, axes (1, 1, power, run). within: 1 where the country is in a customs union with
    the power, axes (country, 1, power, run). turnover: of goods, bn USD/year, axes (country, 1, 1, run). size: of the
    run, 1 in the middle.
    """
    xp = namespace(within)
    n = xp.maximum(xp.sum(within, axis=COUNTRY, keepdims=True), 1.0)
    allowed = bound(xp, sanctions, 0.0, 1.0) * bound(xp, 1.0 - risk, 0.0, 1.0)
    flow = size * parameters.reexport * parameters.reexport_flow * allowed
    return flow * within / (n * turnover)


def goods_of(flow: Array, legs: Array, parameters: ResponseParameters) -> Array:
    """Re-exported goods by where they come from and go to, against turnover, axes (country, 1, option, run).

    flow: around sanctions against each power, axes (country, 1, power, run). legs: where they come from, per unit, axes
    (1, 1, option, run). Of what goes to the power only a part is recorded.
    """
    xp = namespace(flow)
    total = xp.sum(flow, axis=TARGET, keepdims=True)
    arriving = xp.concat((parameters.recorded * flow, 0.0 * total, 0.0 * total), axis=TARGET)
    return total * legs + arriving
