"""Sizes and dates of shocks that do not act are refused wherever they are given, and a twin does not take them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from command_line import call, refused
from hedgesim.errors import ScenarioError
from hedgesim.scenario import read_scenario
from hedgesim.scenario.twins import left_out_in, read_twin

SIZE, LEFT_OUT = (
    "shock_sizes.war_2022",
    "changes nothing, because no_war leaves war_2022 out. Leave this out, or take it",
)
OWN = "purpose: p\nextends: war_2022\nseed: 1\n"


@pytest.mark.parametrize(
    "command",
    [
        f"run no_war --set {SIZE}=2 --runs 1",
        f"grid no_war --vary {SIZE}=0,2 --runs 1",
        f"seek no_war --vary {SIZE}=0,2 --when presence_RUS<0.2 --runs 1",
        "run no_war --set shock_dates.war_2022=2023Q1 --runs 1",
    ],
)
def test_they_are_refused_on_every_command(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = refused(*command.split())
    assert LEFT_OUT in said
    assert "war_2022=" in said.partition(": ")[0] or said.startswith("--set 'shock_"), "the place is what was given"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("omit_shocks: [war_2022]\nshock_sizes: {war_2022: 0.5}\n", 5),
        ("omit_shocks: [war_2022]\nshock_sizes: {war_2022_sanctions: 0.5}\n", 5),
        ("recorded_shocks: [covid]\nshock_dates: {war_2022: 2023Q1}\n", 5),
    ],
)
def test_they_are_refused_in_a_file_at_their_line(text: str, line: int, write: Callable[..., Path]) -> None:
    with pytest.raises(ScenarioError, match="changes nothing, because own leaves") as caught:
        read_scenario(write(OWN + text, "own.yaml"))
    assert caught.value.place.line == line


def test_a_part_of_an_event_that_is_left_does_take_a_size(write: Callable[..., Path]) -> None:
    text = "omit_shocks: [war_2022_sanctions]\nshock_sizes: {war_2022: 0.5}\n"
    assert read_scenario(write(OWN + text, "own.yaml")).shock_sizes == {"war_2022": 0.5}


def test_an_experiment_is_refused_at_its_line_also_where_the_shock_is_outside_its_quarters(
    write: Callable[..., Path],
) -> None:
    head = "question: q\noutcomes: [cohesion]\nseed: 1\nreplications: 1\nlevers:\n  end: [2021Q4]\n"
    sizes = "uncertainties:\n  shock_sizes.war_2022: [0.0, 2.0]\n"
    path = str(write(f"{head}{sizes}scenarios: [war_2022, no_war]\n", "x.yaml"))
    assert f"x.yaml:8:26: {SIZE} changes nothing, because no_war leaves war_2022 out (in no_war)." in refused(
        "plan", path
    )
    path = str(write(f"{head}{sizes}scenarios: [war_2022]\n", "x.yaml"))
    assert f"{SIZE} changes nothing: the shock does not act from 2021Q1 to 2021Q4. Vary a shock" in refused(
        "plan", path
    )
    both = head.replace("[2021Q4]", "[2021Q4, 2022Q4]")
    assert call("plan", str(write(f"{both}{sizes}scenarios: [war_2022]\n", "x.yaml"))).code == 0, "it acts in one"


def test_a_twin_takes_no_sizes_of_what_it_lacks_and_the_run_can_be_made_again(write: Callable[..., Path]) -> None:
    given = [f"{SIZE}=0.5", "settings.taste.threat=2"]
    first = read_scenario("war_2022", overrides=given)
    other = read_twin(first, "no_war", (), overrides=given)
    assert (other.shock_sizes, other.settings) == ({}, {"taste.threat": 2.0})
    own = read_scenario(write(f"{OWN}shock_sizes: {{war_2022_sanctions: 0.5, covid: 2}}\n", "own.yaml"))
    twin = read_twin(own, None, ["war_2022"])
    assert twin.shock_sizes == {"covid": 2.0}
    assert left_out_in(twin, own) == ("war_2022",)


def test_what_only_one_side_was_given_is_not_said_of_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["--set", f"{SIZE}=2", "--set", "end=2022Q4", "--runs", "2", "--no-charts", "-o", "out"]
    said = call("run", "war_2022", "--twin", "no_war", *words).out
    assert "Set on both sides, so it makes no difference: end=2022Q4." in said
    assert f"no difference: {SIZE}" not in said
