"""`hedgesim landscape`: what it prints of files and of scenarios, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from command_line import ROOT, call, folded, parsed, refused, sunder_sea

ACTORS = "actor,size\nAda,1\nBor,2\nCis,3\n"
PAIRS = ",Ada,Bor,Cis\nAda,,1,-1\nBor,1,,-0.5\nCis,-1,-0.5,\n"
FILES = ("landscape", "--actors", "a.csv", "--propensity", "p.csv")
SMALL = ("--runs", "4", "--set", "end=2021Q3")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(actors: str = ACTORS, pairs: str = PAIRS) -> None:
    Path("a.csv").write_text(actors, encoding="utf-8")
    Path("p.csv").write_text(pairs, encoding="utf-8")


def test_files_are_printed_in_json_and_as_a_table_that_says_how_it_was_made() -> None:
    written()
    answer, text = parsed(*FILES, "--json"), folded(*FILES)
    assert answer["actors"] == ["Ada", "Bor", "Cis"]
    assert answer["sizes"] == [1.0, 2.0, 3.0]
    assert answer["propensity"] == [[0.0, 1.0, -1.0], [1.0, 0.0, -0.5], [-1.0, -0.5, 0.0]]
    assert (answer["method"], answer["bipartitions"]) == ("exhaustive", 4)
    assert answer["minima"] == [{"energy": -12.0, "sides": [["Ada", "Bor"], ["Cis"]]}]
    assert "1 -12 Ada, Bor Cis 3 actors: of all 4 bipartitions, the one with everybody on one side included," in text
    assert "1 local minimum." in text
    assert "one that leaves it equal does not count" in text
    assert "search" not in text


def test_rows_columns_and_further_columns_may_stand_in_any_order_and_names_are_only_text() -> None:
    actors = '\ufeff"note", actor ,size\r\n"a, b", [red]C ,3\r\n\r\nof old,Ada,1\r\nnew,Bor,2\r\n,,\r\n'
    written(actors, "name,Ada,[red]C,Bor\nBor,1,-.5,x\n[red]C,-1,-,-.5\nAda,0,-1,1e0\n")
    answer = parsed(*FILES, "--json")
    assert answer["actors"] == ["[red]C", "Ada", "Bor"]
    assert answer["minima"] == [{"energy": -12.0, "sides": [["[red]C"], ["Ada", "Bor"]]}]
    assert "1 -12 [red]C Ada, Bor 3 actors" in folded(*FILES)


def many(n: int, *, apart: int) -> None:
    """Files of actors in two groups, in turn, that like their own and dislike the others by so much."""
    names = [f"S{k}" for k in range(n)]
    rows = [",".join([a, *(str(apart * (-1) ** (i - j)) for j in range(n))]) for i, a in enumerate(names)]
    written("actor,size\n" + "".join(f"{a},1\n" for a in names), "\n".join([",".join(["", *names]), *rows]))


def test_beyond_twenty_actors_it_is_a_search_and_says_so() -> None:
    many(24, apart=1)
    answer = parsed(*FILES, "--starts", "15", "--seed", "4", "--json")
    assert (answer["method"], answer["starts"], answer["seed"]) == ("descent", 15, 4)
    assert "bipartitions" not in answer
    (lowest,) = answer["minima"]
    assert (lowest["energy"], lowest["starts"]) == (-288.0, 15)
    assert lowest["sides"][0] == [f"S{k}" for k in range(0, 24, 2)]
    text = folded(*FILES, "--starts", "15")
    assert "15 descents from random sides (seed 1) ended in 1 local minimum. A search, not a proof" in text


def test_a_table_of_many_minima_shows_the_lowest_hundred() -> None:
    many(8, apart=0)
    assert len(parsed(*FILES, "--json")["minima"]) == 2**7
    text = folded(*FILES)
    assert "of all 128 bipartitions" in text
    assert "128 local minima. Shown: the lowest 100; --json has all." in text


def test_a_scenario_in_json_comes_with_runs_of_the_hedging_model() -> None:
    answer = parsed("landscape", "war_2022", *SMALL, "--json")
    assert (answer["scenario"], answer["start"], answer["method"]) == ("war_2022", "2021Q1", "exhaustive")
    assert len(answer["actors"]) == len(answer["sizes"]) == 14
    lowest = answer["minima"][0]["sides"]
    assert lowest[0][0] == answer["actors"][0]
    beside = answer["comparison"]
    assert (beside["period"], beside["runs"], beside["failed"]) == ("2021Q3", 4, 0)
    assert [row["country"] for row in beside["countries"]] == answer["actors"][:6]
    for row in beside["countries"]:
        assert row["country"] in lowest[row["side"]]
        assert 0.0 <= row["across"] <= 1.0
        assert row["on_side"] in {0.0, 0.25, 0.5, 0.75, 1.0}
        assert row["held"] > 0.0
        assert 0.0 <= row["hedging_index"] <= 1.0


def test_a_scenario_as_tables_says_what_the_numbers_are() -> None:
    text = folded("landscape", "war_2022", *SMALL, "--seed", "3")
    assert "14 actors: of all 8192 bipartitions" in text
    assert "4 runs of war_2022, medians, at 2021Q3" in text
    assert "seed 3, parameters: fitted_2021 (fitted to 1992-2021" in text
    assert re.search(r"So \d of 6 countries lean in most runs to the side that the two blocs predict", text)
    assert "nan" not in text


def test_a_rule_may_be_set_for_the_runs_beside() -> None:
    plain = parsed("landscape", "war_2022", *SMALL, "--json")
    other = parsed("landscape", "war_2022", *SMALL, "--set", "rules.countries.all.rule=landscape", "--json")
    assert other["minima"] == plain["minima"]
    assert other["comparison"]["countries"] != plain["comparison"]["countries"]


def test_the_page_shows_what_is_printed() -> None:
    page = (ROOT / "docs" / "landscape.md").read_text(encoding="utf-8")
    python, blocks = (re.findall(rf"^```{kind}\n(.*?)^```$", page, re.M | re.DOTALL) for kind in ("python", "console"))
    for code in python:
        exec(compile(code, "landscape.md", "exec"), {})
    assert len(blocks) == 2
    for command, _, output in (block.partition("\n") for block in blocks):
        said = call(*command.removeprefix("$ hedgesim ").split())
        assert said.code == 0, said.err
        assert said.out.split() == output.split(), command


def changed(old: str, new: str) -> tuple[str, str]:
    """The two files with something changed in the one that has it."""
    assert (old in ACTORS) != (old in PAIRS)
    return ACTORS.replace(old, new, 1), PAIRS.replace(old, new, 1)


HUGE = "actor,size\nAda,1e300\nBor,1e300\nCis,3\n"

# actors, propensities -> place, words of the fault, words of the remedy
BAD: dict[str, tuple[tuple[str, str], str, str, str]] = {
    "asymmetric": (changed("Bor,1,", "Bor,2,"), "p.csv:3", "by direction (1 and 2)", "Write the same"),
    "a row too few": (changed("Cis,-1,-0.5,\n", ""), "p.csv:1", 'the column "Cis" has no row', "Known: Ada, Bor."),
    "a row too many": ((ACTORS, PAIRS + "Dan,1,1,1\n"), "p.csv:5", 'the row "Dan" has no column', "Did you mean"),
    "cells missing": (changed("Bor,1,,-0.5", "Bor,1,-0.5"), "p.csv:3", "3 cells under 4", "Write one"),
    "cells too many": (changed("Bor,2", "Bor,2,5"), "a.csv:3", "3 cells under 2 columns", "Write one"),
    "negative size": (changed("Bor,2", "Bor,-2"), "a.csv:3", "size of Bor is -2", "above 0"),
    "no size": (changed("Cis,3", "Cis,0"), "a.csv:4", "size of Cis is 0", "above 0"),
    "empty size": (changed("Cis,3", "Cis,"), "a.csv:4", 'size of "Cis" is not given', "like 0.5"),
    "size in words": (changed("Ada,1\n", "Ada,big\n"), "a.csv:2", '"big", which is not a number', "like 0.5"),
    "size that is not finite": (changed("Ada,1\n", "Ada,inf\n"), "a.csv:2", '"inf"', "like 0.5"),
    "actor twice": ((ACTORS + "Ada,4\n", PAIRS), "a.csv:5", "Ada occurs twice", "once"),
    "actor without a name": (changed("Ada,1\n", ",1\n"), "a.csv:2", "no name", "actor"),
    "row twice": (changed("\nBor,1,", "\nAda,1,"), "p.csv:3", 'the row "Ada" occurs twice', "Keep one"),
    "column twice": (changed(",Bor", ",Ada"), "p.csv:1", 'the column "Ada" occurs twice', "Keep one"),
    "actor without propensities": ((ACTORS + "Dan,1\n", PAIRS), "a.csv:5", '"Dan" has no row and column', "Add them"),
    "pairs without an actor": (changed("Cis,3\n", ""), "p.csv:1", '"Cis" is not an actor of a.csv', "Known: Ada, Bor."),
    "misspelt": (changed("Cis,3", "Ciss,3"), "p.csv:1", '"Cis" is not an actor', 'Did you mean "Ciss"?'),
    "propensity in words": (changed("Bor,1", "Bor,much"), "p.csv:3", '"Bor" and "Ada" is "much"', "like 0.5"),
    "decimal comma": (changed("Bor,1,,-0.5", 'Bor,1,,"-0,5"'), "p.csv:3", '"-0,5", which is not a number', "0.5"),
    "propensity not given": (changed("Ada,,1,", "Ada,,,"), "p.csv:2", "is not given", "like 0.5"),
    "propensity not finite": (changed("Bor,1", "Bor,nan"), "p.csv:3", '"nan"', "like 0.5"),
    "empty actors": (("", PAIRS), "a.csv", "the file is empty", "Write a header"),
    "empty propensities": ((ACTORS, "\n \n,,\n"), "p.csv", "the file is empty", "Write a header"),
    "header of actors alone": (("actor,size\n", PAIRS), "a.csv", "there are no actors", "Write a line"),
    "one actor": (("actor,size\nAda,1\n", ",Ada\nAda,0\n"), "a.csv", "there is one actor", "two actors or more"),
    "column missing": (changed("size", "weight"), "a.csv:1", "the column size is missing", "actor,size"),
    "semicolons": ((ACTORS.replace(",", ";"), PAIRS), "a.csv:1", "not separated by commas", "Separate them"),
    "column of actors twice": (("actor,size,size\nAda,1,1\n", PAIRS), "a.csv:1", "size occurs twice", "actor,size"),
    "quote left open": ((ACTORS + '"Dan,1\n', PAIRS), "a.csv:5", "this is not a table", "quotes"),
    "binary": ((ACTORS + "\0", PAIRS), "a.csv", "is a binary file", "table (CSV), saved as UTF-8"),
    "out of range": ((HUGE, PAIRS), "p.csv:3", "out of the range of numbers", "another unit"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_tables_are_refused_with_their_line(case: str) -> None:
    files, place, fault, remedy = BAD[case]
    written(*files)
    line = refused(*FILES)
    assert line.startswith(f"{place}: "), line
    assert fault in line
    assert remedy in line.partition(fault)[2]


def test_files_that_are_not_there_or_no_files_are_refused() -> None:
    written()
    assert refused("landscape", "--actors", "b.csv", "--propensity", "p.csv").startswith("b.csv: there is no such file")
    assert refused("landscape", "--actors", "a.csv", "--propensity", "q.csv").startswith("q.csv: there is no such file")
    Path("d.csv").mkdir()
    line = refused("landscape", "--actors", "a.csv", "--propensity", "d.csv")
    assert line == "d.csv: is a directory. Name one table (CSV)."


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ((), "landscape: no actors are given. Give a scenario, or --actors FILE and --propensity FILE."),
        (("--actors", "a.csv"), "--actors: a landscape needs two tables. Give --propensity FILE too."),
        (("--propensity", "p.csv"), "--propensity: a landscape needs two tables. Give --actors FILE too."),
        (("war_2022", *FILES[1:]), "landscape war_2022: a scenario has actors of its own. Leave it out, or --actors."),
        (
            (*FILES[1:], "--runs", "3"),
            "--runs: there is no scenario to run if the actors come from files. Leave it out.",
        ),
        ((*FILES[1:], "--set", "end=2022Q1"), "--set: there is no scenario"),
        ((*FILES[1:], "--rules", "x.py"), "--rules: there is no scenario"),
        ((*FILES[1:], "--starts", "0"), "--starts 0: it is out of range. Give --starts from 1 to 1000000."),
        ((*FILES[1:], "--seed", "-1"), "--seed -1: it is out of range. Give --seed from 0 to"),
        ((*FILES[1:], "--seed", str(2**63)), f"--seed {2**63}: it is out of range."),
        (("war_2022", "--runs", "0"), "--runs 0: there must be at least one run."),
        (("war_2022", "--seed", "-1"), "--seed -1"),
        (("war_2023",), "war_2023: "),
    ],
)
def test_words_that_mean_nothing_are_refused(words: tuple[str, ...], line: str) -> None:
    written()
    assert refused("landscape", *words).startswith(line)


def test_a_scenario_without_sizes_of_its_own_says_what_to_add(tmp_path: Path) -> None:
    line = refused("landscape", str(sunder_sea(tmp_path)))
    assert line.startswith("table sizes: no military_expenditure of VAL is known before 2001")
    assert line.endswith("Add a row for it, or rows of military_burden and gdp.")
