"""`--set PATH=VALUE` changes one value, or says why it cannot."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hedgesim.errors import ScenarioError

from .examples import BASE, read

Writer = Callable[..., Path]


def test_overrides_reach_every_kind_of_path_and_the_last_wins(write: Writer) -> None:
    scenario = read(
        write(BASE),
        overrides=[
            "end=2022Q4",
            "end = 2023Q4",
            "settings.alignment.threat_weight=2",
            "settings.some.new.name=1e-3",
            "rules.countries.AAA.rule=bandwagoning",
            "rules.countries.AAA.pull=.5",
            "rules.powers.BLUE={rule: suitor}",
            "shocks.war.date=2022Q3",
            "shocks.war.channels.1.countries=[BBB, CCC]",
            "shocks.quake=null",
            "data.0.value=guest",
            "purpose=a = b",
            "countries=[AAA, BBB, CCC, NO]",
        ],
    )
    assert str(scenario.end) == "2023Q4"
    assert scenario.settings["alignment.threat_weight"] == 2.0
    assert scenario.settings["some.new.name"] == 0.001
    assert scenario.rules.of_country("AAA") == ("bandwagoning", {"pull": 0.5})
    assert scenario.rules.of_power("BLUE") == ("suitor", {})
    assert list(scenario.shocks) == ["war"]
    assert str(scenario.shocks["war"].date) == "2022Q3"
    assert scenario.shocks["war"].channels[1].countries == ("BBB", "CCC")
    assert scenario.data[0].value == "guest"
    assert scenario.purpose == "a = b"
    assert scenario.countries == ("AAA", "BBB", "CCC", "NO")


REFUSED = {
    "end": "--set 'end': there is no = in it. Write it like --set end=2024Q4.",
    "": "--set '': there is no = in it. Write it like --set end=2024Q4.",
    "end=": "--set end=: there is no value after =. "
    "Write it like --set end=2024Q4. Write null for no value.",
    "setings.x=1": "--set 'setings.x': a scenario has no key \"setings\". Did you mean \"settings\"? "
    "Known: aggressor, countries, data, domains, end, extends, formats, omit_shocks, parameters, powers, "
    "purpose, recorded_shocks, rules, seed, settings, shock_sizes, shocks, start, tables.",
    "start.year=1": "--set 'start.year': start has no key \"year\". start holds no further keys.",
    "settings.=1": "--set 'settings.': settings has no key \"\". settings holds no further keys.",
    "rules.country.AAA.rule=habit": "--set 'rules.country.AAA.rule': rules has no key \"country\". "
    'Did you mean "countries"? Known: countries, powers.',
    "shocks.wra.date=2022Q1": "--set 'shocks.wra.date': the scenario has no own shock \"wra\". "
    'Did you mean "war"? Known: quake, war.',
    "shocks.war.dat=2022Q1": "--set 'shocks.war.dat': shocks.war has no key \"dat\". "
    'Did you mean "date"? Known: arrival, channels, date, name, source.',
    "shocks.war.channels.2.size=1": "--set 'shocks.war.channels.2.size': shocks.war.channels has no position "
    '"2". It has 2 entries, counted from 0.',
    "shocks.war.channels.first.size=1": "--set 'shocks.war.channels.first.size': shocks.war.channels has no "
    'position "first". It has 2 entries, counted from 0.',
    "shocks.war.channels.0.sise=1": "--set 'shocks.war.channels.0.sise': shocks.war.channels.0 has no key "
    '"sise". Did you mean "size"? Known: channel, countries, domains, duration, half_life, options, partner, '
    "powers, ramp, size.",
    "extends=x.yaml": "--set 'extends': extends is followed before --set. Change it in the file.",
    "end=[a": "--set end=[a: this is not valid YAML: did not find expected ',' or ']'. "
    "Check indentation, colons, quotes and brackets near here.",
    "end=&a 2022Q1": "--set end=&a 2022Q1: the anchor &a is not allowed. Write the value out.",
    "settings.alignment.noise=.nan": "--set settings.alignment.noise=.nan: .nan is not a finite number. "
    "Write a finite number.",
    "settings.alignment.noise=high": "--set settings.alignment.noise=high: settings.alignment.noise must be "
    'a number, not "high". Write it like 0.5.',
    "end=2020Q1": "--set end=2020Q1: end 2020Q1 is not after start 2021Q1. "
    "Choose an end at least one quarter after the start.",
    "shocks.war.name=null": None,
    "tables=..": "--set tables=..: \"..\" leaves the folder of the scenario file. "
    "Name a path below the folder of the scenario file, without links that leave it.",
}  # fmt: skip


@pytest.mark.parametrize(("override", "line"), REFUSED.items())
def test_overrides_that_cannot_be_are_refused(override: str, line: str | None, write: Writer) -> None:
    path = write(BASE)
    if line is None:
        assert read(path, overrides=[override]).shocks["war"].name is None
        return
    with pytest.raises(ScenarioError) as caught:
        read(path, overrides=[override])
    assert str(caught.value) == line
