import array_api_compat.numpy as xp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hedgesim.model import alignment as al
from hedgesim.model.alignment import LOWEST_SHARE, AlignmentParameters, Taste
from hedgesim.model.arrays import RUN, TARGET
from hedgesim.model.noise import expectile, gamma
from hedgesim.model.view import View
from worlds import blank, column, row, table

SIZES = {"country": 1, "power": 2, "domain": 1}
VALUES = arrays(float, (2, 3, 4, 1), elements=st.floats(-20.0, 20.0))
PLAIN = AlignmentParameters()


def view(**values) -> View:
    return blank(View, SIZES, **values)


@pytest.mark.parametrize(
    ("share", "rate", "expected"),
    [
        ((0.25, 0.25, 0.25, 0.25), 1.0, (0.1, 0.2, 0.3, 0.4)),
        ((0.25, 0.25, 0.25, 0.25), 0.5, (0.175, 0.225, 0.275, 0.325)),
        ((0.1, 0.2, 0.3, 0.4), 0.3, (0.1, 0.2, 0.3, 0.4)),
    ],
    ids=["at full speed", "half of the way", "there already"],
)
def test_shares_go_part_of_the_way_to_the_softmax_of_the_value(share: tuple, rate: float, expected: tuple) -> None:
    value = np.log(row(1.0, 2.0, 3.0, 4.0))
    assert al.respond(row(*share), value, row(rate)) == pytest.approx(row(*expected))


@given(VALUES, VALUES, st.floats(0.0, 1.0))
def test_shares_keep_their_sum_and_a_constant_in_the_value_changes_nothing(
    start: np.ndarray, value: np.ndarray, rate: float
) -> None:
    share = al.respond(0.0 * start + 0.25, start, row(1.0))
    moved = al.respond(share, value, row(rate))
    assert moved.sum(axis=TARGET) == pytest.approx(1.0)
    assert np.all(moved >= 0.0)
    assert moved == pytest.approx(al.respond(share, value + 7.0, row(rate)))


def test_ties_follow_the_value_added_to_their_logarithm() -> None:
    start = table([0.0, 0.5, 0.5])
    known = blank(View, {**SIZES, "country": 3}, tie=start, tie_start=start, tie_value=table([5.0, np.log(3.0), 0.0]))
    assert al.respond_tie(known, row(1.0))[0, 0, :, 0] == pytest.approx([0.0, 0.75, 0.25])
    assert al.respond_tie(known, row(0.5))[0, 0, :, 0] == pytest.approx([0.0, 0.625, 0.375])


ONE_TERM = [
    ("capacity_rise", "capacity", 0.5),
    ("access_powers", "access", 0.5),
    ("offer_rise", "offer", 0.5),
    ("affinity_rise", "affinity", 0.5),
    ("protection", "strain", 0.5),
    ("boost_lead", "boost", 0.5),
    ("sanction_cost", "sanctions", -0.5),
    ("exposed_threat", "threat", -1.0),
    ("crowding", "concentration", -0.5),
    ("friction", "rivalry", -1.0),
    ("conceded", "concession", 1.0),
]
"""Quantity, its weight, and the effect of one unit of both at reliability one half."""


@pytest.mark.parametrize(("quantity", "weight", "effect"), ONE_TERM)
def test_every_term_counts_with_its_weight_and_benefits_also_with_reliability(
    quantity: str, weight: str, effect: float
) -> None:
    taste = Taste(**dict.fromkeys(Taste.__dataclass_fields__, 0.0) | {weight: 3.0})
    known = view(reliability=row(0.5, 0.5), **{quantity: row(2.0, 0.0)})
    assert al.value_of_options(known, taste)[0, 0, :, 0] == pytest.approx([6.0 * effect, 0.0, 0.0, 0.0])


def test_reliability_itself_and_coercion_count_one_to_one() -> None:
    known = view(reliability_rise=row(0.2, 0.0), coercion=row(0.0, 0.3))
    assert al.value_of_options(known, Taste())[0, 0, :, 0] == pytest.approx([0.2, 0.3, 0.0, 0.0])


def test_the_region_gains_from_trust_meetings_need_and_access_and_the_rest_from_access() -> None:
    taste = Taste(trust=2.0, boost=0.5, need=3.0, access=0.5)
    one = column(1.0)
    known = view(trust_rise=one, boost_home=one, need=one, access_region=one, access_other=2.0 * one)
    assert al.value_of_options(known, taste)[0, 0, :, 0] == pytest.approx([0.0, 0.0, 6.0, 1.0])


def test_noise_is_added_to_the_logarithm_of_the_starting_shares() -> None:
    log_share, noise = np.log(row(0.1, 0.2, 0.3, 0.4)), row(0.1, -0.2, 0.3, -0.4)
    found = al.value_of_options(view(log_share=log_share, share=log_share, noise=noise), Taste())
    assert found == pytest.approx(log_share + noise)


def test_issues_are_cleared_when_threat_rises_and_less_where_sovereignty_costs_more() -> None:
    threat = table([0.5, -0.5], [0.5, 0.0])
    known = blank(View, {**SIZES, "country": 2}, threat_rise=threat, sovereignty=column(0.0, 1.0))
    cleared = al.concede(known, AlignmentParameters(clearing=2.0))
    assert cleared[:, 0, :, 0] == pytest.approx(np.asarray([[1.0 - np.exp(-1.0), 0.0], [1.0 - np.exp(-0.5), 0.0]]))


