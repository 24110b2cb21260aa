from dataclasses import replace

import array_api_compat.numpy as xp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hedgesim.model import formats as fm
from hedgesim.model.arrays import TARGET
from hedgesim.model.formats import FormatParameters
from hedgesim.model.setting import Formats
from hedgesim.model.world import DORMANT, INSTITUTION, LEADERS, MEMBER, MINISTERIAL, OBSERVER, WORKING, World
from worlds import blank, column, row, table

P = FormatParameters()
SEATS = arrays(float, (3, 1, 4, 1), elements=st.sampled_from([0.0, 1.0]))
PAIR, TRIPLE = row(1.0, 1.0), row(1.0, 1.0, 1.0)


def world(n_formats: int = 1, n_countries: int = 3, **values) -> World:
    return blank(World, {"country": n_countries, "power": 2, "domain": 1, "format": n_formats}, **values)


def features(n_formats: int = 1, n_countries: int = 3, **values) -> Formats:
    return blank(Formats, {"country": n_countries, "power": 2, "domain": 1, "format": n_formats}, **values)


def test_members_count_or_as_long_as_it_is_dormant_those_who_may_found() -> None:
    status = table([MEMBER, 0.0], [2.0, 1.0], [0.0, 2.0])
    eligible = table([0.0, 1.0], [1.0, 1.0], [1.0, 0.0])
    party = fm.parties(world(2, status=status, level=row(WORKING, DORMANT)), features(2, eligible=eligible))
    assert party.tolist() == table([1.0, 1.0], [0.0, 1.0], [0.0, 0.0]).tolist()


FORMALITY = {
    "from working contact to ministers to leaders": (
        *(row(DORMANT, WORKING, MINISTERIAL, LEADERS, INSTITUTION), 0.6, {}),
        [0.2, 0.2, 0.3, 0.6, 0.6],
    ),
    "informal": (row(WORKING, MINISTERIAL, LEADERS), 0.1, {}, [0.1, 0.1, 0.1]),
    "procedures": (row(WORKING, LEADERS), 0.5, {"procedures": PAIR}, [0.2, 0.6]),
    "secretariat": (row(WORKING, LEADERS), 0.5, {"procedures": PAIR, "secretariat": PAIR}, [0.2, 0.85]),
    "charter before the first summit, bodies after": (
        *(row(WORKING, LEADERS, LEADERS), 0.4, {"charter": TRIPLE, "level": row(DORMANT, MINISTERIAL, LEADERS)}),
        [0.2, 0.75, 0.4],
    ),
    "treaty that nobody has signed": (row(DORMANT), 0.7, {"treaty": row(1.0)}, [0.7]),
}


@pytest.mark.parametrize(("level", "base", "given_", "expected"), FORMALITY.values(), ids=FORMALITY)
def test_formality_rises_with_the_level_and_with_bodies(level, base: float, given_: dict, expected: list) -> None:
    n = level.shape[TARGET]
    text = {name: given_[name] for name in ("treaty", "charter") if name in given_}
    now = world(n, **{name: value for name, value in given_.items() if name not in text})
    formats = features(n, base_formality=base + 0.0 * level, **text)
    assert fm.formality(xp, level, now, formats=formats, parameters=P)[0, 0, :, 0] == pytest.approx(expected)


def test_the_mean_is_taken_over_the_parties_only() -> None:
    quantity = column(1.0, 3.0, 100.0)
    assert fm.mean_over_parties(xp, quantity, column(1.0, 1.0, 0.0)).item() == 2.0
    assert fm.mean_over_parties(xp, quantity, column(0.0, 0.0, 0.0)).item() == 0.0


def test_mean_trust_leaves_out_oneself_and_those_who_are_no_parties() -> None:
    trust = table([0.0, 0.4, 0.8], [0.4, 0.0, 0.6], [0.8, 0.6, 0.0])
    party = table([1.0, 1.0], [1.0, 0.0], [0.0, 0.0])
    mean = fm.mean_trust(xp, trust, party)[:, 0, :, 0]
    assert mean == pytest.approx(np.asarray([[0.4, 0.0], [0.4, 0.4], [0.7, 0.8]]))


