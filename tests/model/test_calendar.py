from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from hedgesim.model.calendar import hold_meetings, stationary_traces
from hedgesim.model.draws import Draws
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Formats, Setting
from hedgesim.model.shocks import CHANNELS, Conditions
from hedgesim.model.sight import Baseline, Sight, Situation
from hedgesim.model.world import DORMANT, INSTITUTION, LEADERS, MEMBER, MINISTERIAL, NONE, WORKING, World
from worlds import blank, column, row, table

HOME = {"hosted": row(1.0), "ceiling": row(LEADERS), "cadence": row(4.0)}
LED = {"outside": row(1.0), "lead": np.ones((1, 1, 1, 1)), "ceiling": row(LEADERS), "cadence": row(4.0)}
BOTH = column(MEMBER, MEMBER)
HAPPEN = 0.0
"""A uniform number below every hazard that is not nought."""
FAIL = 1.0


@dataclass
class Quarter:
    """One quarter of two countries and one power; unless said otherwise, of one home-grown format with both in it."""

    features: dict[str, Any] = field(default_factory=lambda: dict(HOME))
    world: dict[str, Any] = field(default_factory=dict)
    draws: dict[str, float] = field(default_factory=dict)
    settings: dict[str, float] = field(default_factory=dict)
    sight: dict[str, Any] = field(default_factory=dict)
    support: tuple[float, float] = (1.0, 2.0)
    called: float = 0.0
    availability: float = 0.0
    n_formats: int = 1

    def after(self) -> World:
        """The world a quarter later; nothing is drawn to happen unless said so."""
        sizes = {"country": 2, "power": 1, "domain": 1, "format": self.n_formats}
        usual = {"level": row(LEADERS), "cadence": row(4.0), "momentum": row(0.5), "highest": row(LEADERS)}
        world = blank(World, sizes, **{**usual, "status": BOTH, **self.world})
        setting = blank(Setting, sizes, axes=None, shocks=None, formats=blank(Formats, sizes, **self.features))
        quiet = dict.fromkeys(Draws.__dataclass_fields__, FAIL)
        uniforms = {name: np.full((1, 1, 1, 1), value) for name, value in {**quiet, **self.draws}.items()}
        nothing = dict.fromkeys(CHANNELS, np.zeros((1, 1, 1, 1)))
        conditions = Conditions(**{**nothing, "availability": np.full((1, 1, 1, 1), self.availability)})
        party = (world.status == MEMBER).astype(float)
        if not party.any():
            party = setting.formats.eligible
        situation = Situation(
            world,
            blank(Baseline, sizes, world=world),
            conditions,
            setting,
            Parameters().with_values(self.settings),
            Draws(**uniforms),
            blank(Sight, sizes, party=party, trust=table([0.0, 0.4], [0.4, 0.0]), **self.sight),
        )
        return hold_meetings(world, situation, support=column(*self.support), called=row(self.called))


def test_a_due_meeting_that_is_held_restarts_the_clock_and_passes_the_turn() -> None:
    after = Quarter(world={"since": row(3.0)}, draws={"holding": HAPPEN}).after()
    assert (after.meeting.item(), after.since.item(), after.turn.item()) == (LEADERS, 0.0, 1.0)


def test_a_cancelled_meeting_keeps_the_turn_and_stays_due() -> None:
    after = Quarter(world={"since": row(3.0), "turn": row(5.0)}, draws={"holding": FAIL}).after()
    assert (after.meeting.item(), after.since.item(), after.turn.item()) == (0.0, 4.0, 5.0)


def test_a_meeting_is_not_held_before_it_is_due() -> None:
    after = Quarter(world={"since": row(2.0)}, draws={"holding": HAPPEN}).after()
    assert (after.meeting.item(), after.since.item()) == (0.0, 3.0)


def test_a_meeting_led_from_outside_has_no_host_and_no_turn() -> None:
    after = Quarter(features=LED, world={"since": row(3.0)}, draws={"holding": HAPPEN}).after()
    assert (after.meeting.item(), after.turn.item()) == (LEADERS, 0.0)


def test_a_first_meeting_lifts_the_format_by_one_rung_and_makes_its_founders_members() -> None:
    after = Quarter(
        features=HOME | {"eligible": column(1.0, 1.0)},
        world={"level": row(DORMANT), "highest": row(DORMANT), "status": column(NONE, NONE)},
        draws={"opening": HAPPEN},
    ).after()
    assert (after.level.item(), after.meeting.item(), after.highest.item()) == (WORKING, WORKING, WORKING)
    assert after.status[0, :, 0, 0].tolist() == [MEMBER, MEMBER]


