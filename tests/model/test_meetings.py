import array_api_compat.numpy as xp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hedgesim.model import formats as mt
from hedgesim.model.formats import FormatParameters
from hedgesim.model.setting import Formats
from hedgesim.model.world import DORMANT, INSTITUTION, LEADERS, MEMBER, MINISTERIAL, WORKING, World
from worlds import blank, column, row, table

P = FormatParameters()
SEATS = arrays(float, (3, 1, 4, 1), elements=st.sampled_from([0.0, 1.0]))


def sizes(n_formats: int, n_countries: int = 3) -> dict[str, int]:
    return {"country": n_countries, "power": 2, "domain": 1, "format": n_formats}


def world(n_formats: int = 1, n_countries: int = 3, **values) -> World:
    return blank(World, sizes(n_formats, n_countries), **values)


def features(n_formats: int = 1, n_countries: int = 3, **values) -> Formats:
    return blank(Formats, sizes(n_formats, n_countries), **values)


def seated(w: World) -> np.ndarray:
    """1 for the members of each format, the parties of those at work."""
    return (w.status == MEMBER).astype(float)


def test_treaties_dormant_formats_and_those_without_meetings_hold_none() -> None:
    level, ceiling = row(DORMANT, WORKING, WORKING, LEADERS), row(LEADERS, LEADERS, DORMANT, LEADERS)
    given_ = features(4, ceiling=ceiling, treaty=row(0.0, 0.0, 0.0, 1.0))
    assert mt.holds_meetings(xp, level, given_)[0, 0, :, 0].tolist() == [0.0, 1.0, 0.0, 0.0]


def test_the_expected_rate_is_one_over_the_mean_gap() -> None:
    # At momentum one half and readiness 0 the hazard is one half: 3 quarters of rest, then 2 on average.
    w = world(1, level=row(LEADERS), momentum=row(0.5), cadence=row(4.0))
    given_ = features(1, ceiling=row(LEADERS))
    assert mt.expected_rate(w, formats=given_, parameters=FormatParameters(holding=0.0)).item() == pytest.approx(0.2)


@pytest.mark.parametrize(("cadence", "holding"), [(1.0, 0.0), (2.0, 1.5), (4.0, 1.5), (4.0, -1.0), (8.0, 3.0)])
def test_regular_meetings_are_as_frequent_as_their_expected_rate(cadence: float, holding: float) -> None:
    n_clocks, n_quarters = 400, 600
    full = np.full((1, 1, n_clocks, 1), 1.0)
    given_ = features(n_clocks, ceiling=LEADERS * full)
    everybody = np.full((3, 1, n_clocks, 1), MEMBER)
    parameters = FormatParameters(holding=holding, bandwidth=n_clocks)
    clock = world(n_clocks, level=LEADERS * full, momentum=0.5 * full, cadence=cadence * full)
    rate = float(mt.expected_rate(clock, formats=given_, parameters=parameters)[0, 0, 0, 0])
    rng, since, meetings = np.random.default_rng(9), 0.0 * full, 0.0
    for _ in range(n_quarters):
        now = world(
            n_clocks,
            level=LEADERS * full,
            momentum=0.5 * full,
            cadence=cadence * full,
            since=since,
            status=everybody,
        )
        hazard = mt.holding_hazard(
            now, seated(now), formats=given_, parameters=parameters, strain=column(0, 0, 0), availability=full
        )
        met = rng.uniform(size=full.shape) < hazard
        since = np.where(met, 0.0, since + 1.0)
        meetings += float(met.sum())
    hazard = 1.0 / (1.0 + np.exp(-holding))
    # Renewals: a gap has mean 1/rate and variance (1 - h)/h^2, so a count over T has variance T rate^3 (1 - h)/h^2.
    # A clock that starts just after a meeting is at most one meeting away from its stationary count.
    error = np.sqrt(rate**3 * (1.0 - hazard) / hazard**2 / (n_clocks * n_quarters))
    assert abs(meetings / (n_clocks * n_quarters) - rate) < 4.5 * error + 1.0 / n_quarters


