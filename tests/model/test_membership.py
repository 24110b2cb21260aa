from dataclasses import replace

import array_api_compat.numpy as xp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hedgesim.model import membership as mb
from hedgesim.model.arrays import COUNTRY, Bits, pack_bits
from hedgesim.model.formats import mean_over_parties, mean_trust
from hedgesim.model.membership import MembershipParameters
from hedgesim.model.setting import Formats
from hedgesim.model.world import DORMANT, GUEST, INSTITUTION, LEADERS, MEMBER, NONE, OBSERVER, WORKING, World
from worlds import blank, column, pairs, row, table

P = MembershipParameters()
TRUST = table([0.0, 0.8, 0.3], [0.8, 0.0, 0.8], [0.3, 0.8, 0.0])
"""The first and the third country distrust each other."""
STATUS = arrays(float, (3, 1, 3, 1), elements=st.sampled_from([NONE, GUEST, OBSERVER, MEMBER]))
SAYS = arrays(float, (3, 1, 3, 1), elements=st.floats(0.0, 1.0))


def world(n_formats: int = 1, **values) -> World:
    return blank(World, {"country": 3, "power": 1, "domain": 2, "format": n_formats}, **values)


def features(n_formats: int = 1, **values) -> Formats:
    return blank(Formats, {"country": 3, "power": 1, "domain": 2, "format": n_formats}, **values)


def test_a_formal_format_led_by_a_threatening_power_costs_most_to_leave() -> None:
    parameters = MembershipParameters(leaving_cost=2.0, leaving_threat=3.0)
    cost = mb.leaving_cost(row(0.5, 0.5, 0.0), row(0.0, 1.0, 1.0), parameters)
    assert cost[0, 0, :, 0].tolist() == [1.0, 4.0, 0.0]


def members_of(w: World) -> Bits:
    return pack_bits(xp, w.status == MEMBER, COUNTRY)


SHUT = features(opens_to=column(0.0, 1.0, 1.0))


@pytest.mark.parametrize(
    ("status", "changes", "comes"),
    [
        pytest.param((NONE, MEMBER, NONE), {}, [True, False, True], id="no member objects"),
        pytest.param((MEMBER, MEMBER, NONE), {}, [False, False, False], id="one member distrusts the newcomer"),
        pytest.param((NONE, MEMBER, NONE), {"closer": TRUST < 0.0}, [False] * 3, id="ties have not grown"),
        pytest.param(
            (NONE, MEMBER, NONE), {"sovereignty": column(0.0, 2.0, 0.0)}, [False] * 3, id="costly to the member"
        ),
        pytest.param((NONE, MEMBER, NONE), {"sovereignty": column(2.0, 0.0, 2.0)}, [True, False, True], id="to guests"),
        pytest.param((NONE, MEMBER, NONE), {"formats": SHUT}, [False, False, True], id="closed to the first"),
    ],
)
def test_a_country_may_come_as_a_guest_if_ties_have_grown_and_no_member_objects(
    status: tuple, changes: dict, comes: list[bool]
) -> None:
    now = world(status=column(*status))
    usual = {
        "closer": TRUST >= 0.0,
        "sovereignty": column(0.0, 0.0, 0.0),
        "formats": features(opens_to=column(1.0, 1.0, 1.0)),
    }
    parameters = MembershipParameters(welcome=0.5, reserve=0.2)
    guests = mb.invited(now, members_of(now), trust=TRUST, **{**usual, **changes}, parameters=parameters)
    assert guests[:, 0, 0, 0].tolist() == comes


@given(STATUS, SAYS)
def test_only_countries_without_a_status_are_invited(status: np.ndarray, says: np.ndarray) -> None:
    now, given_ = world(3, status=status), features(3, opens_to=np.ones((3, 1, 3, 1)))
    member, sovereignty = members_of(now), column(0.0, 1.0, 2.0)
    comes = mb.invited(
        now, member, trust=says, closer=says > 0.2, sovereignty=sovereignty, formats=given_, parameters=P
    )
    assert np.all(status[comes] == NONE)


@pytest.mark.parametrize(("support", "rises"), [((0.6, 0.0, 0.6), [True, False, True]), ((0.4, 0.0, 0.5), [False] * 3)])
def test_guests_and_observers_advance_if_they_gain_more_than_half_the_cost_of_leaving(
    support: tuple, rises: list[bool]
) -> None:
    now = world(status=column(GUEST, MEMBER, OBSERVER))
    found = mb.admitted(now, column(*support), member=members_of(now), cost=row(1.0), trust=TRUST, parameters=P)
    assert found[:, 0, 0, 0].tolist() == rises


