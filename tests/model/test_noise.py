import array_api_compat.numpy as xp
import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from hedgesim.model.noise import draw_uniform, expectile, gamma, normal, threefry

KNOWN = [
    ("00000000 " * 4, "00000000 " * 4, "9c6ca96a e17eae66 fc10ecd4 5256a7d8"),
    ("ffffffff " * 4, "ffffffff " * 4, "2a881696 57012287 f6c7446e a16a6732"),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0 082efa98 ec4e6c89",
        "59cd1dbb b8879579 86b5d00c ac8b6d84",
    ),
]
"""Counter, key and answer of Threefry-4x32-20 in the known-answer file of Random123."""

NAMES = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=4), min_size=1, max_size=4, unique=True)


def words(text: str, space=xp) -> list:
    return [space.asarray([int(word, 16)], dtype=space.uint32) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
@pytest.mark.parametrize("space", [xp, array_api_strict])
def test_threefry_gives_the_known_answers(counter: str, key: str, answer: str, space) -> None:
    out = threefry(space, words(key, space), words(counter, space))
    assert [int(word[0]) for word in out] == [int(word, 16) for word in answer.split()]


def test_uniforms_are_the_same_bit_for_bit_in_every_array_type() -> None:
    options = {"entities": ["AAA", "BBB"], "others": ["x", "y", "z"], "n_steps": 5}
    here = draw_uniform(xp, 2022, range(4), "value", **options)
    there = draw_uniform(array_api_strict, 2022, range(4), "value", **options)
    assert here.shape == (5, 4, 2, 3)
    assert np.array_equal(here, np.asarray(there))


@given(
    runs=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4, unique=True),
    entities=NAMES,
    others=NAMES,
    n_steps=st.integers(1, 7),
    data=st.data(),
)
def test_a_number_does_not_depend_on_what_is_drawn_with_it(
    runs: list[int], entities: list[str], others: list[str], n_steps: int, data: st.DataObject
) -> None:
    together = draw_uniform(xp, 5, runs, "value", entities=entities, others=others, n_steps=n_steps)
    r = data.draw(st.integers(0, len(runs) - 1))
    i = data.draw(st.integers(0, len(entities) - 1))
    j = data.draw(st.integers(0, len(others) - 1))
    t = data.draw(st.integers(0, n_steps - 1))
    alone = draw_uniform(xp, 5, [runs[r]], "value", entities=[entities[i]], others=[others[j]], n_steps=t + 1)
    assert alone[t, 0, 0, 0] == together[t, r, i, j]


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"seed": 1 + 2**32},
        {"seed": 1 + 2**40},
        {"runs": range(100, 200)},
        {"stream": "whim"},
        {"entities": ["BBB"]},
        {"others": ["y"]},
    ],
    ids=lambda other: next(iter(other)),
)
def test_other_seeds_runs_streams_and_names_give_unrelated_numbers(other: dict) -> None:
    usual = {"seed": 1, "runs": range(100), "stream": "value", "entities": ["AAA"], "others": ["x"], "n_steps": 100}
    first, second = (_drawn({**usual, **change}) for change in ({}, other))
    assert not np.any(first == second)
    # The correlation of n unrelated pairs has standard error 1/sqrt(n): 4.5 of them are passed once in 150 000 times.
    assert abs(np.corrcoef(first, second)[0, 1]) < 4.5 / np.sqrt(first.size)


def _drawn(options: dict) -> np.ndarray:
    given_ = dict(options)
    return draw_uniform(xp, given_.pop("seed"), given_.pop("runs"), given_.pop("stream"), **given_).ravel()


def test_successive_steps_runs_and_names_are_unrelated() -> None:
    drawn = draw_uniform(xp, 3, range(40), "value", entities=list("abcd"), others=list("wxyz"), n_steps=40)
    for axis in range(4):
        lined = np.moveaxis(drawn, axis, 0)
        first, second = lined[:-1].ravel(), lined[1:].ravel()
        assert abs(np.corrcoef(first, second)[0, 1]) < 4.5 / np.sqrt(first.size)


def test_numbers_are_uniform() -> None:
    drawn = draw_uniform(xp, 11, range(500), "value", entities=["AAA"], others=list("abcdefghij"), n_steps=10)
    assert drawn.min() > 0.0
    assert drawn.max() < 1.0
    # By construction of a test of level 1e-4, one seed in ten thousand would fail; this seed is fixed.
    assert stats.kstest(drawn.ravel(), "uniform").pvalue > 1e-4
    counts, _ = np.histogram(drawn, bins=100, range=(0.0, 1.0))
    assert stats.chisquare(counts).pvalue > 1e-4


def test_normal_numbers_are_quantiles_of_the_normal_distribution() -> None:
    assert normal(np.asarray([0.5, 0.975])) == pytest.approx([0.0, 1.959964], abs=1e-6)


def test_gamma_numbers_of_shape_one_are_exponential() -> None:
    uniform = np.asarray([0.1, 0.5, 0.9])
    assert gamma(uniform, np.ones(3)) == pytest.approx(-np.log(1.0 - uniform))


def test_gamma_numbers_are_quantiles_of_the_gamma_distribution() -> None:
    assert gamma(np.asarray(0.3), np.asarray(2.5)) == pytest.approx(stats.gamma(2.5).ppf(0.3))


@pytest.mark.parametrize("tau", [0.02, 0.15, 0.375, 0.5, 0.8, 0.99])
def test_the_expectile_balances_weighted_distances_above_and_below(tau: float) -> None:
    e = float(expectile(tau))
    above, _ = quad(lambda x: (x - e) * stats.norm.pdf(x), e, np.inf)
    below, _ = quad(lambda x: (e - x) * stats.norm.pdf(x), -np.inf, e)
    assert tau * above == pytest.approx((1.0 - tau) * below, abs=1e-9)


@pytest.mark.parametrize("tau", [0.05, 0.375, 0.9])
def test_the_expectile_is_that_of_scipy(tau: float) -> None:
    grid = stats.norm.ppf((np.arange(20_001) + 0.5) / 20_001)
    # The grid of n quantiles leaves out the tails: what is lost is of the order of the mean excess over the last, /n.
    assert float(expectile(tau)) == pytest.approx(float(stats.expectile(grid, tau)), abs=1e-3)


def test_the_median_expectile_is_the_mean_and_the_expectile_is_odd() -> None:
    assert float(expectile(0.5)) == pytest.approx(0.0, abs=1e-15)
    assert float(expectile(0.2)) == pytest.approx(-float(expectile(0.8)))
