"""All random numbers of some runs, drawn ahead and addressed by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
from jaxtyping import Float

from hedgesim.model.arrays import RUN, Array, namespace
from hedgesim.model.noise import WORDS, Address, draw_words, gamma, halves, normal_of, unit
from hedgesim.model.setting import Axes, Setting
from hedgesim.model.shares import LOWEST_SHARE, tail_of


@dataclass(frozen=True)
class Draws:
    """Random numbers of one step; axes (country, domain, target, run). Uniforms are in (0, 1), normals are standard."""

    value: Float[Array, "country domain option #run"]
    """Normal, the step of the drift."""
    tail: Float[Array, "country domain option #run"]
    """Factor of the calendar year on the drift."""
    whim: Float[Array, "country domain option #run"]
    """Normal, for rules that gamble."""
    joining: Float[Array, "country 1 power #run"]
    """Uniform."""
    membership: Float[Array, "country 1 format #run"]
    """Uniform."""
    coming: Float[Array, "country 1 1 #run"]
    """Uniform, whether a head comes."""
    stance: Float[Array, "country 1 format #run"]
    """Uniform, unmodelled part of the stance."""
    opening: Float[Array, "1 1 format #run"]
    """Uniform, a step of the ladder."""
    holding: Float[Array, "1 1 format #run"]
    """Uniform, a regular meeting."""


@dataclass(frozen=True)
class StartDraws:
    """Random numbers of the start; axes (country, domain, target, run)."""

    gammas: Float[Array, "country domain option #run"]
    """Gamma numbers of shape evidence times share, 0 where evidence weighs more than the prior."""
    value: Float[Array, "country domain option #run"]
    """Normal, the drift at the start."""
    tails: tuple[Float[Array, "country domain option #run"], ...]
    """Factor of every calendar year on the drift, from the year before the start on."""
    stance: Float[Array, "country 1 format #run"]
    """Uniform, unmodelled part of the stance."""
    arrival: Float[Array, "impulse runs"]
    """Uniform; the impulses of one shock share theirs. One run serves all where nothing is random."""
    cycle: Float[Array, "1 1 format #run"]
    """Uniform, the place of a format of unknown calendar in its cycle."""
    reexport: Float[Array, "1 1 1 #run"]
    """Normal, unknown size of the re-export."""


Stream = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A stream and the names along its two axes: countries or nobody, and cells or targets."""

Words = dict[str, Array]
"""Random words of one step by stream, axes (first name, 1, second name, run)."""


def draw_start(xp: ModuleType, setting: Setting, seed: int, runs: Sequence[int] | Array) -> StartDraws:
    """Random numbers of the start of some runs."""
    axes, names = setting.axes, setting.shocks.names
    random = bool(np.any(np.asarray(setting.shocks.rate) > 0.0))
    cells = _cells(axes)
    streams: list[Stream] = [
        ("start_drift", axes.countries, cells),
        ("start_stance", axes.countries, axes.formats),
        ("cycle", ("",), axes.formats),
        ("reexport", ("",), ("",)),
    ]
    if random:
        streams.append(("arrival", ("",), names))
    drawn = _by_stream(xp, draw_words(xp, seed, runs, _addresses(tuple(streams)))[0], tuple(streams))
    return StartDraws(
        gammas=_gammas(xp, setting, seed, runs),
        value=_per_country(xp, axes, normal_of(drawn["start_drift"])),
        tails=_tails(xp, axes, seed, runs),
        stance=unit(drawn["start_stance"]),
        arrival=unit(drawn["arrival"])[0, 0, :, :] if random else xp.asarray(np.full((len(names), 1), 0.5)),
        cycle=unit(drawn["cycle"]),
        reexport=normal_of(drawn["reexport"]),
    )


