"""`hedgesim explain`: bars, tables and JSON, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import hedgesim
from command_line import call, folded, parsed, refused, sunder_sea
from hedgesim.commands.explain import bar_of, letters_of
from worlds import scenario_from

WAR = "purpose: war\nextends: war_2022\nend: 2022Q3\n"
ASKED = ("--country", "KAZ", "--period", "2022Q3")


@pytest.fixture
def war(write: Callable[..., Path]) -> str:
    return str(write(WAR, "war.yaml"))


def test_values_are_bars_of_letters_and_a_table_and_formats_say_who_wanted_what(war: str) -> None:
    said = call("explain", war, *ASKED, "--run", "1")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].startswith(
        "Kazakhstan (KAZ) in 2022Q3, run 1 of war, follows multi_vector: Every term of the value"
    )
    bars = [line for line in lines if line.startswith("  Russia")]
    assert len(bars) == 5
    assert "tt|oo" in bars[0]
    assert bars[3].count("a") > bars[3].count("t") > 0
    assert all(len(line.rstrip()) <= 85 for line in bars)
    text = " ".join(said.out.split())
    assert "Letters: o offers, a access" in text
    assert "domain option offers access" in text
    assert "a summit of their own" in text
    assert "Log odds that KAZ is willing to take part in each format" in text


def test_json_holds_every_term_and_a_domain_can_be_chosen(war: str) -> None:
    answer = parsed("explain", war, *ASKED, "--domain", "transport", "--json")
    assert {row["domain"] for row in (*answer["options"], *answer["terms"])} == {"transport"}
    for row in answer["options"]:
        own = [term["value"] for term in answer["terms"] if term["option"] == row["option"]]
        assert sum(own) == pytest.approx(row["value"], abs=1e-12)
    assert len(answer["formats"]) > 20
    assert "C5_US" not in folded("explain", war, *ASKED, "--domain", "transport")


def test_a_folder_of_results_is_explained_as_its_scenario(tmp_path: Path) -> None:
    scenario = scenario_from("war_2022", "end=2022Q3")
    hedgesim.write(hedgesim.run(scenario, 2), tmp_path / "war")
    assert parsed("explain", str(tmp_path / "war"), *ASKED, "--run", "1", "--json") == parsed(
        "explain", "war_2022", *ASKED, "--run", "1", "--json"
    )
    line = refused("explain", str(tmp_path / "war"), *ASKED, "--run", "2")
    assert line == "--run 2: the results have 2 runs. Name one from 0 to 1."


def test_a_rule_without_terms_says_so(write: Callable[..., Path]) -> None:
    rules = "rules: {countries: {KAZ: {rule: habit}}}\n"
    text = folded("explain", str(write(WAR + rules)), *ASKED)
    assert "The rule gives every option the value 0 here, so there are no terms." in text


def test_names_of_a_region_are_literal(tmp_path: Path) -> None:
    file = str(sunder_sea(tmp_path))
    axes = tmp_path / "sunder_sea" / "axes.csv"
    text = axes.read_text(encoding="utf-8")
    name = "[red]<script>$x^2$</script>\x1b[31m"
    code, called = next(line.split(",")[1:3] for line in text.splitlines() if line.startswith("country,"))
    axes.write_text(text.replace(f",{code},{called},", f",{code},{name},"), encoding="utf-8")
    said = call("explain", file, "--country", code, "--period", "2004Q2")
    assert said.code == 0, said.err
    assert said.out.startswith("[red]<script>$x^2$</script>\\x1b[31m (")
    assert "\x1b" not in said.out


REFUSED = {
    "country": (("war_2022", "--country", "kaz", "--period", "2022Q3"), 'in war_2022. Did you mean "KAZ"?'),
    "before": (("war_2022", "--country", "KAZ", "--period", "2021Q1"), "war_2022 starts in 2021Q1, and decisions are"),
    "after": (("war_2022", "--country", "KAZ", "--period", "2030Q1"), "taken from 2021Q2 to 2026Q4. Name one of these"),
    "no quarter": (("war_2022", "--country", "KAZ", "--period", "soon"), "--period soon: war_2022 starts in 2021Q1"),
    "run": (("war_2022", *ASKED, "--run", "-1"), "run=-1: it must be a whole number from 0 to "),
    "domain": (("war_2022", *ASKED, "--domain", "securty"), 'there is no such domain. Did you mean "security"?'),
    "scenario": (("war_2023", *ASKED), 'there is no scenario "war_2023". Give the path of a file or the name'),
    "folder": (("results/none", *ASKED), "results/none: there is no such folder. Name a folder of results, or a"),
    "no country": (("war_2022", "--period", "2022Q3"), "Missing option '--country'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_explained_is_refused_on_one_line(case: str) -> None:
    words, line = REFUSED[case]
    assert line in refused("explain", *words)


def test_letters_are_told_apart_and_bars_are_as_long_as_their_sum() -> None:
    letters = letters_of(["threat", "trust", "t", "access"])
    assert letters == {"threat": "t", "trust": "r", "t": "T", "access": "a"}
    assert bar_of({"threat": 0.26, "access": 0.26, "trust": -1.0}, letters, 10.0) == "tttaa"
    assert bar_of({}, letters, 10.0) == ""
