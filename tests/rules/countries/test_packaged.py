"""Decisions of the packaged rules side by side: one country, two powers, a rate of one half."""

import numpy as np
import pytest

from hedgesim.model.parameters import Parameters
from hedgesim.model.view import CountryDecision
from hedgesim.rules import country_rules
from worlds import column, next_response, plain_view, row

THREAT = {"threat": row(0.5, 0.0)}
HALF = {"threat": row(0.5, -1.0), "politics": column(0.5)}
PROTECTED = {"protection": row(0.4, 0.0)}
BOTH = PROTECTED | {"threat": row(0.4, 0.0)}
UPHEAVAL = BOTH | {"whim": row(1.0, 2.0, 3.0, 4.0), "offer_rise": row(3.0, 3.0)}


def decide(rule: str, **known: np.ndarray) -> CountryDecision:
    return country_rules()[rule]().decide(plain_view(**known), Parameters())


@pytest.mark.parametrize(
    ("rule", "known", "pulls", "rate"),
    [
        pytest.param("multi_vector", THREAT, [-0.5, 0.0, 0.0, 0.0], 0.5, id="multi-vector policy recoils from threat"),
        pytest.param("multi_vector", {"dependence": row(0.1, 0.0)}, [-0.2, 0.0, 0.0, 0.0], 0.5, id="and dependence"),
        pytest.param("balancing", THREAT, [-1.5, 0.0, 0.0, 0.0], 0.5, id="balancing recoils three times as hard"),
        pytest.param("bandwagoning", THREAT, [0.5, 0.0, 0.0, 0.0], 0.5, id="bandwagoning leans to who threatens"),
        pytest.param("omnibalancing", PROTECTED, [1.2, 0.0, 0.0, 0.0], 0.5, id="omnibalancing leans to its protector"),
        pytest.param("omnibalancing", BOTH, [1.2 - 0.2, 0.0, 0.0, 0.0], 0.5, id="to one that threatens too"),
        pytest.param("omnibalancing", THREAT, [-0.25, 0.0, 0.0, 0.0], 0.5, id="omnibalancing recoils half as hard"),
        # Weight goes to self-reliance at 2 x .5, and the pace is .4 of the rate.
        pytest.param("neutrality", THREAT, [-0.5, 0.0, 0.0, 1.0], 0.2, id="neutrality relies on itself, slowly"),
        # Half as political: half of it; a power that threatens less does not make up for another.
        pytest.param("neutrality", HALF, [-0.25, 0.5, 0.0, 0.5], 0.2, id="neutrality: as far as politic"),
        # Propensity .2 times 1 + size: the second power has half the size of the first.
        pytest.param("landscape", {"affinity": row(0.2, 0.2)}, [0.4, 0.3, 0.0, 0.0], 0.5, id="landscape: the large"),
        pytest.param("landscape", {"rivals_rise": row(0.3, 0.0)}, [-0.6, 0.0, 0.0, 0.0], 0.5, id="landscape: rivals"),
        pytest.param("landscape", {"threat": row(0.3, 0.0)}, [-0.6, 0.0, 0.0, 0.0], 0.5, id="landscape: threat"),
        pytest.param("random", {"whim": row(0.7, 0.0, 0.0, 0.0)}, [0.7, 0.0, 0.0, 0.0], 0.5, id="random is pushed"),
        # 2 x .15 x (1 - .15 / .3) and 2 x .5 x (1 - .5 / .3).
        pytest.param(
            "tethering", {"threat": row(0.15, 0.5)}, [0.15, -2 / 3, 0.0, 0.0], 0.5, id="tethering: small, great"
        ),
        pytest.param(
            "soft_balancing",
            {"threat": row(0.5, 0.0), "security": column(0.0)},
            [-1.5, 0.0, 0.0, 0.0],
            0.5,
            id="soft balancing recoils outside security",
        ),
        pytest.param("finlandization", THREAT, [0.5, 0.0, 0.0, 0.0], 0.5, id="finlandization concedes in security"),
        pytest.param("finlandization", {"threat": row(0.5, -1.0)}, [0.5, 0.0, 0.0, 0.0], 0.5, id="to threats alone"),
        # All is divided by 1 + 3 x .5: recoil .5 and, toward the second power, an offer of 1.
        pytest.param(
            "hiding", THREAT | {"offer_rise": row(0.0, 1.0)}, [-0.2, 0.4, 0.0, 0.0], 0.5, id="hiding: less of all"
        ),
        pytest.param(
            "diversification", {"dependence": row(0.1, 0.0)}, [-0.4, 0.0, 0.0, 0.0], 0.5, id="diversification"
        ),
        pytest.param(
            "profit", {"offer_rise": row(0.1, 0.0)}, [0.3, 0.0, 0.0, 0.0], 0.5, id="profit: three times the offer"
        ),
        # Beyond a threshold of .1: .5 and .06 are a recoil of .4 and none.
        pytest.param("satisficing", {"threat": row(0.5, 0.06)}, [-0.4, 0.0, 0.0, 0.0], 0.5, id="satisficing: the rest"),
    ],
)
def test_the_response_goes_part_of_the_way_to_the_pulls(
    rule: str, known: dict, pulls: list[float], rate: float
) -> None:
    assert next_response(rule, plain_view(**known)) == pytest.approx(rate * np.asarray(pulls))


