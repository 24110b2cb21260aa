"""A file of forecasts: probabilities by year, counted from runs by hand, and votes as outcomes have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hedgesim.analysis.forecasts import COLUMNS, probabilities
from hedgesim.engines import engine_of
from hedgesim.engines.case import case_of
from hedgesim.engines.records import Observation, outcomes_from, record_outcomes
from hedgesim.model.world import GUEST, LEADERS, MEMBER
from worlds import scenario_from

CASE = case_of(scenario_from("war_2022", "end=2023Q4"))
FORMATS, COUNTRIES = CASE.setting.axes.formats, CASE.setting.axes.countries
STEPS = CASE.setting.axes.n_steps + 1
ENGINE = engine_of("ensemble")


def invented() -> Observation:
    """Four runs: leaders meet Russia in 2022 in two and in 2023 in a third; Azerbaijan is a guest, in one a member."""
    observed = Observation(
        share=np.zeros((STEPS, 1, 1, 1, 4)),
        meeting=np.zeros((STEPS, len(FORMATS), 4)),
        status=np.zeros((STEPS, len(COUNTRIES), len(FORMATS), 4)),
        joined=np.zeros((STEPS, len(COUNTRIES), 4)),
    )
    russia, own, guest = FORMATS.index("C5_RUS"), FORMATS.index("CM"), COUNTRIES.index("AZE")
    observed.meeting[5, russia, :2] = LEADERS
    observed.meeting[10, russia, 2] = LEADERS
    observed.status[8:, guest, own, :3] = GUEST
    observed.status[11:, guest, own, 0] = MEMBER
    return observed


def test_probabilities_are_shares_of_runs_at_the_end_of_each_year() -> None:
    engine = replace(ENGINE, record=lambda *_: invented(), together=4)
    table = probabilities(CASE, engine, runs=4)
    assert list(table.columns) == COLUMNS
    known = table.set_index(COLUMNS[:-1])["probability"].sort_index()
    assert known["leaders_met", "", "C5_RUS", "yes"].to_dict() == {2021: 0.0, 2022: 0.5, 2023: 0.75}
    assert known["status", "AZE", "CM", "guest"].to_dict() == {2021: 0.0, 2022: 0.0, 2023: 0.5}
    assert known["status", "AZE", "CM", "member"].to_dict() == {2021: 0.0, 2022: 0.0, 2023: 0.25}
    assert set(table.loc[table["quantity"] == "status", "object"]) == {"CM"}


def test_talks_that_end_at_ministers_have_no_forecast_of_leaders() -> None:
    engine = replace(ENGINE, record=lambda *_: invented(), together=4)
    table = probabilities(CASE, engine, runs=4)
    talks = set(table.loc[table["quantity"] == "leaders_met", "object"])
    assert "C5_RUS" in talks
    assert "C5_ITA" not in talks


def test_votes_are_those_of_the_outcomes_and_sum_to_one() -> None:
    table = probabilities(CASE, replace(ENGINE, record=lambda *_: invented(), together=4), runs=4)
    votes = table[table["quantity"] == "vote"]
    sums = votes.groupby(["country", "object", "year"])["probability"].sum()
    assert sums.to_numpy() == pytest.approx(np.ones(len(sums)))
    outcomes = outcomes_from(CASE, ENGINE.record(CASE, range(1), record_outcomes))
    row = votes.set_index(["country", "object", "outcome", "year"])["probability"]
    for choice in ("no", "abstain"):
        last = outcomes.of_country(f"vote_{choice}_rights")[:, -1, 0]
        assert [row[code, "rights", choice, 2023] for code in COUNTRIES] == pytest.approx(last)


def test_draws_of_the_posterior_are_averaged() -> None:
    engine = replace(ENGINE, record=lambda *_: invented(), together=4)
    parts = [probabilities(CASE, engine, runs=4, draws={"votes.half_life": [years]}) for years in (1.0, 20.0)]
    both = probabilities(CASE, engine, runs=4, draws={"votes.half_life": [1.0, 20.0]})
    mean = (parts[0]["probability"] + parts[1]["probability"]) / 2.0
    assert both["probability"].to_numpy() == pytest.approx(mean.to_numpy())
    assert not np.allclose(parts[0]["probability"], parts[1]["probability"])