@given(STATUS, SAYS)
def test_one_member_can_veto_and_consent_requires_all(status: np.ndarray, says: np.ndarray) -> None:
    now = world(3, status=status)
    found = mb.admitted(
        now, np.ones_like(status), member=members_of(now), cost=row(0.0, 0.0, 0.0), trust=says, parameters=P
    )
    for i, f in np.ndindex(3, 3):
        members = [j for j in range(3) if status[j, 0, f, 0] == MEMBER]
        agreed = all(says[j, 0, i, 0] >= P.welcome for j in members)
        assert found[i, 0, f, 0] == (agreed and status[i, 0, f, 0] in {GUEST, OBSERVER})


@pytest.mark.parametrize(
    ("status", "events", "after"),
    [
        ((NONE, GUEST, OBSERVER), {"rises": (0, 1, 1)}, [NONE, OBSERVER, MEMBER]),
        ((NONE, GUEST, MEMBER), {"comes": (1, 0, 0)}, [GUEST, GUEST, MEMBER]),
        ((GUEST, OBSERVER, MEMBER), {"leaves": (1, 1, 1)}, [GUEST, OBSERVER, NONE]),
        ((NONE, GUEST, MEMBER), {"joins": (1, 1, 1)}, [MEMBER, MEMBER, MEMBER]),
        ((NONE, NONE, NONE), {"joins": (1, 0, 1)}, [MEMBER, NONE, MEMBER]),
        ((NONE, OBSERVER, MEMBER), {"leaves": (1, 1, 1), "joins": (1, 1, 1)}, [MEMBER, MEMBER, MEMBER]),
        ((NONE, GUEST, MEMBER), {}, [NONE, GUEST, MEMBER]),
    ],
    ids=["rise", "come", "leave", "join", "join or not", "leave and join", "nothing"],
)
def test_status_rises_one_step_at_a_time_members_leave_and_whoever_signs_or_founds_is_a_member(
    status: tuple, events: dict[str, tuple], after: list[float]
) -> None:
    happens = {name: column(*events.get(name, (0, 0, 0))) > 0.0 for name in ("comes", "rises", "leaves", "joins")}
    assert mb.next_status(world(status=column(*status)), **happens)[:, 0, 0, 0].tolist() == after


def test_signing_needs_a_summit_a_treaty_that_is_open_to_the_country_and_a_gain() -> None:
    given_ = features(3, treaty=row(1.0, 0.0, 1.0), eligible=table([1.0, 1.0, 0.0], *([1.0, 1.0, 1.0],) * 2))
    status = table([NONE, NONE, NONE], [NONE, NONE, NONE], [MEMBER, NONE, NONE])
    support = table([1.0, 1.0, 1.0], [-1.0, 1.0, 1.0], [1.0, 1.0, 1.0])
    for summit in (True, False):
        would = mb.signs(world(3, status=status), support, summit=row(summit) > 0.0, formats=given_)
        expected = [[summit, False, False], [False, False, summit], [False, False, summit]]
        assert would[:, 0, :, 0].tolist() == expected


def test_leaving_has_its_nominal_hazard_where_support_equals_minus_its_cost() -> None:
    members = world(status=column(MEMBER, MEMBER, MEMBER))
    hazard = mb.leaving_hazard(members, column(-1.0, 9.0, 0.0), cost=row(1.0), parameters=P)[:, 0, 0, 0]
    assert hazard[0] == pytest.approx(P.leaving)
    assert hazard[1] < 1e-15


def absorption(**changes) -> np.ndarray:
    """Hazards of a working format and of the institution that may absorb it."""
    usual = {
        "status": table([MEMBER, MEMBER], [MEMBER, MEMBER], [NONE, MEMBER]),
        "level": row(WORKING, INSTITUTION),
        "covers": pairs([1.0, 1.0], [0.0, 1.0]),
        "outside": row(0.0, 1.0),
        "lead": pairs([0.0], [1.0]),
        "treaty": row(0.0, 0.0),
        "ceiling": row(LEADERS, LEADERS),
        "formality": row(0.2, 0.8),
        "attention": row(0.0, 0.5),
        "trust": table([0.0, 0.2, 0.2], [0.2, 0.0, 0.2], [0.2, 0.2, 0.0]),
        "absorption": 0.1,
    }
    given_ = {**usual, **changes}
    now = world(2, status=given_["status"], level=given_["level"])
    party = (now.status == MEMBER).astype(float)
    return mb.absorption_hazard(
        now,
        members_of(now),
        cold=mean_over_parties(xp, 1.0 - mean_trust(xp, given_["trust"], party), party),
        formality=given_["formality"],
        attention_lead=given_["attention"],
        formats=features(2, **{name: given_[name] for name in ("outside", "lead", "covers", "treaty", "ceiling")}),
        parameters=MembershipParameters(absorption=given_["absorption"]),
    )[0, 0, :, 0]


