"""What tests of the tables of a region do to them, and what is then said."""

from pathlib import Path

import pytest

from hedgesim import read_scenario
from hedgesim.errors import HedgesimError
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.notes import notes_of


def edit(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def refusal() -> str:
    with pytest.raises(HedgesimError) as caught:
        read_inputs(read_scenario("sunder_sea.yaml"))
    return str(caught.value)


def notes(*overrides: str) -> str:
    scenario = read_scenario("sunder_sea.yaml", overrides=overrides)
    return " ".join(notes_of(scenario, read_inputs(scenario)))
