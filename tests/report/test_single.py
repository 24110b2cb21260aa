"""The page of one run: outcomes of single places are on it, with the numbers that runs record under their names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import hedgesim
from command_line import call, refused
from hedgesim.engines import engine_of
from hedgesim.results.simulation import Plan, run_scenarios
from hedgesim.scenario import read_scenario
from report.reading import Page

SHORT = read_scenario("war_2022", overrides=["end=2022Q4"])
RUNS, KEPT = 40, 4
OF_ALL_RUNS = {"trust_KAZ", "diversity"}
"""What is stored of all runs, and not of kept ones alone."""
"""Runs of the folder war that are kept in full."""

WORDS = {
    "member_KAZ_EAEU": "Share of runs in which Kazakhstan is a member of EAEU (Eurasian Economic Union)",
    "rung_C5_RUS": "Highest rung of C5_RUS (Russia-Central Asia summit) from 0 (none) to 2 (leaders)",
    "threat_RUS_KAZ": "Threat that Kazakhstan perceives from Russia",
    "trust_KAZ_UZB": "Trust of Kazakhstan in Uzbekistan",
    "trust_KAZ": "Mean trust of Kazakhstan in the other countries",
    "diversity": "Diversity",
    "leader_meetings_C5_CHN": "Number of meetings of leaders of C5_CHN (China-Central Asia mechanism)",
}


@pytest.mark.parametrize("name", WORDS)
def test_an_outcome_of_a_single_place_is_on_the_page_of_one_run(page: Callable[..., Path], name: str) -> None:
    runs = RUNS if name in OF_ALL_RUNS else KEPT
    (found,), _ = run_scenarios((SHORT,), Plan(runs, 0, engine_of("ensemble"), outcomes=(name,)))
    recorded = found.closing().query("quantity == @name and entity == 'named'").iloc[0]
    shown = Page(page("war", "--outcome", name))
    row = shown.table("Changes from 2021Q1 to 2022Q4").where("outcome", WORDS[name])
    before = 0.0 if name.startswith("leader") else recorded["before"]
    expected = [before, recorded["after"], recorded["after"] - before]
    assert [row[key] for key in ("before", "after", "change")] == pytest.approx(expected, abs=1e-12)
    assert WORDS[name][1:] in shown.words().partition("How large")[0]


def test_what_a_run_recorded_is_on_its_page_unasked_and_alone_where_no_run_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for keep in (2, 0):
        (found,), _ = run_scenarios((SHORT,), Plan(4, keep, engine_of("ensemble"), outcomes=("member_KAZ_EAEU",)))
        hedgesim.write(found, f"kept_{keep}")
        assert call("report", f"kept_{keep}", "-o", f"{keep}.html").code == 0
    assert Page(Path("2.html")).table("Changes from").where("outcome", WORDS["member_KAZ_EAEU"])["after"] == 1.0
    said = call("report", "kept_0", "--outcome", "member_KAZ_EAEU", "-o", "member.html").out
    assert f"At the end of war_2022 s{WORDS['member_KAZ_EAEU'][1:]} is 1 (90 % of 4 runs: 1 to 1)." in said
    fault = refused("report", "kept_0", "--outcome", "trust_KAZ_UZB", "-o", "trust.html")
    assert "the runs did not record it, and none is kept in full." in fault
    assert fault.endswith("Or run it with --outcome trust_KAZ_UZB.")
    assert not Path("trust.html").exists()
