"""Equations (1) to (7) of the shares, worked by hand; runs and countries are few."""

import numpy as np
import numpy as xp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgesim.model import shares as sh
from hedgesim.model.arrays import RUN, TARGET
from hedgesim.model.shares import DriftParameters, ResponseParameters, Taste
from worlds import column, pairs, plain_view, row, table

NOTHING = np.zeros((1, 1, 1, 1))
ZEROS = row(0.0, 0.0, 0.0)
ECONOMY = column(1.0)
START = row(0.5, 0.3, 0.2)
QUARTER = 1.0 / np.sqrt(2.75)
"""Step of the root of a share of 1 in a quarter, per unit of sigma of a year."""


def shares(response=ZEROS, goods=NOTHING, economy=ECONOMY) -> np.ndarray:
    return sh.shares_of(START, response, goods=goods, economy=economy)[0, 0, :, 0]


def test_shares_grow_with_the_exponential_of_the_response() -> None:
    # Six times the odds of the first: .5 x 6 = 3 against .3 and .2.
    assert shares(row(np.log(6.0), 0.0, 0.0)) == pytest.approx([6 / 7, 3 / 35, 2 / 35])


def test_re_exported_goods_are_added_to_trade_and_to_its_total() -> None:
    # A tenth from the first and .05 to the last: (.6, .3, .25) of 1.15.
    goods = row(0.1, 0.0, 0.05)
    assert shares(goods=goods) == pytest.approx(np.asarray([0.6, 0.3, 0.25]) / 1.15)
    assert shares(goods=goods, economy=column(0.0)) == pytest.approx([0.5, 0.3, 0.2]), "only in the economy"


def test_the_economy_is_one_domain_of_several() -> None:
    start, economy = np.broadcast_to(START, (1, 3, 3, 1)), pairs([0.0], [1.0], [0.0])
    found = sh.shares_of(start, 0.0 * start, goods=row(1.0, 0.0, 0.0), economy=economy)
    assert found[0, :, 0, 0] == pytest.approx([0.5, 0.75, 0.5])


def test_the_step_of_a_root_grows_with_sigma_and_tail_and_with_one_over_the_root() -> None:
    p = DriftParameters(sigma=0.018, sigma_energy=0.17)
    share = pairs([0.25, 0.0001], [0.25, 0.0001])
    found = sh.spread_of_root(share, pairs([0.0], [1.0]), np.full_like(share, 1.5), p)[0, :, :, 0]
    roots = np.sqrt([0.25, 0.003])  # shares below .003 move no faster
    assert found[0] == pytest.approx(QUARTER * 0.018 * 1.5 / roots)
    assert found[1] == pytest.approx(QUARTER * 0.17 * 1.5 / roots)


def test_a_step_moves_the_roots_of_shares() -> None:
    # The first root grows by a fifth: .5 x 1.44 / 1.01 against .3 / 1.01 and .2 / 1.01.
    moved = sh.moved_by_chance(START, row(2.0, 0.0, 0.0), 0.0 * START + 0.1)[0, 0, :, 0]
    assert moved == pytest.approx(np.asarray([0.72, 0.3, 0.2]) / 1.22)
    # A smaller spread keeps more of the mean: .5 / 1.01 against .3 / 1.04.
    moved = sh.moved_by_chance(row(0.5, 0.5), row(0.0, 0.0), row(0.1, 0.2))[0, 0, :, 0]
    assert moved == pytest.approx(np.asarray([1.04, 1.01]) / 2.05)


def test_before_a_step_shares_are_drawn_back_to_the_table() -> None:
    p = DriftParameters(persistence=0.8**4)
    later = sh.move_unanswered(row(0.7, 0.1, 0.2), START, ZEROS, ZEROS, p)[0, 0, :, 0]
    assert later == pytest.approx([0.5 + 0.8 * 0.2, 0.3 - 0.8 * 0.2, 0.2])


def test_the_start_is_a_step_of_seven_eighths_of_the_variance_from_the_table() -> None:
    found = sh.starting_unanswered(START, row(2.0, 0.0, 0.0), 0.0 * START + 0.1)
    expected = sh.moved_by_chance(START, row(2.0, 0.0, 0.0), 0.0 * START + np.sqrt(0.875) * 0.1)
    assert found == pytest.approx(expected, rel=1e-14)


def walked(start, *, sigma: float, quarters: int, seed: int) -> list[np.ndarray]:
    """Shares of 20 000 runs after each quarter, without a pull and without wide years."""
    rng, p = np.random.default_rng(seed), DriftParameters(sigma=sigma, persistence=1.0)
    share, found = np.repeat(start, 20_000, axis=RUN), []
    for _ in range(quarters):
        spread = sh.spread_of_root(share, NOTHING, np.ones_like(share), p)
        share = sh.move_unanswered(share, start, rng.normal(size=share.shape), spread, p)
        found.append(share)
    return found