@pytest.mark.parametrize(
    ("momentum", "support", "rate", "expected"),
    [
        (0.0, np.log(8.0), 1.0, np.sqrt(0.5 * 8.0 / 9.0)),
        (0.2, np.log(8.0), 0.5, 0.5 * (0.2 + 2.0 / 3.0)),
        # Refusals below LOWEST_SUPPORT, -100, count as -100.
        (0.0, -900.0, 1.0, np.sqrt(0.5 * np.exp(-100.0))),
    ],
    ids=["at full speed", "half of the way", "one reluctant member"],
)
def test_momentum_follows_the_geometric_mean_of_the_logistic_supports_of_parties(
    momentum: float, support: float, rate: float, expected: float
) -> None:
    moved = fm.move_momentum(xp, row(momentum), column(0.0, support, 50.0), party=column(1.0, 1.0, 0.0), rate=rate)
    assert moved.item() == pytest.approx(expected, rel=1e-9, abs=0.0)


def test_the_next_rung_is_one_above_up_to_the_ceiling_and_never_beyond_leaders() -> None:
    level = row(DORMANT, WORKING, WORKING, LEADERS, INSTITUTION)
    ceiling = row(LEADERS, LEADERS, WORKING, LEADERS, INSTITUTION)
    assert fm.next_level(xp, level, features(5, ceiling=ceiling))[0, 0, :, 0].tolist() == [1.0, 2.0, 1.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("support", "party", "consent"),
    [
        ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0), 1.0),
        ((1.0, 1.0, 0.0), (1.0, 1.0, 1.0), 0.0),
        ((1.0, 1.0, -5.0), (1.0, 1.0, 0.0), 1.0),
        ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), 0.0),
    ],
    ids=["all", "all but one", "all but an outsider", "nobody"],
)
def test_one_reluctant_party_can_block(support: tuple, party: tuple, consent: float) -> None:
    assert fm.consents(xp, column(*support), column(*party)).item() == consent


@pytest.mark.parametrize(
    ("support", "margin", "champion"),
    [((0.0, 1.0, 0.0), 0.4, 1.0), ((0.0, 1.0, 0.0), 0.6, 0.0), ((0.0, 0.0, 9.0), 0.1, 0.0)],
    ids=["by more than the margin", "by less", "an outsider"],
)
def test_a_champion_exceeds_the_mean_of_the_parties_by_the_margin(
    support: tuple, margin: float, champion: float
) -> None:
    assert fm.has_champion(xp, column(*support), column(1.0, 1.0, 0.0), margin).item() == champion


@pytest.mark.parametrize(
    ("support", "changes", "hazard"),
    [
        # Of .4, half at the threshold of momentum.
        pytest.param((0.2, 1.0), {}, 0.2, id="a champion, consent and room above"),
        pytest.param((0.5, 0.55), {}, 0.0, id="no champion"),
        pytest.param((-0.2, 1.0), {}, 0.0, id="no consent"),
        pytest.param((0.2, 1.0), {"ceiling": row(WORKING)}, 0.0, id="no room above"),
        pytest.param((0.2, 1.0), {"outside": row(1.0)}, 0.0, id="a champion where a power leads"),
        pytest.param((0.5, 0.55), {"outside": row(1.0), "called": row(1.0)}, 0.2, id="called by the lead"),
    ],
)
def test_a_first_meeting_needs_an_initiator_consent_and_room(support: tuple, changes: dict, hazard: float) -> None:
    usual = {"outside": row(0.0), "ceiling": row(LEADERS)}
    found = fm.opening_hazard(
        world(1, 2, level=row(WORKING), momentum=row(0.5)),
        column(*support),
        party=column(1.0, 1.0),
        called=changes.get("called", row(0.0)),
        formats=features(1, 2, **{name: changes.get(name, value) for name, value in usual.items()}),
        parameters=FormatParameters(opening=0.4, champion=0.1),
    )
    assert found.item() == pytest.approx(hazard)


