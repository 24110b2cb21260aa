from dataclasses import replace

import numpy as np
import numpy as xp
import pytest

from hedgesim.engines.ensemble import simulate
from hedgesim.model import outcomes as out
from hedgesim.model.arrays import DOMAIN
from hedgesim.model.derived import Baseline
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Formats, Setting
from hedgesim.model.shocks import Conditions
from hedgesim.model.similarity import similarity
from hedgesim.model.votes import CHOICES, KINDS
from hedgesim.model.world import LEADERS, MEMBER, MINISTERS, NONE, World
from worlds import blank, column, make_case, make_setting, pairs, row, table

SIZES = {"country": 2, "power": 2, "domain": 1, "format": 2}
AXES = make_setting(n_countries=2, n_powers=2, n_domains=1, n_formats=2).axes


def setting(**values) -> Setting:
    usual = {"weight": np.ones((2, 1, 1, 1)), "security": np.ones((1, 1, 1, 1)), "economy": np.ones((1, 1, 1, 1))}
    features = values.pop("formats", blank(Formats, SIZES))
    return blank(Setting, SIZES, **{**usual, **values}, axes=AXES, shocks=None, formats=features)


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        pytest.param((1.0, 0.0, 0.0), 0.0, id="one partner"),
        pytest.param((0.7,), 0.0, id="one power"),
        pytest.param((0.2, 0.2, 0.2), 1.0, id="equal partners"),
        pytest.param((0.75, 0.25), (1.0 - 0.625) / 0.5, id="three quarters and one"),
    ],
)
def test_diversity_grows_from_one_partner_to_equal_ones(shares: tuple, expected: float) -> None:
    assert out.diversity(xp, row(*shares)).item() == pytest.approx(expected, rel=1e-6, abs=0.0)


RIVALS = pairs([0.0, 1.0, 0.5], [1.0, 0.0, 0.0], [0.5, 0.0, 0.0])


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        pytest.param((0.8, 0.0, 0.0), 0.0, id="a loyal ally"),
        pytest.param((0.0, 0.0, 0.0), 0.0, id="an isolate"),
        pytest.param((0.0, 0.4, 0.4), 0.0, id="two powers that are no rivals"),
        pytest.param((0.5, 0.5, 0.0), 0.5, id="two rivals alike"),
        pytest.param((0.4, 0.3, 0.2), 2 * (0.12 + 0.04), id="by how much they are rivals"),
    ],
)
def test_hedging_is_the_rivalry_between_those_who_share_security(shares: tuple, expected: float) -> None:
    assert out.hedging_index(xp, row(*shares), RIVALS).item() == pytest.approx(expected)


def test_security_shares_are_those_of_powers_in_the_security_domain() -> None:
    share = pairs([0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4])
    secure = out.security_of(xp, share, setting(security=pairs([0.0], [1.0])))
    assert secure[0, 0, :, 0].tolist() == [0.1, 0.2]
    assert not np.any(out.security_of(xp, share, setting(security=pairs([0.0], [0.0]))))


def test_by_arithmetic_the_aggressor_shrinks_and_the_others_grow_alike() -> None:
    start, now, aggressor = row(0.5, 0.2, 0.2), row(0.25, 0.6, 0.1), row(1.0, 0.0, 0.0)
    found = out.hedging_by_arithmetic(xp, start, now, RIVALS, aggressor).item()
    # The rest grows from .5 to .75: .25, .3, .3.
    assert found == pytest.approx(2 * (0.25 * 0.3 + 0.25 * 0.3 * 0.5))
    same = out.hedging_by_arithmetic(xp, start, start, RIVALS, aggressor).item()
    assert same == pytest.approx(out.hedging_index(xp, start, RIVALS).item())


def test_issue_splitting_is_the_mean_distance_from_the_overall_portfolio() -> None:
    share = pairs([1.0, 0.0], [0.0, 1.0])
    weight = pairs([0.5], [0.5])
    presence = (share * weight).sum(axis=DOMAIN, keepdims=True)
    assert out.issue_splitting(xp, share, presence, weight).item() == pytest.approx(0.5)
    assert out.issue_splitting(xp, 0.0 * share + 0.5, 0.0 * presence + 0.5, weight).item() == 0.0


