"""Faults of the tables of a region come in one round, alike ones together; what is not read or rescaled is said."""

from pathlib import Path

import pytest
from tests.region.edited import edit, notes

from command_line import call
from hedgesim import read_scenario, run
from hedgesim.scenario.table_faults import line_numbers

NO_NUMBER = "there is no number at the start for"
EARLIER = "Choose a later start, or earlier dates."


def add(table: Path, row: str) -> None:
    table.write_text(f"{table.read_text(encoding='utf-8')}{row}\n", encoding="utf-8")


def cite(tables: Path, source: str, sources: str) -> None:
    """Let every row of every table, and no shock of the scenario, have one source, and the list of sources a text."""
    (tables / "sources.yaml").write_text(sources, encoding="utf-8")
    edit(Path("sunder_sea.yaml"), "source: invented", "source: assumption")
    for path in tables.glob("*.csv"):
        edit(path, ",invented,assumption", f",{source},assumption", count=-1)


def redate(table: Path, lines: slice) -> None:
    """Date rows of a table, whose dates are empty, to 2017."""
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    for n in range(*lines.indices(len(rows))):
        cells = rows[n].split(",")
        rows[n] = ",".join([*cells[:-3], "2017", *cells[-2:]])
    table.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def test_tables_whose_rows_are_all_later_refuse_the_start_at_once(tables: Path) -> None:
    for name in ("shares", "proximity"):
        redate(tables / f"{name}.csv", slice(None))
    said = call("check", "sunder_sea.yaml")
    assert said.code == 2
    later = f"every row is dated after the start 2001Q1 (earliest 2017). {EARLIER}"
    assert said.err.splitlines() == [f"sunder_sea/{name}.csv: {later}" for name in ("shares", "proximity")]


def test_of_what_is_missing_at_the_start_rows_that_are_later_are_said_to_be(tables: Path) -> None:
    redate(tables / "affinity.csv", slice(2))
    edit(tables / "affinity.csv", "2001Q1,OST,SUV,0.4,-1..1,invented,,invented,assumption\n", "")
    edit(tables / "rivalry.csv", "2001Q1,NOR,SUV", "2003Q1,NOR,SUV")
    assert call("check", "sunder_sea.yaml").err.splitlines() == [
        f"sunder_sea/affinity.csv: {NO_NUMBER} OST-SUV. Add a row each with a number from -1 to 1.",
        f"sunder_sea/affinity.csv: {NO_NUMBER} VAL-NOR, VAL-EST, because their rows are of 2017 or later. {EARLIER}",
        f"sunder_sea/rivalry.csv: {NO_NUMBER} NOR-SUV, because their rows are of 2003Q1 or later. {EARLIER}",
    ]


def test_rows_of_after_the_start_are_not_read_and_counted_in_a_note(tables: Path) -> None:
    before = run(read_scenario("sunder_sea.yaml"), 2).table("runs")
    assert "not read" not in notes()
    add(tables / "memberships.csv", "OST,LEAGUE,member,2003,,,invented,assumption")
    add(tables / "meetings.csv", "ROUND,leaders,0,1,VAL;MIR;OST,,,2003-05,invented,assumption")
    assert "Rows of after the start 2001Q1 are not read: memberships 1, meetings 1." in notes()
    assert run(read_scenario("sunder_sea.yaml"), 2).table("runs").equals(before)


def test_ties_that_do_not_sum_to_one_and_meetings_of_no_format_are_in_a_note(tables: Path) -> None:
    edit(tables / "ties.csv", "VAL,MIR,0.7", "VAL,MIR,0.9")
    add(tables / "meetings.csv", "RUND,leaders,0,1,VAL;MIR,,,2000-06,invented,assumption")
    said = notes()
    assert "Ties to the other countries do not sum to 1 and are rescaled: VAL 1.2." in said
    assert "Meetings of formats that are not in formats.csv do not count: RUND." in said


def test_a_code_that_is_gone_is_named_once_a_table_and_column_with_its_lines(tables: Path) -> None:
    edit(tables / "axes.csv", "country,VAL", "country,ARM")
    lines = call("check", "sunder_sea.yaml").err.splitlines()
    assert (
        f'{tables}/shares.csv: "VAL" in the column country (lines 2-16) is not in axes.csv. Known: ARM, MIR, OST.'
        in lines
    )
    assert (
        f'{tables}/formats.csv: "VAL" in the column eligible (lines 2-5) is not in axes.csv. Known: ARM, MIR, OST.'
        in lines
    )
    assert len(lines) < 20


