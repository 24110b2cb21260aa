"""What happens to formats in a quarter, by scripted numbers: three countries and one format of each role."""

from dataclasses import replace

import numpy as np
import pytest

from hedgesim.engines.quarter import assess
from hedgesim.model.calendar import advance_formats
from hedgesim.model.derived import QuarterInputs
from hedgesim.model.view import CountryDecision
from hedgesim.model.world import DORMANT, GUEST, LEADERS, MEMBER, MINISTERS, NONE, OBSERVER, World
from worlds import calm, column, inputs_of, make_case, make_setting, row, table

OWN, TALKS, TREATY, BODY, GROUP = range(5)
"""Places of one format of each role in the settings of tests."""
ALL = [[1.0] * 5] * 3
ALL_SIT = (3.0, 3.0, 3.0)
FEATURES = {
    "ceiling": row(*[LEADERS] * 5),
    "eligible": table(*ALL),
    "opens_to": table(*[[0.0] * 5] * 3),
    "formality": row(0.25, 0.4, 0.6, 0.8, 0.3),
    "cadence": row(4.0, 4.0, 4.0, 4.0, 4.0),
    "pairs": row(3.0, 1.0, 3.0, 3.0, 3.0),
    "after": np.zeros((1, 5, 5, 1)),
    "ladder": row(0.0, 0.0, 0.0, LEADERS, 0.0),
    "wealth": row(0.0, 0.0, 0.0, 0.0, 0.0),
}
USUAL = {"ladder": row(LEADERS, MINISTERS, DORMANT, LEADERS, DORMANT), "status": MEMBER * table(*ALL)}
USUAL |= {"since": row(9.0, 9.0, 9.0, 0.0, 9.0), "turn": 0.0 * row(*[0.0] * 5), "seated": row(0.0)}
NEVER = {"opening": 1.0, "holding": 1.0, "membership": 1.0, "coming": 1.0, "stance": 1.0, "joining": 1.0}
"""Uniform numbers at which nothing happens by chance."""


def given(
    *, world: dict | None = None, draws: dict | None = None, available: float = 1.0, alarm: float = 0.0, **features
) -> QuarterInputs:
    """A quarter without shocks in which just what is written differs from the usual."""
    setting = calm(make_setting(5))
    setting = replace(setting, formats=replace(setting.formats, **{**FEATURES, **features}))
    inputs = inputs_of(setting, runs=[0])
    numbers = {name: np.full_like(getattr(inputs.draws, name), value) for name, value in NEVER.items()}
    for name, value in (draws or {}).items():
        numbers[name] = numbers[name] * 0.0 + value
    conditions = replace(inputs.conditions, availability=row(available - 1.0), alarm=row(alarm))
    now = replace(inputs.world, **{**USUAL, "stance": table(*[[0.0] * 5] * 3), **(world or {})})
    return assess(
        make_case(setting), now, inputs.baseline, conditions=conditions, draws=replace(inputs.draws, **numbers)
    )


def moved(inputs: QuarterInputs, stance: np.ndarray | float = 50.0, reserve: np.ndarray | float = 0.0) -> World:
    """The world after the quarter when countries take a stance, on all formats alike unless it is a table."""
    every, zero = np.zeros((3, 1, 5, 1)), np.zeros((3, 1, 1, 1))
    decision = CountryDecision(
        response=inputs.world.response, stance=stance + every, reserve=reserve + zero, joining=inputs.world.joined
    )
    return advance_formats(inputs.world, inputs, decision)


def rungs(world: World) -> list[float]:
    return world.meeting[0, 0, :, 0].tolist()


def statuses(world: World, place: int) -> list[float]:
    return world.status[:, 0, place, 0].tolist()


def test_when_nothing_happens_only_time_passes() -> None:
    inputs = given()
    after = moved(inputs)
    for name in ("ladder", "status", "trust", "turn", "seated", "stance"):
        assert np.array_equal(getattr(after, name), getattr(inputs.world, name)), name
    assert rungs(after) == [0.0] * 5
    assert after.since[0, 0, :, 0].tolist() == [10.0, 10.0, 0.0, 1.0, 0.0], "what is dormant waits for nothing"
    assert not np.any(after.came)


