"""Every statistic on numbers that can be checked by hand: two years of quarters, a column a run."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hedgesim.analysis.patterns import statistics
from hedgesim.analysis.patterns.declared import statistic
from hedgesim.analysis.patterns.interval import Interval, read_span
from hedgesim.analysis.patterns.runs import SimulatedRuns
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes

AXES = Axes(("AAA", "BBB", "CCC"), ("RED",), ("trade",), ("HOME",), Period(2021, 1), 7)
NAN = np.nan


def runs() -> SimulatedRuns:
    """Runs from 2021Q1 to 2022Q4 of which nothing but the axes is looked at."""
    trajectory: Any = SimpleNamespace(case=SimpleNamespace(setting=SimpleNamespace(axes=AXES)))
    return SimulatedRuns(trajectory)


def values_of(*runs: list[float]) -> Any:
    """A quantity with these values quarter by quarter in each run."""
    values = np.asarray(runs, dtype=float).T
    return lambda _: values


RISING = values_of([0, 1, 2, 3, 4, 5, 6, 7], [8, 8, 8, 8, 0, 0, 0, 0])
EVENTS = values_of([0, 0, 1, 0, 0, 0, 0, 1], [0] * 8, [1, 0, 0, 0, 1, 0, 1, 0])


def check(values: np.ndarray, *expected: float) -> None:
    assert values.shape == (len(expected),)
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12)


def test_value_mean_total_highest() -> None:
    check(statistics.value(runs(), RISING, Period(2021, 3)), 2, 8)
    check(statistics.mean(runs(), RISING, read_span(2022)), 5.5, 0)
    check(statistics.total(runs(), RISING, read_span("2021Q4-2022Q1")), 7, 8)
    check(statistics.highest(runs(), RISING, read_span("2021-2022")), 7, 8)


def test_changes_and_differences() -> None:
    first, last = Period(2021, 1), Period(2022, 4)
    check(statistics.change(runs(), RISING, first, last), 7, -8)
    check(
        statistics.relative_change(runs(), values_of([1, 0, 0, 0, 0, 0, 0, 2], [0] * 8), RISING, first, last), 1 / 7, 0
    )
    check(statistics.relative_change(runs(), RISING, values_of([3] * 8, [1] * 7 + [5]), first, last), NAN, 2)
    check(statistics.difference(runs(), RISING, read_span(2022), read_span(2021)), 4, -8)
    check(statistics.ratio(runs(), RISING, read_span(2022), read_span(2021)), 5.5 / 1.5, 0)
    check(statistics.ratio(runs(), RISING, read_span(2021), read_span(2022)), 1.5 / 5.5, NAN)


def test_ever_and_never_where_a_condition_held_before() -> None:
    check(statistics.ever(runs(), EVENTS, read_span(2022)), 1, 0, 1)
    check(statistics.never(runs(), EVENTS, read_span("2022Q1-2022Q2")), 1, 1, 0)
    begun = values_of([0, 0, 1, 1, 1, 1, 1, 1], [0] * 8, [1] * 8)
    check(statistics.ever(runs(), EVENTS, read_span(2022), begun), 1, NAN, 1)
    check(statistics.never(runs(), EVENTS, read_span("2021Q2-2021Q4"), begun), NAN, NAN, 1)
    check(statistics.never(runs(), EVENTS, read_span(2021), begun), NAN, NAN, 0)


def test_wait_counts_from_a_quarter_to_the_first_event_of_the_run() -> None:
    check(statistics.wait(runs(), EVENTS, Period(2021, 2)), 1, NAN, -1)


def test_statements_are_joined() -> None:
    wait = values_of([1, NAN, -1, 3, 4, 5, 9, 0])

    def waits(_: SimulatedRuns) -> np.ndarray:
        return wait(None)[:, 0]

    check(statistics.within(runs(), waits, Interval.read("(1, 4]")), 0, NAN, 0, 1, 1, 0, 0, 0)
    parts = [lambda _: np.asarray([1, 1, 0, NAN, 1]), lambda _: np.asarray([1, NAN, NAN, 0, 0])]
    check(statistics.all_of(runs(), parts), 1, NAN, 0, 0, 0)


def test_variation_of_gaps_is_that_of_a_sample() -> None:
    gaps = values_of([1, 0, 1, 0, 1, 0, 0, 1], [1, 0, 1, 0, 1, 0, 1, 0], [1, 0, 1, 0, 0, 0, 0, 0])
    mean, sd = 7 / 3, np.sqrt((2 * (1 / 3) ** 2 + (2 / 3) ** 2) / 2)
    check(statistics.variation_of_gaps(runs(), gaps, read_span("2021-2022"), 3), sd / mean, 0, NAN)
    check(statistics.variation_of_gaps(runs(), gaps, read_span("2021-2022"), 1), sd / mean, 0, NAN)


def test_precedes_tells_who_came_first() -> None:
    one = values_of([1, 0, 0, 0, 0, 0, 0, 0], [0] * 8, [0, 0, 1, 0, 0, 0, 0, 0], [1] * 8)
    other = values_of([0, 1, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0], [0] * 8)
    check(statistics.precedes(runs(), one, other), 1, 0, 0, NAN)


def test_a_peak_is_above_every_later_year() -> None:
    counts = values_of([0, 2, 0, 1, 0, 1, 1, 0], [0, 1, 0, 0, 1, 0, 0, 0])
    check(statistics.peaks(runs(), counts, read_span(2021), read_span(2022)), 1, 0)


def test_order_compares_means_and_not_quarters() -> None:
    high, middle, low = (values_of([n] * 8, one) for n, one in ((3, [1] * 8), (2, [2, 4] * 4), (1, [0] * 8)))
    during = read_span(2021)
    check(statistics.order(runs(), during, (high,), (middle,), (low,)), 1, 0)
    check(statistics.order(runs(), during, (high, middle), last=(low,)), 1, 1)
    check(statistics.order(runs(), during, (middle,), (low,)), 1, 1)
    check(statistics.order(runs(), during, (low,), (middle,)), 0, 0)


def test_every_statistic_has_been_looked_at() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in statistic.models if f"statistics.{name}(" not in text] == []


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [(2022, "2022Q1", "2022Q4"), ("2015-2017", "2015Q1", "2017Q4"), ("2021Q3", "2021Q3", "2021Q3")],
)
def test_quarters_are_read(text: object, first: str, last: str) -> None:
    span = read_span(text)
    assert (str(span.first), str(span.last)) == (first, last)


@pytest.mark.parametrize("text", ["2022-2021", "soon", "2021Q5", "", None, True, 2.5, "2021Q2-2021Q1"])
def test_what_is_no_quarters_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"quarter|must"):
        read_span(text)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("[0, 1]", (0.0, 1.0), (-1e-9, 1.1, NAN)),
        ("(0.5, 1]", (0.51, 1.0), (0.5, 1.01)),
        ("(0, inf)", (1e-12, 1e9, 1e300), (0.0, np.inf)),
        ("(-inf, 0)", (-1.0,), (0.0, -np.inf)),
        ([2, 6], (2.0, 6.0), (1.9, 6.1)),
    ],
)
def test_intervals_hold_what_lies_in_them(text: object, inside: tuple[float, ...], outside: tuple[float, ...]) -> None:
    interval = Interval.read(text)
    assert all(interval.holds(one) for one in inside)
    assert not any(interval.holds(one) for one in outside)
    assert Interval.read(str(interval)) == interval


@pytest.mark.parametrize("text", ["[1, 0]", "0..1", "[0; 1]", "[nan, 1]", [1, 2, 3], 5, None, ["a", 1]])
def test_what_is_no_interval_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="must"):
        Interval.read(text)
