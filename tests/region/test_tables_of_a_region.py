"""Tables of a region are checked cell by cell: what `check` passes, `run` runs, and no fault is a traceback."""

from pathlib import Path

import pytest
from tests.region.edited import edit, notes, refusal

from command_line import call
from hedgesim import read_scenario, run
from hedgesim.scenario.arrays import read_inputs

# table: what is replaced, by what, the line, words of the fault and the remedy
CELLS = [
    ("rivalry", "NOR,SUV,0.7", "NOR,SUV,20", 3, '"20" in the column value is out of range. Write a number from 0'),
    ("rivalry", "NOR,EST,0.2", "NOR,SUV,0.2", 3, "2001Q1, NOR, SUV is there twice (first in line 2). Keep one"),
    ("axes", "power,EST", "power,NOR", 6, "power, NOR is there twice (first in line 5)"),
    ("axes", "power,EST", "powr,EST", 6, '"powr" in the column axis is not known. Write one of country, power,'),
    ("axes", "#0072B2", "blueish", 2, '"blueish" in the column color is not a colour. Write it like #0072B2.'),
    ("axes", "country,VAL", "country,", 2, "the column code is empty"),
    ("formats", ",leaders,4", ",banana,4", 2, '"banana" in the column ceiling is not known. Write one of none, min'),
    ("formats", ",leaders,4", ",leaders,0", 2, '"0" in the column cadence is out of range. Write a number from 1 to'),
    ("formats", ",leaders,4", ",leaders,", 2, "the column cadence is empty. Write a number from 1 to 40."),
    ("formats", "bours,own,none", "bours,own,ZED", 3, '"ZED" in the column lead is not in axes.csv. Known: EST,'),
    ("formats", "bours,own,", "bours,club,", 3, '"club" in the column role is not known. Write one of own, dialogue,'),
    ("formats", "VAL;MIR;OST,,lea", "VAL;MIRR,,lea", 2, 'in the column eligible is not in axes.csv. Did you mean "M'),
    ("formats", "ROUND:leaders", "ROWND:leaders", 5, 'in the column after is not in formats.csv. Did you mean "ROUND"'),
    ("formats", "ROUND:leaders", "ROUND:kings", 5, "in the column after names no rung. Write FORMAT:RUNG with one"),
    ("formats", "leaders,1995,,", "leaders,1995,,soon", 2, '"soon" in the column lead_entered is not a date'),
    ("formats", "ROUND,", "LEAGUE,", 3, "LEAGUE is there twice"),
    ("memberships", "member", "boss", 2, '"boss" in the column status is not known'),
    ("memberships", "VAL,LEAGUE", "VAL,LEEGUE", 2, 'in the column format is not in formats.csv. Did you mean "LEAG'),
    ("memberships", "member,1995", "member,1\u0669\u0669\u0665", 2, "in the column from is not a date"),
    ("meetings", "ROUND,leaders", "ROUND,kings", 2, '"kings" in the column level is not known'),
    ("meetings", "2000-05,", ",", 2, "the column date is empty"),
    ("shocks", ",intention,", ",intension,", 2, '"intension" in the column channel is not known'),
    ("shocks", ",NOR,,,0.39", ",ZED,,,0.39", 2, '"ZED" in the column powers is not in axes.csv'),
    ("shocks", ",NOR,,,0.39", ",NOR,,,39", 2, '"39" in the column size is out of range for intention'),
    ("shocks", ",NOR,,,0.39", ",NOR,,,", 2, "the column size is empty"),
    ("shocks", ",decay,8", ",decay,", 3, "the column half_life is empty"),
    ("shocks", ",decay,8", ",decay,0", 3, "out of range. Write a number of at least 0.01."),
    ("shocks", "2003-02-10,invented", "2003-02-10,nobody", 2, '"nobody" in the column source is no source'),
    ("shocks", "2003-02-10", "", 2, "the column date is empty. Write the date of the event."),
    ("shocks", "intention,,NOR", "intention,,", 2, "the column powers is empty, and intention needs powers"),
    ("shares", "VAL,security,NOR,0.55,20", "VAL,security,NOR,0.55,-2", 2, "in the column evidence is out of range"),
    ("shares", "2001Q1", "2001Q5", 2, '"2001Q5" in the column start is not a quarter. Write it like 2022Q1.'),
    ("shares", "NOR,0.55", "NOR,", 2, "the column share is empty. Write a number from 0 to 1."),
    ("shares", "NOR,0.55", 'NOR,"0,55"', 2, '"0,55" in the column share is not a number. Write 0.55, with a point.'),
    ("ties", "VAL,MIR,0.7", "VAL,MIR,-0.7", 2, '"-0.7" in the column tie is out of range'),
    ("affinity", "VAL,NOR,0.5", "VAL,NOR,5", 2, "Write a number from -1 to 1."),
    ("country_attributes", "VAL,weight_security,0.3", "VAL,weight_security,1e308", 2, "out of range"),
    ("country_attributes", "VAL,personalisation,0.5", "VAL,personalisation,60", 5, "Write a number from 0 to 1."),
    ("country_attributes", "VAL,turnover,40", "VAL,turnover,0", 8, "Write a number of at least 0.001."),
    ("domain_attributes", "security,pace,0.08", "security,pace,5", 3, "Write a number from 0 to 1."),
    ("power_attributes", "NOR,attention,0.6", "NOR,attention,8", 2, "Write a number from 0 to 1."),
]  # fmt: skip
REQUIRED = ("axes", "shares", "ties", "country_attributes", "domain_attributes", "power_attributes", "proximity",
            "affinity", "trust", "rivalry", "formats")  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new", "line", "words"), CELLS, ids=[f"{one[0]}: {one[2]}" for one in CELLS])