@pytest.mark.parametrize(
    ("since", "chance"),
    [(0.0, 0.0), (1.0, 0.0), (2.0, 0.1), (3.0, 1 / (1 + np.exp(-1.2))), (9.0, 1 / (1 + np.exp(-1.2)))],
)
def test_own_meetings_wait_three_quarters_may_come_in_the_third_and_likely_do_from_the_fourth(
    since: float, chance: float
) -> None:
    world = {"since": row(since, 9.0, 9.0, 0.0, 9.0)}
    for uniform in (chance - 1e-6, chance + 1e-6):
        met = rungs(moved(given(world=world, draws={"holding": row(uniform, 1.0, 1.0, 1.0, 1.0)})))[OWN]
        draws = {"holding": row(0.5 * uniform, 1.0, 1.0, 1.0, 1.0)}
        assert (rungs(moved(given(world=world, draws=draws, available=0.5)))[OWN] == LEADERS) == (met == LEADERS)
        # Beyond the chance of leaders' meetings ministers meet, at a rate of exp(-1.3 + .7 alarm).
        assert met == (LEADERS if uniform < chance else MINISTERS)


def test_bodies_meet_every_cadence_also_when_nobody_can_be_hosted_and_whatever_is_drawn() -> None:
    for since in range(6):
        met = rungs(
            moved(given(world={"since": row(9.0, 9.0, 9.0, since, 9.0)}, draws={"holding": 0.999}, available=0.0))
        )[BODY]
        assert met == (LEADERS if since >= 3 else DORMANT)


def test_outside_led_summits_repeat_at_a_flat_rate_and_not_when_nobody_can_be_hosted() -> None:
    summit = {"ladder": row(LEADERS, LEADERS, 0.0, LEADERS, 0.0)}
    chance = 1.0 - np.exp(-np.exp(-2.0))
    for since in (0.0, 1.0, 30.0):
        world = {**summit, "since": row(9.0, since, 9.0, 0.0, 9.0)}
        uniform = {"holding": row(1.0, chance - 1e-9, 1.0, 1.0, 1.0)}
        assert rungs(moved(given(world=world, draws=uniform)))[TALKS] == LEADERS
        assert rungs(moved(given(world=world, draws=uniform, available=0.0)))[TALKS] == MINISTERS


def test_ministers_meet_by_alarm_but_not_those_of_bodies() -> None:
    for alarm in (0.0, 2.0):
        chance = 1.0 - np.exp(-np.exp(-1.3 + 0.7 * alarm))
        below, above = (moved(given(draws={"holding": chance + d}, alarm=alarm)) for d in (-1e-9, 1e-9))
        assert rungs(below)[TALKS] == MINISTERS
        assert rungs(above)[TALKS] == DORMANT
        assert rungs(below)[BODY] == rungs(below)[GROUP] == DORMANT, "nor those of what has never met"


def test_strain_on_the_host_postpones_and_hosts_take_turns_among_parties() -> None:
    holding = {"holding": row(0.2, 1.0, 1.0, 1.0, 1.0)}  # in place of leaders ministers meet, and the turn stays
    strained = []
    for turn in range(5):
        inputs = given(world={"turn": row(turn, 0.0, 0.0, 0.0, 0.0)}, draws=holding)
        hosts = replace(inputs.derived, strain=column(0.0, 1.0, 0.0))
        after = moved(replace(inputs, derived=hosts))
        strained.append(rungs(after)[OWN] != LEADERS)
        assert after.turn[0, 0, OWN, 0] == turn + (rungs(after)[OWN] == LEADERS)
    assert strained == [False, True, False, False, True]


