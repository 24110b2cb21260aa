"""Random numbers drawn ahead are those of their names, whatever is drawn with them."""

from dataclasses import replace
from itertools import chain

import numpy as np
import numpy as xp
import pytest

from hedgesim.engines.case import run_inputs
from hedgesim.engines.ensemble import simulate
from hedgesim.model.arrays import RUN
from hedgesim.model.draws import Draws, StartDraws, draw_start, draws_of, step_words
from hedgesim.model.noise import WORDS, draw_uniform, draw_words, gamma, halves, normal_of
from hedgesim.model.period import Period
from hedgesim.model.setting import Setting
from hedgesim.model.shares import LOWEST_SHARE, tail_of
from hedgesim.rules import country_rules
from worlds import calm, declared_axes, make_case, make_setting, permuted, permuted_setting, reordered

SETTING = make_setting(2, n_countries=4, n_powers=3, n_domains=2, n_formats=5)
RUNS = range(5)
SEED = 3
NAMES = tuple(Draws.__dataclass_fields__)


def steps(setting: Setting = SETTING, fours: int = 2, *, gambling: bool = True) -> list[Draws]:
    """Numbers of the first steps, four by four."""
    axes, tails = setting.axes, draw_start(xp, setting, SEED, RUNS).tails
    words = [step_words(xp, axes, SEED, RUNS, four=four, gambling=gambling) for four in range(fours)]
    return [draws_of(axes, tails, own, step) for step, own in enumerate(chain(*words))]


def named(stream: str, one: str, other: str, step: int) -> np.ndarray:
    """The uniform numbers of one address in one step, axes (run,)."""
    four, place = divmod(step, WORDS)
    return draw_uniform(xp, SEED, RUNS, ((stream, one, other),), four=four)[place][0, :]


def word(stream: str, one: str, other: str, step: int) -> np.ndarray:
    """The random words of one address in one step, axes (run,)."""
    four, place = divmod(step, WORDS)
    return draw_words(xp, SEED, RUNS, ((stream, one, other),), four=four)[place][0, :]


@pytest.mark.parametrize("step", [0, 3, 4, 6])
def test_every_number_is_that_of_its_names_and_its_step(step: int) -> None:
    drawn, axes = steps()[step], SETTING.axes
    assert np.array_equal(drawn.joining[2, 0, 1, :], named("joining", "CCC", "BLU", step))
    membership, stance = halves(word("stance", "DDD", "TALKS", step))
    assert np.array_equal(drawn.membership[3, 0, 4, :], membership)
    assert np.array_equal(drawn.stance[3, 0, 4, :], stance)
    assert np.array_equal(drawn.coming[1, 0, 0, :], named("coming", "BBB", "", step))
    for name in ("opening", "holding"):
        assert np.array_equal(getattr(drawn, name)[0, 0, 2, :], named(name, "", "PACT", step)), name
    for name in ("value", "whim"):
        cell = normal_of(word(name, "BBB", "economy/other", step))
        assert np.array_equal(getattr(drawn, name)[1, 1, axes.options.index("other")], cell), name


@pytest.mark.parametrize(("quarter", "years"), [(1, [1, 1, 1, 2, 2]), (4, [2, 2, 2, 2, 3]), (3, [1, 2, 2, 2, 2])])
def test_the_tail_of_a_quarter_is_that_of_its_calendar_year(quarter: int, years: list[int]) -> None:
    for first in (2020, 2021):
        setting = replace(SETTING, axes=replace(SETTING.axes, start=Period(first, quarter)))
        tails = draw_start(xp, setting, SEED, RUNS).tails
        for step, year in zip(steps(setting), years, strict=False):
            assert np.array_equal(step.tail, tails[year])
        for n, year in enumerate(range(first - 1, first + 2)):
            two, half = divmod(year, 2)
            words = draw_uniform(xp, SEED, RUNS, (("tail", "CCC", "security/BLU"),), four=two)
            assert np.array_equal(tails[n][2, 0, 1], tail_of(xp, words[2 * half][0], words[2 * half + 1][0]))


def test_no_two_streams_and_no_two_steps_hold_the_same_numbers() -> None:
    for name in NAMES:
        numbers = [getattr(step, other) for step in steps() for other in NAMES if other >= name]
        own = numbers[0]
        same = [np.mean(own == other) for other in numbers[1:] if other.shape == own.shape]
        # Of 16 bits: of some hundred numbers hardly two are equal by chance, unless they are of one calendar year.
        assert name == "tail" or max(same, default=0.0) < 0.02, name


def test_numbers_that_no_rule_uses_are_zero_and_the_others_the_same() -> None:
    for whole, without in zip(steps(), steps(gambling=False), strict=True):
        assert not np.any(without.whim)
        for name in set(NAMES) - {"whim"}:
            assert np.array_equal(getattr(whole, name), getattr(without, name)), name


