import array_api_compat.numpy as xp
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hedgesim.model import formats as fm
from hedgesim.model.arrays import TARGET
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


def formality(level: np.ndarray, base: np.ndarray, **bodies: np.ndarray) -> list[float]:
    n = level.shape[TARGET]
    fixed = {name: bodies.pop(name, 0.0 * level) for name in ("treaty", "charter")}
    given_ = features(n, base_formality=base + 0.0 * level, **fixed)
    return fm.formality(xp, level, world(n, **bodies), formats=given_, parameters=P)[0, 0, :, 0].tolist()


def test_members_count_or_as_long_as_it_is_dormant_those_who_may_found() -> None:
    status = table([MEMBER, 0.0], [2.0, 1.0], [0.0, 2.0])
    eligible = table([0.0, 1.0], [1.0, 1.0], [1.0, 0.0])
    party = fm.parties(world(2, status=status, level=row(WORKING, DORMANT)), features(2, eligible=eligible))
    assert party.tolist() == table([1.0, 1.0], [0.0, 1.0], [0.0, 0.0]).tolist()


def test_formality_rises_from_working_contact_to_ministers_to_leaders() -> None:
    levels = row(DORMANT, WORKING, MINISTERIAL, LEADERS, INSTITUTION)
    assert formality(levels, row(0.6)) == pytest.approx([0.2, 0.2, 0.3, 0.6, 0.6])


def test_an_informal_format_is_no_more_formal_among_ministers() -> None:
    assert formality(row(WORKING, MINISTERIAL, LEADERS), row(0.1)) == pytest.approx([0.1, 0.1, 0.1])


def test_procedures_and_a_secretariat_add_formality_at_leaders_level() -> None:
    one = row(1.0, 1.0)
    assert formality(row(WORKING, LEADERS), row(0.5), procedures=one) == pytest.approx([0.2, 0.6])
    assert formality(row(WORKING, LEADERS), row(0.5), procedures=one, secretariat=one) == pytest.approx([0.2, 0.85])


def test_a_formal_body_counts_its_charter_before_its_first_summit_and_its_bodies_after() -> None:
    none = row(0.0, 0.0, 0.0)
    club = features(3, base_formality=0.4 + none, charter=1.0 + none, treaty=none)
    now = world(3, level=row(DORMANT, MINISTERIAL, LEADERS))
    formal = fm.formality(xp, row(WORKING, LEADERS, LEADERS), now, formats=club, parameters=P)
    assert formal[0, 0, :, 0].tolist() == pytest.approx([0.2, 0.75, 0.4])


def test_a_treaty_is_as_formal_as_its_text_before_anybody_signs() -> None:
    assert formality(row(DORMANT), row(0.7), treaty=row(1.0)) == pytest.approx([0.7])


def test_the_mean_is_taken_over_the_parties_only() -> None:
    quantity = column(1.0, 3.0, 100.0)
    assert fm.mean_over_parties(xp, quantity, column(1.0, 1.0, 0.0)).item() == 2.0
    assert fm.mean_over_parties(xp, quantity, column(0.0, 0.0, 0.0)).item() == 0.0


def test_mean_trust_leaves_out_oneself_and_those_who_are_no_parties() -> None:
    trust = table([0.0, 0.4, 0.8], [0.4, 0.0, 0.6], [0.8, 0.6, 0.0])
    party = table([1.0, 1.0], [1.0, 0.0], [0.0, 0.0])
    mean = fm.mean_trust(xp, trust, party)[:, 0, :, 0]
    assert mean[:, 0] == pytest.approx([0.4, 0.4, 0.7])
    assert mean[:, 1] == pytest.approx([0.0, 0.4, 0.8])


def test_momentum_follows_the_geometric_mean_of_logistic_supports() -> None:
    support = column(0.0, np.log(8.0), 50.0)
    party = column(1.0, 1.0, 0.0)
    moved = fm.move_momentum(xp, row(0.0), support, party=party, rate=1.0)
    assert moved.item() == pytest.approx(np.sqrt(0.5 * 8.0 / 9.0))
    half = fm.move_momentum(xp, row(0.2), support, party=party, rate=0.5)
    assert half.item() == pytest.approx(0.5 * (0.2 + 2.0 / 3.0))


def test_one_reluctant_member_slows_a_format_whatever_the_others_want() -> None:
    moved = fm.move_momentum(xp, row(1.0), column(900.0, 900.0, -900.0), party=column(1.0, 1.0, 1.0), rate=1.0)
    assert moved.item() == pytest.approx(np.exp(-300.0))


def test_the_next_rung_is_one_above_up_to_the_ceiling_and_never_beyond_leaders() -> None:
    level = row(DORMANT, WORKING, WORKING, LEADERS, INSTITUTION)
    ceiling = row(LEADERS, LEADERS, WORKING, LEADERS, INSTITUTION)
    assert fm.next_level(xp, level, features(5, ceiling=ceiling))[0, 0, :, 0].tolist() == [1.0, 2.0, 1.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("support", "party", "consent"),
    [
        ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0), 1.0),
        ((1.0, 1.0, -0.01), (1.0, 1.0, 1.0), 0.0),
        ((1.0, 1.0, 0.0), (1.0, 1.0, 1.0), 0.0),
        ((1.0, 1.0, -5.0), (1.0, 1.0, 0.0), 1.0),
        ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), 0.0),
    ],
)
def test_one_reluctant_party_can_block(support: tuple, party: tuple, consent: float) -> None:
    assert fm.consents(xp, column(*support), column(*party)).item() == consent


def test_a_champion_exceeds_the_mean_of_the_parties_by_the_margin() -> None:
    party = column(1.0, 1.0, 0.0)
    assert fm.has_champion(xp, column(0.0, 1.0, 0.0), party, 0.4).item() == 1.0
    assert fm.has_champion(xp, column(0.0, 1.0, 0.0), party, 0.6).item() == 0.0
    assert fm.has_champion(xp, column(0.0, 0.0, 9.0), party, 0.1).item() == 0.0


def opening(support=(0.2, 1.0), **changes) -> float:
    usual = {"level": row(WORKING), "outside": row(0.0), "ceiling": row(LEADERS), "called": row(0.0)}
    given_ = {**usual, **changes}
    hazard = fm.opening_hazard(
        world(1, 2, level=given_["level"], momentum=row(0.5)),
        column(*support),
        party=column(1.0, 1.0),
        called=given_["called"],
        formats=features(1, 2, outside=given_["outside"], ceiling=given_["ceiling"]),
        parameters=FormatParameters(opening=0.4, champion=0.1),
    )
    return float(hazard.item())


def test_a_first_meeting_with_initiator_consent_and_room_has_half_its_hazard_at_the_threshold() -> None:
    assert opening() == pytest.approx(0.2)


def test_there_is_no_first_meeting_without_an_initiator_consent_or_room_above() -> None:
    assert opening(support=(0.5, 0.55)) == 0.0
    assert opening(support=(-0.2, 1.0)) == 0.0
    assert opening(ceiling=row(WORKING)) == 0.0


def test_an_outside_led_format_opens_when_its_lead_calls_and_not_for_a_champion() -> None:
    assert opening(outside=row(1.0)) == 0.0
    assert opening(outside=row(1.0), called=row(1.0)) == pytest.approx(0.2)
