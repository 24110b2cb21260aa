from dataclasses import dataclass, field, replace
from typing import Any, Self

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
TREATY = {"treaty": row(1.0), "ceiling": row(DORMANT), "cadence": row(2.0)}
HAPPEN = 0.0
"""A uniform number below every hazard above zero."""
FAIL = 1.0
HELD, OPENED, ADOPTED = {"holding": HAPPEN}, {"opening": HAPPEN}, {"holding": HAPPEN, "body": HAPPEN}


@dataclass
class Quarter:
    """One quarter of two countries and one power; by default of one home-grown format with both in it."""

    features: dict[str, Any] = field(default_factory=lambda: dict(HOME))
    world: dict[str, Any] = field(default_factory=dict)
    draws: dict[str, float] = field(default_factory=dict)
    settings: dict[str, float] = field(default_factory=dict)
    derived: dict[str, Any] = field(default_factory=dict)
    support: tuple[float, float] = (1.0, 2.0)
    called: float = 0.0
    availability: float = 0.0
    n_formats: int = 1

    def but(self, **changes: Any) -> Self:
        """The same quarter with some fields replaced, and with other values of the world, numbers or arrays."""
        own = {name: changes.pop(name) for name in list(changes) if name in self.__dataclass_fields__}
        world = {name: row(value) if isinstance(value, float) else value for name, value in changes.items()}
        return replace(self, **own, world=self.world | world)

    def after(self) -> World:
        """The world a quarter later; no event is drawn unless given."""
        sizes = {"country": 2, "power": 1, "domain": 1, "format": self.n_formats}
        usual = {"level": row(LEADERS), "cadence": row(4.0), "momentum": row(0.5), "highest": row(LEADERS)}
        world = blank(World, sizes, **{**usual, "status": column(MEMBER, MEMBER), **self.world})
        setting = blank(Setting, sizes, axes=None, shocks=None, formats=blank(Formats, sizes, **self.features))
        quiet = dict.fromkeys(Draws.__dataclass_fields__, FAIL)
        uniforms = {name: np.full((1, 1, 1, 1), value) for name, value in {**quiet, **self.draws}.items()}
        nothing = dict.fromkeys(CHANNELS, np.zeros((1, 1, 1, 1)))
        conditions = Conditions(**{**nothing, "availability": np.full((1, 1, 1, 1), self.availability)})
        parameters = Parameters().with_values(self.settings)
        start = replace(world, tie=0.0 * world.tie)
        inputs = QuarterInputs(
            world,
            blank(Baseline, sizes, world=start, cadence=row(*[9.0] * self.n_formats)),
            conditions,
            setting,
            parameters,
            Draws(**uniforms),
            blank(Derived, sizes, **self._derived(world, setting.formats, parameters.formats), **self.derived),
        )
        return hold_meetings(world, inputs, support=column(*self.support), called=row(self.called))

    def _derived(self, world: World, features: Formats, parameters: FormatParameters) -> dict[str, np.ndarray]:
        """What follows for the formats where the two trust each other by .4."""
        party, trust = (world.status == MEMBER).astype(float), table([0.0, 0.4], [0.4, 0.0])
        party = party if party.any() else features.eligible
        formality = fm.formality(xp, world.level, world, formats=features, parameters=parameters)
        return {"party": party, "trust": trust, "trust_in": fm.mean_trust(xp, trust, party), "formality": formality}


