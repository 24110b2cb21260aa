"""Scores against their known answers, baselines, forecasts and what a hindcast scores."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from hedgesim.analysis.calibration import LAST_YEAR
from hedgesim.analysis.calibration.drift import Drift, angle
from hedgesim.analysis.hindcast.baselines import CLIMATOLOGY, PERSISTENCE, RANDOM_WALK, count_probabilities, random_walk
from hedgesim.analysis.hindcast.hindcast import BASE, MOST, VOTES, Study, hindcast, study
from hedgesim.analysis.hindcast.history import FITTED, LATER, bands_ahead, coverage_of_bands, history, later
from hedgesim.analysis.hindcast.record import positions, record_of, status_on, steps_of
from hedgesim.analysis.hindcast.scores import MODEL, SURE, brier, crps, pit, reliability, rps, skill, skills
from hedgesim.analysis.hindcast.simulated import (
    Draws,
    angles_between,
    from_record,
    meeting_counts,
    moved,
    observe,
    yearly_angles,
)
from hedgesim.engines import engine_of
from hedgesim.engines.ensemble import outcomes
from hedgesim.engines.records import record_observation
from hedgesim.errors import HedgesimError
from hedgesim.model.votes import CHOICES, KINDS
from hedgesim.scenario.tables import read_tables
from worlds import case_from, scenario_from

DRAWS = {"taste.offer": [0.5, 1.0, 1.5]}
ENGINE, CASE = engine_of("ensemble"), case_from("hindcast_2022", "parameters=prior")
PAST = case_from("history", "parameters=prior")
RECORD = record_of(read_tables(), PAST.setting, range(2015, 2022))
NORMAL = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)[None, :]
"""A standard normal forecast in members of equal chance."""


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (-0.3, 0.8)])
def test_crps_of_a_normal_forecast_is_what_lies_outside_of_the_bounds(low: float, high: float) -> None:
    below = integrate.quad(lambda x: stats.norm.cdf(x) ** 2, -12, low)[0]
    above = integrate.quad(lambda x: stats.norm.sf(x) ** 2, high, 12)[0]
    assert crps(np.asarray([low]), np.asarray([high]), NORMAL)[0] == pytest.approx(below + above, abs=1e-5)


def test_brier_and_rps_by_hand() -> None:
    np.testing.assert_allclose(brier(np.asarray([1.0, 0.0]), np.asarray([0.7, 0.7])), [0.09, 0.49])
    chances = np.asarray([[0.2, 0.5, 0.3], [0.2, 0.5, 0.3]])
    # nothing happens: (.2 - 1)^2 + (.7 - 1)^2; two or more: .2^2 + .7^2
    np.testing.assert_allclose(rps(np.asarray([0, 7]), chances), [0.73, 0.53])


@given(st.floats(-2, 2), st.floats(0, 2))
def test_wider_bounds_never_cost_more(low: float, width: float) -> None:
    one, other = np.asarray([low]), np.asarray([low + width])
    assert crps(one, other, NORMAL)[0] <= crps(one, one, NORMAL)[0] + 1e-9


def test_weights_count_members_as_often() -> None:
    rng = np.random.default_rng(1)
    members = rng.normal(size=(3, 120))
    twice = np.concatenate([members, members[:, :60]], axis=-1)
    weights = np.where(np.arange(120) < 60, 2.0, 1.0) / 180.0
    observed = np.asarray([0.1, -1.0, 2.0])
    np.testing.assert_allclose(crps(observed, observed, members, weights), crps(observed, observed, twice), atol=1e-12)


def test_pit_counts_equal_members_half() -> None:
    np.testing.assert_allclose(pit(np.asarray([2.0]), np.asarray([[1.0, 2.0, 2.0, 3.0]])), [0.5])


def test_the_interval_of_a_skill_covers_as_often_as_it_says() -> None:
    """Of cases alone: 200 samples of pairs whose true skill is known; coverage within the binomial 99.9 % band."""
    rng = np.random.default_rng(5)
    n, truth = 200, 1.0 - 0.8
    hits = 0
    for _ in range(n):
        baseline = rng.gamma(4.0, 0.25, 60)
        found = skill(0.8 * baseline * rng.gamma(16.0, 1.0 / 16.0, 60), baseline, np.zeros(60))
        hits += found.low <= truth <= found.high
    band = stats.binom(n, SURE).ppf([0.0005, 0.9995])
    assert band[0] <= hits <= band[1]


def test_too_few_members_and_cases_are_refused_with_the_number_needed() -> None:
    zero = np.zeros(1)
    with pytest.raises(HedgesimError, match=r"50 runs are too few .* at least 100"):
        crps(zero, zero, NORMAL[:, :50])
    with pytest.raises(HedgesimError, match=r"7 observed cases .* at least 8"):
        skill(np.ones(7), np.ones(7), np.arange(7))
    with pytest.raises(HedgesimError, match="made no error"):
        skill(np.ones(9), np.zeros(9), np.arange(9))


@cache
def studied() -> Study:
    scenario = scenario_from("hindcast_2022", "parameters=prior")
    return study(scenario, {"again": scenario}, read_tables(), DRAWS, ENGINE, runs=34)


@cache
def past() -> dict[str, pd.DataFrame]:
    return history(PAST, read_tables(), ENGINE, runs=100)


@cache
def ahead() -> pd.DataFrame:
    cases = {year: case_from("history", f"start={year}Q4", "end=2022Q4", "parameters=prior") for year in (2019, 2021)}
    return bands_ahead(cases, read_tables(), ENGINE, runs=100)


def row_of(table: pd.DataFrame, **values: object) -> int:
    """The number of the row that has these values."""
    (found,) = np.flatnonzero((table[list(values)] == list(values.values())).all(axis=1))
    return int(found)


def test_the_record_holds_the_years_and_no_prior_dominated_share() -> None:
    own = record_of(read_tables(), PAST.setting, range(2019, 2022))
    shares, meetings, statuses = own.shares, own.meetings, own.statuses
    kgz = shares[(shares["country"] == "KGZ") & (shares["option"] == "CHN")].set_index("year")
    assert kgz.loc[2020, "low"] == pytest.approx(781.162 / 5692.2, abs=2e-3)  # 781 mn of 5.69 bn with all partners
    assert kgz.loc[2020, "before_low"] == kgz.loc[2021, "before_low"]  # both of the first year
    assert set(shares["year"]) == {2020, 2021}
    assert set(meetings["year"]) == {2019, 2020, 2021}
    whole = RECORD.meetings
    ministers = whole[(whole["format"] == "C5_US") & (whole["rung"] == "ministers")].set_index("year")["count"]
    assert ministers.tolist() == [2, 2, 1, 0, 0, 2, 3]
    assert not statuses["fell"].any()
    memberships = read_tables().table("memberships")
    of_pact = memberships[(memberships["country"] == "UZB") & (memberships["format"] == "CSTO")]
    assert [status_on(of_pact, day) for day in ("2006-01-01", "2010-01-01", "2013-01-01")] == [0, 3, 0]
    place = positions(own.axes, shares, "country", "domain", "option")
    assert not PAST.setting.prior_dominated[..., 0][place].any()


def test_bounds_enclose_what_is_known_of_both_sides() -> None:
    table = read_tables().table("record")
    assert ((table["low"] >= 0.0) & (table["low"] <= table["high"]) & (table["high"] <= 1.0)).all()
    tjk = table.iloc[row_of(table, country="TJK", option="CHN", year=2021)]
    assert (tjk["low"], tjk["high"]) == pytest.approx((0.1194, 0.1350), abs=1e-4)


def test_counts_and_angles_are_those_of_the_runs() -> None:
    observation = ENGINE.record(PAST, range(3), record_observation)
    axes, table = RECORD.axes, RECORD.meetings
    n = row_of(table, format="OTS", rung="leaders", year=2019)
    held = observation.meeting[steps_of(axes, 2019)][:, axes.formats.index("OTS")]
    np.testing.assert_array_equal(meeting_counts(RECORD, observation)[:, n], (held == 2.0).sum(axis=0))
    cells = pd.DataFrame([("KGZ", "economy", "RUS")], columns=["country", "domain", "option"])
    i, d, o = (place[0] for place in positions(axes, cells, "country", "domain", "option"))
    mean = observation.share[steps_of(axes, 2017), i, d, o].mean(axis=0)
    np.testing.assert_allclose(yearly_angles(observation, PAST, cells, 2017)[0], angle(mean))


def test_a_year_that_runs_do_not_cover_is_that_of_the_starting_shares() -> None:
    observation = ENGINE.record(CASE, range(2), record_observation)
    cells = pd.DataFrame([("KGZ", "economy", "RUS")], columns=["country", "domain", "option"])
    place = positions(CASE.setting.axes, cells, "country", "domain", "option")
    start = CASE.setting.share[..., 0][place]
    found = yearly_angles(observation, CASE, cells, 2021)
    np.testing.assert_allclose(found, np.repeat(angle(start)[:, None], 2, axis=1), rtol=0.02)


def test_shares_move_by_angles_and_stay_shares() -> None:
    before = angle(np.array([0.25, 0.01, 0.99]))
    assert moved(before, np.array([0.1, -0.5, 0.5])) == pytest.approx([np.sin(np.pi / 6 + 0.1) ** 2, 0.0, 1.0])


def test_what_is_known_between_bounds_starts_anywhere_between() -> None:
    shares = pd.DataFrame({"before_low": [0.2, 0.3], "before_high": [0.2, 0.4]})
    found = np.sin(angles_between(shares, 50, seed=1)) ** 2
    assert found[0] == pytest.approx(0.2)
    assert 0.3 < found[1].min() < 0.31
    assert 0.39 < found[1].max() < 0.4


def test_the_random_walk_has_the_width_of_sigma_and_grows_with_the_years() -> None:
    """Of near-normal numbers 90 % are within 1.645; 4000 draws give a quantile to .03 of a standard deviation."""
    shares = pd.DataFrame({"country": "KAZ", "domain": "economy", "option": ["RUS", "CHN"], "year": [2022, 2023]})
    walk = random_walk(shares.assign(before=0.3, origin=2021), Drift({"economy": 0.02}, 1e6, 1.0), draws=4000, seed=3)
    half = np.diff(angle(np.quantile(walk, (0.05, 0.95), axis=-1)), axis=0)[0] / 2
    assert half[0] == pytest.approx(1.645 * 0.02, rel=0.06)
    assert half[1] == pytest.approx(1.645 * 0.02 * np.sqrt(6.75 / 2.75), rel=0.06)  # 2.75 and 4 steps of a quarter


@given(st.lists(st.integers(0, 4), min_size=1, max_size=9), st.sampled_from([PERSISTENCE, CLIMATOLOGY]))
def test_chances_of_counts_sum_to_one(counts: list[int], name: str) -> None:
    chances = count_probabilities(name, np.asarray(counts), MOST)
    assert chances.sum() == pytest.approx(1.0)
    assert (chances >= 0.0).all()


def test_persistence_of_counts_is_the_jeffreys_predictive() -> None:
    chances = count_probabilities(PERSISTENCE, np.asarray([0, 0, 2]), MOST)
    np.testing.assert_allclose(chances[:MOST], stats.nbinom(2.5, 0.5).pmf(np.arange(MOST)))


def test_a_hindcast_scores_every_cell_once_a_forecaster() -> None:
    scored = studied().base
    record = record_of(read_tables(), CASE.setting, range(2021, 2024))
    names = (MODEL, PERSISTENCE, RANDOM_WALK)
    assert scored.shares["forecaster"].value_counts().to_dict() == dict.fromkeys(names, len(record.shares))
    assert scored.meetings["year"].min() == 2022
    np.testing.assert_allclose(scored.meetings[[f"p{k}" for k in range(MOST + 1)]].sum(axis=1), 1.0, atol=1e-9)
    assert scored.shares["pit"].between(0.0, 1.0).all()
    assert not scored.statuses.isna().any(axis=None)


def test_scores_are_those_of_the_members() -> None:
    """CRPS by its definition, E|X - y| - E|X - X'| / 2, for one exact cell; persistence misses by its error."""
    scored = studied().base
    own = scored.shares[scored.shares["forecaster"] == MODEL].reset_index(drop=True)
    n = int(np.flatnonzero(own["low"] == own["high"])[0])
    members, y = scored.members.shares[n], own["low"][n]
    apart = np.abs(members[:, None] - members[None, :]).mean()
    assert own["crps"][n] == pytest.approx(np.abs(members - y).mean() - 0.5 * apart)
    last = scored.shares[scored.shares["forecaster"] == PERSISTENCE].reset_index(drop=True)
    assert last["crps"][n] == pytest.approx(abs(own["before"][n] - y))


