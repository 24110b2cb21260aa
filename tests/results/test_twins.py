"""Twins share their random numbers, so what differs between them is what the shock did."""

import numpy as np
import pandas as pd
import pytest

from hedgesim.engines import engine_of
from hedgesim.results.results import Results
from hedgesim.results.simulation import Plan, run
from hedgesim.results.twins import Twins, run_twins
from hedgesim.scenario import read_scenario
from hedgesim.scenario.twins import name_of_twin, read_twin
from worlds import scenario_from

RUNS = 40


def twins_of(name: str, other: str, *, runs: int = RUNS, keep: int = 0, end: str = "2023Q2") -> Twins:
    scenarios = tuple(scenario_from(one, f"end={end}", seed=2022) for one in (name, other))
    return run_twins(scenarios, Plan(runs, keep, engine_of("ensemble")))


@pytest.fixture(scope="module")
def twins() -> Twins:
    return twins_of("war_2022", "no_war", keep=RUNS)


def by_run(results: Results, outcome: str, entity: str, option: str) -> pd.Series:
    """What is compared, by run, from the tables of runs and of those kept."""
    runs, countries, formats = (results.tables[name] for name in ("runs", "countries", "formats"))
    if option:
        last = countries["period"] == countries["period"].max()
        return countries[last & (countries["country"] == entity)].set_index("run")[f"presence_{option}"]
    if entity in set(formats["format"]):
        after = formats[(formats["format"] == entity) & (formats["period"] > formats["period"].min())]
        return (after["meeting"] == "leaders").groupby(after["run"]).sum()
    return runs.set_index("run")[outcome if entity == "system" else f"{outcome}_{entity}"]


def test_every_paired_number_is_that_of_the_runs_kept(twins: Twins) -> None:
    axes = twins.first.case.setting.axes
    system = {"leader_meetings", "leader_meetings_outside", "first_time_formats", "realignments", "cohesion"}
    assert set(twins.paired["outcome"]) == {"presence", "hedging_index"} | system
    assert len(twins.paired) == len(axes.countries) * (len(axes.options) + 1) + len(system) + len(axes.formats)
    for row in twins.paired.itertuples():
        a, b = (by_run(results, row.outcome, row.entity, row.option) for results in (twins.first, twins.twin))
        d = (a - b).astype(float)
        assert row.mean == pytest.approx(d.mean(), abs=1e-12)
        assert row.error == pytest.approx(d.sem(), abs=1e-12)
        assert (row.q05, row.q95) == pytest.approx(tuple(d.quantile([0.05, 0.95])), abs=1e-12)
        assert row.n == RUNS
        gain = (a.var() + b.var()) / d.var() if d.var() > 1e-20 else np.nan
        assert row.gain == pytest.approx(gain, rel=1e-6, nan_ok=True)


def test_all_runs_are_compared_not_only_those_kept(twins: Twins) -> None:
    few = twins_of("war_2022", "no_war", keep=3)
    pd.testing.assert_frame_equal(few.paired, twins.paired, check_exact=False, rtol=1e-9, atol=1e-12)
    met = few.paired[(few.paired["outcome"] == "leader_meetings") & (few.paired["entity"] != "system")]
    assert (met["n"] == RUNS).all()
    assert set(few.first.tables["shares"]["run"]) == set(range(3))


def test_each_side_has_the_results_that_it_has_alone(twins: Twins) -> None:
    alone = run(read_scenario("no_war", overrides=["end=2023Q2"], seed=2022), RUNS, keep=0)
    pd.testing.assert_frame_equal(twins.twin.closing(), alone.closing(), rtol=0.0, atol=1e-12)
    assert twins.twin.scenario.name == twins.twin.manifest["scenario"] == "no_war"


def test_pairing_cuts_the_variance_of_the_effect_of_the_war_at_least_fivefold(twins: Twins) -> None:
    presence = twins.paired.query("outcome == 'presence' and option == 'RUS'")
    assert (presence["gain"] > 5.0).all()


def test_the_gain_in_words_names_the_median_and_where_it_is_smallest(twins: Twins) -> None:
    known = twins.paired.dropna(subset="gain")
    said = twins.gain_in_words()
    assert said.startswith(f"median {known['gain'].median():.1f}, smallest {known['gain'].min():.1f} (")
    russia = known[known["option"] == "RUS"].sort_values("gain").iloc[0]
    smallest = f"{russia['gain']:.1f} (presence of RUS in {russia['entity']})"
    assert said.endswith(f"smallest for the presence of RUS {smallest}")


def test_a_twin_of_itself_differs_in_nothing() -> None:
    same = twins_of("war_2022", "war_2022", runs=5, end="2021Q3")
    assert (same.paired[["mean", "error", "q05", "q95"]] == 0.0).all(axis=None)
    assert same.paired["gain"].isna().all()
    assert same.differing().empty
    assert same.gain_in_words() == ""


def test_one_run_has_differences_and_no_error() -> None:
    one = twins_of("war_2022", "no_war", runs=1, end="2022Q2")
    assert not one.differing().empty
    assert one.paired["error"].isna().all()
    assert one.gain_in_words() == ""


def test_scenarios_of_other_seeds_are_no_twins() -> None:
    scenarios = (read_scenario("war_2022"), read_scenario("no_war", seed=7))
    with pytest.raises(ValueError, match="seeds 2022 and 7 differ"):
        run_twins(scenarios, Plan(1, 0, engine_of("ensemble")))


def test_a_twin_lacks_what_it_is_asked_to_and_keeps_the_rest() -> None:
    scenario = read_scenario("no_war", overrides=["end=2023Q1"], seed=3)
    twin = read_twin(scenario, None, ["january_2022", "clash_2021"], overrides=["end=2023Q1"])
    assert twin is not None
    assert twin.omit_shocks == (*scenario.omit_shocks, "january_2022", "clash_2021")
    assert (twin.seed, twin.end) == (3, scenario.end)
    assert name_of_twin(scenario, twin) == "no_war without january_2022 and clash_2021" == twin.name
    other = read_twin(read_scenario("war_2022"), "no_war", [])
    assert other is not None
    assert name_of_twin(read_scenario("war_2022"), other) == "no_war"
    assert name_of_twin(scenario, scenario) == "no_war"
