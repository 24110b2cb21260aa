"""The machine's own limit: the arithmetic of a run, and how long a fused loop of as much takes on one core."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy as xp

from hedgesim.engines.case import Case
from hedgesim.engines.jax_backend import compiler_options
from hedgesim.engines.quarter import quarter
from hedgesim.engines.records import record_outcomes
from hedgesim.model.arrays import Array
from hedgesim.model.derived import Baseline
from hedgesim.model.draws import draw_start, draws_of, step_words
from hedgesim.model.noise import WORDS
from hedgesim.model.start import Start, begin, conditions_at

for _kind in (Start, Baseline):
    jax.tree_util.register_dataclass(_kind, [item.name for item in fields(_kind)], [])

LANES = 2**16
"""Numbers in the loop: half a MiB, which the second cache of a core holds."""


CHAINS = 4
"""Independent lines of arithmetic, so that a core need not wait for one result before it begins the next."""


@dataclass(frozen=True)
class Arithmetic:
    """What one run computes, noise and outcomes included; operations on whole numbers and comparisons count too."""

    flops: float
    exponentials: float
    """Exponentials, logarithms, roots and powers."""


def arithmetic(case: Case, n: int = 64) -> Arithmetic:
    """The arithmetic of a run as the compiler counts it before it joins or repeats anything.

    A program's loop is counted once, so the start, the numbers of four quarters and a quarter are counted apart, each
    from what the one before gave.
    """
    setting, parameters, n_steps = case.setting, case.parameters, case.setting.axes.n_steps
    runs = jnp.arange(n, dtype=jnp.uint32)
    # These are computed in NumPy: outside a program, JAX would compile every operation of theirs.
    first = draw_start(xp, setting, case.seed, range(n))
    begun = _in_jax(begin(xp, setting, parameters, first))
    words = step_words(xp, setting.axes, case.seed, range(n), four=0, gambling=False)[0]
    draws = _in_jax(draws_of(setting.axes, first.tails, words, 0))
    tails = _in_jax(first.tails)

    def start(runs: Array) -> object:
        drawn = draw_start(jnp, setting, case.seed, runs)
        return [*drawn.tails, *_arrays(begin(jnp, setting, parameters, drawn).baseline.world)]

    def numbers(runs: Array) -> object:
        four = step_words(jnp, setting.axes, case.seed, runs, four=0, gambling=False)
        return [_arrays(draws_of(setting.axes, tails, own, step)) for step, own in enumerate(four)]

    def one_quarter(t: Array) -> object:
        baseline = begun.baseline
        conditions = conditions_at(setting, begun.onset, jnp.reshape(t, (1, 1)))
        later = quarter(case, baseline.world, baseline, conditions=conditions, draws=draws)
        outcomes = record_outcomes(case, later, baseline, conditions, before=baseline.world.ladder)
        return _arrays(later), outcomes.values

    at_start, drawn, moved = _count(start, runs), _count(numbers, runs), _count(one_quarter, jnp.asarray(5.0))
    total = [b + n_steps * (q + d / WORDS) for b, q, d in zip(at_start, moved, drawn, strict=True)]
    return Arithmetic(flops=total[0] / n, exponentials=total[1] / n)


def _in_jax(owner: Any) -> Any:
    return jax.tree.map(jnp.asarray, owner)


def _arrays(owner: object) -> list[Array]:
    return list(vars(owner).values())


def _count(function: object, given: Array) -> tuple[float, float]:
    counted = jax.jit(function).lower(given).cost_analysis()
    return float(counted["flops"]), float(counted.get("transcendentals", 0.0))


def seconds_on_one_core(work: Arithmetic) -> float:
    """Seconds that one core takes for the arithmetic of a run in one fused loop, in a process of that core only."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_take_one_core) as pool:
        return pool.submit(_seconds_of_fused_loop, work).result()


def _take_one_core() -> None:
    """Before the compiler counts cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    jax.config.update("jax_enable_x64", True)


def _seconds_of_fused_loop(work: Arithmetic, rounds: int = 300) -> float:
    """A number in, the arithmetic, a number out to another array: a loop over its operand has no vector units."""
    per_chain = max(1, round(work.flops / work.exponentials / 2.0 / CHAINS))

    def turn(x: Array) -> Array:
        chains = [x + k for k in range(CHAINS)]
        for _ in range(per_chain):
            chains = [y * 0.999 + 0.001 for y in chains]
        return jnp.exp(-sum(chains) / CHAINS)

    loop = jax.jit(turn, compiler_options=compiler_options())
    x = jnp.asarray(np.linspace(0.1, 1.0, LANES))
    jax.block_until_ready(loop(x))
    best = np.inf
    for _ in range(rounds):
        began = time.perf_counter()
        jax.block_until_ready(loop(x))
        best = min(best, time.perf_counter() - began)
    return float(best / LANES * work.exponentials)
