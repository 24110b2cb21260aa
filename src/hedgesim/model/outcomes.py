"""Numbers computed from a trajectory, each with unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model import formats as fm
from hedgesim.model.arrays import COUNTRY, DOMAIN, TARGET, Array, indicator, namespace, spread, sum_products, swap
from hedgesim.model.derived import Baseline, Position
from hedgesim.model.parameters import Parameters
from hedgesim.model.sanctions import opposite_bloc, vote_propensities
from hedgesim.model.setting import Setting
from hedgesim.model.world import DORMANT, LEADERS, MEMBER, World

FULL_ENGAGEMENT = 0.6
"""Security share held with powers at which engagement is complete."""

REALIGNMENT_MARGIN = 0.1
"""By how much another power's presence must exceed the old first's to count as realignment, share."""

ALLIANCE_FORMALITY = 0.8
"""Formality from which a format in the security domain counts as an alliance."""


@dataclass(frozen=True)
class Outcome:
    """What a column of the results means.

    counted: of a whole number, whether a run has its total over quarters (`quarter`) or its last value (`end`).
    may_be_absent: whether results of earlier versions lack it.
    """

    table: str
    unit: str
    meaning: str
    source: str
    counted: str = ""
    may_be_absent: bool = False


OUTCOMES: dict[str, Outcome] = {
    "presence": Outcome("countries", "share", "an option's share of the portfolio, weighted over domains", "model"),
    "hedging_index": Outcome(
        "countries", "1", "cube root of diversity x ambiguity x engagement, 0..1", "kuik2008;lim_cooper2015"
    ),
    "hedging_by_arithmetic": Outcome(
        "countries",
        "1",
        "hedging index if the aggressor's shares had merely shrunk as simulated and no country chosen",
        "model",
        may_be_absent=True,
    ),
    "diversity": Outcome("countries", "1", "(1 - HHI) / (1 - 1/P) over powers, 0..1", "hirschman1945"),
    "ambiguity": Outcome(
        "countries", "1", "sum |b| x - |sum b x| over security shares x with bloc scores b, 0..1", "lim_cooper2015"
    ),
    "engagement": Outcome("countries", "1", "security share held with powers over 0.6, at most 1", "lim_cooper2015"),
    "issue_splitting": Outcome(
        "countries", "1", "mean distance of the domains' portfolios from the overall one, 0..1", "contessi2015"
    ),
    "autonomy": Outcome(
        "countries", "1", "1 - root of the HHI of the sanctionable domains over powers, 0..1", "hirschman1945"
    ),
    "sanctions_exposure": Outcome("countries", "1", "re-export times the risk of secondary sanctions", "model"),
    "reexport": Outcome("countries", "1", "re-export of sanctioned goods, 0..1", "model"),
    "strain": Outcome("countries", "1", "strain on the government, 0..1", "david1991"),
    "vote_no": Outcome(
        "countries", "probability", "votes against a resolution hostile to the aggressor", "morse_coggins2024"
    ),
    "vote_absent": Outcome("countries", "probability", "is absent from the vote", "morse_coggins2024"),
    "vote_abstain": Outcome("countries", "probability", "abstains", "morse_coggins2024"),
    "vote_yes": Outcome("countries", "probability", "votes for the resolution", "morse_coggins2024"),
    "cohesion": Outcome(
        "system", "1", "mean region share plus mean level over 4 of home-grown formats", "costa_buranelli2021"
    ),
    "formality": Outcome("system", "1", "mean formality of formats at work, 0..1", "vabulas_snidal2013"),
    "leader_meetings": Outcome("system", "meetings", "formats whose leaders met in the quarter", "model", "quarter"),
    "first_time_formats": Outcome(
        "system", "formats", "formats whose leaders met for the first time", "model", "quarter"
    ),
    "realignments": Outcome(
        "system",
        "countries",
        "countries that left an alliance, joined sanctions or changed their first power",
        "model",
        "end",
    ),
    "similarity": Outcome(
        "system",
        "1",
        "mean S-score of pairs of countries over the presence of powers, -1..1",
        "signorino_ritter1999",
        may_be_absent=True,
    ),
    "similarity_kappa": Outcome(
        "system", "1", "S corrected for chance with each country's own mean, at most 1", "hage2011", may_be_absent=True
    ),
    "similarity_pi": Outcome(
        "system", "1", "S corrected for chance with the common mean, at most 1", "hage2011", may_be_absent=True
    ),
}
"""Every outcome by name."""


def diversity(xp: ModuleType, share: Array) -> Array:
    """Diversity over powers, 0..1; share: axes (…, power), not all zero."""
    n = share.shape[TARGET]
    part = share / xp.sum(share, axis=TARGET, keepdims=True)
    concentration = xp.sum(part * part, axis=TARGET, keepdims=True)
    return (1.0 - concentration) / (1.0 - 1.0 / n) if n > 1 else 0.0 * concentration


def ambiguity(xp: ModuleType, security_share: Array, bloc: Array) -> Array:
    """How far security shares keep both blocs in play; 0 for an isolate or a loyal ally [lim_cooper2015]."""
    return xp.sum(xp.abs(bloc) * security_share, axis=TARGET, keepdims=True) - xp.abs(
        xp.sum(bloc * security_share, axis=TARGET, keepdims=True)
    )


def engagement(xp: ModuleType, security_share: Array) -> Array:
    """Security share held with powers against full engagement, 0..1."""
    return xp.minimum(xp.sum(security_share, axis=TARGET, keepdims=True) / FULL_ENGAGEMENT, 1.0)


def hedging_index(xp: ModuleType, share: Array, presence: Array, setting: Setting) -> tuple[Array, Array, Array, Array]:
    """Hedging index and its three parts; each axes (…, country, 1, 1, run).

    share: axes (…, country, domain, option, run). presence: axes (…, country, 1, option, run).
    """
    n = setting.n_powers
    secure = xp.sum(share[..., :n, :] * setting.security, axis=DOMAIN, keepdims=True)
    return _index(xp, presence[..., :n, :], secure, setting)


def _index(xp: ModuleType, presence: Array, secure: Array, setting: Setting) -> tuple[Array, Array, Array, Array]:
    """Hedging index and its parts from presence and security shares of powers, axes (…, country, 1, power, run)."""
    d, m, e = diversity(xp, presence), ambiguity(xp, secure, setting.bloc), engagement(xp, secure)
    return xp.maximum(d * m * e, 0.0) ** (1.0 / 3.0), d, m, e


def hedging_by_arithmetic(xp: ModuleType, share: Array, setting: Setting, kept: Array) -> Array:
    """Hedging index if the aggressor's shares merely shrank to `kept` of what they were and the rest grew.

    The change without any choice, for comparison with the simulated one. kept: from 0, broadcastable; above 1 the
    aggressor's shares grow, at most to 1, and the rest shrinks.
    """
    aggressor = setting.aggressor
    held = share[..., : aggressor.shape[TARGET], :]
    before = xp.sum(held * aggressor, axis=TARGET, keepdims=True)
    after = xp.minimum(kept * before, 1.0)
    grown = (1.0 - after) / xp.where(before < 1.0, 1.0 - before, 1.0)

    def of_powers(weight: Array) -> Array:
        """Shares of powers weighted over domains: others' grown, and the aggressor's shrunk in their place."""
        others = xp.sum((weight * grown) * held, axis=DOMAIN, keepdims=True)
        return others * (1.0 - aggressor) + xp.sum(weight * after, axis=DOMAIN, keepdims=True) * aggressor

    return _index(xp, of_powers(setting.weight), of_powers(setting.security), setting)[0]


def issue_splitting(xp: ModuleType, share: Array, presence: Array, weight: Array) -> Array:
    """Mean distance of the domains' portfolios from the overall one, 0..1, axes (…, country, 1, 1, run)."""
    distance = 0.5 * xp.sum(xp.abs(share - presence), axis=TARGET, keepdims=True)
    return xp.sum(weight * distance, axis=DOMAIN, keepdims=True)


