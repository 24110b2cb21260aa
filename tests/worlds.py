"""Small settings, cases and worlds for tests: random but repeatable, in NumPy or in any other array type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from types import ModuleType
from typing import Any, get_type_hints

import numpy as np
from hypothesis import strategies as st

from hedgesim.engines.case import Case, case_of
from hedgesim.engines.invented import example_view
from hedgesim.engines.quarter import assess, perceive, perceive_powers
from hedgesim.model.arrays import DOMAIN
from hedgesim.model.derived import QuarterInputs
from hedgesim.model.draws import draw_start, draws_of, step_words
from hedgesim.model.parameters import Parameters
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes, Formats, Setting
from hedgesim.model.shocks import CHANNELS, Conditions, Shocks
from hedgesim.model.start import begin, conditions_at
from hedgesim.model.view import PowerView, View
from hedgesim.model.world import World
from hedgesim.rules import country_rules, power_rules
from hedgesim.scenario import Scenario, read_scenario

COUNTRIES = ("AAA", "BBB", "CCC", "DDD")
POWERS = ("RED", "BLU", "GRN", "YEL")
DOMAINS = ("security", "economy", "identity")
FORMATS = ("HOME", "LED", "PACT", "CLUB", "TALKS")
NAMED = {"country": "countries", "power": "powers", "domain": "domains", "option": "options", "format": "formats"}
"""Where `Axes` has the names of each axis."""
SYMMETRIC = {"rivalry", "trust", "passage"}
NUMBERS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32 - 1),
        "n_countries": st.integers(2, 4),
        "n_powers": st.integers(2, 4),
        "n_domains": st.integers(1, 3),
        "n_formats": st.integers(1, 5),
        "n_steps": st.integers(1, 8),
    }
)
"""What a small world is made from."""


def row(*values: float) -> np.ndarray:
    """Values along the target axis: axes (country, domain, target, run)."""
    return np.asarray(values, dtype=float)[None, None, :, None]


def column(*values: float) -> np.ndarray:
    """Values along the country axis."""
    return np.asarray(values, dtype=float)[:, None, None, None]


def table(*rows: Sequence[float]) -> np.ndarray:
    """Rows of countries, columns of targets."""
    return np.asarray(rows, dtype=float)[:, None, :, None]


def pairs(*rows: Sequence[float]) -> np.ndarray:
    """Rows along the domain axis, which are also formats or powers, columns of targets."""
    return np.asarray(rows, dtype=float)[None, :, :, None]


def make_setting(
    seed: int = 0,
    *,
    n_countries: int = 3,
    n_powers: int = 3,
    n_domains: int = 2,
    n_formats: int = 5,
    n_steps: int = 6,
) -> Setting:
    """A random setting; the same numbers give the same one."""
    axes = Axes(
        countries=COUNTRIES[:n_countries],
        powers=POWERS[:n_powers],
        domains=DOMAINS[:n_domains],
        formats=FORMATS[:n_formats],
        start=Period(2021, 1),
        n_steps=n_steps,
    )
    rng = np.random.default_rng(seed)
    c, p, d = n_countries, n_powers, n_domains
    weight = rng.uniform(0.2, 1.0, (c, d, 1, 1))
    tie = rng.uniform(0.2, 1.0, (c, c)) * (1.0 - np.eye(c))
    return Setting(
        axes=axes,
        share=rng.dirichlet(np.ones(p + 2), (c, d))[..., None],
        prior_dominated=rng.integers(0, 2, (c, d, p + 2, 1)).astype(float),
        evidence=rng.uniform(5.0, 25.0, (c, d, p + 2, 1)),
        tie=(tie / np.maximum(tie.sum(axis=-1, keepdims=True), 1e-9))[:, None, :, None],
        weight=weight / weight.sum(axis=DOMAIN, keepdims=True),
        politics=rng.uniform(0.2, 1.0, (1, d, 1, 1)),
        pace=rng.uniform(0.05, 0.5, (1, d, 1, 1)),
        security=(np.arange(d) == 0).astype(float)[None, :, None, None],
        energy=(np.arange(d) == 2).astype(float)[None, :, None, None],
        economy=(np.arange(d) == 1).astype(float)[None, :, None, None],
        legs=rng.uniform(0.0, 0.5, (1, 1, p + 2, 1)),
        turnover=rng.uniform(5.0, 100.0, (c, 1, 1, 1)),
        proximity=rng.uniform(0.1, 1.0, (c, 1, p, 1)),
        capability=rng.uniform(0.1, 1.0, (1, 1, p, 1)),
        attention=rng.uniform(0.1, 0.6, (1, 1, p, 1)),
        solidarity=rng.uniform(0.0, 1.0, (1, 1, p, 1)),
        affinity=rng.uniform(-0.5, 0.5, (c, 1, p, 1)),
        trust=_symmetric(rng.uniform(0.2, 0.8, (c, c)))[:, None, :, None],
        rivalry=_symmetric(rng.uniform(0.0, 1.0, (p, p)))[None, :, :, None],
        regional_weight=rng.uniform(0.05, 0.5, (c, 1, 1, 1)),
        personalisation=rng.uniform(0.2, 1.0, (c, 1, 1, 1)),
        neutrality=rng.integers(0, 2, (c, 1, 1, 1)).astype(float),
        left=rng.integers(0, 2, (c, 1, 1, 1)).astype(float),
        votes_sovereignty=rng.integers(0, 3, (c, 4, 4, 1)).astype(float),
        votes_rights=rng.integers(0, 3, (c, 4, 4, 1)).astype(float),
        vote_age=np.arange(4.0)[None, :, None, None],
        aggressor=(np.arange(p) == 0).astype(float)[None, None, :, None],
        formats=_formats(rng, axes),
        shocks=_shocks(rng, axes),
    )


def _symmetric(square: np.ndarray) -> np.ndarray:
    return (square + square.T) / 2.0 * (1.0 - np.eye(len(square)))


def _formats(rng: np.random.Generator, axes: Axes) -> Formats:
    """Own meetings, talks with a power, a treaty, a body, and a small group that comes after the own meetings."""
    c, p, d, f = len(axes.countries), len(axes.powers), len(axes.domains), len(axes.formats)
    place = np.arange(f)
    led = np.isin(place, [1, 3]).astype(float)
    lead = np.eye(p)[rng.integers(0, p, f)] * led[:, None]
    covers = rng.integers(0, 2, (d, f)).astype(float)
    covers[0] = np.maximum(covers[0], covers.sum(axis=0) == 0)
    treaty, body = (place == 2).astype(float), (place == 3).astype(float)
    ladder = np.where(body > 0.0, 2.0, np.where(treaty > 0.0, 0.0, rng.integers(0, 3, f))).astype(float)
    eligible = np.maximum(rng.integers(0, 2, (c, f)), np.arange(c)[:, None] < 2).astype(float)
    joined = rng.choice([0.0, 1.0, 2.0, 3.0, 3.0], (c, f))
    wide = (1, 1, f, 1)
    after = np.zeros((f, f))
    after[0, 4:5] = 1.0
    return Formats(
        own=(place == 0).astype(float).reshape(wide),
        dialogue=(place == 1).astype(float).reshape(wide),
        small=(place == 4).astype(float).reshape(wide),
        treaty=treaty.reshape(wide),
        body=body.reshape(wide),
        customs=(lead * body[:, None])[None, :, :, None],
        lead=lead[None, :, :, None],
        covers=covers[None, :, :, None],
        eligible=eligible[:, None, :, None],
        opens_to=(1.0 - eligible)[:, None, :, None],
        wealth=rng.uniform(-2.0, 2.0, wide),
        pairs=np.full(wide, 3.0),
        after=after[None, :, :, None],
        formality=rng.uniform(0.1, 0.9, wide),
        ceiling=np.full(wide, 2.0),
        cadence=rng.choice([2.0, 4.0], wide),
        ladder=ladder.reshape(wide),
        status=np.where(ladder > 0.0, joined, 0.0)[:, None, :, None],
        since=rng.choice([0.0, 1.0, np.nan], wide),
        seated=rng.integers(0, 2, (1, 1, 1, 1)).astype(float),
    )


def mask_axes(channel: str) -> tuple[str, ...]:
    """Axes of the mask of a channel, (country, domain, target), without the impulse axis."""
    return tuple(label.removeprefix("#") for label in declared_axes(Conditions)[channel][:3])


def _shocks(rng: np.random.Generator, axes: Axes) -> Shocks:
    """One impulse for each channel: the first two arrive together at random, the others are dated."""
    n, sizes, place = len(CHANNELS), axis_lengths(axes), np.arange(len(CHANNELS))
    masks = {}
    for k, channel in enumerate(CHANNELS):
        shape = tuple(sizes.get(label, 1) for label in mask_axes(channel))
        hit = rng.integers(0, 2, shape).astype(float)
        if channel in SYMMETRIC:
            one = 1 if channel == "rivalry" else 0
            hit = np.maximum(hit, np.swapaxes(hit, one, 2))
            hit = hit * (1.0 - np.expand_dims(np.eye(shape[2]), 1 - one))
        masks[channel] = np.where(place[:, None, None, None] == k, hit, 0.0)
    size = rng.uniform(-0.4, 0.6, (n, 1))
    size[list(CHANNELS).index("availability")] = -0.5
    return Shocks(
        names=tuple("storm" if k < 2 else f"shock {k}" for k in range(n)),
        onset=np.where(place < 2, np.inf, rng.integers(1, axes.n_steps + 1, n)).astype(float)[:, None],
        ramp=rng.choice([1.0, 2.0], (n, 1)),
        half_life=rng.choice([2.0, np.inf], (n, 1)),
        duration=rng.choice([2.0, np.inf], (n, 1)),
        rate=np.where(place < 2, 0.3, 0.0)[:, None],
        size=size,
        masks=masks,
    )


def calm(setting: Setting) -> Setting:
    """The same setting without shocks."""
    return replace(setting, shocks=replace(setting.shocks, size=0.0 * setting.shocks.size))


def hit(channel: str, size: float, *members: int, seed: int = 5) -> Setting:
    """A setting in which one permanent shock acts on one channel, on the named members of its last named axis."""
    setting = make_setting(seed)
    shocks = setting.shocks
    n = list(CHANNELS).index(channel)
    chosen = np.arange(len(CHANNELS))[:, None] == n
    place = max((k for k, label in enumerate(mask_axes(channel)) if label != "1"), default=0)
    mask = np.zeros_like(shocks.masks[channel])
    np.moveaxis(mask[n], place, 0)[list(members)] = 1.0
    forever = np.full_like(shocks.onset, np.inf)
    shocks = replace(
        shocks,
        onset=np.where(chosen, 1.0, forever),
        rate=0.0 * shocks.rate,
        ramp=np.ones_like(shocks.ramp),
        half_life=forever,
        duration=forever,
        size=np.where(chosen, size, 0.0),
        masks={**shocks.masks, channel: mask},
    )
    return replace(setting, shocks=shocks)


def axis_lengths(axes: Axes) -> dict[str, int]:
    """Length of every named axis."""
    return {axis: len(getattr(axes, names)) for axis, names in NAMED.items()}


@cache
def declared_axes(kind: type) -> dict[str, tuple[str, ...]]:
    """Axes of every array of a dataclass, as its annotations declare them; an axis with `#` may have length 1."""
    hints = get_type_hints(kind)
    return {name: tuple(hint.dim_str.split()) for name, hint in hints.items() if hasattr(hint, "dim_str")}


def scenario_from(name: str, *overrides: str, seed: int | None = None) -> Scenario:
    """A packaged scenario, or that of a file, with overrides."""
    return read_scenario(name, overrides=overrides, seed=seed)


def case_from(name: str, *overrides: str) -> Case:
    """The case of such a scenario."""
    return case_of(scenario_from(name, *overrides))


@cache
def short_case() -> Case:
    """The war until 2022Q3; one and the same, so that its compiled program serves every test."""
    return case_from("war_2022", "end=2022Q3")


def make_case(setting: Setting, *, values: dict[str, Any] | None = None, rule: str = "multi_vector") -> Case:
    """A case in which every country follows the same rule and every power is a patron."""
    return Case(
        name="small",
        setting=setting,
        parameters=Parameters().with_values(values or {}),
        country_rules=(country_rules()[rule](),) * len(setting.axes.countries),
        power_rules=(power_rules()["patron"](),) * len(setting.axes.powers),
        seed=7,
    )


def inputs_of(setting: Setting, *, runs: Sequence[int] = (0, 1), values: dict[str, Any] | None = None) -> QuarterInputs:
    """What is given in the first quarter, with every shock at its full size."""
    xp, case = np, make_case(setting, values=values)
    first = draw_start(xp, setting, case.seed, runs)
    start = begin(xp, setting, case.parameters, first)
    now = conditions_at(setting, np.minimum(start.onset, 1.0), xp.asarray([[1.0]]))
    words = step_words(xp, setting.axes, case.seed, runs, four=0, gambling=True)[0]
    draws = draws_of(setting.axes, first.tails, words, 0)
    return assess(case, start.baseline.world, start.baseline, conditions=now, draws=draws)


def inputs_with(inputs: QuarterInputs, world: World) -> QuarterInputs:
    """The same quarter with another world: what follows from it is derived again."""
    case = replace(make_case(inputs.setting), parameters=inputs.parameters)
    return assess(case, world, inputs.baseline, conditions=inputs.conditions, draws=inputs.draws)


def views_of(setting: Setting, **options: Any) -> tuple[View, PowerView]:
    """What countries and powers know in the first quarter."""
    inputs = inputs_of(setting, **options)
    return perceive(inputs), perceive_powers(inputs)


def converted(value: Any, xp: ModuleType) -> Any:
    """The same thing with every NumPy array in it turned into an array of another namespace."""
    if isinstance(value, np.ndarray):
        return xp.asarray(value)
    if isinstance(value, dict):
        return {key: converted(item, xp) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{item.name: converted(getattr(value, item.name), xp) for item in fields(value)})
    return value


def permuted(value: Any, axis: str, order: Sequence[int]) -> Any:
    """A dataclass of arrays with the members of one axis (`country` or `power`) in another order."""
    declared = declared_axes(type(value)).items()
    return replace(value, **{name: reordered(getattr(value, name), axes, axis, order) for name, axes in declared})


def reordered(array: np.ndarray, axes: Sequence[str], axis: str, order: Sequence[int]) -> np.ndarray:
    """An array with members of one axis in another order; `region` and `other` stay at the end of the options."""
    for place, label in enumerate(axes, start=array.ndim - len(axes)):
        name = label.removeprefix("#")
        if name == axis:
            array = np.take(array, list(order), axis=place)
        elif (axis, name) == ("power", "option"):
            array = np.take(array, [*order, -2, -1], axis=place)
    return array


def permuted_setting(setting: Setting, axis: str, order: Sequence[int]) -> Setting:
    """A setting with its countries or powers in another order."""
    codes = tuple(getattr(setting.axes, NAMED[axis])[n] for n in order)
    masks = {name: reordered(mask, mask_axes(name), axis, order) for name, mask in setting.shocks.masks.items()}
    return replace(
        permuted(setting, axis, order),
        axes=replace(setting.axes, **{NAMED[axis]: codes}),
        formats=permuted(setting.formats, axis, order),
        shocks=replace(setting.shocks, masks=masks),
    )


def blank(kind: Any, lengths: dict[str, int], **values: Any) -> Any:
    """A dataclass of arrays that are all zero, run axis of length 1, except for those given."""
    sizes = {"option": lengths.get("power", 1) + 2, **lengths}
    zeros = {
        name: np.zeros([int(label) if label.isdigit() else sizes.get(label, 1) for label in axes])
        for name, axes in declared_axes(kind).items()
    }
    return kind(**{**zeros, **values})


def plain_view(**values: Any) -> View:
    """What one country sees of two powers in one domain, security, when nothing has happened, except what is given."""
    return example_view(values)


def next_response(rule: str, view: View, **values: float) -> np.ndarray:
    """Response of the four options after one quarter under a rule, with some of its parameters replaced."""
    chosen = country_rules()[rule]().with_values(values)
    return chosen.decide(view, Parameters()).response[0, 0, :, 0]