def test_a_cell_that_cannot_be_is_refused(table: str, old: str, new: str, line: int, words: str, tables: Path) -> None:
    edit(tables / f"{table}.csv", old, new)
    said = refusal()
    assert said.startswith(f"sunder_sea/{table}.csv:{line}: ")
    assert words in said


EVENTS = {
    "alarms": ("event,grade,value,unit,note", "raid,large,0.65,0-1,,2003-02-10,invented,assumption"),
    "rollcalls": (
        "resolution,topic,kind,target,hostile_to,country,vote,note",
        "R/1,a raid,sovereignty,NOR,NOR,VAL,no,,2000-02-10,invented,assumption",
    ),
    "dialogues": (
        "power,year,gdp,ministers_before,ministers_opened,leaders_before,leaders_opened,own_ministers,own_leaders,alarm,"
        "unit,note",
        "EST,2000,1.5,0,0,0,0,1,0,0,mixed,,2000,invented,assumption",
    ),
    "sizes": ("entity,measure,year,value,unit", "EST,gdp,2000,1500,USD bn,2000,invented,assumption"),
}
"""Tables that a region need not have: columns before the last three, and one row that may stand in it."""

EVENT_CELLS = [
    ("alarms", ",0.65,", ",65,", '"65" in the column value is out of range. Write a number from 0 to 1.'),
    ("alarms", "2003-02-10", "", "the column date is empty. Write the date of the event."),
    ("rollcalls", ",no,", ",nay,", '"nay" in the column vote is not known. Write one of no, absent, abstain, yes.'),
    ("rollcalls", ",sovereignty,", ",sovereign,", '"sovereign" in the column kind is not known'),
    ("rollcalls", ",VAL,", ",VOL,", 'in the column country is not in axes.csv. Did you mean "VAL"?'),
    ("rollcalls", "2000-02-10", "", "the column date is empty."),
    ("dialogues", ",1.5,", ",0,", '"0" in the column gdp is out of range. Write a number of at least 1e-06.'),
    ("sizes", ",1500,", ",0,", '"0" in the column value is out of range. Write a number of at least 0.001.'),
]