def test_a_study_has_skills_apart_and_the_same_runs_the_same_skill() -> None:
    table = studied().tables()["skills"]
    assert set(table["variant"]) == {BASE, "again"}
    base, again = (table[(table["variant"] == name) & (table["part"] != VOTES)] for name in (BASE, "again"))
    np.testing.assert_array_equal(base["value"], again["value"])
    parts = table[table["variant"] == BASE].groupby("part")["baseline"].agg(list).to_dict()
    assert parts["all shares"] == parts["economy shares"] == [PERSISTENCE, RANDOM_WALK]
    assert parts["meetings"] == parts[VOTES] == [PERSISTENCE, CLIMATOLOGY]


def test_votes_are_scored_on_years_that_no_rule_was_fitted_to_and_forecast_by_kind() -> None:
    tables = studied().tables()
    scores = tables["vote_scores"]
    assert scores["forecaster"].value_counts().to_dict() == dict.fromkeys((MODEL, PERSISTENCE, CLIMATOLOGY), 36)
    assert (scores["log_score"] > 0.0).all()
    votes = tables["votes"].set_index(["country", "kind"])
    assert len(votes) == len(CASE.setting.axes.countries) * len(KINDS)
    np.testing.assert_allclose(votes[list(CHOICES)].sum(axis=1), 1.0)
    runs = outcomes(CASE, range(ENGINE.together))
    place = CASE.setting.axes.countries.index("TKM")
    assert votes.loc[("TKM", "rights"), "absent"] == pytest.approx(
        runs.of_country("vote_absent_rights")[place, 1].mean()
    )


