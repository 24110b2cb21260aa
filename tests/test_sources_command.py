"""`hedgesim sources`: a summary by table first, and every number in force where it is asked for."""

from pathlib import Path

import pandas as pd

from command_line import call, parsed


def test_sources_counts_first_and_hands_on_every_number_in_force(tmp_path: Path) -> None:
    file = tmp_path / "numbers.csv"
    said = call("sources", "war_2022", "--csv", str(file))
    numbers = pd.read_csv(file)
    assert (said.code, said.out.splitlines()[0].split()) == (0, ["part", "numbers", "assumptions"])
    assert f" {len(numbers)} " in said.out
    assert len(numbers) == len(parsed("sources", "war_2022", "--json"))
    assert "war_2022 intention RUS" not in said.out
    assert "war_2022 intention RUS" in call("sources", "war_2022", "--all").out
    assert numbers.set_index("what")["date"]["war_2022 intention RUS"] == "2022Q2"
    again = call("sources", "war_2022", "--csv", str(file))
    assert (again.code, again.err) == (2, f"--csv {file}: there is such a file. Name a new one.\n")


def test_a_run_says_what_is_set_and_a_twin_that_it_is_set_on_both_sides(tmp_path: Path) -> None:
    common = ("run", "war_2022", "--runs", "2", "--keep", "0", "--set", "end=2022Q4", "-o")
    alone = call(*common, str(tmp_path / "a")).out
    assert "Set: end=2022Q4." in alone
    assert "Shocks take rivalry of RUS and USA to 1.32 in 2022Q2" in alone
    twins = call(*common, str(tmp_path / "b"), "--without", "covid").out
    assert "Set on both sides, so that it is no difference: end=2022Q4." in twins
