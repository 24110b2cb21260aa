"""Arrays that say runs first and keep them last answer as arrays that keep them first do."""

import inspect
import operator
import re
from collections.abc import Callable
from pathlib import Path

import array_api_compat.numpy as np_space
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hedgesim
from hedgesim.engines.run_last import RunLast, RunLastSpace
from hedgesim.model.arrays import carry, namespace, runs_first, settle

XP = RunLastSpace(np_space)
SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 4))


def numbers(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.5, 2.0, shape)


def kept(array: np.ndarray) -> RunLast:
    """An array with runs first as one of those that keep them last."""
    return RunLast(np.moveaxis(array, 0, -1), XP)


def same(here: RunLast, there: np.ndarray) -> bool:
    assert here.shape == there.shape
    assert here.ndim == there.ndim
    return np.array_equal(np.moveaxis(here.kept, -1, 0), there)


OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


@pytest.mark.parametrize("operate", [*OPERATORS, *COMPARISONS])
@given(shape=SHAPES, seed=st.integers(0, 99))
def test_operators_take_numbers_arrays_of_no_run_and_each_other(
    operate: Callable, shape: tuple[int, ...], seed: int
) -> None:
    one, other, common = numbers(shape, seed), numbers(shape, seed + 1), numbers((1, *shape[1:]), seed + 2)
    assert same(operate(kept(one), kept(other)), operate(one, other))
    assert same(operate(kept(one), 1.5), operate(one, 1.5))
    assert same(operate(1.5, kept(one)), operate(1.5, one))
    assert same(operate(kept(one), common), operate(one, common))
    assert same(operate(common, kept(one)), operate(common, one))
    assert same(operate(kept(one), common[0]), operate(one, common[0])), "fewer axes are those of the end"
    assert same(operate(kept(one), common[0, 0]), operate(one, common[0, 0]))


@pytest.mark.parametrize("operate", [operator.and_, operator.or_, operator.xor])
@given(shape=SHAPES, seed=st.integers(0, 99))
def test_truths_are_joined(operate: Callable, shape: tuple[int, ...], seed: int) -> None:
    one, other, common = (numbers(of, seed + n) > 1.1 for n, of in enumerate((shape, shape, (1, *shape[1:]))))
    assert same(operate(kept(one), kept(other)), operate(one, other))
    assert same(operate(kept(one), common), operate(one, common))
    assert same(operate(common, kept(one)), operate(common, one))
    assert same(operate(kept(one), True), operate(one, True))
    assert same(~kept(one), ~one)
    assert same(-kept(numbers((2, 1))), -numbers((2, 1)))


def test_whole_numbers_are_shifted() -> None:
    words = np.arange(12, dtype=np.uint32).reshape(3, 4)
    by = np.asarray(3, dtype=np.uint32)
    assert same(kept(words) << by, words << by)
    assert same(kept(words) >> by, words >> by)
    assert same(by << kept(words), by << words)
    assert same(by >> kept(words), by >> words)


@given(shape=SHAPES, seed=st.integers(0, 99))
def test_functions_of_one_and_of_several(shape: tuple[int, ...], seed: int) -> None:
    one, other = numbers(shape, seed), numbers((1, *shape[1:]), seed + 1)
    for name in ("abs", "ceil", "exp", "floor", "isfinite", "log", "sign", "sqrt"):
        assert same(getattr(XP, name)(kept(one)), getattr(np_space, name)(one)), name
    for name in ("maximum", "minimum"):
        assert same(getattr(XP, name)(kept(one), other), getattr(np_space, name)(one, other)), name
        assert same(getattr(XP, name)(kept(one), 1.0), getattr(np_space, name)(one, 1.0)), name
    assert same(XP.where(kept(one) > 1.0, other, 0.0), np.where(one > 1.0, other, 0.0))
    assert same(XP.zeros_like(kept(one)), np.zeros_like(one))
    assert same(XP.astype(kept(one) > 1.0, XP.float64), (one > 1.0).astype(float))
    words = np.floor(one * 9).astype(np.uint32)
    assert same(XP.bitwise_count(kept(words)), np.bitwise_count(words))


@given(shape=SHAPES, axis=st.sampled_from([-1, -2, -3]), keepdims=st.booleans())
def test_reductions(shape: tuple[int, ...], axis: int, keepdims: bool) -> None:
    one = numbers(shape)
    for name in ("sum", "max", "mean", "prod"):
        here = getattr(XP, name)(kept(one), axis=axis, keepdims=keepdims)
        there = getattr(np_space, name)(one, axis=axis, keepdims=keepdims)
        assert np.moveaxis(here.kept, -1, 0) == pytest.approx(there)
    assert same(XP.any(kept(one > 1.9), axis=axis, keepdims=keepdims), np.any(one > 1.9, axis=axis, keepdims=keepdims))
    assert XP.sum(kept(one), axis=(-3, -2, -1)).kept == pytest.approx(one.sum(axis=(1, 2, 3)))
    assert np.moveaxis(XP.cumulative_sum(kept(one), axis=axis).kept, -1, 0) == pytest.approx(np.cumsum(one, axis=axis))