@pytest.mark.parametrize(("table", "old", "new", "words"), EVENT_CELLS)
def test_a_cell_of_a_table_that_may_be_absent_is_refused(
    table: str, old: str, new: str, words: str, tables: Path
) -> None:
    columns, row = EVENTS[table]
    path = tables / f"{table}.csv"
    path.write_text(f"{columns},date,source,confidence\n{row}\n", encoding="utf-8")
    read_inputs(read_scenario("sunder_sea.yaml"))
    edit(path, old, new)
    said = refusal()
    assert said.startswith(f"sunder_sea/{table}.csv:2: ")
    assert words in said


@pytest.mark.parametrize("table", REQUIRED)
def test_a_required_table_without_rows_is_refused(table: str, tables: Path) -> None:
    path = tables / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    assert refusal() == f"sunder_sea/{table}.csv:1: there are no rows below the header. Add them."


NO_CITATION = 'the source "invented" has no citation. Write it like KEY: {citation: A book}.'
SOURCES = {
    "text": ("invented: A book\n", NO_CITATION),
    "a list": ("invented: {citation: [a, b]}\n", NO_CITATION),
    "a number": ("5: {citation: a}\n", "the key 5 is not text."),
}


@pytest.mark.parametrize(("text", "said"), SOURCES.values(), ids=SOURCES.keys())
def test_a_source_that_is_no_citation_is_refused(text: str, said: str, tables: Path) -> None:
    (tables / "sources.yaml").write_text(text, encoding="utf-8")
    assert f"sunder_sea/sources.yaml:1:1: {said}" in refusal()


ALL_ZERO = {
    "country_attributes": [f"VAL,weight_{name}" for name in ("security,0.3", "commerce,0.4", "water,0.3")],
    "ties": ["VAL,MIR,0.7", "VAL,OST,0.3"],
}


@pytest.mark.parametrize("table", ALL_ZERO)
def test_weights_and_ties_that_are_all_zero_are_refused(table: str, tables: Path) -> None:
    for old in ALL_ZERO[table]:
        edit(tables / f"{table}.csv", old, old.rpartition(",")[0] + ",0")
    assert "those of VAL are all 0. Give one above 0." in refusal()


def test_an_axis_that_is_missing_is_refused(tables: Path) -> None:
    edit(tables / "axes.csv", "domain,", "option,", 3)
    assert refusal().startswith("sunder_sea/axes.csv:1: there is no domain in it.")


def test_check_and_run_name_all_faults_of_all_tables(tables: Path) -> None:
    edit(tables / "trust.csv", "VAL,MIR,0.6", "VAL,MIR,6")
    edit(tables / "axes.csv", "#0072B2", "blue")
    edit(tables / "axes.csv", "#D55E00", "red")
    said = call("run", "sunder_sea.yaml", "-o", "out")
    assert (said.code, len(said.err.splitlines())) == (2, 3)
    assert call("check", "sunder_sea.yaml").err == said.err


GONE = {
    "country_attributes": ["turnover", "OST,personalisation", "MIR,weight_water"],
    "domain_attributes": ["water,pace"],
    "power_attributes": ["SUV,solidarity", "NOR,mass"],
    "ties": ["VAL,MIR"],
    "affinity": ["VAL,NOR"],
    "rivalry": ["NOR,SUV"],
    "shares": ["VAL,water"],
}
UNIT = "Add a row each with a number from 0 to 1"
LACKING = {
    "weight_water of MIR": ("country_attributes", f"{UNIT}."),
    "turnover of VAL, MIR, OST": ("country_attributes", "Add a row each with a number of at least 0.001 (USD bn)."),
    "personalisation of OST": ("country_attributes", f"{UNIT}."),
    "pace of water": ("domain_attributes", f"{UNIT} (share of the way in a quarter)."),
    "mass_security of NOR": ("power_attributes", "Add a row each with a number from 0.001 to 1 (of the largest)."),
    "solidarity of SUV": ("power_attributes", f"{UNIT}."),
    "VAL-MIR": ("ties", f"{UNIT}."),
    "VAL-NOR": ("affinity", "Add a row each with a number from -1 to 1."),
    "NOR-SUV": ("rivalry", f"{UNIT}."),
    "VAL-water-NOR, VAL-water-EST, VAL-water-SUV, VAL-water-region, VAL-water-other": (
        "shares",
        f"{UNIT}; those of a country in a domain sum to 1.",
    ),
}