def test_a_meeting_is_held_only_once_it_is_due() -> None:
    since = row(0.0, 2.0, 3.0, 9.0)
    full = row(1.0, 1.0, 1.0, 1.0)
    everybody = np.full((3, 1, 4, 1), MEMBER)
    w = world(4, level=LEADERS * full, momentum=0.5 * full, cadence=4.0 * full, since=since, status=everybody)
    hazard = mt.holding_hazard(
        w,
        seated(w),
        formats=features(4, ceiling=LEADERS * full),
        parameters=FormatParameters(holding=0.0, bandwidth=10.0),
        strain=column(0.0, 0.0, 0.0),
        availability=full,
    )
    assert hazard[0, 0, :, 0].tolist() == [0.0, 0.0, 0.5, 0.5]


def due(n_formats: int, strain=(0.0, 0.0), available: float = 1.0, bandwidth: float = 10.0, **changes) -> np.ndarray:
    """Hazards of formats whose meeting is due, all with both countries as members."""
    full = np.ones((1, 1, n_formats, 1))
    w = world(
        n_formats,
        2,
        level=changes.get("level", LEADERS * full),
        momentum=0.5 * full,
        cadence=full,
        status=np.full((2, 1, n_formats, 1), MEMBER),
        turn=changes.get("turn", 0.0 * full),
    )
    given_ = features(n_formats, 2, ceiling=LEADERS * full, hosted=changes.get("hosted", full))
    parameters = FormatParameters(holding=0.0, hosting=2.0, bandwidth=bandwidth)
    available_ = np.full((1, 1, 1, 1), available)
    hazard = mt.holding_hazard(
        w, seated(w), formats=given_, parameters=parameters, strain=column(*strain), availability=available_
    )
    return hazard[0, 0, :, 0]


def test_a_strained_host_cancels_and_only_the_host_counts() -> None:
    assert due(1, strain=(0.5, 0.0)) == pytest.approx([1.0 / (1.0 + np.e)])
    assert due(1, strain=(0.5, 0.0), turn=row(1.0)) == pytest.approx([0.5])
    assert due(1, strain=(0.5, 0.5), hosted=row(0.0)) == pytest.approx([0.5])


def test_when_nobody_can_be_hosted_only_meetings_without_a_host_in_turn_are_held() -> None:
    assert due(2, available=0.0, hosted=row(1.0, 0.0)) == pytest.approx([0.0, 0.5])


def test_countries_invited_to_too_many_summits_reduce_the_hazards_of_all_in_proportion() -> None:
    assert due(4, bandwidth=1.0) == pytest.approx(np.full(4, 0.25))
    assert due(4, bandwidth=2.0) == pytest.approx(np.full(4, 0.5))
    ministers = np.full((1, 1, 4, 1), MINISTERIAL)
    assert due(4, bandwidth=1.0, level=ministers) == pytest.approx(np.full(4, 0.5))


def test_a_meeting_to_which_nobody_may_come_is_not_held() -> None:
    w, given_ = world(1, level=row(LEADERS), momentum=row(0.5), cadence=row(1.0)), features(1, ceiling=row(LEADERS))
    hazard = mt.holding_hazard(
        w, seated(w), formats=given_, parameters=P, strain=column(0, 0, 0), availability=row(1.0)
    )
    assert hazard.item() == 0.0


def test_members_host_in_the_order_of_the_countries_and_then_from_the_first() -> None:
    status, strain = column(MEMBER, 2.0, MEMBER), column(0.1, 0.2, 0.3)
    felt = []
    for turn in range(4):
        now = world(1, status=status, turn=row(float(turn)))
        felt.append(mt.strain_on_host(now, features(1, hosted=row(1.0)), strain).item())
    assert felt == [0.1, 0.3, 0.1, 0.3]