def test_parts_and_shapes() -> None:
    one, other = numbers((5, 2, 3, 4)), numbers((5, 2, 3, 1), 1)
    held = kept(one)
    for index in (np.s_[..., 1], np.s_[..., 1:3], np.s_[..., 0, :], np.s_[:, 0, 0, :], np.s_[..., None, :], np.s_[:]):
        assert same(held[index], one[index]), index
    assert same(held[:, :, 1:2], one[:, :, 1:2])
    assert same(XP.concat((held, kept(other)), axis=-1), np.concatenate((one, other), axis=-1))
    assert same(XP.permute_dims(held, (0, 3, 2, 1)), np.transpose(one, (0, 3, 2, 1)))
    assert same(XP.reshape(held, (-1, 2, 12)), one.reshape(5, 2, 12))
    assert same(XP.broadcast_to(kept(other), (5, 2, 3, 4)), np.broadcast_to(other, (5, 2, 3, 4)))
    assert same(XP.broadcast_to(other[:1], (5, 2, 3, 4)), np.broadcast_to(other[:1], (5, 2, 3, 4)))
    assert same(XP.take(held, np.asarray([3, 0]), axis=-1), one[..., [3, 0]])
    table, places = numbers((7,)), np.asarray([[1, 2, 3], [6, 0, 0]])
    assert same(XP.take(table, kept(places), axis=0), table[places])


def test_a_matrix_of_no_run_carries_the_last_axis() -> None:
    one, matrix = numbers((5, 2, 1, 4)), numbers((4, 3), 1)
    carried = carry(XP, kept(one), matrix)
    assert np.moveaxis(carried.kept, -1, 0) == pytest.approx(one @ matrix)
    assert carry(np_space, one, matrix) == pytest.approx(one @ matrix)


def test_arrays_of_no_run_are_answered_by_the_namespace_beneath() -> None:
    one = numbers((1, 2, 3))
    assert isinstance(XP.exp(one), np.ndarray)
    assert np.array_equal(XP.sum(one, axis=-1), one.sum(axis=-1))
    assert np.array_equal(XP.concat((one, one), axis=-1), np.concatenate((one, one), axis=-1))
    assert np.array_equal(XP.permute_dims(one, (2, 0, 1)), np.transpose(one, (2, 0, 1)))
    assert np.array_equal(XP.reshape(one, (6,)), one.ravel())
    assert np.array_equal(XP.take(one, np.asarray([1]), axis=-1), one[..., [1]])
    assert np.array_equal(XP.cumulative_sum(one, axis=-1), np.cumsum(one, axis=-1))
    assert np.array_equal(XP.carry(one, numbers((3, 2))), one @ numbers((3, 2)))
    assert XP.astype(one, XP.int64).dtype == np.int64
    assert XP.arange(3).tolist() == [0, 1, 2]


def test_of_several_arrays_the_namespace_is_that_of_those_that_keep_runs_apart() -> None:
    one = numbers((2, 1, 1, 1))
    assert namespace(kept(one)) is XP
    assert namespace(one, kept(one)) is XP
    assert namespace(one) is np_space


def call(space, name: str, one, other, common):
    """A function as the model uses it, of two arrays with runs and one of none."""
    last = {"axis": -1, "keepdims": True}
    calls: dict[str, Callable] = {
        "any": lambda f: f(one > 1.2, **last),
        "astype": lambda f: f(one > 1.2, space.float64),
        "bitwise_count": lambda f: f(space.astype(one * 99.0, space.uint32)),
        "broadcast_to": lambda f: f(one[..., :1], one.shape),
        "carry": lambda _: carry(space, one, common[0, 0, 0, :, None] * np.ones((1, 2))),
        "concat": lambda f: f((one, common + 0.0 * one, other[..., :1]), axis=-1),
        "permute_dims": lambda f: f(one, (0, 3, 1, 2)),
        "reshape": lambda f: f(one, (one.shape[0], -1)),
        "settle": lambda _: settle(space, common, one)[1],
        "runs_first": lambda _: runs_first(space, beneath(one)),
        "take": lambda f: f(one, np.asarray([0, 0]), axis=-2),
        "where": lambda f: f(one > 1.2, other, common),
        "zeros_like": lambda f: f(one),
        **{name: lambda f: f(f(one, common), 1.2) for name in ("maximum", "minimum")},
        **{name: lambda f: f(one, **last) for name in ("max", "mean", "prod", "sum")},
        **dict.fromkeys(("abs", "ceil", "exp", "floor", "isfinite", "log", "sign", "sqrt"), lambda f: f(one - 1.0)),
    }
    return calls[name](getattr(space, name, None))


