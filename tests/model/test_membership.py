import array_api_compat.numpy as xp
import numpy as np
import pytest

from hedgesim.model import membership as mb
from hedgesim.model.membership import MembershipParameters
from hedgesim.model.setting import Formats
from hedgesim.model.world import DORMANT, GUEST, INSTITUTION, LEADERS, MEMBER, NONE, OBSERVER, WORKING, World
from worlds import blank, column, row, table

P = MembershipParameters()
NEVER = column(0.0, 0.0, 0.0)
TRUST = table([0.0, 0.8, 0.3], [0.8, 0.0, 0.8], [0.3, 0.8, 0.0])
"""The first and the third country distrust each other."""


def sizes(n_formats: int) -> dict[str, int]:
    return {"country": 3, "power": 1, "domain": 2, "format": n_formats}


def world(n_formats: int = 1, **values) -> World:
    return blank(World, sizes(n_formats), **values)


def features(n_formats: int = 1, **values) -> Formats:
    return blank(Formats, sizes(n_formats), **values)


def test_the_formal_club_of_a_threatening_patron_is_dearest_to_leave() -> None:
    parameters = MembershipParameters(leaving_cost=2.0, leaving_threat=3.0)
    cost = mb.leaving_cost(row(0.5, 0.5, 0.0), row(0.0, 1.0, 1.0), parameters)
    assert cost[0, 0, 0].tolist() == [1.0, 4.0, 0.0]


def invited(
    status: np.ndarray, sovereignty=(0.0, 0.0, 0.0), opens_to=(1.0, 1.0, 1.0), closer: float = 0.01
) -> list[float]:
    parameters = MembershipParameters(welcome=0.5, reserve=0.2)
    guests = mb.invited(
        world(status=status),
        TRUST,
        closer=closer + 0.0 * TRUST,
        sovereignty=column(*sovereignty),
        formats=features(opens_to=column(*opens_to)),
        parameters=parameters,
    )
    return guests[0, :, 0, 0].tolist()


def test_a_country_may_come_as_a_guest_if_no_member_minds() -> None:
    assert invited(column(NONE, MEMBER, NONE)) == [1.0, 0.0, 1.0]


def test_nobody_is_asked_in_whose_ties_with_the_members_have_not_grown() -> None:
    assert invited(column(NONE, MEMBER, NONE), closer=0.0) == [0.0, 0.0, 0.0]


def test_one_member_who_distrusts_the_newcomer_vetoes() -> None:
    assert invited(column(MEMBER, MEMBER, NONE)) == [0.0, 0.0, 0.0]


def test_a_member_that_guards_its_sovereignty_asks_for_more_trust() -> None:
    assert invited(column(NONE, MEMBER, NONE), sovereignty=(0.0, 2.0, 0.0)) == [0.0, 0.0, 0.0]
    assert invited(column(NONE, MEMBER, NONE), sovereignty=(2.0, 0.0, 2.0)) == [1.0, 0.0, 1.0]


def test_formats_invite_only_those_to_whom_they_are_open() -> None:
    assert invited(column(NONE, MEMBER, NONE), opens_to=(0.0, 1.0, 1.0)) == [0.0, 0.0, 1.0]


def admitted(status: np.ndarray, support: tuple, cost: float = 1.0) -> list[float]:
    steps = mb.admitted(
        world(status=status),
        column(*support),
        cost=row(cost),
        trust=TRUST,
        parameters=MembershipParameters(welcome=0.5),
    )
    return steps[0, :, 0, 0].tolist()


def test_guests_and_observers_go_on_if_they_gain_more_than_half_the_cost_of_leaving() -> None:
    assert admitted(column(GUEST, MEMBER, OBSERVER), (0.6, 0.0, 0.6)) == [1.0, 0.0, 1.0]
    assert admitted(column(GUEST, MEMBER, OBSERVER), (0.4, 0.0, 0.6)) == [0.0, 0.0, 1.0]


def test_full_membership_needs_the_trust_of_every_member_and_a_foot_in_the_door() -> None:
    assert admitted(column(MEMBER, MEMBER, GUEST), (9.0, 9.0, 9.0)) == [0.0, 0.0, 0.0]
    assert admitted(column(NONE, MEMBER, NONE), (9.0, 9.0, 9.0)) == [0.0, 0.0, 0.0]


def after(status: np.ndarray, uniform: float = 0.5, fresh: np.ndarray = NEVER, **hazards: float) -> list[float]:
    names = ("guest", "step", "leave", "sign")
    chances = tuple(column(*[hazards.get(name, 0.0)] * 3) for name in names)
    moved = mb.next_status(world(status=status), column(uniform, uniform, uniform), hazards=chances, fresh=fresh)
    return moved[0, :, 0, 0].tolist()


def test_accession_goes_from_guest_to_observer_to_member_one_step_at_a_time() -> None:
    assert after(column(NONE, GUEST, OBSERVER), step=1.0) == [NONE, OBSERVER, MEMBER]
    assert after(column(NONE, GUEST, MEMBER), guest=1.0) == [GUEST, GUEST, MEMBER]


def test_members_may_leave_and_others_cannot() -> None:
    assert after(column(GUEST, OBSERVER, MEMBER), leave=1.0) == [GUEST, OBSERVER, NONE]


def test_whoever_signs_or_founds_is_a_member() -> None:
    assert after(column(NONE, GUEST, MEMBER), sign=1.0) == [MEMBER, MEMBER, MEMBER]
    assert after(column(NONE, NONE, NONE), fresh=column(1.0, 0.0, 1.0)) == [MEMBER, NONE, MEMBER]


def test_nothing_happens_above_the_hazard() -> None:
    assert after(column(NONE, GUEST, MEMBER), guest=0.5, step=0.5, leave=0.5, sign=0.5) == [NONE, GUEST, MEMBER]


