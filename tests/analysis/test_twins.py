"""Twins share their random numbers, so what differs between them is what the shock did."""

import numpy as np
import pytest

from hedgesim.analysis.simulation import Results, run
from hedgesim.analysis.twins import COLUMNS, compare
from hedgesim.session import name_of_twin, read_scenario, read_twin

RUNS = 40


def results(name: str, *overrides: str, seed: int | None = None) -> Results:
    scenario = read_scenario(name, overrides=["end=2023Q2", *overrides], seed=seed)
    return run(scenario, RUNS, keep=5, engine="ensemble")


@pytest.fixture(scope="module")
def war() -> Results:
    return results("war_2022")


@pytest.fixture(scope="module")
def no_war() -> Results:
    return results("no_war", seed=2022)


def test_a_twin_of_itself_differs_in_nothing(war: Results) -> None:
    table = compare(war, results("war_2022"))
    assert list(table.columns) == list(COLUMNS)
    assert (table[["mean", "error", "q05", "q95"]] == 0.0).all(axis=None)
    assert table["gain"].isna().all(), "what never differs has no gain"


def test_the_change_is_the_mean_of_the_differences_of_paired_runs(war: Results, no_war: Results) -> None:
    table = compare(war, no_war).set_index(["outcome", "entity", "option"])
    last = war.case.setting.axes.periods[-1]
    ends = [r.ends["countries"] for r in (war, no_war)]
    a, b = (e[(e["period"] == last) & (e["entity"] == "KAZ")].set_index("run")["presence_RUS"] for e in ends)
    row = table.loc[("presence", "KAZ", "RUS")]
    assert row["mean"] == pytest.approx((a - b).mean(), abs=1e-15)
    assert row["error"] == pytest.approx((a - b).std() / np.sqrt(RUNS), abs=1e-15)
    assert row["gain"] == pytest.approx((a.var() + b.var()) / (a - b).var(), rel=1e-9)
    assert row["n"] == RUNS
    meetings = [r.tables["formats"].assign(led=lambda t: t["meeting"] == "leaders") for r in (war, no_war)]
    led = [m[m["format"] == "CM"].groupby("run")["led"].sum() for m in meetings]
    assert table.loc[("leader_meetings", "CM", ""), "mean"] == pytest.approx((led[0] - led[1]).mean())
    assert table.loc[("leader_meetings", "CM", ""), "n"] == 5


def test_pairing_cuts_the_variance_of_the_effect_of_the_war_at_least_fivefold(war: Results, no_war: Results) -> None:
    presence = compare(war, no_war).query("outcome == 'presence' and option == 'RUS'")
    assert (presence["gain"] > 5.0).all()


def test_results_of_other_seeds_are_no_twins(war: Results) -> None:
    with pytest.raises(ValueError, match="seeds 2022 and 7 differ"):
        compare(war, results("no_war", seed=7))


def test_a_twin_lacks_what_it_is_told_to_and_keeps_the_rest() -> None:
    scenario = read_scenario("no_war", overrides=["end=2023Q1"], seed=3)
    twin = read_twin(scenario, None, ["covid", "clash_2021"], overrides=["end=2023Q1"])
    assert twin is not None
    assert twin.omit_shocks == (*scenario.omit_shocks, "covid", "clash_2021")
    assert (twin.seed, twin.end) == (3, scenario.end)
    assert name_of_twin(scenario, twin) == "no_war without covid, clash_2021"
    other = read_twin(read_scenario("war_2022"), "no_war", [])
    assert other is not None
    assert name_of_twin(read_scenario("war_2022"), other) == "no_war"
    assert read_twin(scenario, None, []) is None
