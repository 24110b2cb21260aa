"""Every statistic on numbers that can be checked by hand: two years of quarters, a column a run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.patterns.small import doctored, small
from hedgesim.analysis.patterns import statistics
from hedgesim.analysis.patterns.declared import statistic
from hedgesim.analysis.patterns.interval import Interval, read_span
from hedgesim.analysis.patterns.runs import SimulatedRuns
from hedgesim.model.period import Period
from hedgesim.model.setting import Axes

AXES = Axes(("AAA", "BBB", "CCC"), ("RED",), ("trade",), ("HOME",), Period(2021, 1), 7)
TRAJECTORY: Any = SimpleNamespace(case=SimpleNamespace(setting=SimpleNamespace(axes=AXES)))
"""Runs from 2021Q1 to 2022Q4 of which nothing but the axes is looked at."""
NAN = np.nan


def values_of(*runs: list[float]) -> Any:
    """A quantity with these values quarter by quarter in each run."""
    values = np.asarray(runs, dtype=float).T
    return lambda _: values


def given(*runs: float) -> Any:
    """A statistic with these values."""
    return lambda _: np.asarray(runs)


FIRST, LAST = Period(2021, 1), Period(2022, 4)
RISING = values_of([0, 1, 2, 3, 4, 5, 6, 7], [8, 8, 8, 8, 0, 0, 0, 0])
EVENTS = values_of([0, 0, 1, 0, 0, 0, 0, 1], [0] * 8, [1, 0, 0, 0, 1, 0, 1, 0])
BEGUN = values_of([0, 0, 1, 1, 1, 1, 1, 1], [0] * 8, [1] * 8)
GAPS = values_of([1, 0, 1, 0, 1, 0, 0, 1], [1, 0, 1, 0, 1, 0, 1, 0], [1, 0, 1, 0, 0, 0, 0, 0])
OF_GAPS = np.sqrt((2 * (1 / 3) ** 2 + (2 / 3) ** 2) / 2) / (7 / 3)  # gaps 2, 2, 3: of a sample
ONE = values_of([1, 0, 0, 0, 0, 0, 0, 0], [0] * 8, [0, 0, 1, 0, 0, 0, 0, 0], [1] * 8)
OTHER = values_of([0, 1, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0], [0] * 8)
COUNTS = values_of([0, 2, 0, 1, 0, 1, 1, 0], [0, 1, 0, 0, 1, 0, 0, 0])
# means of 2021 are 3, 2, 1 and 1, 3, 0
HIGH, MIDDLE, LOW = (values_of([n] * 8, one) for n, one in ((3, [1] * 8), (2, [2, 4] * 4), (1, [0] * 8)))
# of what, with what arguments -> what in each run
WORKED: list[tuple[str, tuple[Any, ...], tuple[float, ...]]] = [
    ("value", (RISING, Period(2021, 3)), (2, 8)),
    ("mean", (RISING, read_span(2022)), (5.5, 0)),
    ("total", (RISING, read_span("2021Q4-2022Q1")), (7, 8)),
    ("highest", (RISING, read_span("2021-2022")), (7, 8)),
    ("change", (RISING, FIRST, LAST), (7, -8)),
    ("relative_change", (values_of([1, 0, 0, 0, 0, 0, 0, 2], [0] * 8), RISING, FIRST, LAST), (1 / 7, 0)),
    ("relative_change", (RISING, values_of([3] * 8, [1] * 7 + [5]), FIRST, LAST), (NAN, 2)),
    ("difference", (RISING, read_span(2022), read_span(2021)), (4, -8)),
    ("ratio", (RISING, read_span(2022), read_span(2021)), (5.5 / 1.5, 0)),
    ("ratio", (RISING, read_span(2021), read_span(2022)), (1.5 / 5.5, NAN)),
    ("ever", (EVENTS, read_span(2022)), (1, 0, 1)),
    ("ever", (EVENTS, read_span(2022), BEGUN), (1, NAN, 1)),  # only where a condition held before
    ("never", (EVENTS, read_span("2022Q1-2022Q2")), (1, 1, 0)),
    ("never", (EVENTS, read_span("2021Q2-2021Q4"), BEGUN), (NAN, NAN, 1)),
    ("never", (EVENTS, read_span(2021), BEGUN), (NAN, NAN, 0)),
    ("wait", (EVENTS, Period(2021, 2)), (1, NAN, -1)),  # to the first event of the run
    ("within", (given(1, NAN, -1, 3, 4, 5, 9, 0), Interval.read("(1, 4]")), (0, NAN, 0, 1, 1, 0, 0, 0)),
    ("all_of", ([given(1, 1, 0, NAN, 1), given(1, NAN, NAN, 0, 0)],), (1, NAN, 0, 0, 0)),
    ("variation_of_gaps", (GAPS, read_span("2021-2022"), 3), (OF_GAPS, 0, NAN)),
    ("variation_of_gaps", (GAPS, read_span("2021-2022"), 1), (OF_GAPS, 0, NAN)),
    ("precedes", (ONE, OTHER), (1, 0, 0, NAN)),
    ("peaks", (COUNTS, read_span(2021), read_span(2022)), (1, 0)),  # above every later year
    ("order", (read_span(2021), (HIGH,), (MIDDLE,), (LOW,)), (1, 0)),
    ("order", (read_span(2021), (HIGH, MIDDLE), (), (LOW,)), (1, 1)),
    ("order", (read_span(2021), (MIDDLE,), (LOW,)), (1, 1)),
    ("order", (read_span(2021), (LOW,), (MIDDLE,)), (0, 0)),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), WORKED, ids=[name for name, *_ in WORKED])
def test_a_statistic_has_the_values_found_by_hand(
    name: str, arguments: tuple[Any, ...], expected: tuple[float, ...]
) -> None:
    found = getattr(statistics, name)(SimulatedRuns(TRAJECTORY), *arguments)
    assert found.shape == (len(expected),)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_every_statistic_has_been_looked_at() -> None:
    assert {name for name, *_ in WORKED} == set(statistic.models) - {"beyond_record"}


def test_shares_beside_the_record_start_at_the_year_before_and_move_by_angle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Angles of .2 and .5 are those whose sines are root .2 and root .5; the last cell has no year before."""
    rows = [("AAA", "RED", 2020, 0.2, 0.2), ("AAA", "RED", 2021, 0.3, 0.3), ("BBB", "GRN", 2021, 0.1, 0.1)]
    rows += [("CCC", "BLU", 2020, 0.1, 0.2), ("CCC", "BLU", 2021, 0.1, 0.4)]
    record = pd.DataFrame(rows, columns=["country", "option", "year", "low", "high"]).assign(domain="economy")
    monkeypatch.setattr(statistics, "observed_shares", lambda *_: record)
    start = np.asarray(small().trajectory.inputs.start.baseline.table)
    still = doctored(share=np.broadcast_to(start, (4, *start.shape)).copy())
    found = statistics.beyond_record(still, ("economy",), read_span(2021))
    np.testing.assert_allclose(found, [[-0.1] * 2, [0.0] * 2], rtol=0, atol=1e-12)
    moved = np.broadcast_to(np.sin(np.arcsin(np.sqrt(start)) + 0.1) ** 2, (4, *start.shape))
    found = statistics.beyond_record(doctored(share=moved.copy()), ("economy",), read_span(2021))
    assert found[0] == pytest.approx(np.sin(np.arcsin(np.sqrt(0.2)) + 0.1) ** 2 - 0.3)
    assert statistics.beyond_record(still, ("security",), read_span(2021)).shape == (0, 2)


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
