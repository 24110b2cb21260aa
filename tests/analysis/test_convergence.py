"""Running means by hand, and whether runs are enough."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hedgesim.analysis.convergence import HALF_WIDTH, enough_in_words, running_mean


def test_the_running_mean_is_that_of_the_first_runs_with_its_interval() -> None:
    values = 5.0 + np.asarray([0.1, 0.4, -0.3, 0.2, 0.9, -0.5])
    found = running_mean(pd.Series(values)).set_index("n")
    assert found.index.tolist() == [2, 3, 4, 5, 6]
    for n, row in found.iterrows():
        first = values[:n]
        reach = HALF_WIDTH * first.std(ddof=1) / np.sqrt(n)
        assert row[["mean", "low", "high"]].tolist() == pytest.approx(
            [first.mean(), first.mean() - reach, first.mean() + reach]
        )


def test_a_million_runs_take_few_steps_and_one_run_none() -> None:
    assert len(running_mean(pd.Series(np.zeros(1_000_000)))) <= 60
    assert running_mean(pd.Series([1.0])).empty


@pytest.mark.parametrize(
    ("mean", "error", "said"),
    [
        (2.0, 0.02, "Yes: the standard error is 1 % of the mean after 100 runs."),
        (
            2.0,
            0.2,
            "Enough for the sign, not for the size: the error is 10 % of it; about 400 runs would bring its error to 5"
            " %.",
        ),
        (
            0.1,
            0.2,
            "No: after 100 runs the 90 % interval of the mean contains 0; "
            "about 160000 runs would bring its error to 5 %.",
        ),
        (0.0, 0.2, "No: after 100 runs the 90 % interval of the mean contains 0."),
        (0.3, 0.0, "Yes: it is the same number in all 100 runs."),
        (0.3, float("nan"), "One run has no error: run more."),
    ],
)
def test_whether_runs_are_enough_is_said(mean: float, error: float, said: str) -> None:
    assert enough_in_words(mean, error, 100) == said
