"""`hedgesim why`: what it prints, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import hedgesim
from command_line import call, folded, refused
from worlds import scenario_from

WAR = "purpose: war\nextends: war_2022\nend: 2022Q3\n"
CALM = WAR + "omit_shocks: [war_2022, cpc_storm]\n"
NAMES = ("--outcome", "presence_RUS_KAZ", "--runs", "3")


@pytest.fixture
def pair(write: Callable[..., Path]) -> tuple[str, str]:
    return str(write(WAR, "war.yaml")), str(write(CALM, "calm.yaml"))


def test_it_is_printed_ranked_in_words_and_in_numbers_that_sum_to_the_total(pair: tuple[str, str]) -> None:
    said = call("why", *pair, *NAMES)
    assert said.code == 0
    assert said.err.splitlines()[0] == "4 combinations of 2 switches, 3 runs of each"
    lines = said.out.splitlines()
    assert lines[0].startswith("Presence of Russia in Kazakhstan, 2022Q3: 0.2")
    assert "calm against war: " in lines[0]
    assert lines[2].startswith("  1. ")
    assert lines[2].endswith(": war_2022 (Russian invasion of Ukraine: threat; not in calm)")
    rows = {line.split()[0]: line.split() for line in lines if line and line.split()[0] in {"war_2022", "total"}}
    assert rows["total"][-2:] == ["100", "%"]
    assert "they sum to the total" in said.out


def test_the_parts_are_drawn_in_the_unit_in_which_they_are_printed(pair: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "parts.svg"
    said = call("why", *pair, *NAMES, "--chart", str(path))
    assert (said.code, said.out.splitlines()[-1]) == (0, f"Chart: {path}")
    drawn = path.read_text(encoding="utf-8")
    assert "Presence of Russia in Kazakhstan: calm less war, percentage points" in drawn
    assert "Parts with the sum +" in drawn
    assert refused("why", *pair, *NAMES, "--chart", str(path)).startswith(f"--chart {path}: the file already exists")


def test_json_holds_the_total_and_every_switch(pair: tuple[str, str]) -> None:
    said = call("why", *pair, *NAMES, "--json")
    answer = json.loads(said.out)
    assert answer["names"] == ["war", "calm"]
    assert (answer["outcome"], answer["runs"], answer["left_out"]) == ("presence_RUS_KAZ", 3, 0)
    assert sum(row["value"] for row in answer["switches"]) == pytest.approx(answer["total"], abs=1e-12)
    assert answer["other"] - answer["base"] == pytest.approx(answer["total"], abs=1e-12)
    assert {"switch", "what", "value", "error", "low", "high", "same_sign", "alone", "last"} == {*answer["switches"][0]}


def test_the_error_of_one_run_is_null_in_json(pair: tuple[str, str]) -> None:
    said = call("why", *pair, "--outcome", "cohesion", "--runs", "1", "--json")
    answer = json.loads(said.out, parse_constant=pytest.fail)
    assert (answer["error"], answer["switches"][0]["error"]) == (None, None)


def test_one_run_has_no_error_and_mechanisms_and_groups_can_be_named(pair: tuple[str, str]) -> None:
    text = folded("why", *pair, "--outcome", "leader_meetings", "--runs", "1", "--mechanism", "threat", "--mechanism",
                  "attention", "--mechanism", "offer", "--group", "theirs=att*,offer")  # fmt: skip
    assert "(4 combinations of 2 switches, 1 run of each)" in text
    assert "theirs" in text
    assert "none of these" in text
    assert "nan" not in text


def test_names_are_literal(write: Callable[..., Path]) -> None:
    name = "[red]<script>alert(1)</script> $x^2$ {0} %s"
    channels = "[{channel: strain, countries: [KAZ], size: 0.2}]"
    shock = f'shocks:\n  dry: {{name: "{name}", date: 2021Q3, source: assumption, channels: {channels}}}\n'
    first, second = write(WAR, "[bold]a.yaml"), write(WAR + shock, "[bold]b.yaml")
    text = folded("why", str(first), str(second), "--outcome", "cohesion", "--runs", "1")
    assert "[bold]b against [bold]a" in text
    assert "Very little or nothing: dry." in text
    shown = folded("why", str(first), str(second), "--outcome", "presence_RUS_KAZ", "--runs", "1", "--json")
    assert name in shown


UNKNOWN = '--outcome presence_RUS_KAS: there is no such outcome. Did you mean "presence_RUS_KAZ"?'
REFUSED = {
    "unknown outcome": (("war_2022", "no_war", "--outcome", "presence_RUS_KAS"), UNKNOWN),
    "the same": (
        ("war_2022", "war_2022", "--outcome", "cohesion"),
        "war_2022 and war_2022: no difference between them has an effect",
    ),
    "quarters": (("war_2022", "outlook_2030", "--outcome", "cohesion"), "their quarters differ: 2021Q1 to 2026Q4, and"),
    "seeds": (("war_2022", "caco_1994", "--outcome", "cohesion"), "their seeds differ, 2022 and 1994, so that runs"),
    "starts": (("war_2022", "caco_1994", "--outcome", "cohesion", "--seed", "1"), "their quarters differ: 2021Q1 to"),
    "no scenario": (("war_2022", "no_wars", "--outcome", "cohesion"), 'there is no scenario "no_wars"'),
    "no folder": (("war_2022", "results/none", "--outcome", "cohesion"), "results/none: there is no such folder."),
    "folder of nothing": (("war_2022", "empty", "--outcome", "cohesion"), "there are no finished results here"),
    "by": (("war_2022", "no_war", "--outcome", "cohesion", "--by", "mechanism"), 'Did you mean "mechanisms"?'),
    "mechanism": (
        ("war_2022", "no_war", "--outcome", "cohesion", "--mechanism", "treat"),
        '--mechanism treat: there is no such mechanism. Did you mean "threat"?',
    ),
    "too many": (
        ("war_2022", "no_war", "--outcome", "cohesion", "--by", "shocks"),
        "20 switches have 1048576 combinations; 10 switches are the most that are run. Join some: --group NAME=",
    ),
    "group of nothing": (
        ("war_2022", "no_war", "--outcome", "cohesion", "--group", "x=cpc_strom"),
        '--group x: no switch is called "cpc_strom". Did you mean "cpc_storm"?',
    ),
    "group twice": (
        ("war_2022", "no_war", "--outcome", "cohesion", "--group", "x=cpc_*", "--group", "y=cpc_storm"),
        "--group y: cpc_storm is in the group x too.",
    ),
    "group without a name": (("war_2022", "no_war", "--outcome", "cohesion", "--group", "cpc_*"), "it is not NAME="),
    "no runs": (("war_2022", "no_war", "--outcome", "cohesion", "--runs", "0"), "--runs 0: there must be at least one"),
    "memory": (
        ("war_2022", "no_war", "--outcome", "cohesion", "--runs", "900000000"),
        "--runs 900000000: 900000000 runs need about 3.7 TB of memory, this computer has",
    ),
    "no outcome": (("war_2022", "no_war"), "Missing option '--outcome'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_is_refused_on_one_line(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    words, line = REFUSED[case]
    assert line in refused("why", *words)


def test_other_countries_and_other_tables_are_refused(write: Callable[..., Path]) -> None:
    first, second = str(write(WAR, "a.yaml")), str(write(WAR + "countries: [KAZ, UZB]\n", "b.yaml"))
    assert "their countries differ: KAZ, KGZ, TJK, TKM, UZB, AZE, and KAZ, UZB." in refused(
        "why", first, second, *NAMES
    )


def test_switches_that_only_act_together_are_named_with_the_remedy(write: Callable[..., Path]) -> None:
    rule = "rules: {countries: {UZB: {rule: balancing}}}\n"
    change = """changes:
  more: {date: 2021Q3, source: assumption, rule: {country: UZB, recoil: 5.0}}
