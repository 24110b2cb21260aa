import inspect
import warnings
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa.batchrunner import batch_run

from hedgesim.engines.agent_based import Country, HedgeModel, Power
from hedgesim.engines.case import case_named, case_of
from hedgesim.engines.ensemble import simulate
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import COUNTRY, TARGET
from hedgesim.results.simulation import run
from hedgesim.rules.countries.random import Random
from hedgesim.scenario import read_scenario
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


def test_tables_of_the_collector_are_those_of_the_results() -> None:
    scenario = read_scenario("war_2022", overrides=["end=2022Q2"])
    model = run_to_end(HedgeModel(scenario, run=0))
    results = run(scenario, runs=1)
    options = [f"presence_{option}" for option in model.case.setting.axes.options]
    presence = results.table("countries").melt(["country", "period"], options, "option", "presence")
    presence["option"] = presence["option"].str.removeprefix("presence_")
    theirs = {name: results.table(name) for name in ("shares", "formats")}
    theirs |= {"threat": results.table("relations"), "presence": presence}
    for name, frame in theirs.items():
        mine = model.datacollector.get_table_dataframe(name)
        whole = frame[list(mine.columns)]
        assert len(mine) == len(whole), name
        keys = [key for key in mine.columns if key in {"period", "country", "domain", "option", "power", "format"}]
        ordered = [table.astype(object).sort_values(keys, ignore_index=True).infer_objects() for table in (mine, whole)]
        pd.testing.assert_frame_equal(*ordered, rtol=0.0, atol=1e-12)


def test_an_agent_is_found_by_its_code_and_an_unknown_code_is_refused() -> None:
    model = HedgeModel(CASE)
    assert model.actor(COUNTRIES[1]) is model.countries[1]
    assert model.actor(POWERS[0]) is model.powers[0]
    with pytest.raises(HedgesimError, match=f"ZZZ: no country or power.*{COUNTRIES[0]}"):
        model.actor("ZZZ")


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
    rows = pd.DataFrame(batch({"scenario": "war_2022", "run": [0, 1]}, [7, 8]))
    axes = case_named("war_2022").setting.axes
    for _, mine in rows.groupby("RunId"):
        assert set(mine["period"]) == set(axes.periods)
        assert set(mine["code"]) == {*axes.countries, *axes.powers}
    last = rows[(rows["period"] == axes.periods[-1]) & rows["hedging_index"].notna()]
    found = last.pivot(index="RunId", columns="code", values="hedging_index").to_numpy(dtype=float)
    assert found.shape == (4, len(axes.countries))
    assert all(np.max(np.abs(one - other)) > 1e-6 for one, other in combinations(found, 2))


BY_RULES = ["habit", {"UZB": "random"}, {"UZB": Random(spread=2.0), "RUS": "bystander"}, {"AZE": {"rule": "balancing"}}]
WRITTEN = [
    ["rules.countries.all.rule=habit"],
    ["rules.countries.UZB.rule=random"],
    ["rules.countries.UZB={rule: random, spread: 2}", "rules.powers.RUS.rule=bystander"],
    ["rules.countries.AZE.rule=balancing"],
]
SHORT = ("end=2021Q4",)


@pytest.mark.parametrize(("rules", "written"), [*zip(BY_RULES, WRITTEN, strict=True)])
def test_rules_given_in_python_or_to_an_agent_are_those_that_a_scenario_gives(rules: Any, written: list[str]) -> None:
    expected = run_to_end(HedgeModel("war_2022", run=2, overrides=[*SHORT, *written])).world
    scenario = read_scenario("war_2022", overrides=SHORT)
    given = HedgeModel(scenario, run=2, rules=rules)
    replaced = HedgeModel(case_of(scenario), run=2)
    everybody = replaced.case.setting.axes.countries
    for code, rule in (rules if isinstance(rules, dict) else dict.fromkeys(everybody, rules)).items():
        (agent,) = replaced.agents.select(lambda agent, code=code: agent.code == code)
        agent.rule = rule
    for model in (given, replaced):
        assert np.array_equal(run_to_end(model).world.share, expected.share)
        assert np.array_equal(model.trajectory().worlds.share[-1], expected.share)


