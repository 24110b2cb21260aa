"""The shipped tables of events up to 2021: what is sure, what is counted, and that nothing later is in them."""

from __future__ import annotations

import pandas as pd
import pytest

from databuild.dialogues import share_after
from databuild.events import alarm_of
from databuild.raw import RawData
from databuild.yearly_sizes import YearlySizes
from hedgesim.model.period import Period
from hedgesim.scenario.tables import Tables, read_tables

NAMES = ("events", "dialogues", "decisions", "calendar")
BIRTHS = {"JPN": 2004, "EU": 2007, "USA": 2015, "IND": 2019, "ITA": 2019, "RUS": 2019, "CHN": 2020, "KOR": 2020}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables()


def test_every_row_has_a_source_and_none_is_later_than_2021(tables: Tables) -> None:
    for name in NAMES:
        table = tables.table(name)
        assert (table["source"] != "").all(), name
        assert table["date"].str[:4].astype(int).max() == 2021, name


def test_what_was_recalled_is_marked(tables: Tables) -> None:
    events = tables.table("events")
    assert len(events) == 531
    raw = pd.read_csv(RawData.read().folder / "facts" / "format_events_1991_2021.csv", dtype=str)
    assert (raw["confidence"] == "recall").sum() == 297
    assert (events["confidence"] == "recall").sum() == 297 + 6  # six absences name a source that is kept apart
    assert set(events["confidence"]) == {"seen", "recall"}


def test_no_table_of_the_record_is_visible_before_its_time(tables: Tables) -> None:
    for name in NAMES:
        assert tables.visible("2015Q1").table(name)["date"].str[:4].max() <= "2014", name


def test_talks_were_born_eight_times_and_no_leaders_met(tables: Tables) -> None:
    table = tables.table("dialogues")
    assert len(table) == 21 * 30
    born = table[table["ministers_opened"] == 1]
    assert dict(zip(born["power"], born["year"], strict=True)) == BIRTHS
    assert table["leaders_opened"].sum() == 0
    later = table.merge(born[["power", "year"]], on="power", suffixes=("", "_born"))
    assert (later["ministers_before"] == (later["year"] > later["year_born"])).all()


def test_the_five_met_by_themselves_late(tables: Tables) -> None:
    state = tables.table("dialogues").drop_duplicates("year").set_index("year")
    assert state.loc[2017, "own_ministers"] == 0.0  # November 2017: the next quarter is of 2018
    assert state.loc[2018, "own_ministers"] == 1.0
    assert (state.loc[:2020, "own_leaders"] == 0.0).all()
    assert state.loc[2021, "own_leaders"] == 0.25  # August 2021
    assert share_after("2021-08-06", 2022) == 1.0


def test_sizes_are_sourced_where_there_is_a_figure(tables: Tables) -> None:
    table = tables.table("dialogues").set_index(["power", "year"])
    assert table.loc[("CHN", 2020), "gdp"] == pytest.approx(14.6877, abs=1e-3)
    assert "wdi" in table.loc[("IND", 2019), "source"]
    assert table.loc[("AUS", 2010), "confidence"] == "recall"


def test_recalled_sizes_between_two_years_lie_on_a_line_in_logarithms() -> None:
    sizes = YearlySizes({}, {("gdp", "X"): {2000: 100.0, 2002: 400.0}})
    assert sizes.at("gdp", "X", 2001)[0] == pytest.approx(200.0)
    assert sizes.at("gdp", "X", 2001)[1] == "recall"
    with pytest.raises(KeyError):
        sizes.at("gdp", "X", 2003)


def test_regional_weights_are_shares(tables: Tables) -> None:
    weights = YearlySizes.of(RawData.read()).weights(("KAZ", "KGZ", "TJK", "TKM", "UZB"), 2015)
    assert 0.35 < weights["KAZ"] < 0.45
    assert 0.9 < sum(weights.values()) <= 1.0


def test_alarm_halves_in_twelve_quarters_and_adds_up() -> None:
    alarms = pd.DataFrame({"date": ["2014-02", "2014-02"], "value": [0.65, 0.35]})
    acts = Period.acting("2014-02").index
    assert alarm_of(alarms, acts - 1) == 0.0
    assert alarm_of(alarms, acts) == pytest.approx(1.0)
    assert alarm_of(alarms, acts + 12) == pytest.approx(0.5)