def test_autonomy_is_lost_to_concentration_of_trade_and_energy() -> None:
    share = table([1.0, 0.0, 0.0, 0.0], [0.3, 0.4, 0.2, 0.1])
    assert out.autonomy(xp, share, setting())[:, 0, 0, 0] == pytest.approx([0.0, 0.5])
    assert out.autonomy(xp, share, setting(economy=column(0.0)))[:, 0, 0, 0] == pytest.approx([1.0, 1.0])


def test_formats_count_as_first_times_once_leaders_have_met() -> None:
    before, now = row(MINISTERS, LEADERS, 0.0), row(LEADERS, LEADERS, MINISTERS)
    assert out.first_times(xp, now, before).item() == 1.0


@pytest.mark.parametrize(
    ("presences", "expected"),
    [
        pytest.param([[0.7, 0.2, 0.1], [0.7, 0.2, 0.1]], (1.0, 1.0, 1.0), id="identical"),
        pytest.param([[0.5, 0.5], [0.5, 0.5]], (1.0, 1.0, 1.0), id="no chance to correct for"),
        # Squared distance 2; spreads .5 + .5 and equal means, so chance explains a distance of 1.
        pytest.param([[1.0, 0.0], [0.0, 1.0]], (-1.0, -1.0, -1.0), id="opposite"),
        # Distance .16 + .04 = .2. Means .4 and .1: spreads .08 + .02, plus 2 x .3^2 for kappa.
        # Around the common mean .25, for pi: .125 + .065.
        pytest.param([[0.6, 0.2], [0.2, 0.0]], (0.8, 1.0 - 0.2 / 0.28, 1.0 - 0.2 / 0.19), id="corrected for chance"),
        pytest.param([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], (-1.0 / 3.0,) * 3, id="mean over pairs"),
        pytest.param([[0.5, 0.5]], (0.0, 0.0, 0.0), id="a single country"),
    ],
)
def test_similarity_is_one_less_squared_distance_plain_and_corrected_for_chance(presences: list, expected) -> None:
    assert [score.item() for score in similarity(xp, table(*presences))] == pytest.approx(expected, rel=1e-6, abs=0.0)


START = table([0.5, 0.2, 0.1, 0.2], [0.4, 0.3, 0.1, 0.2])
"""Security shares at the start: of two powers, the region and others."""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, 0.0, id="leaves a body that is no pact"),
        pytest.param({"leaves": 0}, 1.0, id="leaves a pact"),
        pytest.param({"leaves": 0, "formality": 0.5}, 0.0, id="leaves an informal one"),
        pytest.param({"leaves": 0, "covers": 0.0}, 0.0, id="leaves one that is not about security"),
        pytest.param({"joined": table([0.0, 0.0], [1.0, 0.0])}, 1.0, id="joins sanctions"),
        pytest.param({"leaves": 0, "joined": table([1.0, 0.0], [0.0, 0.0])}, 1.0, id="both, but one country"),
        pytest.param({"share": table([0.5, 0.2, 0.1, 0.2], [0.25, 0.36, 0.2, 0.19])}, 1.0, id="another guarantor"),
        pytest.param({"share": table([0.5, 0.2, 0.1, 0.2], [0.3, 0.36, 0.2, 0.14])}, 0.0, id="by less than the margin"),
    ],
)
def test_leaving_a_pact_joining_sanctions_and_changing_the_guarantor_count_once_a_country(
    changes: dict, expected: float
) -> None:
    """Both start with the first power and in a pact with it; the first country leaves one of two bodies."""
    features = blank(
        Formats,
        SIZES,
        lead=pairs([1.0, 0.0], [0.0, 0.0]),
        covers=row(changes.get("covers", 1.0), 1.0),
        body=row(1.0, 1.0),
        formality=row(changes.get("formality", 0.9), 0.9),
    )
    begun = blank(World, SIZES, share=START, status=table([MEMBER, MEMBER], [MEMBER, MEMBER]))
    status = begun.status.copy()
    status[0, 0, changes.get("leaves", 1), 0] = NONE
    now = replace(begun, status=status, **{name: changes[name] for name in ("joined", "share") if name in changes})
    baseline = blank(Baseline, SIZES, world=begun)
    assert out.realignments(now, baseline, setting(formats=features)).item() == expected


