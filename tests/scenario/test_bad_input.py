"""Every bad input gives one line: place, fault, remedy."""

import os
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import hedgesim
from hedgesim.errors import HedgesimError, ScenarioError
from hedgesim.scenario import KnownNames, files, yaml_tree

from .examples import BASE, NOTHING, PLAIN, changed, read

Writer = Callable[..., Path]

SHOCK = """\
shocks:
  peace:
    date: 2025Q1
    source: assumption
    channels:
      - {channel: intention, powers: [RED], size: -0.4}
"""


def error_of(path: str | Path, *, overrides: Sequence[str] = (), names: KnownNames = NOTHING) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        read(path, overrides=overrides, names=names)
    for error in caught.value.all:
        assert "\n" not in str(error)
        assert "pydantic" not in str(error)
        assert "http" not in str(error)
        assert str(error).endswith(f": {error.fault}. {error.remedy}")
        assert error.remedy[-1] in ".?!"
    return caught.value


EMPTY = "x.yaml: the file is empty. Write at least purpose, start, end and seed, or extends."
BINARY = "x.yaml: is a binary file, not a text in UTF-8. Name a scenario file (YAML), saved as UTF-8."
WHOLE = {
    "directive": (
        "%YAML 1.1\n---\n" + PLAIN,
        "x.yaml:1:1: a % directive is not allowed. Delete the line that starts with %.",
    ),
    "list": (
        "- a\n",
        "x.yaml:1:1: the file does not hold keys and values. Write at least purpose, start, end and seed, or extends.",
    ),
    "empty": ("", EMPTY),
    "only comments": ("# nothing\n\n", EMPTY),
    "binary": (b"\x7fELF\0\0\1", BINARY),
    "other encoding": (PLAIN.encode("utf-16"), BINARY),
    "Latin-1": (b"purpose: caf\xe9\n", BINARY),
}
EDITS = {
    "sede: 3\n": (
        '5:1: unknown key "sede". Did you mean "seed"? Known: aggressor, changes, countries, data, domains, '
        "earlier_shocks, end, extends, formats, omit_shocks, parameters, powers, purpose, recorded_shocks, rules, "
        "seed, settings, shock_dates, shock_sizes, shocks and 3 more."
    ),
    "powers: [RED], size -> power: [RED], size": (
        '10:30: unknown key "power" in shocks.peace.channels.0. Did you mean "powers"? Known: channel, countries, '
        "domains, duration, half_life, options, partner, powers, ramp, size."
    ),
    "-0.4 -> much": '10:51: shocks.peace.channels.0.size must be a number, not "much". Write it like 0.5.',
    "-0.4 -> true": "10:51: shocks.peace.channels.0.size must be a number, not true. Write it like 0.5.",
    "A plain scenario -> 12": (
        "1:10: purpose must be text, not 12. Write it like a word, in quotes where it looks like a number."
    ),
    "2022 -> 2.5": "4:7: seed must be a whole number, not 2.5. Write it like 2022.",
    "countries: AAA\n": '5:12: countries must be a list, not "AAA". Write it like [a, b].',
    "rules: habit\n": (
        '5:8: rules must be a mapping of keys to values, not "habit". Write it like {key: value}, or leave it out.'
    ),
    "settings: [1]\n": (
        "5:11: settings must be a mapping of keys to values, not a list. Write it like {key: value}, or leave it out."
    ),
    "shocks:\n": (
        "5:8: shocks must be a mapping of keys to values, not nothing. Write it like {key: value}, or leave it out."
    ),
    "2022 -> -1": "4:7: seed is -1 but must be at least 0. Write a number at least 0.",
    "countries: [AAA]\n": "5:12: countries has 1 of at least 2 entries. Name at least 2, or leave the key out.",
    'aggressor: ""\n': "5:12: aggressor is empty. Write some text.",
    'A plain scenario -> "a\\nb"': (
        "1:10: purpose must be one line of text without blanks around it. Write it on one line."
    ),
    "data: [{table: t, key: {a: b}, column: c, value: [1], source: s}]\n": (
        "5:50: data.0.value must be text or a number, not a list. Write one value."
    ),
    "2021Q1 -> 2021-Q1": '2:8: start must be a quarter, not "2021-Q1". Write it like 2022Q1.',
    "2021Q1 -> 2021": "2:8: start must be a quarter, not 2021. Write it like 2022Q1.",
    "2025Q1 -> 2025-13": (
        '7:11: shocks.peace.date must be a quarter or a date, not "2025-13". '
        "Write it like 2022Q1, 2022-02-24 or 2022-02."
    ),
    "recorded_shocks: some\n": (
        '5:18: recorded_shocks must be all or none or a list of names, not "some". A list is written [a, b].'
    ),
    "-0.4 -> .nan": "10:51: .nan is not a finite number. Write a finite number.",
    "-0.4 -> NaN": "10:51: NaN is not a finite number. Write a finite number.",
    "-0.4 -> -.inf": "10:51: -.inf is not a finite number. Write a finite number.",
    "-0.4 -> 1e999": "10:51: 1e999 is not a finite number. Write a finite number.",
    "2022 -> " + "1" * 40: f'4:7: the number "{"1" * 40}" is too large. Write a smaller number.',
    "seed: 3\n": '5:1: the key "seed" is there twice (first at x.yaml:4:1). Keep one of the two.',
    "assumption -> assumption\n    source: book1999": (
        '9:5: the key "source" is there twice (first at x.yaml:8:5). Keep one of the two.'
    ),
    "5: 3\n": (
        "5:1: the key 5 is not text. Put the key in quotes; if it is the rest of a number, write that with a point, "
        "like 0.5."
    ),
    "? [a]\n: 3\n": "5:3: a list or mapping is where a key should be. Use text as keys.",
    "2026Q4 -> 2020Q4": (
        "3:6: end 2020Q4 is not after start 2021Q1. Choose an end at least one quarter after the start."
    ),
    "2026Q4 -> 2921Q1": "3:6: end 2921Q1 is 3600 quarters after start 2021Q1. Choose at most 400 quarters.",
    "2025Q1 -> 2027Q1": (
        "7:11: shocks.peace.date is 2027Q1, and the scenario runs from 2021Q1 to 2026Q4. "
        "Choose a date from 2021Q1 to 2026Q4."
    ),
    "2025Q1 -> 2019-05-05": (
        "7:11: shocks.peace.date is 2019Q2, and the scenario runs from 2021Q1 to 2026Q4. "
        "Choose a date from 2021Q1 to 2026Q4."
    ),
    "    date: 2025Q1\n -> ": "6:3: shocks.peace has neither date nor arrival. Write date: or arrival: {rate: …}.",
    "date: 2025Q1 -> date: 2025Q1\n    arrival: {rate: 0.1}": (
        "8:5: shocks.peace has both date and arrival. Keep one of the two."
    ),
    "date: 2025Q1 -> arrival: {rate: 0}": (
        "7:21: shocks.peace.arrival.rate is 0 but must be above 0. Write a number above 0."
    ),
    ", size: -0.4 -> ": "10:9: size is missing in shocks.peace.channels.0. Add a number such as size: 0.3.",
    "    source: assumption\n -> ": (
        "6:3: source is missing in shocks.peace. Name a key of the table of sources, or write source: assumption."
    ),
    "seed: 2022\n -> ": "1:1: seed is missing. Add a line such as seed: 2022, or pass --seed.",
    "intention -> intension": (
        '10:19: unknown channel "intension". Did you mean "intention"? Known: access, alarm, attention, '
        "availability, intention, leadership, passage, rivalry, sanctionrisk, sanctions, strain, succession, trust."
    ),
    "powers: [RED],  -> ": "10:9: intention needs powers. Add powers to this channel.",
    "intention, powers: [RED] -> passage, countries: [AAA]": (
        "10:9: passage needs partner. Add partner to this channel."
    ),
    "intention, powers: [RED] -> passage, countries: [AAA], partner: AAA": (
        '10:55: partner "AAA" is also in countries. Name another partner.'
    ),
    "intention, powers: [RED] -> trust, countries: [AAA]": (
        "10:37: trust needs at least 2 countries, not 1. Name at least 2."
    ),
    "intention, powers: [RED] -> rivalry, powers: [RED, BLUE, GREEN]": (
        "10:36: rivalry needs exactly 2 powers, not 3. Name exactly 2."
    ),
    "powers: [RED], -> powers: [RED], countries: [AAA],": "10:45: intention takes no countries. It takes powers.",
    "-0.4 -> -4": "10:51: size -4 of intention is out of range. Write a number from -1 to 5.",
    "-0.4 -> -0.4, half_life: 0": (
        "10:68: shocks.peace.channels.0.half_life is 0 but must be above 0. Write a number above 0."
    ),
    "-0.4 -> -0.4, ramp: -1": (
        "10:63: shocks.peace.channels.0.ramp is -1 but must be at least 0. Write a number at least 0."
    ),
    "shocks: {peace: {date: 2025Q1, source: assumption, channels: []}}\n": (
        "5:62: shocks.peace.channels has 0 of at least 1 entries. Name at least 1, or leave the key out."
    ),
    "peace: -> pe.ace:": (
        '6:3: "pe.ace" cannot be the id of a shock. Use letters, digits and _, and begin with a letter.'
    ),
    "countries: [AAA, BBB, AAA]\n": '5:23: countries names "AAA" twice. Name it once.',
    "  peace: -> \tpeace:": "6:1: a tab is used as indentation. Use spaces.",
    "    date: ->   \tdate:": "7:3: a tab is used as indentation. Use spaces.",
    "2022 -> &a 2022": "4:7: the anchor &a is not allowed. Write the value out.",
    "[RED] -> &a [RED]": "10:38: the anchor &a is not allowed. Write the value out.",
    "aggressor: *a\n": "5:12: the alias *a is not allowed. Write the value out.",
    "<<: {seed: 3}\n": "5:1: the merge key << is not allowed. Use extends, or write the keys out.",
    'aggressor: !!python/object/apply:os.system ["echo"]\n': (
        '5:12: the tag "tag:yaml.org,2002:python/object/apply:os.system" is not allowed. Delete the tag.'
    ),
    "2022 -> !!int 2022": '4:7: the tag "tag:yaml.org,2002:int" is not allowed. Delete the tag.',
    "---\nseed: 1\n": "5:1: a second YAML document starts here. Keep one scenario per file.",
    "data: " + "[" * 40 + "]" * 40 + "\n": (
        "5:22: values are nested deeper than 16 levels. No key needs so many levels."
    ),
    "countries: [AAA\n": (
        "6:1: this is not valid YAML: a bracket opened at line 5 is not closed. Close it at line 6, or above it."
    ),
    "aggressor: a\x07b\n": "5:13: the character U+0007 may not be here. Delete it.",
    'tables: "a\\0b"\n': "5:9: the text holds a control character. Delete the escape sequence.",
}
"""A piece of PLAIN + SHOCK replaced, or a line added to PLAIN: where in x.yaml that is refused, why, and what to do."""

