"""Sources that a scenario brings, sizes as grades of the scale, and what counts as an assumption."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hedgesim.scenario import KnownNames, read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.citations import citations_of
from hedgesim.scenario.known_names import known_names

from .examples import BASE, read
from .test_bad_input import error_of

Writer = Callable[..., Path]

TEXT = """\
purpose: p
extends: war_2022
seed: 1
sources:
  mine: {citation: "My report, 2025", url: "https://example.org", date: 2025-03}
shocks:
  a: {date: 2023Q1, source: SOURCE, channels: [{channel: intention, powers: [RUS], size: SIZE}]}
"""
CONFIDENCE = {
    ("mine", "0.33"): "proxy",
    ("mine", "large"): "proxy",
    ("ali2024", "large"): "proxy",
    ("ali2024", "0.39"): "proxy",
    ("ali2024", "-0.39"): "proxy",
    ("ali2024", "0.33"): "assumption",
    ("mine;ali2024", "0.33"): "assumption",
    ("assumption", "large"): "assumption",
}


@pytest.mark.parametrize(("given", "expected"), CONFIDENCE.items(), ids=str)
def test_an_invented_size_under_somebody_elses_key_is_an_assumption(
    given: tuple[str, str], expected: str, write: Writer
) -> None:
    source, size = given
    scenario = read_scenario(write(TEXT.replace("SOURCE", source).replace("SIZE", size)))
    rows = citations_of(scenario, read_inputs(scenario))
    (row,) = rows[rows["what"] == "a intention RUS"].to_dict("records")
    assert row["value"] == scenario.shocks["a"].channels[0].size
    assert row["confidence"] == expected
    assert ("My report, 2025" in row["citation"]) == ("mine" in source)


@pytest.fixture
def graded(words: KnownNames) -> KnownNames:
    return replace(words, grades={"intention": {"large": 0.4, "small": 0.1}})


def test_a_size_may_be_a_grade_of_its_channel(write: Writer, graded: KnownNames) -> None:
    path = "shocks.war.channels.0.size"
    for text, size in (("large", 0.4), ("-small", -0.1), ("0.2", 0.2)):
        scenario = read(write(BASE), overrides=[f"{path}={text}"], names=graded)
        assert scenario.shocks["war"].channels[0].size == size
    for text, said in (
        ("huge", f'{path} is "huge", no number and no grade of intention. Write a number, or a grade: '),
        ("7", "size 7 of intention is out of range. Write a number from -1 to 5, or a grade: "),
    ):
        error = error_of(write(BASE), overrides=[f"{path}={text}"], names=graded)
        assert str(error) == f"--set {path}={text}: {said}small 0.1, large 0.4."


def test_the_key_of_an_own_source_must_be_free(write: Writer, words: KnownNames) -> None:
    own = "sources:\n  KEY: {citation: A book}\n"
    assert read(write(BASE + own), overrides=["shocks.war.source=KEY"], names=words).shocks["war"].source == "KEY"
    for key in ("book1999", "assumption", "a;b"):
        error = error_of(write(BASE + own.replace("KEY", key)), names=words)
        assert str(error).startswith(f"x.yaml:29:3: {key} cannot be the key of a source of the scenario's own")


GRADES = "Write a number, or a grade: small 0.09, medium 0.21, large 0.39, extreme 0.6."
SIZES = {
    "strain, size: very large": f'size is "very large", no number and no grade of strain. {GRADES}',
    "strain, size: LARGE": f'size is "LARGE", no number and no grade of strain. {GRADES}',
    "strain, size: +large": f'size is "+large", no number and no grade of strain. {GRADES}',
    "strain, size: 10 %": f'size is "10 %", no number and no grade of strain. {GRADES}',
    "strain, size: -": f'size is "-", no number and no grade of strain. {GRADES}',
    'strain, size: "0,39"': "Write 0.39, with a point.",
    'strain, size: "0.39"': 'size must be a number, not "0.39". Write it like 0.5.',
    "strane, size: large": 'unknown channel "strane". Did you mean "strain"?',
    "7, size: large": "channel must be text, not 7",
}


@pytest.mark.parametrize(("given", "said"), SIZES.items(), ids=SIZES)
def test_a_size_that_is_no_grade_is_answered_with_the_grades_and_one_of_an_unknown_channel_with_the_channel(
    given: str, said: str, write: Writer
) -> None:
    line = given.replace(", size", ", countries: [KAZ], size")
    text = TEXT.replace("SOURCE", "mine").replace("intention, powers: [RUS], size: SIZE", line)
    (error,) = error_of(write(text), names=known_names()).all
    assert said in str(error)


def test_a_size_that_is_no_grade_is_named_beside_an_unknown_channel(write: Writer) -> None:
    text = TEXT.replace("SOURCE", "mine").replace("intention", "intension").replace("SIZE", "very large")
    channel, size = error_of(write(text), names=known_names()).all
    assert "unknown channel" in channel.fault
    assert str(size).endswith("no number and no grade. Write a number, or a grade: small, medium, large, extreme.")
