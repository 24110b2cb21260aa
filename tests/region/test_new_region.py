"""`hedgesim new region`: tables with codes of one's own are without fault, and its page names no place."""

import csv
import re
from pathlib import Path

import pytest
from tests.region.test_invented_region import PLACES, codes_and_names

from command_line import call, refused
from hedgesim import read_scenario, run
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.notes import notes_of

CODES = {
    "as many": ("ARM,GEO,AZE", "RUS,TUR,IRN"),
    "more": ("A,B,C,D,E", "P,Q,R,S"),
    "fewer": ("A,B", "P,Q"),
    "those of the invented region in another order": ("MIR,VAL", "EST,X,NOR"),
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rows(name: str) -> list[dict[str, str]]:
    with Path(f"mine/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("countries", "powers"), CODES.values(), ids=CODES.keys())
def test_a_region_with_codes_of_ones_own_is_without_fault_and_runs(countries: str, powers: str) -> None:
    assert call("new", "region", "mine", "--countries", countries, "--powers", powers).code == 0
    scenario = read_scenario("mine.yaml")
    inputs = read_inputs(scenario)
    assert inputs.setting.axes.countries == tuple(countries.split(","))
    assert inputs.setting.axes.powers == tuple(powers.split(","))
    assert not [note for note in notes_of(scenario, inputs) if "rescaled" in note or "not read" in note]
    assert run(scenario, 2).table("runs")["failed"].isna().all()


def test_numbers_stay_those_of_the_invented_region_where_there_are_as_many() -> None:
    call("new", "region", "mine", "--countries", "ARM,GEO,AZE", "--powers", "RUS,TUR,IRN")
    shares = {(row["country"], row["domain"], row["option"]): row["share"] for row in rows("shares")}
    assert shares["ARM", "security", "RUS"] == "0.55"
    assert shares["AZE", "commerce", "IRN"] == "0.3"
    assert {row["value"] for row in rows("rivalry") if {row["power"], row["rival"]} == {"RUS", "IRN"}} == {"0.7"}
    assert "SUMMIT_TUR" in {row["format"] for row in rows("formats")}


def test_shares_of_more_powers_are_scaled_to_sum_to_one() -> None:
    call("new", "region", "mine", "--countries", "A,B", "--powers", "P,Q,R,S")
    shares = {
        row["option"]: row["share"] for row in rows("shares") if row["country"] == "A" and row["domain"] == "water"
    }
    # S is like P, the fourth like the first: .15, .05, .05, .15, .60 and .15 over 1.15.
    assert shares == {"P": "0.1304", "S": "0.1304", "Q": "0.0435", "R": "0.0435", "region": "0.5217", "other": "0.1305"}


def test_grades_work_in_a_new_region() -> None:
    call("new", "region", "mine")
    text = Path("mine.yaml").read_text(encoding="utf-8")
    Path("mine.yaml").write_text(text.replace("size: -0.2", "size: -medium"), encoding="utf-8")
    assert read_scenario("mine.yaml").shocks["drought"].channels[0].size == -0.21


def test_the_page_on_tables_names_every_attribute_and_no_place() -> None:
    call("new", "region", "mine")
    page = Path("mine/TABLES.md").read_text(encoding="utf-8")
    for name in ("weight_DOMAIN", "personalisation", "bodies_left", "politics", "pace", "attention", "mass_security"):
        assert f"| {name} | " in page
    places = {" ".join(place.split()) for place in PLACES.split(",")} | codes_and_names() | {"the five", "the six"}
    words = [name for name in places if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", page)]
    assert words == []


WRONG = {
    (
        "region",
        "mine",
        "--countries",
        "A",
    ): "--countries A: there are fewer than 2 codes. Write it like --countries AAA,",
    ("region", "mine", "--powers", "A,A"): "--powers A,A: a code appears twice.",
    ("region", "mine", "--countries", "A,region"): '--countries A,region: "region" cannot be a code.',
    ("region", "mine", "--countries", "A,B", "--powers", "B,C"): "--countries, --powers: B is in both.",
    ("rule", "mine", "--countries", "A,B"): "--countries A,B: a rule has no codes. Leave --countries out.",
}


@pytest.mark.parametrize("words", WRONG)
def test_codes_that_cannot_be_are_refused(words: tuple[str, ...]) -> None:
    assert refused("new", *words).startswith(WRONG[words])
