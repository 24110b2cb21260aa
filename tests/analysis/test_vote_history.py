"""Votes from earlier votes: the formula, and its choice by the score one year ahead."""

import numpy as np
import pytest

from hedgesim.analysis.calibration.votes import (
    VOTES,
    History,
    VoteRule,
    chances_on,
    fit_votes,
    history_against,
    rates_of,
    rolling,
    vote_chances,
    vote_weights,
)
from hedgesim.scenario.tables import Tables, read_tables

RULE = VoteRule(kappa=0.5, rho=0.25, half_life=3.0)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables()


def invented(*, years: int, seed: int, habits: np.ndarray) -> History:
    """Two resolutions a year of two kinds on which each country votes by its habits (country, kind, vote)."""
    rng = np.random.default_rng(seed)
    kinds = ["sovereignty", "rights"] * years
    dates = [np.datetime64(f"{2000 + n // 2}-0{3 + n % 2}-01") for n in range(2 * years)]
    cast = [[rng.multinomial(1, own[n % 2]) for n in range(2 * years)] for own in habits]
    return History(np.array(dates), np.array(kinds), np.array(cast, dtype=np.float64))


def test_chances_are_weighed_shares_drawn_to_the_rates() -> None:
    votes = np.zeros((1, 2, 4))
    votes[0, 0, 0] = votes[0, 1, 2] = 1.0
    chances = vote_chances(votes, np.array([1.0, 0.5]), np.array([0.4, 0.3, 0.2, 0.1]), kappa=0.5)
    assert chances[0] == pytest.approx([(1 + 0.2) / 2, 0.15 / 2, (0.5 + 0.1) / 2, 0.05 / 2])


def test_weights_halve_and_other_kinds_count_less() -> None:
    weights = vote_weights(np.array([0.0, 3.0, 3.0]), np.array([True, True, False]), RULE)
    assert weights == pytest.approx([1.0, 0.5, 0.125])
    ever = vote_weights(np.array([0.0, 30.0]), np.array([True, True]), VoteRule(0.5, 0.25, np.inf))
    assert ever == pytest.approx([1.0, 1.0])


def test_no_vote_is_impossible_and_chances_sum_to_one(tables: Tables) -> None:
    history = history_against(tables, "RUS")
    for kind in ("sovereignty", "rights"):
        chances = chances_on(history, np.datetime64("2022-03-02"), kind, RULE)
        assert chances.sum(axis=1) == pytest.approx(1.0)
        assert chances.min() > 0.0
    assert rates_of(history).min() > 0.0


def test_only_years_before_foretell_a_vote(tables: Tables) -> None:
    history = history_against(tables, "RUS")
    changed = History(history.dates, history.kinds, history.votes.copy())
    changed.votes[:, history.dates >= np.datetime64("2019-01-01")] = np.eye(4)[0]
    np.testing.assert_array_equal(rolling(history, range(2009, 2019), RULE), rolling(changed, range(2009, 2019), RULE))


def test_the_history_is_that_of_the_record(tables: Tables) -> None:
    history = history_against(tables, "RUS")
    assert history.votes.shape == (6, 26, len(VOTES))
    assert (history.votes.sum(axis=-1) == 1.0).all()
    assert set(history.kinds) == {"sovereignty", "rights"}
    assert (history.dates < np.datetime64("2022-01-01")).all()
    assert (np.diff(history.dates) >= np.timedelta64(0)).all()


def test_the_fit_finds_that_habits_last_and_kinds_differ() -> None:
    """Lasting habits by kind: the longest memories and no other kind score best."""
    habits = np.full((6, 2, 4), 0.05)
    for country in range(6):
        habits[country, 0, country % 4] = habits[country, 1, (country + 1) % 4] = 0.85
    found = fit_votes(invented(years=30, seed=3, habits=habits), last=2024, until=2029)
    assert found.rule.half_life >= 8.0
    assert found.rule.rho == 0.0
    assert found.scores.set_index("forecaster")["tested"].idxmax() == "history"


def test_history_foretells_better_than_persistence_and_rates(tables: Tables) -> None:
    found = fit_votes(history_against(tables, "RUS"), until=2021)
    scores = found.scores.set_index("forecaster")
    assert found.votes == {"fitted": 114, "tested": 36}
    for years in ("fitted", "tested"):
        assert scores[years].idxmax() == "history"
    assert found.rule.rho <= 0.25
    assert 0.25 <= found.rule.kappa <= 0.5
    grid = found.grid.set_index(["kappa", "rho", "half_life"])["score"]
    assert (grid.max() - grid[0.5, 0.25, 3.0]) * found.votes["fitted"] < 3.0  # model.md's rule is within 3 log points
