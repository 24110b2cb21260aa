import array_api_compat.numpy as xp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgesim.model import sanctions as sn
from hedgesim.model.sanctions import SanctionParameters, VoteParameters
from hedgesim.model.view import View
from worlds import blank, column, row, table

SIZES = {"country": 2, "power": 1}
PLAIN = VoteParameters(absence=2.0, baseline=0.0, leaning=1.0, threat=1.0, width=1.0)
PART = st.floats(0.0, 1.0)


def view(**values) -> View:
    return blank(View, SIZES, **values)


def test_nobody_joins_where_there_are_no_sanctions() -> None:
    known = view(leaning=table([9.0], [9.0]))
    assert sn.readiness_to_join(known, 1.0, SanctionParameters()).tolist() == table([0.0], [0.0]).tolist()


def test_readiness_grows_with_leaning_and_with_threat_times_the_recoil_of_the_rule() -> None:
    parameters = SanctionParameters(joining=0.0, joining_leaning=3.0, joining_threat=2.0, joining_rate=0.5)
    known = view(embargoed=table([1.0], [0.4]), leaning=table([0.0], [0.5]), threat_rise=table([0.5], [0.0]))
    join = sn.readiness_to_join(known, 1.0, parameters)[:, 0, 0, 0]
    assert join == pytest.approx([0.5 * 0.7310586, 0.5 * 0.4 * 0.8175745])
    drawn = sn.readiness_to_join(known, -1.0, parameters)[:, 0, 0, 0]
    assert drawn[0] == pytest.approx(0.5 * 0.2689414)
    assert drawn[1] == join[1]


def test_reexport_moves_to_what_rent_and_risk_allow_and_stops_for_those_who_joined_and_without_sanctions() -> None:
    parameters = SanctionParameters(leakage=0.0, leakage_nearness=1.0, leakage_risk=2.0, leakage_rate=0.5)
    one, known = row(1.0), view(embargoed=table([1.0], [0.0]))
    # Log odds 1 - 2 x .5 = 0: half is wanted, and half of the way is gone in a quarter.
    moved = sn.move_leakage(known, 0.0 * one, joined=0.0 * one, nearness=one, risk=0.5 * one, parameters=parameters)
    assert moved[:, 0, 0, 0] == pytest.approx([0.25, 0.0])
    joined = table([1.0], [0.0])
    moved = sn.move_leakage(known, 0.8 * one, joined=joined, nearness=one, risk=0.0 * one, parameters=parameters)
    assert moved[:, 0, 0, 0] == pytest.approx([0.4, 0.4])


def propensities(opposite: float, aggressor: float, *, rise: float = 0.0, parameters=PLAIN) -> dict[str, float]:
    votes = sn.vote_propensities(
        column(opposite), column(aggressor), threat_rise=column(rise), participation=column(-2.0), parameters=parameters
    )
    return dict(zip(("absent", "no", "abstain", "yes"), (float(vote.item()) for vote in votes), strict=True))


def test_an_even_country_votes_no_as_often_as_yes() -> None:
    votes = propensities(0.3, 0.3)
    # Absent: log odds -2 + 2 x .3 = -1.4. Yes among those present: log odds 0 - 1.
    assert votes["absent"] == pytest.approx(1.0 / (1.0 + np.exp(1.4)))
    assert votes["yes"] == pytest.approx((1.0 - votes["absent"]) / (1.0 + np.e))
    assert votes["no"] == pytest.approx(votes["yes"])


@given(PART, PART, st.floats(-1.0, 1.0), st.floats(0.2, 4.0), st.floats(-3.0, 3.0))
def test_propensities_are_probabilities_that_sum_to_one(
    opposite: float, aggressor: float, rise: float, width: float, baseline: float
) -> None:
    parameters = VoteParameters(baseline=baseline, width=width)
    votes = propensities(opposite, aggressor, rise=rise, parameters=parameters)
    assert sum(votes.values()) == pytest.approx(1.0)
    assert all(0.0 <= vote <= 1.0 for vote in votes.values())


@given(PART, PART, st.floats(0.0, 1.0))
def test_threat_lowers_yes_and_raises_no(opposite: float, aggressor: float, rise: float) -> None:
    calm, afraid = propensities(opposite, aggressor), propensities(opposite, aggressor, rise=rise)
    assert afraid["yes"] <= calm["yes"] + 1e-12
    assert afraid["no"] >= calm["no"] - 1e-12
    assert afraid["absent"] == calm["absent"]


def test_leaning_to_the_opposite_bloc_raises_yes_and_cross_pressure_keeps_away() -> None:
    assert propensities(0.6, 0.0)["yes"] > propensities(0.3, 0.0)["yes"] > propensities(0.0, 0.3)["yes"]
    assert propensities(0.4, 0.4)["absent"] > propensities(0.4, 0.1)["absent"] > propensities(0.4, 0.0)["absent"]


def test_the_opposite_bloc_is_made_of_scores_of_the_other_sign() -> None:
    bloc = row(-1.0, 0.8, 0.0, -0.3)
    assert sn.opposite_bloc(xp, bloc, row(1.0, 0.0, 0.0, 0.0)).tolist() == row(0.0, 0.8, 0.0, 0.0).tolist()
    assert sn.opposite_bloc(xp, bloc, row(0.0, 1.0, 0.0, 0.0)).tolist() == row(1.0, 0.0, 0.0, 0.3).tolist()
    assert not np.any(sn.opposite_bloc(xp, bloc, row(0.0, 0.0, 1.0, 0.0))), "an aggressor outside the blocs"
