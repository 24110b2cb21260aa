"""Numbers computed from a trajectory, each with unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from hedgesim.model import shares as sh
from hedgesim.model.arrays import (
    COUNTRY,
    DOMAIN,
    TARGET,
    Array,
    bound,
    fusion_barrier,
    indicator,
    map_targets,
    namespace,
    nonzero,
    spread,
    sum_products,
    take_targets,
)
from hedgesim.model.derived import Baseline
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions
from hedgesim.model.similarity import similarity
from hedgesim.model.votes import CHOICES, KINDS, vote_probabilities
from hedgesim.model.world import DORMANT, LEADERS, MEMBER, World

REALIGNMENT_MARGIN = 0.1
"""By how much another guarantor's security share must exceed the old one's to count as realignment, share."""


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
        "countries",
        "1",
        "quadratic entropy of the security portfolio with rivalry as distance, 0..1",
        "rao1982;lim_cooper2015",
    ),
    "hedging_by_arithmetic": Outcome(
        "countries",
        "1",
        "hedging index under the rivalry of the quarter, with the aggressor's security share as simulated and the"
        " others of the start scaled to fit",
        "model",
    ),
    "diversity": Outcome("countries", "1", "(1 - HHI) / (1 - 1/P) of presence over powers, 0..1", "hirschman1945"),
    "issue_splitting": Outcome(
        "countries", "1", "mean distance of the domains' portfolios from the overall one, 0..1", "contessi2015"
    ),
    "autonomy": Outcome(
        "countries", "1", "1 - root of the HHI of the sanctionable domains over powers, 0..1", "hirschman1945"
    ),
    "reexport": Outcome("countries", "share", "re-exported goods over recorded turnover", "model"),
    "affinity": Outcome("countries", "1", "public opinion of the aggressor, -1..1", "model"),
    "threat": Outcome("countries", "1", "rise of perceived threat from the aggressor", "walt1987"),
    **{
        f"vote_{choice}_{kind}": Outcome(
            "countries", "probability", f"{choice} on a resolution on {kind}", "bailey2017"
        )
        for kind in KINDS
        for choice in CHOICES
    },
    "cohesion": Outcome(
        "system", "1", "mean region share plus mean level over 4 of home-grown formats", "costa_buranelli2021"
    ),
    "formality": Outcome("system", "1", "mean formality of formats at work, 0..1", "vabulas_snidal2013"),
    "leader_meetings": Outcome("system", "meetings", "formats whose leaders met in the quarter", "model", "quarter"),
    "leader_meetings_outside": Outcome("system", "meetings", "of them with a power from outside", "model", "quarter"),
    "first_time_formats": Outcome(
        "system", "formats", "formats whose leaders met for the first time", "model", "quarter"
    ),
    "realignments": Outcome(
        "system",
        "countries",
        "countries that changed their security guarantor, left a pact or joined sanctions",
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


def hedging_index(xp: ModuleType, secure: Array, rivalry: Array) -> Array:
    """Quadratic entropy of security shares with rivalry as distance, axes (…, country, 1, 1, run) [rao1982].

    0 for an isolate and for a loyal ally. secure: of powers, axes (…, country, 1, power, run). rivalry: axes
    (…, 1, power, power, run).
    """
    (met,) = fusion_barrier(xp, sum_products(secure, rivalry))
    return xp.sum(met * secure, axis=TARGET, keepdims=True)


def security_of(xp: ModuleType, share: Array, setting: Setting) -> Array:
    """Security shares of powers, axes (…, country, 1, power, run); 0 where there is no such domain."""
    of_domain = share[setting.in_security][..., : setting.n_powers, :]
    return of_domain if of_domain.shape[DOMAIN] else xp.sum(of_domain, axis=DOMAIN, keepdims=True)


def hedging_by_arithmetic(xp: ModuleType, start: Array, now: Array, rivalry: Array, aggressor: Array) -> Array:
    """Hedging index under the rivalry of now, the aggressor's security share as simulated, the others grown alike.

    A rise of rivalry is in it. start, now: security shares of powers, axes (…, country, 1, power, run).
    """
    before = xp.sum(start * aggressor, axis=TARGET, keepdims=True)
    after = xp.sum(now * aggressor, axis=TARGET, keepdims=True)
    grown = (1.0 - after) / nonzero(xp, 1.0 - before)
    return hedging_index(xp, start * (1.0 - aggressor) * grown + after * aggressor, rivalry)


def issue_splitting(xp: ModuleType, share: Array, presence: Array, weight: Array) -> Array:
    """Mean distance of the domains' portfolios from the overall one, 0..1, axes (…, country, 1, 1, run)."""
    distance = 0.5 * xp.sum(xp.abs(share - presence), axis=TARGET, keepdims=True)
    return xp.sum(weight * distance, axis=DOMAIN, keepdims=True)


def autonomy(xp: ModuleType, share: Array, setting: Setting) -> Array:
    """1 less the root of the concentration of economic dependence on powers [hirschman1945]."""
    dealt, total = 0.0 * share[..., :1, : setting.n_powers, :], 0.0 * setting.weight[..., :1, :, :]
    for domain in setting.sanctionable:
        weight = setting.weight[domain]
        dealt = dealt + xp.sum(weight * share[domain][..., : setting.n_powers, :], axis=DOMAIN, keepdims=True)
        total = total + xp.sum(weight, axis=DOMAIN, keepdims=True)
    dealt = dealt / nonzero(xp, total)
    return 1.0 - xp.sqrt(xp.sum(dealt * dealt, axis=TARGET, keepdims=True))