def test_treaties_dormant_formats_and_those_without_meetings_hold_none() -> None:
    level, ceiling = row(DORMANT, WORKING, WORKING, LEADERS), row(LEADERS, LEADERS, DORMANT, LEADERS)
    given_ = features(4, ceiling=ceiling, treaty=row(0.0, 0.0, 0.0, 1.0))
    assert fm.holds_meetings(xp, level, given_)[0, 0, :, 0].tolist() == [0.0, 1.0, 0.0, 0.0]


def due(
    n_formats: int = 1, *, strain: tuple = (0.0, 0.0), available: float = 1.0, bandwidth: float = 10.0, **changes
) -> list[float]:
    """Hazards of formats whose meeting is due, all with both countries as members and at readiness zero."""
    full = np.ones((1, 1, n_formats, 1))
    usual = {"level": LEADERS * full, "cadence": full, "status": np.full((2, 1, n_formats, 1), MEMBER)}
    hosted = changes.pop("hosted", full)
    now = world(n_formats, 2, momentum=0.5 * full, **{**usual, **changes})
    hazard = fm.holding_hazard(
        now,
        (now.status == MEMBER).astype(float),
        formats=features(n_formats, 2, ceiling=LEADERS * full, hosted=hosted),
        parameters=FormatParameters(holding=0.0, hosting=2.0, bandwidth=bandwidth),
        strain=column(*strain),
        availability=np.full((1, 1, 1, 1), available),
    )
    return hazard[0, 0, :, 0].tolist()


def test_a_meeting_is_held_only_once_it_is_due() -> None:
    assert due(4, cadence=row(4.0, 4.0, 4.0, 4.0), since=row(0.0, 2.0, 3.0, 9.0)) == [0.0, 0.0, 0.5, 0.5]


def test_a_strained_host_cancels_and_only_the_host_counts() -> None:
    assert due(strain=(0.5, 0.0)) == pytest.approx([1.0 / (1.0 + np.e)])
    assert due(strain=(0.5, 0.0), turn=row(1.0)) == pytest.approx([0.5])
    assert due(strain=(0.5, 0.5), hosted=row(0.0)) == pytest.approx([0.5])


def test_when_nobody_can_be_hosted_or_come_only_meetings_without_a_host_in_turn_are_held() -> None:
    assert due(2, available=0.0, hosted=row(1.0, 0.0)) == pytest.approx([0.0, 0.5])
    assert due(status=column(0.0, 0.0)) == [0.0]


def test_countries_invited_to_too_many_summits_reduce_the_hazards_of_all_in_proportion() -> None:
    assert due(4, bandwidth=1.0) == pytest.approx(np.full(4, 0.25))
    assert due(4, bandwidth=2.0) == pytest.approx(np.full(4, 0.5))
    assert due(4, bandwidth=1.0, level=np.full((1, 1, 4, 1), MINISTERIAL)) == pytest.approx(np.full(4, 0.5))


def test_the_expected_rate_is_one_over_the_mean_gap() -> None:
    # At momentum one half and readiness 0 the hazard is one half: 3 quarters of rest, then 2 on average.
    now = world(level=row(LEADERS), momentum=row(0.5), cadence=row(4.0))
    rate = fm.expected_rate(now, formats=features(ceiling=row(LEADERS)), parameters=FormatParameters(holding=0.0))
    assert rate.item() == pytest.approx(0.2)


@pytest.mark.parametrize(("cadence", "holding"), [(1.0, 0.0), (2.0, 1.5), (4.0, 1.5), (4.0, -1.0), (8.0, 3.0)])
def test_regular_meetings_are_as_frequent_as_their_expected_rate(cadence: float, holding: float) -> None:
    n_clocks, n_quarters = 400, 600
    full, seats = np.ones((1, 1, n_clocks, 1)), np.ones((3, 1, n_clocks, 1))
    how = {
        "formats": features(n_clocks, ceiling=LEADERS * full),
        "parameters": FormatParameters(holding=holding, bandwidth=n_clocks),
    }
    clock = world(n_clocks, level=LEADERS * full, momentum=0.5 * full, cadence=cadence * full, status=MEMBER * seats)
    rate = float(fm.expected_rate(clock, **how)[0, 0, 0, 0])
    rng, meetings = np.random.default_rng(9), 0.0
    for _ in range(n_quarters):
        met = rng.uniform(size=full.shape) < fm.holding_hazard(
            clock, seats, **how, strain=column(0, 0, 0), availability=full
        )
        clock = replace(clock, since=np.where(met, 0.0, clock.since + 1.0))
        meetings += float(met.sum())
    hazard = 1.0 / (1.0 + np.exp(-holding))
    # Renewals: a gap has mean 1/rate and variance (1 - h)/h^2, so a count over T has variance T rate^3 (1 - h)/h^2.
    # A clock that starts just after a meeting is at most one meeting away from its stationary count.
    error = np.sqrt(rate**3 * (1.0 - hazard) / hazard**2 / (n_clocks * n_quarters))
    assert abs(meetings / (n_clocks * n_quarters) - rate) < 4.5 * error + 1.0 / n_quarters


