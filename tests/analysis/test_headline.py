"""Differences in sentences: how many digits, in how many runs, and what only rounding leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hedgesim.analysis.comparison import compare
from hedgesim.analysis.headline import amount, in_words, runs_with_sign, same
from hedgesim.analysis.run_outcomes import outcome_in_words
from hedgesim.commands.sensitivity import _noise
from hedgesim.numbers import in_brief
from hedgesim.results.results import Results

ROW = {"outcome": "presence", "option": "RUS", "entity": "", "paired": True, "n": 200, "runs": 200}


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
    assert runs_with_sign(1.0, 100, 200) == "in all of the 100 of 200 runs that were kept"
    assert runs_with_sign(0.96, 100, 200) == "in 96 % of the 100 of 200 runs that were kept"
    assert runs_with_sign(0.997, 300, 400) == "in 299 of the 300 of 400 runs that were kept"
    said = in_words({**ROW, "difference": 0.009085, "error": 0.000012, "same_sign": 199 / 200}, {"RUS": "Russia"})
    assert said == "Presence of Russia, mean over countries: 0.908 percentage points higher, in 199 of 200 runs."
    assert amount(0.5, {"outcome": "cohesion", "error": 0.01}, "+") == "+0.500"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("member_KAZ_EAEU", "Share of runs in which Kazakhstan is a member of EAEU (Eurasian Economic Union)"),
        ("status_AZE_OTS", "Status of Azerbaijan in OTS (Organization of Turkic States) from 0 (none) to 3 (member)"),
        ("came_UZB_C5_US", "Number of meetings of leaders of C5_US (C5+1) to which the head of Uzbekistan came"),
        ("leader_meetings_C5_US", "Number of meetings of leaders of C5_US (C5+1)"),
        ("rung_C5_US", "Highest rung of C5_US (C5+1) from 0 (none) to 2 (leaders)"),
        ("trust_UZB_KAZ", "Trust of Uzbekistan in Kazakhstan"),
        ("trust_UZB", "Mean trust of Uzbekistan in the other countries"),
        ("threat_RUS_KAZ", "Threat that Kazakhstan perceives from Russia"),
        ("share_economy_RUS_KAZ", "Share of Russia in the economy of Kazakhstan"),
        ("presence_RUS", "Presence of Russia, mean over countries"),
        ("presence_RUS_KAZ", "Presence of Russia in Kazakhstan"),
        ("attention_RUS", "Attention of Russia"),
        ("hedging_index_KAZ", "Hedging index of Kazakhstan"),
        ("hedging_index", "Hedging index"),
        ("leader_meetings_outside", "Leader meetings outside"),
    ],
)
def test_outcomes_of_single_places_are_said_in_words(name: str, words: str) -> None:
    names = {
        **{"KAZ": "Kazakhstan", "AZE": "Azerbaijan", "UZB": "Uzbekistan", "RUS": "Russia", "economy": "Economy"},
        **{"EAEU": "Eurasian Economic Union", "OTS": "Organization of Turkic States (Turkic Council to 2021)"},
        "C5_US": "C5+1 (of 2015)",
    }
    assert outcome_in_words(name, names) == words


def test_a_difference_in_membership_says_country_body_and_share_of_runs() -> None:
    row = {
        "outcome": "member",
        "entity": "KAZ",
        "option": "EAEU",
        "difference": -0.965,
        "error": 0.01,
        "same_sign": 0.965,
    }
    names = {"KAZ": "Kazakhstan", "EAEU": "Eurasian Economic Union"}
    said = "Share of runs in which Kazakhstan is a member of EAEU (Eurasian Economic Union): 0.965 lower."
    assert in_words({**ROW, **row}, names) == said


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