QUIET = Quarter()
SUMMIT = QUIET.but(draws=HELD, since=3.0)
"""A summit that is due and held."""
FIRST_SUMMIT = QUIET.but(draws=OPENED, level=MINISTERIAL, highest=MINISTERIAL)
FOUNDING = QUIET.but(draws=OPENED, level=DORMANT, highest=DORMANT, status=column(NONE, NONE))
LEAVING = QUIET.but(settings={"membership.leaving": 0.1, "membership.leaving_cost": 0.0}, support=(0.0, 99.0))
"""At support 0, minus the cost, the hazard of leaving is the nominal one."""
FORMAL = HOME | {"charter": row(1.0)}
AFTER = {
    "held: the clock starts again and the turn passes": (SUMMIT, {"meeting": LEADERS, "since": 0.0, "turn": 1.0}),
    "cancelled: it keeps the turn and stays due": (
        QUIET.but(since=3.0, turn=5.0),
        {"meeting": 0.0, "since": 4.0, "turn": 5.0},
    ),
    "led from outside: no turn": (SUMMIT.but(features=LED), {"meeting": LEADERS, "turn": 0.0, "cadence": 4.0}),
    "led from outside, first summit: it sets the cadence": (
        FIRST_SUMMIT.but(features=LED, called=1.0),
        {"level": LEADERS, "meeting": LEADERS, "cadence": 9.0},
    ),
    "led from outside, not called: it does not open": (FIRST_SUMMIT.but(features=LED), {"level": MINISTERIAL}),
    "home-grown, first summit: the cadence stays": (FIRST_SUMMIT, {"meeting": LEADERS, "cadence": 4.0}),
    "first meeting: one rung higher, founders are members": (
        FOUNDING.but(features=HOME | {"eligible": column(1.0, 1.0)}),
        {"level": WORKING, "meeting": WORKING, "highest": WORKING, "status": [MEMBER, MEMBER]},
    ),
    "first meeting: others do not become members": (
        FOUNDING.but(features=HOME | {"eligible": column(0.0, 1.0)}, settings={"formats.champion": -1.0}),
        {"status": [NONE, MEMBER]},
    ),
    "2.5 cadences without a meeting: no level lost": (QUIET.but(since=9.0), {"level": LEADERS, "since": 10.0}),
    "more than 2.5 cadences without one: one level lost": (QUIET.but(since=10.0), {"level": MINISTERIAL, "since": 0.0}),
    "a secretariat: no level lost": (QUIET.but(since=99.0, secretariat=1.0, level=MINISTERIAL), {"level": MINISTERIAL}),
    "summits and a secretariat: an institution": (QUIET.but(secretariat=1.0), {"level": INSTITUTION}),
    "a treaty: it never lapses": (QUIET.but(features=TREATY, level=INSTITUTION, since=99.0), {"level": INSTITUTION}),
    "a treaty that one has left: the other stays": (
        LEAVING.but(features=TREATY, draws={"membership": 1e-9}, level=INSTITUTION, procedures=1.0),
        {"level": DORMANT, "status": [NONE, MEMBER], "procedures": 1.0, "cadence": 4.0},
    ),
    "bodies: procedures first": (SUMMIT.but(draws=ADOPTED), {"procedures": 1.0, "secretariat": 0.0, "level": LEADERS}),
    "bodies: then a secretariat": (
        SUMMIT.but(draws=ADOPTED, procedures=1.0),
        {"procedures": 1.0, "secretariat": 1.0, "level": INSTITUTION},
    ),
    "bodies: not against one member": (SUMMIT.but(draws=ADOPTED, support=(-0.1, 2.0)), {"procedures": 0.0}),
    "bodies: not without a meeting": (SUMMIT.but(draws={"body": HAPPEN}), {"meeting": 0.0, "procedures": 0.0}),
    "bodies: not by ministers": (SUMMIT.but(draws=ADOPTED, level=MINISTERIAL), {"procedures": 0.0}),
    "a formal body: both from its first summit": (
        FIRST_SUMMIT.but(features=FORMAL),
        {"procedures": 1.0, "secretariat": 1.0, "level": INSTITUTION},
    ),
    "a formal body: none before": (
        FIRST_SUMMIT.but(features=FORMAL, level=WORKING, highest=WORKING),
        {"procedures": 0.0, "level": MINISTERIAL},
    ),
    "nobody can be hosted: neither opened nor held": (
        QUIET.but(draws=HELD | OPENED, availability=-1.0, level=WORKING, since=3.0),
        {"level": WORKING, "meeting": 0.0},
    ),
    "stopped: no members, bodies and calendar": (
        QUIET.but(features=HOME | {"cadence": row(2.0)}, level=WORKING, since=20.0, procedures=1.0, turn=3.0),
        {"level": DORMANT, "procedures": 0.0, "turn": 0.0, "since": 0.0, "cadence": 2.0, "status": [NONE, NONE]},
    ),
}


