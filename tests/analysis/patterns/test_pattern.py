"""The packaged patterns are whole and agree with the record; a faulty file is refused with its place."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from hedgesim.analysis.patterns.pattern import CONTROL, REPORTED, Part, Patterns, read_patterns
from hedgesim.analysis.patterns.scenarios import PatternScenarios
from hedgesim.errors import ScenarioError
from hedgesim.model.period import Period
from hedgesim.model.setting import Setting
from hedgesim.scenario.tables import read_tables

INTERVALS = "59dbf34376a774d2"
"""Start of the digest of every interval, written down with the first commit of the file, before the first score."""


@pytest.fixture(scope="module")
def patterns() -> Patterns:
    return read_patterns()


@pytest.fixture(scope="module")
def meetings() -> pd.DataFrame:
    table = read_tables().table("meetings")
    return table[table["held"] == 1.0]


def part(patterns: Patterns, name: str, number: int) -> Part:
    return patterns.parts[(name, number)]


def test_the_fifteen_patterns_are_there_and_a_placebo(patterns: Patterns) -> None:
    assert list(patterns.patterns) == [f"P{n}" for n in range(1, 16)]
    assert len(patterns.placebos) == 1
    assert {name for (name, _), one in patterns.parts.items() if one.kind == CONTROL} == {"P1"}
    assert all(any(one.kind != REPORTED for one in pattern.parts) for pattern in patterns.all.values())
    PatternScenarios(patterns).check()


def test_no_interval_was_moved(patterns: Patterns) -> None:
    """If this fails, an acceptance interval is no longer what it was before the first score: put it back."""
    text = "\n".join(
        f"{name}.{number} {one.summary} {one.missing} {one.interval}" for (name, number), one in patterns.parts.items()
    )
    assert hashlib.sha256(text.encode()).hexdigest()[: len(INTERVALS)] == INTERVALS


@pytest.mark.parametrize(("key", "seen"), [(("P1", 2), 4), (("P10", 0), 14)])
def test_intervals_of_counts_are_exact_ones_of_a_poisson_rate(
    patterns: Patterns, key: tuple[str, int], seen: int
) -> None:
    interval = part(patterns, *key).interval
    assert interval is not None
    assert part(patterns, *key).observed == seen
    assert interval.low == pytest.approx(chi2.ppf(0.05, 2 * seen) / 2, abs=0.005)
    assert interval.high == pytest.approx(chi2.ppf(0.95, 2 * seen + 2) / 2, abs=0.005)


def test_observed_meetings_are_those_of_the_record(patterns: Patterns, meetings: pd.DataFrame) -> None:
    year, leaders = meetings["date"].str[:4].astype(int), meetings["level"] == "leaders"
    with_a_power = meetings["format"].str.match(r"C5_(?!AZ)") & leaders
    for number, years in ((0, range(2015, 2022)), (1, [2022]), (2, [2023]), (4, [2024])):
        assert part(patterns, "P2", number).observed == int((with_a_power & year.isin(years)).sum())
    before = meetings[with_a_power & (year == 2022)]["date"]
    assert part(patterns, "P2", 3).observed == f"{(before < '2022-02-24').sum()} of the 4 came before the war"
    never = meetings["format"].isin(["C5_TUR", "C5_IRN", "C6_US"])
    assert not never.any()


def test_observed_meetings_with_the_united_states_are_those_of_the_record(
    patterns: Patterns, meetings: pd.DataFrame
) -> None:
    own = meetings[(meetings["format"] == "C5_US") & meetings["level"].isin(["ministers", "leaders"])]
    counts = own["date"].str[:4].astype(int).value_counts().reindex(range(2015, 2024), fill_value=0)
    assert list(counts) == [2, 2, 1, 0, 0, 2, 3, 2, 2]
    assert part(patterns, "P10", 0).observed == counts.sum()
    rise = counts.loc[2020:2022].sum() / 12 - counts.loc[2018:2019].sum() / 8
    assert part(patterns, "P10", 1).observed == pytest.approx(rise, abs=0.005)
    assert counts.loc[:2021].max() == 3
    assert counts.loc[2022:].max() == 2
    assert counts.loc[2015:2017].sum() == 5


def test_the_observed_rhythm_is_that_of_the_record(patterns: Patterns, meetings: pd.DataFrame) -> None:
    held = meetings[(meetings["format"] == "CM") & (meetings["level"] == "leaders")]["date"].sort_values()
    days = pd.to_datetime(held).diff().dropna().dt.days.to_numpy()
    assert part(patterns, "P5", 0).observed == pytest.approx(np.std(days, ddof=1) / np.mean(days), abs=0.005)
    quarters = np.diff([Period.of_date(date).index for date in held])
    assert np.std(quarters, ddof=1) / np.mean(quarters) == pytest.approx(0.32, abs=0.005)
    assert not held.str.startswith("2020").any()
    assert Period.of_date(held.iloc[0]).index - Period.parse("2016Q3").index == part(patterns, "P4", 1).observed == 6


def test_observed_trade_is_that_of_the_record(patterns: Patterns) -> None:
    series = read_tables().table("series")
    shares = series[(series["series"] == "trade_share") & (series["basis"] == "national")]
    value = shares.set_index(["state", "partner", "year"])["value"]
    for number in range(8):
        one = part(patterns, "P9", number)
        of = one.statistic.of
        state, partner = of.country, of.option
        assert one.observed == pytest.approx(value[(state, partner, 2022)] / value[(state, partner, 2021)], abs=0.005)


def test_observed_switches_and_formality_are_those_of_the_record(patterns: Patterns) -> None:
    rows = read_tables().table("memberships")
    pact = rows[rows["format"].isin(["CST", "CSTO"]) & rows["country"].isin(["KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE"])]
    left = {(row.country, row.date[:4]) for row in pact[pact["status"] == "none"].itertuples()}
    joined = {(row.country, row.date[:4]) for row in pact[pact["status"] == "member"].itertuples()}
    switches = {one for one in left | joined if "1994" <= one[1] <= "2014" and one[1] != "2002"}
    assert len(switches) == part(patterns, "P1", 2).observed == 4
    formats = read_tables().table("formats")
    new = formats[(formats["founded"] >= "2015") & (formats["founded"] != "")]
    formal = new["base_formality"] + 0.10 * new["procedures"] + 0.25 * new["secretariat"]
    assert part(patterns, "P6", 0).observed == pytest.approx((formal >= 0.5).mean(), abs=0.005)


WHOLE = """\
groups: {two: [KAZ, UZB]}
scenarios:
  war: {scenario: war_2022, end: 2021Q4}
