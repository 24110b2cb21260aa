"""Votes from earlier votes, worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgesim.model.arrays import TARGET
from hedgesim.model.votes import VoteParameters, vote_probabilities

NOBODY = np.zeros((2, 2, 4, 1))
"""Votes of two countries in two years on four choices."""
AGE = np.asarray([0.0, 3.0])[None, :, None, None]
P = VoteParameters(prior=0.5, other_kind=0.25, half_life=3.0)
NOW = np.zeros((1, 1, 1, 1))


def cast(*votes: tuple[int, int, int, float]) -> np.ndarray:
    counts = NOBODY.copy()
    for country, year, choice, n in votes:
        counts[country, year, choice, 0] += n
    return counts


def test_own_votes_count_by_age_and_kind_and_those_of_all_as_much_as_half_a_vote() -> None:
    # First country: two abstentions this year, weight 2; a yes three years ago, .5; a no on the other kind, .25.
    same, other = cast((0, 0, 2, 2.0), (0, 1, 3, 1.0), (1, 0, 3, 1.0)), cast((0, 0, 0, 1.0))
    found = vote_probabilities(same, other, AGE, NOW, P)[:, 0, :, 0]
    usual = np.asarray([1.0 + 1.0, 1.0, 1.0 + 2.0, 1.0 + 2.0]) / 9.0  # five votes of all, and one for every choice
    assert found[0] == pytest.approx((np.asarray([0.25, 0.0, 2.0, 0.5]) + 0.5 * usual) / 3.25, abs=1e-9)
    assert found[1] == pytest.approx((np.asarray([0.0, 0.0, 0.0, 1.0]) + 0.5 * usual) / 1.5, abs=1e-9)


def test_what_is_known_fades_as_the_run_goes_on() -> None:
    same = cast((0, 0, 0, 4.0), (1, 0, 3, 4.0))
    now, later = (vote_probabilities(same, NOBODY, AGE, NOW + step, P)[0, 0, 0, 0] for step in (0.0, 12.0))
    usual = (4.0 + 1.0) / 12.0
    assert now == pytest.approx((4.0 + 0.5 * usual) / 4.5)
    assert later == pytest.approx((2.0 + 0.5 * usual) / 2.5)


def test_where_nobody_ever_voted_all_choices_are_as_likely() -> None:
    assert vote_probabilities(NOBODY, NOBODY, AGE, NOW, P) == pytest.approx(np.full((2, 1, 4, 1), 0.25))


@given(st.integers(0, 9999), st.floats(0.01, 10.0), st.floats(0.0, 1.0), st.floats(0.5, 40.0), st.integers(0, 80))
def test_chances_sum_to_one(seed: int, prior: float, other: float, half_life: float, step: int) -> None:
    rng = np.random.default_rng(seed)
    same, others = (rng.integers(0, 4, NOBODY.shape).astype(float) for _ in range(2))
    p = VoteParameters(prior=prior, other_kind=other, half_life=half_life)
    found = vote_probabilities(same, others, AGE, NOW + step, p)
    assert found.sum(axis=TARGET) == pytest.approx(1.0, abs=1e-9)
    assert np.all(found >= 0.0)
