from dataclasses import replace

import array_api_compat.numpy as xp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgesim.engines.ensemble import simulate
from hedgesim.model import formats as fm
from hedgesim.model import outcomes as out
from hedgesim.model.arrays import DOMAIN
from hedgesim.model.derived import Baseline, Position
from hedgesim.model.formats import FormatParameters
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.parameters import Parameters
from hedgesim.model.setting import Formats, Setting
from hedgesim.model.world import LEADERS, MEMBER, MINISTERIAL, NONE, WORKING, World
from worlds import blank, column, make_case, make_setting, pairs, row, table

SIZES = {"country": 2, "power": 2, "domain": 1, "format": 2}
AXES = make_setting(n_countries=2, n_powers=2, n_domains=1, n_formats=2).axes


def setting(**values) -> Setting:
    usual = {"weight": np.ones((2, 1, 1, 1)), "security": np.ones((1, 1, 1, 1)), "sanctionable": np.ones((1, 1, 1, 1))}
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


@pytest.mark.parametrize(
    ("shares", "bloc", "expected"),
    [
        pytest.param((0.8, 0.0), (-1.0, 1.0), 0.0, id="an ally of one bloc"),
        pytest.param((0.0, 0.0), (-1.0, 1.0), 0.0, id="without partners"),
        pytest.param((0.4, 0.4), (-1.0, 1.0), 0.8, id="equal shares"),
        pytest.param((0.3, 0.1), (-1.0, 0.5), 0.1, id="partly of a bloc"),
    ],
)
def test_equal_shares_of_both_blocs_are_as_ambiguous_as_they_are_large(
    shares: tuple, bloc: tuple, expected: float
) -> None:
    assert out.ambiguity(xp, row(*shares), row(*bloc)).item() == pytest.approx(expected, rel=1e-6, abs=0.0)


def test_engagement_is_complete_at_six_tenths() -> None:
    assert out.engagement(xp, row(0.1, 0.2)).item() == pytest.approx(0.5)
    assert out.engagement(xp, row(0.6, 0.3)).item() == 1.0


def test_the_hedging_index_is_the_cube_root_of_its_three_factors() -> None:
    share = table([0.3, 0.1, 0.0, 0.6], [0.5, 0.0, 0.0, 0.5])
    index, d, m, e = out.hedging_index(xp, share, share, setting(bloc=row(-1.0, 1.0)))
    assert (d[0, 0, 0, 0], m[0, 0, 0, 0], e[0, 0, 0, 0]) == pytest.approx((0.75, 0.2, 2.0 / 3.0))
    assert index[:, 0, 0, 0] == pytest.approx([0.1 ** (1.0 / 3.0), 0.0])


@given(st.integers(0, 10_000))
def test_the_index_and_its_parts_are_between_zero_and_one_and_arithmetic_without_loss_keeps_them(seed: int) -> None:
    given_ = make_setting(seed)
    presence = (given_.share * given_.weight).sum(axis=DOMAIN, keepdims=True)
    start = out.hedging_index(xp, given_.share, presence, given_)
    for part in start:
        assert np.all((part >= -1e-15) & (part <= 1.0 + 1e-12))
    assert out.hedging_by_arithmetic(xp, given_.share, given_, np.ones((1, 1, 1, 1))) == pytest.approx(start[0])


def test_when_the_aggressor_loses_all_the_others_grow_in_proportion() -> None:
    share = table([0.5, 0.2, 0.2, 0.1], [1.0, 0.0, 0.0, 0.0])
    given_ = setting(bloc=row(-1.0, 1.0), aggressor=row(1.0, 0.0))
    half = out.hedging_by_arithmetic(xp, share, given_, np.full((1, 1, 1, 1), 0.5))
    # Half of .5 stays; the others grow from .5 to .75 together: .25, .3, .3, .15.
    expected = out.hedging_index(xp, table([0.25, 0.3, 0.3, 0.15]), table([0.25, 0.3, 0.3, 0.15]), given_)[0]
    assert half[0, 0, 0, 0] == pytest.approx(expected[0, 0, 0, 0])
    assert half[1, 0, 0, 0] == 0.0


def test_issue_splitting_is_the_mean_distance_from_the_overall_portfolio() -> None:
    share = pairs([1.0, 0.0], [0.0, 1.0])
    weight = pairs([0.5], [0.5])
    presence = (share * weight).sum(axis=DOMAIN, keepdims=True)
    assert out.issue_splitting(xp, share, presence, weight).item() == pytest.approx(0.5)
    assert out.issue_splitting(xp, 0.0 * share + 0.5, 0.0 * presence + 0.5, weight).item() == 0.0


@pytest.mark.parametrize(("sanctionable", "expected"), [(1.0, [0.0, 0.5]), (0.0, [1.0, 1.0])])
def test_autonomy_is_lost_to_concentration_of_the_sanctionable_domains(sanctionable: float, expected: list) -> None:
    given_ = setting(sanctionable=np.full((1, 1, 1, 1), sanctionable))
    share = table([1.0, 0.0, 0.0, 0.0], [0.3, 0.4, 0.2, 0.1])
    assert out.autonomy(xp, share, given_)[:, 0, 0, 0] == pytest.approx(expected)


def test_formats_count_as_first_times_once_leaders_have_met() -> None:
    before, now = row(2.0, 3.0, 0.0), row(3.0, 3.0, 2.0)
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
    assert [score.item() for score in out.similarity(xp, table(*presences))] == pytest.approx(
        expected, rel=1e-6, abs=0.0
    )


