"""A country is played by the numbers of the Python API, and what was played is a scenario with dated changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from starlette.testclient import TestClient

import hedgesim
from command_line import sunder_sea
from explorer.asking import OWN, array_of, client_of, post, same
from hedgesim.engines.case import case_of
from hedgesim.engines.futures import fork_of
from hedgesim.explorer import play
from hedgesim.results.blocks import run_block
from hedgesim.rules import country_rules
from hedgesim.scenario import read_scenario

SHORT = "end=2023Q4"
CHOICES = {"2022Q2": "bandwagoning", "2022Q3": "keep", "2022Q4": "habit", "2023Q1": "profit"}
BEFORE = {"2022Q2": "2022Q1", "2022Q3": "2022Q2", "2022Q4": "2022Q3", "2023Q1": "2022Q4"}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """With few futures, but where a test asks for all."""
    monkeypatch.setattr(play, "FUTURES", 12)
    return client_of()


def courses(client: TestClient, period: str, settings: list[str], **more: Any) -> dict[str, Any]:
    found = post(client, "futures", settings=settings, period=period, **{"country": "KAZ", "ahead": 2, **more})
    return {one["name"]: one for one in found["courses"]}


def played(client: TestClient, run: int = 3) -> list[str]:
    """The settings that the page has after the choices."""
    settings = [SHORT]
    for date, name in CHOICES.items():
        settings += courses(client, BEFORE[date], settings, run=run)[name]["settings"]
    return settings


def test_what_was_played_is_a_scenario_that_hedgesim_run_runs_with_the_same_numbers(
    client: TestClient, tmp_path: Path
) -> None:
    settings = played(client)
    page = post(client, "run", settings=settings, run=3)
    file = tmp_path / "played.yaml"
    file.write_text(post(client, "save", settings=settings)["text"])
    rules = {one["date"]: one["rule"]["rule"] for one in yaml.safe_load(file.read_text())["changes"].values()}
    assert rules == {date: name for date, name in CHOICES.items() if name != "keep"}
    for scenario in (file, read_scenario("war_2022", overrides=settings)):
        shares = hedgesim.run(scenario, 4, keep=4).table("shares", where=[("run", "=", 3)])
        assert same(page["shares"], array_of(shares, "share", 6, 5, 10))
    usual = post(client, "run", settings=[SHORT], run=3)
    assert page["periods"][4] == "2022Q1"
    assert np.array_equal(np.asarray(page["shares"])[..., :5], np.asarray(usual["shares"])[..., :5])
    assert page["shares"] != usual["shares"]
    said = [one["text"] for one in page["events"] if one.get("id", "").startswith("play_")]
    assert said == [f"The scenario gives: KAZ: follows {name}" for name in rules.values()]


def test_keeping_the_course_or_choosing_what_is_followed_changes_nothing(client: TestClient) -> None:
    usual = post(client, "run", settings=[SHORT])
    settings = [SHORT]
    for period in usual["periods"][:-1]:
        kept, *_ = post(client, "futures", settings=settings, country="UZB", period=period, ahead=1)["courses"]
        settings += kept["settings"]
    assert settings == [SHORT]
    same_rule = play.Course("multi_vector", "multi_vector", "")
    chosen = [text for date in ("2021Q3", "2022Q2", "2022Q3") for text in same_rule.settings("UZB", date, None)]
    assert len(chosen) == 3
    assert post(client, "run", settings=[SHORT, *chosen])["shares"] == usual["shares"]


def test_effects_of_the_course_that_is_kept_are_0_and_a_choice_becomes_the_course(client: TestClient) -> None:
    before = courses(client, "2022Q3", [SHORT], courses=["hiding"])
    for outcome in before["keep"]["outcomes"].values():
        assert {*outcome["effect"], *outcome["error"], *outcome["effect_low"], *outcome["effect_high"]} == {0.0}
    after = courses(client, "2022Q3", [SHORT, *before["hiding"]["settings"]])
    assert after["keep"]["rule"] == "hiding"
    assert "hiding" not in after
    for name in ("median", "low", "high"):
        for outcome, found in after["keep"]["outcomes"].items():
            assert found[name] == before["hiding"]["outcomes"][outcome][name]
    back, forth = after["multi_vector"]["outcomes"]["presence_RUS"], before["hiding"]["outcomes"]["presence_RUS"]
    assert np.allclose(back["effect"], -np.asarray(forth["effect"]), rtol=0, atol=1e-15)


def test_bands_and_effects_are_those_of_paired_futures(client: TestClient) -> None:
    found = courses(client, "2022Q3", [SHORT], run=2, ahead=3)["balancing"]["outcomes"]
    case = case_of(read_scenario("war_2022", overrides=[SHORT]))
    other = case_of(
        read_scenario(
            "war_2022",
            overrides=[SHORT, "changes.x={date: 2022Q4, source: assumption, rule: {country: KAZ, rule: balancing}}"],
        )
    )
    runs = [0, 1, *range(3, 13)]
    fork = fork_of(case, 2, case.setting.axes.periods.index("2022Q3"), ahead=3, others=runs)
    kept, chosen = (run_block(one, fork.engine(), runs).outcomes for one in (case, other))
    for name in ("presence_RUS", "hedging_index"):
        a, b = (one.of_country(name)[0] for one in (kept, chosen))
        assert np.allclose(found[name]["median"], np.median(b, axis=1), rtol=0, atol=1e-15)
        assert np.allclose(found[name]["low"], np.quantile(b, 0.05, axis=1), rtol=0, atol=1e-15)
        assert np.allclose(found[name]["effect"], (b - a).mean(axis=1), rtol=0, atol=1e-15)
        assert np.allclose(found[name]["error"], (b - a).std(axis=1, ddof=1) / 12**0.5, rtol=0, atol=1e-15)
    meetings = chosen.of_system("leader_meetings")
    assert found["leader_meetings"]["median"] == np.median(np.cumsum(meetings, axis=0) - meetings[0], axis=1).tolist()
    assert found["threat_RUS"]["median"][0] > 0.0


def test_the_present_is_that_of_the_run(client: TestClient) -> None:
    page = post(client, "run", settings=[SHORT], run=7)
    step, powers = page["periods"].index("2022Q4"), page["options"][:-2]
    for course in courses(client, "2022Q4", [SHORT], run=7, country="TJK").values():
        for n, power in enumerate(powers):
            for name, of in (("presence", page["presence"][2][n]), ("threat", page["threat"][2][n])):
                now = course["outcomes"][f"{name}_{power}"]
                assert [now[key][0] for key in ("low", "median", "high")] == pytest.approx([of[step]] * 3, abs=1e-12)


def test_a_hundred_futures_of_every_course_are_seen() -> None:
    found = post(client_of(), "futures", settings=[SHORT], country="KAZ", period="2022Q4", ahead=9)
    assert found["futures"] == 100
    assert found["periods"] == ["2022Q4", "2023Q1", "2023Q2", "2023Q3", "2023Q4"]
    assert found["chosen_for"] == "2023Q1"
    assert [one["name"] for one in found["courses"]] == [
        "keep",
        *(name for name in play.COURSES if name != "multi_vector"),
    ]
    assert {one["left_out"] for one in found["courses"]} == {0}
    assert set(play.COURSES) <= set(country_rules())


def test_the_rule_of_the_start_is_offered_with_its_own_values(client: TestClient) -> None:
    settings = [SHORT, "rules.countries.KAZ={rule: balancing, recoil: 5}"]
    found = post(client, "futures", settings=settings, country="KAZ", period="2022Q1", ahead=1)["courses"]
    assert (found[0]["rule"], found[0]["values"]) == ("balancing", {"recoil": 5.0})
    settings += courses(client, "2022Q1", settings)["habit"]["settings"]
    found = post(client, "futures", settings=settings, country="KAZ", period="2022Q2", ahead=1)["courses"]
    assert [one["words"] for one in found if one["rule"] == "balancing"] == [
        "Lean away from who threatens (recoil 5)",
        "Lean away from who threatens",
    ]
    back = post(client, "run", settings=[*settings, *found[1]["settings"]])
    assert back["events"] != []


def test_a_change_that_the_scenario_gives_is_kept_or_replaced(client: TestClient) -> None:
    change = "rule: {country: KAZ, rule: habit}"
    text = f"{OWN}changes:\n  turn: {{date: 2022Q3, source: assumption, {change}}}\n"
    mine = {"scenario": "mine.yaml", "text": text}
    found = {
        one["name"]: one for one in post(client, "futures", country="KAZ", period="2022Q2", ahead=2, **mine)["courses"]
    }
    assert found["keep"]["rule"] == "habit"
    (setting,) = found["profit"]["settings"]
    assert setting == 'changes.turn.rule={"country":"KAZ","rule":"profit"}'
    replaced = post(client, "run", settings=[setting], **mine)
    assert (
        replaced["shares"] == post(client, "run", scenario="mine.yaml", text=text.replace("habit", "profit"))["shares"]
    )


def test_another_region_is_played_as_the_shipped_one(client: TestClient, tmp_path: Path) -> None:
    mine = str(sunder_sea(tmp_path))
    there = client_of(mine)
    page = post(there, "run", scenario=mine)
    country, period = page["countries"][-1], page["periods"][1]
    found = post(there, "futures", scenario=mine, country=country, period=period)
    assert len(found["courses"]) == len(play.COURSES)
    (setting,) = found["courses"][1]["settings"]
    assert post(there, "run", scenario=mine, settings=[setting])["shares"] != page["shares"]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, "it must be a text"),
        ({"country": "ZZZ", "period": "2022Q1"}, "there is no such country"),
        ({"country": "KAZ", "period": "2023Q4"}, "has no next quarter"),
        ({"country": "KAZ", "period": "soon"}, "has no next quarter"),
        ({"country": "KAZ", "period": "2022Q1", "ahead": 0}, "a whole number from 1 to 20"),
        ({"country": "KAZ", "period": "2022Q1", "ahead": True}, "a whole number from 1 to 20"),
        ({"country": "KAZ", "period": "2022Q1", "courses": ["patron"]}, "there is no rule"),
        ({"country": "KAZ", "period": "2022Q1", "courses": "habit"}, "it must be a list of texts"),
    ],
)
def test_what_cannot_be_played_is_said_with_a_remedy(client: TestClient, body: dict[str, Any], fault: str) -> None:
    (first, *_) = post(client, "futures", 422, settings=[SHORT], **body)["faults"]
    assert fault in first["fault"]
    assert first["remedy"]
