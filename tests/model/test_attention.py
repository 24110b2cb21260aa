import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgesim.model.arrays import COUNTRY
from hedgesim.model.attention import AttentionParameters, allot, call_meetings, coerce, follow_reasons
from hedgesim.model.view import PowerView
from worlds import blank, column, make_setting, row, table, views_of

SIZES = {"country": 2, "power": 2}
PLAIN = AttentionParameters()


def view(**values) -> PowerView:
    return blank(PowerView, SIZES, **values)


def test_attention_moves_a_share_of_the_way_to_its_reasons() -> None:
    parameters = AttentionParameters(rate=0.5, rivals=1.0, surge=2.0, anniversary=0.2, distraction=0.5)
    known = view(
        base=row(0.2, 0.2),
        attention=row(0.2, 0.2),
        rivals_gain=row(0.1, 0.0),
        alarm=row(0.0, 0.05),
        occasion=row(0.0, 0.05),
        anniversary=row(0.5, 0.0),
        distraction=row(0.0, 1.0),
    )
    # First power: .1 from rivals, .1 from the anniversary. Second: 2 x (.05 + .05) - .5.
    assert follow_reasons(known, parameters)[0, 0, :, 0] == pytest.approx([0.2 + 0.5 * 0.2, 0.2 - 0.5 * 0.3])


def test_attention_stays_between_zero_and_one() -> None:
    known = view(base=row(0.5, 0.5), attention=row(0.9, 0.1), alarm=row(9.0, -9.0))
    assert follow_reasons(known, PLAIN).tolist() == row(1.0, 0.0).tolist()


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_the_mean_offer_over_countries_is_attention_times_capacity(seed: int) -> None:
    known = views_of(make_setting(seed))[1]
    offers = allot(known, known.attention, PLAIN)
    mean = offers.mean(axis=COUNTRY, keepdims=True)
    assert mean == pytest.approx(known.attention * np.exp(known.capacity), rel=1e-12)


def test_offers_go_to_those_who_lean_closer_and_to_intermediaries() -> None:
    parameters = AttentionParameters(favour=1.0, broker=1.0)
    closer = allot(view(standing=table([np.log(3.0), 0.0], [0.0, 0.0])), row(0.4, 0.4), parameters)
    assert closer[:, 0, :, 0] == pytest.approx(np.asarray([[0.6, 0.4], [0.2, 0.4]]))
    broker = allot(view(peril=column(np.log(3.0), 0.0)), row(0.4, 0.4), parameters)
    assert broker[:, 0, 0, 0] == pytest.approx([0.6, 0.2])


@pytest.mark.parametrize(
    ("loss", "distraction", "pressure"),
    [
        pytest.param(table([0.12, 0.12], [0.12, 0.12]), row(0.0, 0.5), [[0.05, 0.0125], [0.025, 0.0125]], id="beyond"),
        pytest.param(table([0.02, -0.5], [0.01, 0.019]), row(0.0, 0.0), np.zeros((2, 2)), id="below what is tolerated"),
        pytest.param(table([1.0, 1.0], [1.0, 1.0]), row(1.0, 2.0), np.zeros((2, 2)), id="distracted"),
    ],
)
def test_pressure_is_loss_beyond_tolerance_times_reach_and_what_is_not_distracted(loss, distraction, pressure) -> None:
    known = view(loss=loss, distraction=distraction, reach=table([1.0, 0.5], [0.5, 0.5]))
    pressed = coerce(known, AttentionParameters(coercion=0.5, tolerance=0.02))
    assert pressed[:, 0, :, 0] == pytest.approx(np.asarray(pressure), rel=1e-6, abs=0.0)


def test_a_power_calls_a_meeting_above_the_shared_threshold_and_not_at_it() -> None:
    known = view(base=row(0.25, 0.25), attention=row(0.5, 0.5625))
    assert call_meetings(known, AttentionParameters(initiative=0.25)).tolist() == row(0.0, 1.0).tolist()