START = ([0.5, 0.2, 0.1, 0.2], [0.4, 0.3, 0.1, 0.2])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, 0.0, id="leaves a format that is no alliance"),
        pytest.param({"leaves": 0}, 1.0, id="leaves an alliance"),
        pytest.param({"leaves": 0, "formality": 0.7}, 0.0, id="leaves an informal one"),
        pytest.param({"joined": table([0.0, 0.0], [1.0, 0.0])}, 1.0, id="joins sanctions"),
        pytest.param({"leaves": 0, "joined": table([1.0, 0.0], [0.0, 0.0])}, 1.0, id="both, but one country"),
        pytest.param({"presence": table(START[0], [0.25, 0.36, 0.2, 0.2])}, 1.0, id="another first power"),
        pytest.param({"presence": table(START[0], [0.3, 0.36, 0.2, 0.14])}, 0.0, id="another by less than the margin"),
    ],
)
def test_leaving_an_alliance_joining_sanctions_and_changing_the_first_power_count_once_a_country(
    changes: dict, expected: float
) -> None:
    """Both start close to the first power and in an alliance with it; the first leaves one of two formats."""
    features = blank(
        Formats,
        SIZES,
        outside=row(1.0, 1.0),
        covers=row(1.0, 1.0),
        base_formality=row(changes.get("formality", 0.9), 0.5),
        ceiling=row(LEADERS, LEADERS),
    )
    begun = blank(World, SIZES, status=table([MEMBER, MEMBER], [MEMBER, MEMBER]), level=row(LEADERS, LEADERS))
    status = begun.status.copy()
    status[0, 0, changes.get("leaves", 1), 0] = NONE
    now = replace(begun, status=status, joined=changes.get("joined", begun.joined))
    formality = fm.formality(xp, begun.level, begun, formats=features, parameters=FormatParameters())
    alliance = out.alliances(formality, setting(formats=features))
    baseline = blank(Baseline, SIZES, world=begun, presence=table(*START), alliance=alliance)
    held = changes.get("presence", baseline.presence)
    assert out.realignments(now, baseline, held[..., :2, :]).item() == expected


def test_an_alliance_is_formal_led_from_outside_and_about_security() -> None:
    features = blank(Formats, {**SIZES, "format": 4}, outside=row(1.0, 1.0, 0.0, 1.0), covers=row(1.0, 1.0, 1.0, 0.0))
    counted = out.alliances(row(0.8, 0.79, 0.9, 0.9), setting(formats=features))
    assert counted.tolist() == row(1.0, 0.0, 0.0, 0.0).tolist()


def system_of(features: Formats, now: World, presence: np.ndarray) -> dict[str, np.ndarray]:
    """What is counted of all in a world like that at the start."""
    begun, position = blank(Baseline, SIZES, world=now, presence=presence), blank(Position, SIZES, presence=presence)
    return out.system_outcomes(now, begun, position, setting=setting(formats=features), parameters=Parameters())


def test_cohesion_adds_the_region_share_to_the_mean_level_of_home_grown_formats() -> None:
    now = blank(World, SIZES, level=row(MINISTERIAL, LEADERS), meeting=row(MINISTERIAL, LEADERS))
    presence = table([0.3, 0.3, 0.2, 0.2], [0.3, 0.3, 0.4, 0.0])
    found = system_of(blank(Formats, SIZES, outside=row(0.0, 1.0)), now, presence)
    assert found["cohesion"].item() == pytest.approx(0.3 + 2.0 / 4.0)
    assert found["leader_meetings"].item() == 1.0


def test_formality_in_use_is_the_mean_over_formats_at_work() -> None:
    features, now = blank(Formats, SIZES, base_formality=row(0.9, 0.9)), blank(World, SIZES, level=row(0.0, WORKING))
    assert system_of(features, now, table(*START))["formality"].item() == pytest.approx(0.2)


def test_every_outcome_is_computed_and_described_and_at_the_start_arithmetic_gives_the_index() -> None:
    countries, system = simulate(make_case(make_setting(4)), [0, 1]).outcomes_by_name()
    assert set(countries) | {"presence"} == {name for name, item in OUTCOMES.items() if item.table == "countries"}
    assert set(system) == {name for name, item in OUTCOMES.items() if item.table == "system"}
    assert all(item.unit and item.meaning and item.source for item in OUTCOMES.values())
    for values in (*countries.values(), *system.values()):
        assert np.all(np.isfinite(values))
    assert countries["hedging_by_arithmetic"][0] == pytest.approx(countries["hedging_index"][0])
    votes = sum(countries[name] for name in ("vote_absent", "vote_no", "vote_abstain", "vote_yes"))
    assert votes == pytest.approx(np.ones_like(votes))


def test_sanctions_exposure_is_reexport_times_risk() -> None:
    share = table([0.3, 0.3, 0.2, 0.2], [0.3, 0.3, 0.2, 0.2])
    now = blank(World, SIZES, share=share, leakage=table([0.5, 0.2], [0.0, 0.0]))
    found = out.country_outcomes(
        now,
        blank(Baseline, SIZES, world=now, presence=share),
        blank(Position, SIZES, presence=share),
        risk=row(0.4, 0.0),
        setting=setting(bloc=row(-1.0, 1.0), aggressor=row(1.0, 0.0)),
        parameters=Parameters(),
    )
    assert found["sanctions_exposure"][:, 0, 0, 0] == pytest.approx([0.2, 0.0])
    assert found["reexport"][:, 0, 0, 0] == pytest.approx([0.7, 0.0])
    assert found["strain"] == pytest.approx(column(0.0, 0.0))
