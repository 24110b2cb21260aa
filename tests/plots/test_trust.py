import pandas as pd
import pytest

from hedgesim.plots.trust import Trust, coverage_in_words, start_of
from hedgesim.scenario.calibrations import PRIOR, coverage_of

SHARES = pd.DataFrame(
    [
        ("A", "security", "recall"),
        ("A", "economy", "seen"),
        ("A", "security", "assumption"),
        ("Z", "security", "recall"),
    ],
    columns=["country", "domain", "confidence"],
)
COVERAGE = pd.DataFrame(
    [("economy", 2, 10, 9), ("economy", 1, 20, 17), ("energy", 1, 4, 2), ("energy", 2, 0, 0)],
    columns=["domain", "ahead", "cells", "inside"],
)


def test_assumptions_of_the_start_are_counted_by_domain_among_what_is_used() -> None:
    found = start_of({"shares": SHARES, "trust": SHARES[["country", "confidence"]]}, {"country": ["A"]})
    assert found == {"shares": (2, 3), "security shares": (2, 2), "economy shares": (0, 1), "trust": (2, 3)}


def test_the_line_counts_the_parts_a_chart_rests_on() -> None:
    line = Trust({"shares": (2, 3), "trust": (30, 30), "rivalry": (0, 0)}).line("trust", "rivalry", "shares", "ties")
    assert line == (
        "How far to trust this: assumption or recall at the start: trust 30 of 30, shares 2 of 3;"
        " the share of the record inside 90 % bands was not scored; levels of shares are not forecast."
    )


def test_patterns_that_bear_on_a_chart_are_named_by_verdict() -> None:
    patterns = pd.DataFrame(
        [
            ("P1", "fails", "exits;joined"),
            ("P5", "holds", "meetings"),
            ("P2", "fails", "meetings"),
            ("P4", "holds", "meetings"),
        ],
        columns=["pattern", "verdict", "quantities"],
    )
    line = Trust(patterns=patterns).line(about=("meetings", "has_met"))
    assert "patterns of the record about this (holds: P5 P4, fails: P2); " in line
    assert "about this (none); " in Trust(patterns=patterns).line(about=("hedging_index",))
    assert "patterns of the record: not scored" in Trust().line(about=("meetings",))


@pytest.mark.parametrize(
    ("coverage", "words"),
    [
        (COVERAGE.iloc[:0], "the share of the record inside 90 % bands was not scored"),
        (
            COVERAGE,
            "coverage of 90 % bands in years not fitted: economy 85% 90% (1 2 years ahead, 30 cells),"
            " energy 50% (1 years ahead, 4 cells)",
        ),
    ],
)
def test_coverage_is_said_by_domain_and_years_ahead(coverage: pd.DataFrame, words: str) -> None:
    assert coverage_in_words(coverage) == words


def test_a_calibration_that_was_not_scored_says_so() -> None:
    assert coverage_in_words(coverage_of(PRIOR)) == "the share of the record inside 90 % bands was not scored"
