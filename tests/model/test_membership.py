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
NO = column(0.0, 0.0, 0.0) > 0.0
STATUS = arrays(float, (3, 1, 3, 1), elements=st.sampled_from([NONE, GUEST, OBSERVER, MEMBER]))
SAYS = arrays(float, (3, 1, 3, 1), elements=st.floats(0.0, 1.0))


def sizes(n_formats: int) -> dict[str, int]:
    return {"country": 3, "power": 1, "domain": 2, "format": n_formats}


def world(n_formats: int = 1, **values) -> World:
    return blank(World, sizes(n_formats), **values)


def features(n_formats: int = 1, **values) -> Formats:
    return blank(Formats, sizes(n_formats), **values)


def test_a_formal_format_led_by_a_threatening_power_costs_most_to_leave() -> None:
    parameters = MembershipParameters(leaving_cost=2.0, leaving_threat=3.0)
    cost = mb.leaving_cost(row(0.5, 0.5, 0.0), row(0.0, 1.0, 1.0), parameters)
    assert cost[0, 0, :, 0].tolist() == [1.0, 4.0, 0.0]


def members_of(w: World) -> Bits:
    return pack_bits(xp, w.status == MEMBER, COUNTRY)


def invited(
    status: np.ndarray, sovereignty=(0.0, 0.0, 0.0), opens_to=(1.0, 1.0, 1.0), closer: bool = True
) -> list[bool]:
    parameters = MembershipParameters(welcome=0.5, reserve=0.2)
    guests = mb.invited(
        world(status=status),
        members_of(world(status=status)),
        trust=TRUST,
        closer=np.full(TRUST.shape, closer),
        sovereignty=column(*sovereignty),
        formats=features(opens_to=column(*opens_to)),
        parameters=parameters,
    )
    return guests[:, 0, 0, 0].tolist()


def test_a_country_may_come_as_a_guest_if_no_member_objects() -> None:
    assert invited(column(NONE, MEMBER, NONE)) == [True, False, True]


def test_no_country_is_invited_whose_ties_with_the_members_have_not_grown() -> None:
    assert invited(column(NONE, MEMBER, NONE), closer=False) == [False, False, False]


def test_one_member_who_distrusts_the_newcomer_vetoes() -> None:
    assert invited(column(MEMBER, MEMBER, NONE)) == [False, False, False]


def test_a_member_with_a_higher_sovereignty_cost_requires_more_trust() -> None:
    assert invited(column(NONE, MEMBER, NONE), sovereignty=(0.0, 2.0, 0.0)) == [False, False, False]
    assert invited(column(NONE, MEMBER, NONE), sovereignty=(2.0, 0.0, 2.0)) == [True, False, True]


def test_formats_invite_only_those_to_whom_they_are_open() -> None:
    assert invited(column(NONE, MEMBER, NONE), opens_to=(0.0, 1.0, 1.0)) == [False, False, True]


def admitted(status: np.ndarray, support: tuple, cost: float = 1.0) -> list[bool]:
    steps = mb.admitted(
        world(status=status),
        column(*support),
        member=members_of(world(status=status)),
        cost=row(cost),
        trust=TRUST,
        parameters=MembershipParameters(welcome=0.5),
    )
    return steps[:, 0, 0, 0].tolist()


def test_guests_and_observers_advance_if_they_gain_more_than_half_the_cost_of_leaving() -> None:
    assert admitted(column(GUEST, MEMBER, OBSERVER), (0.6, 0.0, 0.6)) == [True, False, True]
    assert admitted(column(GUEST, MEMBER, OBSERVER), (0.4, 0.0, 0.6)) == [False, False, True]


def test_advancing_requires_the_trust_of_every_member_and_a_status_below_member() -> None:
    assert admitted(column(MEMBER, MEMBER, GUEST), (9.0, 9.0, 9.0)) == [False, False, False]
    assert admitted(column(NONE, MEMBER, NONE), (9.0, 9.0, 9.0)) == [False, False, False]


def after(status: np.ndarray, **events: tuple[bool, bool, bool]) -> list[float]:
    happens = {name: column(*events.get(name, (False,) * 3)) > 0.0 for name in ("comes", "rises", "leaves", "joins")}
    return mb.next_status(world(status=status), **happens)[:, 0, 0, 0].tolist()


def test_accession_goes_from_guest_to_observer_to_member_one_step_at_a_time() -> None:
    assert after(column(NONE, GUEST, OBSERVER), rises=(False, True, True)) == [NONE, OBSERVER, MEMBER]
    assert after(column(NONE, GUEST, MEMBER), comes=(True, False, False)) == [GUEST, GUEST, MEMBER]


def test_members_may_leave_and_others_cannot() -> None:
    assert after(column(GUEST, OBSERVER, MEMBER), leaves=(True, True, True)) == [GUEST, OBSERVER, NONE]


