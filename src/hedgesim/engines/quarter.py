"""One quarter: assess, perceive, decide, advance. Agents, the ensemble and its compiled form all use it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from types import ModuleType
from typing import TypeVar

from hedgesim.engines.case import Case
from hedgesim.model import alignment as al
from hedgesim.model import sanctions as sa
from hedgesim.model.arrays import (
    COUNTRY,
    DOMAIN,
    TARGET,
    Array,
    bound,
    map_targets,
    pair_sums,
    positive,
    spread,
    sum_products,
    take_targets,
)
from hedgesim.model.calendar import hold_meetings
from hedgesim.model.derived import Baseline, QuarterInputs, appeal, derive
from hedgesim.model.draws import Draws
from hedgesim.model.sanctions import opposite_bloc
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions
from hedgesim.model.view import CountryDecision, PowerDecision, PowerView, View, joined_along
from hedgesim.model.world import World

Rule = TypeVar("Rule")


def quarter(case: Case, world: World, baseline: Baseline, *, conditions: Conditions, draws: Draws) -> World:
    """The world of some runs one quarter later."""
    inputs = assess(case, world, baseline, conditions=conditions, draws=draws)
    view, power_view = perceive(inputs), perceive_powers(inputs)
    countries, powers = decide_countries(case, view), decide_powers(case, power_view)
    return advance(inputs, view, countries=countries, powers=powers)


def assess(case: Case, world: World, baseline: Baseline, *, conditions: Conditions, draws: Draws) -> QuarterInputs:
    """What is given this quarter: the world, what shocks make of it, and the random numbers."""
    setting, parameters = case.setting, case.parameters
    derived = derive(world, baseline, conditions, setting=setting, parameters=parameters)
    return QuarterInputs(world, baseline, conditions, setting, parameters, draws, derived)


def perceive(inputs: QuarterInputs) -> View:
    """What countries know of this quarter."""
    world, baseline, conditions = inputs.world, inputs.baseline, inputs.conditions
    setting, parameters, derived = inputs.setting, inputs.parameters, inputs.derived
    xp, start = world.xp, baseline.world
    n_powers = setting.n_powers
    share_rise = world.share[..., :n_powers, :] - start.share[..., :n_powers, :]
    presence_rise = derived.presence[..., :n_powers, :] - baseline.presence[..., :n_powers, :]
    boost_rise = (world.boost - start.boost) * derived.party
    boost = _boost_of_options(xp, boost_rise, setting)
    home = 1.0 - setting.formats.outside
    trust_rise = derived.trust - start.trust
    opposite = opposite_bloc(xp, setting.bloc, setting.aggressor)
    return View(
        share_start=start.share,
        log_share=baseline.log_share,
        share=world.share,
        presence=derived.presence,
        rate=setting.inertia_rate * parameters.alignment.inertia,
        security=setting.security,
        capability=setting.capability,
        reliability=derived.reliability,
        reliability_rise=derived.reliability - start.reliability,
        capacity_rise=conditions.capacity,
        access_powers=derived.access_powers,
        access_region=derived.access_rest[..., :1, :],
        access_other=derived.access_rest[..., 1:, :],
        offer_rise=world.offer - start.offer,
        affinity=derived.affinity,
        affinity_rise=derived.affinity - start.affinity,
        protection=derived.strain * setting.solidarity * setting.security,
        boost_lead=boost[..., :n_powers, :],
        boost_home=boost[..., n_powers:, :],
        sanction_cost=conditions.sanctionrisk * setting.sanctionable,
        coercion=world.coercion,
        conceded=world.concession * setting.security,
        threat_rise=derived.threat_rise,
        exposed_threat=setting.exposure * derived.threat_rise,
        crowding=share_rise + presence_rise,
        friction=derived.friction - baseline.friction,
        rivalry=derived.rivalry,
        need=derived.need,
        trust_rise=xp.sum(world.tie * trust_rise, axis=TARGET, keepdims=True),
        sovereignty=derived.sovereignty,
        tie=world.tie,
        tie_start=start.tie,
        tie_value=trust_rise
        + conditions.passage
        + parameters.taste.boost * _shared_boost(xp, boost_rise * home, derived.party, setting),
        appeal=appeal(world, derived, setting=setting, parameters=parameters) + baseline.residual,
        formality=derived.formality,
        embargoed=bound(xp, spread(conditions.sanctions, setting.offence), 0.0, 1.0),
        leaning=xp.sum(derived.presence[..., :n_powers, :] * opposite, axis=TARGET, keepdims=True)
        - derived.presence[..., :n_powers, :],
        noise=parameters.alignment.noise * inputs.draws.value,
        whim=inputs.draws.whim,
    )


def _shared_boost(xp: ModuleType, boost: Array, party: Array, setting: Setting) -> Array:
    """Stimulus that pairs of countries get from home-grown formats they share, axes (country, 1, country, run)."""
    home = setting.formats.home_grown
    if not home:
        return 0.0 * party[..., :1, :]
    return pair_sums(xp, take_targets(xp, boost, home), take_targets(xp, party, home))


def _boost_of_options(xp: ModuleType, boost: Array, setting: Setting) -> Array:
    """Stimulus of the meetings that a power leads, and last of home-grown ones, axes (country, domain, power + 1, run).

    boost: of formats that the country is party to, axes (country, 1, format, run).
    """
    features = setting.formats
    source = xp.concat((features.lead[0, :, :, 0], 1.0 - features.outside[0, 0, :, :]), axis=1)
    covers = xp.matrix_transpose(features.covers[0, :, :, 0])
    reach = xp.reshape(covers[:, :, None] * source[:, None, :], (covers.shape[0], -1))
    flat = map_targets(xp, boost, reach)
    return xp.reshape(flat, (flat.shape[COUNTRY], covers.shape[1], source.shape[1], -1))


def perceive_powers(inputs: QuarterInputs) -> PowerView:
    """What powers know of this quarter."""
    world, baseline, conditions = inputs.world, inputs.baseline, inputs.conditions
    setting, derived = inputs.setting, inputs.derived
    xp = world.xp
    n_powers = setting.n_powers
    rise = (derived.presence - baseline.presence)[..., :n_powers, :]
    mean_rise = xp.mean(rise, axis=COUNTRY, keepdims=True)
    alarm = xp.mean(positive(xp, derived.threat_rise), axis=COUNTRY, keepdims=True)
    peril = conditions.peril * setting.peril_proximity
    wanting = xp.mean(xp.sum(derived.need * setting.weight, axis=DOMAIN, keepdims=True), axis=COUNTRY, keepdims=True)
    military = xp.sum(conditions.capacity * setting.security, axis=DOMAIN, keepdims=True)
    return PowerView(
        base=setting.attention,
        attention=world.attention,
        rivals_gain=sum_products(mean_rise, derived.rivalry),
        alarm=xp.sum(alarm, axis=TARGET, keepdims=True) - alarm + wanting,
        occasion=conditions.attention,
        anniversary=spread(conditions.anniversary, setting.attention),
        distraction=bound(xp, spread(conditions.distraction, setting.attention), 0.0, 1.0),
        capacity=conditions.capacity,
        standing=rise + derived.affinity - baseline.world.affinity,
        peril=spread(peril, world.fatigue),
        loss=world.past[..., :1, :, :] - derived.presence[..., :n_powers, :],
        reach=setting.capability * xp.exp(military) * setting.proximity,
    )


def decide_countries(case: Case, view: View) -> CountryDecision:
    """Decisions of all countries; neighbours on the axis that follow the same rule decide together."""
    decisions, first = [], 0
    for rule, n in neighbours(case.country_rules):
        decisions.append(rule.decide(view.of(slice(first, first + n)), case.parameters))
        first += n
    return decisions[0] if len(decisions) == 1 else joined_along(COUNTRY, decisions)


def decide_powers(case: Case, view: PowerView) -> PowerDecision:
    """Decisions of all powers; neighbours on the axis that follow the same rule decide together."""
    decisions, first = [], 0
    for rule, n in neighbours(case.power_rules):
        decisions.append(rule.decide(view.of(slice(first, first + n)), case.parameters))
        first += n
    return decisions[0] if len(decisions) == 1 else joined_along(TARGET, decisions)


def neighbours(rules: Sequence[Rule]) -> list[tuple[Rule, int]]:
    """The rules in their order, and how many neighbours on the axis follow each."""
    groups = [list(group) for _, group in groupby(rules, key=id)]
    return [(group[0], len(group)) for group in groups]


def advance(inputs: QuarterInputs, view: View, *, countries: CountryDecision, powers: PowerDecision) -> World:
    """The world one quarter later, given the decisions on it."""
    moved = replace(
        inputs.world,
        share=countries.share,
        tie=countries.tie,
        concession=countries.concession,
        attention=powers.attention,
        offer=powers.offer,
        coercion=powers.coercion,
        threat=_next_threat(inputs),
        reliability=_next_reliability(inputs),
        affinity=al.move_affinity(
            inputs.world.affinity,
            inputs.baseline.world.affinity,
            inputs.derived.threat_rise,
            inputs.parameters.alignment,
        ),
        past=_next_past(inputs),
        **_next_dealings(inputs, view, countries),
    )
    return hold_meetings(moved, inputs, support=countries.support, called=powers.called)


def _next_threat(inputs: QuarterInputs) -> Array:
    """Threat moves toward capability, proximity, offence and intention, axes (country, 1, power, run)."""
    world, setting, p = inputs.world, inputs.setting, inputs.parameters.alignment
    xp, conditions = world.xp, inputs.conditions
    shown = setting.intention + conditions.intention + world.coercion - p.calming * world.concession
    military = xp.sum(conditions.capacity * setting.security, axis=DOMAIN, keepdims=True)
    target = al.threat_toward(
        xp,
        bound(xp, setting.capability * xp.exp(military), 0.0, 1.0),
        setting.proximity,
        offence=setting.offence,
        intention=bound(xp, shown, p.lowest_intention, 1.0),
    )
    return world.threat + p.threat_rate * (target - world.threat)


def _next_reliability(inputs: QuarterInputs) -> Array:
    """Reliability follows what was delivered, axes (country, 1, power, run).

    A distracted power has its forces bound elsewhere: it fails to deliver in security, as far as that weighs.
    """
    setting, p = inputs.setting, inputs.parameters.alignment
    xp = inputs.world.xp
    forces = xp.sum(setting.weight * setting.security, axis=DOMAIN, keepdims=True)
    free = 1.0 - forces * bound(xp, inputs.conditions.distraction, 0.0, 1.0)
    delivered = setting.delivery * free * (1.0 + p.delivery_noise * inputs.draws.delivery)
    return al.move_reliability(xp, inputs.world.reliability, delivered, p)


def _next_past(inputs: QuarterInputs) -> Array:
    """Presence of powers in the last four quarters, oldest first, axes (country, 4, power, run)."""
    world = inputs.world
    now = inputs.derived.presence[..., : world.past.shape[TARGET], :]
    return world.xp.concat((world.past[..., 1:, :, :], now), axis=DOMAIN)


def _next_dealings(inputs: QuarterInputs, view: View, countries: CountryDecision) -> dict[str, Array]:
    """Sanctions joined and goods re-exported, axes (country, 1, power, run)."""
    world, setting = inputs.world, inputs.setting
    xp = world.xp
    joins = inputs.draws.joining < countries.joining
    joined = xp.where(joins, 1.0, world.joined)
    leakage = sa.move_leakage(
        view,
        world.leakage,
        joined=joined,
        nearness=setting.proximity,
        risk=inputs.conditions.sanctionrisk,
        parameters=inputs.parameters.sanctions,
    )
    return {"joined": joined, "leakage": leakage}
