"""One quarter: assess, perceive, decide, advance. Agents, the ensemble and its compiled form all use it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeVar

from hedgesim.engines.case import Case
from hedgesim.model import formats as fm
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
    spread,
    sum_products,
    swap,
    take_targets,
)
from hedgesim.model.calendar import advance_formats
from hedgesim.model.derived import Baseline, QuarterInputs, derive
from hedgesim.model.draws import Draws
from hedgesim.model.given import as_given
from hedgesim.model.outcomes import reexports
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions
from hedgesim.model.view import CountryDecision, PowerDecision, PowerView, View, joined_along
from hedgesim.model.world import LEADERS, World

Rule = TypeVar("Rule")


def quarter(case: Case, world: World, baseline: Baseline, *, conditions: Conditions, draws: Draws) -> World:
    """The world of some runs one quarter later."""
    inputs = assess(case, world, baseline, conditions=conditions, draws=draws)
    view, power_view = perceive(inputs), perceive_powers(inputs)
    countries, powers = decide_countries(case, view), decide_powers(case, power_view)
    return advance(inputs, countries, powers)


def assess(case: Case, world: World, baseline: Baseline, *, conditions: Conditions, draws: Draws) -> QuarterInputs:
    """What is given this quarter: the world, what shocks make of it, and the random numbers."""
    world = as_given(world, conditions.step, case.setting.formats.given)
    derived = derive(world, baseline, conditions, setting=case.setting)
    return QuarterInputs(world, baseline, conditions, case.setting, case.parameters, draws, derived)


def perceive(inputs: QuarterInputs) -> View:
    """What countries know of this quarter."""
    world, baseline, conditions = inputs.world, inputs.baseline, inputs.conditions
    setting, derived = inputs.setting, inputs.derived
    xp, start, n = world.xp, baseline.world, setting.n_powers
    lead, home = _meetings(inputs)
    rise = derived.presence[..., :n, :] - baseline.presence[..., :n, :]
    access = conditions.access
    return View(
        share_start=start.share,
        share=world.share,
        response=world.response,
        rate=bound(xp, setting.pace * inputs.parameters.response.pace, 0.0, 1.0),
        security=setting.security,
        politics=setting.politics,
        capability=setting.capability,
        offer_rise=world.attention - setting.attention,
        threat=world.threat,
        access_powers=access[..., :n, :],
        access_region=access[..., n : n + 1, :],
        access_other=access[..., n + 1 :, :],
        passage=_passage(setting, conditions),
        meetings_lead=lead,
        meetings_home=home,
        protection=derived.strain * setting.solidarity * setting.security,
        dependence=(world.share - world.unanswered)[..., :n, :],
        need=derived.need,
        affinity=setting.affinity,
        rivalry=bound(xp, setting.rivalry + conditions.rivalry, 0.0, 1.0),
        rivals_rise=sum_products(rise, setting.rivalry),
        embargoed=bound(xp, spread(conditions.sanctions, setting.attention), 0.0, 1.0),
        trusted=derived.trusted,
        regional_weight=setting.regional_weight,
        left=setting.left * (1.0 - world.forgotten),
        personalisation=bound(xp, setting.personalisation + conditions.leadership, 0.0, 1.0),
        neutrality=setting.neutrality,
        whim=inputs.draws.whim,
    )


def _passage(setting: Setting, conditions: Conditions) -> Array:
    """Value of the ways to all neighbours together, log odds since the start; a country alone has no ways to lose."""
    xp, tie = namespace(conditions.passage), setting.tie
    return xp.log(1.0 + xp.sum(tie * (xp.exp(conditions.passage) - 1.0), axis=TARGET, keepdims=True))


def _meetings(inputs: QuarterInputs) -> tuple[Array, Array]:
    """Rise of the rungs of formats that a power leads, axes (country, domain, power, run), and of home-grown ones."""
    world, features, xp = inputs.world, inputs.setting.formats, inputs.world.xp
    rise = (world.ladder * inputs.derived.party - inputs.baseline.rungs) / LEADERS
    by_domain = [map_targets(xp, take_targets(xp, rise, led), xp.asarray(covers)) for led, covers in features.led]
    *of_powers, home = (swap(xp, one, DOMAIN, TARGET) for one in by_domain)
    lead, home = fusion_barrier(xp, xp.concat(of_powers, axis=TARGET), home)
    return lead, home


def perceive_powers(inputs: QuarterInputs) -> PowerView:
    """What powers know of this quarter."""
    world, setting, derived, n = inputs.world, inputs.setting, inputs.derived, inputs.setting.n_powers
    return PowerView(
        base=setting.attention,
        attention=world.attention,
        alarm_rise=derived.alarm - inputs.baseline.alarm,
        occasion=spread(inputs.conditions.attention, setting.attention),
        loss=inputs.baseline.presence[..., :n, :] - derived.presence[..., :n, :],
        reach=derived.reach,
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


def advance(inputs: QuarterInputs, countries: CountryDecision, powers: PowerDecision) -> World:
    """The world one quarter later, given the decisions on it."""
    world, setting, parameters = inputs.world, inputs.setting, inputs.parameters
    xp, draws, conditions = world.xp, inputs.draws, inputs.conditions
    scale = sh.spread_of_root(world.unanswered, setting.energy, draws.tail, parameters.drift)
    unanswered = sh.move_unanswered(world.unanswered, inputs.baseline.table, draws.value, scale, parameters.drift)
    flow = reexports(world, inputs.baseline, conditions, setting=setting, parameters=parameters)
    goods = sh.goods_of(flow, setting.legs, parameters.response)
    succession = indicator(xp, conditions.succession > world.rulers)
    moved = replace(
        world,
        unanswered=unanswered,
        response=countries.response,
        share=sh.shares_of(unanswered, countries.response, goods=goods, economy=setting.economy),
        threat=sh.move_threat(
            world.threat, inputs.derived.reach, conditions.intention, powers.pressure, parameters.response
        ),
        attention=powers.attention,
        joined=xp.where(draws.joining < countries.joining, 1.0, world.joined),
        stance=fm.move_stance(world.stance, draws.stance, succession, parameters.stance),
        rulers=xp.maximum(world.rulers, conditions.succession + 0.0 * world.rulers),
        forgotten=xp.minimum(world.forgotten + 0.25 * indicator(xp, (world.rulers > 0.0) | (succession > 0.0)), 1.0),
    )
    return advance_formats(moved, inputs, countries)
