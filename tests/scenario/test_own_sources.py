"""Sources that a scenario brings, sizes as grades of the scale, and what counts as an assumption."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hedgesim.scenario import KnownNames, read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.citations import citations_of

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
