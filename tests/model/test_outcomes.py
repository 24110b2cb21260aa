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


def test_one_partner_is_no_diversity_and_equal_partners_are_full_diversity() -> None:
    assert out.diversity(xp, row(1.0, 0.0, 0.0)).item() == 0.0
    assert out.diversity(xp, row(0.2, 0.2, 0.2)).item() == pytest.approx(1.0)
    assert out.diversity(xp, row(0.7)).item() == 0.0


def test_three_quarters_and_one_quarter_are_three_quarters_of_full_diversity() -> None:
    assert out.diversity(xp, row(0.75, 0.25)).item() == pytest.approx((1.0 - 0.625) / 0.5)


def test_an_ally_of_one_bloc_and_a_country_without_partners_are_not_ambiguous() -> None:
    bloc = row(-1.0, 1.0)
    assert out.ambiguity(xp, row(0.8, 0.0), bloc).item() == pytest.approx(0.0)
    assert out.ambiguity(xp, row(0.0, 0.0), bloc).item() == 0.0


def test_equal_shares_of_both_blocs_are_as_ambiguous_as_they_are_large() -> None:
    assert out.ambiguity(xp, row(0.4, 0.4), row(-1.0, 1.0)).item() == pytest.approx(0.8)
    assert out.ambiguity(xp, row(0.3, 0.1), row(-1.0, 0.5)).item() == pytest.approx(0.1)


def test_engagement_is_complete_at_six_tenths() -> None:
    assert out.engagement(xp, row(0.1, 0.2)).item() == pytest.approx(0.5)
    assert out.engagement(xp, row(0.6, 0.3)).item() == 1.0


def test_the_hedging_index_is_the_cube_root_of_its_three_factors() -> None:
    share = table([0.3, 0.1, 0.0, 0.6], [0.5, 0.0, 0.0, 0.5])
    index, d, m, e = out.hedging_index(xp, share, share, setting(bloc=row(-1.0, 1.0)))
    assert (d[0, 0, 0, 0], m[0, 0, 0, 0], e[0, 0, 0, 0]) == pytest.approx((0.75, 0.2, 2.0 / 3.0))
    assert index[:, 0, 0, 0] == pytest.approx([0.1 ** (1.0 / 3.0), 0.0])


@given(st.integers(0, 10_000))
def test_the_index_and_its_parts_are_between_zero_and_one(seed: int) -> None:
    given_ = make_setting(seed)
    presence = (given_.share * given_.weight).sum(axis=DOMAIN, keepdims=True)
    for part in out.hedging_index(xp, given_.share, presence, given_):
        assert np.all((part >= -1e-15) & (part <= 1.0 + 1e-12))


@given(st.integers(0, 10_000))
def test_when_the_aggressor_keeps_all_it_had_arithmetic_changes_nothing(seed: int) -> None:
    given_ = make_setting(seed)
    presence = (given_.share * given_.weight).sum(axis=DOMAIN, keepdims=True)
    start = out.hedging_index(xp, given_.share, presence, given_)[0]
    assert out.hedging_by_arithmetic(xp, given_.share, given_, np.ones((1, 1, 1, 1))) == pytest.approx(start)


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


def test_autonomy_is_lost_to_concentration_of_the_sanctionable_domains() -> None:
    share = table([1.0, 0.0, 0.0, 0.0], [0.3, 0.4, 0.2, 0.1])
    assert out.autonomy(xp, share, setting())[:, 0, 0, 0] == pytest.approx([0.0, 0.5])


def test_where_nothing_can_be_sanctioned_autonomy_is_complete() -> None:
    free = setting(sanctionable=np.zeros((1, 1, 1, 1)))
    assert (
        out.autonomy(xp, table([0.9, 0.1, 0.0, 0.0], [0.3, 0.4, 0.2, 0.1]), free).tolist() == column(1.0, 1.0).tolist()
    )


def test_formats_count_as_first_times_once_leaders_have_met() -> None:
    before, now = row(2.0, 3.0, 0.0), row(3.0, 3.0, 2.0)
    assert out.first_times(xp, now, before).item() == 1.0


def similarity(*presences: list[float]) -> list[float]:
    return [float(score.item()) for score in out.similarity(xp, table(*presences))]


def test_identical_portfolios_are_fully_similar_also_corrected_for_chance() -> None:
    assert similarity([0.7, 0.2, 0.1], [0.7, 0.2, 0.1]) == pytest.approx([1.0, 1.0, 1.0])


def test_opposite_portfolios_have_the_lowest_similarity() -> None:
    s, kappa, pi = similarity([1.0, 0.0], [0.0, 1.0])
    # Squared distance 2; spreads .5 + .5 and equal means, so chance explains a distance of 1.
    assert (s, kappa, pi) == pytest.approx((-1.0, -1.0, -1.0))


def test_kappa_measures_spread_around_each_mean_and_pi_around_the_common_one() -> None:
    s, kappa, pi = similarity([0.6, 0.2], [0.2, 0.0])
    # Distance .16 + .04 = .2. Means .4 and .1: spreads .08 + .02, plus 2 x .3^2 for kappa.
    # Around the common mean .25: .125 + .065.
    assert (s, kappa, pi) == pytest.approx((0.8, 1.0 - 0.2 / 0.28, 1.0 - 0.2 / 0.19))


def test_portfolios_that_spread_evenly_have_no_chance_to_correct_for() -> None:
    assert similarity([0.5, 0.5], [0.5, 0.5]) == pytest.approx([1.0, 1.0, 1.0])


def test_similarity_is_the_mean_over_pairs() -> None:
    s = similarity([1.0, 0.0], [1.0, 0.0], [0.0, 1.0])[0]
    assert s == pytest.approx((1.0 - 1.0 - 1.0) / 3.0)