def test_security_events_are_alarms_and_others_are_not(tables: Tables) -> None:
    alarms = tables.table("alarms").set_index("event")["value"]
    assert alarms["crimea_2014"] == alarms["georgia_2008"] == alarms["afghan_collapse"] == 0.65
    assert {"osh_2010", "andijan", "batken_1999", "karabakh_2020", "september_11"} <= set(alarms.index)
    assert not {"manas_2014", "covid", "rouble_2014"} & set(alarms.index)
    events = set(tables.table("shocks")["event"])
    assert set(RawData.read().choices("alarm_events")["event"]) >= events - {"anniversary_2022"}


def test_events_of_two_countries_are_those_of_their_format_and_deputies_are_no_ministers(tables: Tables) -> None:
    events = tables.table("events")
    two = events[events["format"] == "BIL_AZE_KAZ"].set_index("date")
    assert two.loc["1997-06-10", "rung"] == "leaders"
    assert two.loc["1992-08-27", "rung"] == "", "ambassadors signed"
    assert set(events.loc[events["format"] == "BILAT", "participants"]) == {"AZE;TUR"}
    deputies = (events["event"] == "ministers_met") & (events["level"] == "working")
    assert set(events.loc[deputies, "rung"]) == {""}


def outcome(tables: Tables, country: str, body: str, date: str) -> int:
    table = tables.table("decisions")
    (value,) = table.loc[(table["country"] == country) & (table["body"] == body) & (table["date"] == date), "outcome"]
    return int(value)


def test_sure_decisions_are_as_everybody_knows_them(tables: Tables) -> None:
    assert outcome(tables, "TKM", "CM", "2018-03-15") == 0  # the first Consultative Meeting had four presidents
    assert outcome(tables, "UZB", "CM", "2018-03-15") == 1
    assert outcome(tables, "KAZ", "CM", "2019-11-29") == 0  # the first president, not the sitting one
    assert outcome(tables, "TKM", "CM", "2021-08-06") == 1
    assert outcome(tables, "UZB", "CST", "1999-04-02") == 0
    assert outcome(tables, "UZB", "CSTO", "2006-08-16") == 1
    assert outcome(tables, "UZB", "CSTO", "2012-06-20") == 0
    assert outcome(tables, "KGZ", "EAEU", "2014-12-23") == 1
    assert outcome(tables, "TKM", "CIS", "2005-08-26") == 0
    assert outcome(tables, "UZB", "OTS", "2019-10-15") == 1


def test_decisions_to_join_agree_with_the_memberships(tables: Tables) -> None:
    decisions, members = tables.table("decisions"), tables.table("memberships")
    members = members[members["status"] == "member"]
    joined = decisions[decisions["kind"].isin(["join", "renew"]) & (decisions["outcome"] == 1)]
    known = set(zip(members["country"], members["format"], strict=True))
    bodies = set(members["format"])
    rows = zip(joined["country"], joined["body"], strict=True)
    assert {row for row in rows if row[1] in bodies} <= known


def test_rulers_remember_what_they_left_and_successors_forget(tables: Tables) -> None:
    table = tables.table("decisions").set_index(["country", "body", "date"])
    assert table.loc[("UZB", "EAEU", "2014-05-29"), "left"] == 4
    assert table.loc[("UZB", "OTS", "2019-10-15"), "left"] == 0
    assert table.loc[("UZB", "CM", "2018-03-15"), "succession"] == 1
    assert table.loc[("TKM", "CST", "1992-05-15"), "neutrality"] == 0
    assert table.loc[("TKM", "CICA", "1999-09-14"), "neutrality"] == 1


def test_decisions_are_counted(tables: Tables) -> None:
    kinds = tables.table("decisions")["kind"].value_counts().to_dict()
    assert kinds == {"join": 79, "attend": 79, "renew": 13, "leave": 7}


def test_the_consultative_meetings_waited_seven_quarters_twice(tables: Tables) -> None:
    table = tables.table("calendar")
    own = table[table["series"] == "CM"]
    assert list(own["wait"]) == [7, 7, 1]
    assert list(own["open"]) == [4, 2, 0]  # of the second wait the fourth and fifth quarter were in the pandemic
    assert list(own["met"]) == [1, 1, 0]


def test_the_reference_class_is_that_of_the_facts(tables: Tables) -> None:
    table = tables.table("calendar").query("kind == 'outside' or kind == 'hub'")
    turkey = table[table["series"] == "REF_TUR_AFRICA"]
    assert list(turkey["wait"]) == [6, 7]
    assert (turkey["met"] == 1).all()
    assert set(table.loc[table["kind"] == "hub", "series"].str.endswith("ASEAN")) == {True}
    assert not table.loc[table["kind"] == "outside", "series"].str.endswith("ASEAN").any()
