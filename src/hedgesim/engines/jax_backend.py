"""The ensemble compiled by JAX from the same source, for CPU or GPU; the only file that imports jax."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import array_api_compat.numpy as numpy_namespace
import jax
import jax.numpy as jnp
import numpy as np

from hedgesim.engines.case import Case, EngineError, foresee
from hedgesim.engines.ensemble import step
from hedgesim.engines.observation import NAMES, Observation, observe
from hedgesim.engines.outcomes import Outcomes, Quarter, gather, note
from hedgesim.engines.run_last import RunLast, RunLastSpace
from hedgesim.engines.trajectory import Trajectory
from hedgesim.model.arrays import Array
from hedgesim.model.draws import Draws, draw_start, draw_steps
from hedgesim.model.noise import WORDS
from hedgesim.model.setting import FORM, Axes
from hedgesim.model.shocks import Conditions
from hedgesim.model.sight import Baseline
from hedgesim.model.start import begin, conditions_at
from hedgesim.model.world import World

XP: Any = RunLastSpace(jnp)
"""The namespace in which the model is traced."""

for _kind in (World, Draws):
    jax.tree_util.register_dataclass(_kind, [item.name for item in fields(_kind)], [])
jax.tree_util.register_dataclass(Quarter, ["values", "summits", "failed"], ["names"])
jax.tree_util.register_dataclass(Observation, list(NAMES), [])
jax.tree_util.register_pytree_node(RunLast, lambda x: ((x.kept,), None), lambda _, kept: RunLast(kept[0], XP))

TOGETHER = {"cpu": 256, "gpu": 8192}
"""Runs made at once, by kind of device: on a CPU few enough for its cache, on a GPU enough to fill it."""

_FOR_CPU: Mapping[str, str | bool] = {
    "xla_cpu_use_fusion_emitters": False,
    "xla_cpu_use_xnnpack": False,
    "xla_cpu_experimental_ynn_fusion_type": "",
    "xla_cpu_prefer_vector_width": "512",
}
"""Options under which the compiler makes loops over runs that vector units take: twice as fast in JAX 0.10."""


def together() -> int:
    """Runs made at once on the device at hand."""
    return TOGETHER.get(jax.default_backend(), TOGETHER["cpu"])


def outcomes(case: Case, runs: Sequence[int]) -> Outcomes:
    """Outcomes of some runs, as `hedgesim.engines.ensemble.outcomes` gives them, to 1e-9.

    Raises:
        EngineError: a rule that cannot be compiled, with its line.
    """
    noted: Quarter = _run(case, runs, note)
    return gather(case, noted)


def observations(case: Case, runs: Sequence[int]) -> Observation:
    """What can be observed of some runs, as `hedgesim.engines.ensemble.observations` gives it, to 1e-9.

    Raises:
        EngineError: a rule that cannot be compiled, with its line.
    """
    seen: Observation = _run(case, runs, observe)
    return seen


def simulate(case: Case, runs: Sequence[int]) -> Trajectory:
    """Trajectories of some runs, as `hedgesim.engines.ensemble.simulate` gives them, to 1e-9, in NumPy's arrays.

    Raises:
        EngineError: a rule that cannot be compiled, with its line.
    """
    worlds: World = _run(case, runs, _whole)
    return Trajectory(case=case, runs=tuple(runs), future=foresee(numpy_namespace, case, runs), worlds=worlds)


def _whole(case: Case, world: World, baseline: Baseline, conditions: Conditions, *, before: Array) -> World:
    return world


Record = Callable[..., Any]
"""What is kept of a quarter, of the form of `note`."""


def _run(case: Case, runs: Sequence[int], record: Record) -> Any:
    """What is kept of every quarter of some runs, in NumPy, axes (step, run, ...).

    A program is compiled for a number of runs, so a few are made up to that number and dropped again.
    """
    n = -(-len(runs) // together()) * together()
    padded = np.resize(np.asarray(runs, dtype=np.uint32), n)
    with jax.enable_x64(True):
        program = _program(_skeleton(case), record)
        try:
            kept = program(_arguments(case, len(runs), n), padded)
        except Exception as error:
            raise _rule_fault(case, error) or error from None
    return jax.tree.map(lambda x: _out(x, len(runs)), kept, is_leaf=lambda x: isinstance(x, RunLast))


def _out(x: RunLast, n_runs: int) -> Array:
    return np.moveaxis(np.asarray(x.kept), -1, 1)[:, :n_runs]


@dataclass(frozen=True)
class _Same:
    """Something that is equal to itself alone."""

    one: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.one is other.one

    def __hash__(self) -> int:
        return id(self.one)


@dataclass(frozen=True)
class _Skeleton:
    """What a program is compiled for: a case but for its numbers."""

    axes: Axes
    seed: int
    rules: tuple[tuple[type, int], ...]
    """Kind of the rule of every country and power, and the first place at which the same rule stands."""
    static: tuple[_Same, ...]
    case: Case = field(compare=False)


MOVING = ("onset", "ramp", "half_life", "duration", "size")
"""Fields of the shocks that are numbers only."""


def _skeleton(case: Case) -> _Skeleton:
    rules = (*case.country_rules, *case.power_rules)
    setting = case.setting
    static = (*(getattr(setting, name) for name in FORM), setting.shocks.rate, *setting.shocks.masks.values())
    places = [next(n for n, other in enumerate(rules) if other is rule) for rule in rules]
    kinds = tuple((type(rule), place) for rule, place in zip(rules, places, strict=True))
    return _Skeleton(setting.axes, case.seed, kinds, tuple(map(_Same, static)), case)


@lru_cache(maxsize=8)
def _program(skeleton: _Skeleton, record: Record) -> Callable[..., Any]:
    """The compiled program of a case; one that is asked for again is not compiled again."""

    def program(numbers: dict[str, Any], runs: Array) -> Any:
        return _quarters(_with(skeleton.case, numbers), runs, record)

    compiled: Callable[..., Any] = jax.jit(program, compiler_options=compiler_options())
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
    """What is kept of every quarter, the start first; traced."""
    setting, parameters, n_steps = case.setting, case.parameters, case.setting.axes.n_steps
    start = begin(XP, setting, parameters, draw_start(XP, setting, case.seed, runs))
    first = start.baseline.world
    gambling = any(rule.gambles for rule in case.country_rules)

    def conditions(t: Array) -> Conditions:
        at = jnp.reshape(jnp.minimum(t, n_steps).astype(jnp.float64), (1, 1))
        return conditions_at(setting, parameters, start.onset, at)

    def quarter(world: World, now: tuple[Array, Draws]) -> tuple[World, Any]:
        shown = conditions(now[0])
        later = _like(first, step(case, world, start.baseline, conditions=shown, draws=now[1]))
        return later, record(case, later, start.baseline, shown, before=world.highest)

    def four_quarters(world: World, four: Array) -> tuple[World, Any]:
        draws = draw_steps(XP, setting, case.seed, runs, four=four, gambling=gambling)
        together = jax.tree.map(lambda *parts: jnp.stack(parts), *draws)
        later: tuple[World, Any] = jax.lax.scan(quarter, world, (WORDS * four + jnp.arange(1, WORDS + 1), together))
        return later

    before = record(case, first, start.baseline, conditions(jnp.asarray(0)), before=first.highest)
    _, after = jax.lax.scan(four_quarters, first, jnp.arange(-(-n_steps // WORDS)))
    return jax.tree.map(lambda a, b: _joined(a, b)[: n_steps + 1], before, after)


def _joined(start: Array, fours: Array) -> Array:
    """Numbers of the start and of all quarters, from those of quarters by fours."""
    return jnp.concat((start[None], jnp.reshape(fours, (-1, *fours.shape[2:]))), axis=0)


def _like(first: World, later: World) -> World:
    """A world all of whose arrays have runs, as those of the first have."""
    names = [item.name for item in fields(World)]
    return World(**{name: XP.broadcast_to(getattr(later, name), getattr(first, name).shape) for name in names})


def _arguments(case: Case, n: int, padded: int) -> dict[str, Any]:
    """The numbers of a case that a program takes in."""

    def number(value: Any) -> Any:
        array = np.asarray(value, dtype=np.float64)
        if array.ndim == 0 or array.shape[0] == 1 or array.shape[0] != n:
            return array
        return RunLast(np.moveaxis(np.resize(array, (padded, *array.shape[1:])), 0, -1), XP)

    def numbers(owner: Any, names: Sequence[str] = ()) -> dict[str, Any]:
        return {name: number(getattr(owner, name)) for name in names or [item.name for item in fields(owner)]}

    setting, parameters = case.setting, case.parameters
    open_ones = [item.name for item in fields(setting) if item.name not in {*FORM, "axes", "shocks"}]
    return {
        "setting": numbers(setting, open_ones),
        "shocks": numbers(setting.shocks, MOVING),
        "parameters": {group.name: numbers(getattr(parameters, group.name)) for group in fields(parameters)},
        "rules": [numbers(rule) for rule in _distinct(case)],
    }


def _distinct(case: Case) -> list[Any]:
    """Every rule once, in the order in which they stand."""
    return list({id(rule): rule for rule in (*case.country_rules, *case.power_rules)}.values())


def _with(case: Case, numbers: Mapping[str, Any]) -> Case:
    """A case with other numbers."""
    shocks = replace(case.setting.shocks, **numbers["shocks"])
    groups = {name: replace(getattr(case.parameters, name), **own) for name, own in numbers["parameters"].items()}
    changed = {id(rule): replace(rule, **own) for rule, own in zip(_distinct(case), numbers["rules"], strict=True)}
    return replace(
        case,
        setting=replace(case.setting, **numbers["setting"], shocks=shocks),
        parameters=replace(case.parameters, **groups),
        country_rules=tuple(changed[id(rule)] for rule in case.country_rules),
        power_rules=tuple(changed[id(rule)] for rule in case.power_rules),
    )


def _rule_fault(case: Case, error: Exception) -> EngineError | None:
    """What to say of a rule that cannot be compiled: its line; None where no rule is to blame."""
    files = {inspect.getsourcefile(type(rule)) for rule in _distinct(case)}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    if not frames:
        return None
    file = Path(frames[-1].filename)
    shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    place = f"{shown}:{frames[-1].lineno}"
    fault = f"JAX cannot compile this rule: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
    remedy = "Choose with xp.where and use functions of view.xp only, or run it with --backend numpy."
    return EngineError(place, fault.rstrip("."), remedy)
