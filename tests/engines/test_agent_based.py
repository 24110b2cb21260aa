import inspect
from dataclasses import replace

import mesa
import numpy as np
import pytest
from mesa.batchrunner import batch_run

from hedgesim.engines.agent_based import Country, HedgeModel, Power, run_alone
from hedgesim.engines.case import case_named
from hedgesim.engines.ensemble import simulate
from hedgesim.model.arrays import COUNTRY, RUN, TARGET
from worlds import make_case, make_setting

SETTING = make_setting(6, n_steps=4)
CASE = make_case(SETTING)


def run_to_end(model: HedgeModel) -> HedgeModel:
    while model.running:
        model.step()
    return model


def test_the_model_is_a_mesa_model_of_countries_and_powers() -> None:
    model = HedgeModel(CASE)
    assert isinstance(model, mesa.Model)
    assert set(model.agents_by_type) == {Country, Power}
    assert [agent.code for agent in model.agents_by_type[Country]] == list(CASE.setting.axes.countries)
    assert len(model.agents) == 6


def test_agent_sets_can_be_read_selected_and_called() -> None:
    model = HedgeModel(CASE)
    assert model.agents_by_type[Country].get("code") == list(SETTING.axes.countries)
    assert model.agents_by_type[Power].get("code") == list(SETTING.axes.powers)
    assert model.agents.select(lambda agent: agent.code == "BBB").get("code") == ["BBB"]
    model.agents.do("decide")
    shares = model.agents_by_type[Country].map(lambda agent: agent.decision.share.sum(axis=TARGET))
    assert np.asarray(shares) == pytest.approx(1.0)
    assert all(0.0 <= index <= 1.0 for index in model.agents_by_type[Country].get("hedging_index"))
    attention = model.agents_by_type[Power].get("attention")
    assert attention == pytest.approx(list(model.world.attention[0, 0, :, 0]))


def test_the_order_in_which_agents_decide_does_not_matter() -> None:
    usual, shuffled = HedgeModel(CASE), HedgeModel(CASE)
    do = shuffled.agents.shuffle().do
    do("decide")
    usual.step()
    assert len(usual.worlds) == 2
    decided = [agent.decision.share for agent in shuffled.countries]
    assert np.concatenate(decided, axis=COUNTRY) == pytest.approx(usual.world.share, abs=1e-15)


def test_the_model_stops_after_its_last_quarter_and_stays_there() -> None:
    model = run_to_end(HedgeModel(CASE))
    assert model.quarter == SETTING.axes.n_steps
    assert model.period == SETTING.axes.periods[-1]
    world = model.world
    model.step()
    assert model.world is world
    assert len(model.worlds) == SETTING.axes.n_steps + 1


def test_frames_hold_every_quarter_once() -> None:
    model = run_to_end(HedgeModel(CASE))
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["period"].tolist() == list(SETTING.axes.periods)
    agents = model.datacollector.get_agent_vars_dataframe().reset_index()
    assert len(agents) == 6 * (SETTING.axes.n_steps + 1)
    countries = agents[agents["code"].isin(SETTING.axes.countries)]
    assert countries["hedging_index"].notna().all()
    assert countries["attention"].isna().all()


def test_frames_hold_the_numbers_of_the_trajectory() -> None:
    model = run_to_end(HedgeModel(CASE, run=3))
    countries, system = simulate(CASE, [3]).outcomes_by_name()
    frame = model.datacollector.get_model_vars_dataframe()
    for name in ("leader_meetings", "first_time_formats"):
        assert frame[name].tolist() == system[name][:, 0, 0, 0, 0].tolist(), name
    agents = model.datacollector.get_agent_vars_dataframe().reset_index()
    for place, code in enumerate(SETTING.axes.countries):
        index = agents[agents["code"] == code]["hedging_index"].astype(float)
        assert index.to_numpy() == pytest.approx(countries["hedging_index"][:, place, 0, 0, 0], abs=1e-12)
    for place, code in enumerate(SETTING.axes.powers):
        paid = agents[agents["code"] == code]["attention"].astype(float)
        assert paid.to_numpy() == pytest.approx(model.trajectory().worlds.attention[:, 0, 0, place, 0])


def test_a_seed_given_as_rng_replaces_that_of_the_case() -> None:
    own, same, other = HedgeModel(CASE), HedgeModel(CASE, rng=CASE.seed), HedgeModel(CASE, rng=1)
    for model in (own, same, other):
        model.step()
    assert np.array_equal(own.world.share, same.world.share)
    assert np.max(np.abs(own.world.share - other.world.share)) > 1e-6
    assert other.case == replace(CASE, seed=1)


def test_runs_of_one_seed_differ_and_repeat() -> None:
    shares = [run_to_end(HedgeModel(CASE, run=run)).world.share for run in (0, 1, 0)]
    assert np.array_equal(shares[0], shares[2])
    assert np.max(np.abs(shares[0] - shares[1])) > 1e-6


def test_a_model_can_be_given_the_name_of_a_scenario() -> None:
    model = HedgeModel("war_2022")
    assert model.case is case_named("war_2022")
    assert model.agents_by_type[Country].get("code") == list(model.case.setting.axes.countries)


def test_a_trajectory_knows_its_case_and_its_run() -> None:
    trajectory = run_alone(CASE, 5)
    assert trajectory.case is CASE
    assert trajectory.runs == (5,)
    share = trajectory.worlds.share
    assert (share.shape[0], share.shape[RUN]) == (SETTING.axes.n_steps + 1, 1)


def batch(parameters: dict, seeds: list[int]) -> list[dict]:
    """Mesa's batch runner, whose seeds are an argument from 3.5 on and a parameter before."""
    options = {"number_processes": 1, "data_collection_period": 1, "display_progress": False}
    if "rng" in inspect.signature(batch_run).parameters:
        return batch_run(HedgeModel, parameters, rng=seeds, **options)
    return batch_run(HedgeModel, {**parameters, "rng": seeds}, **options)


def test_the_batch_runner_of_mesa_runs_it_to_its_last_quarter() -> None:
    rows = batch({"case": "war_2022", "run": [0, 1]}, [7])
    axes = case_named("war_2022").setting.axes
    for run in (0, 1):
        mine = [row for row in rows if row["run"] == run]
        assert {row["period"] for row in mine} == set(axes.periods)
        codes = {row["code"] for row in mine}
        assert codes == {*axes.countries, *axes.powers}


def test_the_batch_runner_of_mesa_gives_every_seed_its_own_runs() -> None:
    rows = batch({"case": "war_2022", "run": 0}, [7, 8])
    last = case_named("war_2022").setting.axes.periods[-1]
    found: dict[int, list[float]] = {}
    for row in rows:
        if row["period"] == last and row["hedging_index"] is not None:
            found.setdefault(row["RunId"], []).append(row["hedging_index"])
    first, second = found.values()
    assert np.max(np.abs(np.asarray(first) - np.asarray(second))) > 1e-6
