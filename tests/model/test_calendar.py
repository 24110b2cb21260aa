from dataclasses import dataclass, field, replace
from typing import Any

import array_api_compat.numpy as xp
import numpy as np
import pytest

from hedgesim.model import formats as fm
from hedgesim.model.calendar import hold_meetings, stationary_traces
from hedgesim.model.derived import Baseline, Derived, QuarterInputs
from hedgesim.model.draws import Draws
from hedgesim.model.formats import FormatParameters
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Formats, Setting
from hedgesim.model.shocks import CHANNELS, Conditions
from hedgesim.model.world import (
    DORMANT,
    GUEST,
    INSTITUTION,
    LEADERS,
    MEMBER,
    MINISTERIAL,
    NONE,
    OBSERVER,
    WORKING,
    World,
)
from worlds import blank, column, pairs, row, table

HOME = {"hosted": row(1.0), "ceiling": row(LEADERS), "cadence": row(4.0)}
LED = {"outside": row(1.0), "lead": np.ones((1, 1, 1, 1)), "ceiling": row(LEADERS), "cadence": row(4.0)}
BOTH = column(MEMBER, MEMBER)
HAPPEN = 0.0
"""A uniform number below every hazard above zero."""
FAIL = 1.0


@dataclass
class Quarter:
    """One quarter of two countries and one power; by default of one home-grown format with both in it."""

    features: dict[str, Any] = field(default_factory=lambda: dict(HOME))
    world: dict[str, Any] = field(default_factory=dict)
    draws: dict[str, float] = field(default_factory=dict)
    settings: dict[str, float] = field(default_factory=dict)
    derived: dict[str, Any] = field(default_factory=dict)
    support: tuple[float, float] = (1.0, 2.0)
    called: tuple[float, ...] = (0.0,)
    availability: float = 0.0
    cadence: float = 9.0
    tie_before: Any = 0.0
    n_formats: int = 1

    def after(self) -> World:
        """The world a quarter later; no event is drawn unless given."""
        sizes = {"country": 2, "power": 1, "domain": 1, "format": self.n_formats}
        usual = {"level": row(LEADERS), "cadence": row(4.0), "momentum": row(0.5), "highest": row(LEADERS)}
        world = blank(World, sizes, **{**usual, "status": BOTH, **self.world})
        setting = blank(Setting, sizes, axes=None, shocks=None, formats=blank(Formats, sizes, **self.features))
        quiet = dict.fromkeys(Draws.__dataclass_fields__, FAIL)
        uniforms = {name: np.full((1, 1, 1, 1), value) for name, value in {**quiet, **self.draws}.items()}
        nothing = dict.fromkeys(CHANNELS, np.zeros((1, 1, 1, 1)))
        conditions = Conditions(**{**nothing, "availability": np.full((1, 1, 1, 1), self.availability)})
        parameters = Parameters().with_values(self.settings)
        inputs = QuarterInputs(
            world,
            self._baseline(world, sizes),
            conditions,
            setting,
            parameters,
            Draws(**uniforms),
            self._derived(world, setting.formats, parameters.formats),
        )
        return hold_meetings(world, inputs, support=column(*self.support), called=row(*self.called))

    def _baseline(self, world: World, sizes: dict[str, int]) -> Baseline:
        start = replace(world, tie=self.tie_before + 0.0 * world.tie)
        return blank(Baseline, sizes, world=start, cadence=row(*[self.cadence] * self.n_formats))

    def _derived(self, world: World, features: Formats, parameters: FormatParameters) -> Derived:
        """What follows for the formats where the two trust each other by .4."""
        party = (world.status == MEMBER).astype(float)
        party, trust = party if party.any() else features.eligible, table([0.0, 0.4], [0.4, 0.0])
        known = {
            "party": party,
            "trust": trust,
            "trust_in": fm.mean_trust(xp, trust, party),
            "formality": fm.formality(xp, world.level, world, formats=features, parameters=parameters),
        }
        sizes = {"country": 2, "power": 1, "domain": 1, "format": self.n_formats}
        return blank(Derived, sizes, **known, **self.derived)


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
    assert after.status[:, 0, 0, 0].tolist() == [MEMBER, MEMBER]


def test_only_those_who_may_found_a_format_become_members_by_its_first_meeting() -> None:
    after = Quarter(
        features=HOME | {"eligible": column(0.0, 1.0)},
        world={"level": row(DORMANT), "status": column(NONE, NONE)},
        draws={"opening": HAPPEN},
        settings={"formats.champion": -1.0},
    ).after()
    assert after.status[:, 0, 0, 0].tolist() == [NONE, MEMBER]


def test_an_outside_led_format_opens_only_when_called() -> None:
    base = Quarter(features=LED, world={"level": row(MINISTERIAL)}, draws={"opening": HAPPEN})
    assert base.after().level.item() == MINISTERIAL
    assert replace(base, called=(1.0,)).after().level.item() == LEADERS