def autonomy(xp: ModuleType, share: Array, setting: Setting) -> Array:
    """1 less the root of the concentration of economic dependence on powers [hirschman1945]."""
    n = setting.n_powers
    weight = setting.weight * setting.sanctionable
    total = xp.sum(weight, axis=DOMAIN, keepdims=True)
    dealt = xp.sum(share[..., :n, :] * weight, axis=DOMAIN, keepdims=True) / _nonzero(xp, total)
    return 1.0 - xp.sqrt(xp.sum(dealt * dealt, axis=TARGET, keepdims=True))


def country_outcomes(
    world: World, baseline: Baseline, position: Position, *, risk: Array, setting: Setting, parameters: Parameters
) -> dict[str, Array]:
    """Outcomes of each country, axes (…, country, 1, 1, run).

    risk: of secondary sanctions, axes (…, 1, 1, power, run).
    """
    xp, n = world.xp, setting.n_powers
    held = position.presence[..., :n, :]
    now = xp.sum(held * setting.aggressor, axis=TARGET, keepdims=True)
    start = xp.sum(baseline.presence[..., :n, :] * setting.aggressor, axis=TARGET, keepdims=True)
    index, d, m, e = hedging_index(xp, world.share, position.presence, setting)
    opposite = xp.sum(held * opposite_bloc(xp, setting.bloc, setting.aggressor), axis=TARGET, keepdims=True)
    votes = vote_propensities(
        opposite,
        now,
        threat_rise=xp.sum(position.threat_rise * setting.aggressor, axis=TARGET, keepdims=True),
        participation=setting.participation,
        parameters=parameters.votes,
    )
    names = ("vote_absent", "vote_no", "vote_abstain", "vote_yes")
    return {
        "hedging_index": index,
        "hedging_by_arithmetic": hedging_by_arithmetic(xp, baseline.world.share, setting, now / _nonzero(xp, start)),
        "diversity": d,
        "ambiguity": m,
        "engagement": e,
        "issue_splitting": issue_splitting(xp, world.share, position.presence, setting.weight),
        "autonomy": autonomy(xp, world.share, setting),
        "sanctions_exposure": xp.sum(world.leakage * risk, axis=TARGET, keepdims=True),
        "reexport": xp.sum(world.leakage, axis=TARGET, keepdims=True),
        "strain": position.strain,
        **dict(zip(names, votes, strict=True)),
    }