FILES = {edit: (changed(edit, PLAIN + SHOCK if " -> " in edit else PLAIN), f"x.yaml:{EDITS[edit]}") for edit in EDITS}
FILES |= WHOLE


@pytest.mark.parametrize(("text", "line"), FILES.values(), ids=FILES)
def test_bad_file_gives_place_fault_and_remedy(text: str | bytes, line: str, write: Writer) -> None:
    (error,) = error_of(write(text)).all
    assert str(error) == line


NAMES = {
    "countries=[AAA, BBC]": 'unknown country "BBC" in countries. Did you mean "BBB"? Known: AAA, BBB, CCC.',
    "powers=[RED, BLEU]": 'unknown power "BLEU" in powers. Did you mean "BLUE"? Known: BLUE, RED.',
    "domains=[securty]": 'unknown domain "securty" in domains. Did you mean "security"? Known: security, transport.',
    "formats=[CLUBB]": 'unknown format "CLUBB" in formats. Did you mean "CLUB"? Known: CLUB, SUMMIT.',
    "aggressor=red": 'unknown power "red" in aggressor. Did you mean "RED"? Known: BLUE, RED.',
    "parameters=fited": (
        'unknown calibration "fited" in parameters. Did you mean "fitted"? Known: fitted, fitted_2021, prior.'
    ),
    "omit_shocks=[war_2021]": (
        'unknown recorded shock "war_2021" in omit_shocks. Did you mean "war_2022"? Known: fall_2021, war_2022.'
    ),
    "shocks.war.channels.1.options=[ELSEWHERE]": (
        'unknown option "ELSEWHERE" in shocks.war.channels.1.options. Known: BLUE, RED, other, region.'
    ),
    "shocks.war.source=book1998": (
        'unknown source "book1998". Did you mean "book1999"? Known: book1999. Or write assumption.'
    ),
    "rules.countries.CCC.rule=bandwagon": (
        'there is no rule "bandwagon" for countries. Did you mean "bandwagoning"? Known: bandwagoning, '
        "multi_vector, neutrality."
    ),
    "rules.powers.RED.rule=neutrality": (
        'there is no rule "neutrality" for powers, it is one for countries. Known: patron, suitor.'
    ),
    "rules.countries.DDD.rule=neutrality": 'unknown country "DDD" in rules.countries. Known: AAA, BBB, CCC, all.',
    "rules.countries.all.alpa=1": (
        'the rule multi_vector has no parameter "alpa". Did you mean "alpha"? Known: alpha, memory, rule.'
    ),
    "rules.countries.all.alpha=7": "rules.countries.all.alpha is 7, out of range. Write a number from 0 to 6.",
    "rules.countries.CCC.rul=neutrality": 'unknown key "rul" in rules.countries.CCC. Did you mean "rule"? Known: rule.',
    "settings.alignment.treat_weight=1": (
        'unknown setting "alignment.treat_weight". Did you mean "alignment.threat_weight"? Known: alignment.noise, '
        "alignment.threat_weight."
    ),
    "settings.alignment.noise=-1": "settings.alignment.noise is -1, out of range. Write a number from 0 to 1.",
    "data.0.table=membership": 'unknown table "membership". Did you mean "memberships"? Known: memberships.',
    "data.0.column=stat": 'table memberships has no value column "stat". Did you mean "status"? Known: status.',
    "data.0.key={country: AAA, format: CLUB, year: 2015}": (
        'table memberships has no key column "year". Known: country, format.'
    ),
    "data.0.key={country: AAA}": "the key lacks format. Name country, format.",
    "countries=[AAA, BBB]": 'x.yaml:10:5: unknown country "CCC" in rules.countries. Known: AAA, BBB, all.',
}


