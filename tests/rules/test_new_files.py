"""Files that `hedgesim new` begins: they pass their checks as they are, and nothing that exists is touched."""

from __future__ import annotations

import csv
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import hedgesim
from command_line import call
from hedgesim.scenario.cells import LAST_COLUMNS
from hedgesim.scenario.tables import read_tables

pytestmark = pytest.mark.usefixtures("rule_folder")


@pytest.mark.parametrize(("kind", "side"), [("country", "countries"), ("power", "powers")])
def test_a_new_rule_keeps_the_contract_and_passes_its_own_test(kind: str, side: str) -> None:
    said = call("new", "rule", "wary_ally", "--kind", kind)
    assert (said.code, said.out.splitlines()[:2]) == (0, ["wary_ally.py", "test_wary_ally.py"])
    assert len(Path("wary_ally.py").read_text(encoding="utf-8").splitlines()) <= 27
    checked = call("check-rule", "wary_ally.py")
    assert checked.code == 0, checked.err
    assert f"WaryAlly is a rule of {side} and meets all requirements" in checked.out
    assert f'--rules wary_ally.py --set "rules.{side}.all.rule=wary_ally"' in checked.out
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_wary_ally.py"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_a_new_scenario_is_without_fault_and_its_shock_is_its_own() -> None:
    assert call("new", "scenario", "my-question").code == 0
    assert call("check", "my-question.yaml").code == 0
    read, base = hedgesim.read_scenario("my-question.yaml"), hedgesim.read_scenario("war_2022")
    assert set(read.shocks) - set(base.shocks) == {"my_shock"}


def test_a_new_region_is_without_fault_and_its_page_names_every_table_and_column() -> None:
    assert call("new", "region", "isles").code == 0
    assert call("check", "isles.yaml").code == 0
    page = Path("isles/TABLES.md").read_text(encoding="utf-8")
    for table, form in read_tables().forms.items():
        header = [*form["columns"], *LAST_COLUMNS]
        assert f"## {table}.csv" in page
        assert f"Header: `{','.join(header)}`" in page
        path = Path(f"isles/{table}.csv")
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                assert next(csv.reader(file)) == header


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("rule", "habit"), 'habit.py: "habit" is a rule that comes with hedgesim. Rename the file.'),
        (("rule", "9lives"), '9lives.py: "9lives" cannot be the name of a rule.'),
        (("rule", "taken"), "taken.py: it exists. Choose another name, or rename the existing file."),
        (("rule", "tested"), "test_tested.py: it exists."),
        (("scenario", "war_2022"), "scenario war_2022: a scenario of this name comes with hedgesim."),
        (("scenario", "../up"), "scenario ../up: this cannot be the name of its files."),
        (("region", "taken"), "taken.yaml: it exists."),
        (("region", "full"), "full: it exists."),
        (("planet", "x"), "hedgesim: Invalid value for 'rule|scenario|region'"),
    ],
)
def test_what_cannot_be_begun_is_one_line_and_nothing_is_written(words: tuple[str, str], line: str) -> None:
    for name in ("taken.py", "taken.yaml", "test_tested.py"):
        Path(name).write_text("mine", encoding="utf-8")
    Path("full").mkdir()
    before = sorted(Path().rglob("*"))
    said = call("new", *words)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(line)
    assert len(said.err.splitlines()) == 1
    assert sorted(Path().rglob("*")) == before
    assert Path("taken.py").read_text(encoding="utf-8") == "mine"


def test_a_rule_that_is_tried_is_said_to_keep_the_contract_to_decide_alike_and_what_it_changes() -> None:
    call("new", "rule", "wary")
    words = ("try", "wary.py", "--runs", "3", "--chart", "wary.png")
    said = call(*words)
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0].startswith("contract: Wary keeps it, in NumPy")
    assert lines[1].startswith("engines: agents and the ensemble give the same outcomes")
    assert lines[2] == "3 runs of war_2022: with its own rules, and with wary for all countries"
    assert "wary against war_2022 in 2026Q4: paired by random numbers, 3 runs" in said.out
    assert "Presence of " in said.out
    what = "the largest rise and the largest fall in every country"
    title = f"Presence in 2026Q4, wary less war_2022, percentage points: {what}"
    drawn = lines[lines.index(title) + 1 : -2]
    assert drawn[0] == "(o mean, --- 5 to 95 % of 3 pairs of runs with the same random numbers)"
    assert [line.split()[0] for line in drawn[2::2]] == sorted(
        read_tables().table("axes").query("axis == 'country'")["name"]
    )
    of_kazakhstan = next(n for n, line in enumerate(drawn) if line.startswith("Kazakhstan"))
    assert float(drawn[of_kazakhstan + 1].split()[-1]) == pytest.approx(largest_fall("KAZ"), abs=0.0006)
    assert lines[-1] == "Chart: wary.png"
    picture = Path("wary.png").read_bytes()
    assert b"Largest difference of presence in 2026Q4, wary less war_2022, mean of 3 pairs of runs" in picture
    again = call(*words)
    assert (again.code, again.out) == (2, "")
    assert again.err.startswith("--chart wary.png: the file already exists.")
    assert Path("wary.png").read_bytes() == picture


def largest_fall(country: str) -> float:
    """The lowest mean difference that wary makes to a presence in a country, over three runs, percentage points."""
    chosen = "rules.countries.all.rule=wary"
    usual, theirs = (hedgesim.run(hedgesim.read_scenario("war_2022", overrides=own), 3) for own in ([], [chosen]))
    sides = [of.table("countries").query(f"country == '{country}' and period == '2026Q4'") for of in (usual, theirs)]
    before, after = (side.filter(like="presence_").mean() for side in sides)
    return 100.0 * float((after - before).min())


def test_a_broken_rule_is_one_line_at_its_line() -> None:
    call("new", "rule", "wary")
    path = Path("wary.py")
    path.write_text(path.read_text(encoding="utf-8").replace("value_of_options(view, taste)", "view.share"))
    said = call("check-rule", "wary.py")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("wary.py:26: Wary: the value is shares")


@pytest.mark.parametrize(("kind", "parameter"), [("country", "recoil"), ("power", "force")])
def test_the_test_of_a_new_rule_says_which_parameter_a_changed_rule_lacks(kind: str, parameter: str) -> None:
    assert "change the rule, and change test_wary.py too" in call("new", "rule", "wary", "--kind", kind).out
    path = Path("wary.py")
    path.write_text(re.sub(rf"\b{parameter}\b", "answer", path.read_text(encoding="utf-8")))
    first, last = [of for name, of in runpy.run_path("test_wary.py").items() if name.startswith("test_")]
    first()
    with pytest.raises(hedgesim.HedgesimError, match=f"it has no parameter '{parameter}'. It has: answer"):
        last()


def test_an_example_view_refuses_a_field_that_it_lacks() -> None:
    with pytest.raises(hedgesim.HedgesimError, match=r"it has no field .treat.\. Did you mean .threat"):
        hedgesim.example_view({"treat": [0.5, 0.0]})