def system_outcomes(
    world: World, baseline: Baseline, position: Position, *, setting: Setting, parameters: Parameters
) -> dict[str, Array]:
    """Outcomes of the complete system, axes (…, 1, 1, 1, run); for first-time formats see `first_times`."""
    xp, features = world.xp, setting.formats
    at_work = xp.astype(world.level > DORMANT, xp.float64)
    formal = fm.formality(xp, world.level, world, formats=features, parameters=parameters.formats)
    n = setting.n_powers
    region = xp.mean(position.presence[..., n : n + 1, :], axis=COUNTRY, keepdims=True)
    home = 1.0 - features.outside
    home_level = _mean(xp, world.level, home * (1.0 - features.treaty)) / 4.0
    s, kappa, pi = similarity(xp, position.presence[..., :n, :])
    return {
        "cohesion": region + home_level,
        "formality": _mean(xp, formal, at_work),
        "leader_meetings": xp.sum(xp.astype(world.meeting >= LEADERS, xp.float64), axis=TARGET, keepdims=True),
        "realignments": realignments(world, baseline, position.presence[..., :n, :]),
        "similarity": s,
        "similarity_kappa": kappa,
        "similarity_pi": pi,
    }


def first_times(xp: ModuleType, highest: Array, before: Array) -> Array:
    """Formats whose leaders met for the first time, axes (…, 1, 1, 1, run); highest rungs now and a quarter before."""
    first = (highest >= LEADERS) & (before < LEADERS)
    return xp.sum(xp.astype(first, xp.float64), axis=TARGET, keepdims=True)


def realignments(world: World, baseline: Baseline, presence: Array) -> Array:
    """Countries that left an alliance, joined sanctions or changed their first power, axes (…, 1, 1, 1, run).

    presence: of powers, axes (…, country, 1, power, run).
    """
    xp = world.xp
    start = baseline.presence[..., : presence.shape[TARGET], :]
    first = indicator(xp, start >= xp.max(start, axis=TARGET, keepdims=True))
    lead = xp.max(presence, axis=TARGET, keepdims=True) - xp.max(presence * first, axis=TARGET, keepdims=True)
    joined = xp.any(world.joined > 0.0, axis=TARGET, keepdims=True)
    gone = (baseline.alliance > 0.0) & (baseline.world.status == MEMBER) & (world.status < MEMBER)
    left = xp.any(gone, axis=TARGET, keepdims=True)
    return xp.sum(indicator(xp, (lead > REALIGNMENT_MARGIN) | joined | left), axis=COUNTRY, keepdims=True)


def alliances(formality: Array, setting: Setting) -> Array:
    """1 for formal, outside-led formats in the security domain, axes (1, 1, format, run)."""
    xp, features = namespace(formality), setting.formats
    secure = xp.sum(features.covers * setting.security, axis=DOMAIN, keepdims=True)
    return indicator(xp, (formality >= ALLIANCE_FORMALITY) & (features.outside > 0.0) & (secure > 0.0))


def similarity(xp: ModuleType, presence: Array) -> tuple[Array, Array, Array]:
    """S-score of pairs of countries, and corrected for chance by kappa and by pi; each axes (…, 1, 1, 1, run).

    presence: of powers, axes (…, country, 1, power, run). Squared distances; S is 1 for equal portfolios and -1 at the
    largest distance that two portfolios can have [signorino_ritter1999]; the corrections follow [hage2011].
    """
    n_countries, n_powers = presence.shape[COUNTRY], presence.shape[TARGET]
    mean = xp.mean(presence, axis=TARGET, keepdims=True)
    around = presence - mean
    own = xp.sum(around * around, axis=TARGET, keepdims=True)
    dispersion = own + swap(xp, own, COUNTRY, TARGET)
    gap = n_powers * (mean - swap(xp, mean, COUNTRY, TARGET)) ** 2
    apart = dispersion - 2.0 * sum_products(around, swap(xp, swap(xp, around, COUNTRY, DOMAIN), DOMAIN, TARGET)) + gap
    scores = (
        1.0 - apart,
        1.0 - apart / _nonzero(xp, dispersion + gap),
        1.0 - apart / _nonzero(xp, dispersion + gap / 2.0),
    )
    pairs = (1.0 - xp.eye(n_countries, dtype=xp.float64))[:, None, :, None]
    count = max(1, n_countries * (n_countries - 1))
    return tuple(xp.sum(s * pairs, axis=(COUNTRY, TARGET), keepdims=True) / count for s in scores)


def _nonzero(xp: ModuleType, x: Array) -> Array:
    return xp.where(x > 0.0, x, 1.0)


def _mean(xp: ModuleType, quantity: Array, counted: Array) -> Array:
    n = xp.sum(spread(counted, quantity), axis=TARGET, keepdims=True)
    return xp.sum(quantity * counted, axis=TARGET, keepdims=True) / _nonzero(xp, n)
