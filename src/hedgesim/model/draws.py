"""All random numbers of some runs, drawn ahead and addressed by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from types import ModuleType

from hedgesim.model.alignment import LOWEST_SHARE
from hedgesim.model.arrays import Array
from hedgesim.model.noise import draw_uniform, gamma, normal
from hedgesim.model.setting import Setting


@dataclass(frozen=True)
class Draws:
    """Random numbers of one step; axes (run, country, domain, target). Uniforms lie in (0, 1), normals are standard."""

    value: Array
    """(country, domain, option): normal, reasons the model does not know."""
    whim: Array
    """(country, domain, option): normal, for rules that gamble."""
    delivery: Array
    """(country, 1, power): normal."""
    joining: Array
    """(country, 1, power): uniform."""
    membership: Array
    """(country, 1, format): uniform."""
    opening: Array
    """(1, 1, format): uniform."""
    holding: Array
    """(1, 1, format): uniform."""
    calendar: Array
    """(1, 1, format): uniform, sets the cadence at a first summit."""
    body: Array
    """(1, 1, format): uniform, adoption of procedures or a secretariat."""
    absorption: Array
    """(1, 1, format): uniform."""

    def at(self, step: int) -> Draws:
        """The numbers of one step out of those of all steps, which have a leading step axis."""
        return Draws(**{item.name: getattr(self, item.name)[step, ...] for item in fields(Draws)})


@dataclass(frozen=True)
class StartDraws:
    """Random numbers of the start; axes (run, country, domain, option) and (run, impulse)."""

    hollow: Array
    """(run, country, domain, option): gamma numbers of shape evidence times share."""
    arrival: Array
    """(run, impulse): uniform; the impulses of one shock share theirs."""
    calendar: Array
    """(run, 1, 1, format): uniform, where in its cycle a format of unknown calendar stands."""


def draw_start(xp: ModuleType, setting: Setting, seed: int, runs: Sequence[int]) -> StartDraws:
    """Random numbers of the start of some runs."""
    axes = setting.axes
    cells = _cells(axes.domains, axes.options)
    flat = draw_uniform(xp, seed, runs, "hollow", entities=axes.countries, others=cells)[0, ...]
    uniform = xp.reshape(flat, (len(runs), len(axes.countries), len(axes.domains), len(axes.options)))
    share = xp.where(setting.share < LOWEST_SHARE, LOWEST_SHARE, setting.share)
    arrival = draw_uniform(xp, seed, runs, "arrival", entities=setting.shocks.names)[0, ..., 0]
    calendar = draw_uniform(xp, seed, runs, "start calendar", entities=("",), others=axes.formats)[0, ..., None, :]
    return StartDraws(hollow=gamma(uniform, setting.evidence * share), arrival=arrival, calendar=calendar)


def draw_steps(xp: ModuleType, setting: Setting, seed: int, runs: Sequence[int], *, gambling: bool = True) -> Draws:
    """Random numbers of every step of some runs, with a leading step axis.

    gambling: False leaves out the numbers for rules that gamble, which are then 0.
    """
    axes = setting.axes
    n, shape = axes.n_steps, (len(runs), len(axes.countries), len(axes.domains), len(axes.options))
    cells = _cells(axes.domains, axes.options)

    def per_cell(stream: str) -> Array:
        flat = draw_uniform(xp, seed, runs, stream, entities=axes.countries, others=cells, n_steps=n)
        return normal(xp.reshape(flat, (n, *shape)))

    def per_pair(stream: str, others: Sequence[str]) -> Array:
        return draw_uniform(xp, seed, runs, stream, entities=axes.countries, others=others, n_steps=n)[..., None, :]

    def per_format(stream: str) -> Array:
        return draw_uniform(xp, seed, runs, stream, entities=("",), others=axes.formats, n_steps=n)[..., None, :]

    return Draws(
        value=per_cell("value"),
        whim=per_cell("whim") if gambling else xp.zeros((n, 1, 1, 1, 1), dtype=xp.float64),
        delivery=normal(per_pair("delivery", axes.powers)),
        joining=per_pair("joining", axes.powers),
        membership=per_pair("membership", axes.formats),
        opening=per_format("opening"),
        holding=per_format("holding"),
        calendar=per_format("calendar"),
        body=per_format("body"),
        absorption=per_format("absorption"),
    )


def _cells(domains: Sequence[str], options: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{domain}/{option}" for domain in domains for option in options)
