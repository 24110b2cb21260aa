"""What a scenario gives from a quarter on: statuses, and formats that open or close."""

from dataclasses import replace

import numpy as np

from hedgesim.model.given import GivenRung, GivenStatus, as_given
from hedgesim.model.world import DORMANT, LEADERS, MEMBER, MINISTERS, NONE, World
from worlds import column, inputs_of, make_setting, row

HERE, STEPS = column(0.0, 1.0, 0.0), (0.0, 1.0, 2.0, 3.0)


def world_with(ladder: np.ndarray, status: float) -> World:
    world = inputs_of(make_setting(), runs=(0,)).world
    return replace(world, ladder=ladder, status=np.full(world.status.shape, status), since=0.0 * ladder + 5.0)


def at(world: World, step: float, *given: GivenRung | GivenStatus) -> World:
    return as_given(world, np.full((1, 1, 1, 1), step), given)


def test_a_status_holds_from_its_step_until_the_next_and_only_in_formats_at_work() -> None:
    world = world_with(row(LEADERS, MINISTERS, DORMANT, LEADERS, MINISTERS), MEMBER)
    gone = GivenStatus(1.0, 3.0, HERE * row(1.0, 0.0, 1.0, 0.0, 0.0), NONE)
    for step in STEPS:
        expected = np.full(world.status.shape, MEMBER)
        if 1.0 <= step < 3.0:
            expected[1, 0, 0] = NONE
        np.testing.assert_array_equal(at(world, step, gone).status, expected)


def test_a_closed_format_has_no_rung_no_members_and_does_not_meet() -> None:
    ladder = row(LEADERS, MINISTERS, DORMANT, LEADERS, MINISTERS)
    world = replace(world_with(ladder, MEMBER), meeting=ladder, came=np.ones((3, 1, 5, 1)))
    closed = GivenRung(2.0, np.inf, row(1.0, 0.0, 0.0, 0.0, 0.0), DORMANT, 0.0 * HERE * ladder)
    np.testing.assert_array_equal(at(world, 1.0, closed).ladder, ladder)
    later = at(world, 3.0, closed)
    np.testing.assert_array_equal(later.ladder, row(DORMANT, MINISTERS, DORMANT, LEADERS, MINISTERS))
    np.testing.assert_array_equal(later.meeting, later.ladder)
    np.testing.assert_array_equal(later.came, np.broadcast_to(row(0.0, 1.0, 1.0, 1.0, 1.0), (3, 1, 5, 1)))
    assert (later.status[:, :, 0] == NONE).all()
    assert (later.status[:, :, 1:] == MEMBER).all()


def test_a_format_opens_once_with_its_founders_and_one_at_work_keeps_its_members() -> None:
    world = world_with(row(DORMANT, MINISTERS, DORMANT, LEADERS, MINISTERS), NONE)
    one, two = row(1.0, 0.0, 0.0, 0.0, 0.0), row(0.0, 1.0, 0.0, 0.0, 0.0)
    opened = [GivenRung(1.0, np.inf, where, LEADERS, HERE * where) for where in (one, two)]
    now = at(world, 1.0, *opened)
    np.testing.assert_array_equal(now.ladder, row(LEADERS, LEADERS, DORMANT, LEADERS, MINISTERS))
    np.testing.assert_array_equal(now.status[..., 0], np.broadcast_to((MEMBER * HERE * one)[..., 0], (3, 1, 5)))
    np.testing.assert_array_equal(now.since, row(0.0, 0.0, 5.0, 5.0, 5.0))
    lower = at(world, 1.0, GivenRung(1.0, np.inf, row(0.0, 0.0, 0.0, 1.0, 0.0), MINISTERS, HERE * two))
    np.testing.assert_array_equal(lower.ladder, world.ladder)
    np.testing.assert_array_equal(lower.since, world.since)
    for step in (0.0, 2.0):
        np.testing.assert_array_equal(at(world, step, *opened).ladder, world.ladder)
