"""The ensemble compiled by JAX from the same source, for CPU or GPU; the only file that imports jax."""

from __future__ import annotations

import inspect
import os
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hedgesim.engines.case import Case
from hedgesim.engines.quarter import quarter
from hedgesim.engines.records import Observation, Quarter, Record
from hedgesim.engines.skeleton import Skeleton, distinct_rules, numbers_of, skeleton_of, with_numbers
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import RUN, Array, fusion_barriers
from hedgesim.model.draws import Draws, draw_start, draw_steps
from hedgesim.model.noise import WORDS
from hedgesim.model.shocks import Conditions
from hedgesim.model.start import begin, conditions_at
from hedgesim.model.world import World


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
jax.tree_util.register_dataclass(Quarter, ["values", "summits", "failed"], ["names"])

TOGETHER = {"cpu": 64, "gpu": 8192}
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
        raise _rule_fault(case, error) or error from None
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
    start = begin(jnp, setting, parameters, drawn)
    first = start.baseline.world
    phases, begins = case.phases, jnp.asarray([one.step for one in case.later_rules])

    def conditions(t: Array) -> Conditions:
        at = jnp.reshape(jnp.minimum(t, n_steps).astype(jnp.float64), (1, 1))
        return conditions_at(setting, start.onset, at)

    def one_quarter(world: World, now: tuple[Array, Draws]) -> tuple[World, Any]:
        given = conditions(now[0])

        def moved(of: Case) -> World:
            return _like(first, quarter(of, world, start.baseline, conditions=given, draws=now[1]))

        ways = [partial(moved, of) for of in phases]
        later: World = ways[0]() if len(ways) == 1 else jax.lax.switch(jnp.sum(begins <= now[0]), ways)
        return later, record(case, later, start.baseline, given, before=world.ladder)

    def four_quarters(world: World, four: Array) -> tuple[World, Any]:
        draws = draw_steps(jnp, setting, case.seed, runs, four=four, tails=drawn.tails, gambling=case.gambles)
        together = jax.tree.map(lambda *parts: jnp.stack(parts), *draws)
        later: tuple[World, Any] = jax.lax.scan(one_quarter, world, (WORDS * four + jnp.arange(1, WORDS + 1), together))
        return later

    before = record(case, first, start.baseline, conditions(jnp.asarray(0)), before=first.ladder)
    _, after = jax.lax.scan(four_quarters, first, jnp.arange(-(-n_steps // WORDS)))
    return jax.tree.map(lambda a, b: _joined(a, b)[: n_steps + 1], before, after)


def _joined(start: Array, fours: Array) -> Array:
    """Numbers of the start and of all quarters, from those of quarters by fours."""
    return jnp.concat((start[None], jnp.reshape(fours, (-1, *fours.shape[2:]))), axis=0)


def _like(first: World, later: World) -> World:
    """A world all of whose arrays have runs, as those of the first have."""
    names = [item.name for item in fields(World)]
    return World(**{name: jnp.broadcast_to(getattr(later, name), getattr(first, name).shape) for name in names})


def _rule_fault(case: Case, error: Exception) -> HedgesimError | None:
    """What to say of a rule that cannot be compiled: its line; None where no rule is to blame."""
    files = {inspect.getsourcefile(type(rule)) for rule in distinct_rules(case)}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    if not frames:
        return None
    file = Path(frames[-1].filename)
    shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    place = f"{shown}:{frames[-1].lineno}"
    fault = f"JAX cannot compile this rule: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
    remedy = "Choose with xp.where and use functions of view.xp only, or run it with --backend numpy."
    return HedgesimError(place, fault.rstrip("."), remedy)
