"""Scores against their known answers, baselines, forecasts and what a hindcast scores."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from hedgesim.analysis.calibration.prior import DISCREPANCY
from hedgesim.analysis.calibration.record import record_of
from hedgesim.analysis.hindcast.baselines import PastShares, count_probabilities
from hedgesim.analysis.hindcast.forecast import Draws, add_errors, history
from hedgesim.analysis.hindcast.hindcast import MOST, UNMOVED, VOTES, Study, hindcast, left_out_weights, study
from hedgesim.analysis.hindcast.scores import LEVEL, MODEL, brier, crps, pit, reliability, rps, skill, skills
from hedgesim.engines import engine_of
from hedgesim.engines.ensemble import outcomes
from hedgesim.errors import HedgesimError
from hedgesim.scenario.tables import read_tables
from worlds import case_from, scenario_from

DRAWS = {
    "taste.offer": [0.5, 1.0, 1.5],
    DISCREPANCY + "economy": [0.016] * 3,
    DISCREPANCY + "energy": [0.09] * 3,
}
LOGS = {f"log_likelihood_{code}": [0.0, 0.0, 0.0] for code in ("KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE")}
ENGINE, CASE = engine_of("ensemble"), case_from("hindcast_2022", "parameters=prior")
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
    band = stats.binom(n, LEVEL).ppf([0.0005, 0.9995])
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
    return study(scenario, {}, read_tables(), {**DRAWS, **LOGS}, ENGINE, runs=40)


def _record(*shares: float) -> pd.DataFrame:
    years = range(2017, 2017 + len(shares))
    rows = [("AAA", "economy", "RED", year, share, share) for year, share in zip(years, shares, strict=True)]
    return pd.DataFrame(rows, columns=["country", "domain", "option", "year", "low", "high"])


@pytest.mark.parametrize(("name", "expected"), [("persistence", 0.4), ("trend", 0.5), ("climatology", 0.3)])
def test_a_baseline_by_hand_uses_no_later_year(name: str, expected: float) -> None:
    past, known = (PastShares.until(2019, _record(0.04, 0.09, 0.16, *later)) for later in ([0.9], []))
    assert past.forecast(name, _record(0.25)) == pytest.approx([expected])  # roots .2, .3, .4
    assert past.scale(name, "economy") == known.scale(name, "economy")


def test_the_scale_of_a_baseline_is_that_of_its_errors() -> None:
    """Errors drawn from Student's t with scale .03 are estimated as .03, within four errors of a scale estimate."""
    n = 400
    steps = 0.03 * stats.t(4.0).ppf(np.random.default_rng(1).random(n))
    tables = [_record(0.25, (0.5 + step) ** 2).assign(country=f"C{k}") for k, step in enumerate(steps)]
    found = PastShares.until(2018, pd.concat(tables)).scale("persistence", "economy")
    information = (4.0 + 1.0 - 1.0) / (4.0 + 3.0) * 2.0  # of the log scale: 2 v / (v + 3)
    assert abs(np.log(found / 0.03)) < 4.0 / np.sqrt(n * information) + np.log(0.25 / 0.005) / 200


@given(st.lists(st.integers(0, 4), min_size=1, max_size=9), st.sampled_from(["persistence", "trend", "climatology"]))
def test_chances_of_counts_sum_to_one(counts: list[int], name: str) -> None:
    chances = count_probabilities(name, np.asarray(counts), MOST)
    assert chances.sum() == pytest.approx(1.0)
    assert (chances >= 0.0).all()


def test_persistence_of_counts_is_the_jeffreys_predictive() -> None:
    chances = count_probabilities("persistence", np.asarray([0, 0, 2]), MOST)
    np.testing.assert_allclose(chances[:MOST], stats.nbinom(2.5, 0.5).pmf(np.arange(MOST)))


def test_without_errors_shares_are_squares_of_roots() -> None:
    shares = _record(0.25, 0.36).assign(before_low=0.25, before_high=0.25)
    middle = np.asarray([[0.5, 0.6, 1.2], [0.1, -0.2, 0.3]])
    np.testing.assert_allclose(
        add_errors(shares, middle, np.zeros((2, 1)), seed=1), [[0.25, 0.36, 1.0], [0.01, 0.0, 0.09]]
    )