@pytest.mark.parametrize(("quarter", "expected"), AFTER.values(), ids=AFTER)
def test_formats_are_a_quarter_later_as_each_case_says(quarter: Quarter, expected: dict[str, Any]) -> None:
    found = {name: getattr(quarter.after(), name).ravel().tolist() for name in expected}
    assert found == {name: value if isinstance(value, list) else [value] for name, value in expected.items()}


def test_virtual_meetings_leave_a_weaker_stimulus() -> None:
    near = SUMMIT.but(features=LED)
    assert near.after().boost.item() == pytest.approx(1.0)
    afar = near.but(availability=-1.0, settings={"formats.virtual": 0.4})
    assert afar.after().boost.item() == pytest.approx(0.4)


def test_meetings_leave_stimulus_fatigue_and_trust_and_all_decay() -> None:
    rates = {"boost_decay": 0.5, "fatigue_decay": 0.25, "trust_gain": 0.1, "trust_return": 0.5, "trust_ceiling": 0.9}
    settings = {f"formats.{name}": value for name, value in rates.items()}
    trust = table([0.0, 0.4], [0.4, 0.0])
    due = QUIET.but(settings=settings, since=3.0, boost=0.6, fatigue=column(0.8, 0.4), trust=trust)
    held = due.but(draws=HELD).after()
    assert held.boost.item() == pytest.approx(0.3 + 1.0)
    assert held.fatigue[:, 0, 0, 0] == pytest.approx([0.6 + 1.0, 0.3 + 1.0])
    # Trust: .4 + .1 x (.9 - .4) toward the ceiling, half of the way back to rest (zero here).
    assert held.trust[:, 0, :, 0] == pytest.approx(np.asarray([[0.0, 0.25], [0.25, 0.0]]))
    quiet = due.after()
    assert quiet.boost.item() == pytest.approx(0.3)
    assert quiet.trust[0, 0, 1, 0] == pytest.approx(0.2)


def test_at_the_expected_rate_meetings_leave_their_mean_and_the_clock_stops() -> None:
    settings = {"formats.expected": 1.0, "formats.holding": 0.0, "formats.boost_decay": 0.5}
    after = SUMMIT.but(settings=settings).after()
    # A cadence of 4 and a hazard of one half: one meeting in five quarters.
    assert after.boost.item() == pytest.approx(0.2)
    assert (after.meeting.item(), after.since.item(), after.turn.item()) == (0.0, 3.0, 0.0)


@pytest.mark.parametrize("trust", [0.4, 0.95], ids=["below the ceiling", "above the ceiling"])
def test_stationary_traces_are_kept_by_meetings_of_that_weight(trust: float) -> None:
    p, party, weight = FormatParameters(), column(1.0, 1.0), row(0.2)
    boost, fatigue, rest = stationary_traces(party, weight, table([0.0, trust], [trust, 0.0]), Parameters())
    assert boost.item() * (1.0 - p.boost_decay) + 0.2 == pytest.approx(boost.item())
    assert fatigue[:, 0, 0, 0] * (1.0 - p.fatigue_decay) + 0.2 == pytest.approx(fatigue[:, 0, 0, 0])
    lifted = trust + p.trust_gain * 0.2 * max(p.trust_ceiling - trust, 0.0)
    assert rest[0, 0, 1, 0] == pytest.approx(trust + (trust - lifted) / p.trust_return)


TWO_FORMATS = {"cadence": row(4.0, 4.0), "momentum": row(0.5, 0.5)}