def test_prior_dominated_cells_have_the_gamma_number_of_their_names_and_others_zero() -> None:
    drawn = draw_start(xp, SETTING, SEED, RUNS).gammas
    shape = SETTING.evidence * np.maximum(SETTING.share, LOWEST_SHARE)
    for i, d, o in np.ndindex(drawn.shape[:RUN]):
        axes = SETTING.axes
        uniform = named("hollow", axes.countries[i], f"{axes.domains[d]}/{axes.options[o]}", 0)
        expected = gamma(uniform, shape[i, d, o, :]) if SETTING.prior_dominated[i, d, o, 0] else np.zeros(len(RUNS))
        assert np.array_equal(drawn[i, d, o, :], expected)


def test_where_nothing_is_random_at_the_start_one_run_serves_all() -> None:
    rate = 0.0 * SETTING.shocks.rate
    fixed = replace(SETTING, prior_dominated=0.0 * SETTING.prior_dominated, shocks=replace(SETTING.shocks, rate=rate))
    drawn = draw_start(xp, fixed, SEED, RUNS)
    assert drawn.gammas.shape == (*SETTING.prior_dominated.shape[:RUN], 1)
    assert not np.any(drawn.gammas)
    assert drawn.arrival.shape == (len(SETTING.shocks.names), 1)


def test_random_shocks_arrive_and_calendars_begin_by_the_numbers_of_their_names() -> None:
    drawn = draw_start(xp, SETTING, SEED, RUNS)
    assert np.array_equal(drawn.arrival[0], named("arrival", "", "storm", 0))
    assert np.array_equal(drawn.arrival[0], drawn.arrival[1]), "impulses of one shock share their number"
    assert not np.any(drawn.arrival[1] == drawn.arrival[2])
    assert np.array_equal(drawn.cycle[0, 0, 3, :], named("cycle", "", "CLUB", 0))
    assert np.array_equal(drawn.reexport[0, 0, 0, :], normal_of(word("reexport", "", "", 0)))


@pytest.mark.parametrize(
    ("axis", "order"),
    [("country", (1, 2, 3)), ("power", (1, 2)), ("country", (2, 0, 3, 1)), ("power", (2, 0, 1))],
    ids=["without the first country", "without the first power", "countries reordered", "powers reordered"],
)
def test_numbers_do_not_depend_on_the_other_countries_and_powers_nor_on_their_order(axis: str, order: tuple) -> None:
    other = permuted_setting(SETTING, axis, order)
    for usual, moved in zip(steps(), steps(other), strict=True):
        for name in NAMES:
            assert np.array_equal(getattr(moved, name), getattr(permuted(usual, axis, order), name)), name
    kept = reordered(draw_start(xp, SETTING, SEED, RUNS).gammas, declared_axes(StartDraws)["gammas"], axis, order)
    assert np.array_equal(draw_start(xp, other, SEED, RUNS).gammas, kept)


def test_one_more_format_moves_no_other_number() -> None:
    few = make_setting(2, n_countries=4, n_formats=3)
    for whole, part in zip(steps(), steps(few), strict=True):
        for name in ("opening", "holding", "membership", "stance"):
            assert np.array_equal(getattr(part, name), getattr(whole, name)[..., :3, :]), name
    assert np.array_equal(draw_start(xp, few, SEED, RUNS).cycle, draw_start(xp, SETTING, SEED, RUNS).cycle[..., :3, :])


def test_a_country_that_gambles_changes_neither_the_numbers_nor_the_next_decision_of_others() -> None:
    usual = make_case(calm(SETTING))
    gambler = replace(usual, country_rules=(country_rules()["random"](), *usual.country_rules[1:]))
    for t in (1, 2, 5):
        here, there = (run_inputs(xp, case, RUNS).draws_at(t) for case in (usual, gambler))
        for name in set(NAMES) - {"whim"}:
            assert np.array_equal(getattr(here, name), getattr(there, name)), name
    one, other = (simulate(case, RUNS).worlds.share[1] for case in (usual, gambler))
    assert np.array_equal(one[1:], other[1:])
    assert np.max(np.abs(one[0] - other[0])) > 1e-6


def test_a_step_is_the_same_in_whatever_order_steps_are_asked_for() -> None:
    inputs = run_inputs(xp, make_case(SETTING), RUNS)
    backward = [inputs.draws_at(t).value for t in (8, 5, 4, 1)]
    again = [run_inputs(xp, make_case(SETTING), RUNS).draws_at(t).value for t in (8, 5, 4, 1)]
    assert all(np.array_equal(a, b) for a, b in zip(backward, again, strict=True))
    assert not np.any(backward[0] == backward[1])
