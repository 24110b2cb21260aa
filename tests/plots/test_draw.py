"""What charts take from a scenario: the events they mark, the record beside them, and how far they can be trusted."""

from __future__ import annotations

from hedgesim import read_scenario
from hedgesim.plots.batches import names_of, recorded_meetings, shocks_shown, trust_in
from hedgesim.scenario import Scenario
from hedgesim.scenario.arrays import ScenarioInputs, read_inputs
from hedgesim.scenario.impulses import impulses_of


def read(*settings: str) -> tuple[Scenario, ScenarioInputs]:
    scenario = read_scenario("war_2022", overrides=settings)
    return scenario, read_inputs(scenario)


def test_an_event_is_named_once_whatever_its_shocks_and_its_alarm() -> None:
    shown, _ = shocks_shown(*read())
    assert shown["name"].is_unique
    assert shown["period"].is_monotonic_increasing
    (war,) = (row for row in shown.itertuples() if "Ukraine" in row.name)
    assert (war.period, war.name) == ("2022Q2", "Russian invasion of Ukraine")
    assert not [name for name in shown["name"] if name.islower()], "the name of an alarm is only its id"


def test_small_events_are_counted_not_marked_unless_the_scenario_makes_them_larger() -> None:
    scenario, inputs = read()
    (shown, hidden), (more, fewer) = shocks_shown(scenario, inputs), shocks_shown(*read("shock_sizes.clash_2021=5"))
    assert set(more["name"]) - set(shown["name"]) == {"Kyrgyz-Tajik border clash"}
    assert fewer == hidden - 1
    events = {line.event for line in impulses_of(scenario, inputs.tables) if line.onset >= 0}
    assert len(shown) + hidden == len(events)


def test_the_record_reaches_beyond_the_start_and_has_only_what_was_held() -> None:
    scenario, inputs = read()
    meetings = recorded_meetings(scenario)
    assert len(meetings) > len(inputs.tables.table("meetings"))
    own = meetings[meetings["format"].isin(names_of(inputs).own)]
    assert own["period"].tolist()[-2:] == ["2023Q3", "2024Q3"]
    assert not ((meetings["format"] == "C5_JPN") & (meetings["level"] == "leaders")).any(), "it was postponed"


def test_the_trust_line_counts_the_tables_of_the_start() -> None:
    scenario, inputs = read()
    trust = trust_in(scenario, inputs)
    shares = inputs.tables.table("shares")
    assumed = int(shares["confidence"].isin(["assumption", "recall"]).sum())
    assert trust.start["shares"] == (assumed, len(shares))
    assert f"shares {assumed} of {len(shares)}" in trust.line("shares")