def test_signing_needs_a_summit_an_open_treaty_and_a_gain() -> None:
    open_treaty = features(2, treaty=row(1.0, 0.0), eligible=np.ones((1, 3, 1, 2)))
    status = table([NONE, NONE], [NONE, NONE], [MEMBER, NONE])
    support = table([1.0, 1.0], [-1.0, 1.0], [1.0, 1.0])
    parameters = MembershipParameters(signing=0.5)
    for summit, first in ((1.0, 0.5), (0.0, 0.0)):
        chance = mb.signatures(
            world(2, status=status), support, summit=row(summit), formats=open_treaty, parameters=parameters
        )
        assert chance[0, :, 0, :].tolist() == [[first, 0.0], [0.0, 0.0], [0.0, 0.0]]


def test_only_those_who_may_found_a_treaty_may_sign_it() -> None:
    shut = features(treaty=row(1.0), eligible=column(0.0, 1.0, 1.0))
    chance = mb.signatures(world(), column(1.0, 1.0, 1.0), summit=row(1.0), formats=shut, parameters=P)
    assert chance[0, :, 0, 0].tolist() == [0.0, 0.5, 0.5]


def test_leaving_has_its_nominal_hazard_where_support_stands_at_minus_its_cost() -> None:
    members = world(status=column(MEMBER, MEMBER, OBSERVER))
    hazard = mb.leaving_hazard(members, column(-1.0, 9.0, -9.0), cost=row(1.0), parameters=P)[0, :, 0, 0]
    assert hazard[0] == pytest.approx(P.leaving)
    assert hazard[1] < 1e-15
    assert hazard[2] == 0.0


def absorption(**changes) -> np.ndarray:
    """Hazards of a working format and of the institution that may absorb it."""
    usual = {
        "status": table([MEMBER, MEMBER], [MEMBER, MEMBER], [NONE, MEMBER]),
        "level": row(WORKING, INSTITUTION),
        "covers": np.asarray([[[[1.0, 1.0], [0.0, 1.0]]]]),
        "outside": row(0.0, 1.0),
        "treaty": row(0.0, 0.0),
        "formality": row(0.2, 0.8),
        "attention": row(0.0, 0.5),
        "trust": table([0.0, 0.2, 0.2], [0.2, 0.0, 0.2], [0.2, 0.2, 0.0]),
        "absorption": 0.1,
    }
    given_ = {**usual, **changes}
    return mb.absorption_hazard(
        world(2, status=given_["status"], level=given_["level"]),
        given_["trust"],
        formality=given_["formality"],
        attention_lead=given_["attention"],
        formats=features(2, outside=given_["outside"], covers=given_["covers"], treaty=given_["treaty"]),
        parameters=MembershipParameters(absorption=given_["absorption"]),
    )[0, 0, 0]


def test_absorption_multiplies_overlap_attention_and_distrust() -> None:
    # All members and the only domain lie within the absorber: .1 x 1 x 1 x .5 x (1 - .2).
    assert absorption() == pytest.approx([0.04, 0.0])


def test_absorption_is_in_proportion_to_the_overlap_of_members_and_of_domains() -> None:
    half = absorption(status=table([MEMBER, MEMBER], [MEMBER, NONE], [NONE, MEMBER]))
    assert half[0] == pytest.approx(0.02)
    two_domains = absorption(covers=np.asarray([[[[1.0, 1.0], [1.0, 0.0]]]]))
    assert two_domains[0] == pytest.approx(0.02)


@pytest.mark.parametrize(
    "change",
    [
        {"attention": row(0.0, 0.0)},
        {"outside": row(0.0, 0.0)},
        {"formality": row(0.8, 0.8)},
        {"level": row(WORKING, LEADERS)},
        {"level": row(DORMANT, INSTITUTION)},
        {"treaty": row(1.0, 0.0)},
        {"covers": np.asarray([[[[1.0, 0.0], [0.0, 1.0]]]])},
        {"status": table([MEMBER, NONE], [MEMBER, NONE], [NONE, MEMBER])},
        {"trust": (1.0 - np.eye(3))[None, :, None, :]},
    ],
    ids=[
        "no attention",
        "no lead from outside",
        "no greater formality",
        "absorber without institution",
        "asleep",
        "treaty",
        "no common domain",
        "no common member",
        "full trust",
    ],
)
def test_there_is_no_absorption_without_each_of_its_conditions(change: dict) -> None:
    assert absorption(**change).tolist() == pytest.approx([0.0, 0.0])


def test_absorption_is_a_probability() -> None:
    assert absorption(absorption=9.0).tolist() == [1.0, 0.0]


def test_a_treaty_needs_two_members_to_be_in_force_and_a_format_one_to_be_at_work() -> None:
    given_ = features(4, treaty=row(1.0, 1.0, 0.0, 0.0))
    status = table([MEMBER, MEMBER, MEMBER, NONE], [MEMBER, OBSERVER, MEMBER, OBSERVER], [NONE, NONE, NONE, NONE])
    level = mb.carried_by_members(xp, row(DORMANT, INSTITUTION, WORKING, WORKING), status, given_)
    assert level[0, 0, 0].tolist() == [INSTITUTION, DORMANT, WORKING, DORMANT]


@pytest.mark.parametrize(
    ("meeting", "outside", "summit"), [((3.0, 0.0), (0.0, 1.0), 1.0), ((2.0, 3.0), (0.0, 1.0), 0.0)]
)
def test_only_leaders_of_home_grown_formats_make_a_home_summit(meeting: tuple, outside: tuple, summit: float) -> None:
    assert mb.home_summit(xp, row(*meeting), features(2, outside=row(*outside))).item() == summit
