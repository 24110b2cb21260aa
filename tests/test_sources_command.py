"""`hedgesim sources`: a summary by table first, and every number in force where it is asked for."""

from collections.abc import Callable
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
    assert (again.code, again.err) == (2, f"{file}: there is such a file. Name a new one.\n")


def test_a_run_says_what_is_set_and_a_twin_that_it_is_set_on_both_sides(tmp_path: Path) -> None:
    common = ("run", "war_2022", "--runs", "2", "--keep", "0", "--set", "end=2022Q4", "-o")
    alone = call(*common, str(tmp_path / "a")).out
    assert "Set: end=2022Q4." in alone
    assert "Shocks take rivalry of RUS and USA to 1.32 in 2022Q2" in alone
    twins = call(*common, str(tmp_path / "b"), "--without", "january_2022").out
    assert "Set on both sides, so it makes no difference: end=2022Q4." in twins
    assert "run once with it and once without it, and compare" in twins
    assert "run once with it" not in alone


OWN = """\
purpose: Sources of its own
extends: war_2022
sources:
  mine: {citation: "My report, 2025", url: "https://example.org/a[b]", date: 2025-03}
  book: {citation: A book}
shocks:
  a: {date: 2023Q1, source: mine, channels: [{channel: strain, countries: [KAZ], size: 0.1}]}
  b: {date: 2023Q1, source: book;mine, channels: [{channel: strain, countries: [UZB], size: 0.1}]}
"""


def test_the_address_of_an_own_source_is_shown_wherever_sources_are(write: Callable[..., Path]) -> None:
    path = str(write(OWN))
    lines = (
        "Source book of the scenario's own: A book.",
        "Source mine of the scenario's own: My report, 2025, 2025-03 (https://example.org/a[b]).",
    )
    printed, checked = call("sources", path, "--csv", "s.csv").out, call("check", path).out
    assert all(line in printed.splitlines() and f"{path}: {line}" in checked.splitlines() for line in lines)
    rows = pd.read_csv("s.csv").set_index("what")
    assert rows.loc["a strain KAZ", ["citation", "url"]].tolist() == ["My report, 2025", "https://example.org/a[b]"]
    assert rows.loc["b strain UZB", ["citation", "url"]].tolist() == [
        "A book; My report, 2025",
        "https://example.org/a[b]",
    ]
    assert rows["url"].str.startswith("http").sum() > 100, "packaged sources have theirs"
    record = next(row for row in parsed("sources", path, "--json") if row["what"] == "a strain KAZ")
    assert record["url"] == "https://example.org/a[b]"
