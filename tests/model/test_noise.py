from contextlib import nullcontext

import array_api_strict
import jax
import jax.numpy as jnp
import numpy as np
import numpy as xp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import gammainccinv, gammaincinv, ndtri

from hedgesim.model.noise import (
    WORDS,
    Address,
    draw_uniform,
    draw_words,
    gamma,
    halves,
    normal,
    normal_of,
    threefry,
)

ZEROS, ONES = "00000000 " * 4, "ffffffff " * 4
PI = ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0 082efa98 ec4e6c89")
KNOWN = [
    (13, ZEROS, ZEROS, "531c7e4f 39491ee5 2c855a92 3d6abf9a"),
    (13, ONES, ONES, "c4189358 1c9cc83a d5881c67 6a0a89e0"),
    (13, *PI, "4aa71d8f 734738c2 431fc6a8 ae6debf1"),
    (20, ZEROS, ZEROS, "9c6ca96a e17eae66 fc10ecd4 5256a7d8"),
    (20, ONES, ONES, "2a881696 57012287 f6c7446e a16a6732"),
    (20, *PI, "59cd1dbb b8879579 86b5d00c ac8b6d84"),
]
"""Rounds, counter, key and answer of Threefry-4x32 in the known-answer file of Random123."""
each_space = pytest.mark.parametrize("space", [xp, array_api_strict, jnp], ids=["numpy", "strict", "jax"])
NAME = st.text(st.characters(codec="utf-8"), min_size=1, max_size=4)
ADDRESSES = st.lists(st.tuples(NAME, NAME, NAME), min_size=1, max_size=6, unique=True)
SEED, GRID = 2022, tuple(("value", one, other) for one in "abcd" for other in "wxyz")
LOWEST, HIGHEST = 0.5 * 2.0**-32, 1.0 - 0.5 * 2.0**-32
"""The first and the last number that 32 bits make."""


def inside(space):
    """Where numbers have 64 bits."""
    return jax.enable_x64(True) if space is jnp else nullcontext()


def words(text: str, space=xp) -> list:
    return [space.asarray([int(word, 16)], dtype=space.uint32) for word in text.split()]


@each_space
@pytest.mark.parametrize(("rounds", "counter", "key", "answer"), KNOWN)
def test_threefry_gives_the_known_answers(rounds: int, counter: str, key: str, answer: str, space) -> None:
    with inside(space):
        out = threefry(space, words(key, space), words(counter, space), rounds)
        assert [int(word[0]) for word in out] == [int(word, 16) for word in answer.split()]


def test_the_default_is_thirteen_rounds_and_arguments_are_not_changed() -> None:
    key, counter = words(PI[1]), words(PI[0])
    out = threefry(xp, key, counter)
    assert [int(word[0]) for word in out] == [int(word, 16) for word in KNOWN[2][3].split()]
    assert [int(word[0]) for word in (*counter, *key)] == [int(word, 16) for text in PI for word in text.split()]


@each_space
def test_uniforms_are_the_same_bit_for_bit_in_every_array_type(space) -> None:
    here = draw_uniform(xp, SEED, range(4), GRID, four=3)
    with inside(space):
        there = draw_uniform(space, SEED, range(4), GRID, four=3)
        assert len(here) == len(there) == WORDS
        for one, other in zip(here, there, strict=True):
            assert np.asarray(other).dtype == np.float64
            assert one.shape == np.asarray(other).shape == (16, 4)
            assert np.array_equal(one, np.asarray(other))


