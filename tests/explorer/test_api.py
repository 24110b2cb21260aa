"""The JSON API of the explorer gives the numbers of the Python API, and refuses what it must."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

import hedgesim
from command_line import ROOT, sunder_sea
from explorer.asking import OWN, SHORT, array_of, client_of, post, same
from hedgesim.engines import engine_of
from hedgesim.explorer import asked, comparison, worlds
from hedgesim.explorer.about import ranking
from hedgesim.explorer.app import FILES, MOST_BODY
from hedgesim.model.world import RUNGS, STATUSES
from hedgesim.results.simulation import Plan
from hedgesim.results.twins import run_twins
from hedgesim.scenario import packaged_scenarios
from hedgesim.scenario.reader import read_opened
from hedgesim.scenario.twins import read_twin


@pytest.fixture
def client() -> TestClient:
    return client_of()


@pytest.mark.parametrize("name", packaged_scenarios())
def test_a_run_of_the_page_has_the_numbers_of_hedgesim_run(client: TestClient, name: str) -> None:
    found = post(client, "run", scenario=name, run=1)
    results = hedgesim.run(name, 2, keep=2)
    tables = {
        key: frame[frame["run"] == 1] for key, frame in results.tables.items() if "run" in frame and key != "runs"
    }
    countries, domains, options = (len(found[axis]) for axis in ("countries", "domains", "options"))
    assert same(found["shares"], array_of(tables["shares"], "share", countries, domains, options))
    assert same(found["hedging_index"], array_of(tables["countries"], "hedging_index", countries))
    presence = [array_of(tables["countries"], f"presence_{option}", countries) for option in found["options"]]
    assert same(found["presence"], np.moveaxis(presence, 0, 1))
    rungs = [[RUNGS[code] for code in row] for row in found["rung"]]
    assert np.array_equal(rungs, array_of(tables["formats"], "rung", len(found["formats"])))
    statuses = np.asarray(STATUSES)[np.asarray(found["status"])]
    assert np.array_equal(statuses, array_of(tables["memberships"], "status", countries, len(found["formats"])))
    steps = [event["step"] for event in found["events"]]
    assert steps == sorted(steps)
    assert {event["period"] for event in found["events"]} <= set(found["periods"])


@pytest.mark.parametrize("name", packaged_scenarios())
def test_the_page_knows_all_that_a_scenario_has(client: TestClient, name: str) -> None:
    about = post(client, "about", scenario=name)
    assert about["scenario"]["purpose"] == hedgesim.read_scenario(name).purpose
    assert [one["name"] for one in about["scenarios"]] == list(packaged_scenarios())
    assert all(one["unit"] and one["source"] and one["low"] < one["high"] for one in about["parameters"])
    known = {rule["name"] for rule in about["rules"]["countries"]}
    assert {country["rule"] for country in about["countries"]} <= known
    for shock in about["shocks"]:
        assert shock["parts"]
        assert shock["date"] or shock["rate"]


def test_settings_are_those_of_the_command_line(client: TestClient) -> None:
    settings = [SHORT, "rules.countries.KAZ.rule=balancing", "shock_sizes.war_2022=0.5", "settings.taste.threat=2"]
    found = post(client, "run", settings=settings)
    shares = hedgesim.run(hedgesim.read_scenario("war_2022", overrides=settings), 1, keep=1).table("shares")
    assert np.array_equal(found["shares"], array_of(shares, "share", 6, 5, 10))
    usual = post(client, "run", settings=[SHORT])
    assert found["shares"] != usual["shares"]


def test_bands_are_the_differences_of_a_run_with_twin(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "PAIRS", 20)
    found = post(client, "compare", settings=[SHORT], without=["war_2022"])
    first = hedgesim.read_scenario("war_2022", overrides=[SHORT])
    twin = read_twin(first, None, ["war_2022"], overrides=[SHORT])
    paired = run_twins((first, twin), Plan(20, 0, engine_of("ensemble"))).paired.set_index(
        ["outcome", "entity", "option"]
    )
    compared = 0
    for band in found["bands"]:
        outcome, _, option = band["outcome"].partition("presence_")
        key = ("presence", band["entity"], option) if option else (band["outcome"], band["entity"], "")
        if key in paired.index and not outcome.startswith("presence_other"):
            row = paired.loc[key]
            ends = [band[name][-1] for name in ("mean", "low", "high")]
            assert np.allclose(ends, [row["mean"], row["q05"], row["q95"]], rtol=0, atol=1e-12), key
            compared += 1
    assert compared == 6 * 11 + 4
    assert found["twin"] == "war_2022 without war_2022"
    assert found["pairs"] == 20
    assert {band["mean"][0] for band in found["bands"] if band["outcome"] != "cohesion"} == {0.0}


def test_what_a_scenario_omits_can_be_switched_on(client: TestClient) -> None:
    about = post(client, "about", scenario="no_war")
    war = next(one for one in about["shocks"] if one["id"] == "war_2022")
    assert war["on"] is False
    assert war["date"] == "2022Q2"
    on = [f"omit_shocks=[{', '.join(one for one in about['omitted'] if one != 'war_2022')}]", SHORT]
    found = post(client, "run", scenario="no_war", settings=on)
    assert "Shock: Russian invasion of Ukraine" in [event["text"] for event in found["events"]]


def test_a_change_that_the_scenario_gives_is_described_switched_off_and_compared_with(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "PAIRS", 5)
    change = "membership: {country: KAZ, format: EAEU, status: none}"
    text = f"{OWN}changes:\n  out: {{date: 2022Q2, source: assumption, {change}}}\n"
    mine = {"scenario": "mine.yaml", "text": text}
    (listed,) = post(client, "about", **mine)["changes"]
    assert listed == {"id": "out", "date": "2022Q2", "name": "KAZ leaves EAEU", "on": True}
    given = {
        "step": 5,
        "period": "2022Q2",
        "kind": "change",
        "text": "The scenario gives: KAZ leaves EAEU",
        "id": "out",
    }
    assert given in post(client, "run", **mine)["events"]
    off = post(client, "run", **mine, settings=["changes.out=null"])
    assert off["shares"] == post(client, "run", settings=[SHORT])["shares"]
    assert post(client, "compare", **mine, without=["out"])["twin"] == "mine without out"


def test_without_other_settings_nothing_differs(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "PAIRS", 5)
    found = post(client, "compare", settings=[SHORT], other=[SHORT])
    assert {number for band in found["bands"] for number in band["mean"] + band["low"] + band["high"]} == {0.0}


def test_a_long_scenario_has_fewer_pairs(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "MOST_WORK", 25)
    assert post(client, "compare", settings=[SHORT], without=["war_2022"])["pairs"] == 25 // 8


def test_terms_are_those_of_hedgesim_explain_and_sum_to_the_value(client: TestClient) -> None:
    found = post(client, "explain", settings=[SHORT], run=2, country="UZB", period="2022Q3")
    scenario = hedgesim.read_scenario("war_2022", overrides=[SHORT])
    same = hedgesim.explain(scenario, "UZB", "2022Q3", run=2)
    assert found["options"] == same.options
    assert found["terms"] == same.terms
    for row in found["options"]:
        terms = [
            one["value"] for one in found["terms"] if (one["domain"], one["option"]) == (row["domain"], row["option"])
        ]
        assert abs(sum(terms) - row["value"]) <= 1e-12


def test_what_is_saved_opens_with_the_same_numbers(client: TestClient) -> None:
    settings = [SHORT, "omit_shocks=[war_2022]", "settings.taste.threat=0.5"]
    saved = post(client, "save", settings=settings)
    assert saved["name"] == "war_2022_changed.yaml"
    assert read_opened(saved["text"], "x.yaml").digest == hedgesim.read_scenario("war_2022", overrides=settings).digest
    again = post(client, "run", scenario=saved["name"], text=saved["text"])
    assert again["shares"] == post(client, "run", settings=settings)["shares"]


def test_an_opened_file_may_extend_a_packaged_scenario(client: TestClient) -> None:
    assert (
        post(client, "run", scenario="mine.yaml", text=OWN)["shares"] == post(client, "run", settings=[SHORT])["shares"]
    )


@pytest.mark.parametrize(
    ("text", "place", "fault"),
    [
        ("purpose: x\nextends: war_2022\nend: 20\n", "mine.yaml:3:6", "end must be a quarter"),
        ("purpose: x\nextends: war_2022\nedn: 2024Q4\n", "mine.yaml:3:1", "edn"),
        ("purpose: x\nextends: ../pyproject.toml\n", "mine.yaml:2:10", "extends packaged scenarios"),
        ("purpose: x\nextends: /etc/passwd\n", "mine.yaml:2:10", "extends packaged scenarios"),
        ("extends: war_2022\ntables: data\n", "mine.yaml:2:1", "no folder of tables"),
        ("", "mine.yaml", "empty"),
        ("- a\n", "mine.yaml:1:1", "keys and values"),
        ("question: x\n", "mine.yaml:1:1", "experiment"),
        ("purpose: !!python/object:os.system x\n", "mine.yaml:1:10", ""),
    ],
)
def test_faults_of_an_opened_file_have_line_column_and_remedy(
    client: TestClient, text: str, place: str, fault: str
) -> None:
    (first, *_) = post(client, "about", 422, scenario="mine.yaml", text=text)["faults"]
    assert first["place"] == place
    assert ":".join(str(first[key]) for key in ("file", "line", "column") if first[key] is not None) == place
    assert fault in first["fault"]
    assert first["remedy"]


@pytest.mark.parametrize(
    ("name", "body", "fault"),
    [
        ("run", {"scenario": "../scenarios/war_2022.yaml"}, "there is no scenario"),
        ("run", {"scenario": "scenarios/war_2022.yaml"}, "there is no scenario"),
        ("run", {"scenario": "war"}, "there is no scenario"),
        ("run", {"scenario": 3}, "it must be a text"),
        ("run", {"run": -1}, "it must be a whole number"),
        ("run", {"run": True}, "it must be a whole number"),
        ("run", {"settings": "end=2022Q4"}, "it must be a list of texts"),
        ("run", {"settings": [SHORT] * (asked.MOST_SETTINGS + 1)}, "more than"),
        ("run", {"settings": ["tables=../data"]}, "leaves the folder"),
        ("run", {"text": "#" * 300_000}, "more than 262144 bytes"),
        ("run", {"settings": ["end=2020Q4"]}, "is not after start"),
        ("compare", {}, "either without or other"),
        ("compare", {"without": ["war_2022"], "other": []}, "either without or other"),
        ("compare", {"without": ["no_such"]}, "unknown"),
        ("compare", {"other": [SHORT]}, "other quarters"),
        ("compare", {"other": ["seed=7"]}, "another seed"),
        ("run", {"setings": [SHORT]}, 'it has an unknown key "setings"'),
        ("run", {"country": "KAZ"}, 'it has an unknown key "country"'),
        ("save", {"scenario": "../x\ny", "text": OWN}, "it cannot be the name of a file"),
        ("explain", {}, "it must be a text"),
        ("explain", {"country": "ZZZ", "period": "2022Q3"}, "there is no such country"),
        ("explain", {"country": "KAZ", "period": "2021Q1"}, "starts in"),
    ],
)
def test_what_cannot_be_answered_is_said_with_a_remedy(
    client: TestClient, name: str, body: dict[str, Any], fault: str
) -> None:
    (first, *_) = post(client, name, 422, **body)["faults"]
    assert fault in first["fault"]
    assert first["remedy"]


def test_the_file_of_the_command_line_is_read_again_and_no_other(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.yaml", tmp_path / "other.yaml"
    for path in (mine, other):
        path.write_text(OWN)
    client = client_of(str(mine))
    assert post(client, "about", scenario=str(mine))["scenarios"][0]["name"] == str(mine)
    assert len(post(client, "run", scenario=str(mine))["periods"]) == 8
    mine.write_text(OWN.replace("2022Q4", "2022Q3"))
    assert len(post(client, "run", scenario=str(mine))["periods"]) == 7
    (fault,) = post(client, "run", 422, scenario=str(other))["faults"]
    assert "there is no scenario" in fault["fault"]


def test_another_region_is_explored_as_the_shipped_one(tmp_path: Path) -> None:
    mine = str(sunder_sea(tmp_path))
    client = client_of(mine)
    about = post(client, "about", scenario=mine)
    found = post(client, "run", scenario=mine)
    assert [one["code"] for one in about["countries"]] == found["countries"] != []
    assert found["countries"] != ["KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE"]


def test_a_run_that_fails_is_said(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "run_block", lambda *_, **__: SimpleNamespace(failed={0: "shares are not numbers"}))
    (fault,) = post(client, "run", 422, settings=["end=2022Q3"], run=77)["faults"]
    assert "shares are not numbers" in fault["fault"]


def test_a_fault_of_ours_is_one_line_without_a_traceback(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked.Asked, "scenario", lambda *_: 1 / 0)
    (fault,) = post(client, "save", 500)["faults"]
    assert fault["fault"] == "the explorer failed (ZeroDivisionError)"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "example.org"},
        {"host": "example.org:8765"},
        {"host": "127.0.0.1.example.org:8765"},
        {"host": ""},
        {"origin": "http://example.org"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "https://127.0.0.1:8765"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_other_hosts_and_origins_are_refused(client: TestClient, headers: dict[str, str]) -> None:
    for answer in (client.get("/", headers=headers), client.post("/api/about", json={}, headers=headers)):
        assert answer.status_code == 403
        assert "hedgesim" not in answer.text


def test_own_pages_are_answered(client: TestClient) -> None:
    for host in ("127.0.0.1:8765", "localhost:8765"):
        headers = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
        assert client.get("/", headers=headers).status_code == 200


def test_requests_are_json_and_limited(client: TestClient) -> None:
    for content, kind, fault in (
        (b"{}", "text/plain", "content type"),
        (b"{", "application/json", "is not JSON"),
        (b"[" * 100_000, "application/json", "is not JSON"),
        (b"[]", "application/json", "no mapping"),
        (b'{"scenario": "war_2022", "run": 1, "run": 2}', "application/json", "a key is there twice"),
        (b'{"scenario": "war_2022", "settings": ["\\ud800=1"]}', "application/json", "is no Unicode text"),
        (b" " * (MOST_BODY + 1), "application/json", "more than"),
    ):
        answer = client.post("/api/run", content=content, headers={"content-type": kind})
        assert answer.status_code == 422
        assert fault in answer.json()["faults"][0]["fault"]
    assert client.get("/api/run").status_code == 405


@pytest.mark.parametrize("path", ["/page.py", "/../app.py", "/%2e%2e/app.py", "/vendor/d3.min.js", "/api", "/api/none"])
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_page_is_small_comes_from_here_and_allows_no_other_code(client: TestClient) -> None:
    answers = [client.get(f"/{address}") for address in FILES]
    assert sum(len(answer.content) for answer in answers) < 1_500_000
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    ours = [
        answer.text for address, answer in zip(FILES, answers, strict=True) if address in {"", "page.js", "page.css"}
    ]
    assert not any(
        re.search(r"https?://|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text) for text in ours
    )


def test_texts_of_users_reach_the_page_as_they_are(client: TestClient) -> None:
    text = OWN.replace("Shorter", "<img src=x onerror=alert(1)> $x$ [red]")
    about = post(client, "about", scenario="<b>.yaml", text=text)
    assert about["scenario"]["purpose"] == "<img src=x onerror=alert(1)> $x$ [red]"


def test_the_parameters_that_matter_are_those_of_the_evidence() -> None:
    text = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    largest: dict[str, tuple[float, str, str]] = {}
    for experiment in ("sensitivity", "founding_question"):
        section = text.partition(f"### `{experiment}`")[2].partition("\n### ")[0]
        for outcome, parameter, value in re.findall(r"^\| (\w+) \| `([\w.]+)` \| ([\d.]+) \|", section, re.MULTILINE):
            largest[parameter] = max(largest.get(parameter, (0.0, "", "")), (float(value), outcome, experiment))
    listed = {path: (row["effect"], row["on"], row["in"]) for path, row in ranking().items()}
    assert listed == {path: row for path, row in largest.items() if row[0] >= 0.15}
    assert list(listed) == sorted(listed, key=lambda path: -listed[path][0])