@pytest.mark.parametrize(("sigma", "years", "within"), [(0.018, 5, 0.02), (0.16, 3, 0.02)])
def test_the_mean_of_a_share_stays_where_it_is(sigma: float, years: int, within: float) -> None:
    # 20 000 runs: the standard error of a mean of shares of standard deviation .2 is .0014.
    means = walked(row(0.6, 0.2, 0.1, 0.1), sigma=sigma, quarters=4 * years, seed=1)[-1].mean(axis=RUN)[0, 0]
    assert means == pytest.approx([0.6, 0.2, 0.1, 0.1], abs=within)


def test_every_share_has_the_same_yearly_spread_in_the_angle_of_its_root() -> None:
    # Means of four quarters of one year and of the next: their difference has variance 2.75 times that of a quarter.
    quarters = walked(row(0.7, 0.2, 0.1), sigma=0.01, quarters=8, seed=2)
    before, after = (np.arcsin(np.sqrt(np.mean(some, axis=0))) for some in (quarters[:4], quarters[4:]))
    # A standard deviation of 20 000 is known to half a per cent.
    assert np.std(after - before, axis=RUN)[0, 0] == pytest.approx(np.full(3, 0.01), rel=0.03)


@given(st.lists(st.floats(-4.0, 4.0), min_size=3, max_size=3), st.floats(0.0, 20.0))
def test_no_step_is_too_large_for_shares(numbers: list[float], spread: float) -> None:
    moved = sh.moved_by_chance(START, row(*numbers), spread + 0.0 * START + 1e-3)
    assert moved.sum() == pytest.approx(1.0)
    assert np.all(moved >= 0.0)


def test_the_tail_of_a_year_is_the_root_of_four_over_a_chi_square_number() -> None:
    assert sh.tail_of(xp, np.exp(-1.0), np.exp(-1.0)) == pytest.approx(1.0)
    uniform = np.random.default_rng(3).uniform(size=(2, 200_000))
    # Chi-square with four degrees of freedom has mean 4 and standard deviation 2.8: error of the mean .006.
    assert np.mean(4.0 / sh.tail_of(xp, *uniform) ** 2) == pytest.approx(4.0, abs=0.03)


def test_a_response_goes_part_of_the_way_to_the_value() -> None:
    assert sh.respond(row(1.0, 0.0), row(0.0, 2.0), column(0.25))[0, 0, :, 0] == pytest.approx([0.75, 0.5])


def test_a_response_does_not_go_beyond_the_value() -> None:
    assert sh.respond(row(1.0, 0.0), row(0.0, 2.0), column(2.4))[0, 0, :, 0].tolist() == [0.0, 2.0]


@pytest.mark.parametrize(
    ("known", "value"),
    [
        pytest.param({}, [0.0, 0.0, 0.0, 0.0], id="nothing"),
        pytest.param({"offer_rise": row(0.4, 0.0)}, [0.4, 0.0, 0.0, 0.0], id="attention"),
        pytest.param({"threat": row(0.0, 0.3)}, [0.0, -0.3, 0.0, 0.0], id="threat"),
        pytest.param(
            {"threat": row(0.0, 0.3), "politics": column(0.5)}, [0.0, -0.15, 0.0, 0.0], id="as far as politic"
        ),
        pytest.param({"access_powers": row(-1.0, 0.0)}, [-0.9, 0.0, 0.0, 0.0], id="access to powers"),
        pytest.param({"access_region": row(1.0)}, [0.0, 0.0, 0.9, 0.0], id="access to the region"),
        pytest.param({"access_other": row(-1.0)}, [0.0, 0.0, 0.0, -0.9], id="access to others"),
        pytest.param({"meetings_lead": row(0.0, 2.0)}, [0.0, 0.2, 0.0, 0.0], id="meetings that a power leads"),
        pytest.param({"meetings_home": row(3.0)}, [0.0, 0.0, 0.3, 0.0], id="home-grown meetings"),
        pytest.param({"dependence": row(0.1, -0.1)}, [-0.2, 0.2, 0.0, 0.0], id="dependence costs"),
        pytest.param({"need": row(0.3)}, [0.0, 0.0, 0.3, 0.0], id="need"),
        pytest.param({"passage": row(-0.2)}, [0.0, 0.0, -0.2, 0.0], id="passage"),
        pytest.param({"protection": row(1.0, 0.0)}, [0.0, 0.0, 0.0, 0.0], id="protection counts for some rules only"),
    ],
)
def test_each_reason_moves_the_value_of_its_option_by_its_weight(known: dict, value: list[float]) -> None:
    assert sh.value_of_options(plain_view(**known), Taste())[0, 0, :, 0] == pytest.approx(value)