@pytest.mark.parametrize(("override", "line"), NAMES.items(), ids=NAMES)
def test_unknown_names_and_ranges_are_refused(override: str, line: str, write: Writer, words: KnownNames) -> None:
    error = error_of(write(BASE), overrides=[override], names=words)
    assert str(error) == (line if line.startswith("x.yaml") else f"--set {override}: {line}")


def test_own_shock_may_not_repeat_a_recorded_one(write: Writer, words: KnownNames) -> None:
    path = write(PLAIN + SHOCK.replace("peace", "war_2022"))
    error = error_of(path, names=words)
    assert str(error) == (
        'x.yaml:6:3: "war_2022" is also a recorded shock and would act twice. '
        "List it under omit_shocks, or choose another id."
    )
    assert read(path, overrides=["omit_shocks=[war_2022]"], names=words).shocks
    assert read(path, overrides=["recorded_shocks=none"], names=words).shocks


def test_all_faults_are_reported_in_the_order_of_the_file(write: Writer, words: KnownNames) -> None:
    text = "sede: 1\n" + PLAIN.replace("2021Q1", "soon").replace("seed: 2022\n", "") + SHOCK.replace("-0.4", "much")
    places = [str(each.place) for each in error_of(write(text.replace("RED", "REED")), names=words).all]
    assert places == ["x.yaml:1:1", "x.yaml:1:1", "x.yaml:3:8", "x.yaml:10:39", "x.yaml:10:52"]


