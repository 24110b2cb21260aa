"""Baselines, forecasts and what a hindcast scores."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hedgesim.analysis.calibration.prior import DISCREPANCY
from hedgesim.analysis.calibration.record import record_of
from hedgesim.analysis.hindcast.baselines import PastShares, count_probabilities
from hedgesim.analysis.hindcast.forecast import Draws, add_errors, history
from hedgesim.analysis.hindcast.hindcast import MOST, UNMOVED, VOTES, Study, hindcast, left_out_weights, study
from hedgesim.analysis.hindcast.scores import MODEL, reliability, skills
from hedgesim.engines.choice import engine_of
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
    runs = ENGINE.outcomes(CASE, range(ENGINE.together))
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
    ("start", "changed", "runs", "said"),
    [
        (2022, {}, 40, "no share is recorded for 2023"),
        (2021, {}, 2, "6 runs are too few"),
        (2021, {"taste.boost": [0.1, 1e200, 0.1], "alignment.trend": [1.0, 1e200, 1.0]}, 40, "40 of 120 runs failed"),
    ],
    ids=["years of which nothing is recorded", "too few members", "failed runs"],
)
def test_what_cannot_be_scored_is_refused(start: int, changed: Draws, runs: int, said: str) -> None:
    own = case_from("hindcast_2022", f"start={start}Q4", "end=2023Q4", "parameters=prior")
    with np.errstate(all="ignore"), pytest.raises(HedgesimError, match=said):
        hindcast(own, read_tables(), {**DRAWS, **changed}, ENGINE, years=range(start, 2024), runs=runs, seed=3)


def test_a_history_starts_at_the_record() -> None:
    tables = history(CASE, read_tables(), DRAWS, ENGINE, runs=4)
    shares = tables["history_shares"]
    first = shares.sort_values("year").groupby(["country", "domain", "option"]).head(1)
    exact = first[first["low"] == first["high"]]
    np.testing.assert_allclose(exact["q50"], exact["low"])
    assert (shares["q05"] <= shares["q95"]).all()