@given(
    runs=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4, unique=True),
    addresses=ADDRESSES,
    four=st.integers(0, 2**20),
    data=st.data(),
)
def test_a_number_does_not_depend_on_what_is_drawn_with_it(
    runs: list[int], addresses: list[Address], four: int, data: st.DataObject
) -> None:
    together = draw_uniform(xp, 5, runs, tuple(addresses), four=four)
    r, a, k = (data.draw(st.integers(0, n - 1)) for n in (len(runs), len(addresses), WORDS))
    alone = draw_uniform(xp, 5, [runs[r]], (addresses[a],), four=four)[k]
    assert alone.shape == (1, 1)
    assert alone[0, 0] == together[k][a, r]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"seed": 2}, id="seed"),
        pytest.param({"seed": 1 + 2**32}, id="seed above 32 bits"),
        pytest.param({"seed": 1 + 2**40}, id="seed above 40 bits"),
        pytest.param({"runs": range(100, 200)}, id="runs"),
        pytest.param({"address": ("whim", "AAA", "x")}, id="stream"),
        pytest.param({"address": ("value", "BBB", "x")}, id="first name"),
        pytest.param({"address": ("value", "AAA", "y")}, id="second name"),
        pytest.param({"address": ("value", "x", "AAA")}, id="names turned"),
        pytest.param({"first": 25}, id="steps"),
    ],
)
def test_other_seeds_runs_streams_names_and_steps_give_unrelated_numbers(other: dict) -> None:
    first, second = drawn(), drawn(**other)
    # Of 32 bits, so that a pair of unrelated numbers is equal once in 2**32: in 10 000 pairs almost never.
    assert not np.any(first == second)
    # The correlation of n unrelated pairs has standard error 1/sqrt(n): 4.5 of them are passed once in 150 000 times.
    assert abs(np.corrcoef(first, second)[0, 1]) < 4.5 / np.sqrt(first.size)


def drawn(
    *, seed: int = 1, runs: range = range(100), address: Address = ("value", "AAA", "x"), first: int = 0
) -> np.ndarray:
    fours = [draw_uniform(xp, seed, runs, (address,), four=four) for four in range(first, first + 25)]
    return np.concatenate(fours).ravel()


def test_successive_steps_runs_and_names_are_unrelated() -> None:
    steps = [step for four in range(10) for step in draw_uniform(xp, 3, range(40), GRID, four=four)]
    numbers = np.stack(steps).reshape(40, 4, 4, 40)
    for axis in range(4):
        lined = np.moveaxis(numbers, axis, 0)
        first, second = lined[:-1].ravel(), lined[1:].ravel()
        assert abs(np.corrcoef(first, second)[0, 1]) < 4.5 / np.sqrt(first.size)


def test_numbers_are_uniform_and_made_of_32_bits_and_a_half() -> None:
    addresses = tuple(("value", "AAA", other) for other in "abcdefghij")
    numbers = np.stack([step for four in range(3) for step in draw_uniform(xp, 11, range(500), addresses, four=four)])
    # By construction of a test of level 1e-4, one seed in ten thousand fails; this seed is fixed.
    assert stats.kstest(numbers.ravel(), "uniform").pvalue > 1e-4
    counts, _ = np.histogram(numbers, bins=100, range=(0.0, 1.0))
    assert stats.chisquare(counts).pvalue > 1e-4
    bits = numbers * 2.0**32 - 0.5
    assert np.array_equal(bits, np.round(bits))
    assert LOWEST <= numbers.min() < numbers.max() <= HIGHEST


@each_space
def test_normal_numbers_are_those_of_scipy_over_the_whole_range_in_every_array_type(space) -> None:
    # Of 32 bits: both ends, around the border of the two formulas, at .075, and a million between.
    near = np.arange(20_000.0)
    border = np.floor(0.075 * 2.0**32) - 10_000 + near
    bits = np.concatenate((near, border, np.linspace(0.0, 2.0**31 - 1.0, 500_000).round()))
    uniform = (np.concatenate((bits, 2.0**32 - 1.0 - bits)) + 0.5) * 2.0**-32
    with inside(space):
        assert np.max(np.abs(np.asarray(normal(space.asarray(uniform))) - ndtri(uniform))) < 1e-13


@each_space
def test_normal_numbers_of_words_are_the_quantiles_of_their_first_bits_in_every_array_type(space) -> None:
    first = np.asarray([0, 1, 2**15 - 1, 2**15, 2**16 - 1], dtype=np.uint32)
    with inside(space):
        found = np.asarray(normal_of(space.asarray((first << 16) | 5, dtype=space.uint32)))
    # The steps are scaled by less than one part in ten thousand, to a variance of 1.
    assert found == pytest.approx(ndtri((first + 0.5) / 2**16), rel=1e-4)
    assert found[0] == -found[-1] > -4.5