def test_thousands_of_faults_are_cut_short(write: Writer, words: KnownNames) -> None:
    settings = "".join(f"  alignment.noise{k}: 1\n" for k in range(5000))
    error = error_of(write(PLAIN + "settings:\n" + settings), names=words)
    assert str(error).startswith('x.yaml:6:3: unknown setting "alignment.noise0". Did you mean "alignment.noise"?')
    assert len(error.all) == 300


def test_large_file_is_refused_by_its_size_before_it_is_read(write: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("")
    os.truncate(path, 100_000_000)
    monkeypatch.setattr(files.Path, "open", lambda *_: pytest.fail("the file was opened"))
    assert str(error_of(path)) == (
        "x.yaml: the file has 100000000 bytes, more than the 262144 bytes (256 kB) that are read. "
        "Keep the scenario small and put its numbers into a tables folder."
    )


def test_file_of_just_the_limit_is_read(write: Writer) -> None:
    text = PLAIN + "#" * (files.MOST_BYTES - len(PLAIN) - 1) + "\n"
    assert read(write(text)).seed == 2022
    assert "262145 bytes" in str(error_of(write(text + " ")))


def test_directory_missing_file_and_device_are_refused(write: Writer) -> None:
    write(PLAIN, "folder/x.yaml")
    os.mkfifo("pipe.yaml")
    assert str(error_of("folder")) == "folder: is a directory. Name one scenario file (YAML)."
    assert str(error_of("none.yaml")) == "none.yaml: there is no such file. Check the spelling of the path."
    assert str(error_of("pipe.yaml")) == ("pipe.yaml: is not a regular file. Name a scenario file (YAML) on disk.")
    assert "cannot be read" in str(error_of("a" * 5000 + ".yaml"))
    assert "cannot be read" in str(error_of("a\0b.yaml"))
    assert str(error_of("")).startswith(
        '"": the name is empty. Give the path of a file or the name of a packaged scenario. Known: '
    )


def test_unreadable_file_is_refused(write: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(PLAIN)
    monkeypatch.setattr(files.Path, "open", refuse)
    assert str(error_of(path)) == ("x.yaml: cannot be read (Permission denied). Check the path and its permissions.")


def test_unknown_scenario_name_lists_the_packaged_ones(
    write: Writer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(PLAIN, "shipped/peace.yaml")
    monkeypatch.setattr("hedgesim.scenario.files._folders", lambda _: iter([tmp_path / "shipped"]))
    assert str(error_of("peece")) == (
        'peece: there is no scenario "peece". Give the path of a file or the name of a packaged scenario. '
        'Did you mean "peace"? Known: peace.'
    )


def test_error_survives_pickling_and_odd_file_names(write: Writer) -> None:
    error = error_of(write(PLAIN + "sede: 1\nstrat: 2\n", "a\nb.yaml"))
    again = pickle.loads(pickle.dumps(error))
    assert [str(each) for each in again.all] == [str(each) for each in error.all]
    assert str(error).startswith("a b.yaml:5:1: unknown key")
    with pytest.raises(HedgesimError, match="it is not text in UTF-8"):
        hedgesim.read_scenario("\udcff.yaml")


def test_pure_python_loader_refuses_the_same(write: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "_LOADER", yaml_tree.yaml.SafeLoader)
    for text, line in FILES.values():
        error = error_of(write(text))
        if "not valid YAML" in line:
            assert "not valid YAML" in error.fault
        else:
            assert str(error) == line