patterns:
  A:
    statement: A test
    period: 2021
    sources: [azizova2024]
    parts:
      - says: presence
        on: war
        statistic: {name: value, of: {name: presence, countries: two, option: RUS}, at: 2021Q4}
        observed: 1
        summary: median
        interval: [0, 1]
        reason: a test
"""
STATISTIC = "{name: value, of: {name: presence, countries: two, option: RUS}, at: 2021Q4}"
PART = f"{{says: a, on: war, summary: mean, statistic: {STATISTIC}}}"
PLACEBO = f"{{statement: a, period: 1, sources: [wits], parts: [{PART}]}}"
RUNG = "{name: value, of: {name: has_met, format: CM, rung: leader}, at: 2021Q4}"
ORDER = "{name: order, during: 2021, first: [{name: tie, country: KAZ, partner: UZBB}]}"
READ: dict[str, Setting] = {}
"""What the tables gave for the scenarios of these files, read once."""

# what is replaced, by what -> place, words of the fault, words of the remedy
FAULTS: dict[str, tuple[str, str, str, str, str]] = {
    "statistic": ("{name: value", "{name: valeu", "12:27", 'no statistic "valeu"', 'Did you mean "value"?'),
    "quantity for statistic": ("{name: value", "{name: presence", "12:27", "presence is a quantity", "Known: all_of"),
    "quantity": ("name: presence", "name: presense", "12:45", 'no quantity "presense"', 'Did you mean "presence"?'),
    "statistic for quantity": ("name: presence", "name: total", "12:45", "total is a statistic", "Known: absorbed"),
    "argument": ("at: 2021Q4", "att: 2021Q4", "12:85", 'no argument "att"', 'Did you mean "at"?'),
    "lacking": (", at: 2021Q4", "", "12:9", "at is missing", "Add at: a quarter such as"),
    "quarter": ("at: 2021Q4", "at: 2021Q5", "12:89", 'at must be a quarter, not "2021Q5"', "like 2022Q1"),
    "missing years": ("at: 2021Q4", "at: 2012Q4", "12:89", "runs 2021Q1 to 2021Q4, without 2012Q4", "Name quarters"),
    "group": ("countries: two", "countries: tow", "12:66", 'names no group "tow"', 'Did you mean "two"?'),
    "country": ("[KAZ, UZB]", "[KAS, UZB]", "12:66", 'has no country "KAS"', 'Did you mean "KAZ"?'),
    "option": ("option: RUS", "option: RUSS", "12:79", 'has no option "RUSS"', 'Did you mean "RUS"?'),
    "no statistic": (STATISTIC, "{of: 3}", "12:20", "must name a statistic", "Write {name: ..., ...}"),
    "scenario": ("on: war", "on: wra", "11:13", 'unknown scenario "wra"', 'Did you mean "war"?'),
    "unknown scenario": ("scenario: war_2022", "scenario: war_2032", "war_2032", 'no scenario "war_2032"', "war_2022"),
    "source": ("[azizova2024]", "[azizova2042]", "8:15", 'unknown source "azizova2042"', "azizova2024"),
    "interval": ("interval: [0, 1]", "interval: [1, 0]", "15:19", "must rise from low to high", "Write it like"),
    "no reason": ("        reason: a test\n", "", "10:9", "lacks reason", "Add reason: why"),
    "key": ("        reason: a", "        raison: a", "16:9", 'unknown key "raison"', 'Did you mean "reason"?'),
    "summary": ("summary: median", "summary: mode", "14:18", '"mode", which is not allowed', "median"),
    "missing": ("summary: median", "summary: median\n        missing: fails", "15:18", "run cannot fail", "left_out"),
    "no parts": (WHOLE[WHOLE.index("    parts:") :], "", "5:3", "parts is missing", "Add parts."),
    "name": ("{name: value", "{name: [1]", "12:27", "there is no statistic", "Known: all_of"),
    "no names": ("countries: two", "countries: []", "12:66", "must be a list of one or more names", "[a, b]"),
    "word": (STATISTIC, RUNG, "12:72", 'unknown rung "leader"', '"leaders"?'),
    "in a list": (STATISTIC, ORDER, "12:91", 'no country "UZBB"', '"UZB"?'),
    "placebo": ("patterns:", f"placebos: {{A: {PLACEBO}}}\npatterns:", "4:12", "is also a pattern", "another"),
    "table": ("observed: 1", "observed: 1\n        table: serie", "14:16", 'unknown table "serie"', '"series"?'),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_with_place_and_remedy(name: str, tmp_path: Path) -> None:
    old, new, place, fault, remedy = FAULTS[name]
    assert old in WHOLE
    file = tmp_path / "own.yaml"
    file.write_text(WHOLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        PatternScenarios(read_patterns(file), settings=READ).check()
    text = str(error.value)
    assert text.startswith(f"{file}:{place}: ") or str(error.value.place).startswith(place), text
    assert fault in text
    assert remedy in text
    assert "\n" not in text


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(WHOLE, encoding="utf-8")
    read = read_patterns(file)
    PatternScenarios(read, settings=READ).check()
    assert list(read.parts) == [("A", 0)]


def test_twins_must_have_the_same_quarters(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    text = WHOLE.replace("on: war\n", "on: war\n        less: long\n")
    file.write_text(text.replace("2021Q4}\npatterns", "2021Q4}\n  long: {scenario: war_2022}\npatterns"), "utf-8")
    with pytest.raises(ScenarioError, match=r"own.yaml:13:15: war and long differ in seed or quarters"):
        PatternScenarios(read_patterns(file), settings=READ).check()
