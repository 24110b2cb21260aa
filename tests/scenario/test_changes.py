"""Dated changes: what a scenario file may say of memberships, rules and formats from a quarter on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hedgesim.errors import ScenarioError
from hedgesim.model.period import Period
from hedgesim.scenario import KnownNames, read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.changes import rule_at
from hedgesim.scenario.citations import citations_of
from hedgesim.scenario.twins import difference, name_of_twin, read_twin

from .examples import BASE, read
from .test_bad_input import error_of

Writer = Callable[..., Path]

HEAD = "changes:\n  one: {date: 2025Q1, source: assumption, "
BAD = {
    "membership: {country: DDD, format: CLUB, status: none}}": (
        'unknown country "DDD" in changes.one.membership.country. Known: AAA, BBB, CCC.'
    ),
    "membership: {country: AAA, format: CLAB, status: none}}": (
        'unknown format "CLAB" in changes.one.membership.format. Did you mean "CLUB"? Known: CLUB, SUMMIT.'
    ),
    "membership: {country: AAA, format: CLUB, status: gone}}": (
        'changes.one.membership.status is "gone", which is not allowed. Known: none, guest, observer or member.'
    ),
    "rule: {country: AAA, rule: ballancing}}": (
        'there is no rule "ballancing" for countries. Known: bandwagoning, multi_vector, neutrality.'
    ),
    "rule: {country: AAA, alpha: 7}}": "changes.one.rule.alpha is 7, out of range. Write a number from 0 to 6.",
    "rule: {country: CCC, alpha: 1}}": 'the rule neutrality has no parameter "alpha". Known: rule.',
    "rule: {country: RED, rule: neutrality}}": (
        'unknown country "RED" in changes.one.rule.country. Known: AAA, BBB, CCC, all.'
    ),
    "rule: {country: AAA}}": "changes.one.rule changes nothing. Add rule: NAME, or a parameter.",
    "rule: {rule: neutrality}}": "changes.one.rule must name one country or one power. Write country: CODE.",
    "format: {format: CLUB, rung: none, members: [AAA]}}": "a format that closes has no members. Leave them out.",
    "name: nothing}": (
        "changes.one has none of format, membership, rule. Write one of them, and a change of its own for each "
        "further one."
    ),
    "membership: {country: AAA, format: CLUB, status: none}, date: 2021Q1}": 'the key "date" is there twice',
}


@pytest.mark.parametrize(("rest", "said"), BAD.items(), ids=BAD)
def test_a_change_that_cannot_be_is_refused_with_place_fault_and_remedy(
    rest: str, said: str, write: Writer, words: KnownNames
) -> None:
    error = error_of(write(BASE + HEAD + rest + "\n"), names=words)
    assert str(error.place).startswith("x.yaml:29:")
    assert said in str(error)


@pytest.mark.parametrize("date", ["2021Q1", "2027Q1"])
def test_a_change_is_dated_after_the_start_and_up_to_the_end(date: str, write: Writer, words: KnownNames) -> None:
    path = write(BASE + HEAD + "rule: {power: RED, rule: patron}}\n")
    assert f"changes.one.date is {date}" in str(error_of(path, overrides=[f"changes.one.date={date}"], names=words))


def test_two_changes_of_one_thing_at_one_date_contradict_each_other(write: Writer, words: KnownNames) -> None:
    line = "date: 2025Q1, source: assumption, rule: {country: AAA, rule: neutrality}}\n"
    path = write(f"{BASE}changes:\n  one: {{{line}  two: {{{line}")
    assert str(error_of(path, names=words)) == (
        "x.yaml:30:3: changes.one and changes.two both give the rule of AAA in 2025Q1. Keep one of the two."
    )
    assert len(read(path, overrides=["changes.two.date=2025Q2"], names=words).changes) == 2


def test_rules_change_in_the_order_of_dates_and_a_parameter_alone_keeps_the_rule(
    write: Writer, words: KnownNames
) -> None:
    text = """\
