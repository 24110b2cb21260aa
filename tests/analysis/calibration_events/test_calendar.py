"""The calendar: worked cases and closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import poisson

from hedgesim.analysis.calibration.events import log_posterior
from hedgesim.analysis.calibration.rates import AT_THREE, Calendar
from hedgesim.scenario.tables import read_tables

NUMBERS = np.array([[0.0, np.log(np.log(2.0)), -1.0, 0.5, np.log(np.log(2.0) / 4.0)]])
"""hold: a half a quarter; h0: a half a quarter; repeat: a half a year."""


def calendar(*rows: tuple[object, ...]) -> Calendar:
    columns = ["series", "kind", "power", "wait", "open", "met", "alarm"]
    return Calendar(pd.DataFrame(rows, columns=columns))


def chance(*rows: tuple[object, ...]) -> float:
    return float(np.exp(calendar(*rows).log_likelihood(NUMBERS).sum()))


def test_a_meeting_in_the_third_quarter_has_the_given_chance() -> None:
    assert chance(("CM", "regular", "five", 3, 0, 1, np.nan)) == pytest.approx(AT_THREE)


def test_a_meeting_in_the_sixth_quarter_was_passed_over_three_times() -> None:
    assert chance(("CM", "regular", "five", 6, 3, 1, np.nan)) == pytest.approx((1 - AT_THREE) * 0.5**3)


def test_a_quarter_of_the_pandemic_is_no_chance() -> None:
    assert chance(("CM", "regular", "five", 7, 2, 1, np.nan)) == pytest.approx((1 - AT_THREE) * 0.5**2)


def test_a_wait_that_nothing_ended_counts_as_long_as_it_was() -> None:
    assert chance(("CM", "regular", "five", 5, 2, 0, np.nan)) == pytest.approx((1 - AT_THREE) * 0.5**2)
    assert chance(("CM", "regular", "five", 1, 0, 0, np.nan)) == pytest.approx(1.0)
    assert chance(("REF_TUR_AFRICA", "summit", "TUR", 3, 3, 0, np.nan)) == pytest.approx(0.5**3)


def test_summits_and_steps_come_at_flat_rates() -> None:
    assert chance(("REF_TUR_AFRICA", "summit", "TUR", 3, 3, 1, np.nan)) == pytest.approx(0.5**3)
    assert chance(("ministers", "step", "five", 5, 5, 1, np.nan)) == pytest.approx(0.5**5)


def test_ministers_are_counted_and_meet_more_often_under_alarm() -> None:
    mean = 4.0 * np.exp(-1.0 + 0.5 * 0.8)
    assert chance(("C5_EU", "ministers", "EU", 1, 1, 2, 0.8)) == pytest.approx(poisson.pmf(2, mean))


def test_groups_are_powers_and_the_series_of_the_five() -> None:
    record = calendar(
        ("CM", "regular", "five", 3, 0, 1, np.nan), ("ministers", "step", "five", 5, 5, 1, np.nan),
        ("C5_EU", "ministers", "EU", 1, 1, 2, 0.8), ("REF_EU_LAC", "summit", "EU", 2, 2, 1, np.nan),
    )  # fmt: skip
    assert record.groups == ("CM", "step", "EU")
    assert record.log_likelihood(NUMBERS).shape == (1, 3)


def test_the_rate_of_repetition_is_meetings_over_years() -> None:
    """The best chance a year of a flat rate is meetings over years waited, here 1 / 4; the prior is weak."""
    rows = [("S", "summit", "X", 4, 4, 1, np.nan)] * 200
    record = calendar(*rows)
    found = minimize(lambda v: -log_posterior(record, np.append(NUMBERS[0, :4], v)[None])[0], [-3.0])
    assert 1.0 - np.exp(-4.0 * np.exp(found.x[0])) == pytest.approx(0.25, abs=0.005)


def test_known_numbers_are_found_again() -> None:
    rng = np.random.Generator(np.random.Philox(3))
    rows: list[tuple[object, ...]] = []
    for _ in range(400):
        alarm = float(rng.random())
        rows.append(("C5_EU", "ministers", "EU", 1, 1, int(rng.poisson(4.0 * np.exp(-1.3 + 0.7 * alarm))), alarm))
        tries = int(rng.geometric(0.7))
        rows.append(("CM", "regular", "five", 3 + tries, tries, 1, np.nan))
    record = calendar(*rows)
    found = minimize(lambda v: -log_posterior(record, v[None])[0], np.array([0.5, -0.9, -1.4, 0.5, -3.0]))
    assert found.x[0] == pytest.approx(np.log(0.7 / 0.3), abs=0.25)
    assert found.x[2] == pytest.approx(-1.3, abs=0.2)
    assert found.x[3] == pytest.approx(0.7, abs=0.35)


def test_only_named_kinds_of_waits_are_used() -> None:
    tables = read_tables()
    own, both = Calendar.of(tables), Calendar.of(tables, regular=("own", "charter"))
    assert set(own.rows["kind"]) == {"regular", "step", "ministers", "summit"}
    assert set(own.rows.loc[own.rows["kind"] == "regular", "series"]) == {"CM", "CACO"}
    assert len(both.rows) > len(own.rows)
