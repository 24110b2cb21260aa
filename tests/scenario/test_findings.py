"""All faults of a scenario are named in one round, and a fault is named once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from command_line import call
from hedgesim.errors import ScenarioError
from hedgesim.scenario import read_scenario

Writer = Callable[..., Path]

MANY = """\
purpose: Faults of many kinds
extends: war_2022
sede: 3
settings: {taste.threat: 99}
powers: [RUS, CHN, Rusia]
rules:
  countries: {Kazahstan: {rule: balancing}, UZB: {rule: balancin}}
shock_sizes: {war_2202: 0.5}
shocks:
  late: {date: 2031Q1, source: assumption, channels: [{channel: intention, powers: [RUS], size: 0.1}]}
  both: {date: 2025Q1, source: nobody, arrival: {rate: 0.1}, channels: [
    {channel: strain, countries: [KAZ], size: 9, half_life: -1}]}
changes:
  early: {date: 2020Q1, source: nobody, membership: {country: KAZ, format: EAEUX, status: gone}}
  caco: {date: 2025Q1, source: assumption, membership: {country: KAZ, format: CACO, status: member}}
  turn: {date: 2024Q1, source: assumption, rule: {country: Kazahstan, rule: balancing}}
  same1: {date: 2024Q1, source: assumption, membership: {country: KAZ, format: EAEU, status: none}}
  same2: {date: 2024Q1, source: assumption, membership: {country: KAZ, format: EAEU, status: guest}}
data:
  - {table: trust, key: {country: TKM, partner: AZE}, column: valu, value: 7, source: nobody}
"""
FAULTS = (
    '3:1: unknown key "sede"',
    "4:26: settings.taste.threat is 99, out of range",
    '5:20: unknown power "Rusia" in powers. Did you mean "RUS"?',
    '7:15: unknown country "Kazahstan" in rules.countries. Did you mean "KAZ"?',
    '7:57: there is no rule "balancin" for countries',
    '8:15: unknown shock or event "war_2202" in shock_sizes. Did you mean "war_2022"?',
    "10:16: shocks.late.date is 2031Q1, and the scenario runs from 2021Q1 to 2026Q4",
    '11:32: unknown source "nobody"',
    "11:40: shocks.both has both date and arrival",
    "12:47: size 9 of strain is out of range",
    "12:61: shocks.both.channels.0.half_life is -1 but must be above 0",
    "14:17: changes.early.date is 2020Q1, and the scenario runs from 2021Q1 to 2026Q4",
    '14:33: unknown source "nobody"',
    '14:76: unknown format "EAEUX"',
    '14:91: changes.early.membership.status is "gone"',
    "15:79: CACO is never at work in this scenario",
    '16:60: unknown country "Kazahstan" in changes.turn.rule.country. Did you mean "KAZ"?',
    "18:3: changes.same1 and changes.same2 both give the status of KAZ in 2024Q1",
    "20:20: the key lacks start",
    '20:63: table trust has no value column "valu"',
    '20:87: unknown source "nobody"',
)


def test_one_round_names_every_fault_of_a_file(write: Writer) -> None:
    lines = faults_of(write(MANY))
    assert len(lines) == len(FAULTS)
    for line, begin in zip(lines, FAULTS, strict=True):
        assert line.startswith(f"x.yaml:{begin}")


def test_run_and_check_name_the_same(write: Writer) -> None:
    path = str(write(MANY))
    ran, checked = call("run", path, "-o", "out"), call("check", path)
    assert (ran.code, checked.code) == (2, 2)
    assert ran.err == checked.err
    assert len(ran.err.splitlines()) == len(FAULTS)


def faults_of(path: Path, *overrides: str) -> list[str]:
    """The faults of a scenario, which has some, in their order."""
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path, overrides=overrides)
    return [str(one) for one in caught.value.all]


HEAD = "purpose: p\nextends: war_2022\n"
SHOCK = "shocks:\n  a: {date: 2025Q1, source: assumption, channels: [{channel: strain, countries: [KAZ], size: 0.1}]}\n"

ONE = {
    "a start that cannot be read": "start: soon\n" + SHOCK,
    "an end before the start": "end: 2020Q1\n" + SHOCK.replace("2025Q1", "2021Q2"),
    "a key that is misspelt": SHOCK.replace("countries", "countris"),
    "a shock without a date": SHOCK.replace("date: 2025Q1, ", ""),
    "a shock of which sizes are given": SHOCK.replace("0.1", "much") + "shock_sizes: {a: 2}\n",
    "a channel that is unknown": SHOCK.replace("strain", "strane"),
    "an omitted shock that is unknown": "omit_shocks: [war_2022, moon]\n" + SHOCK.replace(" a:", " war_2022:"),
    "a rule on which a change rests": (
        "rules: {countries: {KAZ: {rule: balancin}}}\n"
        "changes:\n  a: {date: 2025Q1, source: assumption, rule: {country: KAZ, recoil: 4}}\n"
    ),
    "the first of two changes of a rule": (
        "changes:\n"
        "  a: {date: 2024Q1, source: assumption, rule: {country: KAZ, rule: balancin}}\n"
        "  b: {date: 2025Q1, source: assumption, rule: {country: KAZ, recoil: 4}}\n"
    ),
    "a country": "countries: [KAZ, UZB, Narnia]\n" + SHOCK,
    "a source of its own": SHOCK.replace("assumption", "mine") + "sources: {mine: {citation: 3}}\n",
}


@pytest.mark.parametrize("text", ONE.values(), ids=ONE)
def test_what_only_follows_from_a_fault_is_not_named(text: str, write: Writer) -> None:
    (line,) = faults_of(write(HEAD + text))
    assert line.startswith("x.yaml:")


def test_faults_of_options_are_named_with_those_of_the_file(write: Writer) -> None:
    text = HEAD + "sede: 1\nshocks: {never: null}\n"
    lines = faults_of(write(text), "foo=1", "end", "shocks.no.date=2025Q1", "settings.taste.threat=99")
    places = [line.partition(": ")[0] for line in lines]
    assert places == [
        "--set 'foo'", "--set 'end'", "--set 'shocks.no.date'", "--set settings.taste.threat=99", "x.yaml:3:1",
        "x.yaml:4:10",
    ]  # fmt: skip


def test_a_row_that_is_not_there_and_a_change_that_cannot_be_are_named_together(write: Writer) -> None:
    key = "key: {start: 2021Q1, country: TKM, partner: AZX}"
    data = f"data:\n  - {{table: trust, {key}, column: value, value: 0.5, source: assumption}}\n"
    change = "membership: {country: KAZ, format: CACO, status: member}"
    text = f"{HEAD}{data}changes:\n  a: {{date: 2025Q1, source: assumption, {change}}}\n"
    lines = call("check", str(write(text))).err.splitlines()
    assert len(lines) == 2
    assert "no row with" in lines[0]
    assert "CACO is never at work" in lines[1]