def test_a_hindcast_scores_every_cell_once_a_forecaster() -> None:
    scored = studied().base
    record = record_of(read_tables(), CASE.setting, range(2021, 2024))
    names = (MODEL, UNMOVED, "still", "persistence", "trend", "climatology")
    assert scored.shares["forecaster"].value_counts().to_dict() == dict.fromkeys(names, len(record.shares))
    assert scored.meetings["year"].min() == 2022
    np.testing.assert_allclose(scored.meetings[[f"p{k}" for k in range(MOST + 1)]].sum(axis=1), 1.0, atol=1e-9)
    assert scored.shares["pit"].between(0.0, 1.0).all()
    assert not scored.statuses.isna().any(axis=None)


def test_scores_are_those_of_the_members() -> None:
    """CRPS by its definition, E|X - y| - E|X - X'| / 2, for one exact cell."""
    scored = studied().base
    own = scored.shares[scored.shares["forecaster"] == MODEL].reset_index(drop=True)
    n = int(np.flatnonzero(own["low"] == own["high"])[0])
    members, y = scored.members.shares[n], own["low"][n]
    apart = np.abs(members[:, None] - members[None, :]).mean()
    assert own["crps"][n] == pytest.approx(np.abs(members - y).mean() - 0.5 * apart)


def test_a_study_has_skills_of_posterior_and_prior_scores_without_each_country_and_votes() -> None:
    tables = studied().tables()
    assert set(tables["skills"]["variant"]) == {"base", "prior"}
    left_out = tables["left_out"]
    assert set(left_out["country"]) == set(studied().base.shares["country"])
    assert left_out["draws_worth"].to_numpy() == pytest.approx(3.0)
    np.testing.assert_allclose(left_out["crps_left_out"], left_out["crps_fitted"])  # all draws weigh the same
    votes = tables["votes"].set_index("country")
    assert tuple(votes.index) == CASE.setting.axes.countries
    np.testing.assert_allclose(votes[list(VOTES)].sum(axis=1), 1.0)
    runs = outcomes(CASE, range(ENGINE.together))
    assert votes.loc["TKM", "vote_absent"] == pytest.approx(runs.of_country("vote_absent")[3, 1].mean())


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


def test_leaving_a_country_out_weighs_draws_by_its_likelihood() -> None:
    weights, worth = left_out_weights({"log_likelihood_AAA": [0.0, np.log(2.0)]}, "AAA")
    np.testing.assert_allclose(weights, [2.0 / 3.0, 1.0 / 3.0])
    assert worth == pytest.approx(1.0 / (4.0 / 9.0 + 1.0 / 9.0))


@pytest.mark.parametrize(
    ("start", "changed", "said"),
    [
        (2022, {}, "no share is recorded for 2023"),
        (2021, {"taste.boost": [0.1, 1e200, 0.1], "alignment.trend": [1.0, 1e200, 1.0]}, "40 of 120 runs failed"),
    ],
    ids=["years of which nothing is recorded", "failed runs"],
)
def test_what_cannot_be_scored_is_refused(start: int, changed: Draws, said: str) -> None:
    own = case_from("hindcast_2022", f"start={start}Q4", "end=2023Q4", "parameters=prior")
    with np.errstate(all="ignore"), pytest.raises(HedgesimError, match=said):
        hindcast(own, read_tables(), {**DRAWS, **changed}, ENGINE, years=range(start, 2024), runs=40, seed=3)


def test_a_history_starts_at_the_record() -> None:
    tables = history(CASE, read_tables(), DRAWS, ENGINE, runs=4)
    shares = tables["history_shares"]
    first = shares.sort_values("year").groupby(["country", "domain", "option"]).head(1)
    exact = first[first["low"] == first["high"]]
    np.testing.assert_allclose(exact["q50"], exact["low"])
    assert (shares["q05"] <= shares["q95"]).all()