def beneath(array) -> np.ndarray:
    """An array as NumPy's with runs last."""
    return array.kept if isinstance(array, RunLast) else np.moveaxis(array, 0, -1)


FUNCTIONS = {"abs", "any", "astype", "bitwise_count", "broadcast_to", "carry", "ceil", "concat", "exp", "floor"}
FUNCTIONS |= {"isfinite", "log", "max", "maximum", "mean", "minimum", "permute_dims", "prod", "reshape", "runs_first"}
FUNCTIONS |= {"settle", "sign", "sqrt", "sum", "take", "where", "zeros_like"}
OF_NO_RUN = {"arange", "asarray", "eye", "matmul", "matrix_transpose", "zeros", "stack"}
"""Functions that the model calls for arrays of no run alone, or when nothing is traced."""
TYPES = {"float32", "float64", "int64", "uint32"}


@pytest.mark.filterwarnings("ignore:invalid value|divide by zero")
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@given(shape=SHAPES, seed=st.integers(0, 99))
def test_every_function_of_the_model_answers_as_that_of_numpy(name: str, shape: tuple[int, ...], seed: int) -> None:
    one, other, common = numbers(shape, seed), numbers(shape, seed + 1), numbers((1, *shape[1:]), seed + 2)
    here, there = call(XP, name, kept(one), kept(other), common), call(np_space, name, one, other, common)
    assert here.shape == there.shape
    assert np.moveaxis(here.kept, -1, 0).dtype == there.dtype
    assert np.moveaxis(here.kept, -1, 0) == pytest.approx(there, abs=1e-12, nan_ok=True)


def test_the_model_and_the_rules_use_no_function_that_is_not_tried_here() -> None:
    source = Path(inspect.getfile(hedgesim)).parent
    files = [path for layer in ("model", "rules") for path in (source / layer).rglob("*.py")]
    used = {name for path in files for name in re.findall(r"\bxp\.([a-z_0-9]+)", path.read_text(encoding="utf-8"))}
    assert len(used) > 25
    assert used - FUNCTIONS - OF_NO_RUN - TYPES == set()


REFUSED = {
    "truth": lambda x: bool(x > 1.0),
    "loop": lambda x: list(x),
    "function of NumPy": lambda x: np.exp(x),
    "array of NumPy": lambda x: np.asarray(x),
    "number": lambda x: float(x),
    "length": lambda x: len(x),
    "another truth": lambda x: not x,
    "array of NumPy beside it": lambda x: np.add(np.ones(4), x),
    "one run": lambda x: x[0],
    "the last run": lambda x: x[-1, ...],
    "an axis before runs": lambda x: x[None, ...],
    "a mask": lambda x: x[x > 1.0],
    "some runs": lambda x: x[:1],
    "sum over runs": lambda x: XP.sum(x, axis=0),
    "runs joined": lambda x: XP.concat((x, x), axis=0),
    "largest of the runs": lambda x: XP.max(x, axis=-4),
    "sum over everything": lambda x: XP.sum(x, axis=(0, 1, 2, 3)),
    "sum without an axis": lambda x: XP.sum(x),
    "places in the runs": lambda x: XP.take(x, np.asarray([0]), axis=0),
    "sums up to each run": lambda x: XP.cumulative_sum(x, axis=0),
    "runs exchanged": lambda x: XP.permute_dims(x, (1, 0, 2, 3)),
    "runs put last": lambda x: XP.permute_dims(x, (1, 2, 3, 0)),
}


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_whatever_would_touch_runs_or_leave_the_namespace_is_refused(what: str) -> None:
    with pytest.raises((TypeError, IndexError)):
        REFUSED[what](kept(numbers((3, 2, 1, 4))))


@pytest.mark.parametrize("name", ["expm1", "log1p", "round", "square", "tanh"])
def test_functions_that_a_rule_may_use(name: str) -> None:
    one = numbers((3, 2, 1, 4))
    assert same(getattr(XP, name)(kept(one)), getattr(np_space, name)(one))


def test_numbers_that_a_rule_may_join_and_reduce() -> None:
    one, other = numbers((3, 2, 1, 4)), numbers((3, 2, 1, 4), 1)
    for name in ("hypot", "logaddexp"):
        assert same(getattr(XP, name)(kept(one), kept(other)), getattr(np_space, name)(one, other)), name
    for name in ("min", "prod"):
        here, there = getattr(XP, name)(kept(one), axis=-1), getattr(np_space, name)(one, axis=-1)
        assert np.moveaxis(here.kept, -1, 0) == pytest.approx(there), name
    assert same(XP.all(kept(one > 0.6), axis=-1), np.all(one > 0.6, axis=-1))
    assert same(abs(kept(one - 1.0)), np.abs(one - 1.0))
