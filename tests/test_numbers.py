"""Numbers in tables, messages and charts have significant digits, and none that is not zero looks like zero."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_line import call
from hedgesim.analysis.discovery import Condition, _check_cases
from hedgesim.analysis.sensitivity import _with_ends
from hedgesim.commands.sensitivity import _interval
from hedgesim.errors import HedgesimError
from hedgesim.numbers import alike, apart, significant, small_apart, with_error
from hedgesim.plots.batches import experiment_in_words

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.00127, 0.00012, "0.00127 ± 0.00012"),
        (0.0147, 0.0000089, "0.0147000 ± 0.0000089"),
        (0.25, 3e-12, "0.25 ± 3e-12"),
        (1.5, 1.432, "1.5 ± 1.4"),
        (8421.4, 314.2, "8421 ± 314"),
        (-0.00001, 0.2, "0.00 ± 0.20"),
        (0.0, 0.0, "0 ± 0"),
        (0.41, math.nan, "0.41"),
        (math.nan, 0.1, ""),
        (1e300, 1e299, "1e+300 ± 1e+299"),
    ],
)
def test_a_value_is_as_exact_as_its_error(value: float, error: float, text: str) -> None:
    assert with_error(value, error) == text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([19.0001, 19.0002], ["19.0001", "19.0002"]),
        ([99.7, 100.0], ["99.7", "100"]),
        ([0.27, 0.2704, 0.2696], ["0.27", "0.2704", "0.2696"]),
        ([1234.5, 1238.0], ["1234", "1238"]),
        ([5.0, 5.0], ["5", "5"]),
        ([0.0, -0.0], ["0", "0"]),
        ([math.nan, 0.123456], ["", "0.123"]),
    ],
)
def test_numbers_that_differ_are_written_differently(values: list[float], texts: list[str]) -> None:
    assert apart(values) == texts


@given(st.lists(NUMBERS, max_size=5), st.floats(min_value=0.0, allow_infinity=False))
def test_no_number_becomes_zero_and_no_two_become_one(values: list[float], error: float) -> None:
    assert len(set(apart(values))) == len(set(values))
    for value in values:
        assert (float(significant(value)) == 0.0) == (value == 0.0)
        assert (float(with_error(value, error).split(" ± ")[1]) == 0.0) == (error == 0.0)


@pytest.mark.parametrize(
    ("outcomes", "message"),
    [
        (
            [19.00001, 19.00002, 19.00003],
            "is between 19.00001 and 19.00003. Write a number between, such as the median",
        ),
        ([19.0, 19.0], "is always 19. Name another outcome."),
        ([0.00012, 0.00034], "is between 0.00012 and 0.00034."),
    ],
)
def test_a_condition_without_cases_says_between_which_numbers(outcomes: list[float], message: str) -> None:
    values = pd.Series(outcomes * 100)
    with pytest.raises(HedgesimError, match="no case meets it") as caught:
        _check_cases(None, Condition.read("cohesion > 99"), values, np.zeros(len(values), dtype=bool))
    assert message in str(caught.value)


def test_intervals_end_at_zero_where_the_measure_does_and_vague_ones_are_marked() -> None:
    rows = [
        ("mu_star", 0.03, 0.04, "0.030 (0 to 0.070) ~"),
        ("mu_star", 0.01, 0.02, "0.010 (0 to 0.030)"),
        ("mu_star", 0.05, 0.01, "0.050 ± 0.010"),
        ("ST", 0.3, 0.4, "0.30 (0 to 0.70)"),
        ("ST", 0.4, 0.8, "0.40 (0 to 1.20) ~"),
        ("S1", 0.1, 0.2, "0.10 ± 0.20"),
        ("S1", 0.3, 1.2, "0.3 ± 1.2 ~"),
        ("sigma", 0.000147, math.nan, "0.000147"),
    ]
    table = pd.DataFrame([row[:3] for row in rows], columns=["measure", "value", "confidence"]).assign(outcome="x")
    found = _with_ends(table, ["outcome"])
    assert [_interval(row) for row in found.to_dict("records")] == [row[3] for row in rows]
    assert found["low"].min() == pytest.approx(-0.9)
    assert (found["low"][found["measure"].isin(["mu_star", "ST"])] >= 0.0).all()


def test_a_trial_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    captions = []

    def draw(*_: object, caption: str, **__: object) -> list[Path]:
        captions.append(caption)
        return []

    monkeypatch.setattr("hedgesim.plots.sweeps.draw_sweep", draw)
    said = call("sweep", "us_opening", "--quick")
    assert "of a trial (--quick), whose numbers mean little" in said.out
    assert [caption.partition(",")[0] for caption in captions] == ["Experiment us_opening (a trial with --quick"]
    assert experiment_in_words({"experiment": "x", "quick": False}) == "Experiment x"


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1.48, 1.11, 1.8], ["+1.48", "+1.11", "+1.80"]),
        ([-5.0, 0.0], ["-5", "0"]),
        ([-0.193, -0.000407], ["-0.193", "0.000"]),
        ([float("nan"), 12.34], ["", "+12.3"]),
    ],
)
def test_numbers_side_by_side_have_the_same_decimals_and_nothing_is_minus_zero(
    values: list[float], texts: list[str]
) -> None:
    assert alike(values, sign="+") == texts


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.0, 7.9e-06, 0.028, 0.0761], ["0", "<0.001", "0.028", "0.076"]),
        ([0.0, 0.05, 0.95], ["0", "0.05", "0.95"]),
        ([0.0, 0.0], ["0", "0"]),
        ([3.0, 0.0], ["3", "0"]),
    ],
)
def test_a_small_number_beside_larger_ones_is_said_to_be_below_the_last_decimal(
    values: list[float], texts: list[str]
) -> None:
    assert small_apart(values) == texts