@pytest.mark.parametrize(
    ("rule", "known", "values"),
    [
        pytest.param("multi_vector", {}, {}, id="multi-vector policy without changes"),
        pytest.param("multi_vector", PROTECTED, {}, id="multi-vector policy: a strained government"),
        pytest.param("neutrality", {}, {}, id="neutrality without changes"),
        pytest.param("balancing", THREAT, {"recoil": 0.0}, id="balancing without recoil"),
        pytest.param("bandwagoning", {"dependence": row(0.5, -0.5)}, {}, id="bandwagoning: dependence"),
        pytest.param("bandwagoning", THREAT, {"pull": 0.0}, id="bandwagoning without pull"),
        pytest.param("omnibalancing", PROTECTED, {"protection": 0.0}, id="omnibalancing without protection"),
        pytest.param("omnibalancing", THREAT, {"recoil": 0.0}, id="omnibalancing without recoil"),
        pytest.param("landscape", {"affinity": row(0.9, -0.9)}, {"pull": 0.0}, id="landscape without pull"),
        pytest.param("random", {"threat": row(5.0, 0.0)}, {}, id="random: reasons"),
        pytest.param("random", {"whim": row(0.7, 0.0, 0.0, 0.0)}, {"spread": 0.0}, id="random without spread"),
        pytest.param("habit", UPHEAVAL, {}, id="habit: everything"),
        pytest.param(
            "tethering", {"threat": row(0.3, -0.5)}, {}, id="tethering: at the turning point, and less threat"
        ),
        pytest.param("soft_balancing", THREAT, {}, id="soft balancing: threat in security"),
        pytest.param("finlandization", THREAT | {"security": column(0.0)}, {}, id="finlandization: outside security"),
        pytest.param("diversification", UPHEAVAL, {}, id="diversification: threats, offers, protection"),
        pytest.param("profit", THREAT | {"dependence": row(0.5, 0.0)}, {}, id="profit: threat and dependence"),
        pytest.param("satisficing", {"threat": row(0.1, -0.05)}, {}, id="satisficing: small reasons"),
    ],
)
def test_it_answers_nothing_when_nothing_that_it_weighs_has_changed(rule: str, known: dict, values: dict) -> None:
    assert next_response(rule, plain_view(**known), **values) == pytest.approx(np.zeros(4), abs=1e-15)


def test_neutrality_moves_in_proportion_to_its_speed() -> None:
    slow, fast = (next_response("neutrality", plain_view(**THREAT), speed=speed)[3] for speed in (0.25, 1.0))
    assert fast == pytest.approx(4.0 * slow)


def test_random_walks_from_its_present_response_and_habit_keeps_it() -> None:
    present = row(1.0, 0.5, 0.3, 0.2)
    pushed = next_response("random", plain_view(response=present, whim=row(1.0, 0.0, 0.0, 0.0)))
    assert pushed == pytest.approx([1.5, 0.5, 0.3, 0.2])
    assert next_response("habit", plain_view(response=present)) == pytest.approx(present[0, 0, :, 0])


def test_every_rule_takes_the_same_stance_on_formats() -> None:
    known = {"trusted": row(0.8), "regional_weight": column(0.3), "personalisation": column(0.5), "left": column(1.0)}
    for rule in country_rules():
        decision = decide(rule, **known)
        assert decision.stance.item() == pytest.approx(3.1 + 2.7 * 0.2 + 3.1 * 0.3 - 1.05), rule
        assert decision.reserve.item() == pytest.approx(1.8), rule


def test_threat_keeps_bandwagoning_countries_from_joining_sanctions() -> None:
    calm, afraid = (decide("bandwagoning", embargoed=row(1.0, 0.0), **threat).joining for threat in ({}, THREAT))
    assert afraid[0, 0, 0, 0] < calm[0, 0, 0, 0]
