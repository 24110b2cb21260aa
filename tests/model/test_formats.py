"""Stance and ladder, worked by hand: five countries at most, one format of each role."""

import numpy as np
import numpy as xp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgesim.model import formats as fm
from hedgesim.model.formats import LadderParameters, StanceParameters
from hedgesim.model.setting import Formats
from hedgesim.model.world import DORMANT, LEADERS, MEMBER, MINISTERS, World
from worlds import blank, column, pairs, row, table

SIZES = {"country": 3, "power": 1, "domain": 1, "format": 5}
OWN, TALKS, PAIR, TREATY, BODY = range(5)
"""Places of one format of each role."""


def features(**values) -> Formats:
    usual = {
        "own": row(1.0, 0.0, 0.0, 0.0, 0.0),
        "dialogue": row(0.0, 1.0, 0.0, 0.0, 0.0),
        "small": row(0.0, 0.0, 1.0, 0.0, 0.0),
        "treaty": row(0.0, 0.0, 0.0, 1.0, 0.0),
        "body": row(0.0, 0.0, 0.0, 0.0, 1.0),
        "eligible": table([1.0] * 5, [1.0] * 5, [1.0, 1.0, 0.0, 1.0, 1.0]),
        "pairs": row(3.0, 1.0, 1.0, 3.0, 3.0),
        "ceiling": row(2.0, 2.0, 2.0, 2.0, 2.0),
    }
    return blank(Formats, SIZES, **{**usual, **values})


def world(*ladder: float, seated: float = 0.0) -> World:
    return blank(World, SIZES, share=np.ones((1, 1, 1, 1)), ladder=row(*ladder), seated=row(seated))


P = LadderParameters(ministers=-2.0, gdp=1.0, alone=-1.0, alarm=0.5, leaders=-3.0, own=-0.5, accession=0.05)
EVERYBODY = np.ones((3, 1, 5, 1), dtype=bool)


def rates(ladder=(0.0,) * 5, *, alarm=0.0, willing=EVERYBODY, seated=0.0, formats=None) -> np.ndarray:
    return fm.ladder_rate(
        world(*ladder, seated=seated),
        alarm=row(alarm),
        willing=willing,
        trusted=np.full((3, 1, 5, 1), 0.6),
        weight=column(0.5, 0.3, 0.2),
        formats=formats or features(),
        p=P,
    )[0, 0, :, 0]


def test_members_count_in_formats_at_work_and_founders_in_dormant_ones() -> None:
    status, eligible = table([MEMBER, MEMBER], [1.0, 0.0], [0.0, 2.0]), table([1.0, 0.0], [1.0, 1.0], [0.0, 1.0])
    party = fm.parties_of(status, eligible, row(MINISTERS, DORMANT))
    assert party[:, 0, :, 0].tolist() == [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]


def test_trust_is_that_in_the_other_parties_and_the_usual_one_where_there_are_none() -> None:
    trust = table([0.0, 0.4, 0.8], [0.4, 0.0, 0.2], [0.8, 0.2, 0.0])
    party = table([1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0])
    found = fm.trust_in(trust, party)[:, 0, :, 0]
    assert found == pytest.approx(np.asarray([[0.6, 0.6, 0.6], [0.3, 0.4, 0.6], [0.5, 0.8, 0.6]]))


def test_stance_falls_with_formality_for_personal_and_neutral_rulers_and_with_bodies_left() -> None:
    p = StanceParameters(willing=1.0, trust=2.0, weight=3.0, personal=4.0, neutral=5.0, left=0.5)
    stance, reserve = fm.stance_on(row(0.7), column(0.2, 0.2), column(0.0, 2.0), column(0.5, 1.0), column(0.0, 1.0), p)
    assert stance[:, 0, 0, 0] == pytest.approx([1.0 + 0.2 + 0.6, 1.8 - 1.0])
    assert reserve[:, 0, 0, 0] == pytest.approx([2.0, 9.0])


