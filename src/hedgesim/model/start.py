"""The starting world: tables turned into a world that stands still when nothing happens."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from types import ModuleType

from hedgesim.model import alignment as al
from hedgesim.model import formats as fm
from hedgesim.model import meetings as mt
from hedgesim.model.arrays import Array, bound, contract, flag, side_by_side
from hedgesim.model.calendar import stationary_traces
from hedgesim.model.draws import StartDraws
from hedgesim.model.noise import expectile
from hedgesim.model.outcomes import alliances
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions, arrivals, conditions, profile
from hedgesim.model.sight import Baseline, appeal, look, presence_of
from hedgesim.model.world import INSTITUTION, LEADERS, MEMBER, MINISTERIAL, WORKING, World

N_PAST = 4
"""Quarters of presence that are remembered: a year."""


@dataclass(frozen=True)
class Start:
    """The baseline of some runs, and when shocks hit them."""

    baseline: Baseline
    onset: Array
    """(run, impulse): quarters since the start."""


def begin(xp: ModuleType, setting: Setting, parameters: Parameters, draws: StartDraws) -> Start:
    """The start of some runs."""
    p = parameters.alignment
    share = al.draw_start(xp, setting.share, setting.hollow, gammas=draws.hollow, part=p.start)
    share = share + 0.0 * draws.cycle[..., :1]  # every run has its own, even where nothing is hollow
    world = _world(xp, setting, parameters, share)
    world = replace(world, since=_since(xp, setting, draws.cycle))
    n_powers = setting.offence.shape[-1]
    presence = presence_of(xp, share, setting.weight)
    party = fm.parties(world, setting.formats)
    weight = mt.expected_rate(world, formats=setting.formats, parameters=parameters.formats) * mt.meeting_weight(
        xp, mt.rung_of(xp, world.level), parameters.formats
    )
    boost, fatigue, rest = stationary_traces(party, weight, world.trust, parameters)
    world = replace(world, boost=boost, fatigue=fatigue)
    formality = fm.formality(xp, world.level, world, formats=setting.formats, parameters=parameters.formats)
    baseline = Baseline(
        world=world,
        log_share=xp.log(share),
        presence=presence,
        friction=contract(presence[..., :n_powers], setting.rivalry),
        residual=0.0 * world.status,
        trust_rest=rest,
        cadence=parameters.formats.cadence * (2.0 - flag(xp, draws.cadence < 0.5)),
        alliance=alliances(formality, setting),
    )
    whole = _with_residual(baseline, setting, parameters)
    return Start(_in_memory(xp, whole), arrivals(setting.shocks, draws.arrival))


def _in_memory(xp: ModuleType, baseline: Baseline) -> Baseline:
    """The same baseline with runs side by side in memory."""
    own = [item.name for item in fields(Baseline) if item.name != "world"]
    laid = {name: side_by_side(xp, getattr(baseline, name)) for name in own}
    world = {item.name: side_by_side(xp, getattr(baseline.world, item.name)) for item in fields(World)}
    return Baseline(world=World(**world), **laid)


def conditions_at(setting: Setting, parameters: Parameters, onset: Array, step: Array) -> Conditions:
    """What shocks and trends make of one quarter or, with a leading axis on `step` and `onset`, of several.

    step: quarters since the start, broadcastable to (…, run, impulse).
    """
    growth = parameters.alignment.trend * setting.trend * step[..., None, None]
    return conditions(setting.shocks, profile(setting.shocks, onset, step), growth)


def _world(xp: ModuleType, setting: Setting, parameters: Parameters, share: Array) -> World:
    """The world at the start but for what meetings leave behind; the run axis is that of `share`."""
    f, p = setting.formats, parameters.alignment
    n_powers = setting.offence.shape[-1]
    run = 0.0 * share[..., :1, :1, :1]
    pair = 0.0 * setting.proximity + run
    per_format = 0.0 * f.level + run
    shown = bound(xp, setting.intention, p.lowest_intention, 1.0)
    threat = al.threat_toward(xp, setting.capability, setting.proximity, offence=setting.offence, intention=shown)
    tau = p.reliability_gain / (p.reliability_gain + p.reliability_loss)
    spread = p.delivery_noise * expectile(xp, tau + run)
    presence = presence_of(xp, share, setting.weight)[..., :n_powers]
    return World(
        share=share,
        tie=setting.tie + run,
        threat=threat + run,
        reliability=setting.delivery * (1.0 + spread) + pair,
        affinity=setting.affinity + run,
        trust=setting.trust + run,
        attention=setting.attention + run,
        offer=setting.attention + 0.0 * share[..., :n_powers],
        coercion=pair,
        concession=pair,
        past=xp.concat([presence] * N_PAST, axis=-2),
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
        highest=mt.rung_of(xp, f.level) + per_format,
        meeting=per_format,
    )


def _since(xp: ModuleType, setting: Setting, cycle: Array) -> Array:
    """Quarters since the last meeting: as recorded, else anywhere in the cycle, axes (run, 1, 1, format)."""
    recorded = setting.formats.since
    known = xp.isfinite(recorded)
    drawn = xp.floor(cycle * setting.formats.cadence)
    return xp.where(known, xp.where(known, recorded, 0.0) + 0.0 * drawn, drawn)


def _start_momentum(xp: ModuleType, level: Array, parameters: Parameters) -> Array:
    p = parameters.formats
    low = xp.where(level == WORKING, p.start_working + 0.0 * level, 0.0 * level)
    middle = xp.where(level == MINISTERIAL, p.start_ministerial + 0.0 * level, low)
    high = xp.where(level == LEADERS, p.start_leaders + 0.0 * level, middle)
    return xp.where(level == INSTITUTION, p.start_institution + 0.0 * level, high)


def _with_residual(baseline: Baseline, setting: Setting, parameters: Parameters) -> Baseline:
    """The baseline with support explained: members of formats at work keep them going, others start at rest."""
    world = baseline.world
    xp = world.xp
    calm = conditions(setting.shocks, xp.zeros_like(setting.shocks.size), 0.0 * setting.trend)
    sight = look(world, baseline, calm, setting=setting, parameters=parameters)
    formality = fm.formality(xp, world.level, world, formats=setting.formats, parameters=parameters.formats)
    plain = appeal(world, sight, setting=setting, parameters=parameters) - sight.sovereignty * formality
    at_work = (world.status == MEMBER) & (world.level > 0.0)
    known = xp.where(world.momentum > 0.0, world.momentum, 0.5)
    residual = xp.where(at_work, xp.log(known / (1.0 - known)) - plain, 0.0)
    drive = fm.move_momentum(xp, 0.0 * world.momentum, plain + residual, party=sight.party, rate=1.0)
    momentum = xp.where(world.level > 0.0, world.momentum, drive)
    return replace(baseline, world=replace(world, momentum=momentum), residual=residual)
