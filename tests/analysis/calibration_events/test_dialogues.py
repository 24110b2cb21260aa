"""Births of talks: worked cases, and known numbers that are found again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from hedgesim.analysis.calibration.events import log_posterior
from hedgesim.analysis.calibration.rates import DIALOGUE_PRIORS, Dialogues
from hedgesim.scenario.tables import read_tables

COLUMNS = (
    "power", "year", "gdp", "ministers_before", "ministers_opened", "leaders_before", "leaders_opened",
    "own_ministers", "own_leaders", "alarm",
)  # fmt: skip
NUMBERS = np.array([[-3.0, 1.0, 2.0, -2.0, -4.0]])


def dialogues(*rows: tuple[object, ...]) -> Dialogues:
    return Dialogues(pd.DataFrame(rows, columns=list(COLUMNS)))


def test_a_middling_power_opens_at_the_rate_that_is_left_before_the_five_have_met() -> None:
    record = dialogues(("IND", 2016, 2.0, 0, 0, 0, 0, 0.0, 0.0, 0.0))
    rate = np.exp(-3.0) * np.exp(-2.0)
    assert record.log_likelihood(NUMBERS) == pytest.approx(np.array([[-4.0 * rate]]))


def test_size_alarm_and_own_meetings_raise_the_rate() -> None:
    record = dialogues(("CHN", 2020, 8.0, 0, 1, 0, 0, 1.0, 0.0, 0.5))
    rate = np.exp(-3.0 + np.log(4.0) + 2.0 * 0.5) * (np.exp(-2.0) + 1.0)
    assert record.log_likelihood(NUMBERS) == pytest.approx(np.array([[np.log(1.0 - np.exp(-4.0 * rate))]]))


def test_leaders_open_only_where_ministers_talk_and_all_five_heads_have_met() -> None:
    waiting = ("JPN", 2021, 5.0, 1, 0, 0, 0, 1.0, 0.25, 1.0)
    rate = np.exp(-4.0 + 2.0) * 0.25
    assert dialogues(waiting).log_likelihood(NUMBERS) == pytest.approx(np.array([[-4.0 * rate]]))
    before = (*waiting[:8], 0.0, 1.0)
    assert dialogues(before).log_likelihood(NUMBERS) == pytest.approx(np.array([[0.0]]))
    opened = (*waiting[:6], 1, 1.0, 0.0, 1.0)
    assert dialogues(opened).log_likelihood(NUMBERS)[0, 0] == -np.inf


def test_powers_are_groups_and_add_up() -> None:
    rows = [("RUS", 2018, 1.0, 0, 0, 0, 0, 1.0, 0.0, 0.0), ("RUS", 2019, 1.0, 0, 1, 0, 0, 1.0, 0.0, 0.0)]
    both = dialogues(*rows, ("IRN", 2019, 0.3, 0, 0, 0, 0, 1.0, 0.0, 0.0))
    assert both.groups == ("RUS", "IRN")
    apart = [dialogues(row).log_likelihood(NUMBERS)[0, 0] for row in rows]
    assert both.log_likelihood(NUMBERS)[0, 0] == pytest.approx(sum(apart))


def test_known_numbers_are_found_again() -> None:
    """200 powers, 30 years; tolerances are three standard errors (curvature at the mode)."""
    truth = np.array([-4.0, 1.0, 1.5, -2.0, -4.2])
    table = simulated(truth, n_powers=200, seed=1)
    record = Dialogues(table)
    start = np.array([prior.mean for prior in DIALOGUE_PRIORS])
    found = minimize(
        lambda v: -log_posterior(record, v[None])[0], start, method="Nelder-Mead", options={"maxiter": 900}
    )
    tolerance = 3.0 * np.array([0.16, 0.10, 0.19, 0.22, 0.15])
    np.testing.assert_array_less(np.abs(found.x - truth), tolerance)


def simulated(truth: np.ndarray, *, n_powers: int, seed: int) -> pd.DataFrame:
    """Births drawn year by year; the five's ministers meet in the 15th year, all heads in the 20th."""
    rng = np.random.Generator(np.random.Philox(seed))
    sizes = np.exp(rng.normal(0.0, 1.0, n_powers))
    state = {"ministers": np.zeros(n_powers, dtype=int), "leaders": np.zeros(n_powers, dtype=int)}
    parts = []
    for year in range(30):
        cells = {
            "power": [f"P{n}" for n in range(n_powers)], "year": year, "gdp": sizes, "own_ministers": float(year >= 15),
            "own_leaders": float(year >= 20), "alarm": float(year % 5) / 4.0,
        }  # fmt: skip
        part = pd.DataFrame(cells).assign(
            **{f"{rung}_before": had for rung, had in state.items()}, ministers_opened=0, leaders_opened=0
        )
        ministers, leaders = (1.0 - np.exp(-4.0 * rate[0]) for rate in Dialogues(part).rates(truth[None]))
        part["ministers_opened"] = ((state["ministers"] == 0) & (rng.random(n_powers) < ministers)).astype(int)
        ready = (state["ministers"] == 1) & (state["leaders"] == 0)
        part["leaders_opened"] = (ready & (rng.random(n_powers) < leaders)).astype(int)
        state = {rung: had + part[f"{rung}_opened"].to_numpy() for rung, had in state.items()}
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def test_the_shipped_record_is_used_up_to_a_year() -> None:
    tables = read_tables()
    assert Dialogues.of(tables).rows["year"].max() == 2021
    assert Dialogues.of(tables, until=2014).rows["year"].max() == 2014
    assert len(Dialogues.of(tables).groups) == 21