def test_an_absorbed_format_loses_members_drive_and_bodies() -> None:
    features = {
        "outside": row(0.0, 1.0),
        "lead": pairs([0.0], [1.0]),
        "covers": row(1.0, 1.0),
        "base_formality": row(0.1, 0.9),
        "ceiling": row(LEADERS, LEADERS),
    }
    absorbed = Quarter(
        features, TWO_FORMATS, {"absorption": HAPPEN}, derived={"attention_lead": row(0.0, 0.8)}, n_formats=2
    ).but(
        status=table([MEMBER, MEMBER], [MEMBER, MEMBER]),
        level=row(WORKING, INSTITUTION),
        highest=row(WORKING, LEADERS),
        procedures=row(1.0, 1.0),
    )
    assert absorbed.but(draws={}).after().level.ravel().tolist() == [WORKING, INSTITUTION]
    after = absorbed.after()
    assert after.level.ravel().tolist() == [DORMANT, INSTITUTION]
    assert after.status.ravel().tolist() == [NONE, MEMBER] * 2
    assert after.procedures.ravel().tolist() == [0.0, 1.0]
    assert after.momentum[0, 0, 0, 0] == 0.0


LIKED = table([0.0, 0.1], [0.1, 0.0])


@pytest.mark.parametrize(
    ("uniform", "changes", "status"),
    [
        pytest.param(0.24, {}, GUEST, id="a guest comes"),
        pytest.param(0.25, {}, NONE, id="at the hazard none comes"),
        pytest.param(0.24, {"since": 0.0}, NONE, id="nothing meets"),
        pytest.param(0.24, {"tie": 0.0 * LIKED}, NONE, id="ties have not grown"),
        pytest.param(0.049, {"status": column(MEMBER, GUEST)}, OBSERVER, id="a guest rises"),
        pytest.param(0.049, {"status": column(MEMBER, OBSERVER)}, MEMBER, id="an observer rises"),
        pytest.param(0.05, {"status": column(MEMBER, GUEST)}, GUEST, id="at the hazard none rises"),
    ],
)
def test_a_country_comes_and_rises_below_the_hazards_and_not_at_them(
    uniform: float, changes: dict[str, Any], status: float
) -> None:
    """Of two, one is a member and trusts the other."""
    hazards = {"membership.inviting": 0.25, "membership.welcome": 0.4, "membership.accession": 0.05}
    opened = SUMMIT.but(features=HOME | {"opens_to": column(1.0, 1.0)}, settings=hazards, tie=LIKED)
    quarter = opened.but(draws={**HELD, "membership": uniform}, status=column(MEMBER, NONE)).but(**changes)
    assert quarter.after().status[1, 0, 0, 0] == status


@pytest.mark.parametrize(("uniform", "status"), [(0.099, NONE), (0.1, MEMBER)])
def test_a_member_leaves_below_the_hazard_and_not_at_it(uniform: float, status: float) -> None:
    assert LEAVING.but(draws={"membership": uniform}).after().status[:, 0, 0, 0].tolist() == [status, MEMBER]


@pytest.mark.parametrize(("uniform", "outside", "status"), [(0.49, 0.0, MEMBER), (0.5, 0.0, NONE), (0.49, 1.0, NONE)])
def test_a_treaty_is_signed_at_a_home_grown_summit_below_the_hazard(
    uniform: float, outside: float, status: float
) -> None:
    features = {
        "outside": row(outside, 0.0),
        "lead": pairs([outside], [0.0]),
        "treaty": row(0.0, 1.0),
        "eligible": table([0.0, 1.0], [0.0, 1.0]),
        "ceiling": row(LEADERS, DORMANT),
    }
    settings = {"membership.signing": 0.5, "membership.leaving": 0.0}
    quarter = Quarter(features, TWO_FORMATS, {**HELD, "membership": uniform}, settings, n_formats=2).but(
        status=table([MEMBER, NONE], [MEMBER, NONE]),
        level=row(LEADERS, DORMANT),
        since=row(3.0, 0.0),
        highest=row(LEADERS, DORMANT),
    )
    after = quarter.after()
    assert after.meeting[0, 0, :, 0].tolist() == [LEADERS, 0.0]
    assert after.status[:, 0, 1, 0].tolist() == [status, status]
    assert after.level[0, 0, 1, 0] == (INSTITUTION if status == MEMBER else DORMANT)