@given(SEATS, arrays(float, (3, 1, 1, 1), elements=st.floats(0.0, 1.0)), st.integers(0, 20))
def test_members_host_in_turn_in_the_order_of_the_countries_and_nobody_where_there_are_none(
    seats: np.ndarray, strain: np.ndarray, turn: int
) -> None:
    now = world(4, status=np.where(seats > 0.0, MEMBER, OBSERVER), turn=row(*[float(turn)] * 4))
    felt = fm.strain_on_host(now, features(4, hosted=row(*[1.0] * 4)), strain)
    for f in range(4):
        members = np.flatnonzero(seats[:, 0, f, 0])
        expected = strain[members[turn % len(members)], 0, 0, 0] if len(members) else 0.0
        assert felt[0, 0, f, 0] == expected


def test_meetings_weigh_by_their_rung_and_institutions_meet_as_leaders() -> None:
    rung = fm.rung_of(xp, row(DORMANT, WORKING, MINISTERIAL, LEADERS, INSTITUTION))
    assert rung[0, 0, :, 0].tolist() == [0.0, 1.0, 2.0, 3.0, 3.0]
    assert fm.meeting_weight(xp, rung, P)[0, 0, :, 0].tolist() == [0.0, 0.2, 0.5, 1.0, 1.0]


def test_meetings_raise_trust_a_share_of_the_way_to_the_ceiling_and_it_returns_otherwise() -> None:
    parameters = FormatParameters(trust_gain=0.1, trust_return=0.5, trust_ceiling=0.9)
    trust, rest, together = row(0.4, 0.4, 0.95, 0.4), row(0.4, 0.2, 0.95, 0.4), row(2.0, 0.0, 5.0, 2.0)
    # A shock has put the trust of the last pair above the ceiling.
    effective = row(0.4, 0.4, 0.95, 0.95)
    moved = fm.move_trust(xp, trust, rest, together=together, effective=effective, parameters=parameters)
    assert moved[0, 0, :, 0] == pytest.approx([0.5, 0.3, 0.95, 0.4])


@given(st.floats(0.0, 1.0), st.floats(-3.0, 1.0), st.floats(0.0, 30.0), st.floats(0.0, 0.2), st.floats(0.01, 0.5))
def test_trust_stays_between_zero_and_one(trust: float, rest: float, together: float, gain: float, back: float) -> None:
    parameters = FormatParameters(trust_gain=gain, trust_return=back)
    moved = fm.move_trust(
        xp, row(trust), row(rest), together=row(together), effective=row(trust), parameters=parameters
    )
    assert 0.0 <= moved.item() <= 1.0


@given(SEATS, arrays(float, (1, 1, 4, 1), elements=st.floats(0.0, 2.0)))
def test_attending_together_is_symmetric_and_leaves_out_oneself(seats: np.ndarray, weight: np.ndarray) -> None:
    together = fm.attended_together(xp, seats, weight)[:, 0, :, 0]
    assert np.array_equal(together, together.T)
    assert not np.any(np.diag(together))


def test_the_meetings_that_two_attended_add_up() -> None:
    party = table([1.0, 1.0], [1.0, 0.0], [0.0, 1.0])
    together = fm.attended_together(xp, party, row(1.0, 0.5))[:, 0, :, 0]
    assert together.tolist() == [[0.0, 1.0, 0.5], [1.0, 0.0, 0.0], [0.5, 0.0, 0.0]]