def test_the_first_summit_of_an_outside_led_format_sets_its_cadence() -> None:
    first = Quarter(
        features=LED,
        called=(1.0,),
        world={"level": row(MINISTERIAL), "highest": row(MINISTERIAL)},
        draws={"opening": HAPPEN},
        cadence=6.0,
    ).after()
    assert (first.meeting.item(), first.cadence.item()) == (LEADERS, 6.0)


def test_later_summits_and_home_grown_ones_keep_their_cadence() -> None:
    later = Quarter(features=LED, world={"since": row(3.0)}, draws={"holding": HAPPEN}).after()
    assert (later.meeting.item(), later.cadence.item()) == (LEADERS, 4.0)
    home = Quarter(world={"level": row(MINISTERIAL), "highest": row(MINISTERIAL)}, draws={"opening": HAPPEN}).after()
    assert (home.meeting.item(), home.cadence.item()) == (LEADERS, 4.0)


def test_a_format_that_has_not_met_for_too_long_falls_one_level() -> None:
    settings = {"formats.lapse": 2.0}
    assert Quarter(world={"since": row(7.0)}, settings=settings).after().level.item() == LEADERS
    lapsed = Quarter(world={"since": row(8.0)}, settings=settings).after()
    assert (lapsed.level.item(), lapsed.since.item()) == (MINISTERIAL, 0.0)


def test_a_secretariat_keeps_a_format_alive_without_meetings() -> None:
    after = Quarter(world={"since": row(99.0), "secretariat": row(1.0), "level": row(MINISTERIAL)}).after()
    assert after.level.item() == MINISTERIAL


def test_a_format_with_summits_and_a_secretariat_is_an_institution() -> None:
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


def test_no_procedures_are_adopted_without_a_summit_or_against_one_member() -> None:
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
    assert held.fatigue[:, 0, 0, 0] == pytest.approx([0.6 + 1.0, 0.3 + 1.0])
    # Trust: .4 + .1 x (.9 - .4) toward the ceiling, half of the way back to rest (zero here).
    assert held.trust[:, 0, :, 0] == pytest.approx(np.asarray([[0.0, 0.25], [0.25, 0.0]]))
    quiet = Quarter(world=world, settings=settings).after()
    assert quiet.boost.item() == pytest.approx(0.3)
    assert quiet.trust[0, 0, 1, 0] == pytest.approx(0.2)


def test_at_the_expected_rate_meetings_leave_their_mean_and_the_clock_stops() -> None:
    settings = {"formats.expected": 1.0, "formats.holding": 0.0, "formats.boost_decay": 0.5}
    after = Quarter(world={"since": row(3.0)}, draws={"holding": HAPPEN}, settings=settings).after()
    # A cadence of 4 and a hazard of one half: one meeting in five quarters.
    assert after.boost.item() == pytest.approx(0.2)
    assert (after.meeting.item(), after.since.item(), after.turn.item()) == (0.0, 3.0, 0.0)


def test_stationary_traces_are_kept_by_meetings_of_that_weight() -> None:
    parameters = Parameters()
    p, party, weight = parameters.formats, column(1.0, 1.0), row(0.2)
    trust = table([0.0, 0.4], [0.4, 0.0])
    boost, fatigue, rest = stationary_traces(party, weight, trust, parameters)
    assert boost.item() * (1.0 - p.boost_decay) + 0.2 == pytest.approx(boost.item())
    assert fatigue[:, 0, 0, 0] * (1.0 - p.fatigue_decay) + 0.2 == pytest.approx(fatigue[:, 0, 0, 0])
    lifted = 0.4 + p.trust_gain * 0.2 * (p.trust_ceiling - 0.4)
    assert lifted + p.trust_return * (rest[0, 0, 1, 0] - 0.4) == pytest.approx(0.4)


def test_meetings_do_not_raise_trust_above_the_ceiling() -> None:
    trust = table([0.0, 0.95], [0.95, 0.0])
    rest = stationary_traces(column(1.0, 1.0), row(0.2), trust, Parameters())[2]
    assert rest == pytest.approx(trust)


