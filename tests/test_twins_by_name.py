"""A twin is called by what it lacks, and what a twin may lack is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import hedgesim
from command_line import call, parsed, refused
from hedgesim.results.recorded import scenario_from
from hedgesim.scenario import read_scenario
from hedgesim.scenario.twins import read_twin

KAZ = """\
purpose: Kazakhstan leaves the EAEU
extends: war_2022
end: 2023Q2
shock_sizes: {scare: 0.5}
shocks:
  scare: {name: A scare, date: 2022Q1, source: assumption, channels: [{channel: strain, countries: [UZB], size: 0.2}]}
changes:
  leaves: {date: 2022Q1, source: assumption, membership: {country: KAZ, format: EAEU, status: none}}
  turn: {date: 2022Q2, source: assumption, rule: {country: UZB, rule: balancing}}
"""
TWIN = "kaz without leaves"
RUN = ("run", "kaz.yaml", "--runs", "4", "--without", "leaves", "-o", "out", "--no-charts")


@pytest.fixture
def kaz(write: Callable[..., Path]) -> str:
    return str(write(KAZ, "kaz.yaml"))


@pytest.fixture
def ran(kaz: str) -> str:
    said = call(*RUN)
    assert said.code == 0, said.err
    return said.out


def test_the_run_says_so_in_its_headings(ran: str) -> None:
    assert f"kaz against {TWIN} in 2023Q2: " in ran
    assert ran.splitlines()[0].split("  ")[0] == "setting"
    assert TWIN in ran.splitlines()[0]


@pytest.mark.usefixtures("ran")
def test_it_is_so_in_manifests_and_wherever_results_are_read_again() -> None:
    assert hedgesim.open_results("out/twin").manifest["scenario"] == TWIN
    assert hedgesim.open_results("out/paired").manifest["twin"] == TWIN
    assert scenario_from("out/twin")[0].name == TWIN
    assert scenario_from("out")[0].name == "kaz"


@pytest.mark.usefixtures("ran")
def test_compare_why_plot_and_report_call_it_so() -> None:
    compared = call("compare", "out/twin", "out").out
    assert f"kaz against {TWIN} in 2023Q2: " in compared
    why = call("why", "out/twin", "kaz.yaml", "--outcome", "presence_RUS_KAZ", "--runs", "1", "--chart", "why.svg")
    assert f"kaz against {TWIN}: " in why.out
    assert f"kaz less {TWIN}, percentage points" in Path("why.svg").read_text(encoding="utf-8")
    drawn = call("plot", "out", "paired_presence", "-o", "pairs.svg")
    assert f"kaz less {TWIN}, " in drawn.out
    assert f"kaz less {TWIN}, points" in Path("pairs.svg").read_text(encoding="utf-8")
    assert call("report", "out/twin", "out", "--no-why").code == 0
    page = Path("report.html").read_text(encoding="utf-8")
    assert f"kaz less {TWIN}" in page
    assert not re.search("kaz less kaz[^a-z ]", page)


@pytest.mark.usefixtures("kaz")
@pytest.mark.parametrize(("without", "name"), [
    (["leaves", "turn"], "kaz without leaves and turn"),
    (["leaves", "turn", "scare"], "kaz without leaves, turn and scare"),
    (["turn", "leaves", "clash_2021", "scare", "war_2022"], "kaz without clash_2021, war_2022, leaves and 2 more"),
])  # fmt: skip
def test_a_name_lists_a_few_and_counts_the_others(without: list[str], name: str) -> None:
    assert read_twin(read_scenario("kaz.yaml"), None, without).name == name


@pytest.mark.usefixtures("ran")
def test_compare_of_run_folders_says_where_their_twins_are() -> None:
    call("run", "war_2022", "--set", "end=2023Q2", "--runs", "4", "-o", "other", "--no-charts")
    hint = f"out means the run itself, kaz. Its twin, {TWIN}, is in out/twin: hedgesim compare out/twin out"
    assert call("compare", "other", "out").out.splitlines()[-1] == hint
    assert hint in parsed("compare", "other", "out", "--json")["left_out"]
    assert hint in call("report", "other", "out", "--no-why").out.splitlines()
    for words in (("out/twin", "out"), ("other", "out/twin")):
        assert "means the run itself" not in call("compare", *words).out


THERE = "It has changes (leaves, turn), shocks of its own (scare), recorded shocks ("
WRONG = {
    "leave": f'unknown shock, event or change "leave" in kaz. Did you mean "leaves"? {THERE}',
    "turns": f'unknown shock, event or change "turns" in kaz. Did you mean "turn"? {THERE}',
    "scar": 'Did you mean "scare"?',
    "war": 'Did you mean "war_2022"?',
    "war_2022_trnsit": 'Did you mean "war_2022_transit"?',
    "Ukraine": 'Did you mean "war_2022"?',
    "covid": f'covid does not act in kaz, from 2021Q1 to 2023Q2. Did you mean "covid_remittances"? {THERE}',
    "crocus_2024": "crocus_2024 does not act in kaz, from 2021Q1 to 2023Q2.",
    "nothing": f'unknown shock, event or change "nothing" in kaz. {THERE}',
    "leaves,turn": "it names several values. Repeat the option: --without leaves --without turn.",
    "leaves, wrong ,": "it names several values. Repeat the option: --without leaves --without wrong.",
}


@pytest.mark.usefixtures("kaz")
@pytest.mark.parametrize(("name", "said"), WRONG.items(), ids=WRONG)
def test_what_a_twin_cannot_lack_is_answered_with_what_there_is(name: str, said: str) -> None:
    line = refused("run", "kaz.yaml", "--without", name, "-o", "out")
    assert line.startswith(f"--without {name}: ")
    assert said in line


@pytest.mark.usefixtures("kaz")
def test_all_that_it_cannot_lack_is_named_at_once() -> None:
    said = call("run", "kaz.yaml", "--without", "leave", "--without", "turn", "--without", "moon", "-o", "out")
    assert [line.partition(": ")[0] for line in said.err.splitlines()] == ["--without leave", "--without moon"]


def test_where_nothing_acts_there_is_nothing_to_leave_out() -> None:
    line = refused("run", "no_war", "--set", "recorded_shocks=none", "--set", "omit_shocks=[]", "--without", "war_2022")
    assert line.endswith("It has nothing to leave out.")


JOINED = {
    "run war_2022 --outcome a,b": "Repeat the option: --outcome a --outcome b.",
    "compare no_war war_2022 --outcome a,b": "Repeat the option: --outcome a --outcome b.",
    "why no_war war_2022 --outcome cohesion --mechanism a,b": "Repeat the option: --mechanism a --mechanism b.",
    "sensitivity summit_drivers --outcome a,b": "Repeat the option: --outcome a --outcome b.",
    "plot x phase --by a,b": "Repeat the option: --by a --by b.",
}


@pytest.mark.parametrize(("command", "said"), JOINED.items(), ids=JOINED)
def test_every_option_that_is_repeated_says_so_of_names_with_commas(command: str, said: str) -> None:
    assert said in refused(*command.split())