def test_only_those_who_may_found_a_format_become_members_by_its_first_meeting() -> None:
    after = Quarter(
        features=HOME | {"eligible": column(0.0, 1.0)},
        world={"level": row(DORMANT), "status": column(NONE, NONE)},
        draws={"opening": HAPPEN},
        settings={"formats.champion": -1.0},
    ).after()
    assert after.status[0, :, 0, 0].tolist() == [NONE, MEMBER]


def test_an_outside_led_format_opens_only_when_called() -> None:
    base = Quarter(features=LED, world={"level": row(MINISTERIAL)}, draws={"opening": HAPPEN})
    assert base.after().level.item() == MINISTERIAL
    assert replace(base, called=1.0).after().level.item() == LEADERS


@pytest.mark.parametrize(("uniform", "cadence"), [(0.49, 3.0), (0.5, 6.0)])
def test_the_first_summit_of_an_outside_led_format_sets_its_cadence(uniform: float, cadence: float) -> None:
    first = Quarter(
        features=LED,
        called=1.0,
        world={"level": row(MINISTERIAL), "highest": row(MINISTERIAL)},
        draws={"opening": HAPPEN, "calendar": uniform},
        settings={"formats.cadence": 3.0},
    ).after()
    assert (first.meeting.item(), first.cadence.item()) == (LEADERS, cadence)


def test_later_summits_and_home_grown_ones_keep_their_cadence() -> None:
    later = Quarter(features=LED, world={"since": row(3.0)}, draws={"holding": HAPPEN, "calendar": FAIL}).after()
    assert later.cadence.item() == 4.0
    home = Quarter(
        world={"level": row(MINISTERIAL), "highest": row(MINISTERIAL)}, draws={"opening": HAPPEN, "calendar": FAIL}
    ).after()
    assert (home.meeting.item(), home.cadence.item()) == (LEADERS, 4.0)


def test_a_format_that_has_not_met_for_too_long_falls_one_level() -> None:
    settings = {"formats.lapse": 2.0}
    assert Quarter(world={"since": row(7.0)}, settings=settings).after().level.item() == LEADERS
    lapsed = Quarter(world={"since": row(8.0)}, settings=settings).after()
    assert (lapsed.level.item(), lapsed.since.item()) == (MINISTERIAL, 0.0)


def test_a_secretariat_keeps_a_format_alive_without_meetings() -> None:
    after = Quarter(world={"since": row(99.0), "secretariat": row(1.0), "level": row(MINISTERIAL)}).after()
    assert after.level.item() == MINISTERIAL


def test_a_summit_with_a_secretariat_stands_as_an_institution() -> None:
    assert Quarter(world={"secretariat": row(1.0)}).after().level.item() == INSTITUTION


def test_a_treaty_never_lapses() -> None:
    features = {"treaty": row(1.0), "ceiling": row(DORMANT)}
    after = Quarter(features=features, world={"level": row(INSTITUTION), "since": row(99.0)}).after()
    assert (after.level.item(), after.meeting.item()) == (INSTITUTION, 0.0)


def test_summits_adopt_procedures_first_and_then_a_secretariat() -> None:
    summit = Quarter(world={"since": row(3.0)}, draws={"holding": HAPPEN, "body": HAPPEN})
    first = summit.after()
    assert (first.procedures.item(), first.secretariat.item()) == (1.0, 0.0)
    second = replace(summit, world={"since": row(3.0), "procedures": row(1.0)}).after()
    assert (second.procedures.item(), second.secretariat.item()) == (1.0, 1.0)
    assert (first.level.item(), second.level.item()) == (LEADERS, INSTITUTION)


def test_a_formal_body_has_procedures_and_a_secretariat_from_its_first_summit() -> None:
    first = Quarter(
        features=HOME | {"charter": row(1.0)},
        world={"level": row(MINISTERIAL), "highest": row(MINISTERIAL)},
        draws={"opening": HAPPEN},
    )
    after = first.after()
    assert (after.procedures.item(), after.secretariat.item(), after.level.item()) == (1.0, 1.0, INSTITUTION)
    lower = replace(first, world={"level": row(WORKING), "highest": row(WORKING)}).after()
    assert (lower.procedures.item(), lower.level.item()) == (0.0, MINISTERIAL)


def test_no_body_is_adopted_without_a_summit_or_against_one_member() -> None:
    summit = Quarter(world={"since": row(3.0)}, draws={"holding": HAPPEN, "body": HAPPEN})
    assert replace(summit, support=(-0.1, 2.0)).after().procedures.item() == 0.0
    assert replace(summit, draws={"body": HAPPEN}).after().procedures.item() == 0.0
    ministers = replace(summit, world={"since": row(3.0), "level": row(MINISTERIAL)})
    assert ministers.after().procedures.item() == 0.0