def test_a_step_of_the_ladder_is_a_meeting_at_the_new_rung_and_no_higher_than_the_ceiling() -> None:
    low = {"opening": 1e-9}
    world = {"ladder": row(MINISTERS, DORMANT, DORMANT, LEADERS, DORMANT), "seated": row(1.0)}
    after = moved(given(world=world, draws=low))
    assert after.ladder[0, 0, :, 0].tolist() == [LEADERS, MINISTERS, LEADERS, LEADERS, MINISTERS]
    assert rungs(after) == [LEADERS, MINISTERS, DORMANT, DORMANT, MINISTERS], "a treaty is signed, it does not meet"
    assert after.since[0, 0, [OWN, TALKS, GROUP], 0].tolist() == [0.0] * 3
    capped = moved(given(world=world, draws=low, ceiling=row(MINISTERS, 2.0, 2.0, 2.0, 2.0)))
    assert capped.ladder[0, 0, OWN, 0] == MINISTERS


def test_when_nobody_can_be_hosted_leaders_step_up_at_the_virtual_rate_and_ministers_as_ever() -> None:
    def climbs(place: int, uniform: float, available: float) -> bool:
        rung = {OWN: MINISTERS, TALKS: DORMANT}[place]
        world = {"ladder": row(*(rung if n == place else DORMANT for n in range(5)))}
        after = moved(given(world=world, draws={"opening": uniform}, available=available))
        return bool(after.ladder[0, 0, place, 0] > rung)

    hosted, virtual = (1.0 - np.exp(-part * np.exp(-0.8)) for part in (1.0, 0.4))
    assert [climbs(OWN, u, 1.0) for u in (hosted - 1e-9, hosted + 1e-9)] == [True, False]
    assert [climbs(OWN, u, 0.0) for u in (virtual - 1e-9, virtual + 1e-9)] == [True, False]
    opened = 1.0 - np.exp(-np.exp(-4.6 - 2.5))
    assert [climbs(TALKS, u, 0.0) for u in (opened - 1e-9, opened + 1e-9)] == [True, False]


def test_each_head_comes_by_its_stance_on_contact_and_all_together_count_once() -> None:
    holding = {"holding": row(0.0, 1.0, 1.0, 1.0, 1.0)}
    # Log odds 1 - .25 x 4 = 0 for all: half of the heads come.
    for coming, came in ((0.49, 1.0), (0.51, 0.0)):
        after = moved(given(draws={**holding, "coming": coming}), stance=1.0, reserve=4.0)
        assert after.came[:, 0, OWN, 0].tolist() == [came] * 3
        assert after.seated.item() == came
    some = moved(given(draws={**holding, "coming": column(0.49, 0.51, 0.49)}), stance=1.0, reserve=4.0)
    assert some.came[:, 0, OWN, 0].tolist() == [1.0, 0.0, 1.0]
    assert some.seated.item() == 0.0
    kept = moved(given(world={"seated": row(1.0)}))
    assert kept.seated.item() == 1.0


def test_guests_come_too_but_are_not_missed() -> None:
    status = table([3.0] * 5, [3.0] * 5, [GUEST] + [3.0] * 4)
    draws = {"holding": row(0.0, 1.0, 1.0, 1.0, 1.0)}
    for third, came in ((0.1, 1.0), (1.0, 0.0)):
        after = moved(given(world={"status": status}, draws={**draws, "coming": column(0.1, 0.1, third)}))
        assert after.came[:, 0, OWN, 0].tolist() == [1.0, 1.0, came]
        assert after.seated.item() == 1.0


def test_who_is_neither_party_nor_guest_does_not_come_and_does_not_host() -> None:
    for place in (OWN, TALKS):
        own, status = row(*(1.0 * (n == place) for n in range(5))), MEMBER * table(*ALL)
        status[0, 0, place, 0] = NONE
        world = {"status": status, "ladder": row(LEADERS, LEADERS, 0.0, LEADERS, 0.0)}
        inputs = given(world=world, draws={"holding": 0.5, "coming": 0.1}, own=own)
        assert moved(inputs).came[:, 0, place, 0].tolist() == [0.0, 1.0, 1.0]
        # It is the turn of the first party, which is the second country.
        for strained, met in ((column(1.0, 0.0, 1.0), True), (column(0.0, 1.0, 0.0), False)):
            after = moved(replace(inputs, derived=replace(inputs.derived, strain=strained)))
            assert (rungs(after)[place] == LEADERS) == met