def _tails(xp: ModuleType, axes: Axes, seed: int, runs: Sequence[int] | Array) -> tuple[Array, ...]:
    """Factor of every calendar year on the drift of every cell, axes (country, domain, option, run) each.

    From the year before the start to one after the last quarters drawn. One call gives the numbers of two years.
    """
    streams: tuple[Stream, ...] = (("tail", axes.countries, _cells(axes)),)
    first, n_years = axes.start.year - 1, -(-axes.n_steps // WORDS) + 2
    factors = []
    for two in range(first // 2, (first + n_years - 1) // 2 + 1):
        words = draw_words(xp, seed, runs, _addresses(streams), four=two)
        factors += [_per_country(xp, axes, tail_of(xp, unit(words[n]), unit(words[n + 1]))) for n in (0, 2)]
    return tuple(factors[first % 2 :][:n_years])


def _per_country(xp: ModuleType, axes: Axes, flat: Array) -> Array:
    """Numbers with axes (address, run) by country, domain and option."""
    return xp.reshape(flat, (len(axes.countries), len(axes.domains), len(axes.options), -1))


def _gammas(xp: ModuleType, setting: Setting, seed: int, runs: Sequence[int] | Array) -> Array:
    """Gamma numbers of prior-dominated cells, 0 elsewhere, axes (country, domain, option, run)."""
    redrawn, share = np.asarray(setting.prior_dominated), np.asarray(setting.share)
    of_country = _cells(setting.axes)
    cells = [(i, cell) for i in setting.axes.countries for cell in of_country]
    drawn = np.flatnonzero(np.any(redrawn > 0.0, axis=RUN))
    if drawn.size == 0:
        return xp.asarray(np.zeros((*redrawn.shape[:RUN], 1)))
    addresses: tuple[Address, ...] = tuple(("hollow", *cells[n]) for n in drawn)
    uniform = unit(draw_words(xp, seed, runs, addresses)[0])
    shape = np.asarray(setting.evidence) * np.maximum(share, LOWEST_SHARE)
    numbers = gamma(uniform, np.reshape(shape, (-1, shape.shape[RUN]))[drawn])
    place = np.full(len(cells), drawn.size)
    place[drawn] = np.arange(drawn.size)
    padded = xp.concat((numbers, 0.0 * numbers[:1, :]), axis=0)
    return xp.reshape(xp.take(padded, xp.asarray(place), axis=0), (*redrawn.shape[:RUN], -1))


def step_words(
    xp: ModuleType, axes: Axes, seed: int, runs: Sequence[int] | Array, *, four: int | Array, gambling: bool
) -> tuple[Words, ...]:
    """Random words of four successive steps of some runs, by stream: 4 * four .. 4 * four + 3, counted from 0.

    gambling: False leaves out those for rules that gamble.
    """
    cells = (axes.countries, _cells(axes))
    groups: tuple[tuple[Stream, ...], ...] = (
        (("value", *cells),),
        (("stance", axes.countries, axes.formats),),
        (
            ("joining", axes.countries, axes.powers),
            ("coming", axes.countries, ("",)),
            *((name, ("",), axes.formats) for name in ("opening", "holding")),
        ),
        *(((("whim", *cells),),) if gambling else ()),
    )
    steps: list[Words] = [{} for _ in range(WORDS)]
    for streams in groups:
        numbers = draw_words(xp, seed, runs, _addresses(streams), four=four)
        for step, flat in zip(steps, numbers, strict=True):
            step.update(_by_stream(xp, flat, streams))
    return tuple(steps)


def draws_of(axes: Axes, tails: Sequence[Array] | Array, words: Words, step: int | Array) -> Draws:
    """The numbers of one step, counted from 0, from its random words and the tails of the start.

    Numbers for rules that gamble are 0 where there are no words for them.
    """
    xp = namespace(words["value"])
    membership, stance = halves(words["stance"])
    year: Any = (step + axes.start.quarter) // WORDS + 1
    gambled = "whim" in words
    return Draws(
        value=_per_country(xp, axes, normal_of(words["value"])),
        tail=tails[year],
        whim=_per_country(xp, axes, normal_of(words["whim"])) if gambled else xp.zeros((1, 1, 1, 1), dtype=xp.float64),
        membership=membership,
        stance=stance,
        **{name: unit(words[name]) for name in ("joining", "coming", "opening", "holding")},
    )


def _by_stream(xp: ModuleType, flat: Array, streams: tuple[Stream, ...]) -> dict[str, Array]:
    """The numbers of each stream, axes (first name, 1, second name, run), from those of all, axes (address, run)."""
    parts, first = {}, 0
    for name, one, other in streams:
        last = first + len(one) * len(other)
        parts[name] = xp.reshape(flat[first:last, :], (len(one), 1, len(other), -1))
        first = last
    return parts


@cache
def _addresses(streams: tuple[Stream, ...]) -> tuple[Address, ...]:
    """The addresses of all numbers of some streams, one after the other."""
    return tuple((name, one, other) for name, ones, others in streams for one in ones for other in others)


def _cells(axes: Axes) -> tuple[str, ...]:
    return tuple(f"{domain}/{option}" for domain in axes.domains for option in axes.options)
