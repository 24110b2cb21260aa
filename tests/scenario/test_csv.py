"""One reader for all tables: however a program writes a table, it reads the same, and no number is guessed."""

import unicodedata
from pathlib import Path

import pytest

from hedgesim.errors import ScenarioError
from hedgesim.scenario.files import number_in, number_like, read_csv

PLAIN = "code,value\nTürkiye,0.5\nB,1e-3\n"
SAME = {
    "byte order mark": "\ufeff" + PLAIN,
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "bare CR": PLAIN.replace("\n", "\r"),
    "blank lines": PLAIN.replace("\n", "\n\n \n"),
    "rows of commas": PLAIN.replace("\n", "\n,\n , ,,\n"),
    "empty last columns": PLAIN.replace("\n", ",,\n"),
    "empty last columns of lines alone": "code,value\nTürkiye,0.5,, \nB,1e-3,\n",
    "no last line end": PLAIN.removesuffix("\n"),
    "blanks around cells": "code , value\n Türkiye, 0.5\nB ,1e-3\n",
    "quotes, and blanks after them": '"code" ,"value"\n"Türkiye", "0.5" \nB,1e-3',
    "composed of several characters": unicodedata.normalize("NFD", PLAIN),
}


def table(text: str) -> Path:
    Path("x.csv").write_bytes(text.encode("utf-8"))
    return Path("x.csv")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_a_table_reads_the_same_however_it_is_written(text: str) -> None:
    read = read_csv(table(text))
    read.check(["code", "value"])
    assert read.header.cells == ("code", "value")
    assert read.column("code") == ["Türkiye", "B"]
    assert [number_in(cell) for cell in read.column("value")] == [0.5, 0.001]


@pytest.mark.parametrize(
    "cell",
    ["0_1", "\u0660.\u0665", "\u0663", "0,5", "\uff11", "0x1", "1e", "nan", "inf", "1e999", "½", "", "1 000", "--1"],
)
def test_what_only_looks_like_a_number_is_none(cell: str) -> None:
    assert str(number_in(cell)) == "nan"


def test_a_decimal_comma_is_answered_with_the_number() -> None:
    assert number_like("-0,39") == "Write -0.39, with a point."
    assert number_like("1,000,000") == number_like("much") == "Write it like 0.5."


FAULTS = {
    "semicolons": ("a;b\n1;2\n", "x.csv:1: the columns are not separated by commas. Separate them by commas"),
    "tabs": ("a\tb\n1\t2\n", "x.csv:1: the columns are not separated by commas"),
    "decimal comma": ("code,value\n\nB,0,5\n", "x.csv:3: 3 cells under 2 columns. Write one cell for each column"),
    "no name above cells": ("code,value,,\nB,1,,7\n", "x.csv:1: column 3 has no name"),
    "quotes without end": ('code,value\n"B,1\n', "x.csv:2: this is not a table"),
    "text after quotes": ('code,value\n"B"c,1\n', "x.csv:2: this is not a table"),
    "rows of commas alone": (",,\n,,\n", "x.csv: the file is empty"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), FAULTS.values(), ids=FAULTS.keys())
def test_a_table_that_cannot_be_read_is_refused_with_its_line(text: str, line: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_csv(table(text)).check(["code"])
    assert str(caught.value).startswith(line)