def test_heads_that_sat_together_trust_each_other_more_up_to_a_ceiling() -> None:
    trust = table([0.0, 0.5, 0.95], [0.5, 0.0, 0.5], [0.95, 0.5, 0.0])
    draws = {"holding": row(0.0, 1.0, 1.0, 1.0, 1.0), "coming": column(0.1, 0.1, 1.0)}
    after = moved(given(world={"trust": trust}, draws=draws)).trust[:, 0, :, 0]
    # .03 of the way from .5 to .9, for the two who came.
    assert after.tolist() == [[0.0, 0.512, 0.95], [0.512, 0.0, 0.5], [0.95, 0.5, 0.0]]
    all_three = moved(given(world={"trust": trust}, draws={**draws, "coming": 0.1})).trust[:, 0, :, 0]
    assert all_three[0, 2] == 0.95, "above the ceiling nothing is gained"
    assert all_three[1, 2] == pytest.approx(0.512)


def test_who_founds_a_format_sits_in_it() -> None:
    eligible = table([1.0] * 5, [1.0] * 5, [1.0, 1.0, 1.0, 1.0, 0.0])
    world = {"status": 0.0 * table(*ALL), "ladder": row(*[DORMANT] * 5)}
    assert not np.any(moved(given(world=world, eligible=eligible)).status), "nobody sits in what has not met"
    after = moved(given(world=world, draws={"opening": 1e-9}, eligible=eligible))
    assert statuses(after, OWN) == statuses(after, TALKS) == [MEMBER] * 3
    assert statuses(after, GROUP) == [MEMBER, MEMBER, NONE]
    unwilling = moved(given(world=world, draws={"opening": 1e-9}, eligible=eligible), stance=-50.0)
    assert statuses(unwilling, TALKS) == [MEMBER] * 3, "a power opens talks with all"
    assert statuses(after, TREATY) == [NONE] * 3


def test_a_treaty_is_opened_at_a_summit_of_the_five_and_signed_there_by_the_willing_then_and_later() -> None:
    world = {"status": 0.0 * table(*ALL)}
    stance, summit = column(50.0, 50.0, -50.0), row(0.0, 1.0, 1.0, 1.0, 1.0)
    body_meets = {**world, "since": row(9.0, 9.0, 9.0, 3.0, 9.0)}
    no_summit = moved(given(world=body_meets, draws={"opening": 1e-9, "holding": 0.9}), stance=stance)
    assert rungs(no_summit)[BODY] == LEADERS, "which is no summit of the five"
    assert no_summit.ladder[0, 0, TREATY, 0] == DORMANT
    not_open = moved(given(world=world, draws={"holding": summit}), stance=stance)
    assert not np.any(not_open.status), "what is not open cannot be signed, and nothing else is signed"
    opened = moved(given(world=world, draws={"opening": 1e-9, "holding": summit}), stance=stance)
    assert opened.ladder[0, 0, TREATY, 0] == LEADERS
    assert statuses(opened, TREATY) == [MEMBER, MEMBER, NONE]
    waiting = {"status": opened.status, "ladder": opened.ladder}
    assert statuses(moved(given(world=waiting)), TREATY) == [MEMBER, MEMBER, NONE], "not between summits"
    assert rungs(moved(given(world=waiting, draws={"holding": 0.0})))[TREATY] == DORMANT, "a treaty never meets"
    assert statuses(moved(given(world=waiting, draws={"holding": summit})), TREATY) == [MEMBER] * 3
    alone = moved(given(world=world, draws={"opening": 1e-9, "holding": summit}), stance=column(50.0, -50.0, -50.0))
    assert alone.ladder[0, 0, TREATY, 0] == DORMANT, "nobody signs alone"


def test_a_body_that_was_not_there_is_founded_by_the_willing() -> None:
    world = {"status": 0.0 * table(*ALL), "ladder": row(*[DORMANT] * 5)}
    new = {"ladder": row(*[DORMANT] * 5)}
    after = moved(given(world=world, draws={"opening": 1e-9}, **new), stance=column(50.0, -50.0, 50.0))
    assert after.ladder[0, 0, BODY, 0] == LEADERS
    assert statuses(after, BODY) == [MEMBER, NONE, MEMBER]
    assert moved(given(world=world, draws={"opening": 1e-9})).ladder[0, 0, BODY, 0] == DORMANT, "one that ended is not"