def test_threat_is_the_geometric_mean_of_its_four_sources() -> None:
    one = row(1.0)
    assert al.threat_toward(xp, one, one, offence=one, intention=one).item() == 1.0
    mixed = al.threat_toward(xp, row(0.2), row(0.4), offence=row(0.6), intention=row(0.8))
    assert mixed.item() == pytest.approx((0.2 * 0.4 * 0.6 * 0.8) ** 0.25)
    assert al.threat_toward(xp, one, one, offence=one, intention=0.0 * one).item() == 0.0


def test_reliability_falls_faster_than_it_rises() -> None:
    parameters = AlignmentParameters(reliability_gain=0.1, reliability_loss=0.4)
    moved = al.move_reliability(xp, row(0.5, 0.5, 0.5), row(0.7, 0.3, 0.5), parameters)
    assert moved[0, 0, :, 0] == pytest.approx([0.52, 0.42, 0.5])


def test_opinion_falls_with_threat_and_otherwise_returns_to_its_start() -> None:
    parameters = AlignmentParameters(opinion_rate=0.5, resentment=2.0)
    moved = al.move_affinity(row(0.2, 0.6), row(0.2, 0.2), row(0.1, 0.0), parameters)
    assert moved[0, 0, :, 0] == pytest.approx([0.1, 0.4])


TWO_DRAWN = ((0.4, 0.3, 0.2, 0.1), (0.0, 1.0, 1.0, 0.0), (9.0, 1.0, 3.0, 9.0))


@pytest.mark.parametrize(
    ("share", "prior", "gammas", "portion", "expected"),
    [
        pytest.param(*TWO_DRAWN, 1.0, (0.4, 0.125, 0.375, 0.1), id="cells with evidence keep their share"),
        pytest.param(*TWO_DRAWN, 0.5, (0.4, 0.2125, 0.2875, 0.1), id="half of the uncertainty"),
        pytest.param(*TWO_DRAWN, 0.0, (0.4, 0.3, 0.2, 0.1), id="no uncertainty"),
        pytest.param((0.4, 0.6), (1.0, 0.0), (5.0, 5.0), 1.0, (0.4, 0.6), id="a single prior-dominated cell"),
        pytest.param((0.4, 0.6), (0.0, 0.0), (5.0, 5.0), 1.0, (0.4, 0.6), id="no prior-dominated cell"),
        pytest.param((1.0, 0.0), (0.0, 0.0), (1.0, 1.0), 1.0, (1.0 / 1.003, LOWEST_SHARE / 1.003), id="no zero"),
    ],
)
def test_prior_dominated_cells_share_what_they_hold_by_their_gamma_numbers(
    share: tuple, prior: tuple, gammas: tuple, portion: float, expected: tuple
) -> None:
    drawn = al.starting_shares(xp, row(*share), row(*prior), gammas=row(*gammas), portion=portion)
    assert drawn == pytest.approx(row(*expected))


@given(
    arrays(float, (2, 2, 4, 1), elements=st.floats(0.01, 5.0)), arrays(float, (2, 2, 4, 1), elements=st.floats(0, 9))
)
def test_starting_shares_always_sum_to_one(weights: np.ndarray, gammas: np.ndarray) -> None:
    share = weights / weights.sum(axis=TARGET, keepdims=True)
    prior = (weights > 1.0).astype(float)
    drawn = al.starting_shares(xp, share, prior, gammas=gammas, portion=1.0)
    assert drawn.sum(axis=TARGET) == pytest.approx(1.0)
    assert np.all(drawn > 0.0)


def test_prior_dominated_cells_are_dirichlet_numbers_around_the_table() -> None:
    n, evidence = 20_000, 12.0
    share, prior = row(0.4, 0.36, 0.18, 0.06), row(0.0, 1.0, 1.0, 1.0)
    uniform = np.moveaxis(np.random.default_rng(4).uniform(size=(n, 1, 1, 4)), 0, RUN)
    drawn = al.starting_shares(xp, share + 0.0 * uniform, prior, gammas=gamma(uniform, evidence * share), portion=1.0)
    part = (share / 0.6)[0, 0, 1:, 0]
    # Dirichlet of concentration a = 12 x .6: a share m of the mass .6 has variance .36 m (1 - m) / (a + 1).
    variance = 0.36 * part * (1.0 - part) / (evidence * 0.6 + 1.0)
    mean_error = np.abs(drawn.mean(axis=RUN)[0, 0, 1:] - 0.6 * part)
    # Cells of the smallest share are lifted to the floor now and then, by at most .003.
    assert np.all(mean_error < 4.5 * np.sqrt(variance / n) + LOWEST_SHARE)
    assert drawn.var(axis=RUN)[0, 0, 1:] == pytest.approx(variance, rel=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_reliability_keeps_its_starting_level_on_average(seed: int) -> None:
    rng, p, n = np.random.default_rng(seed), PLAIN, 40_000
    tau = np.asarray(p.reliability_gain / (p.reliability_gain + p.reliability_loss))
    start = 1.0 + p.delivery_noise * float(expectile(xp, tau))
    moved = al.move_reliability(xp, np.full(n, start), 1.0 + p.delivery_noise * rng.standard_normal(n), p)
    # A step moves by at most the larger rate times a deviation of spread .1 around a target near by.
    assert abs(moved.mean() - start) < 4.5 * p.reliability_loss * 1.1 * p.delivery_noise / np.sqrt(n)