@given(st.floats(-60.0, 60.0), st.floats(1e-9, 1.0 - 1e-9))
def test_at_the_start_who_sits_is_willing_who_was_asked_and_does_not_is_not(stance: float, uniform: float) -> None:
    one = np.ones((1, 1, 1, 1))
    with np.errstate(all="raise"):
        sits, refuses, free = (
            fm.starting_stance(stance * one, a * one, b * one, uniform * one).item()
            for a, b in ((1.0, 1.0), (0.0, 1.0), (0.0, 0.0))
        )
    assert stance + sits >= -1e-6
    assert stance + refuses <= 1e-6
    assert free == pytest.approx(np.log(uniform / (1.0 - uniform)), rel=1e-6, abs=1e-9)


def test_what_is_drawn_of_those_in_a_body_is_a_logistic_number_above_the_threshold() -> None:
    uniform = ((np.arange(100_000) + 0.5) / 100_000)[None, None, None, :]
    stance = np.full_like(uniform, -1.0)
    e = fm.starting_stance(stance, np.ones_like(stance), np.ones_like(stance), uniform)
    # P(e > 2 | e > 1) of a logistic number.
    assert np.mean(e > 2.0) == pytest.approx((1 + np.e) / (1 + np.e**2), abs=1e-3)


def test_five_that_have_not_met_lacked_the_weight_of_the_willing() -> None:
    """Of .5, .3 and .2 the first two make a majority; each is willing with .7, the two never together."""
    rng = np.random.Generator(np.random.Philox(4))
    uniform, stance = rng.random((3, 1, 5, 40_000)), np.full((3, 1, 5, 1), np.log(0.7 / 0.3))
    found = fm.not_yet_met(stance, uniform, column(0.5, 0.3, 0.2), features())
    willing = (found > 0.3)[:, 0, OWN]
    assert np.mean(willing[0] & willing[1]) < 2.0 * 0.49 ** (fm.AGAIN + 1), "drawn again so often at most"
    assert willing.mean(axis=-1) == pytest.approx([0.21 / 0.51, 0.21 / 0.51, 0.7], abs=0.012)
    assert np.mean(found[2, 0, OWN][~willing[2]]) == pytest.approx(0.15, abs=0.005), "even on its side"
    np.testing.assert_array_equal(found[:, :, TALKS:], uniform[:, :, TALKS:])
    met = fm.not_yet_met(stance, uniform, column(0.5, 0.3, 0.2), features(ladder=row(1.0, 0.0, 0.0, 0.0, 0.0)))
    np.testing.assert_array_equal(met, uniform)


def test_reasons_are_drawn_again_at_a_succession_and_else_half_of_them_within_a_half_life() -> None:
    uniform = ((np.arange(100_000) + 0.5) / 100_000)[None, None, None, :]
    p = StanceParameters(half_life=8.0)
    kept = fm.move_stance(np.full_like(uniform, 9.0), uniform, np.zeros((1, 1, 1, 1)), p)
    assert np.mean(kept == 9.0) ** 8 == pytest.approx(0.5, abs=1e-3)
    fresh = np.sort(kept[kept != 9.0])
    assert np.quantile(fresh, [0.25, 0.5, 0.75]) == pytest.approx([-np.log(3.0), 0.0, np.log(3.0)], abs=0.01)
    new = fm.move_stance(np.full_like(uniform, 9.0), uniform, np.ones((1, 1, 1, 1)), p)
    assert new == pytest.approx(np.log(uniform / (1.0 - uniform)))


def test_a_power_opens_talks_by_its_wealth_and_alarm_and_more_once_the_five_have_met() -> None:
    wealth = features(wealth=row(0.0, np.log(3.0), 0.0, 0.0, 0.0))
    assert rates(formats=wealth)[TALKS] == pytest.approx(np.exp(-2.0) * 3.0 * np.exp(-1.0))
    assert rates(alarm=2.0, formats=wealth)[TALKS] == pytest.approx(np.exp(-1.0) * 3.0 * np.exp(-1.0))
    met = rates((1.0, 0.0, 0.0, 0.0, 0.0), formats=wealth)[TALKS]
    assert met == pytest.approx(np.exp(-2.0) * 3.0 * (1.0 + np.exp(-1.0)))


