"""From runs to verdicts: worked cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgesim.analysis.patterns.interval import Interval
from hedgesim.analysis.patterns.pattern import FAILS, REPORTED, Part, read_patterns
from hedgesim.analysis.patterns.verdict import HOLDS, UNDECIDED, judge, summary_of, verdict_of

NAN = np.nan
PATTERN = next(iter(read_patterns().all.values()))


def a_part(summary: str, interval: str | None, missing: str = "left_out", alternative: str | None = None) -> Part:
    judged = None if interval is None else Interval.read(interval)
    changed = {"summary": summary, "interval": judged, "missing": missing, "alternative": alternative}
    return PATTERN.parts[0].model_copy(update=changed)


@pytest.mark.parametrize(
    ("summary", "values", "expected"),
    [
        ("median", [1, 2, 9], 2),
        ("median", [1, 2, 3, 9], 2.5),
        ("mean", [0, 1, 5], 2),
        ("share", [1, 1, 1, 0], 0.75),
        ("q05", list(range(21)), 1),
        ("q95", list(range(21)), 19),
        ("median", [1, np.inf, np.inf], np.inf),
        ("median", [1, 2, np.inf], 2),
    ],
)
def test_summaries_are_those_of_the_runs(summary: str, values: list[float], expected: float) -> None:
    assert summary_of(np.asarray(values, dtype=float), summary)[0] == expected


Z = 1.959964
CENTRE, HALF = (0.8 + Z**2 / 20) / (1 + Z**2 / 10), Z * np.sqrt(0.8 * 0.2 / 10 + Z**2 / 400) / (1 + Z**2 / 10)
ERRORS = Z / np.sqrt(99)  # of a spread of root(100 / 99), over root(100)


@pytest.mark.parametrize(
    ("summary", "values", "limits"),
    [
        ("share", [1.0] * 8 + [0.0] * 2, (CENTRE - HALF, CENTRE + HALF)),  # Wilson's of 8 in 10
        ("median", range(1, 101), (40, 61)),  # a binomial of 100 and 1/2 has its 2.5 and 97.5 % quantiles at 40 and 60
        ("mean", [0.0, 2.0] * 50, (1 - ERRORS, 1 + ERRORS)),
    ],
)
def test_limits_of_a_summary_by_hand(summary: str, values: Sequence[float], limits: tuple[float, float]) -> None:
    assert summary_of(np.asarray(values, dtype=float), summary)[1:] == pytest.approx(limits, abs=1e-6)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.sampled_from(["median", "q05", "q95", "mean"]))
def test_limits_lie_around_what_they_limit(values: list[float], summary: str) -> None:
    middle, low, high = summary_of(np.asarray(values), summary)
    slack = 1e-9 * max(1.0, max(map(abs, values)))
    assert low - slack <= middle <= high + slack


@pytest.mark.parametrize(
    ("summary", "interval", "missing", "values", "simulated", "verdict"),
    [
        ("share", "(0.5, 1]", "fails", [1.0, 1.0, NAN, 0.0], 0.5, FAILS),
        ("share", "(0.5, 1]", "left_out", [1.0, 1.0, NAN, 0.0], 2 / 3, HOLDS),
        ("median", "[0, 8]", "never", [4.0, NAN, NAN], np.inf, FAILS),
        ("median", "[0, 1]", "left_out", [0.5, NAN], 0.5, HOLDS),
        ("median", "[0, 1]", "left_out", [0.5, NAN, NAN], 0.5, UNDECIDED),  # where most runs are left out
        ("median", "[0, 1]", "left_out", [5.0, NAN, NAN], 5.0, UNDECIDED),
        ("median", "[0, 1]", "left_out", [NAN, NAN], NAN, UNDECIDED),
        ("median", None, "left_out", [NAN], NAN, REPORTED),
    ],
)
def test_runs_that_do_not_get_so_far_count_as_the_part_says(
    summary: str, interval: str | None, missing: str, values: list[float], simulated: float, verdict: str
) -> None:
    found = judge(a_part(summary, interval, missing), np.asarray(values))
    assert (found.simulated, found.verdict) == (pytest.approx(simulated, nan_ok=True), verdict)
    absent = int(np.isnan(values).sum())
    assert (found.n, found.missing) == (len(values) - (absent if missing == "left_out" else 0), absent)


def test_a_verdict_is_sure_where_the_limits_agree() -> None:
    many = judge(a_part("share", "[0.8, 1]", "fails"), np.asarray([1.0] * 95 + [0.0] * 5))
    near = judge(a_part("share", "[0.8, 1]", "fails"), np.asarray([1.0] * 81 + [0.0] * 19))
    assert (many.verdict, many.sure, near.verdict, near.sure) == (HOLDS, True, HOLDS, False)


@pytest.mark.parametrize(
    ("verdicts", "lacks", "expected"),
    [
        ((HOLDS, HOLDS, FAILS), None, HOLDS),
        ((HOLDS, FAILS, FAILS), None, FAILS),
        ((FAILS, HOLDS, HOLDS), None, FAILS),
        ((UNDECIDED, HOLDS, HOLDS), None, UNDECIDED),
        ((UNDECIDED, FAILS, FAILS), None, FAILS),
        ((HOLDS, UNDECIDED, FAILS), None, UNDECIDED),
        ((HOLDS, REPORTED, HOLDS), None, HOLDS),
        ((HOLDS, HOLDS, FAILS), "a first step", UNDECIDED),
        ((FAILS, HOLDS, HOLDS), "a first step", FAILS),
    ],
)
def test_a_pattern_holds_when_all_its_parts_do_or_one_alternative_and_the_model_lacks_nothing(
    verdicts: tuple[str, ...], lacks: str | None, expected: str
) -> None:
    parts = tuple(a_part("median", "[0, 1]", alternative="or" if n else None) for n in range(3))
    assert verdict_of(PATTERN.model_copy(update={"parts": parts, "lacks": lacks}), verdicts) == expected
