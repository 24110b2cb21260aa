"""The starting world: tables turned into a world that does not move when nothing happens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import ModuleType

from jaxtyping import Float

from hedgesim.model import formats as fm
from hedgesim.model import shares as sh
from hedgesim.model.arrays import Array, indicator, spread
from hedgesim.model.derived import Baseline, presence_of
from hedgesim.model.draws import StartDraws
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Setting
from hedgesim.model.shocks import Conditions, arrivals, conditions, profile
from hedgesim.model.world import DORMANT, NONE, World


@dataclass(frozen=True)
class Start:
    """The baseline of some runs, and when shocks hit them."""

    baseline: Baseline
    onset: Float[Array, "impulse run"]
    """Quarters since the start."""


def begin(xp: ModuleType, setting: Setting, parameters: Parameters, draws: StartDraws) -> Start:
    """The start of some runs."""
    onset = arrivals(setting.shocks, draws.arrival)
    before = conditions_at(setting, onset, xp.zeros((1, 1), dtype=xp.float64))
    share = sh.starting_shares(
        xp, setting.share, setting.prior_dominated, gammas=draws.gammas, portion=parameters.drift.start
    )
    share = spread(share, draws.cycle[..., :1, :])  # every run has its own, even where nothing is drawn
    scale = sh.spread_of_root(share, setting.energy, draws.tails[0], parameters.drift)
    world = _world(xp, setting, sh.starting_unanswered(share, draws.value, scale))
    world = replace(
        world,
        since=_since(xp, setting, draws.cycle),
        stance=_stance(xp, setting, world, draws.stance, parameters),
        attention=setting.attention + before.attention + 0.0 * world.attention,
    )
    presence = presence_of(xp, world.share, setting.weight)
    reexport = xp.exp(parameters.response.reexport_spread * draws.reexport)
    rungs = world.ladder * fm.parties_of(world.status, setting.formats.eligible, world.ladder)
    return Start(Baseline(world, share, presence, before.alarm, reexport, rungs), onset)


def conditions_at(setting: Setting, onset: Array, step: Array) -> Conditions:
    """What shocks make of one quarter or, with a leading axis on `step` and `onset`, of several.

    step: quarters since the start, broadcastable to (…, impulse, run).
    """
    return conditions(setting.shocks, profile(setting.shocks, onset, step), step[..., None, None])


def _world(xp: ModuleType, setting: Setting, share: Array) -> World:
    """The world at the start."""
    f = setting.formats
    run = 0.0 * share[:1, :1, :1, :]
    pair = 0.0 * setting.proximity + run
    per_format = 0.0 * f.ladder + run
    per_country = 0.0 * setting.neutrality + run
    response = 0.0 * share
    return World(
        unanswered=share,
        response=response,
        share=share,
        threat=pair,
        attention=setting.attention + run,
        trust=setting.trust + run,
        joined=pair,
        stance=f.status * 0.0 + run,
        rulers=per_country,
        forgotten=per_country,
        status=f.status + run,
        ladder=f.ladder + per_format,
        since=per_format,
        turn=per_format,
        seated=f.seated + run,
        meeting=per_format,
        came=0.0 * f.status + run,
    )


def _since(xp: ModuleType, setting: Setting, cycle: Array) -> Array:
    """Quarters since the last meeting: as recorded, else anywhere in the cycle, 0 where there was none.

    Axes (1, 1, format, run).
    """
    recorded = setting.formats.since
    known = xp.isfinite(recorded)
    drawn = xp.floor(cycle * setting.formats.cadence)
    since = xp.where(known, xp.where(known, recorded, 0.0), drawn)
    return spread(xp.where(setting.formats.ladder > DORMANT, since, 0.0), cycle)


def _stance(xp: ModuleType, setting: Setting, world: World, uniform: Array, parameters: Parameters) -> Array:
    """Unmodelled part of the stance: who sits in a format at work is willing, who might and does not is not.

    Of formats not yet at work, and of those not asked, nothing is known, but that of the five too few were willing to
    meet by themselves where they had not.
    """
    f = setting.formats
    party = fm.parties_of(world.status, f.eligible, world.ladder)
    free, reserve = fm.stance_on(
        fm.trust_in(world.trust, party),
        setting.regional_weight,
        setting.left,
        setting.personalisation,
        setting.neutrality,
        parameters.stance,
    )
    working = indicator(xp, world.ladder > DORMANT)
    sits = working * indicator(xp, world.status > NONE)
    stance = free - f.formality * reserve
    uniform = fm.not_yet_met(stance, uniform, setting.regional_weight, f)
    return fm.starting_stance(stance, sits, working * f.eligible, uniform)
