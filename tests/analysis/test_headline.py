"""Differences in sentences: how many digits, in how many runs, and what only rounding leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hedgesim.analysis.comparison import compare
from hedgesim.analysis.headline import amount, in_words, runs_with_sign, same
from hedgesim.commands.sensitivity import _noise
from hedgesim.numbers import in_brief
from hedgesim.results.results import Results

ROW = {"outcome": "presence", "option": "RUS", "entity": "", "paired": True, "n": 200}


@pytest.mark.parametrize(
    ("value", "error", "written"),
    [
        (0.9085, 0.00012, "0.908"),
        (0.9085, 0.02, "0.908"),
        (0.9085, 0.2, "0.91"),
        (12.3456, 0.5, "12.3"),
        (1234.5, 0.01, "1234"),
        (-0.053141, 0.0011, "-0.0531"),
        (0.0, 0.1, "0.00"),
        (0.25, 0.0, "0.25"),
    ],
)
def test_a_sentence_has_digits_as_the_error_allows_and_three_at_most(value: float, error: float, written: str) -> None:
    assert in_brief(value, error) == written


def test_percent_is_written_only_where_it_does_not_say_all_or_none() -> None:
    assert runs_with_sign(1.0, 200) == "in all runs"
    assert runs_with_sign(199 / 200, 200) == "in 199 of 200 runs"
    assert runs_with_sign(1 / 1000, 1000) == "in 1 of 1000 runs"
    assert runs_with_sign(0.96, 200) == "in 96 % of runs"
    said = in_words({**ROW, "difference": 0.009085, "error": 0.000012, "same_sign": 199 / 200}, {"RUS": "Russia"})
    assert said == "Presence of Russia, mean over countries: 0.908 percentage points higher, in 199 of 200 runs."
    assert amount(0.5, {"outcome": "cohesion", "error": 0.01}, "+") == "+0.500"


def test_what_only_rounding_leaves_is_no_difference() -> None:
    def results(shift: float) -> Results:
        runs = pd.DataFrame(
            {
                "run": range(4),
                "failed": [None] * 4,
                "cohesion": np.arange(4.0),
                "hedging_index": 0.5 + shift * np.arange(4),
            }
        )
        manifest = {"scenario": "x", "seed": 1, "runs": 4, "scenario_text": "end: 2022Q4\n"}
        return Results.of({"runs": runs}, manifest)

    found = compare(results(0.0), results(1e-16), names=("a", "b"))
    assert same(found.differences).all()
    assert not same(compare(results(0.0), results(1e-6), names=("a", "b")).differences).all()


def test_noise_beyond_the_signal_is_said_in_words() -> None:
    assert _noise(0.034) == "3.4"
    assert _noise(2.0) == "exceeds the signal"
    assert _noise(float("nan")) == ""