def test_skill_against_twice_the_score_is_a_half_and_so_is_its_interval() -> None:
    scored = studied().base.shares
    model = scored[scored["forecaster"] == MODEL]
    both = pd.concat([scored, model.assign(forecaster="twice", crps=2.0 * model["crps"])])
    row = skills(both, "crps", ["twice"], group="country").iloc[0]
    assert [row["low"], row["value"], row["high"]] == pytest.approx([0.5, 0.5, 0.5])
    assert (row["cases"], row["clusters"]) == (len(model), model["country"].nunique())


def test_reliability_counts_every_case() -> None:
    scored = studied().base
    tables = scored.tables()
    model = {name: own[own["forecaster"] == MODEL] for name, own in tables.items()}
    exact = (model["shares"]["low"] == model["shares"]["high"]).sum()
    assert reliability(tables)["cases"].sum() == exact + len(model["meetings"]) + len(model["statuses"])


@pytest.mark.parametrize(
    ("start", "changed", "said"),
    [
        (2022, {}, "no share is recorded for 2023"),
        (2021, {"drift.sigma": [0.018, np.nan, 0.018]}, "34 of 102 runs failed"),
    ],
    ids=["years of which nothing is recorded", "failed runs"],
)
def test_what_cannot_be_scored_is_refused(start: int, changed: Draws, said: str) -> None:
    own = case_from("hindcast_2022", f"start={start}Q4", "end=2023Q4", "parameters=prior")
    with np.errstate(all="ignore"), pytest.raises(HedgesimError, match=said):
        hindcast(own, read_tables(), {**DRAWS, **changed}, ENGINE, years=range(start, 2024), runs=34, seed=3)