@pytest.mark.parametrize("command", ["check", "run"])
def test_all_rows_that_are_missing_are_named_at_once_with_units_and_ranges(command: str, tables: Path) -> None:
    for table, beginnings in GONE.items():
        path = tables / f"{table}.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(line for line in lines if not any(one in line for one in beginnings)) + "\n")
    said = call(command, "sunder_sea.yaml")
    assert said.code == 2
    assert said.err.splitlines() == [
        f"sunder_sea/{table}.csv: there is no number at the start for {what}. {remedy}"
        for what, (table, remedy) in LACKING.items()
    ]


def test_a_region_is_told_that_its_parameters_were_fitted_elsewhere(tables: Path) -> None:
    assert (
        "The parameters fitted_2021 were fitted to the countries of the packaged tables, not to those of sunder_sea"
        in (notes())
    )
    assert "fitted" not in notes("parameters=prior")


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ([], "Autonomy is always 1: it needs the domains economy and energy, and the scenario has neither."),
        (
            ["domains=[commerce, water]"],
            "The hedging index is always 0: it needs the domain security, which the scenario does",
        ),
        (
            ["domains=[security]", "shocks.drought=null"],
            "Issue splitting is always 0: the scenario has only one domain.",
        ),
    ],
)
def test_an_outcome_that_cannot_move_is_named_with_the_reason_and_does_not_move(
    overrides: list[str], words: str, tables: Path
) -> None:
    assert words in notes(*overrides)
    about, value, *_ = words.split(" is always ")
    name = about.lower().removeprefix("the ").replace(" ", "_")
    countries = run(read_scenario("sunder_sea.yaml", overrides=overrides), 2).table("countries")
    assert countries[name].to_numpy() == pytest.approx(float(value[0]), abs=1e-12)


NO_RIVALS = [("rivalry", f",{number},0-1", ",0,0-1") for number in (0.2, 0.7, 0.5)]
ONE_ALONE = [("shares", "EST,0.10,20,0.2", "EST,0,20,0.2"), ("shares", "SUV,0.10,20,0.2", "SUV,0,20,0.2"),
             ("shares", "other,0.15", "other,0.35")]  # fmt: skip
NOBODY = [*ONE_ALONE, ("shares", "NOR,0.55", "NOR,0"), ("shares", "other,0.35", "other,0.9")]


@pytest.mark.parametrize(
    ("edits", "why"),
    [
        (NO_RIVALS, "NOR, EST and SUV, which share its security, are not rivals"),
        (ONE_ALONE, "NOR alone has a share of its security"),
        (NOBODY, "no power has a share of its security"),
    ],
)
def test_why_an_index_is_zero_at_the_start(edits: list[tuple[str, str, str]], why: str, tables: Path) -> None:
    assert "The hedging index of" not in notes()
    for table, old, new in edits:
        edit(tables / f"{table}.csv", old, new, count=2 if table == "rivalry" else 1)
    assert f"The hedging index of VAL is 0 by the recorded shares: {why}." in notes()
    countries = run(read_scenario("sunder_sea.yaml"), 2).table("countries")
    start = countries[(countries["country"] == "VAL") & (countries["period"] == "2001Q1")]
    assert (start["hedging_index"] < 0.01).all(), "a run draws its shares around the recorded ones"