def test_numbers_of_lines_are_written_as_ranges() -> None:
    assert line_numbers([7]) == "line 7"
    assert line_numbers([4, 3, 2, 9, 9, 11]) == "lines 2-4, 9, 11"
    assert line_numbers(range(2, 40, 2)) == "lines 2, 4, 6, 8, 10, 12, 14, 16 and 11 more"


def test_a_source_that_is_in_no_list_is_named_once_for_all_tables(tables: Path) -> None:
    cite(tables, "qq", "# none yet\n")
    (line,) = call("check", "sunder_sea.yaml").err.splitlines()
    assert line.startswith('sunder_sea: "qq" in the column source (axes.csv lines 2-15, shares.csv lines 2-46, ')
    assert line.endswith(" is no source. Write assumption, or add qq to sunder_sea/sources.yaml.")


def test_an_empty_list_of_sources_will_do(tables: Path) -> None:
    cite(tables, "assumption", "")
    assert call("check", "sunder_sea.yaml").code == 0


def test_faults_of_files_columns_and_cells_come_in_one_round(tables: Path) -> None:
    (tables / "trust.csv").unlink()
    (tables / "proximity.csv").unlink()
    edit(tables / "ties.csv", "tie,unit", "bond,unit")
    edit(tables / "axes.csv", "#0072B2", "blue")
    lines = call("check", "sunder_sea.yaml").err.splitlines()
    begins = [
        "ties.csv:1: the column tie is missing. The columns are start, country,",
        'ties.csv:1: the table has no column "bond". Rename it, or delete it with its cells. Known:',
        "proximity.csv: the table proximity is missing. Add it with the columns country, power,",
        "trust.csv: the table trust is missing. Add it with the columns start, country, partner,",
        'axes.csv:2: "blue" in the column color is not a colour.',
    ]
    assert len(lines) == len(begins)
    for line, begin in zip(lines, begins, strict=True):
        assert line.startswith(f"sunder_sea/{begin}")


REFUSED: list[tuple[str, str, str, int, str]] = [
    ("rivalry", "NOR,EST,0.2", "NOR,EST,0.3", 4, "EST-NOR has 0.2, and NOR-EST in line 2 has 0.3. Write the"),
    ("country_attributes", "VAL,regional_weight", "VAL,regional_wieght", 7, 'is no attribute of a country. Did you '),
    ("country_attributes", "VAL,weight_water", "VAL,weight_wine", 4, '"weight_wine" in the column attribute is no '),
    ("axes", "option,SUV", "option,ZED", 1, "the options (rows of the axis option) lack SUV and have too many ZED."),
    ("shocks", "2003-02-10,invented", "2003-02-10,", 2, "the column source is empty. Write assumption"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new", "line", "words"), REFUSED)
def test_what_would_be_overlooked_is_refused(
    table: str, old: str, new: str, line: int, words: str, tables: Path
) -> None:
    edit(tables / f"{table}.csv", old, new)
    lines = call("check", "sunder_sea.yaml").err.splitlines()
    (said,) = [one for one in lines if words in one]
    assert said.startswith(f"sunder_sea/{table}.csv:{line}: ")


def test_a_grade_needs_the_scale(tables: Path) -> None:
    edit(Path("sunder_sea.yaml"), "size: -0.2", "size: -medium")
    said = call("check", "sunder_sea.yaml")
    assert said.code == 2
    assert (
        'is "-medium", a grade, and no scale.csv of these tables says its number for access. Write a number' in said.err
    )
    assert said.err.endswith("or add scale.csv to the tables: hedgesim new region NAME writes one.\n")
    (tables / "scale.csv").write_text(
        "channel,grade,size,unit,meaning,criterion,date,source,confidence\naccess,medium,0.3,log,,,,assumption,assumption\n"
    )
    scenario = read_scenario("sunder_sea.yaml")
    assert scenario.shocks["drought"].channels[0].size == -0.3
