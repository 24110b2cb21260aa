import inspect
from dataclasses import replace
from itertools import combinations

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa.batchrunner import batch_run

from hedgesim.engines.agent_based import Country, HedgeModel, Power
from hedgesim.engines.case import case_named
from hedgesim.engines.ensemble import simulate
from hedgesim.model.arrays import COUNTRY, TARGET
from worlds import make_case, make_setting

SETTING = make_setting(6, n_steps=4)
CASE = make_case(SETTING)
COUNTRIES, POWERS = list(SETTING.axes.countries), list(SETTING.axes.powers)


def run_to_end(model: HedgeModel) -> HedgeModel:
    while model.running:
        model.step()
    return model


def test_agents_of_the_mesa_model_can_be_read_selected_and_called() -> None:
    model = HedgeModel(CASE)
    assert isinstance(model, mesa.Model)
    assert set(model.agents_by_type) == {Country, Power}
    assert model.agents_by_type[Country].get("code") == COUNTRIES
    assert model.agents_by_type[Power].get("code") == POWERS
    assert model.agents.select(lambda agent: agent.code == "BBB").get("code") == ["BBB"]
    model.agents.do("decide")
    answers = model.agents_by_type[Country].map(lambda agent: agent.decision.response.shape[TARGET])
    assert answers == [len(SETTING.axes.options)] * len(COUNTRIES)


def test_the_order_in_which_agents_decide_does_not_matter() -> None:
    usual, shuffled = HedgeModel(CASE), HedgeModel(CASE)
    shuffled.agents.shuffle().do("decide")
    usual.step()
    assert len(usual.worlds) == 2
    decided = [agent.decision.response for agent in shuffled.countries]
    assert np.concatenate(decided, axis=COUNTRY) == pytest.approx(usual.world.response, abs=1e-15)


def test_the_model_stops_after_its_last_quarter_and_stays_there() -> None:
    model = run_to_end(HedgeModel(CASE))
    assert model.quarter == SETTING.axes.n_steps
    assert model.period == SETTING.axes.periods[-1]
    world = model.world
    model.step()
    assert model.world is world
    assert len(model.worlds) == SETTING.axes.n_steps + 1


def test_frames_hold_the_numbers_of_the_trajectory_quarter_by_quarter() -> None:
    model = run_to_end(HedgeModel(CASE, run=3))
    countries, system = simulate(CASE, [3]).outcomes_by_name()
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["period"].tolist() == list(SETTING.axes.periods)
    for name in ("leader_meetings", "first_time_formats"):
        assert frame[name].tolist() == system[name][:, 0, 0, 0, 0].tolist(), name
    agents = model.datacollector.get_agent_vars_dataframe().reset_index()
    for name, codes, values in (
        ("hedging_index", COUNTRIES, countries["hedging_index"][:, :, 0, 0, 0]),
        ("attention", POWERS, model.trajectory().worlds.attention[:, 0, 0, :, 0]),
    ):
        wide = agents.pivot(index="Step", columns="code", values=name).astype(float)
        assert wide[codes].to_numpy() == pytest.approx(values, abs=1e-12)
        assert wide.drop(columns=codes).isna().all(axis=None)


def test_a_seed_given_as_rng_replaces_that_of_the_case() -> None:
    own, same, other = HedgeModel(CASE), HedgeModel(CASE, rng=CASE.seed), HedgeModel(CASE, rng=1)
    for model in (own, same, other):
        model.step()
    assert np.array_equal(own.world.share, same.world.share)
    assert np.max(np.abs(own.world.share - other.world.share)) > 1e-6
    assert other.case == replace(CASE, seed=1)


def batch(parameters: dict, seeds: list[int]) -> list[dict]:
    """Mesa's batch runner, whose seeds are an argument from 3.5 on and a parameter before."""
    options = {"number_processes": 1, "data_collection_period": 1, "display_progress": False}
    if "rng" in inspect.signature(batch_run).parameters:
        return batch_run(HedgeModel, parameters, rng=seeds, **options)
    return batch_run(HedgeModel, {**parameters, "rng": seeds}, **options)


def test_the_batch_runner_of_mesa_makes_every_run_of_every_seed_to_its_last_quarter() -> None:
    rows = pd.DataFrame(batch({"case": "war_2022", "run": [0, 1]}, [7, 8]))
    axes = case_named("war_2022").setting.axes
    for _, mine in rows.groupby("RunId"):
        assert set(mine["period"]) == set(axes.periods)
        assert set(mine["code"]) == {*axes.countries, *axes.powers}
    last = rows[(rows["period"] == axes.periods[-1]) & rows["hedging_index"].notna()]
    found = last.pivot(index="RunId", columns="code", values="hedging_index").to_numpy(dtype=float)
    assert found.shape == (4, len(axes.countries))
    assert all(np.max(np.abs(one - other)) > 1e-6 for one, other in combinations(found, 2))