def test_protectors_draw_those_who_weigh_strain() -> None:
    found = sh.value_of_options(plain_view(protection=row(0.5, 0.0)), Taste(strain=3.0))
    assert found[0, 0, :, 0] == pytest.approx([1.5, 0.0, 0.0, 0.0])


@given(st.floats(0.0, 20.0), st.floats(0.0, 1.0))
def test_twice_the_shock_is_twice_the_threat_however_large(size: float, reach: float) -> None:
    p = ResponseParameters(threat_rate=0.3)
    one, two = np.zeros((1, 1, 1, 1)), np.zeros((1, 1, 1, 1))
    for _ in range(8):
        one = sh.move_threat(one, row(reach), row(size), NOTHING, p)
        two = sh.move_threat(two, row(reach), row(2.0 * size), NOTHING, p)
    assert two.item() == pytest.approx(2.0 * one.item(), rel=1e-12)
    assert one.item() == pytest.approx(reach * size * (1.0 - 0.7**8), rel=1e-9, abs=1e-15)


def test_pressure_adds_to_threat() -> None:
    assert sh.move_threat(row(0.1), row(0.5), row(0.4), row(0.2), ResponseParameters(threat_rate=0.5)).item() == 0.25


def test_members_of_a_customs_union_share_the_flow_equally() -> None:
    p = ResponseParameters(reexport=0.1, reexport_flow=100.0)
    within, turnover = table([1.0, 0.0], [1.0, 0.0], [0.0, 0.0]), column(50.0, 10.0, 5.0)
    flow = sh.reexport_of(row(0.8, 1.0), row(0.0, 0.0), within, turnover, size=1.0, parameters=p)
    # 10 bn at full sanctions, 8 at .8: 4 bn for each member.
    assert flow[:, 0, :, 0] == pytest.approx(np.asarray([[0.08, 0.0], [0.4, 0.0], [0.0, 0.0]]))
    half = sh.reexport_of(row(0.8, 1.0), row(0.5, 2.0), within, turnover, size=2.0, parameters=p)
    assert half[:, 0, :, 0] == pytest.approx(flow[:, 0, :, 0]), "half is deterred, in a run of twice the size"
    none = sh.reexport_of(row(0.8, 1.0), row(3.0, 0.0), within, turnover, size=1.0, parameters=p)
    assert not np.any(none), "nobody dares"


def test_goods_come_by_their_legs_and_go_to_the_power_as_far_as_they_are_recorded() -> None:
    legs = row(0.0, 0.7, 0.0, 0.3)
    goods = sh.goods_of(table([0.4, 0.0], [0.0, 0.2]), legs, ResponseParameters(recorded=0.3))
    assert goods[0, 0, :, 0] == pytest.approx([0.12, 0.28, 0.0, 0.12])
    assert goods[1, 0, :, 0] == pytest.approx([0.0, 0.14 + 0.06, 0.0, 0.06])


def test_prior_dominated_shares_are_redrawn_among_themselves() -> None:
    share, prior = row(0.5, 0.3, 0.2), row(0.0, 1.0, 1.0)
    drawn = sh.starting_shares(xp, share, prior, gammas=row(0.0, 1.0, 3.0), portion=1.0)
    assert drawn[0, 0, :, 0] == pytest.approx([0.5, 0.125, 0.375])
    half = sh.starting_shares(xp, share, prior, gammas=row(0.0, 1.0, 3.0), portion=0.5)
    assert half[0, 0, :, 0] == pytest.approx([0.5, 0.2125, 0.2875])
    kept = sh.starting_shares(xp, share, prior, gammas=row(0.0, 0.0, 0.0), portion=0.0)
    assert kept[0, 0, :, 0] == pytest.approx([0.5, 0.3, 0.2])
    small = sh.starting_shares(xp, row(0.999, 0.001), row(0.0, 0.0), gammas=row(0.0, 0.0), portion=1.0)
    assert small[0, 0, :, 0] == pytest.approx([0.999 / 1.002, 0.003 / 1.002]), "none is below .003"


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=6), st.floats(-5.0, 5.0), st.floats(0.0, 2.0))
def test_shares_sum_to_one_whatever_is_drawn_answered_and_traded(some: list[float], push: float, goods: float) -> None:
    share = row(*some) + 0.01
    pushed = row(*(push * n for n in range(len(some))))
    found = sh.shares_of(share / share.sum(), pushed, goods=goods * share, economy=column(1.0))
    assert found.sum(axis=TARGET).item() == pytest.approx(1.0, abs=1e-12)
    assert np.all(found > 0.0)