@pytest.mark.parametrize(
    ("changes", "hazard"),
    [
        # All members and the only domain are also those of the absorber: .1 x 1 x 1 x .5 x (1 - .2).
        pytest.param({}, 0.04, id="overlap, attention and distrust multiply"),
        pytest.param(
            {"status": table([MEMBER, MEMBER], [MEMBER, NONE], [NONE, MEMBER])}, 0.02, id="half of the members"
        ),
        pytest.param({"covers": pairs([1.0, 1.0], [1.0, 0.0])}, 0.02, id="half of the domains"),
        pytest.param({"treaty": row(0.0, 1.0), "ceiling": row(LEADERS, DORMANT)}, 0.04, id="by a treaty"),
        pytest.param({"absorption": 9.0}, 1.0, id="at most 1"),
        pytest.param({"attention": row(0.0, 0.0)}, 0.0, id="no attention"),
        pytest.param({"outside": row(0.0, 0.0)}, 0.0, id="no lead from outside"),
        pytest.param({"lead": np.zeros((1, 2, 1, 1))}, 0.0, id="no power in the lead"),
        pytest.param({"formality": row(0.8, 0.8)}, 0.0, id="no greater formality"),
        pytest.param({"level": row(WORKING, LEADERS)}, 0.0, id="absorber without institution"),
        pytest.param({"level": row(DORMANT, INSTITUTION)}, 0.0, id="dormant"),
        pytest.param({"treaty": row(1.0, 0.0)}, 0.0, id="treaty"),
        pytest.param({"covers": pairs([1.0, 0.0], [0.0, 1.0])}, 0.0, id="no common domain"),
        pytest.param({"status": table([MEMBER, NONE], [MEMBER, NONE], [NONE, MEMBER])}, 0.0, id="no common member"),
        pytest.param({"trust": (1.0 - np.eye(3))[:, None, :, None]}, 0.0, id="full trust"),
    ],
)
def test_absorption_requires_each_of_its_conditions_and_is_in_proportion(changes: dict, hazard: float) -> None:
    assert absorption(**changes).tolist() == pytest.approx([hazard, 0.0])


def test_an_institution_from_the_start_may_absorb() -> None:
    founded = features(2, outside=row(0.0, 1.0), lead=pairs([0.0], [1.0]), level=row(WORKING, INSTITUTION))
    assert founded.absorbers == (1,)
    assert replace(founded, level=row(WORKING, WORKING)).absorbers == ()


def test_the_strongest_of_several_absorbers_counts() -> None:
    now = world(3, status=np.full((3, 1, 3, 1), MEMBER), level=row(WORKING, INSTITUTION, INSTITUTION))
    led = pairs([0.0], [1.0], [1.0])
    given_ = features(3, outside=row(0.0, 1.0, 1.0), lead=led, covers=np.ones((1, 2, 3, 1)), ceiling=row(3.0, 3.0, 3.0))
    hazard = mb.absorption_hazard(
        now,
        members_of(now),
        cold=row(1.0, 1.0, 1.0),
        formality=row(0.2, 0.5, 0.8),
        attention_lead=row(0.0, 0.9, 0.4),
        formats=given_,
        parameters=MembershipParameters(absorption=0.1),
    )
    assert hazard[0, 0, :, 0] == pytest.approx([0.09, 0.04, 0.0])


def test_a_treaty_needs_two_members_to_be_in_force_and_a_format_one_to_be_at_work() -> None:
    given_ = features(4, treaty=row(1.0, 1.0, 0.0, 0.0))
    status = table([MEMBER, MEMBER, MEMBER, NONE], [MEMBER, OBSERVER, MEMBER, OBSERVER], [NONE, NONE, NONE, NONE])
    level = mb.carried_by_members(xp, row(DORMANT, INSTITUTION, WORKING, WORKING), status, given_)
    assert level[0, 0, :, 0].tolist() == [INSTITUTION, DORMANT, WORKING, DORMANT]


@pytest.mark.parametrize(
    ("meeting", "outside", "summit"), [((3.0, 0.0), (0.0, 1.0), True), ((2.0, 3.0), (0.0, 1.0), False)]
)
def test_only_leaders_of_home_grown_formats_make_a_home_summit(meeting: tuple, outside: tuple, summit: bool) -> None:
    assert mb.home_summit(xp, row(*meeting), features(2, outside=row(*outside))).item() is summit
