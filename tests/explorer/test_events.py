"""What happens in a run is reported in sentences that follow from its tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

import hedgesim
from hedgesim.engines.case import case_of
from hedgesim.explorer.events import events_of
from hedgesim.explorer.worlds import run_of
from hedgesim.scenario.arrays import read_inputs

QUIET = hedgesim.read_scenario("war_2022", overrides=["end=2022Q1", "recorded_shocks=none"])
KEPT = run_of(QUIET, 0).kept


def reported(kept: Mapping[str, pd.DataFrame]) -> list[tuple[str, str, str]]:
    """Quarter, kind and text of every event."""
    inputs = read_inputs(QUIET)
    return [(one["period"], one["kind"], one["text"]) for one in events_of(QUIET, inputs, case_of(QUIET), kept)]


@pytest.fixture
def still() -> dict[str, pd.DataFrame]:
    """Tables of a run in which nothing happens."""
    start = {name: KEPT[name][KEPT[name]["period"] == "2021Q1"] for name in ("formats", "memberships", "countries")}
    frames = {}
    for name, keys in (("formats", ["format"]), ("memberships", ["country", "format"]), ("countries", ["country"])):
        held = KEPT[name][["period", *keys]].merge(start[name].drop(columns="period"), on=keys)
        frames[name] = held.sort_values("period", kind="stable").reset_index(drop=True)
    frames["formats"]["meeting"] = "none"
    return frames


def from_quarter(frame: pd.DataFrame, first: str, column: str, value: object, **where: str) -> None:
    chosen = frame["period"] >= first
    for key, name in where.items():
        chosen &= frame[key] == name
    frame.loc[chosen, column] = value


def test_nothing_is_logged_where_nothing_happens(still: dict[str, pd.DataFrame]) -> None:
    assert reported(still) == []


def test_first_meetings_memberships_and_leads_are_reported_in_their_quarter(still: dict[str, pd.DataFrame]) -> None:
    formats, seats = still["formats"], still["memberships"]
    from_quarter(formats, "2021Q3", "rung", "leaders", format="C5_US")
    from_quarter(formats, "2021Q4", "rung", "ministers", format="BIL_AZE_KAZ")
    from_quarter(formats, "2021Q4", "rung", "leaders", format="C5_JPN")
    from_quarter(formats, "2022Q1", "rung", "leaders", format="TREATY22")
    from_quarter(formats, "2022Q1", "meeting", "leaders", format="SCO")
    for country in ("AZE", "KAZ"):
        from_quarter(seats, "2021Q4", "status", "member", country=country, format="BIL_AZE_KAZ")
    from_quarter(seats, "2021Q2", "status", "observer", country="TJK", format="OTS")
    from_quarter(still["countries"], "2021Q3", "presence_IND", 2.0, country="UZB")
    leading = KEPT["countries"].query("country == 'UZB' and period == '2021Q1'")
    before = leading[[f"presence_{power}" for power in QUIET_POWERS]].iloc[0].idxmax().removeprefix("presence_")
    names = case_of(QUIET).names
    assert reported(still) == [
        ("2021Q2", "member", f"Tajikistan becomes an observer of {names['OTS']} (before: none)"),
        ("2021Q3", "first", "Leaders of the five meet the United States for the first time (C5_US)"),
        ("2021Q3", "lead", f"India now has the largest presence in Uzbekistan (before: {names[before]})"),
        ("2021Q4", "first", f"Leaders of the five meet for the first time: {names['C5_JPN']}"),
        ("2021Q4", "first", f"Ministers of Azerbaijan and Kazakhstan meet for the first time: {names['BIL_AZE_KAZ']}"),
        ("2022Q1", "first", f"{names['TREATY22']} is signed"),
        ("2022Q1", "again", f"Leaders meet again: {names['SCO']}"),
    ]


QUIET_POWERS = case_of(QUIET).setting.axes.powers


def test_every_rise_of_a_format_is_logged_once() -> None:
    kept = run_of(hedgesim.read_scenario("war_2022"), 3).kept
    scenario = hedgesim.read_scenario("war_2022")
    events = events_of(scenario, read_inputs(scenario), case_of(scenario), kept)
    firsts = [(one["format"], one["period"]) for one in events if one["kind"] == "first"]
    rises = []
    for code, rows in kept["formats"].groupby("format"):
        rungs = rows["rung"].tolist()
        rises += [
            (code, rows["period"].iloc[n]) for n in range(1, len(rungs)) if rungs[n] not in {rungs[n - 1], "none"}
        ]
    assert sorted(firsts) == sorted(rises) != []
