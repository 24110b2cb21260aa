"""The starting world: tables turned into a world that does not move when nothing happens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import ModuleType

from jaxtyping import Float

from hedgesim.model import alignment as al
from hedgesim.model import formats as fm
from hedgesim.model.arrays import DOMAIN, Array, bound, indicator, spread, sum_products
from hedgesim.model.calendar import stationary_traces
from hedgesim.model.derived import Baseline, appeal, derive, presence_of
from hedgesim.model.draws import StartDraws
from hedgesim.model.noise import expectile
from hedgesim.model.outcomes import alliances
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions, arrivals, conditions, profile
from hedgesim.model.world import INSTITUTION, LEADERS, MEMBER, MINISTERIAL, WORKING, World

N_PAST = 4
"""Quarters of presence that are remembered: a year."""


@dataclass(frozen=True)
class Start:
    """The baseline of some runs, and when shocks hit them."""

    baseline: Baseline
    onset: Float[Array, "impulse run"]
    """Quarters since the start."""


def begin(xp: ModuleType, setting: Setting, parameters: Parameters, draws: StartDraws) -> Start:
    """The start of some runs."""
    p = parameters.alignment
    share = al.starting_shares(xp, setting.share, setting.prior_dominated, gammas=draws.gammas, portion=p.start)
    share = spread(share, draws.cycle[..., :1, :])  # every run has its own, even where nothing is drawn
    world = _world(xp, setting, parameters, share)
    world = replace(world, since=_since(xp, setting, draws.cycle))
    n_powers = setting.n_powers
    presence = presence_of(xp, share, setting.weight)
    party = fm.parties(world, setting.formats)
    weight = fm.expected_rate(world, formats=setting.formats, parameters=parameters.formats) * fm.meeting_weight(
        xp, fm.rung_of(xp, world.level), parameters.formats
    )
    boost, fatigue, rest = stationary_traces(party, weight, world.trust, parameters)
    world = replace(world, boost=boost, fatigue=fatigue)
    formality = fm.formality(xp, world.level, world, formats=setting.formats, parameters=parameters.formats)
    baseline = Baseline(
        world=world,
        log_share=xp.log(share),
        presence=presence,
        friction=sum_products(presence[..., :n_powers, :], setting.rivalry),
        residual=xp.zeros_like(world.status),
        trust_rest=rest,
        cadence=parameters.formats.cadence * (2.0 - indicator(xp, draws.cadence < 0.5)),
        alliance=alliances(formality, setting),
    )
    return Start(_with_residual(baseline, setting, parameters), arrivals(setting.shocks, draws.arrival))


def conditions_at(setting: Setting, parameters: Parameters, onset: Array, step: Array) -> Conditions:
    """What shocks and trends make of one quarter or, with a leading axis on `step` and `onset`, of several.

    step: quarters since the start, broadcastable to (…, impulse, run).
    """
    growth = parameters.alignment.trend * setting.trend * step[..., None, None]
    return conditions(setting.shocks, profile(setting.shocks, onset, step), growth)


def _world(xp: ModuleType, setting: Setting, parameters: Parameters, share: Array) -> World:
    """The world at the start except what meetings leave behind; the run axis is that of `share`."""
    f, p = setting.formats, parameters.alignment
    n_powers = setting.n_powers
    run = 0.0 * share[:1, :1, :1, :]
    pair = 0.0 * setting.proximity + run
    per_format = 0.0 * f.level + run
    shown = bound(xp, setting.intention, p.lowest_intention, 1.0)
    threat = al.threat_toward(xp, setting.capability, setting.proximity, offence=setting.offence, intention=shown)
    tau = p.reliability_gain / (p.reliability_gain + p.reliability_loss)
    excess = p.delivery_noise * expectile(xp, tau + run)
    presence = presence_of(xp, share, setting.weight)[..., :n_powers, :]
    return World(
        share=share,
        tie=setting.tie + run,
        threat=threat + run,
        reliability=setting.delivery * (1.0 + excess) + pair,
        affinity=setting.affinity + run,
        trust=setting.trust + run,
        attention=setting.attention + run,
        offer=spread(setting.attention, share[..., :n_powers, :]),
        coercion=pair,
        concession=pair,
        past=xp.concat([presence] * N_PAST, axis=DOMAIN),
        status=f.status + run,
        fatigue=0.0 * setting.sovereignty + run,
        joined=pair,
        leakage=pair,
        momentum=_start_momentum(xp, f.level, parameters) + per_format,
        level=f.level + per_format,
        since=per_format,
        cadence=f.cadence + per_format,
        turn=per_format,
        boost=per_format,
        procedures=f.procedures + per_format,
        secretariat=f.secretariat + per_format,
        highest=fm.rung_of(xp, f.level) + per_format,
        meeting=per_format,
    )


def _since(xp: ModuleType, setting: Setting, cycle: Array) -> Array:
    """Quarters since the last meeting: as recorded, else anywhere in the cycle, axes (1, 1, format, run)."""
    recorded = setting.formats.since
    known = xp.isfinite(recorded)
    drawn = xp.floor(cycle * setting.formats.cadence)
    return xp.where(known, spread(xp.where(known, recorded, 0.0), drawn), drawn)


def _start_momentum(xp: ModuleType, level: Array, parameters: Parameters) -> Array:
    p = parameters.formats
    low = xp.where(level == WORKING, spread(p.start_working, level), 0.0 * level)
    middle = xp.where(level == MINISTERIAL, spread(p.start_ministerial, level), low)
    high = xp.where(level == LEADERS, spread(p.start_leaders, level), middle)
    return xp.where(level == INSTITUTION, spread(p.start_institution, level), high)


def _with_residual(baseline: Baseline, setting: Setting, parameters: Parameters) -> Baseline:
    """The baseline with support explained: members of formats at work keep them going, others start at rest."""
    world = baseline.world
    xp = world.xp
    calm = conditions(setting.shocks, xp.zeros_like(setting.shocks.size), 0.0 * setting.trend)
    derived = derive(world, baseline, calm, setting=setting, parameters=parameters)
    formality = fm.formality(xp, world.level, world, formats=setting.formats, parameters=parameters.formats)
    plain = appeal(world, derived, setting=setting, parameters=parameters) - derived.sovereignty * formality
    at_work = (world.status == MEMBER) & (world.level > 0.0)
    known = xp.where(world.momentum > 0.0, world.momentum, 0.5)
    residual = xp.where(at_work, xp.log(known / (1.0 - known)) - plain, 0.0)
    drive = fm.move_momentum(xp, 0.0 * world.momentum, plain + residual, party=derived.party, rate=1.0)
    momentum = xp.where(world.level > 0.0, world.momentum, drive)
    return replace(baseline, world=replace(world, momentum=momentum), residual=residual)
