"""Every statistic on numbers that can be checked by hand: two years of quarters, a column a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hedgesim.analysis.patterns import statistics
from hedgesim.analysis.patterns.arguments import read_span
from hedgesim.analysis.patterns.binding import statistics_known
from hedgesim.analysis.patterns.interval import Interval
from hedgesim.analysis.patterns.seen import Seen
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes

AXES = Axes(("AAA", "BBB", "CCC"), ("RED",), ("trade",), ("HOME",), Period(2021, 1), 7)
NAN = np.nan


def seen() -> Seen:
    """Runs from 2021Q1 to 2022Q4 of which nothing but the axes is looked at."""
    trajectory: Any = SimpleNamespace(case=SimpleNamespace(setting=SimpleNamespace(axes=AXES)))
    return Seen(trajectory)


def quantity(*runs: list[float]) -> Any:
    """A quantity with these values quarter by quarter in each run."""
    values = np.asarray(runs, dtype=float).T
    return lambda _: values


def of_names(values: Mapping[str, list[list[float]]]) -> Any:
    """A quantity of each name."""
    return SimpleNamespace(with_name=lambda name: quantity(*values[name]))


RISING = quantity([0, 1, 2, 3, 4, 5, 6, 7], [8, 8, 8, 8, 0, 0, 0, 0])
EVENTS = quantity([0, 0, 1, 0, 0, 0, 0, 1], [0] * 8, [1, 0, 0, 0, 1, 0, 1, 0])


def told(values: np.ndarray, *expected: float) -> None:
    assert values.shape == (len(expected),)
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12)


def test_value_mean_total_highest() -> None:
    told(statistics.value(seen(), RISING, Period(2021, 3)), 2, 8)
    told(statistics.mean(seen(), RISING, read_span(2022)), 5.5, 0)
    told(statistics.total(seen(), RISING, read_span("2021Q4-2022Q1")), 7, 8)
    told(statistics.highest(seen(), RISING, read_span("2021-2022")), 7, 8)


def test_changes_and_differences() -> None:
    first, last = Period(2021, 1), Period(2022, 4)
    told(statistics.change(seen(), RISING, first, last), 7, -8)
    told(statistics.relative_change(seen(), quantity([1, 0, 0, 0, 0, 0, 0, 2], [0] * 8), RISING, first, last), 1 / 7, 0)
    told(statistics.relative_change(seen(), RISING, quantity([3] * 8, [1] * 7 + [5]), first, last), NAN, 2)
    told(statistics.difference(seen(), RISING, read_span(2022), read_span(2021)), 4, -8)
    told(statistics.ratio(seen(), RISING, read_span(2022), read_span(2021)), 5.5 / 1.5, 0)
    told(statistics.ratio(seen(), RISING, read_span(2021), read_span(2022)), 1.5 / 5.5, NAN)


def test_ever_and_never_where_a_condition_held_before() -> None:
    told(statistics.ever(seen(), EVENTS, read_span(2022)), 1, 0, 1)
    told(statistics.never(seen(), EVENTS, read_span("2022Q1-2022Q2")), 1, 1, 0)
    begun = quantity([0, 0, 1, 1, 1, 1, 1, 1], [0] * 8, [1] * 8)
    told(statistics.ever(seen(), EVENTS, read_span(2022), begun), 1, NAN, 1)
    told(statistics.never(seen(), EVENTS, read_span("2021Q2-2021Q4"), begun), NAN, NAN, 1)
    told(statistics.never(seen(), EVENTS, read_span(2021), begun), NAN, NAN, 0)


def test_wait_counts_from_a_quarter_to_the_first_event_of_the_run() -> None:
    told(statistics.wait(seen(), EVENTS, Period(2021, 2)), 1, NAN, -1)


def test_statements_are_joined() -> None:
    wait = quantity([1, NAN, -1, 3, 4, 5, 9, 0])

    def waits(_: Seen) -> np.ndarray:
        return wait(None)[:, 0]

    told(statistics.lies(seen(), waits, Interval.read("(1, 4]")), 0, NAN, 0, 1, 1, 0, 0, 0)
    parts = [lambda _: np.asarray([1, 1, 0, NAN, 1]), lambda _: np.asarray([1, NAN, NAN, 0, 0])]
    told(statistics.all_of(seen(), parts), 1, NAN, 0, 0, 0)


def test_variation_of_gaps_is_that_of_a_sample() -> None:
    gaps = quantity([1, 0, 1, 0, 1, 0, 0, 1], [1, 0, 1, 0, 1, 0, 1, 0], [1, 0, 1, 0, 0, 0, 0, 0])
    mean, sd = 7 / 3, np.sqrt((2 * (1 / 3) ** 2 + (2 / 3) ** 2) / 2)
    told(statistics.variation_of_gaps(seen(), gaps, read_span("2021-2022"), 3), sd / mean, 0, NAN)
    told(statistics.variation_of_gaps(seen(), gaps, read_span("2021-2022"), 1), sd / mean, 0, NAN)


def test_the_recorded_gaps_of_the_meetings_vary_by_a_third() -> None:
    months = np.asarray([20.5, 20.2, 11.5, 13.8, 10.8])
    assert np.std(months, ddof=1) / np.mean(months) == pytest.approx(0.31, abs=0.005)


def test_precedes_tells_who_came_first() -> None:
    one = quantity([1, 0, 0, 0, 0, 0, 0, 0], [0] * 8, [0, 0, 1, 0, 0, 0, 0, 0], [1] * 8)
    other = quantity([0, 1, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0], [0] * 8)
    told(statistics.precedes(seen(), one, other), 1, 0, 0, NAN)


def test_a_peak_is_above_every_later_year() -> None:
    counts = quantity([0, 2, 0, 1, 0, 1, 1, 0], [0, 1, 0, 0, 1, 0, 0, 0])
    told(statistics.peaks(seen(), counts, read_span(2021), read_span(2022)), 1, 0)


def test_order_and_exactly_look_at_every_name() -> None:
    support = of_names({"AAA": [[3] * 8, [1] * 8], "BBB": [[2] * 8, [2] * 8], "CCC": [[1] * 8, [0] * 8]})
    among, during = ("AAA", "BBB", "CCC"), read_span(2021)
    told(statistics.order(seen(), support, among, during, first=("AAA",), last=("CCC",)), 1, 0)
    told(statistics.order(seen(), support, among, during, first=("AAA", "BBB")), 1, 1)
    told(statistics.order(seen(), support, among, during, last=("AAA",)), 0, 0)
    joins = of_names({"AAA": [[0] * 8, [1] * 8], "BBB": [[0] * 7 + [1], [0] * 8], "CCC": [[0] * 8, [0] * 8]})
    told(statistics.exactly(seen(), joins, among, ("BBB",), read_span("2021-2022")), 1, 0)
    told(statistics.exactly(seen(), joins, among, ("AAA",), read_span("2021-2022")), 0, 1)


def test_every_statistic_has_been_looked_at() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in statistics_known() if f"statistics.{name}(" not in text] == []


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