def test_talks_rise_to_leaders_once_all_heads_sat_together_whatever_the_wealth() -> None:
    talks, wealth = (2.0, 1.0, 0.0, 0.0, 0.0), features(wealth=row(0.0, 5.0, 0.0, 0.0, 0.0))
    assert rates(talks, formats=wealth)[TALKS] == 0.0
    assert rates(talks, alarm=2.0, seated=1.0, formats=wealth)[TALKS] == pytest.approx(np.exp(-3.0 + 1.0))


@pytest.mark.parametrize(("unwilling", "rate"), [((), 1.0), ((2,), 1.0), ((1,), 0.0), ((1, 2), 0.0), ((0,), 0.0)])
def test_own_meetings_climb_while_three_quarters_of_the_weight_are_willing(unwilling: tuple, rate: float) -> None:
    willing = EVERYBODY.copy()
    willing[list(unwilling)] = False
    # Weights are .5, .3 and .2: without the last .8 are willing.
    assert rates(willing=willing)[OWN] == pytest.approx(rate * np.exp(-0.5))


def test_two_square_one_pair_and_close_ones_do_so_sooner() -> None:
    # Mean of weight times trust of the two founders: .6 x (.5 + .3) / 2.
    assert rates()[PAIR] == pytest.approx(15.0 * np.exp(-2.0) * 0.24)
    three = features(pairs=row(3.0, 1.0, 3.0, 3.0, 3.0))
    assert rates(formats=three)[PAIR] == pytest.approx(5.0 * np.exp(-2.0)), "of three closeness is not asked"
    one, outsider = EVERYBODY.copy(), EVERYBODY.copy()
    one[1], outsider[2] = False, False
    assert rates(willing=one)[PAIR] == 0.0
    assert rates(willing=outsider)[PAIR] > 0.0


@pytest.mark.parametrize("place", [TREATY, BODY])
def test_treaties_and_new_bodies_need_two_who_are_willing(place: int) -> None:
    usual = {TREATY: 5.0 * np.exp(-2.0), BODY: 0.05}[place]
    two, one = EVERYBODY.copy(), EVERYBODY.copy()
    two[0], one[:2] = False, False
    assert rates(willing=two)[place] == pytest.approx(usual)
    assert rates(willing=one)[place] == 0.0
    old = features(ladder=row(0.0, 0.0, 0.0, LEADERS, LEADERS))
    assert rates(formats=old)[place] == 0.0, "what was there at the start is not born again"


def test_nothing_climbs_before_what_must_come_first_and_own_summits_count_once_all_sat() -> None:
    after = pairs([0.0, 0.0, MINISTERS, LEADERS, 0.0], *[[0.0] * 5] * 4)
    ready = {
        ladder: fm.is_ready(row(ladder, 0.0, 0.0, 0.0, 0.0), row(seated), features(after=after))[0, 0, :, 0].tolist()
        for ladder, seated in ((DORMANT, 0.0), (MINISTERS, 0.0), (LEADERS, 1.0))
    }
    assert ready[DORMANT] == [True, True, False, False, True]
    assert ready[MINISTERS] == [True, True, True, False, True]
    assert ready[LEADERS] == [True] * 5
    part = fm.is_ready(row(LEADERS, 0.0, 0.0, 0.0, 0.0), row(0.0), features(after=after))
    assert part[0, 0, :, 0].tolist() == [True, True, True, False, True]


def test_formats_without_a_role_never_climb() -> None:
    none = features(**{role: 0.0 * features().own for role in ("own", "dialogue", "small", "treaty", "body")})
    assert not np.any(rates(formats=none))


def test_a_chance_is_that_of_at_least_one_event_in_a_quarter() -> None:
    assert fm.chance(xp.asarray([0.0, np.log(2.0)])) == pytest.approx([0.0, 0.5])
