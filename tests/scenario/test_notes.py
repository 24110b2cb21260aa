"""Notes say what is cut off, rescaled, never acts or is up to chance."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from hedgesim.engines.case import case_of
from hedgesim.engines.ensemble import outcomes
from hedgesim.scenario import read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.citations import citations_of
from hedgesim.scenario.impulses import impulses_of
from hedgesim.scenario.notes import in_short, notes_of
from hedgesim.scenario.tables import read_tables

CALM = "purpose: p\naggressor: RUS\nstart: 2021Q1\nend: 2023Q4\nseed: 1\nrecorded_shocks: none\n"
SHOCK = "shocks:\n  a: {date: DATE, source: assumption, channels: [{channel: CHANNEL}]}\n"


def shock(channel: str, date: str = "2022Q1") -> str:
    return SHOCK.replace("DATE", date).replace("CHANNEL", channel)


SAID = {
    "": (),
    shock("strain, countries: [KAZ], size: 0.9"): (),
    shock("strain, countries: [KAZ], size: 1.4"): (
        "Shocks take strain of KAZ to 1.40 in 2022Q1; beyond 1 it counts as 1.",
    ),
    shock("availability, size: -0.8}, {channel: availability, size: -0.8"): (
        "Shocks take availability to -0.60 in 2022Q1; beyond 0 it counts as 0.",
    ),
    shock("sanctions, powers: [CHN], size: -0.2"): (
        "Shocks take sanctions of CHN to -0.20 in 2022Q1; beyond 0 it counts as 0.",
    ),
    shock("intention, powers: [RUS], size: 0.3, duration: 1", "2021Q1"): (
        "The shock a never acts: no size is left in any quarter after the start.",
    ),
    "shocks:\n  a: {arrival: {rate: 0.1}, source: assumption, channels: [{channel: alarm, size: 0.2}]}\n": (
        "a comes at random, in 67 % of runs by 2023Q4, and charts do not mark it.",
    ),
    "formats: [CM, CACO]\n": ("Formats that are never at work here: CACO.",),
    "domains: [security, economy]\n": None,
    "data:\n  - {table: country_attributes, key: {country: KAZ, attribute: weight_security}, "
    "column: value, value: 0.9, source: assumption}\n": None,
    "changes:\n  t: {date: 2022Q1, source: assumption, rule: {country: UZB, rule: balancing, recoil: 4}}\n": (
        "From 2022Q1 UZB: follows balancing, recoil 4 (changes.t, source assumption).",
    ),
}


@pytest.mark.parametrize(("text", "said"), [(text, said) for text, said in SAID.items() if said is not None], ids=str)
def test_what_numbers_do_not_show_is_said(text: str, said: tuple[str, ...], write: Callable[..., Path]) -> None:
    scenario = read_scenario(write(CALM + text))
    assert notes_of(scenario, read_inputs(scenario)) == said


def test_a_size_of_a_shock_of_later_is_said(write: Callable[..., Path]) -> None:
    text = CALM.replace("recorded_shocks: none", "recorded_shocks: [crocus_2024]\nshock_sizes: {crocus_2024: 2}")
    scenario = read_scenario(write(text))
    assert notes_of(scenario, read_inputs(scenario)) == (
        "shock_sizes.crocus_2024 changes nothing: the shock does not act from 2021Q1 to 2023Q4.",
    )


def test_an_aggressor_that_nobody_named_is_said(write: Callable[..., Path]) -> None:
    scenario = read_scenario(write(CALM.replace("aggressor: RUS\n", "")))
    assert notes_of(scenario, read_inputs(scenario)) == (
        "No aggressor is named: the columns threat and affinity, and hostile resolutions, are about USA, "
        "which has the largest army.",
    )


@pytest.mark.parametrize("text", [text for text, said in SAID.items() if said is None])
def test_weights_that_are_rescaled_are_said_and_listed_as_they_are_in_force(
    text: str, write: Callable[..., Path]
) -> None:
    scenario = read_scenario(write(CALM + text))
    inputs = read_inputs(scenario)
    assert any(note.startswith("Weights of domains do not sum to 1") for note in notes_of(scenario, inputs))
    rows = citations_of(scenario, inputs)
    own = rows[rows["what"].str.startswith("KAZ weight_")]
    assert own["value"].sum() == pytest.approx(1.0)


def test_a_chart_has_the_first_notes_and_says_where_the_others_are() -> None:
    assert in_short(("a.", "b.")) == "a. b."
    assert in_short(tuple("abcdef")) == "a b c d 2 more: hedgesim check."


LATER = "purpose: p\naggressor: RUS\nstart: 2025Q1\nend: 2025Q4\nseed: 1\n"


def test_a_start_later_than_the_tables_carries_earlier_causes_and_says_on_what_it_stands(
    write: Callable[..., Path],
) -> None:
    scenario = read_scenario(write(LATER))
    inputs = read_inputs(scenario)
    basis, carried, *_ = notes_of(scenario, inputs)
    assert basis.startswith("The tables have no start later than 2021Q1: the run begins in 2025Q1")
    assert "trust 2020" in basis
    assert carried.startswith("Recorded causes before the start that continue to act: ")
    lines = [line for line in impulses_of(scenario, inputs.tables) if line.shock == "war_2022"]
    assert [(line.channel, line.onset) for line in lines] == [("intention", -11.0)]
    here = case_of(scenario, inputs.setting)
    without = case_of(read_scenario(scenario.path, overrides=["omit_shocks=[war_2022]"]))
    threat = [outcomes(case, range(4)).of_country("threat")[:, -1] for case in (here, without)]
    assert (threat[0] > threat[1]).all()


def test_earlier_causes_may_be_left_out_and_past_successions_do_not_happen_again(write: Callable[..., Path]) -> None:
    scenario = read_scenario(write(LATER), overrides=["start=2018Q1", "end=2018Q4"])
    lines = impulses_of(scenario, read_inputs(scenario).tables)
    assert any(line.onset < 0.0 and line.channel != "alarm" for line in lines)
    assert not [line for line in lines if line.channel == "succession" and line.onset < 0.0]
    none = read_scenario(scenario.path, overrides=["start=2018Q1", "end=2018Q4", "earlier_shocks=none"])
    left = impulses_of(none, read_inputs(none).tables)
    assert {line.channel for line in left if line.onset < 0.0} == {"alarm"}


def test_every_row_of_a_start_is_the_latest_of_its_own() -> None:
    tables = read_tables(None)
    shares = tables.table("shares")
    fresh = shares[(shares["start"] == "2021Q1") & (shares["country"] == "KAZ") & (shares["domain"] == "economy")]
    more = tables.with_table(
        "shares", pd.concat([shares, fresh.assign(start="2023Q1", date="2022")], ignore_index=True)
    )
    seen = more.visible("2025Q1").table("shares")
    assert len(seen) == 300
    assert dict(seen["start"].value_counts()) == {"2021Q1": 290, "2023Q1": 10}
    assert set(more.visible("2022Q4").table("shares")["start"]) == {"2021Q1"}
