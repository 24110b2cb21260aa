"""Decisions of the packaged rules side by side: one country, two powers, a rate of one half."""

import numpy as np
import pytest

from hedgesim.model.parameters import Parameters
from hedgesim.model.view import CountryDecision
from hedgesim.rules import country_rules
from worlds import next_share, plain_view, row

START = np.asarray([0.4, 0.3, 0.2, 0.1])
THREAT = {"threat_rise": row(0.5, 0.0), "exposed_threat": row(0.5, 0.0)}
PROTECTED = {"protection": row(0.4, 0.0)}
BOTH = PROTECTED | {"exposed_threat": row(0.4, 0.0)}
UPHEAVAL = BOTH | {"noise": row(1.0, 2.0, 3.0, 4.0), "offer_rise": row(3.0, 3.0)}


def decide(rule: str, **known: np.ndarray) -> CountryDecision:
    return country_rules()[rule]().decide(plain_view(**known), Parameters())


@pytest.mark.parametrize(
    ("rule", "known", "pulls", "rate"),
    [
        pytest.param("multi_vector", THREAT, [-0.5, 0.0, 0.0, 0.0], 0.5, id="multi-vector policy recoils from threat"),
        # Half of the weight of concentration, 2, for the share and half for the presence; rivalry weighs 1.
        pytest.param("multi_vector", {"crowding": row(0.2, 0.0)}, [-0.2, 0.0, 0.0, 0.0], 0.5, id="and concentration"),
        pytest.param("multi_vector", {"friction": row(0.0, 0.2)}, [0.0, -0.2, 0.0, 0.0], 0.5, id="and rivals together"),
        pytest.param("balancing", THREAT, [-1.5, 0.0, 0.0, 0.0], 0.5, id="balancing recoils three times as hard"),
        pytest.param("bandwagoning", THREAT, [0.5, 0.0, 0.0, 0.0], 0.5, id="bandwagoning leans to who threatens"),
        pytest.param("omnibalancing", PROTECTED, [1.2, 0.0, 0.0, 0.0], 0.5, id="omnibalancing leans to its protector"),
        pytest.param("omnibalancing", BOTH, [1.2 - 0.2, 0.0, 0.0, 0.0], 0.5, id="to one that threatens too"),
        pytest.param("omnibalancing", THREAT, [-0.25, 0.0, 0.0, 0.0], 0.5, id="omnibalancing recoils half as hard"),
        # Weight goes to self-reliance at 2 x .5, and the pace is .4 of the rate.
        pytest.param("neutrality", THREAT, [-0.5, 0.0, 0.0, 1.0], 0.2, id="neutrality relies on itself, slowly"),
        # Propensity .2 times 1 + size: the second power has half the size of the first.
        pytest.param("landscape", {"affinity": row(0.2, 0.2)}, [0.4, 0.3, 0.0, 0.0], 0.5, id="landscape: the large"),
        pytest.param("landscape", {"friction": row(0.3, 0.0)}, [-0.6, 0.0, 0.0, 0.0], 0.5, id="landscape: rivals"),
        pytest.param("landscape", {"threat_rise": row(0.3, 0.0)}, [-0.6, 0.0, 0.0, 0.0], 0.5, id="landscape: threat"),
        pytest.param("random", {"whim": row(0.7, 0.0, 0.0, 0.0)}, [0.7, 0.0, 0.0, 0.0], 0.5, id="random is pushed"),
    ],
)
def test_it_goes_part_of_the_way_to_the_shares_that_pulls_in_log_odds_give(
    rule: str, known: dict, pulls: list[float], rate: float
) -> None:
    target = START * np.exp(pulls) / np.sum(START * np.exp(pulls))
    assert next_share(rule, plain_view(**known)) == pytest.approx(START + rate * (target - START))


@pytest.mark.parametrize(
    ("rule", "known", "values"),
    [
        pytest.param("multi_vector", {}, {}, id="multi-vector policy without changes"),
        pytest.param("neutrality", {}, {}, id="neutrality without changes"),
        pytest.param("balancing", {"protection": row(1.0, 0.0)}, {}, id="balancing: a strained government"),
        pytest.param("balancing", THREAT, {"recoil": 0.0}, id="balancing without recoil"),
        pytest.param("bandwagoning", {"crowding": row(0.5, -0.5)}, {}, id="bandwagoning: concentration"),
        pytest.param("bandwagoning", {"friction": row(0.5, 0.5)}, {}, id="bandwagoning: rivals held together"),
        pytest.param("bandwagoning", THREAT, {"pull": 0.0}, id="bandwagoning without pull"),
        pytest.param("omnibalancing", PROTECTED, {"protection": 0.0}, id="omnibalancing without protection"),
        pytest.param("omnibalancing", THREAT, {"recoil": 0.0}, id="omnibalancing without recoil"),
        pytest.param("landscape", {"affinity": row(0.9, -0.9)}, {"pull": 0.0}, id="landscape without pull"),
        pytest.param("random", {"exposed_threat": row(5.0, 0.0)}, {}, id="random: reasons"),
        pytest.param("random", {"whim": row(0.7, 0.0, 0.0, 0.0)}, {"spread": 0.0}, id="random without spread"),
        pytest.param("habit", UPHEAVAL, {}, id="habit: everything"),
    ],
)
def test_it_stays_where_it_is_when_nothing_that_it_weighs_has_changed(rule: str, known: dict, values: dict) -> None:
    assert next_share(rule, plain_view(**known), **values) == pytest.approx(START, abs=1e-15)


def test_neutrality_moves_in_proportion_to_its_speed() -> None:
    slow, fast = (next_share("neutrality", plain_view(**THREAT), speed=speed)[3] - 0.1 for speed in (0.25, 1.0))
    assert fast == pytest.approx(4.0 * slow)


def test_random_moves_from_its_present_shares_and_one_of_zero_stays_near_zero() -> None:
    present = row(0.0, 0.5, 0.3, 0.2)
    assert next_share("random", plain_view(share=present)) == pytest.approx(present[0, 0, :, 0], abs=1e-11)


def test_support_for_formats_is_their_appeal_less_the_price_of_formality() -> None:
    decision = decide("multi_vector", appeal=row(1.0), formality=row(0.4), sovereignty=row(2.0))
    assert decision.support.item() == pytest.approx(0.2)


def test_threat_keeps_bandwagoning_countries_from_joining_sanctions() -> None:
    calm, afraid = (decide("bandwagoning", embargoed=row(1.0, 0.0), **threat).joining for threat in ({}, THREAT))
    assert afraid[0, 0, 0, 0] < calm[0, 0, 0, 0]


def test_the_ties_of_habit_do_not_move_either() -> None:
    assert decide("habit", tie=row(0.7), tie_value=row(2.0)).tie.item() == pytest.approx(0.7)
