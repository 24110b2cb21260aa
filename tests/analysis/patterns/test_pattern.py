"""The packaged patterns are whole and agree with the record; a faulty file is refused with its place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from analysis.patterns.small import FILE
from hedgesim.analysis.patterns.pattern import CONTROL, REPORTED, read_patterns
from hedgesim.analysis.patterns.scenarios import PatternScenarios
from hedgesim.errors import ScenarioError
from hedgesim.model.outcomes import diversity
from hedgesim.model.period import Period
from hedgesim.model.setting import Setting
from hedgesim.scenario.tables import read_tables

INTERVALS = {"first edition": "59dbf34376a774d2", "P16 and P17": "ca4426642f117c96"}
"""Starts of digests of intervals, each written down before the first score of what it is about."""
LATER = ("P16", "P17")
REPORTED_LATER = ("P11", 2)

PATTERNS = read_patterns()


def observed(pattern: str, *numbers: int) -> list[Any]:
    return [PATTERNS.parts[pattern, number].observed for number in numbers]


@pytest.fixture(scope="module")
def meetings() -> pd.DataFrame:
    table = read_tables().table("meetings")
    held = table[table["held"] == 1.0]
    return held.assign(year=held["date"].str[:4].astype(int))


def test_the_seventeen_patterns_are_there_and_a_placebo() -> None:
    assert list(PATTERNS.patterns) == [f"P{n}" for n in range(1, 18)]
    assert len(PATTERNS.placebos) == 1
    assert {name for (name, _), one in PATTERNS.parts.items() if one.kind == CONTROL} == {"P1"}
    assert all(any(one.kind != REPORTED for one in pattern.parts) for pattern in PATTERNS.all.values())
    PatternScenarios(PATTERNS).check()


def test_no_interval_was_moved() -> None:
    """If this fails, an acceptance interval is no longer what it was before the first score: put it back."""
    lines: dict[str, list[str]] = {edition: [] for edition in INTERVALS}
    for (name, number), one in PATTERNS.parts.items():
        edition = "P16 and P17" if name in LATER else "first edition"
        if (name, number) != REPORTED_LATER:
            lines[edition].append(f"{name}.{number} {one.summary} {one.missing} {one.interval}")
    digests = {edition: hashlib.sha256("\n".join(own).encode()).hexdigest()[:16] for edition, own in lines.items()}
    assert digests == INTERVALS


def test_what_is_built_in_is_marked() -> None:
    """By number of the part; each has a reason, which the field is."""
    marked = {key for key, part in PATTERNS.parts.items() if part.built_in}
    ladder = {("P4", 2), ("P8", 1), ("P11", 1), ("P11", 2), ("P12", 0)}
    given = {("P6", 0), ("P11", 0), ("P13", 0), ("P13", 1), ("P15", 0)}
    assert marked == ladder | given


def test_the_record_beside_what_is_stated_is_that_of_the_tables() -> None:
    table = read_tables().table("record").astype({"year": int})
    value = table[table["domain"] == "economy"].set_index(["country", "option", "year"])["low"]

    def change(of: Callable[[str, int], float]) -> str:
        return ", ".join(f"{code} {of(code, 2022) - of(code, 2021):+.3f}" for code in ("KAZ", "KGZ", "UZB"))

    def spread(code: str, year: int) -> float:
        held = np.asarray([value[code, power, year] for power in PATTERNS.groups["powers"]])
        return float(diversity(np, held[:, None])[0, 0])

    known = [PATTERNS.parts["P3", number].record or "" for number in (0, 1)]
    assert known[0].endswith(change(spread))
    assert known[1].endswith(change(lambda code, year: value[code, "region", year]))


@pytest.mark.parametrize(("key", "seen"), [(("P1", 2), 4), (("P10", 0), 14)])
def test_intervals_of_counts_are_exact_ones_of_a_poisson_rate(key: tuple[str, int], seen: int) -> None:
    part = PATTERNS.parts[key]
    assert part.interval is not None
    assert part.observed == seen
    assert part.interval.low == pytest.approx(chi2.ppf(0.05, 2 * seen) / 2, abs=0.005)
    assert part.interval.high == pytest.approx(chi2.ppf(0.95, 2 * seen + 2) / 2, abs=0.005)


def test_observed_meetings_are_those_of_the_record(meetings: pd.DataFrame) -> None:
    with_a_power = meetings[meetings["format"].str.match(r"C5_(?!AZ)") & (meetings["level"] == "leaders")]
    periods = (range(2015, 2022), [2022], [2023], [2024])
    assert observed("P2", 0, 1, 2, 4) == [with_a_power["year"].isin(years).sum() for years in periods]
    before = (with_a_power.loc[with_a_power["year"] == 2022, "date"] < "2022-02-24").sum()
    assert observed("P2", 3) == [f"{before} of the 4 came before the war"]
    assert not meetings["format"].isin(PATTERNS.groups["never_met"]).any()  # none ever
    of_us = meetings[meetings["format"] == "C5_US"]
    assert not of_us["participants"].str.contains("AZE").any()  # nor the six with the United States
    rose = [with_a_power["year"].isin(years).sum() for years in (range(2015, 2022), range(2022, 2025))]
    assert observed("P16", 0) == [f"{rose[0]} in 2015 to 2021, {rose[1]} in 2022 to 2024"]
    own = meetings[(meetings["format"] == "C5_US") & meetings["level"].isin(["ministers", "leaders"])]
    counts = own["year"].value_counts().reindex(range(2015, 2024), fill_value=0)
    assert list(counts) == [2, 2, 1, 0, 0, 2, 3, 2, 2]
    rise = counts.loc[2020:2022].sum() / 12 - counts.loc[2018:2019].sum() / 8
    assert observed("P10", 0, 1) == [counts.sum(), pytest.approx(rise, abs=0.005)]


def test_the_observed_rhythm_is_that_of_the_record(meetings: pd.DataFrame) -> None:
    held = meetings[(meetings["format"] == "CM") & (meetings["level"] == "leaders")]["date"].sort_values()
    days = pd.to_datetime(held).diff().dropna().dt.days.to_numpy()
    assert observed("P5", 0) == [pytest.approx(np.std(days, ddof=1) / np.mean(days), abs=0.005)]
    quarters = np.diff([Period.of_date(date).index for date in held])
    assert np.std(quarters, ddof=1) / np.mean(quarters) == pytest.approx(0.32, abs=0.005)
    assert not held.str.startswith("2020").any()
    assert observed("P4", 1) == [Period.of_date(held.iloc[0]).index - Period.parse("2016Q3").index] == [6]


def test_observed_trade_is_that_of_the_record() -> None:
    series = read_tables().table("series")
    shares = series[(series["series"] == "trade_share") & (series["basis"] == "national")]
    value = shares.set_index(["state", "partner", "year"])["value"]
    for number in range(8):
        one = PATTERNS.parts["P9", number]
        state, partner = one.statistic.of.country, one.statistic.of.option
        assert one.observed == pytest.approx(value[(state, partner, 2022)] / value[(state, partner, 2021)], abs=0.005)


def test_observed_switches_and_formality_are_those_of_the_record() -> None:
    rows = read_tables().table("memberships")
    pact = rows[rows["format"].isin(["CST", "CSTO"]) & rows["country"].isin(["KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE"])]
    moves = {(row.country, row.date[:4]) for row in pact.itertuples() if row.status in {"none", "member"}}
    switches = {one for one in moves if "1994" <= one[1] <= "2014" and one[1] != "2002"}
    assert observed("P1", 2) == [len(switches)] == [4]
    formats = read_tables().table("formats")
    new = formats[(formats["founded"] >= "2015") & (formats["founded"] != "")]
    assert observed("P6", 0) == [pytest.approx((new["formality"] >= 0.5).mean(), abs=0.005)]


def test_observed_meetings_among_the_six_are_those_of_the_record(meetings: pd.DataFrame) -> None:
    """In the table two with Azerbaijan are BILAT, ministers of the five are C5, and an exercise is of working level."""
    two = (meetings["format"] == "BILAT") & meetings["participants"].str.contains("AZE")
    own = meetings["format"].isin([*PATTERNS.groups["without_outsiders"], "C5"]) | two
    counted = meetings[own & (meetings["level"] != "working") | (meetings["format"] == "BIRLESTIK")]
    before, after = (counted["year"].between(*years).sum() for years in ((2015, 2021), (2022, 2024)))
    assert observed("P16", 1) == [f"{before} in 2015 to 2021, {after} in 2022 to 2024"]
    late = counted["year"][two].between(2022, 2024).sum()
    record = f"bilateral ones of Azerbaijan, {late} of the {after}, are listed from {counted['year'][two].min()} only"
    assert PATTERNS.parts["P16", 1].record == record


OF = "{name: presence, countries: [AZE, TKM], option: RUS}"
REALIGNED = "{name: outcome, outcome: realignments, countries: [AZE, TKM]}"
STATISTIC = "{name: value, of: {name: presence, countries: [AZE, TKM], option: RUS}, at: 2022Q3}"
RUNG = "{name: value, of: {name: has_met, format: CM, rung: leader}, at: 2022Q3}"
ORDER = "{name: order, during: 2021, first: [{name: tie, country: KAZ, partner: UZBB}]}"
PARTS = FILE[FILE.index("    parts:") : FILE.index("  habit_does_it_too")]
READ: dict[str, Setting] = {}
"""What the tables gave for the scenarios of these files, read once."""

# what is replaced, by what -> place, words of the fault, words of the remedy
FAULTS: dict[str, tuple[str, str, str, str, str]] = {
    "statistic": ("{name: value", "{name: valeu", "15:27", 'no statistic "valeu"', 'Did you mean "value"?'),
    "quantity for statistic": ("{name: value", "{name: presence", "15:27", "presence is a quantity", "Known: all_of"),
    "quantity": ("name: presence", "name: presense", "15:45", 'no quantity "presense"', 'Did you mean "presence"?'),
    "statistic for quantity": ("name: presence", "name: total", "15:45", "total is a statistic", "Known: absorbed"),
    "argument": ("at: 2022Q3", "att: 2022Q3", "15:92", 'no argument "att"', 'Did you mean "at"?'),
    "lacking": (", at: 2022Q3", "", "15:9", "at is missing", "Add at: a quarter such as"),
    "quarter": ("at: 2022Q3", "at: 2022Q5", "15:96", 'at must be a quarter, not "2022Q5"', "like 2022Q1"),
    "missing years": ("at: 2022Q3", "at: 2012Q4", "15:96", "runs 2021Q1 to 2022Q3, without 2012Q4", "Name quarters"),
    "group": ("countries: two", "countries: tow", "23:64", 'names no group "tow"', 'Did you mean "two"?'),
    "country": ("two: [KAZ, UZB]", "two: [KAS, UZB]", "23:64", 'has no country "KAS"', 'Did you mean "KAZ"?'),
    "option": ("option: RUS", "option: RUSS", "15:86", 'has no option "RUSS"', 'Did you mean "RUS"?'),
    "countries of all": (OF, REALIGNED, "15:77", "is an outcome of all countries together", "Leave countries out."),
    "no statistic": (STATISTIC, "{of: 3}", "15:20", "must name a statistic", "Write {name: ..., ...}"),
    "scenario": ("on: war", "on: wra", "13:13", 'unknown scenario "wra"', 'Did you mean "war"?'),
    "unknown scenario": ("scenario: war_2022", "scenario: war_2032", "war_2032", 'no scenario "war_2032"', "war_2022"),
    "source": ("[azizova2024]", "[azizova2042]", "10:15", 'unknown source "azizova2042"', "azizova2024"),
    "interval": ("interval: (-inf, 0)", "interval: [1, 0]", "18:19", "must rise from low to high", "Write it like"),
    "no reason": ("        reason: a test\n", "", "12:9", "lacks reason", "Add reason: why"),
    "key": ("        reason: a", "        raison: a", "19:9", 'unknown key "raison"', 'Did you mean "reason"?'),
    "summary": ("summary: q95", "summary: mode", "17:18", '"mode", which is not allowed', "median"),
    "missing": ("summary: q95", "summary: q95\n        missing: fails", "18:18", "run cannot fail", "left_out"),
    "no parts": (PARTS, "", "7:3", "parts is missing", "Add parts."),
    "name": ("{name: value", "{name: [1]", "15:27", "there is no statistic", "Known: all_of"),
    "no names": ("countries: two", "countries: []", "23:64", "must be a list of one or more names", "[a, b]"),
    "word": (STATISTIC, RUNG, "15:72", 'unknown rung "leader"', '"leaders"?'),
    "in a list": (STATISTIC, ORDER, "15:91", 'no country "UZBB"', '"UZB"?'),
    "placebo": ("  impossible:", "  falls:", "39:3", "is also a pattern", "another"),
    "twins": ("no_war, end: 2022Q3", "no_war", "14:15", "differ in seed or quarters", "of the same"),
    "table": ("observed: fell", "observed: fell\n        table: serie", "17:16", 'unknown table "serie"', '"series"?'),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_with_place_and_remedy(name: str, tmp_path: Path) -> None:
    old, new, place, fault, remedy = FAULTS[name]
    assert old in FILE
    file = tmp_path / "own.yaml"
    file.write_text(FILE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        PatternScenarios(read_patterns(file), settings=READ).check()
    text = str(error.value)
    assert text.startswith(f"{file}:{place}: ") or str(error.value.place).startswith(place), text
    assert fault in text
    assert remedy in text
    assert "\n" not in text
