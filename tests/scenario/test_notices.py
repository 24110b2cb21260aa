"""What `check` says of a scenario without fault that may not be meant, and of files that a human mistypes."""

from __future__ import annotations

from pathlib import Path

import pytest

from command_line import call

SHOCK = """\
  {key}:
    name: {name}
    date: {date}
    source: assumption
    channels:
      - {{channel: access, options: [RUS], size: small}}
"""


def text(*shocks: str, end: str = "2026Q4") -> str:
    return f"purpose: x\nextends: war_2022\nseed: 1\nend: {end}\nshocks:\n" + "".join(shocks)


def shock(key: str = "dry", name: str = "Drought", date: str = "2026-05") -> str:
    return SHOCK.format(key=key, name=name, date=date)


def checked(written: str) -> str:
    Path("own.yaml").write_text(written, encoding="utf-8")
    said = call("check", "own.yaml")
    assert "Traceback" not in said.err
    return said.out + said.err


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_it_says_from_when_a_shock_acts_and_which_notes_are_inherited() -> None:
    said = checked(text(shock()))
    assert "The shock dry acts from 2026Q3." in said
    assert "counts as 1. (Comes from war_2022; you need not change anything.)" in said
    assert "one name" not in said
    assert "typographic" not in said
    assert "years after" not in said


def test_names_that_are_alike_or_in_typographic_quotes_and_an_end_far_away_are_noticed() -> None:
    said = checked(text(shock(), shock("wet", date="2026Q1"), shock("fog", "“Fog”"), end="2085Q4"))
    assert "The shocks dry, wet have the same name, Drought" in said
    assert "name of the shock fog, “Fog”, are typographic" in said
    assert "The run ends in 2085Q4, 61 years after the last event of the tables (2024Q1)" in said


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (text(shock().replace("assumption", "")), "source is empty in shocks.dry. Name a key"),
        (text(shock().split("      -")[0]), "channels is empty in shocks.dry. Add a list of channels."),
        (text(shock(name="Drought: severe")), "7:18: this is not valid YAML: a second colon. Put the text in quotes"),
        (text(shock(name='"Drought')), "a quote opened at line 7 is not closed"),
        (text(shock().replace("}", ""), shock("wet")), "a bracket opened at line 11 is not closed"),
        (text(shock(date="2026Q5")), "quarters are Q1 to Q4"),
        (text(shock(date="2026-02-30")), "there is no such day"),
    ],
)
def test_a_slip_is_named_in_plain_words_and_nothing_else_is_said(written: str, words: str) -> None:
    said = checked(written)
    assert words in said
    assert said.count("\n") == 1


def test_a_number_with_a_comma_is_told_how_to_be_written() -> None:
    said = call("run", "war_2022", "--runs", "2,000")
    assert said.code == 2
    assert "Write a whole number without a comma, like 2000." in said.err
