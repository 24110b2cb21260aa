"""The ensemble compiled by JAX from the same source, for CPU or GPU; the only file that imports jax."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from functools import cache, lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hedgesim.engines.case import Case
from hedgesim.engines.quarter import quarter
from hedgesim.engines.records import Observation, Quarter, Record
from hedgesim.engines.skeleton import Skeleton, distinct_rules, numbers_of, skeleton_of, with_numbers
from hedgesim.model.arrays import RUN, Array, fusion_barriers
from hedgesim.model.draws import Draws, Words, draw_start, draws_of, step_words
from hedgesim.model.noise import WORDS
from hedgesim.model.parameters import Parameters
from hedgesim.model.shocks import Conditions
from hedgesim.model.start import begin, conditions_at
from hedgesim.model.world import World
from hedgesim.rules.faults import COMPILING, fault_in


def _computed_once(*arrays: Array) -> tuple[Array, ...]:
    """The same arrays, on a CPU chosen from three equal ways, so that the compiler does not move the computation."""
    if jax.default_backend() != "cpu" or not arrays or not arrays[0].size:
        return arrays
    first = jnp.ravel(arrays[0])[0].astype(jnp.float64)
    way = (0.0 * first != 0.0).astype(jnp.int32)

    def same(n: int) -> Callable[..., tuple[Array, ...]]:
        return lambda way, *x: tuple(jnp.where(way > n, jnp.zeros_like(y), y) for y in x)

    computed: tuple[Array, ...] = jax.lax.switch(way, [lambda _, *x: x, same(1), same(2)], way, *arrays)
    return computed


fusion_barriers[jnp.__name__] = _computed_once

for _kind in (World, Draws, Observation):
    jax.tree_util.register_dataclass(_kind, [item.name for item in fields(_kind)], [])
jax.tree_util.register_dataclass(Quarter, ["values", "summits", "failed", "further"], ["names"])

TOGETHER = {"cpu": 128, "gpu": 8192}
"""Runs of a program, by kind of device: on a CPU few enough for its cache, on a GPU enough to fill it."""

_FOR_CPU: Mapping[str, str | bool] = {
    "xla_cpu_use_fusion_emitters": False,
    "xla_cpu_use_xnnpack": False,
    "xla_cpu_experimental_ynn_fusion_type": "",
    "xla_cpu_prefer_vector_width": "512",
}
"""Options under which the compiler uses vector units for loops over runs: twice as fast in JAX 0.10."""


def together() -> int:
    """Runs asked for at once: two programs for every core of a CPU, one for a GPU."""
    return _of_program() * (2 * _cores() if jax.default_backend() == "cpu" else 1)


def _of_program() -> int:
    return TOGETHER.get(jax.default_backend(), TOGETHER["cpu"])


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def record_runs(case: Case, runs: Sequence[int], record: Record) -> Any:
    """What is recorded of every quarter of some runs, as the ensemble of NumPy has it to 1e-9, in NumPy's arrays.

    A program has a fixed number of runs: fewer are filled up to it, and the surplus is dropped. On a CPU every core
    runs a program of its own.

    Raises:
        HedgesimError: a rule that cannot be compiled, with its line.
    """
    n, one = len(runs), _of_program()
    numbers, numbered = numbers_of(case), np.asarray(runs, dtype=np.uint32)
    places = np.resize(np.arange(n), (-(-n // one), one))
    parts = [(_of_runs(numbers, some), numbered[some]) for some in places]
    try:
        with jax.enable_x64(True):
            program = _program(skeleton_of(case), record, *_form(parts[0][0]))
        with ThreadPoolExecutor(2 * _cores()) as threads:
            kept = list(threads.map(partial(_made, program), parts))
    except Exception as error:
        raise fault_in(map(type, distinct_rules(case)), error, COMPILING) or error from None
    return jax.tree.map(lambda *blocks: np.concatenate([np.asarray(x) for x in blocks], axis=RUN)[..., :n], *kept)


def _of_runs(numbers: dict[str, Any], places: Array) -> Any:
    """The numbers of the runs at some places among all of them."""

    def number(array: Array) -> Any:
        return array if array.ndim == 0 or array.shape[RUN] == 1 else array[..., places]

    return jax.tree.map(number, numbers)


def _form(numbers: Any) -> tuple[Any, tuple[tuple[int, ...], ...]]:
    """What the numbers of a program must look like: their tree, and the lengths of their axes."""
    leaves, tree = jax.tree.flatten(numbers)
    return tree, tuple(np.shape(leaf) for leaf in leaves)


def _made(program: Callable[..., Any], part: tuple[dict[str, Any], Array]) -> Any:
    with jax.enable_x64(True):
        return jax.block_until_ready(program(*part))


@lru_cache(maxsize=16)
def _program(skeleton: Skeleton, record: Record, tree: Any, shapes: tuple[tuple[int, ...], ...]) -> Callable[..., Any]:
    """The compiled program of a case and a form of its numbers; one that is asked for again is not compiled again."""

    def program(numbers: dict[str, Any], runs: Array) -> Any:
        return _quarters(with_numbers(skeleton.case, numbers), runs, record)

    numbers = jax.tree.unflatten(tree, [jax.ShapeDtypeStruct(shape, np.float64) for shape in shapes])
    runs = jax.ShapeDtypeStruct((_of_program(),), np.uint32)
    compiled: Callable[..., Any] = jax.jit(program, compiler_options=compiler_options()).lower(numbers, runs).compile()
    return compiled


@cache
def compiler_options() -> dict[str, str | bool] | None:
    """Options of the compiler, where it knows them all."""
    if jax.default_backend() != "cpu":
        return None
    try:
        jax.jit(lambda x: x, compiler_options=dict(_FOR_CPU)).lower(0.0).compile()
    except RuntimeError:
        return None
    return dict(_FOR_CPU)


def _quarters(case: Case, runs: Array, record: Record) -> Any:
    """What is recorded of every quarter, the start first; traced."""
    setting, parameters, n_steps = case.setting, case.parameters, case.setting.axes.n_steps
    drawn = draw_start(jnp, setting, case.seed, runs)
    start, tails = begin(jnp, setting, parameters, drawn), jnp.stack(drawn.tails)
    first = start.baseline.world
    phases, begins = case.phases, jnp.asarray([one.step for one in case.later_rules])

    def conditions(t: Array) -> Conditions:
        at = jnp.reshape(jnp.minimum(t, n_steps).astype(jnp.float64), (1, 1))
        return conditions_at(setting, start.onset, at)

    def one_quarter(world: World, now: tuple[Array, Words]) -> tuple[World, Any]:
        step, words = now
        given, draws = conditions(step), draws_of(setting.axes, tails, words, step - 1)

        def moved(of: Case) -> World:
            return _like(first, quarter(of, world, start.baseline, conditions=given, draws=draws))

        ways = [partial(moved, of) for of in phases]
        later: World = ways[0]() if len(ways) == 1 else jax.lax.switch(jnp.sum(begins <= step), ways)
        later = _beside(world, later)
        return later, record(case, later, start.baseline, given, before=world.ladder)

    def four_quarters(world: World, four: Array) -> tuple[World, Any]:
        words = step_words(jnp, setting.axes, case.seed, runs, four=four, gambling=case.gambles)
        together = jax.tree.map(lambda *parts: jnp.stack(parts), *words)
        later: tuple[World, Any] = jax.lax.scan(one_quarter, world, (WORDS * four + jnp.arange(1, WORDS + 1), together))
        return later

    before = record(case, first, start.baseline, conditions(jnp.asarray(0)), before=first.ladder)
    _, after = jax.lax.scan(four_quarters, first, jnp.arange(-(-n_steps // WORDS)))
    return jax.tree.map(lambda a, b: _joined(a, b)[: n_steps + 1], before, after)


def _joined(start: Array, fours: Array) -> Array:
    """Numbers of the start and of all quarters, from those of quarters by fours."""
    return jnp.concat((start[None], jnp.reshape(fours, (fours.shape[0] * fours.shape[1], *fours.shape[2:]))), axis=0)


def _like(first: World, later: World) -> World:
    """A world all of whose arrays have runs, as those of the first have."""
    names = [item.name for item in fields(World)]
    return World(**{name: jnp.broadcast_to(getattr(later, name), getattr(first, name).shape) for name in names})


def _beside(world: World, later: World) -> World:
    """A later world that is not written over the one before: a loop that writes over what it reads has no vector units.

    On a CPU it is chosen from three ways, of which two, never taken, would give numbers of the world before.
    """
    if jax.default_backend() != "cpu":
        return later
    new, old = ([getattr(one, name) for name in _LARGE] for one in (later, world))
    way = (0.0 * later.unanswered[0, 0, 0, 0] != 0.0).astype(jnp.int32)

    def mixed(n: int) -> Callable[..., list[Array]]:
        return lambda way, x, y: [jnp.where(way > n, b, a) for a, b in zip(x, y, strict=True)]

    kept = jax.lax.switch(way, [lambda _, x, y: x, mixed(1), mixed(2)], way, new, old)
    return replace(later, **dict(zip(_LARGE, kept, strict=True)))


_LARGE = ("unanswered", "response", "status", "joined")
"""Fields of the world that much arithmetic leads to; logarithms, as in the stance, are quicker one by one."""


def decided(rule: Any, view: Any, parameters: Parameters) -> dict[str, Any]:
    """What a rule decides when it is compiled for any view and any parameters of its own, by name, in NumPy."""
    known = {item.name: getattr(view, item.name) for item in fields(view)}
    own = {item.name: np.asarray(getattr(rule, item.name), dtype=np.float64) for item in fields(rule)}

    def program(known: dict[str, Array], own: dict[str, Array]) -> dict[str, Array]:
        decision = replace(rule, **own).decide(type(view)(**known), parameters)
        return {item.name: getattr(decision, item.name) for item in fields(decision)}

    with jax.enable_x64(True):
        return {name: np.asarray(array) for name, array in jax.jit(program)(known, own).items()}
