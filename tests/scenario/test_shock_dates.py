"""A recorded shock acts at another date: all its parts move as far, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hedgesim.engines.case import case_of
from hedgesim.engines.ensemble import outcomes
from hedgesim.errors import ScenarioError
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.impulses import Impulse, impulses_of
from hedgesim.scenario.notes import notes_of
from hedgesim.scenario.tables import Tables


def lines_of(tables: Tables, *settings: str) -> dict[str, Impulse]:
    """The impulses of a scenario by their ids."""
    return {line.shock: line for line in impulses_of(war(*settings), tables)}


def war(*settings: str) -> Scenario:
    return read_scenario("war_2022", overrides=settings)


def test_an_event_that_comes_later_comes_with_all_its_parts_and_its_alarm(tables: Tables) -> None:
    usual, later = lines_of(tables), lines_of(tables, "shock_dates.war_2022=2023Q1")
    assert usual["war_2022"].onset == 5.0
    assert usual.keys() == later.keys()
    for name, line in usual.items():
        if line.event != "war_2022":
            assert later[name] == line
            continue
        assert later[name].confidence == "assumption"
        assert later[name].source.split(";")[-1] == "assumption"
        assert later[name] == replace(
            line, onset=line.onset + 3.0, source=later[name].source, confidence=later[name].confidence
        )
    assert later["war_2022_alarm"].onset == usual["war_2022_alarm"].onset + 3.0


def test_one_shock_of_an_event_can_move_alone_and_a_size_stays_with_it(tables: Tables) -> None:
    usual = lines_of(tables)
    moved = lines_of(tables, "shock_dates.war_2022_sanctions=2023-01-15", "shock_sizes.war_2022=0.5")
    assert [name for name in usual if usual[name].onset != moved[name].onset] == ["war_2022_sanctions"]
    assert moved["war_2022_sanctions"].onset == 8.0
    assert moved["war_2022_sanctions"].size == 0.5 * usual["war_2022_sanctions"].size
    assert moved["war_2022_sanctions"].source.count("assumption") == 1


def test_the_recorded_quarter_as_date_changes_nothing(tables: Tables) -> None:
    assert lines_of(tables, "shock_dates.war_2022=2022Q2") == lines_of(tables)


def test_before_a_later_war_the_world_is_that_without_it() -> None:
    runs = range(3)
    later, never = (
        outcomes(case_of(war("end=2023Q4", changed)), runs).values
        for changed in ("shock_dates.war_2022=2023Q2", "omit_shocks=[war_2022]")
    )
    step = 9
    assert np.array_equal(later[:, :step], never[:, :step])
    assert not np.array_equal(later[:, step:], never[:, step:])


def test_a_moved_shock_is_noted() -> None:
    moved = war("shock_dates.war_2022=2023Q1")
    said = notes_of(moved, read_inputs(moved))
    assert "war_2022 first acts in 2023Q1, not in the recorded quarter (shock_dates, an assumption)." in said


@pytest.mark.parametrize(
    ("setting", "fault"),
    [
        ("shock_dates.war_202=2023Q1", 'unknown shock or event "war_202" in shock_dates. Did you mean "war_2022"?'),
        ("shock_dates.war_2022=2033Q1", "shock_dates.war_2022 is 2033Q1, and the scenario runs from 2021Q1 to 2026Q4."),
        ("shock_dates.war_2022=soon", 'shock_dates.war_2022 must be a quarter or a date, not "soon".'),
    ],
)
def test_a_date_that_cannot_be_is_refused(setting: str, fault: str) -> None:
    with pytest.raises(ScenarioError, match="shock_dates") as caught:
        war(setting)
    assert str(caught.value).startswith(f"--set {setting}: {fault}")


def test_a_date_is_kept_in_the_text_of_a_scenario_and_none_is_not_written() -> None:
    assert "shock_dates:\n  war_2022: 2023Q1\n" in war("shock_dates.war_2022=2023Q1").text
    assert "shock_dates" not in war().text
    assert war("shock_dates.war_2022=2023Q1", "shock_dates.war_2022=null").digest == war().digest