def test_a_rule_given_in_the_midst_of_a_run_holds_from_the_next_decision_on() -> None:
    usual, changed = (HedgeModel("war_2022", overrides=SHORT) for _ in range(2))
    for model in (usual, changed):
        model.step()
    changed.countries[4].rule = "random"
    assert repr(changed.countries[4]) == "<Uzbekistan (UZB) follows Random(spread=1.0) in 2021Q2>"
    assert np.array_equal(usual.world.share, changed.world.share)
    for model in (usual, changed):
        model.step()
    differs = np.any(usual.world.share != changed.world.share, axis=(1, 2, 3))
    assert differs.tolist() == [country.code == "UZB" for country in usual.countries]


def test_what_agents_have_is_labelled_and_adds_up() -> None:
    model = HedgeModel("war_2022")
    model.step()
    axes = model.case.setting.axes
    for country in model.countries:
        assert list(country.share) == list(axes.domains)
        assert all(sum(of.values()) == pytest.approx(1.0) for of in country.share.values())
        assert list(country.presence) == list(axes.options)
        assert sum(country.presence.values()) == pytest.approx(1.0)
        assert list(country.threat) == list(country.offers) == list(axes.powers)
    for power in model.powers:
        for name in ("share", "presence", "threat", "offers"):
            assert list(getattr(power, name)) == list(axes.countries)
        assert power.presence["KAZ"] == model.countries[0].presence[power.code]
        assert power.threat["UZB"] == model.countries[4].threat[power.code]
    assert model.agents.get("name")[:2] == ["Kazakhstan", "Kyrgyzstan"]
    assert HedgeModel(CASE).agents.get("name") == [*COUNTRIES, *POWERS]
    assert repr(model.powers[0]) == "<Russia (RUS) follows Patron() in 2021Q2>"


@pytest.mark.parametrize("name", ["hedging_index", "attention"])
@pytest.mark.parametrize("function", [np.nanmean, np.nanmax, np.mean, max, sum])
def test_numbers_of_agents_can_be_put_together_over_countries_powers_and_all(name: str, function: Any) -> None:
    model = HedgeModel(CASE)
    for agents in (model.agents, *model.agents_by_type.values()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of a mean of nothing
            assert isinstance(float(agents.agg(name, function)), float)
    own = Country if name == "hedging_index" else Power
    assert model.agents.agg(name, np.nanmean) == pytest.approx(model.agents_by_type[own].agg(name, np.mean))


def test_the_batch_runner_of_mesa_varies_rules_by_name_and_overrides() -> None:
    fixed = {"scenario": "war_2022", "overrides": [SHORT]}
    rows = pd.DataFrame(batch({**fixed, "rules": ["habit", "balancing", "bystander"]}, [7]))
    assert set(rows["rules"]) == {"habit", "balancing", "bystander"}
    last = rows[rows["period"] == "2021Q4"].groupby("rules")["hedging_index"].mean()
    assert last["habit"] != last["balancing"]
    rows = pd.DataFrame(batch({"scenario": "war_2022", "overrides": [("end=2021Q2",), ("end=2021Q3",)]}, [7]))
    assert set(rows["period"]) == {"2021Q1", "2021Q2", "2021Q3"}


def test_a_case_that_is_asked_for_by_name_follows_its_file(write: Callable[..., Path]) -> None:
    text = "purpose: p\nextends: war_2022\nseed: 1\nend: END\n"
    ends = []
    for end in ("2021Q2", "2021Q3"):
        path = write(text.replace("END", end), "mine.yaml")
        assert case_named(path) is case_named(str(path))
        ends.append(HedgeModel(path).case.setting.axes.periods[-1])
    assert ends == ["2021Q2", "2021Q3"]