OUTSIDER = table([3.0] * 5, [3.0] * 5, [0.0] * 5)
OPEN = {
    "opens_to": table([0.0] * 5, [0.0] * 5, [1.0, 0.0, 0.0, 0.0, 0.0]),
    "eligible": table([1.0] * 5, [1.0] * 5, [0.0, 0.0, 0.0, 0.0, 1.0]),
}
BRIDGE = row(LEADERS, MINISTERS, DORMANT, LEADERS, MINISTERS)


def test_an_outsider_is_invited_once_it_sits_in_a_group_of_three_and_all_parties_want_it() -> None:
    usual = {"status": OUTSIDER, "ladder": BRIDGE}
    chance = 1.0 - np.exp(-np.exp(-4.6) * 15.0 / 2.0)  # two parties
    for uniform, status in ((chance - 1e-9, GUEST), (chance + 1e-9, NONE)):
        assert statuses(moved(given(world=usual, draws={"membership": uniform}, **OPEN)), OWN)[2] == status
    sure = {"membership": 1e-9}
    no_bridge = {**usual, "ladder": USUAL["ladder"]}
    assert statuses(moved(given(world=no_bridge, draws=sure, **OPEN)), OWN)[2] == NONE
    pair = {**OPEN, "pairs": row(3.0, 1.0, 3.0, 3.0, 1.0)}
    assert statuses(moved(given(world=usual, draws=sure, **pair)), OWN)[2] == NONE, "a pair is no bridge"
    for refuses in (column(-50.0, 50.0, 50.0), column(50.0, 50.0, -50.0)):
        assert statuses(moved(given(world=usual, draws=sure, **OPEN), stance=refuses), OWN)[2] == NONE


def test_a_guest_becomes_a_member_when_all_want_a_full_seat_for_it() -> None:
    world = {"status": table([3.0] * 5, [3.0] * 5, [GUEST] + [0.0] * 4), "ladder": BRIDGE}
    chance = 1.0 - np.exp(-np.exp(-4.6))
    for uniform, status in ((chance - 1e-9, MEMBER), (chance + 1e-9, GUEST)):
        assert statuses(moved(given(world=world, draws={"membership": uniform}, **OPEN)), OWN)[2] == status
    # Willing at the formality of meetings, .25, but not of a full seat, .6.
    sure = given(world=world, draws={"membership": 1e-9}, **OPEN)
    assert statuses(moved(sure, stance=1.0, reserve=column(2.0, 0.0, 0.0)), OWN)[2] == GUEST
    assert statuses(moved(sure, stance=1.0, reserve=1.0), OWN)[2] == MEMBER


def test_willing_outsiders_and_observers_accede_to_bodies_and_unwilling_members_leave_them() -> None:
    world = {"status": table([3.0] * 5, [3.0, 3.0, 3.0, NONE, 3.0], [3.0, 3.0, 3.0, OBSERVER, 3.0])}
    joins, leaves = 1.0 - np.exp(-0.05), 1.0 - np.exp(-0.02)
    for uniform, status in ((joins - 1e-9, MEMBER), (joins + 1e-9, None)):
        found = statuses(moved(given(world=world, draws={"membership": uniform})), BODY)
        assert found == [MEMBER, *((status, status) if status else (NONE, OBSERVER))]
    eligible = table([1.0] * 5, [1.0, 1.0, 1.0, 0.0, 1.0], [1.0] * 5)
    some = moved(given(world=world, draws={"membership": 1e-9}, eligible=eligible))
    assert statuses(some, BODY) == [MEMBER, NONE, MEMBER], "the body is not for the second"
    for uniform, status in ((leaves - 1e-9, NONE), (leaves + 1e-9, MEMBER)):
        found = statuses(moved(given(world=world, draws={"membership": uniform}), stance=-50.0), BODY)
        assert found == [status, NONE, OBSERVER]
    unmoved = moved(given(world=world, draws={"membership": 1e-9}), stance=-50.0)
    assert statuses(unmoved, OWN) == [MEMBER] * 3, "nobody leaves what has no charter"