changes:
  c: {date: 2025Q1, source: assumption, rule: {country: all, rule: neutrality}}
  b: {date: 2024Q1, source: assumption, rule: {country: AAA, memory: 3}}
  a: {date: 2025Q1, source: assumption, rule: {country: BBB, rule: multi_vector, alpha: 1}}
"""
    scenario = read(write(BASE + text), names=words)

    def of(code: str, quarter: str) -> object:
        return rule_at(scenario.rules, scenario.changes, ("countries", code), Period.parse(quarter))

    assert of("AAA", "2023Q4") == ("multi_vector", {"alpha": 2}, frozenset())
    assert of("AAA", "2024Q1") == ("multi_vector", {"alpha": 2, "memory": 3}, {"memory"})
    assert of("AAA", "2025Q1") == ("neutrality", {}, None)
    assert of("BBB", "2024Q4") == ("multi_vector", {"alpha": 2}, frozenset())
    assert of("BBB", "2025Q1") == ("multi_vector", {"alpha": 1}, None)


LEAVES = "changes:\n  out: {date: 2025Q1, source: assumption, membership: {country: KAZ, format: EAEU, status: none}}\n"
WAR = "purpose: p\nextends: war_2022\nseed: 1\n"


def test_a_twin_lacks_the_change_that_is_named_and_diff_and_sources_list_it(write: Writer) -> None:
    scenario = read_scenario(write(WAR + LEAVES))
    twin = read_twin(scenario, None, ["out", "january_2022"])
    assert (dict(twin.changes), twin.omit_shocks) == ({}, (*scenario.omit_shocks, "january_2022"))
    assert name_of_twin(scenario, twin) == "x without january_2022 and out"
    paths = {row.path for row in difference(scenario, twin)}
    assert paths == {"omit_shocks", *(f"changes.out.{key}" for key in ("date", "source")),
                     *(f"changes.out.membership.{key}" for key in ("country", "format", "status"))}  # fmt: skip
    numbers = citations_of(scenario, read_inputs(scenario))
    (row,) = numbers[numbers["part"] == "changes"].to_dict("records")
    assert (row["what"], row["date"], row["confidence"]) == ("out KAZ leaves EAEU", "2025Q1", "assumption")


def test_a_twin_may_lack_a_shock_of_its_own(write: Writer) -> None:
    scenario = read_scenario("russia_coerces")
    name = next(iter(scenario.shocks))
    assert name not in read_twin(scenario, None, [name]).shocks


@pytest.mark.parametrize(("change", "said"), [
    ("membership: {country: KAZ, format: CACO, status: member}", "CACO is never at work in this scenario"),
    ("format: {format: CACO, rung: leaders}", "CACO is never at work in this scenario"),
])  # fmt: skip
def test_a_change_of_a_format_that_is_never_at_work_is_refused(change: str, said: str, write: Writer) -> None:
    scenario = read_scenario(write(f"{WAR}changes:\n  out: {{date: 2025Q1, source: assumption, {change}}}\n"))
    with pytest.raises(ScenarioError, match=said) as caught:
        read_inputs(scenario)
    assert str(caught.value.place).startswith("x.yaml:5:")


def test_an_override_without_effect_is_refused_with_the_change_that_does_it(write: Writer) -> None:
    key = "key: {country: KAZ, format: EAEU, from: 2015-01-01}"
    path = write(f"{WAR}data:\n  - {{table: memberships, {key}, column: to, value: 2025-01-01, source: assumption}}\n")
    with pytest.raises(ScenarioError) as caught:
        read_inputs(read_scenario(path))
    assert caught.value.fault == (
        "to of this row changes nothing: a run reads memberships as known at its start, 2021Q1"
    )
    assert "{date: 2025Q1, source: assumption, membership: {country: KAZ, format: EAEU, status: none}}" in str(
        caught.value.remedy
    )
    read_inputs(read_scenario(path, overrides=["data.0.value=2020-01-01"]))