def test_the_similarity_of_a_single_country_is_zero() -> None:
    assert similarity([0.5, 0.5]) == [0.0, 0.0, 0.0]


def realigned(presence: np.ndarray | None = None, joined: np.ndarray | None = None, **changes: float) -> float:
    """Countries that count as realigned; both start close to the first power and in a formal alliance with it."""
    start = table([0.5, 0.2, 0.1, 0.2], [0.4, 0.3, 0.1, 0.2])
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
    status[0, 0, int(changes.get("leaves", 1)), 0] = NONE
    now = replace(begun, status=status, joined=begun.joined if joined is None else joined)
    held = start if presence is None else presence
    formality = fm.formality(xp, begun.level, begun, formats=features, parameters=FormatParameters())
    alliance = out.alliances(formality, setting(formats=features))
    baseline = blank(Baseline, SIZES, world=begun, presence=start, alliance=alliance)
    return float(out.realignments(now, baseline, held[..., :2, :]).item())


def test_a_country_that_stays_or_leaves_a_format_that_is_no_alliance_has_not_realigned() -> None:
    assert realigned() == 0.0


def test_leaving_an_alliance_joining_sanctions_and_changing_the_first_power_count_once_a_country() -> None:
    assert realigned(leaves=0) == 1.0
    assert realigned(joined=table([0.0, 0.0], [1.0, 0.0])) == 1.0
    assert realigned(leaves=0, joined=table([1.0, 0.0], [0.0, 0.0])) == 1.0
    assert realigned(presence=table([0.5, 0.2, 0.1, 0.2], [0.25, 0.36, 0.2, 0.2])) == 1.0


def test_a_change_of_the_first_power_by_less_than_the_margin_is_no_realignment() -> None:
    assert realigned(presence=table([0.5, 0.2, 0.1, 0.2], [0.3, 0.36, 0.2, 0.14])) == 0.0


def test_leaving_an_informal_format_is_no_realignment() -> None:
    assert realigned(leaves=0, formality=0.7) == 0.0


def test_an_alliance_is_formal_led_from_outside_and_about_security() -> None:
    features = blank(Formats, {**SIZES, "format": 4}, outside=row(1.0, 1.0, 0.0, 1.0), covers=row(1.0, 1.0, 1.0, 0.0))
    counted = out.alliances(row(0.8, 0.79, 0.9, 0.9), setting(formats=features))
    assert counted.tolist() == row(1.0, 0.0, 0.0, 0.0).tolist()


def test_cohesion_adds_the_region_share_to_the_mean_level_of_home_grown_formats() -> None:
    features = blank(Formats, SIZES, outside=row(0.0, 1.0))
    now = blank(World, SIZES, level=row(MINISTERIAL, LEADERS), meeting=row(MINISTERIAL, LEADERS))
    presence = table([0.3, 0.3, 0.2, 0.2], [0.3, 0.3, 0.4, 0.0])
    found = out.system_outcomes(
        now,
        blank(Baseline, SIZES, world=now, presence=presence),
        blank(Position, SIZES, presence=presence),
        setting=setting(formats=features),
        parameters=Parameters(),
    )
    assert found["cohesion"].item() == pytest.approx(0.3 + 2.0 / 4.0)
    assert found["leader_meetings"].item() == 1.0


def test_formality_in_use_is_the_mean_over_formats_at_work() -> None:
    features = blank(Formats, SIZES, base_formality=row(0.9, 0.9))
    now = blank(World, SIZES, level=row(0.0, WORKING))
    found = out.system_outcomes(
        now,
        blank(Baseline, SIZES, world=now),
        blank(Position, SIZES),
        setting=setting(formats=features),
        parameters=Parameters(),
    )
    assert found["formality"].item() == pytest.approx(0.2)


def test_every_outcome_is_computed_and_described_and_at_the_start_arithmetic_gives_the_index() -> None:
    countries, system = simulate(make_case(make_setting(4)), [0, 1]).outcomes_by_name()
    assert set(countries) | {"presence"} == {name for name, item in OUTCOMES.items() if item.table == "countries"}
    assert set(system) == {name for name, item in OUTCOMES.items() if item.table == "system"}
    for item in OUTCOMES.values():
        assert item.unit
        assert item.meaning
        assert item.source
    for values in (*countries.values(), *system.values()):
        assert np.all(np.isfinite(values))
    assert countries["hedging_by_arithmetic"][0] == pytest.approx(countries["hedging_index"][0])
    votes = sum(countries[name] for name in ("vote_absent", "vote_no", "vote_abstain", "vote_yes"))
    assert votes == pytest.approx(np.ones_like(votes))


def test_sanctions_exposure_is_reexport_times_risk() -> None:
    given_ = setting(bloc=row(-1.0, 1.0), aggressor=row(1.0, 0.0))
    share = table([0.3, 0.3, 0.2, 0.2], [0.3, 0.3, 0.2, 0.2])
    now = blank(World, SIZES, share=share, leakage=table([0.5, 0.2], [0.0, 0.0]))
    found = out.country_outcomes(
        now,
        blank(Baseline, SIZES, world=now, presence=share),
        blank(Position, SIZES, presence=share),
        risk=row(0.4, 0.0),
        setting=given_,
        parameters=Parameters(),
    )
    assert found["sanctions_exposure"][:, 0, 0, 0] == pytest.approx([0.2, 0.0])
    assert found["reexport"][:, 0, 0, 0] == pytest.approx([0.7, 0.0])
    assert found["strain"] == pytest.approx(column(0.0, 0.0))