def test_without_draws_the_case_runs_as_it_is() -> None:
    given = {"taste.offer": [CASE.parameters.taste.offer]}
    one, other = (observe(CASE, ENGINE, 3, draws) for draws in (None, given))
    np.testing.assert_array_equal(one.share, other.share)


def test_a_history_starts_at_the_record() -> None:
    shares = past()["history_shares"]
    first = shares.sort_values("year").groupby(["country", "domain", "option"]).head(1)
    exact = first[first["low"] == first["high"]]
    np.testing.assert_allclose(exact["q50"], exact["low"])
    assert (shares["q05"] <= shares["q95"]).all()


def test_every_recorded_year_is_foretold_from_the_years_before() -> None:
    found = ahead()
    assert not found.duplicated(["country", "domain", "option", "year", "horizon"]).any()
    assert set(zip(found["year"], found["horizon"], strict=True)) == {(2019, 1), (2019, 2), (2019, 3), (2021, 1)}
    assert (found["years"] == np.where(found["year"] + found["horizon"] > LAST_YEAR, LATER, FITTED)).all()


def test_runs_start_from_the_record_and_keep_the_rest_as_it_was() -> None:
    started = from_record(CASE, read_tables(), 2021)
    axes, share = CASE.setting.axes, started.setting.share[..., 0]
    np.testing.assert_allclose(share.sum(axis=-1), 1.0)
    own = record_of(read_tables(), CASE.setting, range(2021, 2023)).shares
    exact = own[own["before_low"] == own["before_high"]]
    np.testing.assert_allclose(share[positions(axes, exact, "country", "domain", "option")], exact["before_low"])
    security = axes.domains.index("security")
    np.testing.assert_array_equal(share[:, security], CASE.setting.share[:, security, :, 0])