def test_when_nobody_can_be_hosted_a_home_grown_format_neither_opens_nor_meets() -> None:
    closed = Quarter(world={"level": row(WORKING), "since": row(3.0)}, availability=-1.0)
    after = replace(closed, draws={"opening": HAPPEN, "holding": HAPPEN}).after()
    assert (after.level.item(), after.meeting.item()) == (WORKING, 0.0)


def test_virtual_meetings_leave_a_weaker_stimulus() -> None:
    near = Quarter(features=LED, world={"since": row(3.0)}, draws={"holding": HAPPEN})
    assert near.after().boost.item() == pytest.approx(1.0)
    afar = replace(near, availability=-1.0, settings={"formats.virtual": 0.4})
    assert afar.after().boost.item() == pytest.approx(0.4)


def test_meetings_leave_stimulus_fatigue_and_trust_and_all_decay() -> None:
    settings = {"formats.boost_decay": 0.5, "formats.fatigue_decay": 0.25, "formats.trust_gain": 0.1}
    world = {
        "since": row(3.0),
        "boost": row(0.6),
        "fatigue": column(0.8, 0.4),
        "trust": table([0.0, 0.4], [0.4, 0.0]),
    }
    settings |= {"formats.trust_return": 0.5, "formats.trust_ceiling": 0.9}
    held = Quarter(world=world, draws={"holding": HAPPEN}, settings=settings).after()
    assert held.boost.item() == pytest.approx(0.3 + 1.0)
    assert held.fatigue[0, :, 0, 0] == pytest.approx([0.6 + 1.0, 0.3 + 1.0])
    # Trust: .4 + .1 x (.9 - .4) toward the ceiling, half of the way back to rest (nought here).
    assert held.trust[0, :, 0, :] == pytest.approx(np.asarray([[0.0, 0.25], [0.25, 0.0]]))
    quiet = Quarter(world=world, settings=settings).after()
    assert quiet.boost.item() == pytest.approx(0.3)
    assert quiet.trust[0, 0, 0, 1] == pytest.approx(0.2)


def test_at_the_expected_rate_meetings_leave_their_mean_and_the_clock_stands() -> None:
    settings = {"formats.expected": 1.0, "formats.holding": 0.0, "formats.boost_decay": 0.5}
    after = Quarter(world={"since": row(3.0)}, draws={"holding": HAPPEN}, settings=settings).after()
    # A cadence of 4 and a hazard of one half: one meeting in five quarters.
    assert after.boost.item() == pytest.approx(0.2)
    assert (after.meeting.item(), after.since.item(), after.turn.item()) == (0.0, 3.0, 0.0)


def test_stationary_traces_are_kept_up_by_meetings_of_that_weight() -> None:
    parameters = Parameters()
    p, party, weight = parameters.formats, column(1.0, 1.0), row(0.2)
    trust = table([0.0, 0.4], [0.4, 0.0])
    boost, fatigue, rest = stationary_traces(party, weight, trust, parameters)
    assert boost.item() * (1.0 - p.boost_decay) + 0.2 == pytest.approx(boost.item())
    assert fatigue[0, :, 0, 0] * (1.0 - p.fatigue_decay) + 0.2 == pytest.approx(fatigue[0, :, 0, 0])
    lifted = 0.4 + p.trust_gain * 0.2 * (p.trust_ceiling - 0.4)
    assert lifted + p.trust_return * (rest[0, 0, 0, 1] - 0.4) == pytest.approx(0.4)


def test_nothing_is_lifted_where_trust_is_above_the_ceiling() -> None:
    trust = table([0.0, 0.95], [0.95, 0.0])
    rest = stationary_traces(column(1.0, 1.0), row(0.2), trust, Parameters())[2]
    assert rest == pytest.approx(trust)


def test_an_absorbed_format_loses_members_drive_and_bodies() -> None:
    features = {
        "outside": row(0.0, 1.0),
        "lead": np.asarray([[[[0.0], [1.0]]]]),
        "covers": row(1.0, 1.0),
        "base_formality": row(0.1, 0.9),
        "ceiling": row(LEADERS, LEADERS),
    }
    world = {
        "status": table([MEMBER, MEMBER], [MEMBER, MEMBER]),
        "level": row(WORKING, INSTITUTION),
        "cadence": row(4.0, 4.0),
        "momentum": row(0.5, 0.5),
        "highest": row(1.0, 3.0),
        "procedures": row(1.0, 1.0),
    }
    after = Quarter(
        features=features,
        world=world,
        draws={"absorption": HAPPEN},
        sight={"attention_lead": row(0.0, 0.8)},
        n_formats=2,
    ).after()
    assert after.status[0, :, 0, :].tolist() == [[NONE, MEMBER], [NONE, MEMBER]]
    assert after.level[0, 0, 0].tolist() == [DORMANT, INSTITUTION]
    assert after.momentum[0, 0, 0, 0] == 0.0
    assert after.procedures[0, 0, 0].tolist() == [0.0, 1.0]
