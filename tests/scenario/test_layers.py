"""Scenarios laid over each other: ancestors value by value, each keeping its place, and `--set PATH=VALUE`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hedgesim.errors import Place, ScenarioError
from hedgesim.scenario import Scenario
from hedgesim.scenario.twins import difference

from .examples import BASE, read

Writer = Callable[..., Path]


def line_of(path: str | Path, *overrides: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read(path, overrides=overrides)
    return str(caught.value)


@pytest.fixture
def child(write: Writer) -> Callable[[str], Scenario]:
    write(BASE, "base.yaml")
    return lambda text: read(write("extends: base.yaml\n" + text, "child.yaml"))


def test_mappings_merge_and_lists_and_scalars_are_replaced(child: Callable[[str], Scenario]) -> None:
    scenario = child(
        "end: 2025Q4\n"
        "settings: {alignment.noise: 0.2}\n"
        "rules: {countries: {AAA: {rule: habit}, all: {alpha: 3}}}\n"
        "shocks:\n  war:\n    date: 2023Q1\n    channels: [{channel: strain, countries: [AAA], size: 1}]\n"
    )
    assert scenario.extends is None
    assert scenario.purpose == "The war breaks out"
    assert scenario.settings == {"alignment.noise": 0.2, "alignment.threat_weight": 1.2}
    assert scenario.rules.of_country("AAA") == ("habit", {})
    assert scenario.rules.of_country("BBB") == ("multi_vector", {"alpha": 3.0})
    assert scenario.shocks["war"].name == "The war"
    assert [channel.channel for channel in scenario.shocks["war"].channels] == ["strain"]
    assert scenario.places["shocks.war.date"] == Place("child.yaml", 7, 11)
    assert scenario.places["shocks.war.name"] == Place("base.yaml", 15, 11)


def test_null_deletes_what_is_inherited(child: Callable[[str], Scenario]) -> None:
    scenario = child(
        "settings: {alignment.noise: null}\n"
        "rules: {countries: {CCC: null, all: {alpha: null}}, powers: {RED: ~}}\n"
        "shocks: {war: null, quake: {arrival: null, date: 2022Q1}}\n"
        "aggressor: null\n"
    )
    assert scenario.settings == {"alignment.threat_weight": 1.2}
    assert scenario.rules.of_country("CCC") == ("multi_vector", {})
    assert scenario.rules.powers == {}
    assert list(scenario.shocks) == ["quake"]
    assert scenario.shocks["quake"].arrival is None
    assert scenario.aggressor is None


FAULTS = {
    "own line": (
        BASE,
        "shocks:\n  wars: null\n",
        'x.yaml:3:3: null deletes "shocks.wars", but no such key is inherited. '
        'Leave the line out. Did you mean "war"? Known: quake, war.',
    ),
    "inherited value": (
        BASE.replace("rate: 0.05", "rate: -1"),
        "end: 2025Q4\n",
        "lib/base.yaml:22:21: shocks.quake.arrival.rate is -1 but must be above 0. Write a number above 0.",
    ),
    "own value against an inherited one": (
        BASE,
        "end: 2021Q4\n",
        "lib/base.yaml:16:11: shocks.war.date is 2022Q2, and the scenario runs from 2021Q1 to 2021Q4. "
        "Choose a date from 2021Q1 to 2021Q4.",
    ),
    "own start against an inherited end": (
        BASE,
        "start: 1000Q1\n",
        "x.yaml:2:8: end 2026Q4 is 4107 quarters after start 1000Q1. Choose at most 400 quarters.",
    ),
    "own end against an inherited start": (
        BASE,
        "end: 2021Q1\n",
        "x.yaml:2:6: end 2021Q1 is not after start 2021Q1. Choose an end at least one quarter after the start.",
    ),
    "broken YAML": (
        "purpose: a\npurpose: b\n",
        "",
        'lib/base.yaml:2:1: the key "purpose" is there twice (first at lib/base.yaml:1:1). Keep one of the two.',
    ),
}


@pytest.mark.parametrize(("base", "own", "line"), FAULTS.values(), ids=FAULTS)
def test_fault_of_a_layer_is_placed_in_its_file(base: str, own: str, line: str, write: Writer) -> None:
    write(base, "lib/base.yaml")
    write("extends: base.yaml\n", "lib/middle.yaml")
    assert line_of(write("extends: lib/middle.yaml\n" + own)) == line


def test_cycle_names_its_chain(write: Writer) -> None:
    write("extends: c.yaml\n", "b.yaml")
    write("extends: ./b.yaml\n", "c.yaml")
    assert line_of(write("extends: b.yaml\n")) == (
        "c.yaml:1:10: extends runs in a circle: x.yaml extends b.yaml extends c.yaml extends b.yaml. Break the circle."
    )
    assert "x.yaml extends x.yaml" in line_of(write("extends: x.yaml\n"))


def test_missing_empty_or_unusable_ancestors_are_errors_of_the_line_that_names_them(write: Writer) -> None:
    assert line_of(write("extends: none.yaml\n")) == (
        'x.yaml:1:10: extends names a missing file "none.yaml". '
        "Name a file relative to this one, or a packaged scenario."
    )
    write("", "empty.yaml")
    assert line_of(write("extends: empty.yaml\n")) == (
        "x.yaml:1:10: extends cannot be followed (x.yaml extends empty.yaml): empty.yaml: the file is empty. "
        "Write at least purpose, start, end and seed, or extends."
    )
    write("", "folder/empty.yaml")
    assert "folder: is a directory" in line_of(write("extends: folder/\n"))
    assert line_of(write("extends: 5\n")).startswith("x.yaml:1:10: extends must be text, not 5. ")
    assert line_of(write("extends: [a]\n")).startswith("x.yaml:1:10: extends must be text, not a list. ")


def test_unknown_name_lists_packaged_scenarios_or_points_at_the_file(
    write: Writer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("hedgesim.scenario.files._folders", lambda _: iter([tmp_path / "shipped"]))
    write(BASE, "shipped/war.yaml")
    write(BASE, "base.yaml")
    assert line_of(write("extends: wra\n")) == (
        'x.yaml:1:10: extends names an unknown scenario "wra". Did you mean "war"? Known: war.'
    )
    assert line_of(write("extends: base\n")).endswith('Write extends: "base.yaml".')
    assert read(write("extends: war\nend: 2025Q4\n")).places["start"] == Place("shipped/war.yaml", 2, 8)


def test_very_long_chain_is_refused(write: Writer) -> None:
    for k in range(20):
        write(f"extends: f{k + 1}.yaml\n", f"f{k}.yaml")
    write(BASE, "f20.yaml")
    assert "more than 16 files extend each other" in line_of("f0.yaml")


OUTSIDE = {
    "absolute": ("/etc/hostname.yaml", "is an absolute path"),
    "parent": ("../secret.yaml", "leaves the folder of the scenario file"),
    "hidden parent": ("sub/../../secret.yaml", "leaves the folder of the scenario file"),
    "link": ("link.yaml", "leaves the folder of the scenario file"),
    "linked folder": ("linked/secret.yaml", "leaves the folder of the scenario file"),
    "loop of links": ("loop.yaml", "is not a usable path"),
}


@pytest.mark.parametrize(("target", "fault"), OUTSIDE.values(), ids=OUTSIDE.keys())
@pytest.mark.parametrize("key", ["extends", "tables"])
def test_a_file_reaches_nothing_outside_its_folder(key: str, target: str, fault: str, write: Writer) -> None:
    write("purpose: secret words\nshares.csv: x\n", "secret.yaml")
    (Path("inside") / "sub").mkdir(parents=True)
    Path("inside/link.yaml").symlink_to("../secret.yaml")
    Path("inside/linked").symlink_to("..")
    Path("inside/loop.yaml").symlink_to("loop.yaml")
    text = f"{key}: {target}\n" if key == "extends" else BASE + f"{key}: {target}\n"
    line = line_of(write(text, "inside/x.yaml"))
    assert line.startswith("inside/x.yaml:")
    assert fault in line
    assert "secret words" not in line


def test_tables_lie_beside_the_file_that_names_them_and_link_nowhere(write: Writer) -> None:
    write("a,b\n", "lib/gulf/shares.csv")
    write(BASE + "tables: gulf\n", "lib/base.yaml")
    path = write("extends: lib/base.yaml\n")
    assert read(path).tables_folder == Path("lib/gulf").resolve()
    assert line_of(write(BASE + "tables: gulf\n", "y.yaml")) == (
        'y.yaml:28:9: there is no folder "gulf" beside the scenario file. Check its spelling.'
    )
    Path("lib/gulf/ties.csv").symlink_to("../../x.yaml")
    assert line_of(path).startswith('lib/base.yaml:28:9: "ties.csv" leaves the folder of the scenario file. ')


def test_difference_lists_what_changed_with_both_places(child: Callable[[str], Scenario]) -> None:
    base = read("base.yaml")
    other = child(
        "end: 2025Q4\nsettings: {alignment.noise: null}\npowers: [RED, BLUE]\n"
        "shocks: {war: {date: 2022Q2}, quake: {arrival: {rate: 0.1}}}\n"
    )
    assert [(row.path, row.value_a, row.value_b, str(row.place_a), str(row.place_b))
            for row in difference(base, other)] == [
        ("end", "2026Q4", "2025Q4", "base.yaml:3:6", "child.yaml:2:6"),
        ("settings.alignment.noise", 0.1, None, "base.yaml:5:59", "None"),
        ("shocks.quake.arrival.rate", 0.05, 0.1, "base.yaml:22:21", "child.yaml:5:55"),
        ("powers", None, ["RED", "BLUE"], "None", "child.yaml:4:9"),
    ]  # fmt: skip
    assert difference(base, base) == ()


def test_difference_from_a_default_says_so(write: Writer) -> None:
    base = read(write(BASE))
    other = read(Path("x.yaml"), overrides=["recorded_shocks=none", "shocks.war.channels.1.ramp=2"])
    rows = difference(base, other)
    assert [(row.path, row.value_a, str(row.place_a)) for row in rows] == [
        ("recorded_shocks", "all", "default"),
        ("shocks.war.channels.1.ramp", 0.0, "default"),
    ]
    assert str(rows[0].place_b) == "--set recorded_shocks=none"


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
            "shocks.war.name=null",
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
    assert (str(scenario.shocks["war"].date), scenario.shocks["war"].name) == ("2022Q3", None)
    assert scenario.shocks["war"].channels[1].countries == ("BBB", "CCC")
    assert scenario.data[0].value == "guest"
    assert scenario.purpose == "a = b"
    assert scenario.countries == ("AAA", "BBB", "CCC", "NO")


def test_an_override_may_add_a_whole_change_or_shock(write: Writer) -> None:
    change = "changes.turn={date: 2022Q1, source: assumption, rule: {country: AAA, rule: habit}}"
    scenario = read(write(BASE), overrides=[change, "changes.turn.rule.rule=neutrality"])
    assert scenario.changes["turn"].in_words == "AAA: follows neutrality"


REFUSED = {
    "end": "--set 'end': there is no = in it. Write it like --set end=2024Q4.",
    "": "--set '': there is no = in it. Write it like --set end=2024Q4.",
    "end=": "--set end=: there is no value after =. "
    "Write it like --set end=2024Q4. Write null for no value.",
    "setings.x=1": "--set 'setings.x': a scenario has no key \"setings\". Did you mean \"settings\"? "
    "Known: aggressor, changes, countries, data, domains, earlier_shocks, end, extends, formats, omit_shocks, "
    "parameters, powers, purpose, recorded_shocks, rules, seed, settings, shock_dates, shock_sizes, shocks and 3 more.",
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
    "end=[a": "--set end=[a: this is not valid YAML: a bracket opened at line 1 is not closed. "
    "Close it at line 2, or above it.",
    "end=&a 2022Q1": "--set end=&a 2022Q1: the anchor &a is not allowed. Write the value out.",
    "settings.alignment.noise=.nan": "--set settings.alignment.noise=.nan: .nan is not a finite number. "
    "Write a finite number.",
    "settings.alignment.noise=high": "--set settings.alignment.noise=high: settings.alignment.noise must be "
    'a number, not "high". Write it like 0.5.',
    "end=2020Q1": "--set end=2020Q1: end 2020Q1 is not after start 2021Q1. "
    "Choose an end at least one quarter after the start.",
    "tables=..": "--set tables=..: \"..\" leaves the folder of the scenario file. "
    "Name a path below the folder of the scenario file, without links that leave it.",
}  # fmt: skip


@pytest.mark.parametrize(("override", "line"), REFUSED.items())
def test_overrides_that_cannot_be_are_refused(override: str, line: str, write: Writer) -> None:
    assert line_of(write(BASE), override) == line