def test_with_no_drift_and_no_shock_a_forecast_is_the_recorded_share() -> None:
    still = case_from("history", "start=2021Q4", "end=2022Q4", "parameters=prior", "recorded_shocks=none")
    still = replace(
        still,
        parameters=still.parameters.with_values({"drift.sigma": 0.0, "drift.sigma_energy": 0.0, "taste.meetings": 0.0}),
    )
    found = bands_ahead({2021: still}, read_tables(), ENGINE, runs=100)
    np.testing.assert_allclose(found["low"], found["high"], atol=1e-9)


def test_coverage_counts_cells_by_domain_years_and_horizon() -> None:
    one = pd.DataFrame({"domain": "economy", "years": FITTED, "horizon": 1, "observed": [0.1, 0.2, 0.3, 0.9]})
    (row,) = coverage_of_bands(one.assign(low=0.15, high=0.5, pit=[0.01, 0.4, 0.99, 1.0])).to_dict("records")
    assert (row["ahead"], row["cells"], row["inside"], row["below"], row["above"]) == (1, 4, 2, 1, 1)
    assert [row[f"pit_{k}"] for k in range(10)] == [1, 0, 0, 0, 1, 0, 0, 0, 0, 2]
    found = coverage_of_bands(ahead())
    assert found["cells"].sum() == len(ahead())
    np.testing.assert_array_equal(found[[f"pit_{k}" for k in range(10)]].sum(axis=1), found["cells"])
    assert later(found)["cells"].sum() == (ahead()["years"] == LATER).sum()
