import array_api_compat.numpy as xp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgesim.model.sanctions import VoteParameters, opposite_bloc, vote_propensities
from worlds import column, row

PLAIN = VoteParameters(absence=2.0, baseline=0.0, leaning=1.0, threat=1.0, width=1.0)
PART = st.floats(0.0, 1.0)


def propensities(opposite: float, aggressor: float, *, rise: float = 0.0, parameters=PLAIN) -> dict[str, float]:
    votes = vote_propensities(
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
    assert opposite_bloc(xp, bloc, row(1.0, 0.0, 0.0, 0.0)).tolist() == row(0.0, 0.8, 0.0, 0.0).tolist()
    assert opposite_bloc(xp, bloc, row(0.0, 1.0, 0.0, 0.0)).tolist() == row(1.0, 0.0, 0.0, 0.3).tolist()


def test_an_aggressor_outside_the_blocs_has_no_opponents() -> None:
    assert not np.any(opposite_bloc(xp, row(0.0, 0.8), row(1.0, 0.0)))
