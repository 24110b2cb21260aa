"""Reading tables: what is visible at a start, and what is refused."""

import shutil
from pathlib import Path

import pytest

from hedgesim.errors import HedgesimError
from hedgesim.model.period import Period
from hedgesim.scenario.tables import Tables, first_day, read_tables
from hedgesim.scenario.tables_at_start import check_begun

PACKAGED = Path(__file__).parent.parent.parent / "src" / "hedgesim" / "data" / "tables"
REQUIRED = (
    "axes", "shares", "ties", "country_attributes", "domain_attributes", "power_attributes", "proximity",
    "affinity", "trust", "rivalry", "formats",
)  # fmt: skip
CAUSES = ("shocks", "alarms")
"""Tables whose rows act whatever their date."""


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    for name in REQUIRED:
        shutil.copy(PACKAGED / f"{name}.csv", tmp_path)
    return tmp_path


def day_of(date: str) -> str:
    """First day that a date text may mean; timeless rows come first of all."""
    return date + "0000-01-01"[len(date) :] if date else ""


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("start", ["1994Q1", "2015Q1", "2018Q3", "2021Q1"])
def test_nothing_later_than_the_start_is_visible_but_causes_of_shocks(tables: Tables, start: str) -> None:
    day = first_day(Period.parse(start))
    for name, frame in tables.visible(start).frames.items():
        if name in CAUSES:
            assert set(frame.get("role", ["cause"])) == {"cause"}
            continue
        for column in ("date", "to", "founded", "ended"):
            if column in frame:
                assert (frame[column].map(day_of) <= day).all(), (name, column)


def test_deleting_all_later_rows_changes_nothing_that_is_visible(tables: Tables) -> None:
    day = first_day(Period.parse("2021Q1"))
    cut = tables
    for name, frame in tables.frames.items():
        if name not in CAUSES:
            cut = cut.with_table(name, frame[frame["date"].map(day_of) <= day].reset_index(drop=True))
    before, after = tables.visible("2021Q1"), cut.visible("2021Q1")
    for name, frame in before.frames.items():
        assert frame.equals(after.frames[name]), name


def test_a_membership_that_ends_later_is_still_in_force(tables: Tables) -> None:
    members = tables.visible("1994Q1").table("memberships")
    pact = members[(members["format"] == "CST") & (members["country"] == "UZB")]
    assert list(pact["to"]) == [""]


def test_later_formats_stay_as_dormant_candidates(tables: Tables) -> None:
    formats = tables.visible("2021Q1").table("formats").set_index("format")
    assert len(formats) == len(tables.table("formats"))
    assert formats.loc["C5_GCC", "founded"] == ""
    assert formats.loc["C5_GCC", "level"] == "none"
    assert formats.loc["CM", "level"] == "leaders"


def test_the_part_of_the_latest_start_is_read(tables: Tables) -> None:
    for start, part in (("1994Q1", "1994Q1"), ("2018Q3", "2015Q1"), ("2021Q1", "2021Q1")):
        assert set(tables.visible(start).table("shares")["start"]) == {part}


def test_of_dated_attributes_the_latest_visible_one_is_read(tables: Tables) -> None:
    for start, neutral in (("1994Q1", 0.0), ("2015Q1", 1.0)):
        frame = tables.visible(start).table("country_attributes").set_index(["country", "attribute"])
        assert frame.index.is_unique
        assert frame.loc[("TKM", "statutory_neutrality"), "value"] == neutral


def test_a_start_before_all_parts_is_refused(tables: Tables) -> None:
    assert tables.visible("1990Q1").table("shares").empty
    begun = (
        r"^shares\.csv, .*trust\.csv, rivalry\.csv: nothing is known up to 1990Q1\. Start at or after one of 1994Q1, "
    )
    with pytest.raises(HedgesimError, match=begun):
        check_begun(tables.visible("1990Q1"), Period.parse("1990Q1"), None)


def test_a_table_given_out_cannot_change_the_tables(tables: Tables) -> None:
    copy = tables.table("shares")
    copy["share"] = 0.0
    assert tables.table("shares")["share"].max() > 0.0