def test_all_normal_numbers_together_have_mean_zero_and_variance_one() -> None:
    every = normal_of(np.arange(2**16, dtype=np.uint32) << np.uint32(16))
    assert np.mean(every) == pytest.approx(0.0, abs=1e-12)
    assert np.mean(every**2) == pytest.approx(1.0, rel=1e-12)
    assert np.all(np.diff(every) > 0.0)


@each_space
def test_the_halves_of_a_word_are_two_uniform_numbers(space) -> None:
    with inside(space):
        word = space.asarray([0, 0xFFFF, 0x80000000, 0xFFFFFFFF], dtype=space.uint32)
        first, second = (np.asarray(half) * 2**16 for half in halves(word))
    assert first.tolist() == [0.5, 0.5, 2**15 + 0.5, 2**16 - 0.5]
    assert second.tolist() == [0.5, 2**16 - 0.5, 0.5, 2**16 - 0.5]


def test_words_that_numpy_draws_part_by_part_are_those_drawn_alone() -> None:
    addresses = tuple(("value", str(n), "x") for n in range(60))
    whole = draw_words(xp, SEED, range(1000), addresses)
    for n in (0, 24, 25, 59):
        alone = draw_words(xp, SEED, range(1000), addresses[n : n + 1])
        assert all(np.array_equal(one[n], other[0]) for one, other in zip(whole, alone, strict=True))


def test_gamma_numbers_of_shape_one_are_exponential() -> None:
    uniform = np.asarray([0.1, 0.5, 0.9])
    assert gamma(uniform, np.ones(3)) == pytest.approx(-np.log(1.0 - uniform))


@pytest.mark.parametrize("shape", [0.05, 0.1, 0.3, 0.7, 1.0, 1.5, 3.0, 8.0, 20.0, 40.0])
def test_the_table_of_gamma_numbers_is_off_by_less_than_a_ten_millionth(shape: float) -> None:
    even = (np.floor(np.linspace(0.0, 2.0**32 - 1.0, 100_000)) + 0.5) * 2.0**-32
    ends = (np.floor(2.0 ** np.linspace(0.0, 31.0, 5_000)) - 0.5) * 2.0**-32
    uniform = np.concatenate((even, [LOWEST, HIGHEST], ends, 1.0 - ends))
    exact = np.where(uniform < 0.5, gammaincinv(shape, uniform), gammainccinv(shape, 1.0 - uniform))
    assert np.max(np.abs(gamma(uniform, np.full(uniform.shape, shape)) - exact)) < 1e-7


@given(st.floats(0.05, 40.0), st.floats(LOWEST, HIGHEST))
def test_gamma_numbers_are_those_of_scipy_for_any_shape(shape: float, uniform: float) -> None:
    exact = gammaincinv(shape, uniform) if uniform < 0.5 else gammainccinv(shape, 1.0 - uniform)
    assert abs(gamma(np.asarray([uniform]), np.asarray([shape])).item() - exact) < 1e-7


def test_gamma_numbers_rise_with_the_uniform_one_and_are_never_negative() -> None:
    # Below 1e-60 the table leaves the quantile's slope out, so there they rise but for as much.
    uniform = (np.arange(0.0, 2.0**32, 2.0**15) + 0.5) * 2.0**-32
    for shape in (0.05, 0.4, 6.0):
        numbers = gamma(uniform, np.full(uniform.shape, shape))
        assert np.all(np.diff(numbers) >= -1e-60)
        assert numbers[0] >= 0.0


@each_space
def test_gamma_numbers_are_the_same_in_every_array_type(space) -> None:
    shape = np.asarray([[0.05, 2.0, 0.4], [2.0, 40.0, 7.0]])
    uniform = np.random.default_rng(0).uniform(size=(2, 3, 50))
    with inside(space):
        found = np.asarray(gamma(space.asarray(uniform), shape[..., None]))
    assert found == pytest.approx(gamma(uniform, shape[..., None]), abs=1e-12)