def country_outcomes(
    world: World,
    baseline: Baseline,
    conditions: Conditions,
    presence: Array,
    *,
    setting: Setting,
    parameters: Parameters,
) -> dict[str, Array]:
    """Outcomes of each country, axes (…, country, 1, 1, run); presence: of options."""
    xp, n = namespace(world.share), setting.n_powers
    secure, secure_start = (security_of(xp, share, setting) for share in (world.share, baseline.world.share))
    rivalry = bound(xp, setting.rivalry + conditions.rivalry, 0.0, 1.0)
    about = xp.sum(world.threat * setting.aggressor, axis=TARGET, keepdims=True)
    opinion = xp.sum(setting.affinity * setting.aggressor, axis=TARGET, keepdims=True)
    flow = xp.sum(
        reexports(world, baseline, conditions, setting=setting, parameters=parameters), axis=TARGET, keepdims=True
    )
    counts = (setting.votes_sovereignty, setting.votes_rights)
    votes = {
        f"vote_{choice}_{kind}": probability[..., c : c + 1, :]
        for k, kind in enumerate(KINDS)
        for probability in [
            vote_probabilities(counts[k], counts[1 - k], setting.vote_age, conditions.step, parameters.votes)
        ]
        for c, choice in enumerate(CHOICES)
    }
    return {
        "hedging_index": hedging_index(xp, secure, rivalry),
        "hedging_by_arithmetic": hedging_by_arithmetic(xp, secure_start, secure, rivalry, setting.aggressor),
        "diversity": diversity(xp, presence[..., :n, :]),
        "issue_splitting": issue_splitting(xp, world.share, presence, setting.weight),
        "autonomy": autonomy(xp, world.share, setting),
        "reexport": flow,
        "affinity": bound(xp, opinion - parameters.response.resentment * about, -1.0, 1.0),
        "threat": about,
        **votes,
    }


def reexports(
    world: World, baseline: Baseline, conditions: Conditions, *, setting: Setting, parameters: Parameters
) -> Array:
    """Re-export around sanctions against each power over turnover, axes (…, country, 1, power, run)."""
    xp, (unions, customs) = namespace(world.share), setting.formats.unions
    member = take_targets(xp, world.status, unions) == MEMBER
    inside = indicator(xp, member & (take_targets(xp, world.ladder, unions) > DORMANT))
    within = xp.minimum(map_targets(xp, inside, xp.asarray(customs)), 1.0)
    return sh.reexport_of(
        conditions.sanctions,
        conditions.sanctionrisk,
        within,
        setting.turnover,
        size=baseline.reexport,
        parameters=parameters.response,
    )


def system_outcomes(world: World, baseline: Baseline, presence: Array, *, setting: Setting) -> dict[str, Array]:
    """Outcomes of the complete system, axes (…, 1, 1, 1, run); presence: of options.

    For first-time formats see `first_times`.
    """
    xp, f, n = namespace(world.share), setting.formats, setting.n_powers
    working = indicator(xp, world.ladder > DORMANT) * (1.0 - f.treaty)
    region = xp.mean(presence[..., n : n + 1, :], axis=COUNTRY, keepdims=True)
    s, kappa, pi = similarity(xp, presence[..., :n, :])
    met = indicator(xp, world.meeting >= LEADERS)
    return {
        "cohesion": region + _mean(xp, world.ladder / LEADERS, xp.asarray(f.home_grown)),
        "formality": _mean(xp, f.formality + 0.0 * working, working),
        "leader_meetings": xp.sum(met, axis=TARGET, keepdims=True),
        "leader_meetings_outside": xp.sum(met * f.dialogue, axis=TARGET, keepdims=True),
        "realignments": realignments(world, baseline, setting),
        "similarity": s,
        "similarity_kappa": kappa,
        "similarity_pi": pi,
    }


def first_times(xp: ModuleType, ladder: Array, before: Array) -> Array:
    """Formats whose leaders met for the first time, axes (…, 1, 1, 1, run); rungs now and a quarter before."""
    first = (ladder >= LEADERS) & (before < LEADERS)
    return xp.sum(indicator(xp, first), axis=TARGET, keepdims=True)


def realignments(world: World, baseline: Baseline, setting: Setting) -> Array:
    """Countries that changed their security guarantor, left a pact or joined sanctions, axes (…, 1, 1, 1, run)."""
    xp = namespace(world.share)
    start, now = (security_of(xp, share, setting) for share in (baseline.world.share, world.share))
    first = indicator(xp, start >= xp.max(start, axis=TARGET, keepdims=True))
    lead = xp.max(now, axis=TARGET, keepdims=True) - xp.max(now * first, axis=TARGET, keepdims=True)
    joined = xp.any(world.joined > 0.0, axis=TARGET, keepdims=True)
    statuses = (baseline.world.status, world.status)
    was, now_is = (take_targets(xp, status, setting.pacts) == MEMBER for status in statuses)
    left = xp.any(was & ~now_is, axis=TARGET, keepdims=True)
    return xp.sum(indicator(xp, (lead > REALIGNMENT_MARGIN) | joined | left), axis=COUNTRY, keepdims=True)


def _mean(xp: ModuleType, quantity: Array, counted: Array) -> Array:
    n = xp.sum(spread(counted, quantity), axis=TARGET, keepdims=True)
    return xp.sum(quantity * counted, axis=TARGET, keepdims=True) / nonzero(xp, n)