@given(SEATS, arrays(float, (3, 1, 1, 1), elements=st.floats(0.0, 1.0)), st.integers(0, 20))
def test_one_member_hosts_at_a_time_and_the_turn_returns_after_as_many_turns_as_members(
    seats: np.ndarray, strain: np.ndarray, turn: int
) -> None:
    now = world(4, status=MEMBER * seats, turn=row(*[float(turn)] * 4))
    felt = mt.strain_on_host(now, features(4, hosted=row(*[1.0] * 4)), strain)
    for f in range(4):
        members = np.flatnonzero(seats[:, 0, f, 0])
        expected = strain[members[turn % len(members)], 0, 0, 0] if len(members) else 0.0
        assert felt[0, 0, f, 0] == expected


def test_nobody_hosts_an_outside_led_format_or_one_without_members() -> None:
    members, strain = column(MEMBER, MEMBER, MEMBER), column(1.0, 1.0, 1.0)
    assert not np.any(mt.strain_on_host(world(1, status=members), features(1, hosted=row(0.0)), strain))
    assert not np.any(mt.strain_on_host(world(1), features(1, hosted=row(1.0)), strain))


def test_meetings_weigh_by_their_rung_and_institutions_meet_as_leaders() -> None:
    rung = mt.rung_of(xp, row(DORMANT, WORKING, MINISTERIAL, LEADERS, INSTITUTION))
    assert rung[0, 0, :, 0].tolist() == [0.0, 1.0, 2.0, 3.0, 3.0]
    assert mt.meeting_weight(xp, rung, P)[0, 0, :, 0].tolist() == [0.0, 0.2, 0.5, 1.0, 1.0]


def test_meetings_raise_trust_a_share_of_the_way_to_the_ceiling_and_it_returns_otherwise() -> None:
    parameters = FormatParameters(trust_gain=0.1, trust_return=0.5, trust_ceiling=0.9)
    trust, rest = row(0.4, 0.4, 0.95), row(0.4, 0.2, 0.95)
    moved = mt.move_trust(xp, trust, rest, together=row(2.0, 0.0, 5.0), effective=trust, parameters=parameters)
    assert moved[0, 0, :, 0] == pytest.approx([0.5, 0.3, 0.95])


def test_meetings_do_not_raise_trust_that_a_shock_has_put_above_the_ceiling() -> None:
    moved = mt.move_trust(xp, row(0.4), row(0.4), together=row(2.0), effective=row(0.95), parameters=P)
    assert moved.item() == pytest.approx(0.4)


@given(st.floats(0.0, 1.0), st.floats(-3.0, 1.0), st.floats(0.0, 30.0), st.floats(0.0, 0.2), st.floats(0.01, 0.5))
def test_trust_stays_between_zero_and_one(trust: float, rest: float, together: float, gain: float, back: float) -> None:
    parameters = FormatParameters(trust_gain=gain, trust_return=back)
    moved = mt.move_trust(
        xp, row(trust), row(rest), together=row(together), effective=row(trust), parameters=parameters
    )
    assert 0.0 <= moved.item() <= 1.0


@given(SEATS, arrays(float, (1, 1, 4, 1), elements=st.floats(0.0, 2.0)))
def test_attending_together_is_symmetric_and_leaves_out_oneself(seats: np.ndarray, weight: np.ndarray) -> None:
    together = mt.attended_together(xp, seats, weight)[:, 0, :, 0]
    assert np.array_equal(together, together.T)
    assert not np.any(np.diag(together))


def test_the_meetings_that_two_attended_add_up() -> None:
    party = table([1.0, 1.0], [1.0, 0.0], [0.0, 1.0])
    together = mt.attended_together(xp, party, row(1.0, 0.5))[:, 0, :, 0]
    assert together.tolist() == [[0.0, 1.0, 0.5], [1.0, 0.0, 0.0], [0.5, 0.0, 0.0]]