def test_an_outsider_who_does_not_want_to_come_is_asked_by_nobody() -> None:
    for third, then in ((NONE, GUEST), (GUEST, MEMBER)):
        status = table([3.0] * 5, [0.0] * 5, [third] + [0.0] * 4)
        few = {**OPEN, "eligible": table([1.0] * 5, [0.0] * 5, [0.0, 0.0, 0.0, 0.0, 1.0])}
        inputs = given(world={"status": status, "ladder": BRIDGE}, draws={"membership": 1e-9}, **few)
        assert statuses(moved(inputs, stance=column(50.0, -50.0, 50.0)), OWN) == [MEMBER, NONE, then]


def test_guests_of_what_is_not_open_to_them_and_of_bodies_stay_guests() -> None:
    status = table([3.0] * 5, [3.0] * 5, [GUEST, 3.0, 3.0, GUEST, 3.0])
    closed = {
        "eligible": table([1.0] * 5, [1.0] * 5, [0.0] * 5),
        "opens_to": table([0.0] * 5, [0.0] * 5, [0.0, 0.0, 0.0, 1.0, 0.0]),
    }
    after = moved(given(world={"status": status, "ladder": BRIDGE}, draws={"membership": 1e-9}, **closed))
    assert statuses(after, OWN) == statuses(after, BODY) == [MEMBER, MEMBER, GUEST]


@pytest.mark.parametrize(
    ("entry", "step", "sit", "members", "absorber", "ends"),
    [
        pytest.param(1.0, 1.0, ALL_SIT, ALL_SIT, LEADERS, True, id="all sit in it, and its lead has entered"),
        pytest.param(2.0, 1.0, ALL_SIT, ALL_SIT, LEADERS, False, id="its lead has not entered yet"),
        pytest.param(1.0, 1.0, ALL_SIT, (3.0, 3.0, 0.0), LEADERS, False, id="one sits outside"),
        pytest.param(1.0, 1.0, ALL_SIT, ALL_SIT, DORMANT, False, id="it does not exist"),
        pytest.param(1.0, 1.0, (0.0, 0.0, 0.0), ALL_SIT, LEADERS, False, id="nobody sits in it"),
        pytest.param(
            1.0, 1.0, (0.0, 3.0, 0.0), (0.0, 3.0, 3.0), LEADERS, True, id="who sits in neither does not count"
        ),
    ],
)
def test_a_body_ends_when_all_its_members_sit_in_a_more_formal_one_whose_lead_entered_it(
    entry: float, step: float, sit: tuple, members: tuple, absorber: float, ends: bool
) -> None:
    status = MEMBER * table(*ALL)
    status[:, 0, OWN, 0], status[:, 0, BODY, 0] = sit, members
    world = {"status": status, "ladder": row(LEADERS, absorber, 0.0, LEADERS, 0.0)}
    inputs = given(world=world, absorptions=((OWN, BODY, entry),), body=row(1.0, 0.0, 0.0, 1.0, 0.0))
    if absorber == DORMANT:
        inputs = replace(inputs, world=replace(inputs.world, ladder=row(LEADERS, 1.0, 0.0, DORMANT, 0.0)))
    inputs = replace(inputs, conditions=replace(inputs.conditions, step=row(step)))
    after = moved(inputs)
    assert (after.ladder[0, 0, OWN, 0] == DORMANT) == ends
    assert statuses(after, OWN) == ([NONE] * 3 if ends else list(sit))
    assert after.ladder.shape == (1, 1, 5, 1)


def test_each_body_that_is_absorbed_ends_whatever_becomes_of_the_next() -> None:
    absorptions = ((OWN, BODY, 0.0), (TALKS, BODY, 99.0))
    after = moved(given(absorptions=absorptions))
    assert after.ladder[0, 0, :, 0].tolist() == [DORMANT, MINISTERS, DORMANT, LEADERS, DORMANT]


def test_without_own_formats_nobody_sits_and_nobody_trusts_more() -> None:
    none = row(*[0.0] * 5)
    after = moved(given(own=none, draws={"holding": 1e-9, "coming": 1e-9}))
    assert not np.any(after.came)
    assert after.seated.item() == 0.0