"""
    first, second = str(write(WAR, "a.yaml")), str(write(WAR + rule + change, "b.yaml"))
    line = refused_after_start("why", first, second, *NAMES)
    assert "a with changes.more of b: the rule multi_vector has no parameter" in line
    assert "Join what belongs together: --group NAME=SWITCH,SWITCH." in line
    text = folded("why", first, second, *NAMES, "--group", "uzbekistan=rules.*,changes.*", "--json")
    assert '"switch": "uzbekistan", "what": "rules.countries.UZB, changes.more"' in text


def refused_after_start(*words: str) -> str:
    """The last line of what is refused once combinations are made."""
    said = call(*words)
    assert (said.code, said.out) == (2, "")
    return said.err.splitlines()[-1]


def test_results_that_are_not_of_one_scenario_and_those_of_other_rules_are_refused(tmp_path: Path) -> None:
    results = hedgesim.run(scenario_from("no_war", "end=2021Q3"), 1)
    for manifest, line in (
        ({"experiment": "x"}, "these results are not those of one scenario. Name the folder of a run, or a scenario."),
        ({"rules": {"mine": "0" * 64}}, "it was run with a rule file mine.py that is not given"),
        ({"scenario_digest": "0" * 64}, "its scenario reads otherwise in this version of hedgesim"),
        ({"scenario_text": results.scenario.text + "tables: mine\n"}, "its scenario has tables of its own"),
    ):
        changed = hedgesim.Results.of(dict(results.tables), {**results.manifest, **manifest})
        with pytest.raises(hedgesim.HedgesimError) as error:
            hedgesim.why(changed, "no_war", outcome="cohesion")
        assert line in str(error.value)
    old = hedgesim.Results.of(dict(results.tables), {**results.manifest, "hedgesim": "0.0.1"})
    with pytest.warns(UserWarning, match=r"no_war: hedgesim 0\.0\.1 wrote it"):
        hedgesim.explain(old, "KAZ", "2021Q3")