def test_an_absorbed_format_loses_members_drive_and_bodies() -> None:
    features = {
        "outside": row(0.0, 1.0),
        "lead": pairs([0.0], [1.0]),
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
    absorbed = Quarter(
        features=features,
        world=world,
        draws={"absorption": HAPPEN},
        derived={"attention_lead": row(0.0, 0.8)},
        n_formats=2,
    )
    assert replace(absorbed, draws={}).after().level[0, 0, :, 0].tolist() == [WORKING, INSTITUTION]
    after = absorbed.after()
    assert after.status[:, 0, :, 0].tolist() == [[NONE, MEMBER], [NONE, MEMBER]]
    assert after.level[0, 0, :, 0].tolist() == [DORMANT, INSTITUTION]
    assert after.momentum[0, 0, 0, 0] == 0.0
    assert after.procedures[0, 0, :, 0].tolist() == [0.0, 1.0]


def invited_by_a_trusting_member(uniform: float, **changes: Any) -> float:
    """Status of the second country after a quarter with the first, which has grown closer to it and trusts it."""
    usual = {
        "status": column(MEMBER, NONE),
        "tie": table([0.0, 0.1], [0.1, 0.0]),
        "tie_before": table([0.0, 0.0], [0.0, 0.0]),
        "since": row(3.0),
    }
    given_ = {**usual, **changes}
    quarter = Quarter(
        features=HOME | {"opens_to": column(1.0, 1.0)},
        world={name: given_[name] for name in ("status", "tie", "since")},
        draws={"holding": HAPPEN, "membership": uniform},
        settings={"membership.inviting": 0.25, "membership.welcome": 0.4, "membership.accession": 0.05},
        tie_before=given_["tie_before"],
    )
    return float(quarter.after().status[1, 0, 0, 0])


def test_a_guest_comes_to_a_meeting_if_the_number_is_below_the_hazard_and_ties_have_grown() -> None:
    assert invited_by_a_trusting_member(0.24) == GUEST
    assert invited_by_a_trusting_member(0.25) == NONE
    assert invited_by_a_trusting_member(0.24, since=row(0.0)) == NONE, "nothing met"
    assert invited_by_a_trusting_member(0.24, tie_before=table([0.0, 0.1], [0.1, 0.0])) == NONE


def test_guests_and_observers_advance_and_members_leave_below_their_hazards_and_not_at_them() -> None:
    assert invited_by_a_trusting_member(0.049, status=column(MEMBER, GUEST)) == OBSERVER
    assert invited_by_a_trusting_member(0.049, status=column(MEMBER, OBSERVER)) == MEMBER
    assert invited_by_a_trusting_member(0.05, status=column(MEMBER, GUEST)) == GUEST
    # At support minus the cost, zero here, the hazard is the nominal one.
    leaving = Quarter(support=(0.0, 9.0), settings={"membership.leaving": 0.1, "membership.leaving_cost": 0.0})
    assert replace(leaving, draws={"membership": 0.099}).after().status[:, 0, 0, 0].tolist() == [NONE, MEMBER]
    assert replace(leaving, draws={"membership": 0.1}).after().status[:, 0, 0, 0].tolist() == [MEMBER, MEMBER]


@pytest.mark.parametrize(("uniform", "outside", "status"), [(0.49, 0.0, MEMBER), (0.5, 0.0, NONE), (0.49, 1.0, NONE)])
def test_a_treaty_is_signed_at_a_home_grown_summit_below_the_hazard(
    uniform: float, outside: float, status: float
) -> None:
    signing = Quarter(
        features={
            "outside": row(outside, 0.0),
            "lead": pairs([outside], [0.0]),
            "treaty": row(0.0, 1.0),
            "eligible": table([0.0, 1.0], [0.0, 1.0]),
            "ceiling": row(LEADERS, DORMANT),
            "cadence": row(4.0, 4.0),
        },
        world={
            "status": table([MEMBER, NONE], [MEMBER, NONE]),
            "level": row(LEADERS, DORMANT),
            "since": row(3.0, 0.0),
            "cadence": row(4.0, 4.0),
            "momentum": row(0.5, 0.5),
            "highest": row(LEADERS, DORMANT),
        },
        draws={"holding": HAPPEN, "membership": uniform},
        settings={"membership.signing": 0.5, "membership.leaving": 0.0},
        called=(0.0,),
        n_formats=2,
    )
    after = signing.after()
    assert after.meeting[0, 0, :, 0].tolist() == [LEADERS, 0.0]
    assert after.status[:, 0, 1, 0].tolist() == [status, status]
    assert after.level[0, 0, 1, 0] == (INSTITUTION if status == MEMBER else DORMANT)


def test_a_format_that_stopped_forgets_members_bodies_and_calendar() -> None:
    last = Quarter(
        features=HOME | {"cadence": row(2.0)},
        world={"level": row(WORKING), "since": row(20.0), "procedures": row(1.0), "turn": row(3.0)},
    ).after()
    assert (last.level.item(), last.procedures.item(), last.turn.item(), last.since.item()) == (DORMANT, 0.0, 0.0, 0.0)
    assert (last.cadence.item(), last.status[:, 0, 0, 0].tolist()) == (2.0, [NONE, NONE])


def test_a_treaty_that_one_has_left_keeps_the_other() -> None:
    left = Quarter(
        features={"treaty": row(1.0), "ceiling": row(DORMANT), "cadence": row(2.0)},
        world={"level": row(INSTITUTION), "procedures": row(1.0)},
        draws={"membership": 1e-9},
        settings={"membership.leaving": 0.1, "membership.leaving_cost": 0.0},
        support=(0.0, 99.0),
    )
    after = left.after()
    assert (after.level.item(), after.status[:, 0, 0, 0].tolist()) == (DORMANT, [NONE, MEMBER])
    assert (after.procedures.item(), after.cadence.item()) == (1.0, 4.0)