def test_whoever_signs_or_founds_is_a_member() -> None:
    assert after(column(NONE, GUEST, MEMBER), joins=(True, True, True)) == [MEMBER, MEMBER, MEMBER]
    assert after(column(NONE, NONE, NONE), joins=(True, False, True)) == [MEMBER, NONE, MEMBER]
    assert after(column(NONE, OBSERVER, MEMBER), leaves=(True,) * 3, joins=(True,) * 3) == [MEMBER] * 3


def test_status_stays_where_no_event_is_drawn() -> None:
    assert after(column(NONE, GUEST, MEMBER)) == [NONE, GUEST, MEMBER]


@given(STATUS, SAYS)
def test_only_countries_without_a_status_are_invited_and_only_guests_and_observers_advance(
    status: np.ndarray, says: np.ndarray
) -> None:
    now, given_ = world(3, status=status), features(3, opens_to=np.ones((3, 1, 3, 1)))
    comes = mb.invited(
        now,
        members_of(now),
        trust=says,
        closer=says > 0.2,
        sovereignty=column(0.0, 1.0, 2.0),
        formats=given_,
        parameters=P,
    )
    support = np.ones_like(status)
    rises = mb.admitted(now, support, member=members_of(now), cost=row(0.0, 0.5, 3.0), trust=says, parameters=P)
    assert np.all(status[comes] == NONE)
    assert np.all((status[rises] == GUEST) | (status[rises] == OBSERVER))


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


def test_signing_needs_a_summit_an_open_treaty_and_a_gain() -> None:
    open_treaty = features(2, treaty=row(1.0, 0.0), eligible=np.ones((3, 1, 2, 1)))
    status = table([NONE, NONE], [NONE, NONE], [MEMBER, NONE])
    support = table([1.0, 1.0], [-1.0, 1.0], [1.0, 1.0])
    for summit in (True, False):
        would = mb.signs(world(2, status=status), support, summit=row(summit) > 0.0, formats=open_treaty)
        assert would[:, 0, :, 0].tolist() == [[summit, False], [False, False], [False, False]]


def test_only_those_who_may_found_a_treaty_may_sign_it() -> None:
    shut = features(treaty=row(1.0), eligible=column(0.0, 1.0, 1.0))
    would = mb.signs(world(), column(1.0, 1.0, 1.0), summit=row(1.0) > 0.0, formats=shut)
    assert would[:, 0, 0, 0].tolist() == [False, True, True]


def test_leaving_has_its_nominal_hazard_where_support_equals_minus_its_cost() -> None:
    members, no = world(status=column(MEMBER, MEMBER, OBSERVER)), dict.fromkeys(("comes", "rises", "joins"), NO)
    hazard = mb.leaving_hazard(members, column(-1.0, 9.0, -9.0), cost=row(1.0), parameters=P)[:, 0, 0, 0]
    assert hazard[0] == pytest.approx(P.leaving)
    assert hazard[1] < 1e-15
    assert np.array_equal(mb.next_status(members, **no, leaves=column(False, False, True) > 0.0), members.status)


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


def test_absorption_multiplies_overlap_attention_and_distrust() -> None:
    # All members and the only domain are also those of the absorber: .1 x 1 x 1 x .5 x (1 - .2).
    assert absorption() == pytest.approx([0.04, 0.0])


def test_absorption_is_in_proportion_to_the_overlap_of_members_and_of_domains() -> None:
    half = absorption(status=table([MEMBER, MEMBER], [MEMBER, NONE], [NONE, MEMBER]))
    assert half[0] == pytest.approx(0.02)
    two_domains = absorption(covers=pairs([1.0, 1.0], [1.0, 0.0]))
    assert two_domains[0] == pytest.approx(0.02)


@pytest.mark.parametrize(
    "change",
    [
        {"attention": row(0.0, 0.0)},
        {"outside": row(0.0, 0.0)},
        {"lead": np.zeros((1, 2, 1, 1))},
        {"formality": row(0.8, 0.8)},
        {"level": row(WORKING, LEADERS)},
        {"level": row(DORMANT, INSTITUTION)},
        {"treaty": row(1.0, 0.0)},
        {"covers": pairs([1.0, 0.0], [0.0, 1.0])},
        {"status": table([MEMBER, NONE], [MEMBER, NONE], [NONE, MEMBER])},
        {"trust": (1.0 - np.eye(3))[:, None, :, None]},
    ],
    ids=[
        "no attention",
        "no lead from outside",
        "no power in the lead",
        "no greater formality",
        "absorber without institution",
        "dormant",
        "treaty",
        "no common domain",
        "no common member",
        "full trust",
    ],
)
def test_absorption_requires_each_of_its_conditions(change: dict) -> None:
    assert absorption(**change).tolist() == pytest.approx([0.0, 0.0])


def test_a_treaty_led_from_outside_and_an_institution_from_the_start_may_absorb_too() -> None:
    assert absorption(treaty=row(0.0, 1.0), ceiling=row(LEADERS, DORMANT))[0] == pytest.approx(0.04)
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


def test_absorption_is_a_probability() -> None:
    assert absorption(absorption=9.0).tolist() == [1.0, 0.0]


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