def test_a_folder_of_its_own_needs_only_the_required_tables(own: Path) -> None:
    read = read_tables(own)
    assert len(read.table("shocks")) == 0
    assert read.table("shocks")["size"].dtype == float
    assert len(read.visible("2021Q1").table("meetings")) == 0


def test_sources_of_a_folder_are_added_to_the_packaged_ones(own: Path) -> None:
    (own / "sources.yaml").write_text("made_up: {citation: A book, licence: none}\n", encoding="utf-8")
    assert {"made_up", "assumption"} <= set(read_tables(own).sources)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_table_is_named(own: Path, name: str) -> None:
    (own / f"{name}.csv").unlink()
    with pytest.raises(HedgesimError, match=rf"{name}\.csv: the table {name} is missing\. Add it with the columns"):
        read_tables(own)


@pytest.mark.parametrize("value", ["much", "nan", "inf", "-inf", "1,5"])
def test_what_is_no_number_is_refused_with_its_line(own: Path, value: str) -> None:
    line = (own / "proximity.csv").read_text(encoding="utf-8").splitlines()[2]
    cells = line.split(",")
    cells[2] = f'"{value}"'
    edit(own / "proximity.csv", line, ",".join(cells))
    with pytest.raises(
        HedgesimError,
        match=r"proximity\.csv:3: .* in the column value is not a number\. Write (it like 0\.5|1\.5, with a point)\.",
    ):
        read_tables(own)


FAULTS = {
    "missing column": ("ties.csv", "tie,", "bond,", r"ties\.csv:1: the column tie is missing\. The columns are"),
    "no date": ("trust.csv", ",1993,", ",sometime,", r'trust\.csv:2: "sometime" in the column date is not a date'),
    "unknown confidence": ("axes.csv", "assumption\n", "certain\n", r'axes\.csv:2: "certain" in the column confidence'),
    "too many cells": ("axes.csv", "\n", "\n1,2,3,4,5,6,7,8,9\n", r"axes\.csv:2: 9 cells under 7 columns"),
    "too few cells": ("axes.csv", "\n", "\n1,2\n", r"axes\.csv:2: 2 cells under 7 columns"),
    "quotes without end": ("axes.csv", "\n", '\n"', r"axes\.csv:\d+: this is not a table"),
}


@pytest.mark.parametrize(("name", "old", "new", "line"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_placed_at_its_line(own: Path, name: str, old: str, new: str, line: str) -> None:
    edit(own / name, old, new)
    with pytest.raises(HedgesimError, match=line):
        read_tables(own)


def test_a_column_that_stands_twice_is_refused(own: Path) -> None:
    text = (own / "rivalry.csv").read_text(encoding="utf-8").splitlines()
    (own / "rivalry.csv").write_text(
        "\n".join(f"{line.split(',')[0]},{line}" for line in text) + "\n", encoding="utf-8"
    )
    with pytest.raises(HedgesimError, match=r"rivalry\.csv:1: the column start is there twice"):
        read_tables(own)


def test_bytes_that_are_no_text_are_refused(own: Path) -> None:
    (own / "trust.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(HedgesimError, match=r"trust\.csv: is a binary file, not a text in UTF-8"):
        read_tables(own)


def test_broken_sources_are_refused(own: Path) -> None:
    (own / "sources.yaml").write_text("- a list\n", encoding="utf-8")
    with pytest.raises(HedgesimError, match=r"sources\.yaml:1:1: the file does not hold keys and values"):
        read_tables(own)


def test_a_date_that_no_calendar_has_is_text_in_sources(own: Path) -> None:
    (own / "sources.yaml").write_text("mine: {citation: A book, date: 2026-02-30}\n", encoding="utf-8")
    assert read_tables(own).sources["mine"]["date"] == "2026-02-30"


def test_tables_without_a_power_are_refused(own: Path) -> None:
    lines = (own / "axes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (own / "axes.csv").write_text("".join(line for line in lines if not line.startswith("power,")), encoding="utf-8")
    with pytest.raises(HedgesimError, match=r"axes\.csv:1: there is no power in it"):
        read_tables(own)


def test_a_table_that_is_none_is_refused_with_the_known_ones(tables: Tables) -> None:
    with pytest.raises(HedgesimError, match=r"there is no such table\. Known: affinity, alarms, axes"):
        tables.table("weather")