def system_of(features: Formats, now: World, presence: np.ndarray = START) -> dict[str, np.ndarray]:
    """What is counted of all in a world like that at the start."""
    return out.system_outcomes(now, blank(Baseline, SIZES, world=now), presence, setting=setting(formats=features))


def test_cohesion_adds_the_region_share_to_the_mean_rung_of_home_grown_formats() -> None:
    now = blank(World, SIZES, share=START, ladder=row(MINISTERS, LEADERS), meeting=row(MINISTERS, LEADERS))
    features = blank(Formats, SIZES, own=row(1.0, 0.0), dialogue=row(0.0, 1.0))
    found = system_of(features, now, table([0.3, 0.3, 0.2, 0.2], [0.3, 0.3, 0.4, 0.0]))
    assert found["cohesion"].item() == pytest.approx(0.3 + 0.5)
    assert found["leader_meetings"].item() == found["leader_meetings_outside"].item() == 1.0
    led = blank(Formats, SIZES, small=row(1.0, 1.0), lead=pairs([0.0, 0.0], [1.0, 0.0]))
    assert system_of(led, now)["cohesion"].item() == pytest.approx(0.1 + 0.5), "a group led from outside is not counted"
    assert system_of(led, now)["leader_meetings_outside"].item() == 0.0


def test_formality_in_use_is_the_mean_over_formats_at_work_that_meet() -> None:
    now = blank(World, SIZES, share=START, ladder=row(MINISTERS, LEADERS))
    assert system_of(blank(Formats, SIZES, formality=row(0.2, 0.6)), now)["formality"].item() == pytest.approx(0.4)
    treaty = blank(Formats, SIZES, formality=row(0.2, 0.6), treaty=row(0.0, 1.0))
    assert system_of(treaty, now)["formality"].item() == pytest.approx(0.2)


def test_re_export_of_members_of_a_union_at_work_and_opinion_that_falls_with_threat() -> None:
    now = blank(
        World, SIZES, share=START, ladder=row(LEADERS, 0.0), status=table([MEMBER, MEMBER], [0.0, MEMBER]),
        threat=table([0.2, 9.0], [0.0, 9.0]),
    )  # fmt: skip
    features = blank(Formats, SIZES, customs=pairs([1.0, 0.0], [1.0, 0.0]))
    given_ = setting(
        formats=features,
        turnover=column(40.0, 40.0),
        aggressor=row(1.0, 0.0),
        affinity=table([0.5, 0.0], [-0.9, 0.0]),
        votes_sovereignty=np.zeros((2, 1, 4, 1)),
        votes_rights=np.zeros((2, 1, 4, 1)),
    )
    parameters = Parameters().with_values({"response.reexport": 0.1, "response.resentment": 1.5})
    begun = blank(Baseline, SIZES, world=now, reexport=row(2.0))
    shocks = blank(Conditions, SIZES, sanctions=row(0.5, 0.0))
    found = out.country_outcomes(now, begun, shocks, START, setting=given_, parameters=parameters)
    # .1 x 120 x .5 = 6 bn, twice that in this run, of a turnover of 40; the other union is dormant.
    assert found["reexport"][:, 0, 0, 0] == pytest.approx([0.3, 0.0])
    assert found["affinity"][:, 0, 0, 0] == pytest.approx([0.2, -0.9])
    assert found["threat"][:, 0, 0, 0] == pytest.approx([0.2, 0.0])


def test_every_outcome_is_computed_and_described_and_at_the_start_arithmetic_gives_the_index() -> None:
    countries, system = simulate(make_case(make_setting(4)), [0, 1]).outcomes_by_name()
    assert set(countries) | {"presence"} == {name for name, item in OUTCOMES.items() if item.table == "countries"}
    assert set(system) == {name for name, item in OUTCOMES.items() if item.table == "system"}
    assert all(item.unit and item.meaning and item.source for item in OUTCOMES.values())
    for values in (*countries.values(), *system.values()):
        assert np.all(np.isfinite(values))
    for kind in KINDS:
        votes = sum(countries[f"vote_{choice}_{kind}"] for choice in CHOICES)
        assert votes == pytest.approx(np.ones_like(votes))
